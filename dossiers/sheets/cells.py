"""What a cell says: text, a date, an instant. Vietnamese order of day and month, zone of Hanoi."""

import math
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.text import normalise
from deadlines.calendar import HANOI

Value = str | int | float | bool | date | datetime | time | timedelta | None

#: Dates outside are typing errors or numbers that are no dates (a year, a count).
EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)
#: Excel keeps 15 digits; a longer number has lost its last ones.
_MOST_EXACT = 10**15
_FIRST_DAY, _FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LONGEST_DATE = 80
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

_DAY_FIRST = (
    r"(?P<day>\d{1,2})\s*(?P<sign>[/.\-])\s*(?P<month>\d{1,2})\s*(?P=sign)\s*(?P<year>\d{4}|\d{2})"
)
_YEAR_FIRST = (
    r"(?P<year>\d{4})\s*(?P<sign>[/.\-])\s*(?P<month>\d{1,2})\s*(?P=sign)\s*(?P<day>\d{1,2})"
)
_IN_WORDS = (
    r"(?:ha noi\s*,?\s*)?(?:ngay\s*)?(?P<day>\d{1,2})\s*thang\s*(?P<month>\d{1,2})\s*,?"
    r"\s*(?:nam\s*)?(?P<year>\d{4}|\d{2})"
)
_TIME = (
    r"(?P<hour>\d{1,2})\s*(?::|h|g|gio)\s*(?:(?P<minute>\d{1,2})\s*(?:phut|p|')?"
    r"(?:\s*:\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?)?\s*(?P<half>sa|ch|am|pm)?"
)
_LINK = r"\s*(?:,|;|-|luc|hoi|t)?\s*"
_SHAPES = tuple(
    re.compile(shape)
    for day in (_DAY_FIRST, _YEAR_FIRST, _IN_WORDS)
    for shape in (
        rf"(?:ngay\s*)?{day}(?:{_LINK}{_TIME})?",
        rf"(?:luc|hoi)?\s*{_TIME}\s*(?:,|;|-)?\s*(?:ngay\s*)?{day}",
    )
)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")


class CellError(Refused):
    """The cell does not say what its column asks for; the sentence is for who wrote it."""


class Cell(NamedTuple):
    """One cell as the file has it. ``row`` and ``column`` count from one, as Excel shows them."""

    value: Value
    row: int = 0
    column: int = 0
    since_1904: bool = False

    @property
    def place(self) -> str:
        """The name of the cell in Excel, for example C7."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def is_blank(self) -> bool:
        """Whether a reader sees nothing in it: empty, spaces of any kind, invisible signs."""
        return is_blank(self.value)


def is_blank(value: Value) -> bool:
    """Whether a value shows nothing."""
    if isinstance(value, str):
        return not value or not (value[0].isalnum() or normalise(value))
    return value is None


def column_letters(number: int) -> str:
    """The letters of a column, which counts from one: 1 is A, 28 is AB. Empty for zero."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def as_text(cell: Cell) -> str:
    """The cell as text: NFC, plain spaces, line breaks as ``\\n``; whole numbers without ".0".

    Raises ``CellError`` for a number so long that Excel has already rounded it.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return normalise(_SPACES.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    minutes = int(value.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"


def as_line(cell: Cell) -> str:
    """The cell as text on one line, runs of blanks as one space: codes, names, the matter."""
    return " ".join(as_text(cell).split())


def as_date(cell: Cell) -> date | None:
    """The local date that the cell states, None for a blank one; an hour beside it is left out.

    Reads real dates, Excel serial numbers, and text with the day first (never the month first);
    a year of two digits is 20yy. An instant with offset gives its date in Hanoi. Raises
    ``CellError``.
    """
    moment = as_moment(cell)
    return moment.date() if moment else None


def as_moment(cell: Cell) -> datetime | None:
    """The instant that the cell states, aware, in the zone of Hanoi; None for a blank cell.

    Without an hour it is the beginning of the day. Takes what ``as_date`` takes, with an hour
    before or after the date: "14:30", "14h30", "14 giờ 30", "2:30 CH". Raises ``CellError``.
    """
    value = cell.value
    if isinstance(value, str):
        text = as_line(cell)
        return _from_text(text, cell) if text else None
    if value is None:
        return None
    if isinstance(value, bool | time | timedelta):
        raise CellError(
            _("“%(text)s” has no date. Write day/month/year, for example 05/02/2026.")
            % {"text": as_text(cell)}
        )
    if isinstance(value, int | float):
        return _from_serial(value, cell)
    if isinstance(value, datetime):
        return _in_range(_in_hanoi(value), as_text(cell))
    return _in_range(datetime(value.year, value.month, value.day, tzinfo=HANOI), as_text(cell))


def _number_text(value: int | float) -> str:
    if abs(value) >= _MOST_EXACT:
        raise CellError(
            _(
                "Excel has rounded the number %(text)s. Format the column as Text and type the "
                "value again."
            )
            % {"text": f"{value:.15g}"}
        )
    return str(int(value)) if float(value).is_integer() else repr(value)


def _from_serial(value: int | float, cell: Cell) -> datetime:
    """Excel's days since its first day, the fraction being the time of day to the second."""
    first = _FIRST_DAY_1904 if cell.since_1904 else _FIRST_DAY
    if not math.isfinite(value) or not 0 <= value < 200_000:
        raise _no_date(_shown(value))
    moment = first + timedelta(seconds=round(value * 86_400))
    if not EARLIEST <= moment.date() <= LATEST:
        raise _no_date(_shown(value))
    return moment.replace(tzinfo=HANOI)


