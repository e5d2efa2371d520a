"""What agencies owe after a conclusion: the list, the page of one, report and verdict."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.paging import address, numbered
from accounts.pressing import BOTH, Stored
from accounts.rights import allows, reaches_city
from deadlines import strips
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from inspections import duty, duty_forms, story
from inspections import duty_policies as policies
from inspections.duty import stages
from inspections.duty.acting import code_of
from inspections.duty.concluding import remaining_day
from inspections.duty.opening import PAGE, opened
from inspections.models import Recommendation, Record, RemedyReport
from inspections.views.acting import Act, perform
from inspections.views.duty.common import home_crumbs, record_url, remedy_of, remedy_url
from inspections.views.duty.records import remedy_row

PAGE_SIZE = 25
BUTTONS = {
    "report_remedy": (gettext_lazy("Report on the remedy"), "inspections:report_remedy"),
    "judge_remedy": (gettext_lazy("Judge the report"), "inspections:judge_remedy"),
}


@page("remedy_view")
def remedies(request: HttpRequest) -> HttpResponse:
    """The recommendations that this person may see, what ends first on top."""
    moment = Moment(request.now, published().calendar)
    asked = request.GET.get("chang", "")
    found = Recommendation.objects.visible_to(request.actor)
    filters = []
    if stage := stages.REMEDIES.get(asked):
        found = stage.rows(found, moment)
        filters = [{"label": stage.label, "remove_url": address(request.GET, chang=None)}]
    rows = found.select_related("agency", "time_limit", "conclusion__record")
    paged = numbered(rows.order_by("time_limit__due_at", "pk"), request.GET, size=PAGE_SIZE)
    context = {
        "page": paged,
        "rows": [remedy_row(one, moment) for one in paged.rows],
        "filters": filters,
        "city": reaches_city(request.actor, "remedy_view"),
        "stages": stages.REMEDIES.values(),
        "asked": asked,
        "crumbs": home_crumbs(request.actor),
        "at_home": allows(request.actor, "duty_pipeline"),
    }
    return render(request, "inspections/duty/remedies.html", context)


@page("remedy_view")
def remedy(request: HttpRequest, public_id: str) -> HttpResponse:
    """One recommendation: what is owed until when, reports with evidence, verdicts; entered."""
    owed = remedy_of(request, public_id)
    by, moment = request.actor, Moment(request.now, published().calendar)
    opened(owed, PAGE, by, request.now)
    limit = owed.time_limit
    mark = chip(limit, now=moment.now, calendar=moment.calendar)
    reports = owed.reports.select_related("sent_by", "judged_by").prefetch_related("files")
    record = Record.objects.visible_to(by).filter(pk=owed.conclusion.record_id).first()
    limits = TimeLimit.objects.filter(subject_code=code_of(owed)).select_related("rule")
    context = {
        "owed": owed,
        "crumbs": [*home_crumbs(by), (_("Recommendations"), reverse("inspections:remedies"))],
        "chip": mark,
        "strip": strips.for_limit(limit, now=moment.now, calendar=moment.calendar, tone=mark.tone),
        "is_running": limit.met_at is None,
        "broken": limit.breached_at is not None,
        "reports": [
            {"report": one, "files": _files(one)} for one in reports.order_by("-sent_at", "-pk")
        ],
        "earlier": [
            {
                "due_text": day_text(one.due_on),
                "chip": chip(one, now=moment.now, calendar=moment.calendar),
            }
            for one in limits.exclude(pk=limit.pk).order_by("-pk")
        ],
        "record": record,
        "record_url": record_url(record) if record else "",
        "conclusion": owed.conclusion if record else None,
        "next": _next(request, owed),
        "timeline": story.entries("recommendation", str(owed.public_id)),
    }
    return render(request, "inspections/duty/remedy.html", context)


@page("remedy_report", BOTH)
def report_remedy(request: HttpRequest, public_id: str) -> HttpResponse:
    """The head of the owing agency reports, with evidence."""
    owed = remedy_of(request, public_id)
    act = _act(
        request,
        owed,
        "report_remedy",
        title=gettext_lazy("Report on the remedy"),
        button=gettext_lazy("Send the report"),
        form=duty_forms.RemedyForm,
        done=gettext_lazy("The report is sent. It waits for the verdict of Home Affairs."),
        effects=[
            _("The time limit is met the moment Home Affairs has the report."),
            _("If the remedy is not accepted, what is missing is owed again."),
        ],
    )

    def do(form: Any) -> None:
        duty.report_remedy(
            owed,
            text=form.cleaned_data["text"],
            ref=form.cleaned_data["ref"],
            files=form.cleaned_data["files"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        )

    return perform(request, act, do)


@page("remedy_judge", BOTH)
def judge_remedy(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspector finds it accepted, partly, or not."""
    owed = remedy_of(request, public_id)
    same = remaining_day(owed, request.now)
    last = _("What is missing stays owed to the end of %(day)s.") % {
        "day": day_text(same or owed.time_limit.due_on)
    }
    again = _("What is missing gets a new last day, and counts as late whenever it is done.")
    waiting = owed.reports.filter(verdict="").select_related("sent_by").first()
    act = _act(
        request,
        owed,
        "judge_remedy",
        title=gettext_lazy("Judge the report"),
        button=gettext_lazy("Record the verdict"),
        form=duty_forms.JudgeForm,
        done=gettext_lazy("The verdict is recorded; the head of the agency is told."),
        effects=[_("Accepted: done, as of the report."), last if same else again],
    )
    act.extra["report"] = waiting
    act.extra["files"] = _files(waiting) if waiting else []

    def do(form: Any) -> None:
        duty.judge_remedy(
            owed,
            verdict=RemedyReport.Verdict(form.cleaned_data["verdict"]),
            text=form.cleaned_data["text"],
            last_day=form.cleaned_data.get("last_day"),
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        )

    return perform(request, act, do, needs_day=same is None)


