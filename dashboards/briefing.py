"""The morning page on paper: figures on one page, then lists; or the lists as a workbook."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.pages import page
from accounts.saving import query_of
from agencies.dates import local_day
from dashboards import asking
from dashboards.asof import as_they_were
from dashboards.heads import holders_of
from dashboards.numerals import percent
from dashboards.overview import Morning
from dashboards.selection import kept, last_working_hour, state_label, written
from dashboards.views import cells, columns
from deadlines.listing import MOST_SAID
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.wording import chip
from documents import forms
from documents.forms.briefings import MOST_ROWS
from documents.handing_out import as_file
from dossiers.views.export import FileAbout, sheet_of_list
from ledger import recording

DAILY = ("qua-han", "hom-nay", "sap-den-han")
#: What a week adds to the lists of a day.
WEEKLY = ("moi-qua-han", "xong-muon")
CITY = "Ủy ban nhân dân thành phố Hà Nội"


@page("export_dossiers", ("GET", "HEAD", "POST"))
def briefing(request: HttpRequest) -> HttpResponse:
    """The briefing of the moment and filters that the address names, as the form asks: of a day or
    of a week (``ky=tuan``), PDF, DOCX (``dang=docx``) or XLSX. The ledger says who took what."""
    words = kept(request.GET)
    if request.method != "POST":
        return redirect(f"{reverse('dashboards:overview')}?{query_of(request.GET)}")
    moment = asking.moment_of(request, to_the_minute=True)
    weekly = request.POST.get("ky") == "tuan"
    since = moment.now - timedelta(days=7) if weekly else last_working_hour(moment)
    seen = TimeLimit.objects.visible_to(request.actor)
    with translation.override(settings.LANGUAGE_CODE):  # papers speak Vietnamese to everybody
        morning = Morning(seen, words, moment, request.actor, present=request.now, since=since)
        states = (*DAILY, *WEEKLY) if weekly else DAILY
        kind = request.POST.get("dang")
        if kind == "xlsx":
            return _workbook(request, morning, states)
        scope = [one["label"] for one in asking.chips(request.GET, moment)]
        layout = forms.briefing(said(morning, request.actor, scope, states, weekly=weekly))
        with recording.recorded():
            recording.append(
                by=request.actor.author,
                action="list_exported",
                kind="list",
                code="briefing",
                now=request.now,
                after={
                    "filter": query_of(request.GET),
                    "as_of": moment.now,
                    "format": "docx" if kind == "docx" else "pdf",
                },
            )
        name = f"bao-cao-nhanh-{written(moment.now)[:16].replace(':', '')}"
        return as_file(layout, name, "docx" if kind == "docx" else "pdf")


def _workbook(request: HttpRequest, morning: Morning, states: tuple[str, ...]) -> HttpResponse:
    """The lists one under the other, each row with its list."""
    found = [(state_label(state), _listed(morning, state)) for state in states]
    count = sum(rows.count() for _label, rows in found)
    rows: Iterator[list[Any]] = chain.from_iterable(
        ([label, *row] for row in cells(limits, morning.moment)) for label, limits in found
    )
    about = FileAbout("briefing", "bao-cao-nhanh", _("Briefing"), count)
    return sheet_of_list(request, about, [_("List"), *columns()], rows)


def _listed(morning: Morning, state: str) -> Any:
    """The limits of one list, what ends first on top."""
    words = {"tinh_trang": state}
    if state in WEEKLY:
        words["tu_luc"] = written(morning.since)
    return morning.found(**words).for_list().order_by("due_then", "pk")


def said(
    morning: Morning, by: Actor, scope: list[str], states: tuple[str, ...], *, weekly: bool
) -> forms.Briefing:
    now, before = morning.open_counts, morning.counts_before
    agency = next((post.agency.name for post in by.posts if post.agency), "")
    first = local_day(morning.moment.now).replace(day=1)
    this = morning.month_figures(first)
    last_month = morning.month_figures((first - timedelta(days=1)).replace(day=1))
    figures = [
        forms.Figure(
            label=state_label(state),
            now=str(now[state]),
            before=str(before[state]),
            change=f"{now[state] - before[state]:+d}" if now[state] != before[state] else "0",
        )
        for state in DAILY
    ]
    figures.append(
        forms.Figure(
            label=f"Đúng hạn trong tháng {first:%m/%Y} ({this.on_time} trên {this.decided}); tháng "
            f"trước {percent(last_month.rate)}",
            now=percent(this.rate),
        )
    )
    return forms.Briefing(
        issuer=agency or CITY,
        governing=CITY if agency else "",
        by=f"{by.author.name}, {by.author.post}",
        at=morning.moment.now,
        since=morning.since,
        weekly=weekly,
        scope=scope,
        figures=figures,
        news=[forms.Figure(label=tile.label, now=tile.value) for tile in morning.news()],
        owing=[
            forms.Owes(
                agency=row.agency,
                head=row.head or "Chưa có",
                overdue=row.counts[0].value,
                today=row.counts[1].value,
                soon=row.counts[2].value,
                oldest=row.oldest_text,
                holders="; ".join(row.desks),
            )
            for row in morning.heads()
        ],
        lists=[_list(morning, state) for state in states],
    )


def _list(morning: Morning, state: str) -> forms.ItemList:
    limits, moment = _listed(morning, state), morning.moment
    rows = list(limits[:MOST_ROWS])
    return forms.ItemList(
        title=state_label(state), items=_items(rows, moment), total=limits.count()
    )


def _items(rows: list[TimeLimit], moment: Moment) -> list[forms.Item]:
    rows = as_they_were(rows, moment)
    return [
        forms.Item(
            code=limit.subject_code if len(limit.subject_code) <= MOST_SAID else "",
            matter=limit.subject_title,
            agency=limit.agency.name,
            due_on=limit.due_on,
            said=chip(limit, now=moment.now, calendar=moment.calendar).text,
            holder=holder,
        )
        for limit, holder in zip(rows, holders_of(rows, moment.today), strict=True)
    ]
