"""Files as clerks send them, made for a test and forgotten after it."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from dossiers.sheets.reading import Row, Sheet, read

TITLES = (
    "STT",
    "Mã hồ sơ",
    "Cơ quan trình",
    "Số tờ trình",
    "Ngày tờ trình",
    "Trích yếu",
    "Độ khẩn",
    "Ngày chỉ đạo",
    "Ngày báo cáo",
)
KCN = ("1", "HS-01", "Sở Xây dựng", "12/TTr-SXD", "05/02/2026", "Xin ý kiến dự án Đông Anh", "Khẩn")
Y_TE = ("2", "HS-02", "Sở Y tế", "34/TTr-SYT", "06/02/2026", "Đề án y tế cơ sở", "Thường")


def csv_file(text: str, *, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def lines(*rows: Sequence[str], separator: str = ";", end: str = "\r\n") -> str:
    return "".join(separator.join(row) + end for row in rows)


def xlsx_file(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook; ``fill`` gets it and its first sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("Theo dõi"))
    return file.getvalue()


def table(rows: Iterable[Sequence[Any]], **options: Any) -> bytes:
    """A workbook of one plain table; dates are real dates."""

    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(at, place, value, moment)
                elif isinstance(value, date):
                    sheet.write_datetime(at, place, value, day)
                elif isinstance(value, str):
                    sheet.write_string(at, place, value)
                elif value is not None:
                    sheet.write(at, place, value)

    return xlsx_file(fill, **options)


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook whose parts were changed by hand."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def opened(data: bytes, name: str = "Theo doi.xlsx", **kwargs: Any) -> Sheet:
    return read(io.BytesIO(data), name=name, **kwargs)


def rows_of(sheet: Sheet) -> list[Row]:
    return list(sheet.rows())


def column(sheet: Sheet, name: str) -> list[Any]:
    """The values of one of our columns."""
    return [row.cells[name].value for row in sheet.rows()]


def numbers(sheet: Sheet) -> list[int]:
    return [row.number for row in sheet.rows()]
