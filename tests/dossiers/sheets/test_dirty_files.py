"""Dates, letters, separators and line ends of every kind; every value is checked."""

import unicodedata
from datetime import date, datetime

import pytest

from dossiers.sheets.cells import as_date, as_line, as_moment
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
from tests.dossiers.sheets.files import TITLES as HEADER
from tests.dossiers.sheets.old_letters import SENTENCES
from tests.dossiers.sheets.test_encodings import in_windows_1258
from tests.world import hanoi

MATTERS = [KCN[5], Y_TE[5]]


def read_csv(text: str, *, encoding: str = "utf-8", name: str = "Theo doi.csv", **kwargs):
    return opened(csv_file(text, encoding=encoding), name, **kwargs)


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
        name = ["TCVN3 (ABC)", "VNI"][place]
        assert sheet.notes == [f"The letters of column B were converted from {name}."]

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
