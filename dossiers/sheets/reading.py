"""A file of a clerk, read: its header found, its columns ours, its rows one after the other.

    sheet = read(upload, name="Theo dõi hồ sơ 2026.xlsx")
    for row in sheet.rows():
        matter = as_line(row.cells["matter"])

Whatever cannot be a list is refused as a whole with ``SheetRefused``, whose sentence says where the
fault is and what to do. What is wrong in a single cell is not known here: see ``cells``.
"""

import io
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dossiers.sheets.cells import Value, column_letters, is_blank
from dossiers.sheets.delimited import read_delimited
from dossiers.sheets.encodings import Script
from dossiers.sheets.grids import Grid
from dossiers.sheets.headers import REQUIRED, TITLES, Header, Layout, find_layout
from dossiers.sheets.limits import MIB, Limits, SheetRefused
from dossiers.sheets.sifting import Passed, Row, Sieve
from dossiers.sheets.workbooks import read_workbook

__all__ = ["Limits", "Passed", "Row", "Sheet", "SheetRefused", "read"]

_TEXT_KINDS = frozenset({"csv", "txt", "tsv"})
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_KINDS = (
    _OLE,
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)
#: A protected workbook is an old container around a stream of this name.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(slots=True)
class Sheet:
    """A list that was found in a file. ``rows()`` may be asked for several times.

    ``headers`` are all columns of the file in their order; ``notes`` are sentences about what was
    read differently from how it looks (hidden sheets, columns left out, letters of old fonts).
    ``header_row`` is the number of the last row of the header.
    """

    name: str
    kind: str
    sheet_name: str
    headers: tuple[Header, ...]
    header_row: int
    encoding: str
    separator: str
    notes: list[str]
    grid: Grid = field(repr=False)
    layout: Layout = field(repr=False)
    required: frozenset[str] = field(repr=False)
    limits: Limits = field(repr=False)
    old_letters: bool = True
    passed: list[Passed] = field(default_factory=list, repr=False)
    more_passed: int = 0

    def rows(self) -> Iterator[Row]:
        """The dossiers, from the first. Afterwards ``passed`` names the rows that are none of them.

        Raises ``SheetRefused`` at a row that makes the file unreadable; nothing read before it may
        be kept.
        """
        sieve = Sieve(
            self.grid,
            self.layout,
            required=self.required,
            limits=self.limits,
            old_letters=self.old_letters,
        )
        yield from sieve.rows(self.header_row + 1)
        self.passed, self.more_passed = sieve.passed, sieve.more_passed
        late = [*self.grid.notes, *_converted_notes(sieve.converted)]
        self.notes += [note for note in late if note not in self.notes]

    @property
    def columns(self) -> frozenset[str]:
        """Our columns that the file has."""
        return frozenset(self.layout.places)


def read(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    name: str,
    limits: Limits | None = None,
    required: Collection[str] = REQUIRED,
    mapping: Mapping[str, str] | None = None,
    sheet_name: str = "",
    old_letters: bool = True,
) -> Sheet:
    """The list in a file of the kind that ``name`` and the content both say.

    ``required`` are our columns without which the file is refused. ``mapping`` gives titles of the
    file and the column of ours each is to become, "" for none. ``sheet_name`` chooses a sheet of a
    workbook; else the first visible one with the required columns is read. ``old_letters=False``
    takes the letters of the cells as they are. Raises ``SheetRefused``.
    """
    limits = limits or Limits()
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            return read(
                io.BytesIO(_taken(file, limits)),
                name=name,
                limits=limits,
                required=required,
                mapping=mapping,
                sheet_name=sheet_name,
                old_letters=old_letters,
            )
    data = _taken(source, limits)
    kind = _kind(data, name)
    notes: list[str] = []
    if kind == "xlsx":
        grids, hidden = read_workbook(io.BytesIO(data), limits=limits)
        notes += _hidden_note(hidden)
        grids = _chosen(grids, hidden, sheet_name)
    else:
        grids = [read_delimited(data, limits=limits, mapping=mapping)]
    grid, layout, numbers = _first_list(grids, frozenset(required), mapping, limits)
    notes += [*grid.notes, *_other_sheets_note(grids, grid), *_overruled_notes(layout)]
    if grid.encoding and not grid.encoding.startswith("UTF"):
        notes.append(
            _("The letters were converted from %(encoding)s.") % {"encoding": grid.encoding}
        )
    return Sheet(
        name=name,
        kind=kind,
        sheet_name=grid.sheet_name,
        headers=layout.headers,
        header_row=numbers[layout.last_row],
        encoding=grid.encoding,
        separator=grid.separator,
        notes=notes,
        grid=grid,
        layout=layout,
        required=frozenset(required),
        limits=limits,
        old_letters=old_letters,
    )


