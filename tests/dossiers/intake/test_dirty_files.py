"""Thirty dirty files of clerks go in: each is read, shown, and entered as it was meant.

Every file says the same two submissions of Hoàn Kiếm ward in another way.
"""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from dossiers.models import Dossier
from tests.dossiers.desk import in_english
from tests.dossiers.intake.lists import SUBMISSIONS, WARD, decide, page, sent
from tests.dossiers.sheets.files import lines, table, xlsx_file
from tests.dossiers.sheets.old_letters import SENTENCES
from tests.dossiers.sheets.test_encodings import in_windows_1258

pytestmark = pytest.mark.once

#: Matters that exist in old letters too.
FIRST, SECOND = list(SENTENCES)[1:3]
ROWS = [
    ["1", WARD, "12/TTr-UBND", "05/02/2026", FIRST, "Khẩn"],
    ["2", WARD, "13/TTr-UBND", "06/02/2026", SECOND, ""],
]
TEXT = lines(SUBMISSIONS, *ROWS)
EXPECTED = {
    ("12/TTr-UBND", date(2026, 2, 5), FIRST, "urgent"),
    ("13/TTr-UBND", date(2026, 2, 6), SECOND, "normal"),
}


def changed(place: int, *values: Any) -> list[list[Any]]:
    """The rows with other values in one column."""
    rows = [list(row) for row in ROWS]
    for row, value in zip(rows, values, strict=True):
        row[place] = value
    return rows


def titled(*rows: list[Any], header: Any = SUBMISSIONS) -> bytes:
    return table([header, *rows])


