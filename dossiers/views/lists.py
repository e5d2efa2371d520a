"""Lists of dossiers, and each person's own work."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.paging import address
from accounts.rights import allows, reaches_city
from accounts.roles import Role
from agencies.models import Agency
from deadlines.listing import lines
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.querysets import TimeLimitQuerySet
from deadlines.wording import chip, day_text
from dossiers.models import Dossier
from dossiers.paging import page_of
from dossiers.states import State

PAGE_SIZE = 25
SHOWN_AT_ONCE = 20


@page("dossier_list")
def all_dossiers(request: HttpRequest) -> HttpResponse:
    """Every dossier that this person may see: searched, filtered, the newest first."""
    asked = request.GET
    found = Dossier.objects.visible_to(request.actor).select_related("agency")
    filters = []
    if words := asked.get("q", "").strip():
        found = found.search(words[:200])
        filters.append({"label": f"“{words[:60]}”", "remove_url": address(asked, q=None)})
    if (state := asked.get("trang-thai")) in State.values:
        found = found.filter(state=state)
        filters.append({"label": State(state).label, "remove_url": address(asked, trang_thai=None)})
    if agency_words := asked.get("don-vi", "").strip():
        found = found.filter(agency__in=Agency.objects.search(agency_words[:100]))
        filters.append({"label": agency_words[:60], "remove_url": address(asked, don_vi=None)})
    paged = page_of(found.newest_first(), asked, size=PAGE_SIZE)
    context = {
        "page": paged,
        "rows": _rows(paged.rows, Moment(request.now, published().calendar)),
        "filters": filters,
        "states": State.choices,
        "asked": {"q": words, "state": state, "agency": agency_words},
        "may_log": allows(request.actor, "dossier_create"),
        "city": reaches_city(request.actor, "dossier_view"),
        "is_fragment": _wants_fragment(request),
    }
    template = "dossiers/_list_rows.html" if context["is_fragment"] else "dossiers/list.html"
    return render(request, template, context)


@page("dossier_list")
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for this person: overdue, due today, due soon, then what comes after."""
    by = request.actor
    moment = Moment(request.now, published().calendar)
    now, tomorrow = moment.now, moment.today + timedelta(days=1)
    limits = TimeLimit.objects.visible_to(by).for_list()
    scope = {}
    if by.holds(*_OFFICE):
        limits = limits.filter(agency_id__in=by.agency_ids())
        scope = {"don-vi": min(by.agency_ids())} if len(by.agency_ids()) == 1 else {}
    soon = limits.due_between(tomorrow, moment.soon(), now)
    groups = [
        _group("qua-han", "overdue", _("Overdue"), limits.overdue(now), scope, moment),
        _group("hom-nay", "due_today", _("Due today"), limits.due_on(moment.today, now), scope,
               moment),
        _group("sap-den-han", "due_soon", _("Due in 2 working days"), soon, scope, moment),
    ]  # fmt: skip
    states = [state for state, roles in _TURN if by.holds(*roles)]
    waiting = (
        Dossier.objects.visible_to(by)
        .filter(state__in=states)
        .select_related("agency")
        .order_by("created_at", "pk")
    )
    shown = list(waiting[: SHOWN_AT_ONCE + 1])
    count = waiting.count() if len(shown) > SHOWN_AT_ONCE else len(shown)
    context = {
        "groups": groups,
        "waiting": _rows(shown[:SHOWN_AT_ONCE], moment),
        "waiting_figure": {
            "label": _("Waiting for you"),
            "value": count,
            "href": "#cho-xu-ly" if count else "",
        },
        "waiting_count": count,
        "empty": not any(group["value"] for group in groups) and not shown,
        "may_log": allows(by, "dossier_create"),
        "city": reaches_city(by, "dossier_view"),
        "today_text": day_text(moment.today),
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


def _group(
    slug: str, tone: str, title: str, limits: TimeLimitQuerySet, scope: dict[str, Any],
    moment: Moment,
) -> dict[str, Any]:  # fmt: skip
    """A figure with the first of its limits; one query, two when there are more."""
    shown = list(limits.order_by("due_at", "pk")[: SHOWN_AT_ONCE + 1])
    count = limits.count() if len(shown) > SHOWN_AT_ONCE else len(shown)
    words = "&".join(f"{name}={value}" for name, value in {"tinh-trang": slug, **scope}.items())
    return {
        "slug": slug,
        "label": title,
        "value": count,
        "href": f"#{slug}" if count else "",
        "tone": tone if count else "",
        "lines": lines(shown[:SHOWN_AT_ONCE], moment),
        "has_more": len(shown) > SHOWN_AT_ONCE,
        "url": f"{reverse('dashboards:limits')}?{words}",
    }


def _rows(dossiers: list[Dossier], moment: Moment) -> list[dict[str, Any]]:
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
            "due_text": day_text(limit.due_on) if limit else "",
            "chip": chip(limit, now=moment.now, calendar=moment.calendar) if limit else None,
        }
        for dossier in dossiers
    ]


def _wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for the rows alone; going back in history it wants the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request
