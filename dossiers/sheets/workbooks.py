"""XLSX: which sheets there are, which of them are in view, and what is merged or hidden in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import ngettext

from dossiers.sheets.grids import Block, Grid, NumberedRow
from dossiers.sheets.limits import Limits, SheetRefused
from dossiers.sheets.packages import BOOK, LINKS, Package, damaged, local
from dossiers.sheets.worksheets import Common, place_of, read_rows, read_styles, read_texts

_MOST_BLOCKS = 200_000
_TAG = 400
_MARKS = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]{0,200}?\bref=[\"']([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})[\"']"
    rb"|<(?:\w+:)?row\s[^<>]{0,300}?\bhidden=[\"'](?:1|true)[\"']"
)


@dataclass(slots=True)
class _Contents:
    """What the book says about itself: name, link and visibility of its sheets, parts by link."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    since_1904: bool = False


@dataclass(slots=True)
class _Marks:
    """What a worksheet says beside its values, much of it only after them."""

    blocks: list[Block] = field(default_factory=list)
    hidden_rows: int = 0


def read_workbook(file: BinaryIO, *, limits: Limits) -> tuple[list[Grid], list[str]]:
    """The visible worksheets that hold something, and the names of the hidden ones.

    Raises ``SheetRefused``; for what is wrong in a sheet only while its rows are read.
    """
    package = Package(file, limits)
    contents = _contents(package)
    common = Common(read_texts(package, limits), read_styles(package), contents.since_1904)
    grids: list[Grid] = []
    for name, link, visible in contents.sheets:
        part = contents.parts.get(link, "")
        if visible and part in package and name not in {grid.sheet_name for grid in grids}:
            grids.append(_grid(package, part, name, common, limits))
    return (
        [grid for grid in grids if _holds_something(grid)],
        [name for name, _link, visible in contents.sheets if not visible],
    )


def _grid(package: Package, part: str, name: str, common: Common, limits: Limits) -> Grid:
    marks = _marks(package, part)
    notes = _hidden_rows_note(marks.hidden_rows, name)

    def rows() -> Iterator[NumberedRow]:
        missing: list[str] = []
        yield from read_rows(
            package, part, sheet=name, common=common, limits=limits, missing=missing
        )
        notes.extend(note for note in _missing_note(missing, name) if note not in notes)

    return Grid(
        rows=rows,
        sheet_name=name,
        blocks=tuple(marks.blocks),
        since_1904=common.since_1904,
        notes=notes,
    )


def _holds_something(grid: Grid) -> bool:
    try:
        return next(grid.rows(), None) is not None
    except SheetRefused:
        return True  # said when it is the sheet that is read


def _contents(package: Package) -> _Contents:
    contents = _Contents()
    if LINKS not in package:
        raise damaged()

    def in_book(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "workbookPr":
            contents.since_1904 = attributes.get("date1904", "") in {"1", "true"}
        elif local(name) == "sheet":
            link = next((v for k, v in attributes.items() if ":" in k and local(k) == "id"), "")
            visible = attributes.get("state", "visible") == "visible"
            contents.sheets.append((attributes.get("name", ""), link, visible))

    def in_links(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship":
            target = attributes.get("Target", "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if attributes.get("Type", "").endswith("/worksheet"):
                contents.parts[attributes.get("Id", "")] = part

    for part, watch in ((BOOK, in_book), (LINKS, in_links)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = watch
        package.parse_whole(part, parser)
    return contents


def _marks(package: Package, part: str) -> _Marks:
    """Merged blocks and hidden rows, found in the bytes: they stand behind the rows they concern.

    They only fill in blanks and count rows, so that a list read without them is poorer, not wrong.
    """
    marks = _Marks()
    rest = b""
    for piece in package.pieces(part):
        text = rest + piece
        end = max(len(text) - _TAG, 0)
        cut = text.rfind(b"<", end)
        cut = cut if cut >= 0 else len(text)
        for match in _MARKS.finditer(text, 0, cut):
            _mark(marks, match)
        rest = text[cut:]
    for match in _MARKS.finditer(rest):
        _mark(marks, match)
    return marks


def _mark(marks: _Marks, match: re.Match[bytes]) -> None:
    if not match[1]:
        marks.hidden_rows += 1
    elif len(marks.blocks) < _MOST_BLOCKS:
        left, top = place_of(match[1].decode())
        right, bottom = place_of(match[2].decode())
        marks.blocks.append((top - 1, left - 1, bottom - 1, right - 1))


def _hidden_rows_note(count: int, sheet: str) -> list[str]:
    if not count:
        return []
    return [
        ngettext(
            "%(count)s hidden row of sheet “%(sheet)s” was read too.",
            "%(count)s hidden rows of sheet “%(sheet)s” were read too.",
            count,
        )
        % {"count": count, "sheet": sheet}
    ]


def _missing_note(places: list[str], sheet: str) -> list[str]:
    if not places:
        return []
    return [
        ngettext(
            "%(count)s formula of sheet “%(sheet)s” has no stored result and was read as blank "
            "(%(place)s). Open the file in Excel and save it, then send it again.",
            "%(count)s formulas of sheet “%(sheet)s” have no stored result and were read as blank "
            "(the first in %(place)s). Open the file in Excel and save it, then send it again.",
            len(places),
        )
        % {"count": len(places), "sheet": sheet, "place": places[0]}
    ]
