"""The values of one worksheet, row by row, while its part is unpacked.

A number is a date when its style shows it as one; a formula is its last value, which Excel stored
beside it; an error value is blank.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from xml.parsers import expat

from django.utils.translation import gettext as _

from dossiers.sheets.cells import Value, column_letters
from dossiers.sheets.grids import NumberedRow
from dossiers.sheets.limits import Limits, SheetRefused
from dossiers.sheets.packages import STRINGS, STYLES, Package, damaged, local

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_LAST_DAY = 2_958_466
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_ELAPSED_FORMAT = 46
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Shows(Enum):
    """What the style of a cell makes of its number."""

    NUMBER = "number"
    DATE = "date"
    ELAPSED = "elapsed"


@dataclass(slots=True)
class Common:
    """What all sheets of a book share."""

    texts: list[str] = field(default_factory=list)
    styles: list[Shows] = field(default_factory=list)
    since_1904: bool = False


def read_texts(package: Package, limits: Limits) -> list[str]:
    """The shared texts of a book, without the readings that Excel keeps beside Japanese ones."""
    texts: list[str] = []
    if STRINGS not in package:
        return texts
    parts: list[str] = []
    inside = {"t": False, "rPh": False}
    left = limits.text

    def start(name: str, _attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            parts.clear()
        elif name in inside:
            inside[name] = True

    def end(name: str) -> None:
        name = local(name)
        if name == "si":
            texts.append(_unescaped("".join(parts)))
        elif name in inside:
            inside[name] = False

    def text(data: str) -> None:
        nonlocal left
        if inside["t"] and not inside["rPh"]:
            parts.append(data)
            left -= len(data)
            if left < 0:
                raise SheetRefused(
                    _(
                        "This workbook holds more text than can be taken at once. Split the list "
                        "into several files."
                    )
                )

    package.parse_whole(STRINGS, _parser(start, end, text))
    return texts


def read_styles(package: Package) -> list[Shows]:
    """For every style of a cell what it makes of a number."""
    styles: list[Shows] = []
    if STYLES not in package:
        return styles
    formats: dict[str, str] = {}
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = local(name)
        if name == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            styles.append(_shows(attributes.get("numFmtId", "0"), formats))

    def end(name: str) -> None:
        nonlocal inside
        if local(name) == "cellXfs":
            inside = False

    package.parse_whole(STYLES, _parser(start, end, None))
    return styles


def read_rows(
    package: Package, part: str, *, sheet: str, common: Common, limits: Limits, missing: list[str]
) -> Iterator[NumberedRow]:
    """The rows of a sheet that hold something, with their numbers; cells from column A on.

    ``missing`` receives the places of formulas without a stored value. Raises ``SheetRefused``.
    """
    reader = _Reader(sheet, common, limits, missing)
    for _piece in package.parse(part, _parser(reader.start, reader.end, reader.text)):
        yield from reader.rows
        reader.rows = []


class _Reader:
    """Gathers the cells of one row after the other."""

    def __init__(self, sheet: str, common: Common, limits: Limits, missing: list[str]):
        self.sheet, self.common, self.limits, self.missing = sheet, common, limits, missing
        self.rows: list[NumberedRow] = []
        self.number = self.column = 0
        self.row: list[Value] = []
        self.kind = self.style = ""
        self.parts: list[str] = []
        self.is_formula = self.in_text = self.in_phonetic = False
        self.left = limits.area

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "c":
            get = attributes.get
            self.kind, self.style = get("t", "n"), get("s", "")
            self.parts, self.is_formula = [], False
            reference = get("r")
            self.column = self._column(reference) if reference else self.column + 1
        elif name in {"v", "t"}:
            self.in_text = True
        elif name == "f":
            self.is_formula = True
        elif name == "rPh":
            self.in_phonetic = True
        elif name == "row":
            number = row_number(attributes.get("r", ""), self.number + 1)
            if number <= self.number:
                raise damaged()
            self.number, self.column, self.row = number, 0, []

    def text(self, data: str) -> None:
        if self.in_text and not self.in_phonetic:
            self.parts.append(data)

    def end(self, name: str) -> None:
        name = local(name)
        if name == "c":
            if self.parts:
                self._put(self._value("".join(self.parts)))
            elif self.is_formula and self.kind != "str":
                self.missing.append(f"{column_letters(self.column)}{self.number}")
        elif name in {"v", "t"}:
            self.in_text = False
        elif name == "rPh":
            self.in_phonetic = False
        elif name == "row" and self.row:
            self.left -= len(self.row)
            if self.left < 0:
                raise self._too_wide()
            self.rows.append((self.number, self.row))

    def _put(self, value: Value) -> None:
        if value is None or value == "":
            return
        gap = self.column - 1 - len(self.row)
        if gap < 0 or self.column > MOST_COLUMNS:
            raise damaged()
        if self.column > self.limits.columns:
            raise self._too_wide()
        if isinstance(value, str) and len(value) > self.limits.cell:
            raise SheetRefused(
                _("Cell %(place)s holds more than %(limit)s characters. Shorten it.")
                % {
                    "place": f"{column_letters(self.column)}{self.number}",
                    "limit": self.limits.cell,
                }
            )
        if gap:
            self.row.extend([None] * gap)
        self.row.append(value)

    def _value(self, text: str) -> Value:
        kind = self.kind
        try:
            if kind == "s":
                at = int(text)
                if at < 0:
                    raise damaged()
                return self.common.texts[at]
            if kind == "n":
                return self._number(float(text))
        except (ValueError, IndexError) as error:
            raise damaged() from error
        if kind == "b":
            return text.strip() in {"1", "true"}
        return None if kind == "e" else _unescaped(text)

    def _number(self, number: float) -> Value:
        if not math.isfinite(number):
            raise damaged()
        if not self.style:
            return number
        styles, at = self.common.styles, int(self.style)
        shows = styles[at] if 0 <= at < len(styles) else Shows.NUMBER
        return number if shows is Shows.NUMBER else _moment(number, shows, self.common.since_1904)

    def _column(self, reference: str) -> int:
        column, digits = place_of(reference)
        if digits != self.number or column <= self.column:
            raise damaged()
        return column

    def _too_wide(self) -> SheetRefused:
        return SheetRefused(
            _(
                "Sheet “%(sheet)s” reaches to cell %(place)s, far beyond a list. Delete what "
                "stands out there, or copy the list into a new workbook."
            )
            % {"sheet": self.sheet, "place": f"{column_letters(self.column)}{self.number}"}
        )


def place_of(reference: str) -> tuple[int, int]:
    """Column and row of a reference such as C7, both from one. Raises ``SheetRefused``."""
    column, at = 0, 0
    for at, sign in enumerate(reference):
        if not "A" <= sign <= "Z":
            break
        column = column * 26 + ord(sign) - 64
        if at > 2:
            raise damaged()
    if not column or column > MOST_COLUMNS:
        raise damaged()
    return column, row_number(reference[at:], 0)


def row_number(text: str, otherwise: int) -> int:
    """The number of a row. Raises ``SheetRefused`` for one that no sheet has."""
    if not text and otherwise:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 0 < int(text) <= MOST_ROWS):
        raise damaged()
    return int(text)


def _shows(number: str, formats: dict[str, str]) -> Shows:
    code = formats.get(number)
    if code is None:
        known = int(number) if number.isascii() and number.isdigit() else 0
        if known == _ELAPSED_FORMAT:
            return Shows.ELAPSED
        return Shows.DATE if known in _DATE_FORMATS else Shows.NUMBER
    bare = _ASIDE.sub("", code.partition(";")[0])
    if _ELAPSED.search(bare):
        return Shows.ELAPSED
    return Shows.DATE if re.search(r"[dmyhs]", bare, re.IGNORECASE) else Shows.NUMBER


def _moment(number: float, shows: Shows, since_1904: bool) -> Value:
    """What Excel shows for a number of days; the number itself where it shows only ####."""
    if shows is Shows.ELAPSED and abs(number) < _LAST_DAY:
        return timedelta(seconds=round(number * 86_400))
    days = number + (1_462 if since_1904 else 0)
    if number < 0 or days >= _LAST_DAY:
        return number
    if number < 1:
        seconds = min(round(number * 86_400), 86_399)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    if not since_1904 and number < 60:
        days += 1  # Excel has a 29 February 1900
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400))
    return moment.date() if float(number).is_integer() else moment


def _unescaped(text: str) -> str:
    """Signs that XML cannot hold are written _x000D_; halves of signs become one or are marked."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None,
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    return parser
