"""The page of a record: what it rests on, what was asked and answered, what followed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.pages import page
from accounts.rights import allows
from accounts.roles import Role
from deadlines import strips
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from inspections import duty_policies as policies
from inspections import story
from inspections.duty.opening import PAGE, opened
from inspections.models import (
    Conclusion,
    ExplanationRequest,
    Inspection,
    Proposal,
    Recommendation,
    Record,
)
from inspections.papers.people import late_lines
from inspections.views.duty.common import home_crumbs, proposal_url, record_of, remedy_url

#: Verb → its button and its page, the nearest first.
BUTTONS: dict[str, tuple[Any, str]] = {
    "answer_explanation": (gettext_lazy("Give your explanation"), "inspections:answer_explanation"),
    "ask_explanation": (gettext_lazy("Ask for an explanation"), "inspections:ask_explanation"),
    "record_silence": (gettext_lazy("Record silence"), "inspections:record_silence"),
    "finalise": (gettext_lazy("Finalise the record"), "inspections:finalise_lateness"),
    "conclude": (gettext_lazy("Issue the conclusion"), "inspections:conclude_record"),
    "draft_proposal": (gettext_lazy("Draft a proposal"), "inspections:draft_proposal"),
    "edit_record": (gettext_lazy("Write remarks"), "inspections:edit_remarks"),
    "drop": (gettext_lazy("Drop the record"), "inspections:drop_lateness"),
    "void": (gettext_lazy("Declare the record void"), "inspections:void_lateness"),
}
_QUIET = frozenset({"edit_record", "drop", "void"})


@page("own_record")
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One record and everything that followed it, as far as this person may see; entered."""
    record = record_of(request, public_id)
    by, moment = request.actor, Moment(request.now, published().calendar)
    opened(record, PAGE, by, request.now)
    findings = list(record.findings.order_by("position"))
    asked = policies.explanation_of(record)
    at_home = allows(by, "duty_pipeline")
    context = {
        "record": record,
        "title": title_of(record),
        "crumbs": home_crumbs(by),
        "findings": late_lines(findings),
        "asked": explanation_shown(record, moment),
        "is_void": policies.is_void(record),
        "void": getattr(record.paper, "void", None) if record.paper else None,
        "conclusion": getattr(record, "conclusion", None),
        "remedies": _remedies(record, by, moment),
        "proposals": _proposals(record, by),
        "exhibits": exhibits_of(record, by),
        "next": _next(by, record, moment),
        "at_home": at_home,
        "timeline": story.entries("record", str(record.public_id)),
        "readings": _readings(record, by),
        "inspection": record.inspection if _sees_inspection(by, record) else None,
        "follow_ups": _follow_ups(record) if at_home else [],
        "is_mine": by.user is not None and record.head_id == by.user.pk,
        "settled": asked is not None and asked.is_settled,
        "may_pack": allows(by, "evidence_pack"),
    }
    return render(request, "inspections/duty/record.html", context)


def title_of(record: Record) -> str:
    """What the page is called: whose, and of which agency."""
    return _("%(name)s, %(agency)s") % {"name": record.head_name, "agency": record.agency_name}


def explanation_shown(record: Record, moment: Moment) -> dict[str, Any] | None:
    """The request with its limit as a strip, and what came of it."""
    asked = policies.explanation_of(record)
    if asked is None:
        return None
    limit = asked.time_limit
    mark = chip(limit, now=moment.now, calendar=moment.calendar)
    return {
        "request": asked,
        "answered_by": _answered_by(record, asked),
        "chip": mark,
        "due_text": day_text(limit.due_on),
        "strip": strips.for_limit(limit, now=moment.now, calendar=moment.calendar, tone=mark.tone),
        "is_open": not asked.is_settled,
    }


def _answered_by(record: Record, asked: ExplanationRequest) -> str:
    """Under the name that the record gives the person, whatever the account is called today."""
    if asked.answered_by is None or asked.answered_by_id == record.head_id:
        return record.head_name
    return asked.answered_by.full_name


