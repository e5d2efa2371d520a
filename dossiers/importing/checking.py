"""From the cells of a row to a case, or to sentences about what is wrong with it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import search_key
from deadlines.calendar import CalendarNotPublished
from deadlines.transitions import PaperCount
from dossiers.forms import DOC_REF
from dossiers.importing.lists import RowError, Sheet, has_control_characters
from dossiers.importing.naming import NoSuchAgency, NotYours, Resolver, Unknown
from dossiers.models import Urgency
from dossiers.sheets.cells import Cell, CellError, as_date, as_line, as_moment
from dossiers.sheets.reading import Row

T = TypeVar("T")
#: Told now and then how many rows were read.
Tell = Callable[[int], None]
_TELL_ROWS = 2_000

RULE = "agency_report"
#: What a dossier that comes with a code and two instants alone is called.
MATTER = "Hồ sơ nhập từ bản giấy hoặc hệ thống khác"
_LONGEST = {"dossier_code": 60, "agency_name": 200, "letter_ref": 60, "matter": 500}
_OWN_CODE = re.compile(r"HS\d{4}-\d+", re.IGNORECASE)
_MARK_TITLES = frozenset({"do mat", "muc do mat", "do mat cua van ban", "mat", "secrecy"})
_NOT_SECRET = frozenset({"", "khong", "khong mat", "thuong", "binh thuong", "not secret", "no"})
#: What clerks write for each mark of urgency, as words are compared.
_URGENCY = {
    "": Urgency.NORMAL,
    "thuong": Urgency.NORMAL,
    "binh thuong": Urgency.NORMAL,
    "khong": Urgency.NORMAL,
    "normal": Urgency.NORMAL,
    "khan": Urgency.URGENT,
    "urgent": Urgency.URGENT,
    "thuong khan": Urgency.VERY_URGENT,
    "very urgent": Urgency.VERY_URGENT,
    "hoa toc": Urgency.EXPRESS,
    "hoa toc hen gio": Urgency.EXPRESS,
    "express": Urgency.EXPRESS,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What a row says about the submission letter; history often says nothing."""

    matter: str = ""
    letter_ref: str = ""
    letter_on: date | None = None
    urgency: str = Urgency.NORMAL


@dataclass(frozen=True, slots=True)
class Case:
    """One row that could be read: a direction to an agency and, perhaps, its answer."""

    row: int
    code: str
    agency: Agency
    directed_at: datetime
    reported_at: datetime | None
    paper: Paper


@dataclass(frozen=True, slots=True)
class Draft:
    """One row that could be read: a submission that an agency prepares."""

    row: int
    agency: Agency
    paper: Paper


class Bad(Refused):
    """A cell that cannot stand; the sentence says what to do."""


@dataclass(slots=True)
class Checked:
    """The rows of a file that can stand, what is wrong with the others, and the names that no
    agency has."""

    good: list = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unknown: Mapping[str, Unknown] = field(default_factory=dict)


def check_history(
    sheet: Sheet, *, resolver: Resolver, now: datetime, tell: Tell | None = None
) -> Checked:
    """Every row as a case, or every fault of every row. The queries do not grow with the rows.

    Instants without offset are local time; nothing may lie after ``now``.
    """
    return _checked(sheet, _CaseReader(sheet, resolver, now), tell)


def check_submissions(
    sheet: Sheet, *, resolver: Resolver, now: datetime, tell: Tell | None = None
) -> Checked:
    """Every row as a draft of the actor's own agency, or every fault of every row."""
    return _checked(sheet, _DraftReader(sheet, resolver, now), tell)


def _checked(sheet: Sheet, reader: "_Reader", tell: Tell | None) -> Checked:
    found = Checked(unknown=reader.resolver.unknown)
    for at, row in enumerate(sheet.rows, start=1):
        if tell and at % _TELL_ROWS == 0:
            tell(at)
        faults = list(reader.faults(row))
        if faults:
            found.errors += faults
        else:
            found.good.append(reader.result)
    return found


