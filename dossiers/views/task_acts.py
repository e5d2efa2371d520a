"""What is done with one assigned task: a page for each act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import unfinished
from accounts.pages import page
from accounts.pressing import BOTH, earlier_result, press, say_kept
from accounts.refusals import Conflict, NotAllowed, Refused
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import task_forms, task_policies, timeline
from dossiers import transitions as verbs
from dossiers.forms import DossierActForm
from dossiers.models import Task, TaskReport
from dossiers.views.tasks import shown, task_of


@page("task_assign", BOTH)
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """The head hands the task to a unit and an officer."""
    task = task_of(request, code)
    act = Act(
        verb="assign",
        title=gettext_lazy("Assign inside the agency"),
        button=gettext_lazy("Assign the task"),
        form=task_forms.AssignTaskForm,
        done=gettext_lazy("The task is assigned."),
    )
    return _perform(
        request,
        task,
        act,
        lambda form, facts: verbs.assign_task(task, hands=form.hands(), **facts),
        initial={
            "unit": task.unit_id,
            "officer": task.officer_id,
            "internal_due_on": task.internal_due_on,
        },
        lead=task.lead,
    )


@page("task_report", BOTH)
def report(request: HttpRequest, code: str) -> HttpResponse:
    """The head reports; the limit is met the moment the City has it."""
    task = task_of(request, code)
    act = Act(
        verb="report",
        title=gettext_lazy("Report on the task"),
        button=gettext_lazy("Send the report"),
        form=task_forms.ReportTaskForm,
        done=gettext_lazy("The report is sent. It waits for acceptance; the time limit is met."),
        text=gettext_lazy("The time limit is met the moment the City has the report."),
    )
    return _perform(
        request,
        task,
        act,
        lambda form, facts: verbs.report_task(
            task, facts=form.facts(), files=form.cleaned_data["report_files"], **facts
        ),
        is_late=task.time_limit.is_overdue(request.now),
    )


@page("task_decide", BOTH)
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """The City accepts the report: the task is completed."""
    task = task_of(request, code)
    act = Act(
        verb="accept",
        title=gettext_lazy("Accept the report"),
        button=gettext_lazy("Accept: the task is completed"),
        form=task_forms.AcceptTaskForm,
        done=gettext_lazy("The task is completed."),
        text=gettext_lazy("It counts as completed at the moment of the report."),
        shows_report=True,
    )
    return _perform(
        request,
        task,
        act,
        lambda form, facts: verbs.accept_task(task, answer=form.cleaned_data["text"], **facts),
    )


@page("task_decide", BOTH)
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """The City sends the report back: what remains gets a limit of its own."""
    task = task_of(request, code)
    act = Act(
        verb="send_back",
        title=gettext_lazy("Send the report back"),
        button=gettext_lazy("Send back and start a new time limit"),
        form=task_forms.SendBackTaskForm,
        done=gettext_lazy("The report is sent back; the new time limit is running."),
        text=gettext_lazy(
            "What remains gets a time limit of its own. The first one keeps its result."
        ),
        shows_report=True,
    )
    return _perform(
        request,
        task,
        act,
        lambda form, facts: verbs.send_back_task(
            task, reason=form.cleaned_data["text"], due=form.due, **facts
        ),
    )


@dataclass(frozen=True)
class Act:
    """A form on a task: the words around it and what its button does."""

    verb: str
    title: Any
    button: Any
    form: type[DossierActForm]
    done: Any
    text: Any = ""
    shows_report: bool = False


def _perform(
    request: HttpRequest,
    task: Task,
    act: Act,
    do: Callable[[Any, dict[str, Any]], object],
    initial: dict[str, Any] | None = None,
    **form_args: Any,
) -> HttpResponse:
    """Show the form, or run the verb once; a conflict keeps what was typed and says what happened.

    A form that already had its effect leads to its result, whatever the task's state is now.
    """
    if not task_policies.may(request.actor, act.verb, task):
        raise NotAllowed(_("Your post does not carry this right."))
    if earlier := earlier_result(request):
        return earlier
    kept = unfinished.take(request) if request.method != "POST" else None
    form = act.form(
        request.POST if request.method == "POST" else kept,
        request.FILES or None,
        by=request.actor,
        now=request.now,
        initial={"version": task.version, **(initial or {})},
        **form_args,
    )
    conflict, status = "", 200
    if kept:
        say_kept(request)
    only_looks = request.POST.get("viec") == "xem-han"
    if request.method == "POST" and form.is_valid() and not only_looks:
        facts = {
            "version": form.cleaned_data["version"],
            "by": request.actor,
            "now": request.now,
        }
        where = reverse("tasks:detail", args=[task.code])
        try:
            return press(request, form, lambda: _then(do(form, facts), where), act.done)
        except Conflict as refusal:
            conflict, status = refusal.sentence, 409
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            status = 422
    elif request.method == "POST":
        if earlier := earlier_result(request):
            return earlier  # its twin was stored while this one was being read, and took its files
        status = 422 if form.errors else 200
    elif not task_policies.fits(act.verb, task):
        conflict, status = _("This step does not fit the task's present state."), 409
    return render(
        request,
        "tasks/act.html",
        {
            "task": task,
            "act": act,
            "form": form,
            **shown(task.time_limit, Moment(request.now, published().calendar)),
            "report": _waiting_report(task) if act.shows_report else None,
            **(_after_conflict(conflict, form, task, act.verb) if conflict else {}),
        },
        status=status,
    )


def _waiting_report(task: Task) -> TaskReport | None:
    """The report that waits for a decision."""
    waiting = task.reports.select_related("sent_by").prefetch_related("files")
    return waiting.filter(accepted__isnull=True).first()


def _then(_result: object, where: str) -> str:
    return where


def _after_conflict(conflict: str, form: DossierActForm, task: Task, verb: str) -> dict[str, Any]:
    """What happened meanwhile; the form now names the version that the person has seen."""
    task.refresh_from_db()
    _read = form.errors
    may_retry = task_policies.fits(verb, task)
    if form.is_bound and may_retry:
        form.data = form.data.copy()
        form.data["version"] = str(task.version)
    return {
        "conflict": conflict,
        "may_retry": may_retry,
        "meanwhile": timeline.last_entry(task),
    }
