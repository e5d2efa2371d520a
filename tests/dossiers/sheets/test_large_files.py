"""Fifty thousand clean rows: every one is read, and only a few are in memory at a time."""

import io
import tracemalloc
from datetime import date

from dossiers.sheets.limits import MIB
from dossiers.sheets.reading import read
from dossiers.sheets.writing import write_csv, write_xlsx

COUNT = 50_000
COLUMNS = ["Mã hồ sơ", "Cơ quan trình", "Số tờ trình", "Ngày tờ trình", "Trích yếu"]


def dossiers(count=COUNT):
    for number in range(count):
        yield [f"HS-{number}", "Sở Y tế", f"{number}/TTr-SYT", date(2026, 2, 5), "Đề án y tế cơ sở"]


def workbook(count: int) -> io.BytesIO:
    file = io.BytesIO()
    assert write_xlsx(COLUMNS, dossiers(count), file) == count
    file.seek(0)
    return file


def test_every_row_of_a_workbook_is_read():
    sheet = read(workbook(COUNT), name="a.xlsx")
    assert len({row.cells["dossier_code"].value for row in sheet.rows()}) == COUNT


def test_a_workbook_is_read_as_a_stream():
    """Ten thousand rows unpack to some five million bytes; only a few rows are ever in memory."""
    file = workbook(10_000)
    tracemalloc.start()
    count = sum(1 for _row in read(file, name="a.xlsx").rows())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 5 * MIB


def test_every_row_of_a_text_file_is_read():
    data = b"".join(write_csv(COLUMNS, dossiers()))
    sheet = read(io.BytesIO(data), name="a.csv")
    assert sum(row.cells["letter_on"].value == "05/02/2026" for row in sheet.rows()) == COUNT
