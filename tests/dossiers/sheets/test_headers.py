"""The header is found wherever it stands, and its columns are known by every name."""

import pytest
from django.utils import translation

from dossiers.sheets.headers import TITLES
from dossiers.sheets.reading import SheetRefused
from tests.dossiers.sheets.files import (
    KCN,
    Y_TE,
    column,
    csv_file,
    lines,
    numbers,
    opened,
    rows_of,
    table,
    xlsx_file,
)
from tests.dossiers.sheets.files import TITLES as HEADER


def read_csv(text: str, *, encoding: str = "utf-8", name: str = "Theo doi.csv", **kwargs):
    return opened(csv_file(text, encoding=encoding), name, **kwargs)


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