def _taken(file: BinaryIO, limits: Limits) -> bytes:
    """The bytes of the file from its beginning, one more than the limit at most."""
    if file.seekable():
        file.seek(0)
    data = file.read(limits.file_bytes + 1)
    if not data:
        raise SheetRefused(_("The file is empty (0 bytes). Choose the file with the list."))
    if len(data) > limits.file_bytes:
        raise SheetRefused(
            _("The file is larger than %(limit)s MB. Split the list into several files.")
            % {"limit": limits.file_bytes // MIB}
        )
    return data


def _kind(data: bytes, name: str) -> str:
    """ "xlsx" or "csv", by name and content together. Raises ``SheetRefused``."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if data.startswith(_OLE):
        raise _old_container(data)
    if data.startswith(_ZIP):
        if ending == "xlsx":
            return "xlsx"
        if ending in _TEXT_KINDS:
            raise SheetRefused(
                _(
                    "“%(name)s” is named as a text file, but it is an Excel workbook. Change the "
                    "end of its name to .xlsx and send it again."
                )
                % {"name": name}
            )
    elif ending in _TEXT_KINDS and not data.startswith(_OTHER_KINDS):
        return "csv"
    elif ending in {"xlsx", "xls"}:
        raise SheetRefused(
            _(
                "“%(name)s” is named as an Excel workbook, but it is none. Open it in Excel, save "
                "it as “Excel Workbook (*.xlsx)” and send that."
            )
            % {"name": name}
        )
    raise SheetRefused(
        _("“%(name)s” is no list that can be read. Send an Excel workbook (.xlsx) or a CSV file.")
        % {"name": name}
    )


def _old_container(data: bytes) -> SheetRefused:
    if _PROTECTED in data:
        return SheetRefused(
            _(
                "This workbook is protected by a password. Open it in Excel, remove the password "
                "(File, Info, Protect Workbook), save it and send it again."
            )
        )
    return SheetRefused(
        _(
            "This is a file of an old Excel (.xls). Open it in Excel, choose Save As, “Excel "
            "Workbook (*.xlsx)”, and send that."
        )
    )


def _chosen(grids: list[Grid], hidden: list[str], sheet_name: str) -> list[Grid]:
    if not grids:
        raise SheetRefused(
            _("No visible sheet of this workbook holds anything. Unhide the sheet with the list.")
            if hidden
            else _("The workbook is empty. Choose the file with the list.")
        )
    if not sheet_name:
        return grids
    if chosen := [grid for grid in grids if grid.sheet_name == sheet_name]:
        return chosen
    raise SheetRefused(
        _("There is no visible sheet “%(sheet)s”. The workbook has: %(sheets)s.")
        % {"sheet": sheet_name, "sheets": ", ".join(grid.sheet_name for grid in grids)}
    )


def _first_list(
    grids: list[Grid],
    required: frozenset[str],
    mapping: Mapping[str, str] | None,
    limits: Limits,
) -> tuple[Grid, Layout, list[int]]:
    """The first sheet with all required columns; else the fault of the one that has most."""
    nearest: tuple[int, Grid, Layout] | None = None
    too_large: SheetRefused | None = None
    for grid in grids:
        try:
            numbers, head = _head(grid, limits.header_within)
        except SheetRefused as refusal:
            too_large = refusal
            continue
        layout = find_layout(head, mapping=mapping)
        if layout is None:
            continue
        if not layout.missing(required):
            return grid, layout, numbers
        if nearest is None or len(layout.places) > nearest[0]:
            nearest = (len(layout.places), grid, layout)
    if nearest is None and too_large:
        raise too_large
    if nearest is None:
        raise SheetRefused(
            _(
                "No header was found in the first %(count)s rows. The list needs one row with the "
                "names of its columns, for example “%(agency)s” and “%(matter)s”."
            )
            % {
                "count": limits.header_within,
                "agency": TITLES["agency_name"],
                "matter": TITLES["matter"],
            }
        )
    raise _missing(nearest[1], nearest[2], required)


def _head(grid: Grid, count: int) -> tuple[list[int], list[list[Value]]]:
    """The first rows that show something, with their numbers."""
    numbers: list[int] = []
    head: list[list[Value]] = []
    for number, row in grid.rows():
        if any(not is_blank(value) for value in row):
            numbers.append(number)
            head.append(list(row))
            if len(head) == count:
                break
    return numbers, head


def _missing(grid: Grid, layout: Layout, required: frozenset[str]) -> SheetRefused:
    titles = [header.title for header in layout.headers if header.title]
    return SheetRefused(
        _(
            "The list has no column for: %(missing)s. Its columns are: %(titles)s. Name the "
            "columns as in the template, or say which is which."
        )
        % {
            "missing": ", ".join(f"“{TITLES[name]}”" for name in layout.missing(required)),
            "titles": ", ".join(f"“{title}”" for title in titles[:20]),
        }
    )


def _hidden_note(hidden: list[str]) -> list[str]:
    if not hidden:
        return []
    return [
        ngettext(
            "The hidden sheet was not read: %(sheets)s.",
            "The hidden sheets were not read: %(sheets)s.",
            len(hidden),
        )
        % {"sheets": ", ".join(f"“{name}”" for name in hidden)}
    ]


def _other_sheets_note(grids: list[Grid], read: Grid) -> list[str]:
    others = [grid.sheet_name for grid in grids if grid is not read]
    if not others:
        return []
    return [
        _("Only the sheet “%(sheet)s” was read. The workbook also has: %(others)s.")
        % {"sheet": read.sheet_name, "others": ", ".join(f"“{name}”" for name in others)}
    ]


def _converted_notes(scripts: Mapping[int, Script]) -> list[str]:
    return [
        _("The letters of column %(letters)s were converted from %(encoding)s.")
        % {"letters": column_letters(at + 1), "encoding": script}
        for at, script in scripts.items()
    ]


def _overruled_notes(layout: Layout) -> list[str]:
    return [
        _("Column %(letters)s (“%(title)s”) was left out: another column fits better.")
        % {"letters": header.letters, "title": header.title}
        for header in layout.overruled
    ]
