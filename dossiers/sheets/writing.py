"""Lists written for Excel: CSV and XLSX that no cell can turn into a program.

XLSX is the better of the two: every text is typed as text and is kept as it is, dates are dates.
CSV has no types, so ``formulas.neutralise`` guards it with apostrophes, which ``reading.read``
takes off again.

The CSV is UTF-8 with a byte order mark, without which Excel shows "HÃ  Ná»™i"; lines end in CR LF;
the separator is the semicolon, because Excel splits a file that is opened by a double click at the
list separator of Windows, and where the comma is the decimal sign, as in Vietnam, Excel takes the
semicolon for it. (A machine set to English splits at commas: it should get XLSX, or
``separator=","``.) Every value is quoted, so that no other separator splits it unseen.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from agencies.text import search_key
from deadlines.calendar import HANOI
from dossiers.sheets import formulas
from dossiers.sheets.cells import Value
from dossiers.sheets.headers import title_of
from dossiers.sheets.reading import Sheet

Target = str | os.PathLike[str] | BinaryIO

_BOM = "\ufeff"
_PIECE_ROWS = 500
_MOST_ROWS = 1_048_576
_MOST_CHARACTERS = 32_767
_WIDTHS, _WIDTH_SAMPLE = (8, 60), 200
_DATE, _MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
#: Before it Excel counts a day too many.
_FIRST_DATE = date(1900, 3, 1)
#: What no XML and no database holds.
_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")
#: The title of the reasons in either language, as titles are compared.
_REASONS = ("reason mend and send again", "ly do sua roi gui lai")


def write_csv(
    columns: Sequence[str], rows: Iterable[Sequence[Value]], *, separator: str = ";"
) -> Iterator[bytes]:
    """The list as pieces of a CSV file, ready to be streamed. Rows are taken one by one.

    Dates are dd/mm/yyyy; instants are in the zone of Hanoi, to the minute, or to the second where
    they have seconds.
    """
    line = _Line()
    writer = csv.writer(line, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    line.parts.append(_BOM)
    writer.writerow([formulas.neutralise(str(title)) for title in columns])
    for at, row in enumerate(rows, start=1):
        writer.writerow([_in_csv(value) for value in row])
        if at % _PIECE_ROWS == 0:
            yield line.take()
    yield line.take()


def write_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[Value]], target: Target, *, title: str = ""
) -> int:
    """The list as a workbook in ``target``; how many rows. Holds one row in memory at a time.

    The header is bold, stays in view and filters. Instants are in the zone of Hanoi, to the second.
    A list longer than a sheet of Excel goes on in further sheets. A text longer than a cell of
    Excel is cut, and says so.
    """
    book = xlsxwriter.Workbook(
        os.fspath(target) if isinstance(target, str | os.PathLike) else target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    count = 0
    with book:
        part = _SheetWriter(book, columns, title)
        for row in rows:
            if part.is_full:
                part.finish()
                part = _SheetWriter(book, columns, title)
            part.write(row)
            count += 1
        part.finish()
    return count


def rejected(
    sheet: Sheet, errors: Mapping[int, Sequence[str]]
) -> tuple[list[str], Iterator[list[Value]]]:
    """Titles and rows of the file to mend: the rows of ``errors`` as they were, and why.

    ``errors`` gives the sentences for each number of a row. Merged cells are filled in, so that
    each row stands for itself; the reasons of an earlier file to mend give way to the new ones.
    """
    reason = _("Reason (mend and send again)")
    kept = [
        at
        for at, header in enumerate(sheet.headers)
        if search_key(header.title) not in {search_key(reason), *_REASONS}
    ]
    titles = [title_of(sheet.layout, at) for at in kept]

    def rows() -> Iterator[list[Value]]:
        for row in sheet.rows():
            if sentences := errors.get(row.number):
                values = [row.values[at] if at < len(row.values) else None for at in kept]
                yield [*values, " ".join(sentences)]

    return [*titles, reason], rows()


def reject_file(sheet: Sheet, errors: Mapping[int, Sequence[str]], target: Target) -> int:
    """The rejected rows as a workbook to mend and send again; how many rows it has."""
    titles, rows = rejected(sheet, errors)
    return write_xlsx(titles, rows, target)


class _Line:
    """What ``csv.writer`` wrote since the last piece."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)

    def take(self) -> bytes:
        piece = "".join(self.parts).encode()
        self.parts.clear()
        return piece