def exhibits_of(record: Record, by: Actor) -> list[dict[str, Any]]:
    """The files of the record, as the component shows them."""
    return [
        {
            "name": one.name,
            "purpose": one.caption,
            "url": reverse("inspections:duty_file", args=[one.public_id]),
            "sha256": one.sha256,
            "at": one.added_at,
            "by": one.added_by.full_name,
        }
        for one in record.exhibits.select_related("added_by").order_by("pk")
    ]


def _remedies(record: Record, by: Actor, moment: Moment) -> list[dict[str, Any]]:
    conclusion: Conclusion | None = getattr(record, "conclusion", None)
    if conclusion is None:
        return []
    owed = Recommendation.objects.visible_to(by).filter(conclusion=conclusion)
    rows = owed.select_related("agency", "time_limit").order_by("position")
    return [remedy_row(one, moment) for one in rows]


def remedy_row(owed: Recommendation, moment: Moment) -> dict[str, Any]:
    """A recommendation as lists show it."""
    limit = owed.time_limit
    return {
        "owed": owed,
        "url": remedy_url(owed),
        "chip": chip(limit, now=moment.now, calendar=moment.calendar),
        "due_text": day_text(limit.due_on),
    }


def _proposals(record: Record, by: Actor) -> list[dict[str, Any]]:
    found = Proposal.objects.visible_to(by).filter(record=record)
    return [{"proposal": one, "url": proposal_url(one)} for one in found.order_by("-pk")]


def _next(by: Actor, record: Record, moment: Moment) -> dict[str, Any] | None:
    """What this person can do next; nothing when it is somebody else's turn."""
    verbs = [
        verb
        for verb in BUTTONS
        if policies.fits_record(verb, record) and policies.may_on_record(by, verb, record)
    ]
    asked = policies.explanation_of(record)
    if "record_silence" in verbs and not asked.time_limit.is_overdue(moment.now):
        verbs.remove("record_silence")
    if not verbs:
        return None
    first = verbs[0]
    text, tone = _prompt(first, record, moment)
    return {
        "title": _("Your turn") if first not in _QUIET else _("Meanwhile you can"),
        "text": text,
        "tone": tone,
        "actions": [
            (
                label,
                reverse(view, args=[record.public_id]),
                "primary" if verb == first and verb not in _QUIET else "secondary",
            )
            for verb, (label, view) in BUTTONS.items()
            if verb in verbs
        ],
    }


def _prompt(verb: str, record: Record, moment: Moment) -> tuple[str, str]:
    asked = policies.explanation_of(record)
    if verb == "answer_explanation":
        day = day_text(asked.time_limit.due_on)
        if asked.time_limit.is_overdue(moment.now):
            return _(
                "The time limit has passed. You can still explain; give the reason."
            ), "overdue"
        return _("Explain by the end of %(day)s.") % {"day": day}, ""
    return {
        "ask_explanation": _("Nothing follows before the person has been asked."),
        "record_silence": _("The time limit has passed without an answer."),
        "finalise": _("The explanation is settled. Write your remarks, then finalise."),
        "conclude": _("The record is final. Draw the conclusion."),
        "draft_proposal": _("The record is final. Where it is called for, draft a proposal."),
        "void": _("The record is final; nothing waits for you."),
    }.get(verb, _("The person has been asked; nothing waits for you.")), ""


def _readings(record: Record, by: Actor) -> list[Any]:
    """Who opened it: for the director and the auditor."""
    if not by.holds(Role.HOME_AFFAIRS_DIRECTOR, Role.AUDITOR):
        return []
    return story.readings("record", str(record.public_id))


def _sees_inspection(by: Actor, record: Record) -> bool:
    found = Inspection.objects.visible_to(by).filter(pk=record.inspection_id or 0)
    return record.inspection_id is not None and found.exists()


def _follow_ups(record: Record) -> list[Inspection]:
    """Visits that look whether the remedy holds."""
    if record.inspection_id is None:
        return []
    return list(Inspection.objects.filter(after_id=record.inspection_id).order_by("planned_on"))
