"""Agencies as they were on a date: the list, and the life of each under its code."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.paging import numbered
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.fields import read_date


@page("agency_view")
def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies of a day (``ngay``, today unless told otherwise), by name."""
    today = local_day(request.now)
    typed = request.GET.get("ngay", "")
    day = read_date(typed, today) if typed else today
    words = request.GET.get("q", "")
    found = Agency.objects.as_of(day or today).search(words).in_order()
    shown = numbered(found, request.GET, size=50)
    context = {
        "page": shown,
        "rows": shown.rows,
        "asked": {"q": words, "day": typed},
        "day": day or today,
        "is_today": (day or today) == today,
        "no_such_day": _("That is no date; today is shown.") if typed and day is None else "",
        "may_reorganise": allows(request.actor, "agency_edit"),
        "may_see_plans": allows(request.actor, "reorganisation_view"),
    }
    return render(request, "agencies/list.html", context)


@page("agency_view")
def life(request: HttpRequest, code: str) -> HttpResponse:
    """Every agency that bore a code, the latest first: from when to when, whom it followed, who
    follows it."""
    borne = Agency.objects.filter(code=code).prefetch_related("predecessors", "successors")
    agencies = sorted(borne, key=lambda agency: str(agency.valid_from or ""), reverse=True)
    if not agencies:
        raise Http404
    today = local_day(request.now)
    latest = agencies[0]
    ended = latest.valid_to is not None and latest.valid_to < today
    context = {
        "agency": latest,
        "periods": agencies,
        "ended": ended,
        "units": list(latest.units.order_by("name", "pk")),
        "may_reorganise": allows(request.actor, "agency_edit") and not ended,
    }
    return render(request, "agencies/life.html", context)
