"""Handing out files, through policy alone and always as a download."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts import filestore
from accounts.pages import page
from dossiers.models import Attachment


@page("file_get")
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """The bytes as they were sent. A file that the store lost or cut is named as damaged."""
    visible = Attachment.objects.visible_to(request.actor).select_related("dossier")
    attachment = get_object_or_404(visible, public_id=public_id)
    try:
        stored = filestore.open_stored(attachment.path, size=attachment.size)
    except OSError:
        context = {"attachment": attachment, "request_id": request.request_id}
        return render(request, "dossiers/file_damaged.html", context, status=410)
    response = FileResponse(
        stored,
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
