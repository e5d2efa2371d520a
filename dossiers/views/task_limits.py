"""The limit of a task moved by two persons: a later last day asked for, a correction proposed, a
decision; and a limit that a City leader lets stand still."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.pages import page
from accounts.pressing import BOTH
from deadlines.models import TimeLimit
from dossiers.views.adjusting import decide_about, perform_on_limit, resume_on
from dossiers.views.adjusting_steps import Step, extension_step, proposal_step, suspension_step
from dossiers.views.tasks import task_of


@page("extension_ask", BOTH)
def ask_extension(request: HttpRequest, code: str) -> HttpResponse:
    """The head of the lead agency asks for a later last day of the present round."""
    return _present_round(request, code, extension_step)


@page("adjustment_propose", BOTH)
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """The City Office proposes to correct the due date of the present round."""
    return _present_round(request, code, proposal_step)


@page("window_extend", BOTH)
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """A City leader grants or refuses what was asked about the limit of a task."""
    return decide_about(request, task_of(request, code))


@page("window_suspend", BOTH)
def suspend(request: HttpRequest, code: str) -> HttpResponse:
    """A City leader lets the limit of the present round stand still."""
    return _present_round(request, code, suspension_step)


@page("window_resume", BOTH)
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """A City leader lets it run on before the day that was ordered."""
    task = task_of(request, code)
    return resume_on(request, task, task.time_limit)


def _present_round(
    request: HttpRequest, code: str, step_of: Callable[[HttpRequest, TimeLimit], Step]
) -> HttpResponse:
    task = task_of(request, code)
    return perform_on_limit(request, task, task.time_limit, step_of(request, task.time_limit))
