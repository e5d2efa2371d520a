"""Lists of dossiers, and each person's own work."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import saving
from accounts.actors import Actor
from accounts.pages import page
from accounts.paging import address
from accounts.receipts import new_key
from accounts.rights import allows, reaches_city
from accounts.roles import Role
from deadlines.listing import lines
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.querysets import TimeLimitQuerySet
from deadlines.wording import day_text
from dossiers import listing as listings
from dossiers.facets import facets
from dossiers.models import Dossier
from dossiers.states import State
from dossiers.views.bulk import bulk_acts
from dossiers.views.holding import stagnation_part
from dossiers.views.rows import Row, rows_of
from dossiers.views.waiting import decisions, tasks_in_hand

PAGE_SIZE = 25
SHOWN_AT_ONCE = 20


@page("dossier_list")
def all_dossiers(request: HttpRequest) -> HttpResponse:
    """The dossiers that this person may see: searched, filtered, sorted, in pages."""
    asked, by = request.GET, request.actor
    moment = Moment(request.now, published().calendar)
    listing = listings.read(asked, by, moment)
    paged, keys = listing.page(asked, size=PAGE_SIZE)
    city = listings.is_city(by)
    context = {
        "page": paged,
        "rows": _rows(paged.rows, moment),
        "filters": [
            {"label": chip.label, "remove_url": address(asked, **{chip.name: None})}
            for chip in listing.chips
        ],
        "facets": facets(keys, asked, moment, capped=paged.capped, city=city),
        "scopes": _scopes(asked, by),
        "states": State.choices,
        "asked": {
            "q": asked.get("q", "").strip(),
            "state": asked.get("trang-thai", ""),
            "agency": asked.get("don-vi", "").strip(),
        },
        "kept": [(name, asked[name]) for name in _KEPT if asked.get(name)],
        "heads": _heads(asked, listing.slug),
        "orders": _orders(asked, listing.slug),
        "saved": saving.links(by, "dossiers"),
        "query": saving.query_of(asked),
        "acts": bulk_acts(by),
        "form_key": new_key(),
        "may_log": allows(by, "dossier_create"),
        "may_export": allows(by, "export_dossiers"),
        "city": city,
        "is_fragment": _wants_fragment(request),
    }
    template = "dossiers/_list_rows.html" if context["is_fragment"] else "dossiers/list.html"
    return render(request, template, context)


#: Words of the address that the form of filters does not show and must not lose.
_KEPT = ("pham-vi", "loai", "khan", "han", "sap-xep")
#: Head of a column → the order of its first press and of its second.
_HEADS = {
    "agency": ("don-vi", "don-vi", "ascending"),
    "limit": ("han", "han", "ascending"),
    "logged": ("moi", "cu", "descending"),
}
ORDER_LABELS = {
    "moi": gettext_lazy("The newest first"),
    "cu": gettext_lazy("The oldest first"),
    "han": gettext_lazy("What ends first"),
    "don-vi": gettext_lazy("By agency"),
    "lau": gettext_lazy("What waits longest on its desk"),
}


def _heads(asked: QueryDict, slug: str) -> dict[str, dict[str, str]]:
    """For each sortable head what a press leads to, and how the list is sorted by it now."""
    other = {"ascending": "descending", "descending": "ascending"}
    found = {}
    for head, (first, second, direction) in _HEADS.items():
        now = direction if slug == first else other[direction] if slug == second else ""
        target = second if slug == first else first
        found[head] = {"url": address(asked, sap_xep=target), "now": now}
    return found


def _orders(asked: QueryDict, slug: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": address(asked, sap_xep=value), "is_current": value == slug}
        for value, label in ORDER_LABELS.items()
    ]


def _scopes(asked: QueryDict, by: Actor) -> list[dict[str, Any]]:
    here = asked.get("pham-vi", "")
    return [
        {
            "label": listings.SCOPES[slug],
            "url": address(asked, pham_vi=slug),
            "is_current": slug == here or (slug == "" and here not in listings.SCOPES),
        }
        for slug in listings.scopes_of(by)
    ]


@page("dossier_list")
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for this person: overdue, due today, due soon, then what comes after."""
    by = request.actor
    moment = Moment(request.now, published().calendar)
    now, tomorrow = moment.now, moment.today + timedelta(days=1)
    # Now is now: what is open has no ``met_at`` at all, and the index of open limits answers.
    limits = TimeLimit.objects.visible_to(by).for_list().filter(met_at__isnull=True)
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
    idle = stagnation_part(by, moment)
    to_decide, tasks = decisions(by, moment), tasks_in_hand(by, moment)
    context = {
        "groups": groups,
        "waiting": _rows(shown[:SHOWN_AT_ONCE], moment),
        "waiting_figure": {
            "label": _("Waiting for you"),
            "value": count,
            "href": "#cho-xu-ly" if count else "",
        },
        "waiting_count": count,
        "idle": idle,
        "to_decide": to_decide,
        "tasks": tasks,
        "empty": not any(group["value"] for group in groups)
        and not shown
        and not to_decide["figures"]
        and not tasks
        and not (idle and idle["count"]),
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
    (State.FORM_RETURNED, _AGENCY),
    (State.SUBMITTED, _OFFICE),
    (State.UNDER_VERIFICATION, _OFFICE),
    (State.ISSUED, _OFFICE),
    (State.WITH_LEADER, (Role.CITY_LEADER,)),
    (State.MEETING_SCHEDULED, (Role.CITY_LEADER,)),
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


def _rows(dossiers: list[Dossier], moment: Moment) -> list[Row]:
    """Each dossier with the chip of its limit; one more query for the whole page."""
    shown = listings.first_limits([dossier.code for dossier in dossiers])
    return rows_of(dossiers, shown, moment)


def _wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for the rows alone; going back in history it wants the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request
