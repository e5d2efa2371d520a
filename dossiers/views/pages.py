"""The page of a dossier: what it is, what is to be done next, the running limit and its strip."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.news import DUTY_CODES, TASK_CODES
from accounts.pages import page
from accounts.rights import allows
from deadlines import strips
from deadlines.adjusting import with_adjustments
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from dossiers import policies, timeline
from dossiers.models import Attachment, Direction, Dossier
from dossiers.states import State
from dossiers.views import holding, letters, orders, sections
from dossiers.views.acting import dossier_of
from dossiers.views.adjusting_words import offers, panel_with
from dossiers.views.consulting import for_asked_agency
from dossiers.views.tasks import rows_of_conclusion

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
    "assign": (gettext_lazy("Assign"), "dossiers:assign"),
    "resubmit": (gettext_lazy("Submit again"), "dossiers:resubmit"),
    "return_for_form": (gettext_lazy("Return for form"), "dossiers:return_for_form"),
    "consult": (gettext_lazy("Ask agencies for their opinion"), "dossiers:consult"),
    "record_silence": (gettext_lazy("Record the silence"), "dossiers:record_silence"),
    "call_meeting": (gettext_lazy("Call a meeting"), "dossiers:call_meeting"),
    "reject": (gettext_lazy("Do not accept"), "dossiers:reject"),
    "ask_withdrawal": (gettext_lazy("Ask to withdraw"), "dossiers:ask_withdrawal"),
    "decide_withdrawal": (gettext_lazy("Decide on the withdrawal"), "dossiers:decide_withdrawal"),
    "attach_draft_version": (
        gettext_lazy("Add a version of the draft"),
        "dossiers:attach_draft_version",
    ),
}
#: What can be done besides the work itself stands after it, as quiet buttons.
ASIDE = frozenset({"assign", "ask_withdrawal", "return_for_form", "reject"})


@page("dossier_view")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one dossier that this person may see.

    Lists of time limits link here by the code of what a limit is about; a task's leads on.
    """
    if code.startswith(TASK_CODES):
        return redirect("tasks:detail", code)
    if code.startswith(DUTY_CODES):
        return redirect("inspections:subject", code)
    dossier = dossier_of(request, code)
    if not allows(request.actor, "dossier_view", dossier.agency_id):
        return for_asked_agency(request, dossier)
    moment = Moment(request.now, published().calendar)
    limits = list(
        with_adjustments(TimeLimit.objects.filter(subject_code=dossier.code), request.now)
        .for_list()
        .prefetch_related("revisions")
        .order_by("-started_at", "-pk")
    )
    shown = {limit.pk: _shown(limit, moment) for limit in limits}
    story = sections.read(request.actor, dossier, shown, moment)
    opinions = {opinion["limit_id"] for opinion in story["opinions"]}
    own = [limit for limit in limits if limit.pk not in opinions]
    latest = own[0] if own else None
    hidden = () if policies.sees_city_papers(request.actor) else timeline.CITY_PURPOSES
    hands = holding.hands(dossier, moment)
    directions = _directions(request.actor, dossier, shown)
    conclusion = getattr(dossier, "conclusion", None)
    in_sections = {direction["limit_id"] for direction in directions}
    in_sections |= {conclusion.time_limit_id} if conclusion else set()
    context = {
        "dossier": dossier,
        "latest": shown[latest.pk] if latest else None,
        "other_limits": [shown[limit.pk] for limit in own[1:] if limit.pk not in in_sections],
        "story": story,
        "next": panel_with(
            _next(request.actor, dossier, latest, moment, story),
            letters.with_letters(
                offers(request.actor, limits, moment), request.actor, limits, moment
            ),
        ),
        "letters": letters.about(dossier, request.actor),
        "directions": directions,
        "conclusion": conclusion,
        "tasks": rows_of_conclusion(conclusion, request.actor, moment),
        "may_give_tasks": conclusion is not None and allows(request.actor, "task_give"),
        "conclusion_limit": shown.get(conclusion.time_limit_id) if conclusion else None,
        "files": file_lines(dossier, request.actor),
        "timeline": timeline.entries(dossier, hidden=hidden),
        "hands": hands,
        "findings": orders.of_dossier(dossier, moment),
        "holder": holding.holder(hands, moment),
    }
    return render(request, "dossiers/detail.html", context)


def file_lines(dossier: Dossier, by: Actor, purpose: str = "") -> list[dict[str, Any]]:
    """The files of a dossier that a person may get, as the component shows them, the newest first;
    one query."""
    visible = Attachment.objects.visible_to(by).filter(dossier=dossier)
    found = visible.select_related("added_by").order_by("-added_at", "-pk")
    if purpose:
        found = found.filter(purpose=purpose)
    return [
        {
            "name": attachment.name,
            "size_text": attachment.size_text,
            "url": reverse("dossiers:file", args=[attachment.public_id]),
            "sha256": attachment.sha256,
            "purpose": Attachment.Purpose(attachment.purpose).label,
            "at": attachment.added_at,
            "by": attachment.added_by.full_name,
        }
        for attachment in found
    ]


def _shown(limit: TimeLimit, moment: Moment) -> dict[str, Any]:
    mark = chip(limit, now=moment.now, calendar=moment.calendar)
    strip = strips.for_limit(limit, now=moment.now, calendar=moment.calendar, tone=mark.tone)
    if summary := strips.summary(limit):
        strip = replace(strip, revisions=[summary, *strip.revisions])
    return {
        "limit": limit,
        "chip": mark,
        "strip": strip,
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
    by: Actor,
    dossier: Dossier,
    limit: TimeLimit | None,
    moment: Moment,
    story: dict[str, Any],
) -> dict[str, Any] | None:
    """The one thing to do next for this person; nothing when it is somebody else's turn."""
    moot = sections.moot(story)
    verbs = [v for v in policies.possible(by, dossier) if v in BUTTONS and v not in moot]
    verbs.sort(key=ASIDE.__contains__)
    actions = [
        (
            BUTTONS[verb][0],
            reverse(BUTTONS[verb][1], args=[dossier.code]),
            "quiet" if verb in ASIDE else "secondary" if place else "primary",
        )
        for place, verb in enumerate(verbs)
    ]
    if not actions:
        return None
    if ASIDE.issuperset(verbs):
        title = _("If something has to change")
        return {"title": title, "text": "", "actions": actions, "tone": ""}
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
        State.FORM_RETURNED: _("Mend what the City Office named, then submit the dossier again."),
        State.CONSULTING: _("Agencies are being asked for their opinion."),
        State.MEETING_SCHEDULED: _("Enter the outcome once the meeting has been held."),
    }.get(State(dossier.state), "")
    if "decide_withdrawal" in verbs:
        text += " " + _("The head of the agency asks to withdraw the dossier: decide on it.")
    overdue = limit is not None and limit.is_overdue(moment.now)
    if overdue:
        text += " " + _("The time limit has passed: give the reason and send it.")
    return {
        "title": _("Your turn"),
        "text": text,
        "actions": actions,
        "tone": "overdue" if overdue else "",
    }


def _moment_text(at: Any) -> str:
    local = timezone.localtime(at)
    return f"{local:%H:%M} {day_text(local.date())}"
