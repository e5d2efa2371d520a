"""A later last day for a task: the head of the lead agency asks, a City leader decides."""

from django.http import HttpRequest, HttpResponse

from accounts.pages import page
from accounts.pressing import BOTH
from dossiers.views.adjusting import decide_about, extension_step, perform_on_limit
from dossiers.views.tasks import task_of


@page("extension_ask", BOTH)
def ask_extension(request: HttpRequest, code: str) -> HttpResponse:
    """The head of the lead agency asks for a later last day of the present round."""
    task = task_of(request, code)
    step = extension_step(request, task.time_limit)
    return perform_on_limit(request, task, task.time_limit, step)


@page("window_extend", BOTH)
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """A City leader grants or refuses what was asked about the limit of a task."""
    return decide_about(request, task_of(request, code))
