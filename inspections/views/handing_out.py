"""Handing out papers and files of Home Affairs: always as a download, never run in the browser."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from accounts import filestore
from documents import printing
from documents.layout import Layout, docx, pdf
from documents.models import Paper

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LOCKED = "default-src 'none'; sandbox"


def wanted_form(request: HttpRequest) -> str:
    """ "docx" when the address asks for it, else "pdf"."""
    return "docx" if request.GET.get("dang") == "docx" else "pdf"


def paper_response(request: HttpRequest, paper: Paper) -> HttpResponse:
    """An issued paper, printed from what was kept."""
    return layout_response(request, printing.layout_of(paper), paper.ref.replace("/", "-"))


def layout_response(request: HttpRequest, layout: Layout, name: str) -> HttpResponse:
    """A layout as the file that the address asks for, under a name."""
    form = wanted_form(request)
    content, kind = (docx(layout), DOCX) if form == "docx" else (pdf(layout), PDF)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}")
    response["Content-Security-Policy"] = _LOCKED
    return response


def file_response(request: HttpRequest, file: Any) -> HttpResponse:
    """A stored file as it was sent. One that the store lost or cut is named as damaged."""
    try:
        stored = filestore.open_stored(file.path, size=file.size)
    except OSError:
        context = {"attachment": file, "request_id": request.request_id}
        return render(request, "inspections/file_damaged.html", context, status=410)
    response = FileResponse(
        stored, as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["Content-Security-Policy"] = _LOCKED
    return response
