"""What the leadership takes up at its briefing (báo cáo giao ban): time limits that are still open
after more than three reminders, with the agency and its head."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.news import DUTY_CODES, TASK_CODES
from accounts.pages import page
from accounts.paging import numbered
from accounts.rights import allows, reaches_city
from agencies.dates import local_day
from deadlines import reminded
from deadlines.listing import Line, lines
from deadlines.models import Reminder, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.querysets import TimeLimitQuerySet
from deadlines.wording import chip, day_text
from dossiers.views.export import CHUNK, FileAbout, sheet_of_list
from inspections.heads import head_in, heads_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A limit with the person who heads its agency today, and how it was reminded of."""

    line: Line
    url: str
    head: str
    reminders: int
    last_text: str
    last_kind: str


@page("window_view")
def unanswered(request: HttpRequest) -> HttpResponse:
    """The limits that have had more than three reminders and no answer, most reminded first."""
    moment = Moment(request.now, published().calendar)
    paged = numbered(_found(request, moment), request.GET, size=PAGE_SIZE)
    context = {
        "page": paged,
        "rows": _rows(paged.rows, moment),
        "most": reminded.MANY,
        "city": reaches_city(request.actor, "window_view"),
        "may_export": allows(request.actor, "export_dossiers"),
        "as_of": request.now,
        "today_text": day_text(moment.today),
    }
    return render(request, "dashboards/unanswered.html", context)


@page("export_dossiers", ("GET", "HEAD", "POST"))
def export_unanswered(request: HttpRequest) -> HttpResponse:
    """The same list, every row, as XLSX or CSV."""
    if request.method != "POST":
        return redirect("dashboards:unanswered")
    moment = Moment(request.now, published().calendar)
    found = list(_found(request, moment))
    about = FileAbout("unanswered", "giao-ban", _("For the briefing"), len(found))
    return sheet_of_list(request, about, _columns(), _cells(found, moment))


def _found(request: HttpRequest, moment: Moment) -> TimeLimitQuerySet:
    return reminded.unanswered(TimeLimit.objects.visible_to(request.actor), moment).for_list()


def _rows(limits: list[TimeLimit], moment: Moment) -> list[Row]:
    heads, kinds = _heads(limits, moment), _last_kinds(limits)
    return [
        Row(
            line=line,
            url=_page_of(limit.subject_code),
            head=heads.get(limit.agency_id, ""),
            reminders=limit.reminder_count,
            last_text=day_text(local_day(limit.last_at)),
            last_kind=kinds.get(limit.pk, ""),
        )
        for limit, line in zip(limits, lines(limits, moment), strict=True)
    ]


def _heads(limits: Iterable[TimeLimit], moment: Moment) -> dict[int, str]:
    """Agency key → the name of its head today; one query."""
    posts = heads_of({limit.agency_id for limit in limits})
    found = {agency: head_in(held, moment.today) for agency, held in posts.items()}
    return {agency: post.user.full_name for agency, post in found.items() if post}


def _last_kinds(limits: Iterable[TimeLimit]) -> dict[int, str]:
    """Limit key → what kind its last reminder was, in words; one query."""
    due = {limit.pk: limit.due_at for limit in limits}
    said = Reminder.objects.filter(time_limit__in=due).order_by("at", "pk")
    return {row.time_limit_id: _words(row) for row in said if row.due_at == due[row.time_limit_id]}


def _words(row: Reminder) -> str:
    if row.kind in {Reminder.Kind.PERSON, Reminder.Kind.LETTER}:
        return str(row.get_kind_display())
    return _("Automatic")


def _page_of(code: str) -> str:
    if code.startswith(DUTY_CODES):
        return reverse("inspections:subject", args=[code])
    return reverse(
        "tasks:detail" if code.startswith(TASK_CODES) else "dossiers:detail", args=[code]
    )


def _columns() -> list[str]:
    return [
        _("Code"),
        _("Content"),
        _("Kind of time limit"),
        _("Agency"),
        _("Head of the agency"),
        _("Reminders"),
        _("Last reminder at"),
        _("Time limit until the end of"),
        _("Time limit, in words"),
    ]


def _cells(limits: list[TimeLimit], moment: Moment) -> Iterator[list[Any]]:
    for start in range(0, len(limits), CHUNK):
        some = limits[start : start + CHUNK]
        heads = _heads(some, moment)
        for limit in some:
            yield [
                limit.subject_code,
                limit.subject_title,
                limit.rule.name,
                limit.agency.name,
                heads.get(limit.agency_id) or None,
                limit.reminder_count,
                limit.last_at,
                limit.due_on,
                chip(limit, now=moment.now, calendar=moment.calendar).text,
            ]
