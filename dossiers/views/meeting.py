"""Calling a meeting on a dossier."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.pages import page
from accounts.pressing import BOTH
from dossiers import news
from dossiers import transitions as verbs
from dossiers.views.acting import Act, dossier_of, perform
from dossiers.workflow_forms import MeetingForm


@page("meeting_call", BOTH)
def call_meeting(request: HttpRequest, code: str) -> HttpResponse:
    """Call a meeting; agency and City Office are told."""
    dossier = dossier_of(request, code)
    act = Act(
        verb="call_meeting",
        title=gettext_lazy("Call a meeting on the dossier"),
        button=gettext_lazy("Call the meeting"),
        form=MeetingForm,
        done=gettext_lazy("The meeting is called."),
        text=gettext_lazy(
            "No time limit runs until the meeting is held. Enter its outcome afterwards: a "
            "conclusion, a request for explanation, or that the dossier is not accepted."
        ),
        told=lambda: [
            *news.lines(news.agency_posts(dossier.agency_id, request.now)),
            *news.lines(news.office_posts(request.now)),
        ],
    )
    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.call_meeting(
            dossier,
            planned_at=form.cleaned_data["planned_at"],
            place=form.cleaned_data["place"],
            agenda=form.cleaned_data["agenda"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
    )
