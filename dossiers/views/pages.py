"""The page of a dossier: what it is, what is to be done next, the running limit and its strip."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.pages import page
from accounts.rights import allows
from agencies.dates import local_day
from deadlines import strips
from deadlines.models import TimeLimit
from deadlines.published import published
from deadlines.wording import chip, day_text
from dossiers import policies, timeline
from dossiers.models import Dossier
from dossiers.states import State
from dossiers.views.acting import dossier_of

#: Verb → label of its button, name of its page.
BUTTONS = {
    "edit": (gettext_lazy("Go on with the draft"), "dossiers:edit"),
    "submit": (gettext_lazy("Submit to the City"), "dossiers:submit"),
    "receive": (gettext_lazy("Receive the dossier"), "dossiers:receive"),
    "put_to_leader": (gettext_lazy("Put to the leadership"), "dossiers:put_to_leader"),
    "direct_explanation": (
        gettext_lazy("Ask for an explanation or supplement"),
        "dossiers:direct_explanation",
    ),
    "prepare_report": (gettext_lazy("Write the report"), "dossiers:report"),
    "conclude": (gettext_lazy("Conclude"), "dossiers:conclude"),
    "issue_notice": (gettext_lazy("File the notice or document"), "dossiers:issue_notice"),
    "close": (gettext_lazy("Close the dossier"), "dossiers:close"),
}


@page("dossier_view")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one dossier that this person may see."""
    dossier = dossier_of(request, code)
    calendar = published().calendar
    limits = list(
        TimeLimit.objects.filter(subject_code=dossier.code)
        .for_list()
        .order_by("-started_at", "-pk")
    )
    shown = [
        {
            "limit": limit,
            "chip": (mark := chip(limit, now=request.now, calendar=calendar)),
            "strip": strips.for_limit(limit, now=request.now, calendar=calendar, tone=mark.tone),
        }
        for limit in limits
    ]
    context = {
        "dossier": dossier,
        "limits": shown,
        "running": shown[0] if shown and limits[0].met_at is None else None,
        "next": _next(request.actor, dossier, shown[0]["limit"] if shown else None, request.now),
        "directions": dossier.directions.select_related(
            "by", "time_limit", "report__sent_by"
        ).order_by("-round"),
        "conclusion": getattr(dossier, "conclusion", None),
        "attachments": dossier.attachments.select_related("added_by").order_by("-added_at", "-pk"),
        "timeline": timeline.entries(dossier),
        "holder": _holder(dossier, limits, local_day(request.now)),
        "may_get_files": allows(request.actor, "file_get", dossier.agency_id),
    }
    return render(request, "dossiers/detail.html", context)


def _next(
    by: Actor, dossier: Dossier, limit: TimeLimit | None, now: datetime
) -> dict[str, Any] | None:
    """The one thing to do next for this person; nothing when it is somebody else's turn."""
    verbs = policies.possible(by, dossier)
    actions = [
        (label, reverse(view, args=[dossier.code]), "primary" if place == 0 else "secondary")
        for place, (label, view) in enumerate(BUTTONS[verb] for verb in verbs if verb in BUTTONS)
    ]
    if not actions:
        return None
    day = day_text(limit.due_on) if limit and limit.met_at is None else ""
    text = {
        State.DRAFTING: _("Complete the submission and send it to the City."),
        State.SUBMITTED: _("The agency is waiting for receipt to be acknowledged."),
        State.UNDER_VERIFICATION: _("Verify the dossier and put it to the leadership."),
        State.WITH_LEADER: _("The dossier waits for the leadership's direction or conclusion."),
        State.EXPLANATION_DUE: _("Explain or supplement by the end of %(day)s.") % {"day": day},
        State.OFFICE_DRAFTING: _("Draft and file the document by the end of %(day)s.")
        % {"day": day},
        State.ISSUED: _("The document is issued. Close the dossier once the result is filed."),
        State.CLOSED: "",
    }[State(dossier.state)]
    overdue = limit is not None and limit.is_overdue(now)
    if overdue:
        text += " " + _("The time limit has passed: give the reason and send it.")
    return {"title": _("Your turn"), "text": text, "actions": actions, "overdue": overdue}


def _holder(dossier: Dossier, limits: list[TimeLimit], today: Any) -> dict[str, Any] | None:
    """On whose desk it lies now: person, post and agency as of today."""
    state = State(dossier.state)
    if state is State.CLOSED:
        return None
    if state in {State.SUBMITTED, State.UNDER_VERIFICATION, State.OFFICE_DRAFTING, State.ISSUED}:
        return {"agency": _("City Office"), "name": "", "post": ""}
    if state is State.WITH_LEADER:
        return {"agency": _("City leadership"), "name": "", "post": ""}
    head = Appointment.objects.head_on(dossier.agency_id, today)
    person = dossier.officer or (head.user if head else None)
    return {
        "agency": dossier.agency.name,
        "name": person.full_name if person else "",
        "post": head.post if head and not dossier.officer else "",
        "since": limits[0].started_at if limits and limits[0].met_at is None else None,
    }
