"""The leadership's overview and the list behind every figure."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from accounts.pages import page
from accounts.rights import reaches_city
from dashboards import overview as parts
from dashboards.selection import (
    AGES,
    STATES,
    Moment,
    age_label,
    agency_name,
    period,
    select,
    state_label,
)
from deadlines.models import TimeLimit
from deadlines.published import published
from deadlines.wording import chip


@page("dash_city")
def overview(request: HttpRequest) -> HttpResponse:
    """One page before the meeting: figures, agencies, ages, the worst items."""
    moment = Moment(request.now, published().calendar)
    limits = TimeLimit.objects.visible_to(request.actor)
    context = {
        "tiles": parts.tiles(limits, moment),
        "agencies": parts.by_agency(limits, moment),
        "ages": parts.by_age(limits, moment),
        "worst": parts.worst(limits, moment),
        "as_of": request.now,
    }
    return render(request, "dashboards/overview.html", context)


@page("window_view")
def limits(request: HttpRequest) -> HttpResponse:
    """The time limits that a figure counted, or that a person asks for."""
    asked = request.GET
    moment = Moment(request.now, published().calendar)
    found = select(TimeLimit.objects.visible_to(request.actor), asked, moment)
    paged = Paginator(found.for_list().order_by("due_at", "pk"), 50).get_page(asked.get("trang"))
    rows = [
        {"limit": limit, "chip": chip(limit, now=moment.now, calendar=moment.calendar)}
        for limit in paged
    ]
    context = {
        "page": paged,
        "rows": rows,
        "previous_url": _address(asked, paged.number - 1) if paged.has_previous() else "",
        "next_url": _address(asked, paged.number + 1) if paged.has_next() else "",
        "filters": _filters(asked),
        "states": [(slug, state_label(slug)) for slug in STATES],
        "asked": {"state": asked.get("tinh-trang", "")},
        "city": reaches_city(request.actor, "window_view"),
        "as_of": request.now,
    }
    return render(request, "dashboards/limits.html", context)


def _filters(asked: QueryDict) -> list[dict[str, str]]:
    """The filters in force, each with the address without it."""
    found = []
    if (state := asked.get("tinh-trang")) in STATES:
        found.append(("tinh-trang", state_label(state)))
    if (age := asked.get("tuoi")) in AGES:
        found.append(("tuoi", age_label(age)))
    if name := agency_name(asked):
        found.append(("don-vi", name))
    for name, day in zip(("tu", "den"), period(asked), strict=True):
        if day:
            found.append((name, f"{'≥' if name == 'tu' else '≤'} {day:%d/%m/%Y}"))
    return [{"label": label, "remove_url": _without(asked, name)} for name, label in found]


def _without(asked: QueryDict, name: str) -> str:
    rest = asked.copy()
    for gone in (name, "trang"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}"


def _address(asked: QueryDict, number: int) -> str:
    rest = asked.copy()
    rest["trang"] = str(number)
    return f"?{rest.urlencode()}"