class _Reader:
    """Reads one row after the other; ``result`` is the last one that had no fault."""

    def __init__(self, sheet: Sheet, resolver: Resolver, now: datetime):
        self.resolver, self._now, self._today = resolver, now, local_day(now)
        self._is_text = sheet.source.kind == "csv"
        self._width = sheet.width
        self._reach = max(sheet.source.layout.places.values()) + 1
        self._secrecy = [
            at
            for at, header in enumerate(sheet.source.headers)
            if search_key(header.title) in _MARK_TITLES
        ]
        self._first_row: dict[object, int] = {}
        self.result: object

    def faults(self, row: Row) -> Iterator[RowError]:
        """What is wrong with the row, each fault beside its column."""
        if self._is_text and self._is_shifted(row):
            yield RowError(
                row.number,
                "",
                _(
                    "The row has %(cells)d cells, the header has %(of)d. Check the separators and "
                    "quotation marks of this row."
                )
                % {"cells": len(row.values), "of": self._width},
            )
            return
        if any(self._is_secret(row, at) for at in self._secrecy):
            yield RowError(
                row.number,
                "",
                _(
                    "Secret dossiers are not kept here. Handle it on paper as the law on State "
                    "secrets requires."
                ),
            )
        faults: list[RowError] = []
        self.result = self._read(row, faults)
        yield from faults

    def _read(self, row: Row, faults: list[RowError]) -> object:
        raise NotImplementedError

    def _is_shifted(self, row: Row) -> bool:
        """Whether cells of ours are missing, or something stands beyond the header."""
        beyond = row.values[self._width :]
        return len(row.values) < self._reach or any(value not in (None, "") for value in beyond)

    def _is_secret(self, row: Row, at: int) -> bool:
        value = row.values[at] if at < len(row.values) else None
        return search_key(as_line(Cell(value))) not in _NOT_SECRET

    def _try(
        self, row: Row, column: str, faults: list[RowError], read: Callable[[], T]
    ) -> T | None:
        try:
            return read()
        except (Bad, CellError, NoSuchAgency, NotYours) as fault:
            faults.append(RowError(row.number, column, fault.sentence))
            return None

    def _line(self, row: Row, column: str, *, needed: bool = False) -> str:
        """The text of a cell on one line. Raises ``Bad`` and ``CellError``."""
        cell = row.cells.get(column)
        value = cell.value if cell else None
        if isinstance(value, str) and self._is_odd(column, value):
            raise Bad(
                _("The cell holds a line break or invisible characters. Type its text again.")
            )
        text = as_line(cell) if cell else ""
        if needed and not text:
            raise Bad(_("This cell is empty. Enter what the paper says."))
        if len(text) > _LONGEST[column]:
            raise Bad(
                _("The text is longer than %(most)d characters. Shorten it.")
                % {"most": _LONGEST[column]}
            )
        return text

    def _is_odd(self, column: str, text: str) -> bool:
        """Codes hold what people type alone; a line break in a text file is a misplaced quote."""
        if column == "dossier_code":
            return has_control_characters(text)
        broken = self._is_text and column != "matter" and bool(re.search(r"[\r\n]", text.strip()))
        return broken or "\0" in text

    def _day(self, row: Row, column: str) -> date | None:
        cell = row.cells.get(column)
        day = as_date(cell) if cell else None
        if day and day > self._today:
            raise Bad(
                _("This date cannot be after today (%(today)s). Check the day and month.")
                % {"today": f"{self._today:%d/%m/%Y}"}
            )
        return day

    def _urgency(self, row: Row) -> str:
        cell = row.cells.get("urgency")
        text = as_line(cell) if cell else ""
        mark = _URGENCY.get(search_key(text.replace("_", " ")))
        if mark is None:
            raise Bad(
                _("“%(text)s” is no mark of urgency. There are: %(marks)s.")
                % {"text": text[:60], "marks": ", ".join(str(label) for label in Urgency.labels)}
            )
        return mark

    def _paper(self, row: Row, faults: list[RowError], *, matter: Callable[[], str]) -> Paper:
        return Paper(
            matter=self._try(row, "matter", faults, matter) or "",
            letter_ref=self._try(row, "letter_ref", faults, lambda: self._line(row, "letter_ref"))
            or "",
            letter_on=self._try(row, "letter_on", faults, lambda: self._day(row, "letter_on")),
            urgency=self._try(row, "urgency", faults, lambda: self._urgency(row)) or "",
        )

    def _once(self, key: object, row: int) -> int | None:
        """The earlier row with the same key, if there is one."""
        first = self._first_row.setdefault(key, row)
        return first if first != row else None


