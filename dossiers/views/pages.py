"""The page of a dossier: what it is, what is to be done next, the running limit and its strip."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.pages import page
from accounts.rights import allows
from deadlines import strips
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from dossiers import policies, timeline
from dossiers.models import Attachment, Direction, Dossier
from dossiers.states import State
from dossiers.timeline import Entry
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
    moment = Moment(request.now, published().calendar)
    limits = list(
        TimeLimit.objects.filter(subject_code=dossier.code)
        .for_list()
        .prefetch_related("revisions")
        .order_by("-started_at", "-pk")
    )
    shown = {limit.pk: _shown(limit, moment) for limit in limits}
    latest = limits[0] if limits else None
    entries = timeline.entries(dossier)
    directions = _directions(request.actor, dossier, shown)
    conclusion = getattr(dossier, "conclusion", None)
    in_sections = {direction["limit_id"] for direction in directions}
    in_sections |= {conclusion.time_limit_id} if conclusion else set()
    context = {
        "dossier": dossier,
        "latest": shown[latest.pk] if latest else None,
        "other_limits": [shown[limit.pk] for limit in limits[1:] if limit.pk not in in_sections],
        "next": _next(request.actor, dossier, latest, moment),
        "directions": directions,
        "conclusion": conclusion,
        "conclusion_limit": shown.get(conclusion.time_limit_id) if conclusion else None,
        "files": file_lines(dossier, allows(request.actor, "file_get", dossier.agency_id)),
        "timeline": entries,
        "holder": _holder(dossier, latest, entries, directions, moment),
    }
    return render(request, "dossiers/detail.html", context)


def file_lines(dossier: Dossier, may_get: bool, purpose: str = "") -> list[dict[str, Any]]:
    """The files of a dossier as the component shows them, the newest first; one query."""
    found = dossier.attachments.select_related("added_by").order_by("-added_at", "-pk")
    if purpose:
        found = found.filter(purpose=purpose)
    return [
        {
            "name": attachment.name,
            "size_text": attachment.size_text,
            "url": reverse("dossiers:file", args=[attachment.public_id]) if may_get else "",
            "sha256": attachment.sha256,
            "purpose": Attachment.Purpose(attachment.purpose).label,
            "at": attachment.added_at,
            "by": attachment.added_by.full_name,
        }
        for attachment in found
    ]


def _shown(limit: TimeLimit, moment: Moment) -> dict[str, Any]:
    mark = chip(limit, now=moment.now, calendar=moment.calendar)
    return {
        "limit": limit,
        "chip": mark,
        "strip": strips.for_limit(limit, now=moment.now, calendar=moment.calendar, tone=mark.tone),
        "met_text": _moment_text(limit.met_at) if limit.met_at else "",
        "is_running": limit.met_at is None,
    }


def _directions(by: Actor, dossier: Dossier, limits: dict[int, Any]) -> list[dict[str, Any]]:
    """Each round with its limit and its report; a draft is shown to those who write it alone."""
    found = dossier.directions.select_related("by", "report__sent_by", "report__drafted_by")
    sees_drafts = policies.may(by, "prepare_report", dossier)
    rounds = []
    for direction in found.order_by("-round"):
        report = getattr(direction, "report", None)
        is_sent = report is not None and report.sent_at is not None
        rounds.append(
            {
                "round": direction.round,
                "kind": Direction.Kind(direction.kind).label,
                "text": direction.text,
                "by": direction.by,
                "at": direction.at,
                "limit_id": direction.time_limit_id,
                "limit": limits.get(direction.time_limit_id),
                "report": report if is_sent else None,
                "draft": report if report and not is_sent and sees_drafts else None,
            }
        )
    return rounds


def _next(
    by: Actor, dossier: Dossier, limit: TimeLimit | None, moment: Moment
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
    overdue = limit is not None and limit.is_overdue(moment.now)
    if overdue:
        text += " " + _("The time limit has passed: give the reason and send it.")
    return {
        "title": _("Your turn"),
        "text": text,
        "actions": actions,
        "tone": "overdue" if overdue else "",
    }


def _holder(
    dossier: Dossier,
    latest: TimeLimit | None,
    entries: list[Entry],
    directions: list[dict[str, Any]],
    moment: Moment,
) -> dict[str, Any] | None:
    """On whose desk it lies, since when and how long: read from the acts, no guess at names."""
    state = State(dossier.state)
    if state is State.CLOSED:
        return None
    moved = next((entry for entry in entries if entry.moved), None)
    since = moved.at if moved else None
    held = moment.working_days_since(since) if since else None
    who = {"name": "", "post": "", "agency": _("City Office")}
    if state in {State.UNDER_VERIFICATION, State.ISSUED} and moved:
        who |= {"name": moved.who, "agency": moved.post}
    elif state is State.OFFICE_DRAFTING and latest:
        who["name"] = _name(latest.officer or latest.head_at_start)
    elif state is State.WITH_LEADER:
        who["agency"] = _("City leadership")
        who["name"] = _name(directions[0]["by"]) if directions else ""
    elif state in {State.DRAFTING, State.EXPLANATION_DUE}:
        head = Appointment.objects.head_on(dossier.agency_id, moment.today)
        who["agency"] = dossier.agency.name
        who["name"] = _name(dossier.officer or (head.user if head else None))
        who["post"] = head.post if head and not dossier.officer else ""
    return {
        **who,
        "since": since,
        "held_text": ngettext("%(n)d working day", "%(n)d working days", held) % {"n": held}
        if held
        else "",
    }


def _name(person: Any) -> str:
    return person.full_name if person else ""


def _moment_text(at: Any) -> str:
    local = timezone.localtime(at)
    return f"{local:%H:%M} {day_text(local.date())}"
