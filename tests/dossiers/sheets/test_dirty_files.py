"""Lists as clerks really keep them, one class for each kind of dirt; every value is checked."""

import unicodedata
from datetime import date, datetime

import pytest
from django.utils import translation

from dossiers.sheets.cells import as_date, as_line, as_moment
from dossiers.sheets.headers import TITLES
from dossiers.sheets.reading import SheetRefused
from dossiers.sheets.sifting import Why
from tests.dossiers.sheets.files import (
    KCN,
    Y_TE,
    column,
    csv_file,
    lines,
    numbers,
    opened,
    repacked,
    rows_of,
    table,
    xlsx_file,
)
from tests.dossiers.sheets.files import (
    TITLES as HEADER,
)
from tests.dossiers.sheets.old_letters import SENTENCES
from tests.dossiers.sheets.test_encodings import in_windows_1258
from tests.world import hanoi

MATTERS = [KCN[5], Y_TE[5]]


def read_csv(text: str, *, encoding: str = "utf-8", name: str = "Theo doi.csv", **kwargs):
    return opened(csv_file(text, encoding=encoding), name, **kwargs)


def passed(sheet) -> list[tuple[int, Why]]:
    rows_of(sheet)
    return [(row.number, row.why) for row in sheet.passed]


class TestCleanFiles:
    def test_a_table_becomes_rows_under_our_names(self):
        sheet = opened(table([HEADER, KCN, Y_TE]))
        first, second = rows_of(sheet)
        assert (first.number, second.number) == (2, 3)
        assert {name: cell.value for name, cell in first.cells.items()} == {
            "dossier_code": "HS-01",
            "agency_name": "Sở Xây dựng",
            "letter_ref": "12/TTr-SXD",
            "letter_on": "05/02/2026",
            "matter": "Xin ý kiến dự án Đông Anh",
            "urgency": "Khẩn",
            "directed_at": None,
            "reported_at": None,
        }
        assert first.cells["matter"].place == "F2"
        assert sheet.columns == set(TITLES)
        assert (sheet.kind, sheet.sheet_name, sheet.header_row, sheet.notes) == (
            "xlsx", "Theo dõi", 1, [],
        )  # fmt: skip

    def test_rows_can_be_read_again(self):
        sheet = opened(table([HEADER, KCN]))
        assert rows_of(sheet) == rows_of(sheet)

    def test_the_names_of_the_columns_themselves_are_a_header(self):
        sheet = read_csv("dossier_code,agency_name,matter,directed_at\n1,SNV,Việc,2026-02-05\n")
        assert column(sheet, "agency_name") == ["SNV"]

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_the_titles_of_the_template_are_a_header(self, language):
        with translation.override(language):
            titles = [str(title) for title in TITLES.values()]
        sheet = read_csv(lines(titles, ["x"] * len(titles)))
        assert [header.column for header in sheet.headers] == list(TITLES)


