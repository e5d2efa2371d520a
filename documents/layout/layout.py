"""What an official paper says, part by part, without a word on how it looks.

The parts and their order are those of Nghị định 30/2020/NĐ-CP Điều 8 and Phụ lục I. All text is
plain text: nothing in it is markup for any printer. Line breaks in a text begin a new paragraph.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Urgency(StrEnum):
    """The urgency mark, as it is stamped (Phụ lục I, phần II, mục III)."""

    NORMAL = ""
    URGENT = "KHẨN"
    VERY_URGENT = "THƯỢNG KHẨN"
    EXPRESS = "HỎA TỐC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the body: level 1 ("I. …") or 2 ("1. …"), bold; the number is in the text."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph. ``lead`` stands bold before the text ("Điều 1."). ``centred`` and ``bold`` are
    for lines like "QUYẾT ĐỊNH:"."""

    text: str
    lead: str = ""
    bold: bool = False
    italic: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list, each item a paragraph behind a dash. ``words`` marks copied words (names of files),
    which are not checked for style."""

    items: tuple[str, ...]
    words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a person said or decided, in that person's own words, never corrected or checked for
    style. ``whose`` names the person or side, for the reader of the code; it is not printed."""

    text: str
    whose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its heading, its share of the width, whether it is centred, and whether
    it holds copied words (matters, explanations), which are not checked for style."""

    title: str
    width: int = 1
    centred: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; its heading row is repeated on every page. ``total`` is a bold last row, ``note`` a
    line under the table."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    total: tuple[str, ...] = ()
    note: str = ""


Block = Heading | Paragraph | Items | Words | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature. ``capacity`` is TM., Q., KT., TL. or TUQ. and stands before ``body``
    ("TL." "CHỦ TỊCH"), the signer's own post under it ("CHÁNH VĂN PHÒNG"); alone, ``post`` is the
    only line. ``hint`` is a line like "(Ký, ghi rõ họ tên)". ``refused`` is why this side did not
    sign, ``witness`` who saw it. No academic title before ``name`` (Nghị định 30/2020)."""

    post: str
    name: str = ""
    capacity: str = ""
    body: str = ""
    hint: str = ""
    refused: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """An annex on pages of its own, numbered on their own; ``landscape`` for wide tables."""

    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One official paper.

    ``governing`` and ``issuer`` head the left column, given as they are read in a sentence ("Sở Nội
    vụ"); the printer writes capitals. ``symbol`` follows the number ("TTr-SNV"); without a number
    its place is left blank; without a symbol the paper has no number line. ``day`` is the local
    date of issue; without one the date is left blank. ``type_name`` ("Tờ trình") is empty in an
    official letter, whose ``abstract`` then stands under the number behind "V/v". ``authority`` is
    the line over the legal bases of a decision ("Giám đốc Sở Nội vụ"). ``bases`` are whole
    sentences without end marks. One signature stands at the right, beside ``copies`` ("Nơi nhận");
    several stand in columns, in this order.
    """

    issuer: str
    abstract: str
    body: tuple[Block, ...]
    governing: str = ""
    number: int | None = None
    symbol: str = ""
    place: str = "Hà Nội"
    day: date | None = None
    draft: bool = False
    urgency: Urgency = Urgency.NORMAL
    type_name: str = ""
    authority: str = ""
    bases: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    copies: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()

    @property
    def ref(self) -> str:
        """Number and symbol, "05/BB-SNV"; empty while the number is not given."""
        return "" if self.number is None else f"{self.number:02d}/{self.symbol}"

    @property
    def title(self) -> str:
        """The paper in one line, for lists, file properties and readers by ear."""
        name = self.type_name or "Công văn"
        numbered = f"{name} số {self.ref}" if self.ref else name
        return f"{numbered}: {self.abstract}"