def merged() -> bytes:
    """Title over the whole width, agency as one merged cell beside its rows."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 5, "DANH SÁCH TỜ TRÌNH NĂM 2026", book.add_format())
        sheet.write_row(2, 0, SUBMISSIONS)
        for at, row in enumerate(ROWS, start=3):
            sheet.write_row(at, 0, row)
        sheet.merge_range(3, 1, 4, 1, WARD, book.add_format())

    return xlsx_file(fill)


def two_rows_of_header() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["STT", "Cơ quan trình", "Tờ trình", "", "Trích yếu", "Độ khẩn"])
        sheet.merge_range(0, 2, 0, 3, "Tờ trình", book.add_format())
        sheet.write_row(1, 2, ["Số, ký hiệu", "Ngày"])
        sheet.write_row(2, 0, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"])
        for at, row in enumerate(ROWS, start=3):
            sheet.write_row(at, 0, row)

    return xlsx_file(fill)


def hidden_sheet() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, SUBMISSIONS)
        for at, row in enumerate(ROWS, start=1):
            sheet.write_row(at, 0, row)
        secret = book.add_worksheet("Nháp")
        secret.write_row(0, 0, SUBMISSIONS)
        secret.write_row(1, 0, ["9", WARD, "99/TTr-UBND", "01/01/2026", "Không lấy", ""])
        secret.hide()

    return xlsx_file(fill)


def formulas() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, SUBMISSIONS)
        for at, row in enumerate(ROWS, start=1):
            sheet.write_row(at, 0, row)
            sheet.write_formula(at, 1, '="UBND phường"&" Hoàn Kiếm"', None, WARD)

    return xlsx_file(fill)


def old_font(place: int) -> bytes:
    """The matter typed in an old font: 0 TCVN3, 1 VNI."""
    rows = changed(4, *(SENTENCES[matter][place] for matter in (FIRST, SECOND)))
    return titled(*rows)


FOOTER = [
    ["Tổng cộng", "", "02 tờ trình"],
    [],
    ["", "", "", "", "Hà Nội, ngày 05 tháng 02 năm 2026"],
    ["", "NGƯỜI LẬP BIỂU", "", "", "CHỦ TỊCH"],
    ["", "(Ký, ghi rõ họ tên)"],
    ["", "Nguyễn Thị Lan", "", "", "Trần Văn Minh"],
]
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "clean": ("a.xlsx", lambda: titled(*ROWS)),
    "rows above the header": (
        "a.xlsx",
        lambda: table([["UBND PHƯỜNG"], [], ["DANH SÁCH"], [], SUBMISSIONS, *ROWS]),
    ),
    "merged cells": ("a.xlsx", merged),
    "a header of two rows": ("a.xlsx", two_rows_of_header),
    "a footer": ("a.xlsx", lambda: titled(*ROWS, *FOOTER)),
    "blank and numbered rows": ("a.xlsx", lambda: titled(ROWS[0], [], ["3"], ROWS[1], ["4"])),
    "a hidden sheet": ("a.xlsx", hidden_sheet),
    "formulas": ("a.xlsx", formulas),
    "real dates": (
        "a.xlsx",
        lambda: titled(*changed(3, date(2026, 2, 5), datetime(2026, 2, 6, 14, 30))),
    ),
    "serial numbers": ("a.xlsx", lambda: titled(*changed(3, 46058, 46059))),
    "short years and dots": ("a.xlsx", lambda: titled(*changed(3, "5.2.26", "6-2-2026"))),
    "dates in words": (
        "a.xlsx",
        lambda: titled(*changed(3, "ngày 05 tháng 02 năm 2026", "Hà Nội, 6 tháng 2, 2026")),
    ),
    "other names of columns": (
        "a.xlsx",
        lambda: titled(
            *ROWS,
            header=["TT", "Đơn vị", "Số, ký hiệu", "Ngày văn bản", "Nội dung", "Mức độ khẩn"],
        ),
    ),
    "columns nobody knows": (
        "a.xlsx",
        lambda: titled(*([*row, "x", ""] for row in ROWS), header=[*SUBMISSIONS, "Ghi chú", "?"]),
    ),
    "the agency by its code": ("a.xlsx", lambda: titled(*changed(1, "P-00070", "p-00070"))),
    "the agency in full": (
        "a.xlsx",
        lambda: titled(*changed(1, "Ủy ban nhân dân phường Hoàn Kiếm", "UBND PHUONG HOAN KIEM")),
    ),
    "line breaks and spaces": (
        "a.xlsx",
        lambda: titled(*changed(1, "UBND phường\nHoàn Kiếm", "\u00a0UBND  phường Hoàn Kiếm ")),
    ),
    "blanks in the numbers": (
        "a.xlsx",
        lambda: titled(*changed(2, "12 / TTr-UBND", "13/TTr - UBND")),
    ),
    "TCVN3 letters": ("a.xlsx", lambda: old_font(0)),
    "VNI letters": ("a.xlsx", lambda: old_font(1)),
    "letters and marks apart": ("a.csv", lambda: unicodedata.normalize("NFD", TEXT).encode()),
    "UTF-8": ("a.csv", lambda: TEXT.encode()),
    "UTF-8 with its mark": ("a.csv", lambda: TEXT.encode("utf-8-sig")),
    "UTF-16": ("a.txt", lambda: TEXT.encode("utf-16")),
    "UTF-16 without its mark": ("a.csv", lambda: TEXT.encode("utf-16-le")),
    "Windows-1258": ("a.csv", lambda: in_windows_1258(TEXT)),
    "tabs": ("a.tsv", lambda: lines(SUBMISSIONS, *ROWS, separator="\t").encode()),
    "commas": ("a.csv", lambda: TEXT.replace(SECOND, f'"{SECOND}"').replace(";", ",").encode()),
    "line ends of old machines": ("a.csv", lambda: lines(SUBMISSIONS, *ROWS, end="\r").encode()),
    "a separator in the first line": ("a.csv", lambda: b"sep=;\r\n" + TEXT.encode()),
    "one row twice as header": ("a.xlsx", lambda: titled(ROWS[0], list(SUBMISSIONS), ROWS[1])),
    "marks of urgency in other words": (
        "a.xlsx",
        lambda: titled(*changed(5, "KHẨN", "Bình thường")),
    ),
}  # fmt: skip


def test_there_are_thirty():
    assert len(FILES) >= 30


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_goes_in_as_it_was_meant(world, sign_in, name):
    lan = in_english(sign_in(world.lan))
    file_name, data = FILES[name]
    session = sent(lan, data(), file_name)
    assert (session.accepted, session.rejected) == (2, 0), session.errors
    assert lan.get(page(session)).status_code == 200
    decide(lan, session, "nhap")
    entered = Dossier.objects.values_list("letter_ref", "letter_on", "matter", "urgency")
    assert set(entered) == EXPECTED
    again = sent(lan, data(), file_name)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 2, 0)
