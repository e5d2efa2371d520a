"""Asking for another due date, deciding about it, suspending; and what waits for a decision."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import step_up, unfinished
from accounts.pages import page
from accounts.paging import numbered
from accounts.pressing import BOTH, earlier_result, press, say_kept
from accounts.refusals import Conflict, NotAllowed
from accounts.rights import reaches_city
from deadlines import adjusting, strips
from deadlines.adjusting import Unfit
from deadlines.calendar import CalendarNotPublished
from deadlines.models import Adjustment, Suspension, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.views import not_published_sentence
from deadlines.wording import chip
from dossiers import adjusting_forms as forms
from dossiers.adjusting import decide as decide_on
from dossiers.forms import DossierActForm
from dossiers.models import Dossier, Task
from dossiers.views.acting import dossier_of
from dossiers.views.adjusting_steps import (
    Step,
    extension_step,
    proposal_step,
    resumption_step,
    suspension_step,
)
from dossiers.views.adjusting_words import (
    deciders_of,
    request_facts,
    row_of,
    title_of,
)

PAGE_SIZE = 25


@page("window_view")
def waiting(request: HttpRequest) -> HttpResponse:
    """The requests that wait for a decision, the oldest first, with the leader who directed."""
    by = request.actor
    moment = Moment(request.now, published().calendar)
    found = adjusting.waiting(by).select_related(
        "asked_by", "time_limit__agency", "time_limit__rule", "time_limit__officer"
    )
    paged = numbered(found.order_by("asked_at", "pk"), request.GET, size=PAGE_SIZE)
    deciders = deciders_of([row.time_limit_id for row in paged.rows])
    context = {
        "page": paged,
        "rows": [row_of(by, row, deciders, moment) for row in paged.rows],
        "city": reaches_city(by, "window_view"),
    }
    return render(request, "dossiers/adjust_list.html", context)


@page("extension_ask", BOTH)
def ask_extension(request: HttpRequest, code: str) -> HttpResponse:
    """The head of the owing agency asks for a later last day."""
    dossier, limit = _limit_of(request, dossier_of(request, code))
    return perform_on_limit(request, dossier, limit, extension_step(request, limit))


@page("adjustment_propose", BOTH)
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """The City Office proposes a correction, or to lift the duty to explain."""
    dossier, limit = _limit_of(request, dossier_of(request, code))
    return perform_on_limit(request, dossier, limit, proposal_step(request, limit))


@page("window_extend", BOTH)
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """A leader grants or refuses, with the old strip and the new due date in view."""
    return decide_about(request, dossier_of(request, code))


def decide_about(request: HttpRequest, row: Dossier | Task) -> HttpResponse:
    """The decision on a request about a limit of a dossier or of a task."""
    adjustment = _request_of(request, row)
    limit = _limits(request, row).get(pk=adjustment.time_limit_id)
    if adjustment.asked_by_id == request.actor.author.id:
        raise NotAllowed(_("Nobody decides what they asked for themselves."))

    def ready() -> None:
        adjusting.must_be_undecided(adjustment)
        adjusting.must_be_open(limit)

    step = Step(
        verb="decide",
        title=title_of(adjustment),
        button=gettext_lazy("Grant"),
        done=gettext_lazy("The decision is recorded and in force."),
        form=forms.DecisionForm,
        ready=ready,
        step_up=True,
        day="granted_on",
        initial={"granted_on": adjustment.wanted_on},
        form_args={"has_day": adjustment.kind != Adjustment.Kind.WAIVER},
        extra={"request_": request_facts(adjustment, limit)},
        do=lambda form: decide_on(
            adjustment,
            grant=form.wants_grant(),
            granted_on=form.cleaned_data.get("granted_on"),
            answer=form.cleaned_data["answer"],
            document=form.cleaned_data["document"],
            by=request.actor,
            now=request.now,
        ),
    )
    return perform_on_limit(request, row, limit, step)


@page("window_suspend", BOTH)
def suspend(request: HttpRequest, code: str) -> HttpResponse:
    """A leader lets a running limit stand still."""
    dossier, limit = _limit_of(request, dossier_of(request, code))
    return perform_on_limit(request, dossier, limit, suspension_step(request, limit))


@page("window_resume", BOTH)
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """A leader lets a suspended limit run on before the day that was ordered."""
    return resume_on(request, *_limit_of(request, dossier_of(request, code)))


def resume_on(request: HttpRequest, row: Dossier | Task, limit: TimeLimit) -> HttpResponse:
    """The newest suspension of this limit is ended; 404 where there never was one."""
    ordered = Suspension.objects.filter(time_limit=limit).select_related("resumed_by", "time_limit")
    suspension = ordered.order_by("-pk").first()
    if suspension is None:
        raise Http404
    return perform_on_limit(request, row, limit, resumption_step(request, suspension))


def _limits(request: HttpRequest, row: Dossier | Task) -> Any:
    visible = TimeLimit.objects.visible_to(request.actor).filter(subject_code=row.code)
    return visible.for_list().prefetch_related("revisions")


def _limit_of(request: HttpRequest, dossier: Dossier) -> tuple[Dossier, TimeLimit]:
    """The limit that the address names (``han``: its code after the dossier's), else the newest
    that is open, else the newest; of those that this person may see."""
    limits = _limits(request, dossier).order_by("-started_at", "-pk")
    if part := request.GET.get("han", ""):
        return dossier, get_object_or_404(limits, code=f"{dossier.code}/{part}")
    found = limits.filter(met_at__isnull=True).first() or limits.first()
    if found is None:
        raise Http404
    return dossier, found


def _request_of(request: HttpRequest, row: Dossier | Task) -> Adjustment:
    """The request that the address names (``so``), else the one that waits, else the newest."""
    visible = TimeLimit.objects.visible_to(request.actor).filter(subject_code=row.code)
    asked = Adjustment.objects.filter(time_limit__in=visible).select_related(
        "asked_by", "decided_by", "time_limit"
    )
    number = request.GET.get("so", "")
    if number:
        return get_object_or_404(asked, pk=int(number[:18]) if number.isdecimal() else 0)
    found = asked.filter(state=Adjustment.State.ASKED).order_by("asked_at", "pk").first()
    found = found or asked.order_by("-asked_at", "-pk").first()
    if found is None:
        raise Http404
    return found


def perform_on_limit(
    request: HttpRequest, row: Dossier | Task, limit: TimeLimit, step: Step
) -> HttpResponse:
    """Show the form, or run the verb once; a conflict keeps what was typed and says what happened.

    The sister of ``acting.perform`` for acts whose state is the limit's and not the dossier's.
    """
    if not adjusting.may(request.actor, step.verb, limit):
        raise NotAllowed(_("Your post does not carry this right."))
    kept = unfinished.take(request) if request.method != "POST" else None
    data = request.POST if request.method == "POST" else kept
    form = step.form(
        data, by=request.actor, now=request.now, initial=step.initial, **step.form_args
    )
    if earlier := earlier_result(request):
        return earlier
    if step.step_up:
        step_up.ask(request, form)
    conflict, status = "", 200
    if kept:
        say_kept(request)
    if request.method != "POST":
        conflict = _closed(step)
        status = 409 if conflict else 200
    elif form.is_valid():
        try:
            return press(request, form, lambda: _run(step, form, row), step.done)
        except Unfit as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None,
                           refusal.sentence)  # fmt: skip
            status = 422
        except CalendarNotPublished as refusal:
            form.add_error(step.day, not_published_sentence(refusal))
            status = 422
        except Conflict as refusal:
            conflict, status = refusal.sentence, 409
    elif earlier := earlier_result(request):
        return earlier
    else:
        status = 422
    if conflict:
        limit = _limits(request, row).get(pk=limit.pk)
    calendar = published().calendar
    mark = chip(limit, now=request.now, calendar=calendar)
    context = {
        **_place_of(row),
        "limit": limit,
        "step": step,
        "form": form,
        "conflict": conflict,
        "chip": mark,
        "strip": strips.for_limit(limit, now=request.now, calendar=calendar, tone=mark.tone),
        "moved_text": strips.summary(limit),
        **step.extra,
    }
    return render(request, "dossiers/adjust.html", context, status=status)


def _place_of(row: Dossier | Task) -> dict[str, Any]:
    """What the page says of the dossier or the task that the limit belongs to."""
    if isinstance(row, Task):
        return {"task": row, "row": row, "list_url": reverse("tasks:list"), "list_name": _("Tasks"),
                "row_url": _page_of(row)}  # fmt: skip
    return {"dossier": row, "row": row, "list_url": reverse("dossiers:list"),
            "list_name": _("Dossiers"), "row_url": _page_of(row)}  # fmt: skip


def _page_of(row: Dossier | Task) -> str:
    view = "tasks:detail" if isinstance(row, Task) else "dossiers:detail"
    return reverse(view, args=[row.code])


def _run(step: Step, form: DossierActForm, row: Dossier | Task) -> str:
    step.do(form)
    return _page_of(row)


def _closed(step: Step) -> str:
    """Why the form is not open now, or nothing."""
    try:
        step.ready()
    except Conflict as refusal:
        return refusal.sentence
    return ""
