"""Pages of analysis: each one question, one picture, its table, and how it is counted."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.pages import page
from accounts.paging import Page, address
from accounts.rights import allows
from accounts.saving import query_of
from agencies.models import Agency, Kind
from dashboards.analysis import ageing, evidence
from dashboards.analysis import days as spreads
from dashboards.analysis import quality as qualities
from dashboards.analysis import ranking as ranks
from dashboards.analysis import rates as rating
from dashboards.analysis import work as loads
from dashboards.analysis.asked import ACT, MONTHS, Asked
from dashboards.selection import RULES
from deadlines.moments import Moment
from deadlines.published import published
from dossiers.views.export import FileAbout, sheet_of_list

#: Rows of the heat map on a page: a page stays light, and the worst come first.
HEAT_ROWS = 30
#: Rows of the other tables by agency.
AGENCY_ROWS = 50


@page(ACT)
def rates(request: HttpRequest) -> HttpResponse:
    """The on-time rate by month, kind of agency and kind of limit: does it get better?"""
    asked, moment = _asked(request, months=24)
    return _page(request, "rates", asked, rating.context(asked, moment))


@page("dash_city")
def ranking(request: HttpRequest) -> HttpResponse:
    """Agencies by their on-time rate, each with its denominator."""
    asked, moment = _asked(request, months=12)
    best_first = request.GET.get("sap-xep") == "tot"
    context = ranks.context(asked, moment, best_first=best_first)
    rows, context["page"] = _paged(request, context["ranked"] + context["few"], AGENCY_ROWS)
    context["ranked"] = [row for row in rows if row.rank]
    context["few"] = [row for row in rows if not row.rank]
    return _page(request, "ranking", asked, context)


@page("dash_city")
def heat(request: HttpRequest) -> HttpResponse:
    """Agency by month: where and when it was bad."""
    asked, moment = _asked(request, months=12)
    rows, paged = _paged(request, ranks.heat_rows(asked, moment), HEAT_ROWS)
    context = {
        "head": ranks.heat_head(asked),
        "rows": [ranks.heat_row(asked, *row) for row in rows],
        "page": paged,
        "legend": ranks.legend(),
        "few_than": ranks.FEW,
        "how": ranks.definition(),
    }
    return _page(request, "heat", asked, context)


@page(ACT)
def ages(request: HttpRequest) -> HttpResponse:
    """How long the overdue have been overdue."""
    asked, moment = _asked(request, months=12)
    context = ageing.context(asked, moment)
    context["rows"], context["page"] = _paged(request, context["rows"], AGENCY_ROWS)
    return _page(request, "ages", asked, context, spans=())


@page(ACT)
def days(request: HttpRequest) -> HttpResponse:
    """How many days answers take."""
    asked, _moment = _asked(request, months=12, rule="agency_report")
    context = spreads.context(asked)
    context["rows"], context["page"] = _paged(request, context["rows"], AGENCY_ROWS)
    return _page(request, "days", asked, context)


@page(ACT)
def quality(request: HttpRequest) -> HttpResponse:
    """What was sent back, rounds, exceptions, extensions, reasons for lateness."""
    asked, moment = _asked(request, months=3, most=12)
    context = qualities.context(asked, moment)
    context["rows"], context["page"] = _paged(request, context["rows"], AGENCY_ROWS)
    return _page(request, "quality", asked, context, spans=MONTHS[:-1], with_rule=False)


@page(ACT)
def work(request: HttpRequest) -> HttpResponse:
    """How much lies with whom: agencies, or the units and people of one."""
    asked, moment = _asked(request, months=3)
    if asked.agency is None:
        lying = loads.of_city(asked, moment)
        rows, paged = _paged(request, lying, AGENCY_ROWS)
        context: dict[str, Any] = {"agencies": rows, "page": paged}
    else:
        units, people = loads.of_agency(asked, moment)
        lying = people
        context = {"units": units, "people": people}
    context["verdict"] = loads.verdict(lying)
    if allows(request.actor, "stagnation_view"):
        context["stagnation_url"] = reverse("dossiers:stagnation")
    return _page(request, "work", asked, context)


@page("export_dossiers", ("GET", "HEAD", "POST"))
def export(request: HttpRequest) -> HttpResponse:
    """Figures for the monthly rating and for the PAR index, on the page and as a file."""
    asked, moment = _asked(request, months=12)
    slug = evidence.INDEX if request.GET.get("bang") == evidence.INDEX else evidence.RATING
    sheet = evidence.sheet(slug, request.GET.get("ky", ""), asked, moment)
    if request.method == "POST":
        about = FileAbout(
            f"analysis_{slug}", f"{slug}-{sheet.period}", sheet.title, len(sheet.rows)
        )
        notes = [[line] for line in ["", *sheet.definitions]]
        return sheet_of_list(request, about, sheet.columns, iter([*sheet.rows, *notes]))
    rows, paged = _paged(request, sheet.rows, AGENCY_ROWS)
    context = {
        "sheet": sheet,
        "rows": [list(zip(sheet.columns, row, strict=True)) for row in rows],
        "page": paged,
        "periods": evidence.periods(slug, moment.today),
        "is_index": slug == evidence.INDEX,
        "query": query_of(request.GET),
    }
    return _page(request, "export", asked, context, spans=(), with_rule=False)


def _asked(request: HttpRequest, **own: Any) -> tuple[Asked, Moment]:
    moment = Moment(request.now, published().calendar)
    return Asked.read(request.GET, request.actor, moment, **own), moment


def _paged(request: HttpRequest, rows: list[Any], size: int) -> tuple[list[Any], Page]:
    """The page of a list in memory that the address names."""
    found = Paginator(rows, size).get_page(request.GET.get("trang"))
    asked = request.GET
    return list(found), Page(
        rows=list(found),
        total=found.paginator.count,
        previous_url=address(asked, trang=found.number - 1) if found.has_previous() else "",
        next_url=address(asked, trang=found.number + 1) if found.has_next() else "",
        from_=found.start_index(),
        to=found.end_index(),
    )


def _page(
    request: HttpRequest,
    name: str,
    asked: Asked,
    context: dict[str, Any],
    *,
    spans: tuple[int, ...] = MONTHS,
    with_rule: bool = True,
) -> HttpResponse:
    """A page with its sections, its filters and what it is asked for."""
    agency = Agency.objects.filter(pk=asked.agency).first() if asked.agency else None
    frame = {
        "asked": asked,
        "agency": agency,
        "agency_off_url": f"?{asked.query(don_vi=None)}",
        "own_agencies": Agency.objects.filter(pk__in=asked.own).in_order()
        if len(asked.own) > 1
        else [],
        "as_of": request.now,
        "tabs": _tabs(request, name, asked),
        "spans": spans,
        "rule_choices": list(RULES.items()) if with_rule else [],
        "kind_choices": Kind.choices if asked.city and not asked.agency else [],
        "filter_lines": _filter_line(asked, agency, with_months=bool(spans)),
    }
    return render(request, f"dashboards/analysis/{name}.html", {**context, **frame})


def _filter_line(asked: Asked, agency: Agency | None, *, with_months: bool) -> str:
    """What the page counts, in words, for the screen and for paper."""
    parts = []
    if with_months:
        parts.append(
            _("due from %(first)s to %(last)s")
            % {"first": f"{asked.first:%m/%Y}", "last": f"{asked.last:%m/%Y}"}
        )
    if agency:
        parts.append(agency.name)
    if asked.kind:
        parts.append(str(Kind(asked.kind).label))
    if asked.rule:
        parts.append(str(RULES[asked.rule]))
    return " · ".join(parts)


def _tabs(request: HttpRequest, here: str, asked: Asked) -> list[dict[str, Any]]:
    """The sections that this reader may open, each with the same question."""
    labels = {
        "rates": pgettext("section of the analysis", "On time"),
        "ranking": _("Ranking"),
        "heat": pgettext("section of the analysis", "By month"),
        "ages": _("How long overdue"),
        "days": _("Days taken"),
        "quality": _("Quality"),
        "work": pgettext("section of the analysis", "Work"),
        "export": _("Figures for others"),
    }
    city = allows(request.actor, "dash_city")
    words = asked.query(thang=None, quy_tac=None)
    query = f"?{words}" if words else ""
    return [
        {"label": label, "url": reverse(f"analysis:{name}") + query, "is_current": name == here}
        for name, label in labels.items()
        if city or name not in ("ranking", "heat")
    ]
