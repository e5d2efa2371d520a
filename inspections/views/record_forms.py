"""What the pages of acts on a record share."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.pressing import Stored
from inspections import policies
from inspections.models import Record
from inspections.views.acting import Act, PlainForm
from inspections.views.record_pages import record_crumbs, record_of


def record_in(request: HttpRequest, public_id: str) -> Record:
    """The record of an inspection; those of lateness have pages of their own."""
    row = record_of(request, public_id)
    return get_object_or_404(Record.objects.none()) if row.kind != Record.Kind.INSPECTION else row


def act_on(
    request: HttpRequest, row: Record, verb: str, *, values: Any = None, **words: Any
) -> Act:
    def stored() -> Stored:
        row.refresh_from_db()
        return Stored(row.version, values(row) if values else {})

    return Act(
        **{
            "form": PlainForm,
            "may": lambda: policies.may(request.actor, verb, row),
            "fits": lambda: policies.fits(verb, row),
            "back": reverse("inspections:record", args=[row.public_id]),
            "crumbs": record_crumbs(row),
            "about": ("record", str(row.public_id)),
            "stored": stored,
            "text": f"{row.agency_name} · {row.head_name}",
            **words,
        }
    )


def common(request: HttpRequest, form: Any) -> dict[str, Any]:
    return {
        "version": form.cleaned_data["version"],
        "by": request.actor,
        "now": request.now,
    }


def done(_result: Any) -> None:
    """The act leads back to the record."""
