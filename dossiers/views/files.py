"""Handing out files, through policy alone and always as a download."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts import filestore
from accounts.pages import page
from dossiers.models import Attachment, Dossier


@page("file_get")
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """The bytes as they were sent. A file missing from the store is named as damaged, not a 500."""
    attachment = get_object_or_404(
        Attachment.objects.select_related("dossier"), public_id=public_id
    )
    if not Dossier.objects.visible_to(request.actor).filter(pk=attachment.dossier_id).exists():
        raise Http404
    try:
        stored = filestore.open_stored(attachment.path)
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