def _act(request: HttpRequest, owed: Recommendation, verb: str, **words: Any) -> Act:
    def now_owed() -> Recommendation:
        return Recommendation.objects.select_related("time_limit").get(pk=owed.pk)

    crumbs = [*home_crumbs(request.actor), (_("Recommendations"), reverse("inspections:remedies"))]
    return Act(
        may=lambda: policies.may_on_remedy(request.actor, verb, owed),
        fits=lambda: policies.fits_remedy(verb, now_owed()),
        back=remedy_url(owed),
        about=("recommendation", str(owed.public_id)),
        crumbs=[*crumbs, (owed.agency.name, remedy_url(owed))],
        template="inspections/duty/remedy_act.html",
        stored=lambda: Stored(now_owed().version),
        extra={"owed": owed},
        **words,
    )


def _next(request: HttpRequest, owed: Recommendation) -> dict[str, Any] | None:
    verbs = [
        verb
        for verb in BUTTONS
        if policies.fits_remedy(verb, owed) and policies.may_on_remedy(request.actor, verb, owed)
    ]
    if not verbs:
        return None
    if verbs[0] == "judge_remedy":
        text, tone = _("The agency has reported. Read the report and the evidence."), ""
    elif owed.time_limit.is_overdue(request.now):
        text, tone = _("The time limit has passed. Report with evidence now."), "overdue"
    else:
        day = day_text(owed.time_limit.due_on)
        text, tone = _("Report with evidence by the end of %(day)s.") % {"day": day}, ""
    label, view = BUTTONS[verbs[0]]
    action = (label, reverse(view, args=[owed.public_id]), "primary")
    return {"title": _("Your turn"), "text": text, "tone": tone, "actions": [action]}


def _files(report: RemedyReport) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "url": reverse("inspections:duty_file", args=[one.public_id]),
            "sha256": one.sha256,
            "at": one.added_at,
            "by": report.sent_by.full_name,
        }
        for one in report.files.all()
    ]
