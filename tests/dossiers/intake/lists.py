"""Lists as clerks keep them, sent through a browser."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from dossiers.models import ImportSession
from tests.dossiers.desk import fields, open_form
from tests.dossiers.sheets.files import table

WARD = "UBND phường Hoàn Kiếm"
SUBMISSIONS = ("STT", "Cơ quan trình", "Số tờ trình", "Ngày tờ trình", "Trích yếu", "Độ khẩn")
HISTORY = ("Mã hồ sơ", "Cơ quan trình", "Ngày chỉ đạo", "Ngày báo cáo")


def submission_rows(count: int, agency: str = WARD, first: int = 1) -> list[list[Any]]:
    """Rows of submissions that are in order."""
    return [
        [n, agency, f"{n}/TTr-UBND", "05/02/2026", f"Về việc số {n}", "Khẩn" if n % 2 else ""]
        for n in range(first, first + count)
    ]


def history_rows(count: int, agency: str = WARD) -> list[list[Any]]:
    """Rows of history that are in order: half answered, half not."""
    return [
        [f"giay-{n}", agency, "02/11/2026 10:00", "03/11/2026 09:00" if n % 2 else ""]
        for n in range(1, count + 1)
    ]


def workbook(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with a title above its header, as clerks keep them."""
    return table([["DANH SÁCH HỒ SƠ NĂM 2026"], [], header, *rows])


def send(browser: Client, data: bytes, name: str = "Danh sach.xlsx") -> HttpResponse:
    """Send a list; the answer is the redirect to its session, or the form again."""
    form = open_form(browser, "dossiers:imports")
    return browser.post(
        reverse("dossiers:imports"), {**form, "file": SimpleUploadedFile(name, data)}
    )


def sent(browser: Client, data: bytes, name: str = "Danh sach.xlsx") -> ImportSession:
    """The session of a list that was sent and could be read."""
    answer = send(browser, data, name)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return ImportSession.objects.get(public_id=answer.headers["Location"].split("/")[-2])


def page(session: ImportSession, view: str = "import_session") -> str:
    return reverse(f"dossiers:{view}", args=[session.public_id])


def decide(browser: Client, session: ImportSession, act: str, **changes: Any) -> HttpResponse:
    """Press one of the preview's buttons; follows to the page that answers."""
    form = fields(browser.get(page(session)))
    return browser.post(page(session), {**form, "viec": act, **changes}, follow=True)
