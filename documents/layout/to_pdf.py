"""A layout as PDF: tagged (PDF/UA-1), for the archive (PDF/A-2b), the same bytes each time.

Typst sets the page (``paper.typ`` beside this file). Text reaches it as JSON in one input, never as
markup; the only font is Tinos, which has the widths of Times New Roman.
"""

import json
import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from documents.layout import glyphs, wording
from documents.layout.layout import (
    Annex,
    Block,
    Heading,
    Items,
    Layout,
    Paragraph,
    Signature,
    Table,
    Words,
)

TEMPLATE = Path(__file__).resolve().parent / "paper.typ"
STANDARDS = ["ua-1", "a-2b"]
#: PDF/A asks for a date in the file; a draft without one takes this. It is not printed.
UNDATED = date(2020, 1, 1)
#: A longer run of letters without a space is a code or an address: it may break within.
LONG = 16
_ZERO_WIDTH = "\u200b"
_MARKS = re.compile(r"[./_:@&=?-]")


class NotPrinted(RuntimeError):
    """The typesetter refused: a fault of the template or of the machine, not of the text."""


def pdf(layout: Layout) -> bytes:
    """The paper as PDF. Raises ``NotPrinted``."""
    said = json.dumps(_page(wording.cleaned(layout)), ensure_ascii=False)
    try:
        return typst.compile(
            _template(),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"paper": said},
            pdf_standards=STANDARDS,
            timestamp=_instant(layout),
        )
    except typst.TypstError as error:
        raise NotPrinted(str(error)) from error


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


@cache
def _fonts() -> "typst.Fonts":
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(glyphs.FONTS)]
    )


def _instant(layout: Layout) -> datetime:
    """The creation date in the file: the start of the paper's day, never the clock on the wall."""
    day = layout.day or UNDATED
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


# --- the text as the template reads it ------------------------------------------------------------


def _page(layout: Layout) -> dict[str, Any]:
    lines = wording.lines(layout)
    levels = _Levels(1 if layout.type_name else 0)
    day = layout.day or UNDATED
    return {
        "title": _shown(layout.title),
        "author": _shown(layout.issuer),
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "nation": wording.NATION,
        "motto": wording.MOTTO,
        "governing": _text(lines.governing),
        "issuer": _text(lines.issuer),
        "number": _text(lines.number),
        "subject": _text(lines.subject),
        "date": _text(lines.date),
        "urgency": _text(str(layout.urgency)),
        "draft": wording.DRAFT if layout.draft else "",
        "type_name": _text(lines.type_name),
        "abstract": _text(lines.abstract),
        "authority": _text(lines.authority),
        "bases": [_text(one) for one in lines.bases],
        "to_label": wording.TO,
        "to": [_text(one) for one in lines.to],
        "body": [part for block in layout.body for part in _block(block, levels)],
        "copies_label": wording.COPIES,
        "copies": [_text(one) for one in lines.copies],
        "signatures": [_signature(one) for one in layout.signatures],
        "annexes": [_annex(layout, one, n) for n, one in enumerate(layout.annexes)],
    }


class _Levels:
    """Headings below those of the paper, none skipped: PDF/UA-1 asks for it."""

    def __init__(self, above: int) -> None:
        self._above = self._last = above

    def of(self, level: int) -> int:
        self._last = min(self._above + level, self._last + 1)
        return self._last


def _annex(layout: Layout, annex: Annex, position: int) -> dict[str, Any]:
    levels = _Levels(1)
    return {
        "name": _text(wording.annex_name(layout, position)),
        "title": _text(annex.title),
        "note": _text(wording.annex_note(layout)),
        "landscape": annex.landscape,
        "body": [part for block in annex.blocks for part in _block(block, levels)],
    }


def _signature(one: Signature) -> dict[str, Any]:
    return {
        "posts": [_text(line) for line in wording.posts(one)],
        "hint": _text(one.hint),
        "name": _text(one.name),
        "refusal": [_text(line) for line in wording.refusal(one)] if one.refused else [],
    }


def _block(block: Block, levels: _Levels) -> list[dict[str, Any]]:
    match block:
        case Heading():
            return [{"is": "heading", "level": levels.of(block.level), "text": _text(block.text)}]
        case Paragraph():
            style = {"bold": block.bold, "italic": block.italic, "centred": block.centred}
            first, *more = block.text.split("\n")
            said = [{"is": "text", "lead": _text(block.lead), "text": _text(first), **style}]
            return said + [
                {"is": "text", "lead": "", "text": _text(line), **style} for line in more if line
            ]
        case Words():
            style = {"lead": "", "bold": False, "italic": False, "centred": False}
            return [
                {"is": "text", "text": _text(line), **style}
                for line in block.text.split("\n")
                if line.strip()
            ]
        case Items():
            return [{"is": "items", "items": [_text(one) for one in block.items]}]
        case Table():
            return [_table(block)]


def _table(table: Table) -> dict[str, Any]:
    width = len(table.columns)
    rows = [[_text(cell) for cell in row[:width]] for row in table.rows]
    return {
        "is": "table",
        "caption": _text(table.caption),
        "note": _text(table.note),
        "widths": [column.width for column in table.columns],
        "centred": [column.centred for column in table.columns],
        "head": [_text(column.title) for column in table.columns],
        "rows": [row + [""] * (width - len(row)) for row in rows],
        "total": [_text(cell) for cell in table.total],
    }


def _text(text: str) -> str:
    """The text in letters that the font has; long runs may break within."""
    said = _shown(text)
    if any(len(run) > LONG for run in said.split()):
        return "".join(_breakable(run) for run in _runs(said))
    return said


def _shown(text: str) -> str:
    """The text in letters that the font has; a sign stands for each one that it lacks."""
    shown = glyphs.shown()
    return "".join(
        letter
        if ord(letter) in shown or letter == "\n"
        else ""
        if unicodedata.category(letter) in ("Cf", "Mn", "Me")
        else glyphs.MISSING
        for letter in text
    )


def _runs(text: str) -> list[str]:
    runs, run = [], ""
    for letter in text:
        if letter.isspace():
            runs += [run, letter]
            run = ""
        else:
            run += letter
    return [*runs, run]


def _breakable(run: str) -> str:
    """A long run may break behind its marks; without marks, anywhere."""
    if len(run) <= LONG:
        return run
    pieces = _MARKS.sub(rf"\g<0>{_ZERO_WIDTH}", run).split(_ZERO_WIDTH)
    return _ZERO_WIDTH.join(
        piece if len(piece) <= LONG else _ZERO_WIDTH.join(piece) for piece in pieces if piece
    )
