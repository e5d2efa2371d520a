"""The PDF beside the numbers of Nghị định 30/2020, Phụ lục I, measured on the page."""

from dataclasses import replace
from datetime import date

import pytest

from documents.layout import Annex, Column, Layout, Paragraph, Table, Urgency, pdf
from tests.documents.measuring import Printed
from tests.documents.papers import SAMPLES

pytestmark = pytest.mark.once
#: What a glyph's box may stand out of its line, in millimetres.
LOOSE = 0.7


@pytest.fixture(scope="module")
def printed():
    return {name: Printed(layout) for name, layout in SAMPLES.items()}


@pytest.mark.parametrize("name", SAMPLES)
class TestEveryForm:
    def test_the_paper_is_a4(self, printed, name):
        for page in printed[name].pages:
            sides = sorted(round(side / 72 * 25.4) for side in (page.width, page.height))
            assert sides == [210, 297]

    def test_the_text_keeps_the_margins(self, printed, name):
        for line in printed[name].lines:
            page = printed[name].pages[line.page - 1]
            width, height = page.width / 72 * 25.4, page.height / 72 * 25.4
            if line.text.isdigit() and line.top < 20:
                continue  # the page number stands in the margin
            assert line.left >= 30 - LOOSE, line
            assert line.right <= width - 20 + LOOSE, line
            assert line.top >= 20 - LOOSE, line
            assert line.bottom <= height - 20 + LOOSE, line

    def test_the_nation_fits_its_column_on_one_line(self, printed, name):
        nation = printed[name].line("CỘNG HÒA")
        assert nation.text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        assert nation.left >= 30 + 65 and nation.right <= 190
        assert abs(nation.middle - (30 + 65 + 95 / 2)) < 0.2
        assert nation.sizes == {12.0} and nation.is_bold

    def test_the_motto_stands_under_it_over_a_rule_of_its_length(self, printed, name):
        motto = printed[name].line("Độc lập")
        assert motto.text == "Độc lập - Tự do - Hạnh phúc"
        assert motto.sizes == {13.0} and motto.is_bold
        assert motto.top > printed[name].line("CỘNG HÒA").top
        assert any(
            abs(rule.left - motto.left) < 0.3
            and abs(rule.right - motto.right) < 0.3
            and 0 < rule.top - motto.bottom < 4
            for rule in printed[name].strokes
        )

    def test_the_issuer_stands_at_the_left_over_a_short_rule(self, printed, name):
        layout = SAMPLES[name]
        heads = [
            line
            for line in printed[name].lines
            if line.page == 1 and line.middle < 95 and line.top < 30 and line.text.isupper()
        ]
        said = " ".join(line.text for line in heads)
        assert said == f"{layout.governing} {layout.issuer}".strip().upper()
        assert all(line.sizes == {12.0} for line in heads)
        assert all(abs(line.middle - (30 + 65 / 2)) < 0.3 for line in heads)
        assert heads[0].is_bold is (not layout.governing) and heads[-1].is_bold
        longest = max(line.right - line.left for line in heads if line.is_bold)
        rules = [
            rule.right - rule.left
            for rule in printed[name].strokes
            if rule.page == 1 and abs((rule.left + rule.right) / 2 - 62.5) < 0.3 and rule.top < 40
        ]
        assert any(longest / 3 - 0.1 <= length <= longest / 2 for length in rules)

    def test_the_date_is_italic_on_the_line_of_the_number(self, printed, name):
        day = printed[name].line("Hà Nội, ngày")
        assert day.sizes == {13.0} and day.is_italic
        if SAMPLES[name].symbol:
            number = printed[name].line("Số: ")
            assert number.text == f"Số: {SAMPLES[name].ref}"
            assert number.sizes == {13.0} and not number.is_bold and not number.is_italic
            assert abs(number.top - day.top) < 0.2

    def test_the_title_is_bold_and_centred(self, printed, name):
        layout = SAMPLES[name]
        if layout.type_name:
            title = printed[name].line(layout.type_name.upper())
            assert title.sizes == {14.0} and title.is_bold
            assert abs(title.middle - 110) < 0.3
        else:
            subject = printed[name].line("V/v ")
            assert subject.sizes == {12.0} and not subject.is_bold
            assert abs(subject.middle - 62.5) < 0.3 and subject.right < 95

    def test_the_body_is_14_point_and_upright(self, printed, name):
        first = next(one for one in SAMPLES[name].body if isinstance(one, Paragraph) and one.text)
        line = printed[name].line((first.lead or first.text)[:20])
        assert line.sizes == {14.0}
        if not first.centred:
            assert abs(line.left - 40) < 0.3  # first line in by 10 mm

    def test_page_numbers_stand_on_top_from_page_2(self, printed, name):
        numbers = {
            line.page: line
            for line in printed[name].lines
            if line.text.isdigit() and line.top < 20 - LOOSE
        }
        starts = {
            line.page for line in printed[name].lines if line.text.startswith("Phụ lục")
            and line.is_bold
        }  # fmt: skip
        pages = set(range(1, len(printed[name].pages) + 1))
        assert set(numbers) == pages - {1} - starts
        for number in numbers.values():
            width = printed[name].pages[number.page - 1].width / 72 * 25.4
            assert number.sizes == {13.0} and not number.is_bold
            assert abs(number.middle - (30 + width - 20) / 2) < 0.5
            assert 6 < number.top < 14

    def test_copies_and_signer(self, printed, name):
        layout = SAMPLES[name]
        if layout.copies:
            label = printed[name].line("Nơi nhận:")
            assert label.sizes == {12.0} and label.is_bold and label.is_italic
            last = printed[name].line("- Lưu: VT")
            assert last.sizes == {11.0} and last.text.endswith(".")
            assert not last.is_bold and abs(last.left - 30) < 0.3
        for one in layout.signatures:
            signer = [line for line in printed[name].lines if line.text == one.name][-1]
            assert signer.is_bold and signer.sizes <= {13.0, 14.0}
        if len(layout.signatures) == 1:
            assert signer.left > 105

    def test_only_tinos_and_all_of_it_in_the_file(self, printed, name):
        fonts = printed[name].fonts
        assert fonts and all(font.startswith("Tinos-") for font in fonts)
        assert all(fonts.values())

    def test_it_is_tagged_and_for_the_archive(self, printed, name):
        said = printed[name]
        assert "<pdfuaid:part>1</pdfuaid:part>" in said.metadata
        assert "<pdfaid:part>2</pdfaid:part>" in said.metadata
        assert "<pdfaid:conformance>B</pdfaid:conformance>" in said.metadata
        catalog = said.document.catalog
        assert catalog["MarkInfo"]["Marked"] is True
        assert catalog["Lang"] == b"vi-VN"
        title = said.document.info[0]["Title"]
        assert title.decode("utf-16") == SAMPLES[name].title
        tags = said.tags()
        assert {"Document", "P"} <= set(tags)
        if any(isinstance(block, Table) for block in SAMPLES[name].body):
            assert {"Table", "THead", "TH", "TD"} <= set(tags)

    def test_the_same_paper_gives_the_same_bytes(self, printed, name):
        assert pdf(SAMPLES[name]) == printed[name].bytes
        made = SAMPLES[name].day
        assert printed[name].document.info[0]["CreationDate"] == f"D:{made:%Y%m%d}000000Z".encode()


