"""Handing out papers and files of Home Affairs: always as a download, never run in the browser."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import filestore
from documents.handing_out import LOCKED, layout_response, paper_response, wanted_form

__all__ = ["file_response", "layout_response", "paper_response", "wanted_form"]


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
    response["Content-Security-Policy"] = LOCKED
    return response
