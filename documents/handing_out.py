"""Handing out papers: always as a download, never run in the browser."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from documents import printing
from documents.layout import Layout, docx, pdf
from documents.models import Paper

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LOCKED = "default-src 'none'; sandbox"


def wanted_form(request: HttpRequest) -> str:
    """ "docx" when the address asks for it, else "pdf"."""
    return "docx" if request.GET.get("dang") == "docx" else "pdf"


def paper_response(request: HttpRequest, paper: Paper) -> HttpResponse:
    """An issued paper, printed from what was kept."""
    return layout_response(request, printing.layout_of(paper), paper.ref.replace("/", "-"))


def layout_response(request: HttpRequest, layout: Layout, name: str) -> HttpResponse:
    """A layout as the file that the address asks for, under a name."""
    return as_file(layout, name, wanted_form(request))


def as_file(layout: Layout, name: str, form: str) -> HttpResponse:
    """A layout as "docx" or "pdf" under a name."""
    content, kind = (docx(layout), DOCX) if form == "docx" else (pdf(layout), PDF)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}")
    response["Content-Security-Policy"] = LOCKED
    return response