class _SheetWriter:
    """One sheet of a workbook, from its header down."""

    def __init__(self, book: xlsxwriter.Workbook, columns: Sequence[str], title: str):
        self.sheet: Worksheet = book.add_worksheet(_sheet_name(book, title))
        self.columns = [str(column) for column in columns]
        self.row = 1
        self.widths = [len(column) + 3 for column in self.columns]
        self.date = _format(book, num_format=_DATE)
        self.moment = _format(book, num_format=_MOMENT)
        self.time = _format(book, num_format="hh:mm")
        self.text = _format(book, text_wrap=True)
        self.guarded = _format(book, text_wrap=True, quote_prefix=True, num_format="@")
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        for at, column in enumerate(self.columns):
            self.sheet.write_string(0, at, column, _format(book, bold=True, text_wrap=True))

    @property
    def is_full(self) -> bool:
        return self.row >= _MOST_ROWS

    def write(self, row: Sequence[Value]) -> None:
        for at, value in enumerate(row):
            shown = self._write(at, value)
            if self.row <= _WIDTH_SAMPLE and at < len(self.widths):
                self.widths[at] = max(self.widths[at], shown + 2)
        self.row += 1

    def finish(self) -> None:
        for at, width in enumerate(self.widths):
            self.sheet.set_column(at, at, min(max(width, _WIDTHS[0]), _WIDTHS[1]))
        if self.columns:
            self.sheet.autofilter(0, 0, self.row - 1, len(self.columns) - 1)

    def _write(self, at: int, value: Value) -> int:
        """Write one value by its type; how many characters it shows."""
        if value is None:
            return 0
        if isinstance(value, bool):
            self.sheet.write_boolean(self.row, at, value)
        elif isinstance(value, int | float) and abs(value) < 10**15:
            self.sheet.write_number(self.row, at, value)
        elif isinstance(value, datetime) and value.date() >= _FIRST_DATE:
            moment = _naive(value).replace(microsecond=0)
            self.sheet.write_datetime(self.row, at, moment, self.moment)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DATE:
            self.sheet.write_datetime(self.row, at, value, self.date)
        elif isinstance(value, time):
            self.sheet.write_datetime(self.row, at, value.replace(tzinfo=None), self.time)
        else:
            return self._write_text(at, _said(value))
        return len(_DATE)

    def _write_text(self, at: int, text: str) -> int:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > _MOST_CHARACTERS:
            mark = _(" … (cut: longer than a cell of Excel)")
            text = text[: _MOST_CHARACTERS - len(mark)] + mark
        form = self.guarded if formulas.is_dangerous(text) else self.text
        self.sheet.write_string(self.row, at, text, form)
        return max(map(len, text.split("\n")))


def _in_csv(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return formulas.neutralise(_said(value))
    return value


def _said(value: Value) -> str:
    """A value as text, as people write it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        moment = _naive(value)
        return f"{moment:%d/%m/%Y %H:%M:%S}" if moment.second else f"{moment:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return _NO_CHARACTERS.sub("\ufffd", str(value))


def _naive(moment: datetime) -> datetime:
    """The wall clock of Hanoi."""
    return moment.astimezone(HANOI).replace(tzinfo=None) if moment.tzinfo else moment


def _sheet_name(book: xlsxwriter.Workbook, title: str) -> str | None:
    """A name that Excel takes; only the first sheet has the title, further ones are numbered."""
    name = "".join(" " if sign in r"[]:*?/\'" else sign for sign in title).strip()
    count = len(book.worksheets())
    if not name:
        return None
    return name[:31] if not count else f"{name[:27]} {count + 1}"


def _format(book: xlsxwriter.Workbook, **properties: object) -> Format:
    return book.add_format({"valign": "top", **properties})
