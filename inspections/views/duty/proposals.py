"""Proposals on responsibility: the list, and the page of one with its decision."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.pages import page
from accounts.paging import address, numbered
from accounts.rights import allows
from accounts.roles import Role
from agencies.dates import local_day
from deadlines import strips
from deadlines.models import Adjustment
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from inspections import duty_policies as policies
from inspections import ladder, story
from inspections.duty import stages
from inspections.duty.opening import PAGE, opened
from inspections.models import Decision, Proposal, Record
from inspections.papers.people import late_lines
from inspections.papers.submission import processing_until
from inspections.views.duty.common import home_crumbs, proposal_of, proposal_url, record_url
from inspections.views.duty.records import explanation_shown

PAGE_SIZE = 25
#: Verb → its button and its page, the nearest first.
BUTTONS: dict[str, tuple[Any, str]] = {
    "decide": (gettext_lazy("Decide"), "inspections:decide_proposal"),
    "endorse": (gettext_lazy("Put to the City leadership"), "inspections:endorse_proposal"),
    "return_proposal": (gettext_lazy("Return to the drafter"), "inspections:return_proposal"),
    "propose": (gettext_lazy("Put to the director"), "inspections:put_proposal"),
    "edit_proposal": (gettext_lazy("Change the proposal"), "inspections:edit_proposal"),
    "withdraw": (gettext_lazy("Withdraw the proposal"), "inspections:withdraw_proposal"),
    "enter_result": (gettext_lazy("Enter the result"), "inspections:enter_result"),
    "ask_more_time": (gettext_lazy("Ask for more time"), "inspections:ask_more_time"),
    "draft_fresh": (gettext_lazy("Draft a new proposal instead"), "inspections:draft_fresh"),
}
_QUIET = frozenset({"withdraw", "draft_fresh", "ask_more_time"})


@page("decision_view")
def proposals(request: HttpRequest) -> HttpResponse:
    """The proposals that this person may see, those that wait longest on top."""
    moment = Moment(request.now, published().calendar)
    asked = request.GET.get("chang", "")
    found = Proposal.objects.visible_to(request.actor)
    filters = []
    if stage := stages.PROPOSALS.get(asked):
        found = stage.rows(found, moment)
        filters = [{"label": stage.label, "remove_url": address(request.GET, chang=None)}]
    rows = found.select_related("record__agency", "decision__time_limit", "drafted_by")
    paged = numbered(rows.order_by("drafted_at", "pk"), request.GET, size=PAGE_SIZE)
    context = {
        "page": paged,
        "rows": [_row(one, moment) for one in paged.rows],
        "filters": filters,
        "stages": stages.PROPOSALS.values(),
        "asked": asked,
        "crumbs": home_crumbs(request.actor),
        "at_home": allows(request.actor, "duty_pipeline"),
    }
    return render(request, "inspections/duty/proposals.html", context)


@page("own_record")
def proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """One proposal: what it rests on, who had a hand in it, what was decided; entered."""
    row = proposal_of(request, public_id)
    by, moment = request.actor, Moment(request.now, published().calendar)
    opened(row, PAGE, by, request.now)
    record = row.record
    sees_record = Record.objects.visible_to(by).filter(pk=record.pk).exists()
    decision = getattr(row, "decision", None)
    context = {
        "proposal": row,
        "title": title_of(row),
        "crumbs": [*home_crumbs(by)],
        "record": record,
        "record_url": record_url(record) if sees_record else "",
        "findings": late_lines(record.findings.order_by("position")),
        "asked": explanation_shown(record, moment),
        "hands": list(row.hands.select_related("user").order_by("pk")),
        "decision": decision_shown(decision, moment) if decision else None,
        "until_text": _until(record),
        "after_url": proposal_url(row.after.proposal) if row.after else "",
        "followed_by": _followed_by(decision, by),
        "next": _next(by, row),
        "at_home": by.holds(Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR, Role.AUDITOR),
        "timeline": story.entries("proposal", str(row.public_id)),
        "readings": _readings(row, by),
    }
    return render(request, "inspections/duty/proposal.html", context)


def title_of(row: Proposal) -> str:
    """What the page is called."""
    return _("Proposal on %(name)s, %(agency)s") % {
        "name": row.person_name,
        "agency": row.record.agency_name,
    }


def decision_shown(decision: Decision, moment: Moment) -> dict[str, Any]:
    """What was decided, what it is in law, and the limit for carrying it out."""
    outcome = ladder.BY_CODE.get(decision.outcome)
    limit = decision.time_limit
    found: dict[str, Any] = {
        "decision": decision,
        "outcome": outcome.name if outcome else "",
        "nature": ladder.NATURES[outcome.nature] if outcome else "",
        "needs_result": policies.needs_result(decision),
    }
    if limit is not None:
        mark = chip(limit, now=moment.now, calendar=moment.calendar)
        waits = limit.adjustments.filter(state=Adjustment.State.ASKED).exists()
        found |= {
            "chip": mark,
            "due_text": day_text(limit.due_on),
            "sentence": strips.rule_sentence(limit.rule),
            "moved": strips.summary(limit),
            "more_time_waits": waits,
        }
    return found


def groups_today(person_class: str, request: HttpRequest) -> list[dict[str, Any]]:
    """The outcomes of today by what they are in law, for who reads before deciding."""
    groups = ladder.grouped(ladder.outcomes_for(person_class, local_day(request.now)))
    return [
        {"nature": ladder.NATURES[nature], "outcomes": [one.name for one in outcomes]}
        for nature, outcomes in groups.items()
    ]


def _row(row: Proposal, moment: Moment) -> dict[str, Any]:
    decision = getattr(row, "decision", None)
    limit = decision.time_limit if decision else None
    since = stages.waits_since(row)
    return {
        "proposal": row,
        "url": proposal_url(row),
        "agency": row.record.agency_name,
        "chip": chip(limit, now=moment.now, calendar=moment.calendar) if limit else None,
        "age": moment.working_days_since(since) if since else None,
        "waits_for": stages.waits_for(row),
    }


def _until(record: Record) -> str:
    day = processing_until(record)
    return day_text(day) if day else ""


def _followed_by(decision: Decision | None, by: Actor) -> str:
    if decision is None:
        return ""
    later = Proposal.objects.visible_to(by).filter(after=decision).first()
    return proposal_url(later) if later else ""


def _next(by: Actor, row: Proposal) -> dict[str, Any] | None:
    verbs = [
        verb
        for verb in BUTTONS
        if policies.fits_proposal(verb, row) and policies.may_on_proposal(by, verb, row)
    ]
    if not verbs:
        return None
    first = verbs[0]
    return {
        "title": _("Your turn") if first not in _QUIET else _("Meanwhile you can"),
        "text": {
            "decide": _("Read the proposal, the record and the explanation, then decide."),
            "endorse": _("Read it. Put it to the City leadership, or return it."),
            "propose": _("Check it, then put it to the director."),
            "edit_proposal": _("Check it, then put it to the director."),
            "enter_result": _("Enter the document by which the decision was carried out."),
        }.get(first, ""),
        "tone": "",
        "actions": [
            (
                label,
                reverse(view, args=[row.public_id]),
                "primary" if verb == first and verb not in _QUIET else "secondary",
            )
            for verb, (label, view) in BUTTONS.items()
            if verb in verbs
        ],
    }


def _readings(row: Proposal, by: Actor) -> list[Any]:
    if not by.holds(Role.HOME_AFFAIRS_DIRECTOR, Role.AUDITOR):
        return []
    return story.readings("proposal", str(row.public_id))
