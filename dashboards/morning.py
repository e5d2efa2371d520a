"""The page before the meeting, and the filters that people keep for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.pages import page
from accounts.rights import allows, reaches_city
from accounts.saving import links, query_of
from dashboards import asking
from dashboards.asof import Past
from dashboards.overview import Morning
from dashboards.parts import moment_text
from dashboards.saved import PAGE, opened
from dashboards.selection import kept, written
from deadlines.models import TimeLimit
from deadlines.wording import day_text


@page("dash_own")
def overview(request: HttpRequest) -> HttpResponse:
    """One page before the meeting: figures, what is new, agencies, heads, ages, the worst items;
    now, or as of a past instant."""
    moment = asking.moment_of(request)
    visible = TimeLimit.objects.visible_to(request.actor)
    along = kept(request.GET)
    morning = Morning(visible, along, moment, request.actor, present=request.now)
    city = reaches_city(request.actor, "dash_city")
    past = isinstance(moment, Past)
    here = reverse("dashboards:overview")
    now_query = urlencode(kept(request.GET, luc=False))
    context = {
        "tiles": morning.tiles(),
        "news": morning.news(),
        "since_text": morning.since_text,
        "agencies": morning.agencies() if city else [],
        "heads": morning.heads(),
        "ages": morning.ages(),
        "worst": morning.worst(),
        "late_url": morning.link(tinh_trang="qua-han"),
        "filters": asking.chips(request.GET, moment),
        "asked": asking.words_of(request.GET),
        "luc": written(moment.now) if past else "",
        "now_url": f"{here}?{now_query}" if now_query else here,
        "city": city,
        "saved": [
            {
                "name": row.name,
                "url": opened(row.query),
                "owner": "" if row.owner_id == request.user.pk else row.owner.full_name,
                "is_current": row.query == query_of(request.GET),
            }
            for row in links(request.actor, PAGE)
        ],
        "query": query_of(request.GET),
        "as_of": moment.now,
        "as_of_text": moment_text(moment.now),
        "today_text": day_text(moment.today),
        "may_export": allows(request.actor, "export_dossiers"),
        **asking.choices(visible, request.GET, request.actor, moment),
    }
    return render(request, "dashboards/overview.html", context)
