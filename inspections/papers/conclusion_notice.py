"""The notice of conclusions (thông báo kết luận kiểm tra)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from agencies.models import Agency
from documents import printing
from documents.forms import ConclusionNotice, conclusion_notice
from documents.forms.outcomes import Remedy
from documents.layout import Layout
from inspections.models import Inspection, Record
from inspections.papers import people


def paper_of(
    record: Record, *, text: str, asked: Sequence[Any], home: Agency, by: Actor, now: datetime
) -> Layout:
    """The notice as it would be issued now; without number and day. ``asked`` has ``agency``,
    ``text`` and ``last_day`` of each recommendation."""
    findings = list(record.findings.order_by("position"))
    inspection = record.inspection
    thanh_tra = inspection is not None and inspection.kind == Inspection.Kind.INSPECTORATE
    return conclusion_notice(
        ConclusionNotice(
            issuer=people.issuer(home),
            signer=people.signer(by),
            agency=record.agency_name,
            record_ref=record.paper.ref,
            record_on=record.paper.issued_on,
            bases=record.legal_bases,
            findings=people.late_lines(findings),
            period_from=record.period_from,
            period_to=record.period_to,
            conclusion=text,
            remedies=[
                Remedy(text=one.text, owner=one.agency.name, due_on=one.last_day) for one in asked
            ],
            way="thanh tra" if thanh_tra else "kiểm tra",
            shortcomings=record.shortcomings,
            causes=record.causes,
            opinion=record.opinion_text or record.explanation.answer,
        )
    )


def content_of(
    record: Record, *, text: str, asked: Sequence[Any], home: Agency, by: Actor, now: datetime
) -> Mapping[str, Any]:
    """What the issued notice keeps."""
    return printing.content(
        paper_of(record, text=text, asked=asked, home=home, by=by, now=now),
        record=str(record.public_id),
        record_ref=record.paper.ref,
        text=text,
        recommendations=[
            {"agency": one.agency.name, "text": one.text, "last_day": one.last_day} for one in asked
        ],
    )
