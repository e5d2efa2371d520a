"""A printed paper measured: lines with their place in millimetres, their font and size."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pdfminer.high_level import extract_pages, extract_text
from pdfminer.layout import LAParams, LTChar, LTCurve, LTLine, LTRect, LTTextLine
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

from documents.layout import Layout, pdf

MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page, in millimetres from the left and upper edge."""

    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float
    sizes: frozenset[float]
    fonts: frozenset[str]

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def is_bold(self) -> bool:
        return all("Bold" in font for font in self.fonts)

    @property
    def is_italic(self) -> bool:
        return all("Italic" in font for font in self.fonts)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A rule or border: its ends in millimetres."""

    page: int
    left: float
    right: float
    top: float


class Printed:
    """What was printed, read back from the file."""

    def __init__(self, said: Layout | bytes) -> None:
        self.bytes = said if isinstance(said, bytes) else pdf(said)

    @cached_property
    def pages(self) -> list[Any]:
        params = LAParams(char_margin=1.2, line_margin=0.01, boxes_flow=None)
        return list(extract_pages(io.BytesIO(self.bytes), laparams=params))

    @property
    def last_text(self) -> str:
        """The text of the last page alone: a long paper takes long to measure."""
        last = len(list(PDFPage.create_pages(self.document))) - 1
        return extract_text(io.BytesIO(self.bytes), page_numbers=[last])

    @cached_property
    def lines(self) -> list[Line]:
        return [
            self._line(page, n, found)
            for n, page in enumerate(self.pages, 1)
            for found in _walk(page)
            if isinstance(found, LTTextLine) and found.get_text().strip()
        ]

    @cached_property
    def strokes(self) -> list[Stroke]:
        return [
            Stroke(n, found.x0 / MM, found.x1 / MM, (page.height - found.y1) / MM)
            for n, page in enumerate(self.pages, 1)
            for found in page
            if isinstance(found, LTLine | LTRect | LTCurve)
        ]

    @property
    def text(self) -> str:
        """Everything in reading order, each run of blanks as one space."""
        return " ".join(" ".join(line.text for line in self.lines).split())

    def line(self, start: str) -> Line:
        """The first line that starts so."""
        return next(line for line in self.lines if line.text.startswith(start))

    @cached_property
    def document(self) -> PDFDocument:
        return PDFDocument(PDFParser(io.BytesIO(self.bytes)))

    @property
    def metadata(self) -> str:
        """The XMP packet."""
        return resolve1(self.document.catalog["Metadata"]).get_data().decode()

    @property
    def fonts(self) -> dict[str, bool]:
        """The name of each font and whether the file holds it."""
        found = {}
        for xref in self.document.xrefs:
            for number in xref.get_objids():
                thing = self.document.getobj(number)
                if isinstance(thing, dict) and str(thing.get("Type")) == "/'FontDescriptor'":
                    name = thing["FontName"].name.split("+")[-1]
                    found[name] = any(key in thing for key in ("FontFile2", "FontFile3"))
        return found

    def tags(self) -> list[str]:
        """The structure tree's tags in reading order."""
        return list(_tags(resolve1(self.document.catalog["StructTreeRoot"])))

    @staticmethod
    def _line(page, number: int, found: LTTextLine) -> Line:
        letters = [char for char in found if isinstance(char, LTChar)]
        shown = [char for char in letters if char.get_text().strip()]
        return Line(
            page=number,
            text=found.get_text().replace("\u200b", "").strip(),
            left=min(char.x0 for char in shown) / MM,
            right=max(char.x1 for char in shown) / MM,
            top=(page.height - max(char.y1 for char in shown)) / MM,
            bottom=(page.height - min(char.y0 for char in shown)) / MM,
            sizes=frozenset(round(char.size, 1) for char in shown),
            fonts=frozenset(char.fontname.split("+")[-1] for char in shown),
        )


def _walk(thing) -> Iterator[Any]:
    for part in thing:
        yield part
        if not isinstance(part, LTTextLine) and hasattr(part, "__iter__"):
            yield from _walk(part)


def _tags(node) -> Iterator[str]:
    node = resolve1(node)
    if not isinstance(node, dict):
        return
    if "S" in node:
        yield node["S"].name
    kids = resolve1(node.get("K", []))
    for kid in kids if isinstance(kids, list) else [kids]:
        yield from _tags(kid)
