"""The desk of Home Affairs: signals, drawing up records, the list of records, the pipeline."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.paging import address, numbered
from accounts.pressing import BOTH
from accounts.rights import allows
from agencies.models import Agency
from deadlines.counting import last_day_before
from deadlines.fields import read_date
from deadlines.models import OverdueFlag
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from inspections import duty, duty_forms
from inspections.duty import signals as signs
from inspections.duty import stages
from inspections.models import Proposal, Recommendation, Record
from inspections.views.acting import Act, perform
from inspections.views.duty.common import RECORD_JOINS, home_crumbs, record_url

PAGE_SIZE = 25
MOST_SIGNALS = 200
MOST_LIMITS = 300


@page("duty_pipeline")
def pipeline(request: HttpRequest) -> HttpResponse:
    """From the signal to the result: how much waits where, since when, for whom."""
    moment, by = Moment(request.now, published().calendar), request.actor
    found = signs.by_head(signs.unrecorded(), moment)
    context = {
        "groups": [
            _group(
                gettext_lazy("Records and explanations"),
                "inspections:duty_records",
                stages.counted(stages.RECORDS, Record.objects.visible_to(by), moment),
            ),
            _group(
                gettext_lazy("Proposals and decisions"),
                "inspections:proposals",
                stages.counted(stages.PROPOSALS, Proposal.objects.visible_to(by), moment),
            ),
            _group(
                gettext_lazy("Remedies"),
                "inspections:remedies",
                stages.counted(stages.REMEDIES, Recommendation.objects.visible_to(by), moment),
            ),
        ],
        "heads": len(found),
        "limits": sum(one.limits for one in found),
        "oldest": found[0] if found else None,
        "worst": sorted(found, key=lambda one: -one.limits)[:5],
        "as_of": request.now,
    }
    return render(request, "inspections/duty/pipeline.html", context)


@page("duty_pipeline")
def signals(request: HttpRequest) -> HttpResponse:
    """Heads with limits that passed on their days and stand in no record."""
    moment = Moment(request.now, published().calendar)
    first, last = _period(request, moment.today)
    found = signs.by_head(signs.in_period(signs.unrecorded(), first, last), moment)
    may_draw = allows(request.actor, "violation_draft")
    context = {
        "rows": [
            {"signal": one, "url": _draw_url(one.agency_id, one.oldest, one.newest, one.head_id)}
            for one in found[:MOST_SIGNALS]
        ],
        "total": len(found),
        "limits": sum(one.limits for one in found),
        "nameless": signs.nameless(),
        "may_draw": may_draw,
        "crumbs": home_crumbs(request.actor),
        "at_home": allows(request.actor, "duty_pipeline"),
        "asked": {"first": request.GET.get("tu", ""), "last": request.GET.get("den", "")},
        "filtered": bool(first or last),
    }
    return render(request, "inspections/duty/signals.html", context)


@page("violation_draft", BOTH)
def draw_up(request: HttpRequest) -> HttpResponse:
    """The late limits of a unit and period, all chosen beforehand: one press makes the records."""
    moment = Moment(request.now, published().calendar)
    agency = _agency(request.POST.get("agency") or request.GET.get("don-vi", ""))
    first, last = _draw_period(request, moment.today)
    found = signs.in_period(signs.unrecorded(), first, last).filter(agency=agency)
    head = request.GET.get("nguoi", "")
    if head.isdecimal():
        found = found.filter(head_id=int(head[:18]))
    flags = _flags(found)
    groups = _by_head(flags, moment)
    act = Act(
        title=gettext_lazy("Draw up records of lateness"),
        button=gettext_lazy("Draw up the records"),
        form=duty_forms.DrawUpForm,
        done=gettext_lazy("The records are drafted. Ask for the explanation next."),
        may=lambda: allows(request.actor, "violation_draft"),
        back=reverse("inspections:signals"),
        crumbs=[*home_crumbs(request.actor), (_("Signals"), reverse("inspections:signals"))],
        template="inspections/duty/draw_up.html",
        effects=[
            _("Each head gets a record of their own, with the time limits of their own days."),
            _("The facts are copied: nothing that happens later changes them."),
            _("Nobody is told yet. The explanation is asked for next, and cannot be skipped."),
        ],
        extra={"agency": agency, "groups": groups, "first": first, "last": last},
    )

    def do(form: Any) -> str:
        data = form.cleaned_data
        records = duty.draw_up(
            limits=data["limits"],
            agency=data["agency"],
            period=duty.Period(data["first"], data["last"]),
            by=request.actor,
            now=request.now,
        )
        if len(records) == 1:
            return record_url(records[0])
        return f"{reverse('inspections:duty_records')}?chang=soan"

    keys = list(dict.fromkeys(flag.time_limit_id for flag in flags))
    choices = [(key, str(key)) for key in keys]
    initial = {"agency": agency, "first": first, "last": last, "limits": keys}
    posted = request.POST.getlist("limits")
    choices += [(int(k), k) for k in posted if k.isdecimal() and int(k) not in keys][:MOST_LIMITS]
    chosen = set(posted) if request.method == "POST" else {str(key) for key in keys}
    act.extra["chosen"] = chosen
    return perform(request, act, do, initial=initial, choices=choices)


@page("violation_list")
def records(request: HttpRequest) -> HttpResponse:
    """The records that this person may read; a number of the pipeline links to its stage."""
    moment, asked = Moment(request.now, published().calendar), request.GET.get("chang", "")
    visible: QuerySet[Record] = Record.objects.visible_to(request.actor)
    filters = []
    if stage := stages.RECORDS.get(asked):
        visible = stage.rows(visible, moment)
        filters = [{"label": stage.label, "remove_url": address(request.GET, chang=None)}]
    rows = Record.objects.filter(pk__in=visible.values("pk")).select_related(*RECORD_JOINS)
    paged = numbered(rows.order_by("-created_at", "-pk"), request.GET, size=PAGE_SIZE)
    context = {
        "page": paged,
        "rows": [_record_row(one, moment) for one in paged.rows],
        "filters": filters,
        "stages": stages.RECORDS.values(),
        "asked": asked,
        "crumbs": home_crumbs(request.actor),
        "at_home": allows(request.actor, "duty_pipeline"),
    }
    return render(request, "inspections/duty/records.html", context)


def _record_row(record: Record, moment: Moment) -> dict[str, Any]:
    asked = getattr(record, "explanation", None)
    open_ = asked is not None and not asked.is_settled
    return {
        "record": record,
        "url": record_url(record),
        "ref": record.paper.ref if record.paper else "",
        "stage": stages.stage_of(record, moment),
        "age": moment.working_days_since(record.created_at),
        "chip": chip(asked.time_limit, now=moment.now, calendar=moment.calendar) if open_ else None,
        "is_void": record.paper is not None and hasattr(record.paper, "void"),
    }


def _group(label: Any, view: str, counted: list[stages.Counted]) -> dict[str, Any]:
    return {
        "label": label,
        "url": reverse(view),
        "rows": [
            {
                "stage": one.stage,
                "count": one.count,
                "age": one.age,
                "oldest": one.oldest,
                "url": f"{reverse(view)}?chang={one.stage.slug}",
            }
            for one in counted
        ],
    }


def _flags(found: QuerySet[OverdueFlag]) -> list[OverdueFlag]:
    rows = found.select_related("head", "time_limit__rule", "time_limit__officer")
    return signs.first_of_limits(rows.order_by("due_at", "pk")[:MOST_LIMITS])


def _by_head(flags: list[OverdueFlag], moment: Moment) -> list[dict[str, Any]]:
    groups: dict[int, dict[str, Any]] = {}
    for flag in flags:
        group = groups.setdefault(flag.head_id or 0, {"head": flag.head, "lines": []})
        limit = flag.time_limit
        group["lines"].append(
            {
                "key": str(limit.pk),
                "subject": limit.subject_code,
                "title": limit.subject_title,
                "rule": limit.rule.name,
                "breach": day_text(last_day_before(flag.due_at)),
                "chip": chip(limit, now=moment.now, calendar=moment.calendar),
            }
        )
    return list(groups.values())


def _agency(key: str) -> Agency:
    found = Agency.objects.filter(pk=int(key[:18])).first() if key.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _draw_period(request: HttpRequest, today: date) -> tuple[date, date]:
    """The period of the form or of the address; without one, from the start of the year."""
    asked = request.POST if request.method == "POST" else request.GET
    first = read_date(asked.get("first") or asked.get("tu", ""), today)
    last = read_date(asked.get("last") or asked.get("den", ""), today)
    return first or today.replace(month=1, day=1), last or today


def _period(request: HttpRequest, today: date) -> tuple[date | None, date | None]:
    return read_date(request.GET.get("tu", ""), today), read_date(request.GET.get("den", ""), today)


def _draw_url(agency_id: int, first: date, last: date, head_id: int) -> str:
    words = {"don-vi": agency_id, "tu": f"{first:%d/%m/%Y}", "den": f"{last:%d/%m/%Y}"}
    return f"{reverse('inspections:draw_up_lateness')}?{urlencode({**words, 'nguoi': head_id})}"
