"""The page of an agency's internal units."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import unfinished
from accounts.pages import page
from accounts.pressing import BOTH, earlier_result, press, say_kept
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.units import UnitsChanged, name_units, seen_of
from agencies.dates import local_day
from agencies.models import Agency
from dossiers.unit_forms import UnitsForm, mark_of

_DONE = gettext_lazy("The units are recorded. Letters issued before keep their symbols.")


@page("agency_edit", BOTH)
def units(request: HttpRequest, code: str) -> HttpResponse:
    """The units of an agency with the abbreviations that letters bear."""
    agency = Agency.objects.as_of(local_day(request.now)).filter(code=code).first()
    if agency is None:
        raise Http404
    if earlier := earlier_result(request):
        return earlier
    kept = unfinished.take(request) if request.method != "POST" else None
    stored = seen_of(agency)
    data = request.POST if request.method == "POST" else kept
    form = UnitsForm(data, units=stored, by=request.actor, now=request.now)
    conflict, status = "", 200
    if kept:
        say_kept(request)
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return press(request, form, lambda: _do(request, agency, form), _DONE)
            except NotAllowed:
                raise
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
                form.data = form.data.copy()
                form.data["seen"] = mark_of(stored)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
    context: dict[str, Any] = {"agency": agency, "form": form, "conflict": conflict}
    return render(request, "agencies/units.html", context, status=status)


def _do(request: HttpRequest, agency: Agency, form: UnitsForm) -> str:
    if form.cleaned_data["seen"] != mark_of(form.units):
        raise UnitsChanged(_("Somebody changed this since you opened the form."))
    name_units(
        agency,
        codes=form.codes(),
        seen=form.units,
        added=form.added(),
        by=request.actor,
        now=request.now,
    )
    return reverse("agencies:life", args=[agency.code])
