"""The proposal on responsibility as the director puts it to the City leadership (tờ trình)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from accounts.actors import Actor
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.counting import last_day_before
from deadlines.published import published
from deadlines.rules import due_at, rule_on
from documents import printing
from documents.forms import Person, Submission, responsibility_submission
from documents.layout import Layout
from inspections import ladder
from inspections.models import Proposal, Record
from inspections.papers import people
from inspections.papers.lateness_record import asked_of

RULE = "responsibility_processing"


def paper_of(proposal: Proposal, *, home: Agency, by: Actor, now: datetime) -> Layout:
    """The tờ trình as it would be issued now, with its table of late limits, in an annex when that
    is long; without number and day."""
    record = proposal.record
    said = asked_of(record.explanation)
    lines = people.late_lines(record.findings.order_by("position"))
    return responsibility_submission(
        Submission(
            issuer=people.issuer(home),
            signer=people.signer(by),
            agency=record.agency_name,
            person=Person(name=proposal.person_name, post=proposal.person_post),
            record_ref=record.paper.ref,
            record_on=record.paper.issued_on,
            bases=record.legal_bases,
            limits=lines,
            period_from=record.period_from,
            period_to=record.period_to,
            request_ref=said.ref,
            request_on=said.on,
            assessment=proposal.assessment,
            asked=proposal.asked,
            explanation=said.answer if said.answered_on else "",
            explained_on=said.answered_on,
            silent=said.silent,
            circumstances=proposal.circumstances,
            basis=ladder.basis_on(local_day(now)),
            processing_until=processing_until(record),
            attached=[
                f"Biên bản số {record.paper.ref}",
                f"Yêu cầu giải trình số {said.ref}",
                *(["Giải trình của người đứng đầu"] if said.answered_on else []),
            ],
        )
    )


def content_of(proposal: Proposal, *, home: Agency, by: Actor, now: datetime) -> Mapping[str, Any]:
    """What the issued tờ trình keeps."""
    record = proposal.record
    return printing.content(
        paper_of(proposal, home=home, by=by, now=now),
        proposal=str(proposal.public_id),
        record=str(record.public_id),
        record_ref=record.paper.ref,
        person=proposal.person_name,
        post=proposal.person_post,
        person_class=proposal.person_class,
        assessment=proposal.assessment,
        circumstances=proposal.circumstances,
        asked=proposal.asked,
        hands=[
            {"name": hand.user.full_name, "post": hand.post, "at": hand.at}
            for hand in proposal.hands.select_related("user").order_by("pk")
        ],
    )


def processing_until(record: Record) -> date | None:
    """The last day for handling the matter, counted from the record that established it; nothing
    beyond the published calendar."""
    if record.finalised_at is None:
        return None
    try:
        rule = rule_on(RULE, local_day(record.finalised_at))
        return last_day_before(due_at(published().calendar, rule, record.finalised_at))
    except CalendarNotPublished:
        return None
