"""CSV and its kin: letters, separator and line ends found out, quotation marks taken strictly."""

import csv
import re
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from dossiers.sheets import formulas
from dossiers.sheets.cells import column_letters
from dossiers.sheets.encodings import decode
from dossiers.sheets.grids import Grid, NumberedRow
from dossiers.sheets.headers import find_layout
from dossiers.sheets.limits import Limits, SheetRefused

SEPARATORS = ";,\t|"
_DIRECTIVE = re.compile(r"sep=([^\r\n])(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_WEB_PAGE = re.compile(r"\s*<(?:!doctype|html|head|table|\?xml|meta)\b", re.IGNORECASE)


def read_delimited(data: bytes, *, limits: Limits, mapping: Mapping[str, str] | None) -> Grid:
    """The rows of a text file. Raises ``SheetRefused``, also later, while the rows are read.

    Quotation marks are taken strictly: an unbalanced one would swallow all later rows into one
    cell without a word. What ``formulas.neutralise`` added when we wrote the file is taken off.
    """
    decoded = decode(data)
    text = decoded.text
    if _WEB_PAGE.match(text):
        raise SheetRefused(
            _(
                "This is a web page with the name of a list. Open it in Excel and save it as "
                "“Excel Workbook (*.xlsx)”."
            )
        )
    separator = _separator(text, limits, mapping)
    directive = _DIRECTIVE.match(text)
    start = directive.end() if directive else 0
    return Grid(
        rows=lambda: _rows(text, start, separator, limits),
        encoding=decoded.encoding,
        separator=separator,
    )


def _separator(text: str, limits: Limits, mapping: Mapping[str, str] | None) -> str:
    """The sign under which the header names most columns; else the one that makes most cells."""
    if directive := _DIRECTIVE.match(text):
        return directive[1]
    best, most = SEPARATORS[0], (-1, -1)
    for separator in SEPARATORS:
        head = _head(text, separator, limits.header_within)
        try:
            layout = find_layout(head, mapping=mapping)
        except SheetRefused:
            return separator  # two columns of the same name: only the right separator shows them
        found = (len(layout.places) if layout else 0, max(map(len, head), default=0))
        if found > most:
            best, most = separator, found
    return best


def _head(text: str, separator: str, count: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(_lines(text, 0), delimiter=separator):
            rows.append(row)
            if len(rows) == count:
                break
    except csv.Error:
        pass  # said with its line when the rows are read in earnest
    return rows


def _rows(text: str, start: int, separator: str, limits: Limits) -> Iterator[NumberedRow]:
    reader = csv.reader(_lines(text, start), delimiter=separator, strict=True)
    number, line = 0, 0
    while True:
        number, line = number + 1, reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _broken(error, number, line, limits) from None
        if row is None:
            return
        for at, value in enumerate(row):
            if len(value) > limits.cell:
                raise _too_long(number, line, column_letters(at + 1), limits)
            if value:
                row[at] = formulas.restore(value)
        yield number, row


def _lines(text: str, start: int) -> Iterator[str]:
    """Lines with their ends, for Windows, Unix and old Macintosh files alike."""
    for match in _LINE.finditer(text, start):
        if line := match[0]:
            yield line


def _broken(error: csv.Error, number: int, line: int, limits: Limits) -> SheetRefused:
    if "field larger" in str(error):
        return _too_long(number, line, "", limits)
    return SheetRefused(
        _(
            'Row %(row)s (line %(line)s): a quotation mark (") is opened and not closed, or stands '
            "inside a quoted text without being doubled. Mend this row and send the file again; "
            "nothing was taken from it."
        )
        % {"row": number, "line": line}
    )


def _too_long(number: int, line: int, letters: str, limits: Limits) -> SheetRefused:
    return SheetRefused(
        _(
            "Row %(row)s (line %(line)s): a cell holds more than %(limit)s characters%(place)s. "
            'Perhaps a quotation mark (") is not closed there. Mend this row and send the file '
            "again."
        )
        % {
            "row": number,
            "line": line,
            "limit": limits.cell,
            "place": f" ({letters})" if letters else "",
        }
    )
