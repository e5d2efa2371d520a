"""Parts of a DOCX file that python-docx has no words for: frames, rules, boxes, fields."""

import io
import zipfile

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

#: The left column of the head in millimetres, and the sizes of its lines in points.
LEFT, LINE = 65, 13
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class Cell:
    """Lines put one under the other into a cell of a frame."""

    def __init__(self, cell, alignment=ALIGN.CENTER) -> None:
        self._cell, self._alignment, self._used = cell, alignment, False

    def paragraph(self):
        made = self._cell.add_paragraph() if self._used else self._cell.paragraphs[0]
        self._used = True
        made.alignment = self._alignment
        tight(made)
        return made

    def line(self, text, size, *, bold=False, italic=False) -> None:
        run(self.paragraph(), text, size, bold=bold, italic=italic)

    def rule(self, length: float, width: float) -> None:
        ruled(self.paragraph(), length, width)

    def boxed(self, text: str, length: int, colour: str) -> None:
        made = self.paragraph()
        side = Mm((LEFT - length) / 2)
        shape = made.paragraph_format
        shape.left_indent = shape.right_indent = side
        shape.space_before = Pt(5)
        borders = OxmlElement("w:pBdr")
        for edge in ("top", "left", "bottom", "right"):
            borders.append(border(edge, 8, colour))
        insert(made, borders)
        mark = run(made, text, LINE, bold=True)
        mark.font.color.rgb = RGBColor.from_string(colour)

    def gap(self, millimetres: float) -> None:
        made = self.paragraph()
        made.paragraph_format.space_before = Mm(millimetres)


# --- small parts of the file ----------------------------------------------------------------------


def run(paragraph, text, size, *, bold=False, italic=False):
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.bold, run.font.italic = bold, italic
    return run


def tight(paragraph) -> None:
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = 1.0
    shape.first_line_indent = Mm(0)


def fill(paragraph, text: str, size: int, *, bold: bool, centred: bool) -> None:
    """Text into the paragraph of a table cell, by the shortest way: tables are long."""
    shape = paragraph.get_or_add_pPr()
    spacing = OxmlElement("w:spacing")
    for key, value in (("before", "0"), ("after", "0"), ("line", "240"), ("lineRule", "auto")):
        spacing.set(qn(f"w:{key}"), value)
    shape.append(spacing)
    if centred:
        align = OxmlElement("w:jc")
        align.set(qn("w:val"), "center")
        shape.append(align)
    run = paragraph.add_r()
    style = run.get_or_add_rPr()
    if bold:
        style.append(OxmlElement("w:b"))
    for tag in ("w:sz", "w:szCs"):
        letters = OxmlElement(tag)
        letters.set(qn("w:val"), str(size * 2))
        style.append(letters)
    run.text = text


def frame(file, widths, rows: int):
    """A table without lines that holds columns side by side."""
    table = file.add_table(rows=rows, cols=len(widths))
    fix(table, widths, margin=0)
    for row in table._tbl.tr_lst:  # a name is not torn from the post over it
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table


def fix(table, widths, *, margin: float) -> None:
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    properties = table._tbl.tblPr
    margins = OxmlElement("w:tblCellMar")
    for edge in ("left", "right"):
        side = OxmlElement(f"w:{edge}")
        side.set(qn("w:w"), str(twips(margin)))
        side.set(qn("w:type"), "dxa")
        margins.append(side)
    properties.append(margins)
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Length(Mm(1) * width)
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = Length(int(Mm(1) * width))


def ruled(paragraph, length: float, width: float) -> None:
    """A solid rule of a length in millimetres, centred in a column."""
    tight(paragraph)
    shape = paragraph.paragraph_format
    side = Length(int(Mm(1) * max(width - length, 0) / 2))
    shape.left_indent = shape.right_indent = side
    shape.space_before, shape.space_after = Pt(2), Pt(4)
    borders = OxmlElement("w:pBdr")
    borders.append(border("top", 6, "000000"))
    insert(paragraph, borders)
    low(paragraph)


def low(paragraph) -> None:
    """An empty paragraph is as high as its mark: here 2 points."""
    mark = OxmlElement("w:rPr")
    for tag in ("w:sz", "w:szCs"):
        size = OxmlElement(tag)
        size.set(qn("w:val"), "4")
        mark.append(size)
    paragraph._p.get_or_add_pPr().append(mark)


def border(edge: str, eighths: int, colour: str):
    made = OxmlElement(f"w:{edge}")
    for key, value in (("val", "single"), ("sz", str(eighths)), ("space", "1"), ("color", colour)):
        made.set(qn(f"w:{key}"), value)
    return made


def insert(paragraph, borders) -> None:
    """Borders stand before spacing and indents in a paragraph's properties (ISO 29500)."""
    properties = paragraph._p.get_or_add_pPr()
    later = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    for child in properties:
        if child.tag in {qn(tag) for tag in later}:
            child.addprevious(borders)
            return
    properties.append(borders)


def field(paragraph, name: str) -> None:
    holder = run(paragraph, "", LINE)
    for part, text in (("begin", ""), ("", name), ("end", "")):
        if part:
            made = OxmlElement("w:fldChar")
            made.set(qn("w:fldCharType"), part)
        else:
            made = OxmlElement("w:instrText")
            made.text = text
        holder._r.append(made)


def twips(millimetres: float) -> int:
    return round(millimetres / 25.4 * 1440)


def without_clock(made: bytes) -> bytes:
    """The same archive with one date for every part."""
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made)) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _ZIP_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name))
    return fixed.getvalue()
