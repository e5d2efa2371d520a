"""Evidence packs: what would go into one, and the press that makes it. Making one is a reading."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from accounts.pages import page
from accounts.pressing import BOTH
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.views import not_published_sentence
from inspections import evidence
from inspections.evidence import Scope, TooMuch
from inspections.forms.evidence import PackForm
from inspections.models import Record
from inspections.views.duty.common import record_of, record_url
from inspections.views.tabs import tabs

ZIP = "application/zip"
_LOCKED = "default-src 'none'; sandbox"


@page("evidence_pack", BOTH)
def pack(request: HttpRequest) -> HttpResponse:
    """A pack for an agency or for one of its heads: choose agency and period, see whose late limits
    there are, press the button of the one wanted."""
    asked = request.POST if request.method == "POST" else request.GET
    form = PackForm(asked if "agency" in asked else None, now=request.now)
    context: dict[str, Any] = {
        "form": form,
        "tabs": tabs(request.actor, "inspections:evidence"),
        "agencies": Agency.objects.in_order().only("name", "code", "sort_key"),
        "most": evidence.MOST_LIMITS,
    }
    status = 200
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        agency, first, last = said["agency"], said["first"], said["last"]
        if request.method == "POST":
            head = _head(request.POST.get("head", ""), agency)
            kind = "head" if head else "agency"
            try:
                return _handed_out(request, Scope(kind, first, last, agency, head=head))
            except (TooMuch, CalendarNotPublished) as refusal:
                form.add_error(None, _sentence(refusal))
                status = 422
        total, heads = evidence.heads_with_breaches(
            agency, first, last, by=request.actor, now=request.now
        )
        context |= {
            "agency": agency,
            "first": first,
            "last": last,
            "total": total,
            "heads": heads,
            "too_many": total > evidence.MOST_LIMITS,
        }
    elif form.is_bound:
        status = 422
    return render(request, "inspections/evidence.html", context, status=status)


@page("evidence_pack", BOTH)
def record_pack(request: HttpRequest, public_id: str) -> HttpResponse:
    """The pack of a record, to whoever may read the record."""
    record = record_of(request, public_id)
    if request.method != "POST":
        return redirect(_page_of(record))
    try:
        return _handed_out(request, evidence.of_record(record))
    except (TooMuch, CalendarNotPublished) as refusal:
        messages.error(request, _sentence(refusal))
        return redirect(_page_of(record))


def _handed_out(request: HttpRequest, scope: Scope) -> HttpResponse:
    built = evidence.build(scope, by=request.actor, now=request.now)
    response = FileResponse(built.file, as_attachment=True, filename=built.name, content_type=ZIP)
    response["Content-Security-Policy"] = _LOCKED
    return response


def _head(key: str, agency: Agency) -> User | None:
    """Whoever headed the agency at some time; nobody for no key, 404 for anybody else."""
    if not key:
        return None
    held = User.objects.filter(appointments__agency=agency)
    found = held.filter(pk=int(key[:18])).distinct().first() if key.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _page_of(record: Record) -> str:
    if record.kind == Record.Kind.INSPECTION:
        return reverse("inspections:record", args=[record.public_id])
    return record_url(record)


def _sentence(refusal: TooMuch | CalendarNotPublished) -> str:
    if isinstance(refusal, CalendarNotPublished):
        return not_published_sentence(refusal)
    return refusal.sentence