class TestHeaders:
    def test_titles_above_the_header(self):
        rows = [
            ["UBND THÀNH PHỐ HÀ NỘI", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            ["VĂN PHÒNG", None, None, None, "Độc lập - Tự do - Hạnh phúc"],
            [],
            ["DANH MỤC HỒ SƠ TRÌNH UBND THÀNH PHỐ QUÝ I NĂM 2026"],
            ["(Kèm theo Công văn số 123/VP-TH ngày 05/02/2026)"],
            [],
            HEADER,
            KCN,
        ]
        sheet = opened(table(rows))
        assert sheet.header_row == 7
        assert numbers(sheet) == [8]

    def test_a_header_of_two_rows_in_a_workbook(self):
        def fill(book, sheet):
            form = book.add_format()
            for at, title in ((0, "STT"), (1, "Cơ quan trình"), (4, "Trích yếu")):
                sheet.merge_range(2, at, 3, at, title, form)
            sheet.merge_range(2, 2, 2, 3, "Tờ trình", form)
            sheet.merge_range(2, 5, 2, 6, "Chỉ đạo của lãnh đạo UBND TP", form)
            sheet.write_row(3, 2, ["Số, ký hiệu", "Ngày"])
            sheet.write_row(3, 5, ["Ngày chỉ đạo", "Nội dung"])
            sheet.write_row(4, 0, [f"({n})" for n in range(1, 8)])
            sheet.write_row(
                5,
                0,
                [1, "Sở Y tế", "34/TTr-SYT", "06/02/2026", "Đề án", "09/02/2026", "Giải trình"],
            )

        sheet = opened(xlsx_file(fill))
        (row,) = rows_of(sheet)
        assert row.number == 6
        assert {name: cell.value for name, cell in row.cells.items()} == {
            "agency_name": "Sở Y tế",
            "letter_ref": "34/TTr-SYT",
            "letter_on": "06/02/2026",
            "matter": "Đề án",
            "directed_at": "09/02/2026",
        }

    def test_a_header_of_two_rows_in_a_text_file(self):
        sheet = read_csv(
            lines(
                ["STT", "Đơn vị trình", "Tờ trình", "", "Nội dung"],
                ["", "", "Số", "Ngày", ""],
                ["1", "Sở Y tế", "34/TTr-SYT", "06/02/2026", "Đề án"],
            )
        )
        (row,) = rows_of(sheet)
        assert row.cells["letter_ref"].value == "34/TTr-SYT"
        assert row.cells["letter_on"].value == "06/02/2026"
        assert row.cells["matter"].value == "Đề án"

    def test_columns_numbered_below_the_header(self):
        sheet = read_csv(lines(HEADER, [str(n) for n in range(1, 10)], KCN))
        assert (sheet.header_row, numbers(sheet)) == (2, [3])

    @pytest.mark.parametrize(
        "title",
        ["TRICH YEU", "Trích yếu:", "* Trích yếu *", "Trích  yếu (nội dung)", "Trích\nyếu"]
        + ["V/v", "Nội dung", "TrÝch yÕu", "Tri\u0301ch ye\u0302\u0301u"],
    )
    def test_one_column_has_many_names(self, title):
        sheet = opened(table([["STT", title, "Đơn vị"], ["1", "Đề án", "Sở Y tế"]]))
        assert column(sheet, "matter") == ["Đề án"]

    def test_a_name_that_only_begins_like_ours_is_not_ours(self):
        sheet = opened(
            table(
                [
                    ["Cơ quan trình", "Cơ quan phối hợp", "Trích yếu", "Nội dung chỉ đạo"],
                    ["Sở Y tế", "Sở Tài chính", "Đề án", "Giải trình"],
                ]
            )
        )
        assert [header.column for header in sheet.headers] == ["agency_name", None, "matter", None]

    def test_of_two_columns_the_more_exact_name_wins_and_it_is_said(self):
        sheet = opened(table([["Nội dung", "Trích yếu", "Cơ quan"], ["Họp", "Đề án", "Sở Y tế"]]))
        assert column(sheet, "matter") == ["Đề án"]
        assert sheet.notes == ["Column A (“Nội dung”) was left out: another column fits better."]

    def test_the_same_title_twice_is_refused(self):
        with pytest.raises(SheetRefused) as caught:
            opened(table([["Cơ quan", "Trích yếu", "Cơ quan"], ["Sở Y tế", "Đề án", "Sở Y tế"]]))
        assert caught.value.sentence == (
            "Columns A, C both say “Cơ quan” (Submitting agency). Rename or delete one of them, "
            "then send the file again."
        )

    def test_a_missing_column_is_named_with_those_that_are_there(self):
        with pytest.raises(SheetRefused) as caught:
            opened(table([["STT", "Mã hồ sơ", "Trích yếu"], ["1", "HS-01", "Đề án"]]))
        assert caught.value.sentence == (
            "The list has no column for: “Submitting agency”. Its columns are: “STT”, “Mã hồ sơ”, "
            "“Trích yếu”. Name the columns as in the template, or say which is which."
        )

    def test_who_imports_may_ask_for_other_columns(self):
        sheet = opened(table([["Mã hồ sơ", "Trích yếu"], ["HS-01", "Đề án"]]), required={"matter"})
        assert column(sheet, "matter") == ["Đề án"]

    def test_a_person_says_which_column_is_which(self):
        rows = [["Phòng", "Việc", "Trích yếu"], ["Sở Y tế", "Đề án", "cũ"]]
        mapping = {"Phòng": "agency_name", "viec": "matter", "Trích yếu": ""}
        sheet = opened(table(rows), mapping=mapping)
        assert column(sheet, "agency_name") == ["Sở Y tế"]
        assert column(sheet, "matter") == ["Đề án"]

    def test_no_header_at_all(self):
        with pytest.raises(SheetRefused, match="No header was found in the first 60 rows"):
            opened(table([["một", "hai"], ["ba", "bốn"]]))

    def test_only_a_header_is_a_list_without_rows(self):
        assert rows_of(opened(table([HEADER]))) == []


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

    def test_formatted_blanks_to_the_end_of_the_sheet(self):
        def fill(book, sheet):
            form = book.add_format({"border": 1})
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            sheet.write_row(1, 0, ["Sở Y tế", "Đề án"])
            for at in range(2, 3000):
                sheet.write_blank(at, 0, None, form)
            sheet.write_blank(1_048_575, 16_383, None, form)

        assert numbers(opened(xlsx_file(fill))) == [2]


class TestDatesAndNumbers:
    def test_texts_serials_and_real_dates_in_one_column(self):
        days = ["05/02/2026", "5/2/26", date(2026, 2, 5), 46058, datetime(2026, 2, 5, 14, 30)]
        rows = [[n, "Sở Y tế", "Đề án", day] for n, day in enumerate(days, start=1)]
        sheet = opened(table([["Mã hồ sơ", "Cơ quan", "Trích yếu", "Ngày chỉ đạo"], *rows]))
        assert [as_date(row.cells["directed_at"]) for row in sheet.rows()] == [date(2026, 2, 5)] * 5
        assert [as_line(row.cells["dossier_code"]) for row in sheet.rows()] == list("12345")
        last = rows_of(sheet)[-1].cells["directed_at"]
        assert as_moment(last) == hanoi(2026, 2, 5, 14, 30)

    def test_a_workbook_that_counts_from_1904(self):
        header = ["Cơ quan", "Trích yếu", "Ngày chỉ đạo", "Ngày báo cáo"]
        data = table([header, ["Sở Y tế", "Đề án", date(2026, 2, 5), 44596]], date_1904=True)
        (row,) = rows_of(opened(data))
        assert as_date(row.cells["directed_at"]) == date(2026, 2, 5)
        assert as_date(row.cells["reported_at"]) == date(2026, 2, 5)

    def test_formulas_give_their_last_value_and_are_never_run(self):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu", "Mã hồ sơ"])
            sheet.write_formula(1, 0, '="Sở"&" Y tế"', None, "Sở Y tế")
            sheet.write_string(1, 1, '=HYPERLINK("http://a.b","x")')
            sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")

        (row,) = rows_of(opened(xlsx_file(fill)))
        assert row.cells["agency_name"].value == "Sở Y tế"
        assert row.cells["matter"].value == '=HYPERLINK("http://a.b","x")'
        assert row.cells["dossier_code"].is_blank

    def test_formulas_that_nobody_has_calculated_are_missed(self):
        def fill(book, sheet):
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu", "Mã hồ sơ"])
            sheet.write_row(1, 0, ["Sở Y tế", "Đề án"])
            sheet.write_formula(1, 2, "=A1&B1", None, "")

        assert "has no stored result" in opened(xlsx_file(fill)).notes[0]

    def test_a_cell_with_letters_in_several_fonts_is_one_text(self):
        def fill(book, sheet):
            bold = book.add_format({"bold": True})
            sheet.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            sheet.write_rich_string(1, 1, "Đề án ", bold, "y tế", " cơ sở")
            sheet.write(1, 0, "Sở Y tế")

        assert column(opened(xlsx_file(fill)), "matter") == ["Đề án y tế cơ sở"]


class TestLetters:
    ROWS = lines(HEADER, KCN, Y_TE)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
    def test_text_files_of_every_kind(self, encoding, separator):
        sheet = read_csv(
            lines(HEADER, KCN, Y_TE, separator=separator), encoding=encoding, name="a.txt"
        )
        assert column(sheet, "matter") == MATTERS
        assert sheet.separator == separator

    def test_windows_1258(self):
        sheet = opened(in_windows_1258(self.ROWS), "a.csv")
        assert column(sheet, "matter") == MATTERS
        assert sheet.notes == ["The letters were converted from Windows-1258."]

    @pytest.mark.parametrize(("place", "codec"), [(0, "latin-1"), (1, "cp1252")])
    def test_a_text_file_in_old_letters(self, place, codec):
        matters = list(SENTENCES)[1:6]
        header = {0: "TT;C¬ quan tr×nh;TrÝch yÕu", 1: "TT;Cô quan trình;Trích yeáu"}[place]
        body = [f"{n};SNV;{SENTENCES[matter][place]}" for n, matter in enumerate(matters)]
        sheet = opened("\n".join([header, *body]).encode(codec), "a.csv")
        assert column(sheet, "matter") == matters

    @pytest.mark.parametrize("place", [0, 1])
    def test_a_workbook_with_one_column_in_an_old_font(self, place):
        matters = list(SENTENCES)[1:6]
        rows = [["Sở Xây dựng", SENTENCES[matter][place]] for matter in matters]
        sheet = opened(table([["Cơ quan", "Trích yếu"], *rows]))
        assert column(sheet, "matter") == matters
        assert set(column(sheet, "agency_name")) == {"Sở Xây dựng"}

    def test_a_workbook_whose_header_is_in_an_old_font(self):
        rows = [["C¬ quan tr×nh", "TrÝch yÕu"], ["Së X©y dùng", "Đề án"]]
        assert column(opened(table(rows)), "agency_name") == ["Sở Xây dựng"]

    def test_letters_and_marks_apart_become_one(self):
        sheet = read_csv(unicodedata.normalize("NFD", self.ROWS))
        assert column(sheet, "matter") == MATTERS

    def test_both_ways_to_write_hoa_are_kept_as_written(self):
        sheet = read_csv(lines(["Cơ quan", "Trích yếu"], ["Xã Hoà Lạc", "1"], ["Xã Hòa Lạc", "2"]))
        assert column(sheet, "agency_name") == ["Xã Hoà Lạc", "Xã Hòa Lạc"]

    def test_spaces_that_do_not_break(self):
        (row,) = rows_of(read_csv("Cơ\u00a0quan;Trích\u00a0yếu\n\u00a0Sở\u00a0Y tế ;Đề án\n"))
        assert as_line(row.cells["agency_name"]) == "Sở Y tế"


class TestTextFiles:
    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
    def test_line_ends_of_every_machine(self, end):
        assert column(read_csv(lines(HEADER, KCN, Y_TE, end=end)), "matter") == MATTERS

    def test_separators_and_breaks_inside_quotation_marks(self):
        sheet = read_csv('Cơ quan,Trích yếu\nSNV,"Đề án ""A"", gồm:\n- một;\n- hai"\nSYT,Đề án B\n')
        assert column(sheet, "matter") == ['Đề án "A", gồm:\n- một;\n- hai', "Đề án B"]
        assert numbers(sheet) == [2, 3]

    def test_the_separator_named_in_the_first_line(self):
        sheet = read_csv("sep=|\r\nCơ quan|Trích yếu\r\nSở Y tế|một; hai, ba\r\n")
        assert column(sheet, "matter") == ["một; hai, ba"]
        assert numbers(sheet) == [2]

    def test_commas_in_the_texts_do_not_hide_the_semicolon(self):
        sheet = read_csv(lines(["Cơ quan", "Trích yếu"], ["SNV", "a, b, c, d, e, f, g"]))
        assert sheet.separator == ";"

    def test_lines_are_numbered_as_excel_does(self):
        sheet = read_csv("\r\nDANH MỤC\r\n\r\nCơ quan;Trích yếu\r\n\r\nSNV;Đề án\r\n")
        assert numbers(sheet) == [6]

    def test_short_and_long_rows(self):
        sheet = read_csv("Cơ quan;Trích yếu;Độ khẩn\nSNV;Đề án\nSYT;Đề án;Khẩn;thừa;;\n")
        assert column(sheet, "urgency") == [None, "Khẩn"]

    def test_an_apostrophe_that_we_wrote_is_taken_off(self):
        sheet = read_csv("Cơ quan;Trích yếu\nSNV;'=1+1\nSNV;'thường'\n")
        assert column(sheet, "matter") == ["=1+1", "'thường'"]


def test_a_workbook_written_with_prefixes_is_read_too():
    """Some programs write <x:row> instead of <row>."""

    def prefix(parts):
        for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"):
            text = parts[name].decode()
            head, _end, body = text.partition("?>")
            body = body.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
            parts[name] = f"{head}?>{body.replace('xmlns=', 'xmlns:x=')}".encode()

    assert column(opened(repacked(table([HEADER, KCN]), prefix)), "matter") == [KCN[5]]
