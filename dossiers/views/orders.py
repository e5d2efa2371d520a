"""Impossible orders: the list of them, and those of one dossier."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.pages import page
from accounts.paging import address
from accounts.rights import reaches_city
from agencies.models import Agency
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import orders
from dossiers.models import Dossier
from dossiers.paging import COUNT_UP_TO
from dossiers.views.holding import numbered

#: Word in the address → its name and how many days back it looks; none: as far as there are rows.
PERIODS = {
    "30": (_("the last 30 days"), 30),
    "90": (_("the last 90 days"), 90),
    "365": (_("the last year"), 365),
    "tat-ca": (_("all time"), None),
}
USUAL = "90"


@page("orders_view")
def listed(request: HttpRequest) -> HttpResponse:
    """The impossible orders recorded in a period, in the dossiers that this person may see."""
    asked = request.GET
    period = asked.get("ky") if asked.get("ky") in PERIODS else USUAL
    days = PERIODS[period][1]
    city = reaches_city(request.actor, "orders_view")
    dossiers = None if city else Dossier.objects.visible_to(request.actor)
    filters = []
    if words := asked.get("don-vi", "").strip():
        visible = Dossier.objects.visible_to(request.actor)
        dossiers = visible.filter(agency__in=Agency.objects.search(words[:100]))
        filters.append({"label": words[:60], "remove_url": address(asked, don_vi=None)})
    chosen = orders.BY_SLUG.get(asked.get("loai", ""))
    if chosen:
        filters.append({"label": chosen.title, "remove_url": address(asked, loai=None)})
    looked_at = orders.prepared(
        dossiers,
        calendar=published().calendar,
        since=request.now - timedelta(days=days) if days else None,
    )
    found = [orders.Finding.of(row) for row in orders.found(looked_at)[: COUNT_UP_TO + 1]]
    paged = numbered([f for f in found if chosen in (None, f.kind)], asked)
    by_key = Dossier.objects.select_related("agency").in_bulk([f.dossier_id for f in paged.rows])
    context = {
        "page": paged,
        "lines": [{"finding": f, "dossier": by_key[f.dossier_id]} for f in paged.rows],
        "kinds": _kinds(found, asked, chosen),
        "chosen": chosen,
        "filters": filters,
        "periods": [(word, label) for word, (label, _days) in PERIODS.items()],
        "asked": {"agency": words, "period": period},
        "is_cut": len(found) > COUNT_UP_TO,
        "city": city,
    }
    return render(request, "dossiers/orders.html", context)


def _kinds(
    found: list[orders.Finding], asked: QueryDict, chosen: orders.Kind | None
) -> list[dict[str, Any]]:
    """Every kind that occurs, with its number and the address of its list."""
    counts = Counter(finding.kind.slug for finding in found)
    return [
        {
            "title": kind.title,
            "count": counts[kind.slug],
            "url": address(asked, loai=kind.slug),
            "current": kind is chosen,
        }
        for kind in orders.KINDS
        if counts[kind.slug]
    ]


def of_dossier(dossier: Dossier, moment: Moment) -> list[orders.Finding]:
    """The impossible orders of one dossier for its page; two queries."""
    return orders.of_dossier(dossier, calendar=moment.calendar)
