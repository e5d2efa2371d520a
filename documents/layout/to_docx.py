"""A layout as an editable DOCX: the parts, order and sizes of the PDF, in Times New Roman.

Built part by part: a text is put in as text, so nothing in it can become markup or a field. The
file holds no clock: the same paper gives the same bytes.
"""

import io
from datetime import date, datetime

import docx as word
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

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
    Urgency,
    Words,
)
from documents.layout.ooxml import (
    LEFT,
    LINE,
    Cell,
    field,
    fill,
    fix,
    frame,
    low,
    ruled,
    run,
    tight,
    without_clock,
)

FONT = "Times New Roman"
PAGE = (Mm(210), Mm(297))
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 20}
TEXT_WIDTH = 160
SMALL, CELL, HEAD, BODY = 11, 12, 12, 14
#: An opened file asks for a date; papers without one take this.
UNDATED = date(2020, 1, 1)
_BOX = {Urgency.URGENT: 20, Urgency.VERY_URGENT: 40, Urgency.EXPRESS: 30}


def docx(layout: Layout) -> bytes:
    """The paper as DOCX."""
    return _Writer(wording.cleaned(layout)).bytes()


class _Writer:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.lines = wording.lines(layout)
        self.file = word.Document()
        self._styles()
        self._properties()
        self._page(self.file.sections[0])

    def bytes(self) -> bytes:
        self._head()
        self._body(self.layout.body)
        self._foot()
        for position, annex in enumerate(self.layout.annexes):
            self._annex(annex, position)
        made = io.BytesIO()
        self.file.save(made)
        return without_clock(made.getvalue())

    # --- the file ---------------------------------------------------------------------------------

    def _styles(self) -> None:
        for name, size in (("Normal", BODY), ("Heading 1", BODY), ("Heading 2", BODY)):
            style = self.file.styles[name]
            style.font.name = FONT
            style.font.size = Pt(size)
            style.font.bold = name != "Normal"
            style.font.italic = False
            style.font.color.rgb = RGBColor(0, 0, 0)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for key in list(fonts.attrib):
                del fonts.attrib[key]
            for key in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{key}"), FONT)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "vi-VN")
        self.file.styles["Normal"].element.get_or_add_rPr().append(language)

    def _properties(self) -> None:
        day = self.layout.day or UNDATED
        made = datetime(day.year, day.month, day.day)  # dates in the file have no zone
        kept = self.file.core_properties
        kept.title = self.layout.title[:255]
        kept.author = kept.last_modified_by = self.layout.issuer[:255]
        kept.comments = kept.keywords = kept.subject = ""
        kept.language = "vi-VN"
        kept.created = kept.modified = made
        kept.revision = 1

    def _page(self, section, landscape: bool = False) -> None:
        width, height = PAGE[::-1] if landscape else PAGE
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = width, height
        for name, size in MARGINS.items():
            setattr(section, name, Mm(size))
        section.header_distance = Mm(10)
        section.footer_distance = Mm(10)
        section.different_first_page_header_footer = True
        section.header.is_linked_to_previous = False
        section.first_page_header.is_linked_to_previous = False
        start = OxmlElement("w:pgNumType")
        start.set(qn("w:start"), "1")
        section._sectPr.append(start)
        number = section.header.paragraphs[0]
        number.alignment = ALIGN.CENTER
        tight(number)
        field(number, "PAGE")

    # --- head -------------------------------------------------------------------------------------

    def _head(self) -> None:
        lines = self.lines
        table = frame(self.file, (LEFT, TEXT_WIDTH - LEFT), rows=2)
        left, right = table.rows[0].cells
        put = Cell(left)
        if lines.governing:
            put.line(lines.governing, HEAD)
        for line in lines.issuer.split("\n"):
            put.line(line, HEAD, bold=True)
        put.rule(_rule(lines.issuer, HEAD, LEFT), LEFT)
        put = Cell(right)
        put.line(wording.NATION, HEAD, bold=True)
        put.line(wording.MOTTO, LINE, bold=True)
        put.rule(_width(wording.MOTTO, LINE), TEXT_WIDTH - LEFT)
        left, right = table.rows[1].cells
        put = Cell(left)
        if lines.number:
            put.line(lines.number, LINE)
        if lines.subject:
            put.line(lines.subject, HEAD)
        if self.layout.urgency:
            put.boxed(str(self.layout.urgency), _BOX[self.layout.urgency], "FF0000")
        if self.layout.draft:
            put.boxed(wording.DRAFT, 30, "000000")
        Cell(right).line(lines.date, LINE, italic=True)
        self._gap()
        if lines.type_name:
            self._centred(lines.type_name, bold=True, style="Heading 1")
            self._centred(lines.abstract, bold=True)
            self._rule(_rule(lines.abstract, BODY, TEXT_WIDTH - 16))
        if lines.authority:
            self._centred(lines.authority, bold=True)
        if len(lines.to) == 1:
            self._centred(f"{wording.TO} {lines.to[0]}", after=12)
        elif lines.to:
            table = frame(self.file, (70, TEXT_WIDTH - 70), rows=1)
            Cell(table.rows[0].cells[0], ALIGN.RIGHT).line(f"{wording.TO}\u00a0", BODY)
            put = Cell(table.rows[0].cells[1], ALIGN.LEFT)
            for line in lines.to:
                put.line(line, BODY)
            self._gap()
        for basis in lines.bases:
            self._paragraph(basis, italic=True)

    # --- body -------------------------------------------------------------------------------------

    def _body(self, blocks: tuple[Block, ...], width: int = TEXT_WIDTH) -> None:
        for block in blocks:
            match block:
                case Heading():
                    made = self._paragraph(block.text, bold=True, style=f"Heading {block.level}")
                    made.paragraph_format.keep_with_next = True
                case Paragraph():
                    self._text(block)
                case Words():
                    for line in block.text.split("\n"):
                        if line.strip():
                            self._paragraph(line)
                case Items():
                    for item in block.items:
                        self._paragraph(f"- {item}")
                case Table():
                    self._table(block, width)

    def _text(self, block: Paragraph) -> None:
        first, *more = block.text.split("\n")
        for position, line in enumerate((first, *more)):
            if position and not line:
                continue
            if block.centred:
                made = self._centred(line, bold=block.bold, italic=block.italic)
            else:
                lead = "" if position else block.lead
                made = self._paragraph(line, lead=lead, bold=block.bold, italic=block.italic)
            made.paragraph_format.keep_with_next = line.endswith(":")

    def _table(self, said: Table, width: int) -> None:
        if said.caption:
            caption = self._centred(said.caption, bold=True)
            caption.paragraph_format.keep_with_next = True
        size = SMALL if len(said.columns) > 5 else CELL
        shares = sum(column.width for column in said.columns)
        widths = [width * column.width / shares for column in said.columns]
        rows = [tuple(column.title for column in said.columns), *said.rows]
        if said.total:
            rows.append(said.total)
        table = self.file.add_table(rows=len(rows), cols=len(widths))
        table.style = "Table Grid"
        fix(table, widths, margin=0.8)
        last = len(rows) - 1
        for position, (row, cells) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            is_head = position == 0
            if is_head:
                properties.append(OxmlElement("w:tblHeader"))
            bold = is_head or bool(said.total and position == last)
            for column, cell, text in zip(said.columns, row.tc_lst, cells, strict=False):
                centred = is_head or column.centred
                made = cell.p_lst[0]
                fill(made, text, size, bold=bold, centred=centred)
        if said.note:
            self._paragraph(said.note, italic=True)
        else:
            self._gap()

    # --- foot -------------------------------------------------------------------------------------

    def _foot(self) -> None:
        signatures, lines = self.layout.signatures, self.lines
        if signatures:  # they are not alone on a page
            self.file.paragraphs[-1].paragraph_format.keep_with_next = True
        if len(signatures) > 1:
            for start in range(0, len(signatures), 3):
                row = signatures[start : start + 3]
                table = frame(self.file, (TEXT_WIDTH / len(row),) * len(row), rows=1)
                for cell, one in zip(table.rows[0].cells, row, strict=True):
                    _signed(Cell(cell), one, LINE)
                self._gap()
        if len(signatures) == 1 or lines.copies:
            table = frame(self.file, (75, 85), rows=1)
            left, right = table.rows[0].cells
            if lines.copies:
                put = Cell(left, ALIGN.LEFT)
                put.line(wording.COPIES, HEAD, bold=True, italic=True)
                for line in lines.copies:
                    put.line(line, SMALL)
            if len(signatures) == 1:
                _signed(Cell(right), signatures[0], BODY)

    def _annex(self, annex: Annex, position: int) -> None:
        section = self.file.add_section(WD_SECTION.NEW_PAGE)
        for old in section._sectPr.findall(qn("w:pgNumType")):
            section._sectPr.remove(old)
        self._page(section, annex.landscape)
        name = wording.annex_name(self.layout, position)
        self._centred(name, bold=True, style="Heading 1", after=0)
        self._centred(annex.title, bold=True, after=0)
        self._centred(wording.annex_note(self.layout), italic=True)
        self._body(annex.blocks, 247 if annex.landscape else TEXT_WIDTH)

    # --- paragraphs -------------------------------------------------------------------------------

    def _paragraph(self, text, *, lead="", bold=False, italic=False, style="Normal"):
        made = self.file.add_paragraph(style=style)
        made.alignment = ALIGN.JUSTIFY
        shape = made.paragraph_format
        shape.first_line_indent = Mm(10)
        shape.space_before, shape.space_after = Pt(0), Pt(6)
        shape.line_spacing = 1.15
        if lead:
            run(made, f"{lead} ", BODY, bold=True)
        run(made, text, BODY, bold=bold, italic=italic)
        return made

    def _centred(self, text, *, bold=False, italic=False, style="Normal", after=6):
        made = self.file.add_paragraph(style=style)
        made.alignment = ALIGN.CENTER
        tight(made)
        made.paragraph_format.space_after = Pt(after)
        run(made, text, BODY, bold=bold, italic=italic)
        return made

    def _gap(self) -> None:
        made = self.file.add_paragraph()
        tight(made)
        made.paragraph_format.space_after = Pt(6)
        low(made)

    def _rule(self, length: float) -> None:
        ruled(self.file.add_paragraph(), length, TEXT_WIDTH)


def _signed(put: Cell, one: Signature, size: int) -> None:
    for line in wording.posts(one):
        put.line(line, size, bold=True)
    if one.hint:
        put.line(one.hint, CELL, italic=True)
    if one.refused:
        for line in wording.refusal(one):
            put.line(line, CELL, italic=True)
    else:
        put.gap(20)
    put.line(one.name, size, bold=True)


def _rule(text: str, size: int, column: float) -> float:
    """The rule under a name: between a third and half of the line, in millimetres."""
    return min(max(_width(line, size) for line in text.split("\n")), column) * 0.4


def _width(text: str, size: int) -> float:
    return glyphs.width(text, "Tinos-Bold", size) / 72 * 25.4
