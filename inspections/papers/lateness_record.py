"""The record of lateness without a visit (biên bản về việc chậm thời hạn). Never a record of an
administrative violation (domain.md §5.1)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from agencies.dates import local_day
from agencies.models import Agency
from documents import printing
from documents.forms import Asked, Extract, Kept, LatenessRecord, Person, Signed, lateness_record
from documents.layout import Layout
from inspections.models import ExplanationRequest, Record
from inspections.papers import people

#: Content of a paper, so in Vietnamese whatever the reader's language.
NO_OPINION = "Ý kiến của người đứng đầu là nội dung giải trình nêu tại mục IV"


def paper_of(record: Record, *, home: Agency, by: Actor, now: datetime) -> Layout:
    """The record as it would be issued now; without number and day."""
    findings = [one.facts for one in record.findings.order_by("position")]
    first, last = _held(record)
    author = record.author
    return lateness_record(
        LatenessRecord(
            issuer=people.issuer(home),
            agency=record.agency_name,
            head=Person(name=record.head_name, post=record.head_post),
            held_from=first,
            held_to=last,
            period_from=record.period_from,
            period_to=record.period_to,
            bases=record.legal_bases,
            limits=[people.late_line(facts) for facts in findings],
            asked=asked_of(record.explanation),
            drawn_up_at=now,
            place=home.name,
            authors=[Person(name=author.full_name, post=_post_of(by), part="Người lập biên bản")],
            signed=[
                Signed(side="Người đứng đầu", name=record.head_name),
                Signed(side="Người lập biên bản", name=author.full_name),
            ],
            shortcomings=record.shortcomings,
            causes=record.causes,
            requests=record.requests,
            recommendations=record.recommendations,
            no_opinion=NO_OPINION,
            exhibits=[
                Kept(name=one.caption and f"{one.caption}: {one.name}" or one.name,
                     sha256=one.sha256)
                for one in record.exhibits.order_by("pk")
            ],
            extract=Extract(at=now, by=author.full_name, sha256=_sum(findings)),
            corrects=_corrected(record),
        )
    )  # fmt: skip


def content_of(record: Record, *, home: Agency, by: Actor, now: datetime) -> Mapping[str, Any]:
    """What the issued record keeps: its layout, and beside it every fact that it rests on."""
    asked = record.explanation
    return printing.content(
        paper_of(record, home=home, by=by, now=now),
        record=str(record.public_id),
        agency=record.agency_name,
        person=record.head_name,
        post=record.head_post,
        period=[record.period_from, record.period_to],
        findings=[one.facts for one in record.findings.order_by("position")],
        explanation={
            "ref": asked.paper.ref if asked.paper else "",
            "text": asked.text,
            "answer": asked.answer,
            "cause": asked.cause,
            "exemption": asked.exemption,
            "circumstances": asked.circumstances,
            "late_reason": asked.late_reason,
            "answered_at": asked.answered_at,
            "silent_at": asked.silent_at,
        },
    )


def asked_of(asked: ExplanationRequest) -> Asked:
    """The request for an explanation and what came of it."""
    with translation.override(settings.LANGUAGE_CODE):
        cause = str(asked.get_cause_display()) if asked.cause else ""
        exempt = asked.exemption and asked.exemption != ExplanationRequest.Exemption.NONE
        ground = str(asked.get_exemption_display()) if exempt else ""
    said = [asked.answer]
    if asked.late_reason:
        said.append(f"Lý do gửi giải trình sau thời hạn: {asked.late_reason}")
    return Asked(
        ref=asked.paper.ref if asked.paper else "",
        on=local_day(asked.asked_at),
        due_on=asked.time_limit.due_on,
        answered_on=local_day(asked.answered_at) if asked.answered_at else None,
        answer="\n".join(said),
        cause=cause,
        circumstances="\n".join(filter(None, (ground, asked.circumstances))),
        silent=asked.silent_at is not None,
    )


def _held(record: Record) -> tuple[date, date]:
    """The local days of the period on which the person headed the agency, both inclusive."""
    posts = Appointment.objects.filter(
        user_id=record.head_id, agency_id=record.agency_id, role__in=HEAD_ROLES
    ).filter(started_on__lte=record.period_to)
    spans = [(post.started_on, post.ended_on or record.period_to) for post in posts]
    inside = [
        (max(first, record.period_from), min(last, record.period_to))
        for first, last in spans
        if last >= record.period_from
    ]
    if not inside:
        return record.period_from, record.period_to
    return min(first for first, _last in inside), max(last for _first, last in inside)


def _post_of(by: Actor) -> str:
    return next((post.post for post in by.posts if post.agency_id), "")


def _corrected(record: Record) -> str:
    earlier = record.corrects
    return earlier.paper.ref if earlier and earlier.paper else ""


def _sum(findings: list[Any]) -> str:
    text = json.dumps(findings, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
