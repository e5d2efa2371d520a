"""The list behind every figure, on the page and as a file."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.pages import page
from accounts.paging import address, numbered
from accounts.rights import allows, reaches_city
from accounts.saving import query_of
from agencies.models import Agency
from dashboards import asking, lateness
from dashboards.asof import Past, as_they_were
from dashboards.heads import held_lines, holders_of
from dashboards.parts import moment_text
from dashboards.selection import kept, select
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.querysets import TimeLimitQuerySet
from deadlines.wording import chip
from dossiers.views.export import CHUNK, FileAbout, sheet_of_list
from inspections.duty import counts

PAGE_SIZE = 50


@page("window_view")
def limits(request: HttpRequest) -> HttpResponse:
    """The time limits that a figure counted, or that a person asks for."""
    asked = request.GET
    moment = asking.moment_of(request)
    visible = TimeLimit.objects.visible_to(request.actor)
    latest_first = _latest_first(asked)
    found = _asked_for(visible, asked, moment)
    paged = numbered(counts.with_counts(found, request.actor), asked, size=PAGE_SIZE)
    city = reaches_city(request.actor, "window_view")
    context = {
        "page": paged,
        "lines": held_lines(paged.rows, moment),
        "filters": asking.chips(asked, moment),
        "asked": asking.words_of(asked),
        "kept": [(name, asked[name]) for name in ("noi-giu", "tu-luc", "luc") if asked.get(name)],
        "luc_text": moment_text(moment.now) if isinstance(moment, Past) else "",
        "figures_url": _figures_url(request),
        **asking.choices(visible, request.GET, request.actor, moment),
        "city": city,
        "as_of": moment.now,
        "latest_first": latest_first,
        "query": query_of(asked),
        "may_export": allows(request.actor, "export_dossiers"),
        "inspect_url": _inspect_url(request.actor, asked.get("don-vi", "")),
        "remind_url": _remind_url(request.actor, asked.get("don-vi", "")),
        "draw_url": _draw_url(request.actor, asked.get("don-vi", "")),
        "sort_url": address(asked, sap_xep=None if latest_first else "moi"),
    }
    return render(request, "dashboards/limits.html", context)


def _figures_url(request: HttpRequest) -> str:
    """The figures with the filters of the list, for those who read them."""
    query = urlencode(kept(request.GET))
    return f"{reverse('dashboards:overview')}?{query}" if query else reverse("dashboards:overview")


def _inspect_url(by: Actor, agency: str) -> str:
    """Where an inspector raises an inspection of the agency that the list is narrowed to."""
    if not agency.isdecimal() or not allows(by, "inspection_prepare"):
        return ""
    return f"{reverse('inspections:from_overdue')}?don-vi={agency[:18]}"


def _draw_url(by: Actor, agency: str) -> str:
    """Where an inspector draws up records from the late limits of that agency."""
    if not agency.isdecimal():
        return ""
    return lateness.draw_urls([int(agency[:18])], by).get(int(agency[:18]), "")


def _remind_url(by: Actor, agency: str) -> str:
    """Where a reminder letter is written: to the agency of the list, else to one that is chosen."""
    if not allows(by, "remind"):
        return ""
    if agency.isdecimal() and (row := Agency.objects.filter(pk=int(agency[:18])).first()):
        return reverse("dossiers:remind_agency", args=[row.code])
    return reverse("dossiers:remind")


@page("export_dossiers", ("GET", "HEAD", "POST"))
def export_limits(request: HttpRequest) -> HttpResponse:
    """The list of time limits that the address names, every row, as XLSX or CSV."""
    if request.method != "POST":
        return redirect(f"{reverse('dashboards:limits')}?{query_of(request.GET)}")
    moment = asking.moment_of(request)
    found = _asked_for(TimeLimit.objects.visible_to(request.actor), request.GET, moment)
    about = FileAbout("time_limits", "thoi-han", _("Time limits"), found.count())
    return sheet_of_list(request, about, columns(), cells(found, moment))


def columns() -> list[str]:
    return [
        _("Code"),
        _("Content"),
        _("Agency"),
        _("Kind of time limit"),
        _("Held by"),
        _("Began at"),
        _("Time limit until the end of"),
        _("Time limit met at"),
        _("Time limit, in words"),
    ]


def cells(found: TimeLimitQuerySet, moment: Moment) -> Iterator[list[Any]]:
    """The cells of each limit as it was at the moment; few queries for a thousand rows."""
    limits = found.iterator(chunk_size=CHUNK)
    while chunk := list(islice(limits, CHUNK)):
        rows = as_they_were(chunk, moment)
        holders = holders_of(rows, moment.today)
        for limit, holder in zip(rows, holders, strict=True):
            yield [
                limit.subject_code,
                limit.subject_title,
                limit.agency.name,
                limit.rule.name,
                holder or None,
                limit.started_at,
                limit.due_on,
                limit.met_at,
                chip(limit, now=moment.now, calendar=moment.calendar).text,
            ]


def _asked_for(visible: TimeLimitQuerySet, asked: QueryDict, moment: Moment) -> TimeLimitQuerySet:
    """The limits that an address names, in the order that it names."""
    order = ("-due_then", "-pk") if _latest_first(asked) else ("due_then", "pk")
    return select(visible, asked, moment).for_list().order_by(*order)


def _latest_first(asked: QueryDict) -> bool:
    return asked.get("sap-xep") == "moi"
