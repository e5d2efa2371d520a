"""One's own file on responsibility, the page behind a limit of Home Affairs, files and papers."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.news import DUTY_CODES
from accounts.pages import page
from accounts.rights import agencies_of
from deadlines import strips
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from documents.models import Paper
from inspections import ladder
from inspections.duty import opening
from inspections.models import Exhibit, Proposal, Recommendation, Record, RemedyFile
from inspections.views.duty.common import (
    RECORD_JOINS,
    proposal_url,
    record_url,
    remedy_url,
)
from inspections.views.duty.records import explanation_shown, remedy_row
from inspections.views.handing_out import file_response, paper_response, wanted_form


@page("own_record")
def mine(request: HttpRequest) -> HttpResponse:
    """What is recorded about me, what I said, what was decided; and what my agency owes."""
    by, moment = request.actor, Moment(request.now, published().calendar)
    visible = Record.objects.visible_to(by).filter(head=by.user).values("pk")
    records = Record.objects.filter(pk__in=visible).select_related(*RECORD_JOINS)
    decided = Proposal.objects.visible_to(by).filter(person=by.user, state="decided")
    owed = Recommendation.objects.filter(time_limit__agency_id__in=agencies_of(by, "remedy_report"))
    context = {
        "records": [
            {
                "record": one,
                "url": record_url(one),
                "asked": explanation_shown(one, moment),
                "ref": one.paper.ref if one.paper else "",
                "is_void": one.paper is not None and hasattr(one.paper, "void"),
            }
            for one in records.prefetch_related(
                "explanation__time_limit__revisions"
            ).order_by("-created_at", "-pk")
        ],
        "decisions": [
            {
                "proposal": one,
                "decision": one.decision,
                "url": proposal_url(one),
                "outcome": _outcome(one.decision.outcome),
                "nature": _nature(one.decision.outcome),
            }
            for one in decided.select_related("decision__by", "decision__paper", "record").order_by(
                "-decision__at", "-pk"
            )
        ],
        "remedies": [
            remedy_row(one, moment)
            for one in owed.waiting().select_related("agency", "time_limit").order_by(
                "time_limit__due_at", "pk"
            )
        ],
    }  # fmt: skip
    return render(request, "inspections/duty/mine.html", context)


@page("own_record")
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """Where lists of limits and inboxes lead: the row itself for whoever may read it; for others
    who may see the limit, until when it runs and nothing of what it is about."""
    prefix, digits = code[:3], code[3:]
    if prefix not in DUTY_CODES or not _is_hex(digits):
        raise Http404
    public_id, by = uuid.UUID(digits), request.actor
    model, url = {
        "TN-": (Record, record_url),
        "TT-": (Proposal, proposal_url),
        "KN-": (Recommendation, remedy_url),
    }[prefix]
    found: Any = model.objects.visible_to(by).filter(public_id=public_id).first()
    if found is not None:
        return redirect(url(found))
    limits = TimeLimit.objects.visible_to(by).filter(subject_code=code).for_list()
    limit = limits.prefetch_related("revisions").order_by("-started_at", "-pk").first()
    if limit is None:
        raise Http404
    moment = Moment(request.now, published().calendar)
    mark = chip(limit, now=moment.now, calendar=moment.calendar)
    context = {
        "limit": limit,
        "chip": mark,
        "due_text": day_text(limit.due_on),
        "strip": strips.for_limit(limit, now=moment.now, calendar=moment.calendar, tone=mark.tone),
    }
    return render(request, "inspections/duty/subject.html", context)


@page("own_record")
def file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A file of a record or the evidence of a remedy, as it was sent; entered."""
    by = request.actor
    visible = Record.objects.visible_to(by).values("pk")
    owed = Recommendation.objects.visible_to(by).values("pk")
    found: Exhibit | RemedyFile | None = (
        Exhibit.objects.filter(public_id=public_id, record__in=visible)
        .select_related("record")
        .first()
    )
    row: Record | Recommendation
    if found is not None:
        row = found.record
    else:
        found = get_object_or_404(
            RemedyFile.objects.select_related("report__recommendation"),
            public_id=public_id,
            report__recommendation__in=owed,
        )
        row = found.report.recommendation
    opening.opened(row, opening.FILE, by, request.now, name=found.name)
    return file_response(request, found)


@page("own_record")
def paper(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An issued paper as PDF or editable DOCX (``dang``), for whoever may read what it settles;
    entered."""
    found = get_object_or_404(Paper.objects.select_related("series"), public_id=public_id)
    row = _owner(found, request)
    if row is None:
        raise Http404
    opening.opened(row, wanted_form(request), request.actor, request.now, name=found.ref)
    return paper_response(request, found)


def _owner(found: Paper, request: HttpRequest) -> Record | Proposal | None:
    """The record or proposal that the paper belongs to, if this person may read it."""
    by = request.actor
    records = Record.objects.visible_to(by)
    for path in ("paper", "explanation__paper", "conclusion__paper"):
        if row := records.filter(**{path: found}).first():
            return row
    proposals = Proposal.objects.visible_to(by)
    for path in ("paper", "decision__paper"):
        if proposal := proposals.filter(**{path: found}).first():
            return proposal
    return None


def _outcome(code: str) -> Any:
    outcome = ladder.BY_CODE.get(code)
    return outcome.name if outcome else ""


def _nature(code: str) -> Any:
    outcome = ladder.BY_CODE.get(code)
    return ladder.NATURES[outcome.nature] if outcome else ""


def _is_hex(digits: str) -> bool:
    return len(digits) == 32 and all(sign in "0123456789abcdef" for sign in digits)
