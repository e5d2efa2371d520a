"""The leadership's overview and the list behind every figure."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.pages import page
from accounts.paging import address, numbered
from accounts.rights import allows, reaches_city
from accounts.saving import query_of
from agencies.models import Agency, Kind
from dashboards import lateness
from dashboards import overview as parts
from dashboards.selection import (
    AGES,
    RULES,
    STATES,
    age_label,
    agency_name,
    period,
    select,
    state_label,
)
from deadlines.listing import holder, lines
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.querysets import TimeLimitQuerySet
from deadlines.wording import chip, day_text
from dossiers.views.export import CHUNK, FileAbout, sheet_of_list
from inspections.duty import counts

PAGE_SIZE = 50


@page("dash_city")
def overview(request: HttpRequest) -> HttpResponse:
    """One page before the meeting: figures, agencies, ages, the worst items."""
    moment = Moment(request.now, published().calendar)
    limits = TimeLimit.objects.visible_to(request.actor)
    context = {
        "tiles": parts.tiles(limits, moment),
        "agencies": parts.by_agency(limits, moment, request.actor),
        "ages": parts.by_age(limits, moment),
        "worst": parts.worst(limits, moment, request.actor),
        "as_of": request.now,
        "today_text": day_text(moment.today),
    }
    return render(request, "dashboards/overview.html", context)


@page("window_view")
def limits(request: HttpRequest) -> HttpResponse:
    """The time limits that a figure counted, or that a person asks for."""
    asked = request.GET
    moment = Moment(request.now, published().calendar)
    visible = TimeLimit.objects.visible_to(request.actor)
    latest_first = _latest_first(asked)
    found = _asked_for(visible, asked, moment)
    paged = numbered(counts.with_counts(found, request.actor), asked, size=PAGE_SIZE)
    city = reaches_city(request.actor, "window_view")
    context = {
        "page": paged,
        "lines": lines(paged.rows, moment),
        "filters": _filters(asked, moment.today),
        "states": [(slug, state_label(slug)) for slug in STATES],
        "ages": [(slug, age_label(slug)) for slug in AGES],
        "rules": list(RULES.items()),
        "agencies": _agencies(visible) if city else [],
        "asked": {
            "state": asked.get("tinh-trang", ""),
            "age": asked.get("tuoi", ""),
            "rule": asked.get("quy-tac", ""),
            "agency": asked.get("don-vi", ""),
            "from": asked.get("tu", ""),
            "to": asked.get("den", ""),
        },
        "city": city,
        "as_of": request.now,
        "latest_first": latest_first,
        "query": query_of(asked),
        "may_export": allows(request.actor, "export_dossiers"),
        "inspect_url": _inspect_url(request.actor, asked.get("don-vi", "")),
        "remind_url": _remind_url(request.actor, asked.get("don-vi", "")),
        "draw_url": _draw_url(request.actor, asked.get("don-vi", "")),
        "sort_url": address(asked, sap_xep=None if latest_first else "moi"),
    }
    return render(request, "dashboards/limits.html", context)


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
    moment = Moment(request.now, published().calendar)
    found = _asked_for(TimeLimit.objects.visible_to(request.actor), request.GET, moment)
    about = FileAbout("time_limits", "thoi-han", _("Time limits"), found.count())
    rows = (_cells(limit, moment) for limit in found.iterator(chunk_size=CHUNK))
    return sheet_of_list(request, about, _columns(), rows)


def _columns() -> list[str]:
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


def _cells(limit: TimeLimit, moment: Moment) -> list[Any]:
    return [
        limit.subject_code,
        limit.subject_title,
        limit.agency.name,
        limit.rule.name,
        holder(limit) or None,
        limit.started_at,
        limit.due_on,
        limit.met_at,
        chip(limit, now=moment.now, calendar=moment.calendar).text,
    ]


def _asked_for(visible: TimeLimitQuerySet, asked: QueryDict, moment: Moment) -> TimeLimitQuerySet:
    """The limits that an address names, in the order that it names."""
    order = ("-due_at", "-pk") if _latest_first(asked) else ("due_at", "pk")
    return select(visible, asked, moment).for_list().order_by(*order)


def _latest_first(asked: QueryDict) -> bool:
    return asked.get("sap-xep") == "moi"


def _agencies(visible: TimeLimitQuerySet) -> list[tuple[str, str]]:
    """Agencies that have limits to show, key and name, in Vietnamese order."""
    owed = visible.filter(agency=OuterRef("pk")).order_by()
    found = Agency.objects.filter(Exists(owed)).in_order()
    return [(str(agency.pk), _agency_label(agency)) for agency in found]


def _agency_label(agency: Agency) -> str:
    if agency.valid_to is None:
        return agency.name
    day = f"{agency.valid_to:%d/%m/%Y}"
    return _("%(name)s (until %(day)s)") % {"name": agency.name, "day": day}


def _filters(asked: QueryDict, today: date) -> list[dict[str, str]]:
    """The filters in force, each with the address without it."""
    found = []
    if (state := asked.get("tinh-trang")) in STATES:
        found.append(("tinh-trang", state_label(state)))
    if (age := asked.get("tuoi")) in AGES:
        found.append(("tuoi", _("late by %(age)s") % {"age": age_label(age)}))
    if (kind := asked.get("loai")) in Kind.values:
        found.append(("loai", Kind(kind).label))
    if (rule := asked.get("quy-tac")) in RULES:
        found.append(("quy-tac", RULES[rule]))
    if name := agency_name(asked):
        found.append(("don-vi", name))
    first, last = period(asked, today)
    if first:
        found.append(("tu", _("due from %(day)s") % {"day": f"{first:%d/%m/%Y}"}))
    if last:
        found.append(("den", _("due until %(day)s") % {"day": f"{last:%d/%m/%Y}"}))
    return [{"label": label, "remove_url": address(asked, **{name: None})} for name, label in found]
