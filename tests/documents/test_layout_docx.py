"""The DOCX opened as a text program opens it: page, fonts, sizes, and the words of the PDF."""

import io
import re
import zipfile
from dataclasses import replace

import docx as word
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from documents.layout import Table, docx
from tests.documents.measuring import Printed
from tests.documents.papers import SAMPLES

pytestmark = pytest.mark.once


def opened(layout):
    return word.Document(io.BytesIO(docx(layout)))


def words_of(document) -> list[str]:
    """Each paragraph in the order of reading, those in tables too; a line break is a blank."""
    lines = []
    for paragraph in document.element.body.iter(qn("w:p")):
        parts = paragraph.iter(qn("w:t"), qn("w:br"))
        lines.append("".join(" " if one.tag == qn("w:br") else one.text or "" for one in parts))
    return [line for line in lines if line.strip()]


def runs_with(document, start: str):
    """The paragraph that starts so, with (size in points, bold, italic) of its first run."""
    for paragraph in document.element.body.iter(qn("w:p")):
        text = "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        if text.startswith(start):
            style = paragraph.find(qn("w:r")).find(qn("w:rPr"))

            def is_on(tag, style=style):
                found = style.find(qn(tag))
                return found is not None and found.get(qn("w:val")) not in ("0", "false")

            size = int(style.find(qn("w:sz")).get(qn("w:val"))) / 2
            return size, is_on("w:b"), is_on("w:i")
    raise AssertionError(start)


@pytest.mark.parametrize("name", SAMPLES)
class TestEveryForm:
    def test_page_and_margins(self, name):
        for section in opened(SAMPLES[name]).sections:
            is_wide = section.orientation == WD_ORIENT.LANDSCAPE
            sides = (round(section.page_width.mm), round(section.page_height.mm))
            assert sides == ((297, 210) if is_wide else (210, 297))
            margins = (
                section.top_margin,
                section.bottom_margin,
                section.left_margin,
                section.right_margin,
            )
            assert [round(margin.mm) for margin in margins] == [20, 20, 30, 20]
            assert section.different_first_page_header_footer
            assert "PAGE" in section.header._element.xml
            assert section.first_page_header.paragraphs[0].text == ""

    def test_only_times_new_roman(self, name):
        document = opened(SAMPLES[name])
        for style in ("Normal", "Heading 1", "Heading 2"):
            assert document.styles[style].font.name == "Times New Roman"
            assert document.styles[style].font.size.pt == 14
        named = {font.get(qn("w:ascii")) for font in document.element.body.iter(qn("w:rFonts"))}
        assert named <= {"Times New Roman"}

    def test_sizes_of_the_head_and_foot(self, name):
        layout, document = SAMPLES[name], opened(SAMPLES[name])
        assert runs_with(document, "CỘNG HÒA XÃ HỘI") == (12, True, False)
        assert runs_with(document, "Độc lập - Tự do - Hạnh phúc") == (13, True, False)
        assert runs_with(document, "Hà Nội, ngày") == (13, False, True)
        if layout.symbol:
            assert runs_with(document, f"Số: {layout.ref}") == (13, False, False)
        if layout.type_name:
            assert runs_with(document, layout.type_name.upper()) == (14, True, False)
        else:
            assert runs_with(document, "V/v ") == (12, False, False)
        if layout.to:
            assert runs_with(document, "Kính gửi:") == (14, False, False)
        if layout.copies:
            assert runs_with(document, "Nơi nhận:") == (12, True, True)
            assert runs_with(document, "- Lưu: VT") == (11, False, False)

    def test_the_head_stands_in_columns_of_65_and_95_millimetres(self, name):
        first = opened(SAMPLES[name]).tables[0]
        assert [round(cell.width.mm) for cell in first.rows[0].cells] == [65, 95]

    def test_it_says_what_the_pdf_says(self, name):
        """Word by word: the lines of cells that stand side by side mix on the page, and long codes
        are cut there."""
        printed = re.sub(r"\s+", "", Printed(SAMPLES[name]).text)
        said = " ".join(words_of(opened(SAMPLES[name]))).split()
        assert [one for one in said if len(one) <= 10 and one not in printed] == []
        assert len(said) > 150

    def test_the_order_of_the_parts_is_that_of_the_pdf(self, name):
        layout = SAMPLES[name]
        said = words_of(opened(layout))
        heads = [block.text for block in layout.body if type(block).__name__ == "Heading"]
        assert [line for line in said if line in heads] == heads

    def test_the_same_paper_gives_the_same_bytes(self, name):
        first, second = docx(SAMPLES[name]), docx(SAMPLES[name])
        assert first == second
        dates = {part.date_time for part in zipfile.ZipFile(io.BytesIO(first)).infolist()}
        assert dates == {(1980, 1, 1, 0, 0, 0)}
        kept = word.Document(io.BytesIO(first)).core_properties
        assert kept.created.date() == kept.modified.date() == SAMPLES[name].day
        assert kept.language == "vi-VN"


def test_the_head_of_a_table_is_repeated_and_rows_stay_whole():
    document = opened(SAMPLES["lateness"])
    late = next(table for table in document.tables if table.cell(0, 0).text == "TT")
    assert "w:tblHeader" in late.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in late.rows)
    assert len(late.rows) == 13


def test_an_annex_is_a_section_that_counts_its_own_pages():
    document = opened(SAMPLES["lateness"])
    assert [section.orientation == WD_ORIENT.LANDSCAPE for section in document.sections] == [
        False,
        True,
        False,
    ]
    for section in document.sections:
        starts = section._sectPr.findall(qn("w:pgNumType"))
        assert [start.get(qn("w:start")) for start in starts] == ["1"]


def test_a_draft_without_a_day_says_so():
    document = opened(replace(SAMPLES["notice"], draft=True, day=None, number=None))
    said = words_of(document)
    assert "DỰ THẢO" in said
    assert any(line.startswith("Hà Nội, ngày\u00a0") for line in said)


def test_cells_hold_text_and_never_fields():
    table = Table(columns=SAMPLES["timeline"].body[-2].columns, rows=(("=1+1",) * 5,))
    document = opened(replace(SAMPLES["notice"], body=(table,)))
    body = document.element.body.xml
    assert "=1+1" in body and "instrText" not in body
