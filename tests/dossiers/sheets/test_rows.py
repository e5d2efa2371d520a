"""Rows that are dossiers and rows that are none; merged cells; sheets in view and hidden."""

import pytest

from dossiers.sheets.reading import SheetRefused
from dossiers.sheets.sifting import Why
from tests.dossiers.sheets.files import (
    KCN,
    Y_TE,
    column,
    numbers,
    opened,
    rows_of,
    table,
    xlsx_file,
)
from tests.dossiers.sheets.files import TITLES as HEADER


def passed(sheet) -> list[tuple[int, Why]]:
    rows_of(sheet)
    return [(row.number, row.why) for row in sheet.passed]


class TestRowsThatAreNone:
    def test_blank_rows_and_bare_numbers(self):
        blank = ["\u00a0", "  ", "", "\u200b"]
        sheet = opened(table([HEADER, KCN, [], blank, Y_TE, ["3"], ["4"], [" "]]))
        assert numbers(sheet) == [2, 5]
        assert sheet.passed == []

    def test_totals_and_signatures(self):
        sheet = opened(
            table(
                [
                    HEADER,
                    KCN,
                    [None, "Cộng Sở Xây dựng: 01 hồ sơ"],
                    Y_TE,
                    ["Tổng cộng", None, "02 hồ sơ"],
                    [],
                    [None, None, None, None, None, "Hà Nội, ngày 05 tháng 02 năm 2026"],
                    [None, "NGƯỜI LẬP BIỂU", None, None, None, "TRƯỞNG PHÒNG"],
                    [None, "(Ký, ghi rõ họ tên)"],
                    [None, "Nguyễn Thị Lan", None, None, None, "Trần Văn Minh"],
                ]
            )
        )
        assert numbers(sheet) == [2, 4]
        assert passed(sheet) == [
            (3, Why.TOTAL),
            (5, Why.TOTAL),
            (7, Why.FOOTER),
            (8, Why.FOOTER),
            (9, Why.FOOTER),
            (10, Why.FOOTER),
        ]

    def test_a_matter_that_sounds_like_a_footer_is_a_dossier(self):
        matters = ["Tổng cộng kinh phí năm 2026", "Xác nhận hộ nghèo", "Cộng tác viên dân số"]
        sheet = opened(
            table(
                [
                    HEADER,
                    *([str(n), f"HS-{n}", "Sở Y tế", "", "", m] for n, m in enumerate(matters)),
                ]
            )
        )
        assert column(sheet, "matter") == matters

    def test_a_row_after_the_signatures_is_still_a_dossier_if_it_is_whole(self):
        sheet = opened(table([HEADER, KCN, [None, "NGƯỜI LẬP BIỂU"], Y_TE]))
        assert numbers(sheet) == [2, 4]

    def test_an_incomplete_row_is_kept_for_its_error(self):
        no_agency = ["3", "HS-03", None, "56/TTr", None, "Đề án"]
        bare = [None, None, None, None, None, "Chỉ có trích yếu"]
        sheet = opened(table([HEADER, KCN, no_agency, bare]))
        assert numbers(sheet) == [2, 3, 4]

    def test_the_header_printed_again_on_every_page(self):
        sheet = opened(table([HEADER, KCN, HEADER, Y_TE]))
        assert numbers(sheet) == [2, 4]
        assert passed(sheet) == [(3, Why.HEADER)]

    def test_remarks_beside_the_list(self):
        sheet = opened(table([[*HEADER, "Ghi chú"], KCN, [*[None] * 9, "chưa xong"]]))
        assert passed(sheet) == [(3, Why.OTHER)]

    def test_what_is_passed_over_does_not_grow_without_end(self):
        sheet = opened(table([HEADER, *[["Tổng cộng"]] * 700]))
        rows_of(sheet)
        assert (len(sheet.passed), sheet.more_passed) == (500, 200)


