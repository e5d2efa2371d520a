"""Lists of dossiers, and each person's own work."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.rights import allows, reaches_city
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.models import TimeLimit
from deadlines.published import published
from deadlines.wording import chip
from dossiers.models import Dossier
from dossiers.paging import page_of
from dossiers.states import State

PAGE_SIZE = 25


@page("dossier_list")
def all_dossiers(request: HttpRequest) -> HttpResponse:
    """Every dossier that this person may see: searched, filtered, the newest first."""
    asked = request.GET
    found = Dossier.objects.visible_to(request.actor).select_related("agency")
    chips = []
    if words := asked.get("q", "").strip():
        found = found.search(words[:200])
        chips.append(_chip(asked, "q", f"“{words[:60]}”"))
    if (state := asked.get("trang-thai")) in State.values:
        found = found.filter(state=state)
        chips.append(_chip(asked, "trang-thai", State(state).label))
    if agency_words := asked.get("don-vi", "").strip():
        agencies = Agency.objects.search(agency_words[:100])
        found = found.filter(agency__in=agencies)
        chips.append(_chip(asked, "don-vi", agency_words[:60]))
    paged = page_of(found.newest_first(), asked, size=PAGE_SIZE)
    context = {
        "page": paged,
        "rows": _rows(paged.rows, request.now, published().calendar),
        "filters": chips,
        "states": State.choices,
        "asked": {"q": words, "state": state, "agency": agency_words},
        "may_log": allows(request.actor, "dossier_create"),
        "city": reaches_city(request.actor, "dossier_view"),
    }
    template = "dossiers/_list_rows.html" if request.htmx else "dossiers/list.html"
    return render(request, template, context)


@page("dossier_list")
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for this person: overdue, due today, due soon, then what comes after."""
    by, now = request.actor, request.now
    calendar, today = published().calendar, local_day(now)
    soon = _soon(calendar, today)
    limits = TimeLimit.objects.visible_to(by).for_list()
    if by.holds(Role.OFFICE_CHIEF, Role.OFFICE_OFFICER, Role.OFFICE_CLERK):
        limits = limits.filter(agency_id__in=by.agency_ids())
    groups = [
        _group("qua-han", _("Overdue"), limits.overdue(now), now, calendar),
        _group("hom-nay", _("Due today"), limits.due_on(today, now), now, calendar),
        _group(
            "sap-den-han",
            _("Due in 2 working days"),
            limits.due_between(today + timedelta(days=1), soon, now),
            now,
            calendar,
        ),
    ]
    states = [state for state, role in _TURN if by.holds(*role)]
    waiting = (
        Dossier.objects.visible_to(by)
        .filter(state__in=states)
        .select_related("agency")
        .order_by("created_at", "pk")
    )
    shown = list(waiting[:20])
    context = {
        "groups": groups,
        "waiting": _rows(shown, now, calendar),
        "waiting_count": waiting.count() if len(shown) == 20 else len(shown),
        "empty": not any(group["count"] for group in groups) and not shown,
        "may_log": allows(by, "dossier_create"),
    }
    return render(request, "dossiers/mine.html", context)


_AGENCY = (Role.AGENCY_CLERK, Role.AGENCY_OFFICER, Role.AGENCY_HEAD)
_OFFICE = (Role.OFFICE_CHIEF, Role.OFFICE_OFFICER, Role.OFFICE_CLERK)
#: States in which a dossier waits for an act of these roles without a limit running.
_TURN = (
    (State.DRAFTING, _AGENCY),
    (State.SUBMITTED, _OFFICE),
    (State.UNDER_VERIFICATION, _OFFICE),
    (State.ISSUED, _OFFICE),
    (State.WITH_LEADER, (Role.CITY_LEADER,)),
)


def _group(slug: str, title: str, limits: Any, now: Any, calendar: Calendar) -> dict[str, Any]:
    shown = list(limits.order_by("due_at", "pk")[:20])
    return {
        "slug": slug,
        "title": title,
        "count": limits.count() if len(shown) == 20 else len(shown),
        "rows": [
            {"limit": limit, "chip": chip(limit, now=now, calendar=calendar)} for limit in shown
        ],
        "url": f"{reverse('dashboards:limits')}?tinh-trang={slug}",
    }


def _rows(dossiers: list[Dossier], now: Any, calendar: Calendar) -> list[dict[str, Any]]:
    """Each dossier with the chip of its latest limit; one more query for the whole page."""
    latest = {
        limit.subject_code: limit
        for limit in TimeLimit.objects.filter(
            subject_code__in=[dossier.code for dossier in dossiers]
        ).order_by("started_at", "pk")
    }
    return [
        {
            "dossier": dossier,
            "limit": (limit := latest.get(dossier.code)),
            "chip": chip(limit, now=now, calendar=calendar) if limit else None,
        }
        for dossier in dossiers
    ]


def _soon(calendar: Calendar, today: Any) -> Any:
    """The second working day from today; beyond the calendar, simply two days."""
    try:
        return calendar.add_working_days(today, 2)
    except CalendarNotPublished:
        return today + timedelta(days=2)


def _chip(asked: QueryDict, name: str, label: str) -> dict[str, str]:
    """A filter in force, and the address of the list without it."""
    rest = asked.copy()
    del rest[name]
    for cursor in ("truoc", "sau"):
        rest.pop(cursor, None)
    return {"label": label, "remove_url": f"?{rest.urlencode()}"}