def letter(**changes) -> Layout:
    return replace(SAMPLES["notice"], **changes)


def test_blanks_are_left_for_number_and_date():
    said = Printed(letter(number=None, day=None, draft=True))
    assert said.line("Số:").text.split() == ["Số:", "/SNV-CCVC"]
    assert said.line("Hà Nội, ngày").text.split() == ["Hà", "Nội,", "ngày", "tháng", "năm"]
    assert said.line("DỰ THẢO").is_bold


def test_numbers_days_and_months_are_written_with_their_zeros():
    said = Printed(letter(number=5, day=date(2026, 10, 9)))
    assert said.line("Số:").text == "Số: 05/SNV-CCVC"
    assert said.line("Hà Nội").text == "Hà Nội, ngày 09 tháng 10 năm 2026"
    assert "tháng 3 năm" in Printed(letter(day=date(2026, 3, 12))).line("Hà Nội").text


@pytest.mark.parametrize(
    ("mark", "width"), [(Urgency.URGENT, 20), (Urgency.VERY_URGENT, 40), (Urgency.EXPRESS, 30)]
)
def test_the_urgency_mark_stands_in_a_box_under_the_number(mark, width):
    said = Printed(letter(urgency=mark))
    line = said.line(str(mark))
    assert line.is_bold and line.top > said.line("Số:").bottom and line.right < 95
    assert any(abs(box.right - box.left - width) < 0.5 for box in said.strokes)


def test_several_recipients_stand_one_per_line():
    said = Printed(letter(to=("Sở Nội vụ", "Sở Xây dựng", "UBND phường Hoàn Kiếm")))
    lines = [line for line in said.lines if line.text.startswith("- ") and line.sizes == {14.0}]
    assert [line.text for line in lines] == [
        "- Sở Nội vụ;",
        "- Sở Xây dựng;",
        "- UBND phường Hoàn Kiếm.",
    ]
    assert not said.line("Kính gửi:").is_bold
    assert abs(said.line("Kính gửi:").top - lines[0].top) < 0.2


def test_the_head_of_a_long_table_is_repeated_and_annexes_count_their_own_pages():
    table = Table(
        columns=(Column(title="TT"), Column(title="Nội dung", width=9)),
        rows=tuple((str(n), f"Việc thứ {n}") for n in range(1, 301)),
    )
    said = Printed(letter(annexes=(Annex(title="Danh sách", blocks=(table,), landscape=True),)))
    heads = [line.page for line in said.lines if line.text == "Nội dung"]
    assert heads == list(range(2, len(said.pages) + 1)) and len(heads) > 5
    numbers = [line.text for line in said.lines if line.text.isdigit() and line.top < 19]
    assert numbers == [str(n) for n in range(2, len(heads) + 1)]
    assert all(page.width > page.height for page in said.pages[1:])
    assert said.line("(Kèm theo").text == (
        "(Kèm theo Công văn số 123/SNV-CCVC ngày 05 tháng 02 năm 2026 của Sở Nội vụ)"
    )


def test_a_side_that_did_not_sign_is_named_with_reason_and_witness():
    said = Printed(SAMPLES["record"])
    assert "Không ký; lý do: chưa nhất trí với nội dung mục III." in said.text
    assert "Người chứng kiến: Bùi Văn Chín" in said.text
    names = [said.line(name) for name in ("Lý Thị Mai", "Trần Thị Hoa", "Vũ Thu Hương")]
    last = max(line.page for line in said.lines if line.text == "Trần Thị Hoa")
    names = [
        next(line for line in said.lines if line.page == last and line.text == name)
        for name in ("Lý Thị Mai", "Trần Thị Hoa", "Vũ Thu Hương")
    ]
    assert max(line.top for line in names) - min(line.top for line in names) < 0.2
    assert [line.left for line in names] == sorted(line.left for line in names)


def test_a_signature_is_never_alone_on_a_page():
    for length in range(16, 32):
        body = tuple(Paragraph(text=f"Đoạn thứ {n}.") for n in range(length))
        said = Printed(letter(body=body))
        page = said.line("Vũ Thu Hương").page
        assert any(line.page == page and line.text.startswith("Đoạn") for line in said.lines)