def _from_text(text: str, cell: Cell) -> datetime:
    if _SERIAL.fullmatch(text):
        return _from_serial(float(text.replace(",", ".")), cell)
    if re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:?\d\d", text):
        try:
            return _in_range(_in_hanoi(datetime.fromisoformat(text.upper())), text)
        except (ValueError, OverflowError):
            pass  # the shapes below say what is wrong with it
    folded = _fold(text) if len(text) <= _LONGEST_DATE else ""
    for shape in _SHAPES:
        if match := shape.fullmatch(folded):
            return _from_parts(match.groupdict(), text)
    raise _no_date(text)


def _from_parts(parts: dict[str, str | None], text: str) -> datetime:
    day, month, year = (int(parts[name] or 0) for name in ("day", "month", "year"))
    if year < 100:
        year += 2000
    if not 1 <= month <= 12:
        raise CellError(
            _("“%(text)s”: there is no month %(month)s. Write the day first, then the month.")
            % {"text": text, "month": month}
        )
    try:
        moment = datetime(year, month, day, tzinfo=HANOI)
    except ValueError:
        raise CellError(
            _("“%(text)s”: there is no day %(day)s/%(month)s/%(year)s. Check the day and month.")
            % {"text": text, "day": day, "month": month, "year": year}
        ) from None
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if (half := parts["half"]) and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half in {"ch", "pm"} else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise CellError(
            _("“%(text)s”: there is no such time of day. Write it as 14:30.") % {"text": text}
        )
    fraction = int((parts["fraction"] or "").ljust(6, "0"))
    moment = moment.replace(hour=hour, minute=minute, second=second, microsecond=fraction)
    return _in_range(moment, text)


def _in_hanoi(moment: datetime) -> datetime:
    """A naive value is the wall clock of Hanoi; an aware one is moved there."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=HANOI)
    return moment.astimezone(UTC).astimezone(HANOI)


def _in_range(moment: datetime, text: str) -> datetime:
    if not EARLIEST <= moment.date() <= LATEST:
        raise CellError(
            _("“%(text)s”: the year %(year)s cannot be right. Check the year.")
            % {"text": text, "year": moment.year}
        )
    return moment


def _no_date(text: str) -> CellError:
    return CellError(
        _("“%(text)s” is not a date. Write day/month/year, for example 05/02/2026.")
        % {"text": text if len(text) <= 60 else text[:60] + "…"}
    )


def _shown(value: int | float) -> str:
    return f"{value:.15g}"


def _fold(text: str) -> str:
    """Lower case without marks, digits and signs kept: "Ngày 05 tháng 02" is "ngay 05 thang 02"."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in bare if not unicodedata.combining(c)).replace("–", "-")