class _CaseReader(_Reader):
    def __init__(self, sheet: Sheet, resolver: Resolver, now: datetime):
        super().__init__(sheet, resolver, now)
        self._count = PaperCount()

    def _read(self, row: Row, faults: list[RowError]) -> Case | None:
        code = self._try(row, "dossier_code", faults, lambda: self._code(row))
        directed = self._try(row, "directed_at", faults, lambda: self._directed(row))
        reported = self._try(row, "reported_at", faults, lambda: self._reported(row, directed))
        day = local_day(directed) if directed else None
        agency = self._try(
            row,
            "agency_name",
            faults,
            lambda: self.resolver.find(self._line(row, "agency_name", needed=True), day),
        )
        paper = self._paper(row, faults, matter=lambda: self._line(row, "matter") or MATTER)
        if faults or not (code and directed and agency):
            return None
        return Case(row.number, code, agency, directed, reported, paper)

    def _code(self, row: Row) -> str:
        code = self._line(row, "dossier_code", needed=True)
        if first := self._once(code, row.number):
            raise Bad(
                _("The same code is in row %(row)d already. Keep one of the two rows.")
                % {"row": first}
            )
        if _OWN_CODE.fullmatch(code):
            raise Bad(
                _(
                    "Codes like “%(code)s” are given out by this system. Write the code of the "
                    "paper or of the other system."
                )
                % {"code": code}
            )
        if "/" in code or "\\" in code or not any(char.isdigit() for char in code):
            raise Bad(
                _("A dossier code has at least one digit and no slash. Write a hyphen for a slash.")
            )
        return code

    def _directed(self, row: Row) -> datetime:
        at = self._instant(row, "directed_at")
        if at is None:
            raise Bad(_("This cell is empty. Enter what the paper says."))
        try:
            self._count.count(RULE, at)
        except CalendarNotPublished as missing:
            raise Bad(
                _(
                    "The due date cannot be counted: the working calendar is published from "
                    "%(first)s to %(last)s. Check the date, or have the calendar keeper enter the "
                    "missing year."
                )
                % {
                    "first": f"{missing.first_published:%d/%m/%Y}",
                    "last": f"{missing.last_published:%d/%m/%Y}",
                }
            ) from missing
        except Refused as refusal:
            raise Bad(refusal.sentence) from refusal
        return at

    def _reported(self, row: Row, directed_at: datetime | None) -> datetime | None:
        at = self._instant(row, "reported_at")
        if at and directed_at and at < directed_at:
            raise Bad(
                _("The report lies before the direction (%(directed)s). Check both instants.")
                % {"directed": shown(directed_at)}
            )
        return at

    def _instant(self, row: Row, column: str) -> datetime | None:
        """An aware instant; without an offset it is local, a bare date is its first moment."""
        cell = row.cells.get(column)
        at = as_moment(cell) if cell else None
        if at and at > self._now:
            raise Bad(_("This lies in the future. Check day, month and year."))
        return at


class _DraftReader(_Reader):
    def _read(self, row: Row, faults: list[RowError]) -> Draft | None:
        agency = self._try(row, "agency_name", faults, lambda: self._agency(row))
        paper = self._paper(row, faults, matter=lambda: self._line(row, "matter", needed=True))
        if faults or agency is None:
            return None
        draft = Draft(row.number, agency, replace(paper, letter_ref=plain_ref(paper.letter_ref)))
        if paper.letter_ref and not DOC_REF.match(draft.paper.letter_ref):
            sentence = _("Write number and symbol as on the paper, for example 123/TTr-SNV.")
            faults.append(RowError(row.number, "letter_ref", sentence))
        elif first := self._once(mark_of(draft, self._today.year), row.number):
            column = "letter_ref" if paper.letter_ref else "matter"
            sentence = _("The same submission is in row %(row)d already. Keep one of the two rows.")
            faults.append(RowError(row.number, column, sentence % {"row": first}))
        return draft

    def _agency(self, row: Row) -> Agency:
        name = self._line(row, "agency_name")
        own = None if name else self.resolver.own()
        if own:
            return own
        return self.resolver.find(self._line(row, "agency_name", needed=True), self._today)


def plain_ref(ref: str) -> str:
    """Number and symbol without blanks around the strokes, as forms store them."""
    return re.sub(r"\s*([/\-])\s*", r"\1", ref)


def mark_of(draft: Draft, this_year: int) -> tuple[int, str, int]:
    """By what a submission is known again: agency, number and symbol (the matter where there is
    none), year of the letter."""
    paper = draft.paper
    return mark(draft.agency.pk, paper.letter_ref, paper.matter, paper.letter_on, this_year)


def mark(
    agency_id: int, letter_ref: str, matter: str, letter_on: date | None, logged_in: int
) -> tuple[int, str, int]:
    """The same for a stored dossier, logged in a year."""
    what = f"ref {letter_ref.casefold()}" if letter_ref else f"matter {search_key(matter)}"
    return agency_id, what, letter_on.year if letter_on else logged_in


def shown(moment: datetime) -> str:
    """An instant as people write it here."""
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"
