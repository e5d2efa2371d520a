"""A clerk's desk: papers to attach, and forms filled in as a browser would send them."""

import html
import io
import zipfile
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WORD_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    b'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)


def pdf(name: str = "to-trinh.pdf", more: bytes = b"") -> SimpleUploadedFile:
    """A small PDF; ``more`` makes its bytes its own."""
    return SimpleUploadedFile(name, PDF + more, "application/pdf")


def office(name: str, parts: dict[str, bytes]) -> SimpleUploadedFile:
    """A Word or Excel file of these parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return SimpleUploadedFile(name, packed.getvalue())


def docx(name: str = "du-thao.docx", **more: bytes) -> SimpleUploadedFile:
    """A Word file without macros."""
    parts = {"[Content_Types].xml": WORD_TYPES, "word/document.xml": b"<w:document/>"}
    return office(name, {**parts, **more})


class _Fields(HTMLParser):
    """The fields of the form that carries a key, as the browser would send them untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._area = self._select = ""
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append({})
        elif not self.forms:
            return
        elif tag == "input" and found.get("name") and found.get("type") != "file":
            ticked = found.get("type") not in {"checkbox", "radio"} or "checked" in found
            if ticked:
                self._add(found["name"], found.get("value") or "")
        elif tag == "textarea":
            self._area = found["name"] or ""
            self._add(self._area, "")
        elif tag == "select":
            self._select, self._chosen = found["name"] or "", None
        elif tag == "option" and self._select and ("selected" in found or self._chosen is None):
            self._chosen = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select" and self._select:
            self._add(self._select, self._chosen or "")
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area][-1] += data.removeprefix("\n")

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)


def fields(response: HttpResponse) -> dict[str, Any]:
    """What the page's form holds: hidden fields, typed values, files already on the server."""
    reader = _Fields()
    reader.feed(response.content.decode())
    [form] = [form for form in reader.forms if "form_key" in form]
    return {name: values if len(values) > 1 else values[0] for name, values in form.items()}


def open_form(browser: Client, view: str, *args: Any) -> dict[str, Any]:
    """The fields of a page's form."""
    response = browser.get(reverse(view, args=args))
    assert response.status_code == 200, response.status_code
    return fields(response)


def submission(browser: Client, **changes: Any) -> dict[str, Any]:
    """The form of a new submission, filled in completely, with its two files."""
    return {
        **open_form(browser, "dossiers:log"),
        "letter_ref": "123/TTr-UBND",
        "letter_on": "25/11/2026",
        "matter": "Điều chỉnh quy hoạch chi tiết khu phố cổ",
        "signed_by": "Nguyễn Văn Hùng",
        "signed_on": "25/11/2026",
        "initialled_by": "Nguyễn Văn Hùng",
        "initialled_on": "hôm nay",
        "letter_file": pdf("to-trinh.pdf", b"letter"),
        "draft_file": docx("du-thao.docx"),
        "viec": "trinh",
        **changes,
    }


def text_of(response: HttpResponse) -> str:
    """What the page says, entities resolved, spaces single."""
    return " ".join(html.unescape(response.content.decode()).split())


def in_english(client: Client) -> Client:
    """A browser whose pages are in English, so that tests compare msgids."""
    client.cookies["django_language"] = "en"
    return client


def log(client: Client, form: dict[str, Any]) -> HttpResponse:
    """Send the form of a new submission."""
    return client.post(reverse("dossiers:log"), form)
