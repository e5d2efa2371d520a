"""The paper that asks for an explanation (công văn yêu cầu giải trình)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.models import TimeLimit
from deadlines.published import published
from documents import printing
from documents.forms import ExplanationRequest, Issuer, Person, Signer, explanation_request
from documents.layout import Layout
from inspections.models import Record
from inspections.papers import people


def paper_of(
    record: Record, *, text: str, limit: TimeLimit, home: Agency, by: Actor, now: datetime
) -> Layout:
    """The letter as it would be issued now; without number and day."""
    findings = list(record.findings.order_by("position"))
    calendar, today = published().calendar, local_day(now)
    days = calendar.working_days_between(today, limit.due_on)
    return explanation_request(
        ExplanationRequest(
            issuer=issuer_of(home, by),
            signer=by_order(by),
            head=Person(name=record.head_name, post=record.head_post),
            agency=record.agency_name,
            limits=people.late_lines(findings),
            as_of=local_day(record.created_at),
            period_from=record.period_from,
            period_to=record.period_to,
            due_on=limit.due_on,
            amount=f"{days:02d} ngày làm việc",
            about=text,
        )
    )


def content_of(
    record: Record, *, text: str, limit: TimeLimit, home: Agency, by: Actor, now: datetime
) -> Mapping[str, Any]:
    """What the issued letter keeps: its layout, and beside it whom it asks what until when."""
    return printing.content(
        paper_of(record, text=text, limit=limit, home=home, by=by, now=now),
        record=str(record.public_id),
        person=record.head_name,
        post=record.head_post,
        text=text,
        due_at=limit.due_at,
        limit=limit.code,
    )


def issuer_of(home: Agency, by: Actor) -> Issuer:
    """Home Affairs with the unit of whoever asks: it drafts the letter."""
    post = by.post_in(home.pk)
    return people.issuer(home, post.unit if post else None)


def by_order(by: Actor) -> Signer:
    """An inspector signs by order of the director."""
    post = next((p.post for p in by.posts if p.agency_id), "")
    name = by.user.full_name if by.user else ""
    return Signer(name=name, post=post, capacity="TL.", body="Giám đốc")
