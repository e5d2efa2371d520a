"""The calculator and the working calendar."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.rights import allows
from agencies.dates import local_day
from deadlines import strips
from deadlines.calendar import CalendarNotPublished
from deadlines.forms import CalculatorForm
from deadlines.keeping.wording import changed_days
from deadlines.models import CalendarChange, CalendarDay, CalendarYear
from deadlines.published import published
from deadlines.rules import rule_on
from deadlines.wording import WEEKDAYS, day_text
from deadlines.year import spans, year_months

RULE_CODES = ("agency_report", "office_draft")


@page("calendar_view")
def calculator(request: HttpRequest) -> HttpResponse:
    """When would a limit end, and why: nothing is stored and nothing is sent."""
    today = local_day(request.now)
    rules = [rule_on(code, today) for code in RULE_CODES]
    asked = "bat_dau" in request.GET
    form = CalculatorForm(
        request.GET if asked else None,
        rules=rules,
        today=today,
        initial={"bat_dau": request.now, "quy_tac": RULE_CODES[0], "so_ngay": 5},
    )
    strip = chosen = None
    missing = ""
    if not asked:
        chosen, moment = rules[0], request.now
    elif form.is_valid():
        chosen, moment = form.chosen(), form.cleaned_data["bat_dau"]
    if chosen:
        try:
            strip = strips.for_rule(chosen, moment, now=request.now, calendar=published().calendar)
        except CalendarNotPublished as refusal:
            missing = not_published_sentence(refusal)
            if asked:
                form.add_error("bat_dau", missing)
    context = {"form": form, "strip": strip, "asked": asked, "missing": missing}
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "deadlines/_calculation.html" if fragment else "deadlines/calculator.html"
    return render(request, template, context)


@page("calendar_view")
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """A year with its days off and make-up days, each with the text that announced it."""
    today = local_day(request.now)
    years = list(CalendarYear.objects.order_by("year"))
    shown = next((y for y in years if y.year == (year or today.year)), None)
    if shown is None:
        raise Http404
    days = list(CalendarDay.objects.filter(date__year=shown.year).order_by("date"))
    current = published().calendar
    first, last = date(shown.year, 1, 1), date(shown.year, 12, 31)
    working = current.working_days_between(first, last) + current.is_working_day(first)
    changed = changed_days(shown.year)
    context = {
        "year": shown,
        "years": years,
        "months": year_months(shown.year, days, today, {day.date for day in changed}),
        "weekdays": WEEKDAYS,
        "spans": spans(days),
        "working_days": working,
        "days_off": sum(d.kind == CalendarDay.Kind.DAY_OFF for d in days),
        "make_up_days": sum(d.kind == CalendarDay.Kind.MAKE_UP_DAY for d in days),
        "runs_out": _runs_out(current.last_day, today),
        "last_day_text": day_text(current.last_day),
        "today": today,
        "changed": changed,
        "next_year": years[-1].year + 1,
        **_keeping(request),
    }
    return render(request, "deadlines/calendar.html", context)


def not_published_sentence(refusal: CalendarNotPublished) -> str:
    """What to tell a person when a count leaves the published calendar."""
    if refusal.first_published > refusal.last_published:
        return _("No working calendar has been entered yet. Ask the calendar keeper to enter it.")
    return _(
        "The working calendar is published from %(first)s to %(last)s; this count goes beyond it. "
        "Ask the calendar keeper to enter the missing year."
    ) % {
        "first": f"{refusal.first_published:%d/%m/%Y}",
        "last": f"{refusal.last_published:%d/%m/%Y}",
    }


def _keeping(request: HttpRequest) -> dict[str, Any]:
    """The ways from the calendar to its changes, for those who have them."""
    by = request.actor
    sees = allows(by, "calendar_changes_view")
    waiting = CalendarChange.objects.filter(state=CalendarChange.State.PROPOSED)
    return {
        "sees_changes": sees,
        "waiting": waiting.count() if sees else 0,
        "may_propose": allows(by, "calendar_propose"),
        "sees_annotations": allows(by, "window_view"),
    }


def _runs_out(last: date, today: date) -> bool:
    """From 1 October on, the next year must be there (the Prime Minister announces it by then)."""
    return (
        last.year == today.year
        and today >= date(today.year, 10, 1)
        or last < today + timedelta(days=60)
    )
