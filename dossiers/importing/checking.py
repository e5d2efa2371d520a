"""From the cells of a row to a case, or to sentences about what is wrong with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import normalise
from deadlines.calendar import CalendarNotPublished
from deadlines.transitions import PaperCount
from dossiers.importing.naming import Names, NoSuchAgency
from dossiers.importing.sheet import Line, RowError, Sheet, has_control_characters

RULE = "agency_report"
_LONGEST = {"dossier_code": 60, "agency_name": 200, "directed_at": 40, "reported_at": 40}
_MAY_BE_EMPTY = {"reported_at"}
_OWN_CODE = re.compile(r"HS\d{4}-\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """One row that could be read: a direction to an agency and, perhaps, its answer."""

    row: int
    code: str
    agency: Agency
    directed_at: datetime
    reported_at: datetime | None


class _Bad(Refused):
    """A cell that cannot stand; the sentence says what to do."""


def check(sheet: Sheet, *, now: datetime) -> tuple[list[Case], list[RowError]]:
    """Every row as a case, or every fault of every row. The queries do not grow with the rows.

    Naive instants are local time; nothing may lie after ``now``.
    """
    checker = _Checker(now)
    cases, errors = [], []
    for line in sheet.lines:
        faults = list(checker.faults(line, width=len(sheet.header)))
        if faults:
            errors += faults
        else:
            cases.append(checker.case)
    return cases, errors


class _Checker:
    """Checks one row after the other; ``case`` is the last one that had no fault."""

    def __init__(self, now: datetime):
        self._now, self._names, self._count = now, Names(), PaperCount()
        self._first_row: dict[str, int] = {}
        self.case: Case

    def faults(self, line: Line, *, width: int) -> Iterator[RowError]:
        if len(line.raw) != width:
            yield RowError(
                line.row,
                "",
                _(
                    "The row has %(cells)d cells, the header has %(of)d. Check the separators and "
                    "quotation marks of this row."
                )
                % {"cells": len(line.raw), "of": width},
            )
            return
        cells, bad = {}, set()
        for column, text in line.cells.items():
            try:
                cells[column] = _plain(column, text)
            except _Bad as fault:
                bad.add(column)
                yield RowError(line.row, column, fault.sentence)
        directed_at = reported_at = agency = None
        if "dossier_code" not in bad and (text := self._code_fault(cells, line.row)):
            yield RowError(line.row, "dossier_code", text)
        if "directed_at" not in bad:
            try:
                directed_at = self._directed(cells["directed_at"])
            except _Bad as fault:
                yield RowError(line.row, "directed_at", fault.sentence)
        if "reported_at" not in bad and cells["reported_at"]:
            try:
                reported_at = self._reported(cells["reported_at"], directed_at)
            except _Bad as fault:
                yield RowError(line.row, "reported_at", fault.sentence)
        if "agency_name" not in bad:
            try:
                day = local_day(directed_at) if directed_at else None
                agency = self._names.find(cells["agency_name"], day)
            except NoSuchAgency as fault:
                yield RowError(line.row, "agency_name", fault.sentence)
        if agency and directed_at and "dossier_code" not in bad:
            code = cells["dossier_code"]
            self.case = Case(line.row, code, agency, directed_at, reported_at)

    def _code_fault(self, cells: dict[str, str], row: int) -> str:
        code = cells["dossier_code"]
        first = self._first_row.setdefault(code, row)
        if first != row:
            return _("The same code is in row %(row)d already. Keep one of the two rows.") % {
                "row": first
            }
        if _OWN_CODE.fullmatch(code):
            return _(
                "Codes like “%(code)s” are given out by this system. Write the code of the paper "
                "or of the other system."
            ) % {"code": code}
        if "/" in code or "\\" in code or not any(char.isdigit() for char in code):
            return _(
                "A dossier code has at least one digit and no slash. Write a hyphen for a slash."
            )
        return ""

    def _directed(self, text: str) -> datetime:
        at = self._instant(text)
        try:
            self._count.count(RULE, at)
        except CalendarNotPublished as missing:
            raise _Bad(
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
            raise _Bad(refusal.sentence) from refusal
        return at

    def _reported(self, text: str, directed_at: datetime | None) -> datetime:
        at = self._instant(text)
        if directed_at and at < directed_at:
            raise _Bad(
                _("The report lies before the direction (%(directed)s). Check both instants.")
                % {"directed": shown(directed_at)}
            )
        return at

    def _instant(self, text: str) -> datetime:
        """An aware instant; without an offset it is local, a bare date is its first moment."""
        try:
            at = parse_datetime(text)
            at = timezone.make_aware(at) if at and timezone.is_naive(at) else at
            if at:
                local_day(at)
        except (ValueError, OverflowError):
            at = None
        if at is None:
            raise _Bad(
                _(
                    "“%(text)s” is not an instant. Write it as 2026-11-20T15:00 (local time) or "
                    "2026-11-20T15:00+07:00."
                )
                % {"text": text}
            )
        if at > self._now:
            raise _Bad(_("This lies in the future. Check day, month and year."))
        return at


def shown(moment: datetime) -> str:
    """An instant as people write it here."""
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"


def _plain(column: str, text: str) -> str:
    """The text of a cell in its normal form. Raises ``_Bad``."""
    if has_control_characters(text):
        raise _Bad(_("The cell holds a line break or invisible characters. Type its text again."))
    plain = normalise(text)
    if not plain and column not in _MAY_BE_EMPTY:
        raise _Bad(_("This cell is empty. Enter what the paper says."))
    if len(plain) > _LONGEST[column]:
        raise _Bad(
            _("The text is longer than %(most)d characters. Shorten it.")
            % {"most": _LONGEST[column]}
        )
    return plain