class TestMergedCells:
    @staticmethod
    def merged(fill_more=lambda book, sheet: None):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["Cơ quan trình", "Số tờ trình", "Trích yếu"])
            sheet.merge_range(1, 0, 3, 0, "Sở Xây dựng", book.add_format())
            for at in range(1, 6):
                sheet.write_row(at, 1, [f"{at}/TTr", f"Đề án {at}"])
            sheet.write(4, 0, "Sở Y tế")
            fill_more(book, sheet)

        return opened(xlsx_file(fill))

    def test_the_agency_of_a_block_is_the_agency_of_each_row(self):
        agencies = column(self.merged(), "agency_name")
        assert agencies[:4] == ["Sở Xây dựng"] * 3 + ["Sở Y tế"]

    def test_a_blank_below_a_single_cell_stays_blank(self):
        assert rows_of(self.merged())[4].cells["agency_name"].is_blank

    def test_a_dossier_merged_over_two_rows_is_one(self):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["Cơ quan trình", "Trích yếu", "Ghi chú"])
            sheet.merge_range(1, 0, 2, 0, "Sở Y tế", book.add_format())
            sheet.merge_range(1, 1, 2, 1, "Đề án", book.add_format())
            sheet.write(1, 2, "dòng một")
            sheet.write(2, 2, "dòng hai")

        assert numbers(opened(xlsx_file(fill))) == [2]

    def test_rows_under_a_line_with_the_name_of_their_agency(self):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["STT", "Cơ quan trình", "Số tờ trình", "Trích yếu"])
            sheet.merge_range(1, 0, 1, 3, "I. SỞ XÂY DỰNG", book.add_format())
            sheet.write_row(2, 0, [1, None, "1/TTr", "Đề án 1"])
            sheet.write_row(3, 0, [2, "Sở Y tế", "2/TTr", "Đề án 2"])
            sheet.write_row(4, 0, ["II", "Sở Tư pháp"])
            sheet.write_row(5, 0, [1, None, "3/TTr", "Đề án 3"])
            sheet.merge_range(6, 0, 6, 3, "Sở Du lịch", book.add_format())
            sheet.write_row(7, 0, [1, None, "4/TTr", "Đề án 4"])

        sheet = opened(xlsx_file(fill))
        assert column(sheet, "agency_name") == [
            "SỞ XÂY DỰNG", "Sở Y tế", "Sở Tư pháp", "Sở Du lịch",
        ]  # fmt: skip
        assert passed(sheet) == [(2, Why.GROUP), (5, Why.GROUP), (7, Why.GROUP)]

    def test_a_merged_title_beside_the_list_changes_nothing(self):
        sheet = self.merged(lambda book, sheet: sheet.merge_range(0, 4, 30, 6, "Ghi chú", None))
        assert len(rows_of(sheet)) == 5


class TestSheets:
    def test_hidden_sheets_are_not_read_and_named(self):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            sheet.write_row(1, 0, ["Sở Mật", "cũ"])
            sheet.hide()
            visible = book.add_worksheet("2026")
            visible.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            visible.write_row(1, 0, ["Sở Y tế", "mới"])
            visible.activate()
            visible.set_first_sheet()
            book.add_worksheet("Danh mục").very_hidden()

        sheet = opened(xlsx_file(fill))
        assert column(sheet, "agency_name") == ["Sở Y tế"]
        assert sheet.notes == ["The hidden sheets were not read: “Theo dõi”, “Danh mục”."]

    @staticmethod
    def years() -> bytes:
        def fill(book, sheet):
            sheet.write(0, 0, "Hướng dẫn: điền vào các trang sau")
            for year in ("2025", "2026"):
                page = book.add_worksheet(year)
                page.write_row(0, 0, ["Cơ quan", "Trích yếu"])
                page.write_row(1, 0, ["Sở Y tế", f"Đề án {year}"])

        return xlsx_file(fill)

    def test_the_first_sheet_with_a_list_is_read_and_the_others_are_named(self):
        sheet = opened(self.years())
        assert (sheet.sheet_name, column(sheet, "matter")) == ("2025", ["Đề án 2025"])
        assert sheet.notes == [
            "Only the sheet “2025” was read. The workbook also has: “Theo dõi”, “2026”."
        ]

    def test_a_sheet_can_be_chosen(self):
        assert column(opened(self.years(), sheet_name="2026"), "matter") == ["Đề án 2026"]

    def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(self):
        with pytest.raises(SheetRefused, match="has: Theo dõi, 2025, 2026"):
            opened(self.years(), sheet_name="2027")

    def test_rows_hidden_by_a_filter_are_read_and_it_is_said(self):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            for at in (1, 2, 3):
                sheet.write_row(at, 0, ["Sở Y tế", f"Đề án {at}"])
            sheet.set_row(2, None, None, {"hidden": True})

        sheet = opened(xlsx_file(fill))
        assert len(rows_of(sheet)) == 3
        assert sheet.notes == ["1 hidden row of sheet “Theo dõi” was read too."]

    def test_a_list_that_begins_in_the_middle_of_the_sheet(self):
        def fill(book, sheet):
            sheet.write_row(9, 3, ["Cơ quan", "Trích yếu"])
            sheet.write_row(10, 3, ["Sở Y tế", "Đề án"])

        (row,) = rows_of(opened(xlsx_file(fill)))
        assert row.cells["matter"].place == "E11"
        assert row.cells["matter"].value == "Đề án"

    def test_formatted_blanks_below_the_list(self):
        def fill(book, sheet):
            form = book.add_format({"border": 1})
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            sheet.write_row(1, 0, ["Sở Y tế", "Đề án"])
            for at in range(2, 3000):
                sheet.write_blank(at, 0, None, form)

        assert numbers(opened(xlsx_file(fill))) == [2]
