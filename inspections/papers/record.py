"""The record of an inspection (biên bản kiểm tra công vụ): as a draft to be read and signed at the
agency, and as it is frozen when it gets its number."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from accounts.actors import Actor
from agencies.dates import local_day
from documents import printing
from documents.forms import parts, records
from documents.layout import Layout
from inspections.models import Record, Signature, TeamMember
from inspections.papers import people
from inspections.papers.decision import WAYS
from inspections.pinned import FIELDS, digest_of
from inspections.transitions.rows import home_affairs
from ledger import recording

_SIDES = {
    Signature.Side.INSPECTED: "ĐẠI DIỆN ĐƠN VỊ ĐƯỢC KIỂM TRA",
    Signature.Side.SECRETARY: "NGƯỜI GHI BIÊN BẢN",
    Signature.Side.LEAD: "TRƯỞNG ĐOÀN KIỂM TRA",
}


def title(record: Record) -> str:
    """What the record is about, in one line."""
    inspection = record.inspection
    suddenly = "" if inspection.announced else " đột xuất"
    return f"{WAYS[inspection.kind].capitalize()} công vụ{suddenly} tại {record.agency_name}"


def data_of(record: Record) -> dict[str, Any]:
    """Everything the record says, as plain JSON: fields, findings with their facts, signatures,
    exhibits with the SHA-256 of their bytes."""
    inspection = record.inspection
    decision = inspection.decision
    return recording.plain(
        {
            **{name: getattr(record, name) for name in FIELDS},
            "public_id": str(record.public_id),
            "agency_code": record.agency.code,
            "head_id": record.head_id,
            "author": record.author.full_name,
            "opinion_by": record.opinion_by.full_name if record.opinion_by else "",
            "corrects": record.corrects.paper.ref if record.corrects else "",
            "inspection": {
                "code": inspection.code,
                "kind": inspection.kind,
                "announced": inspection.announced,
                "lead_body": inspection.lead_body,
                "decision": decision.ref if decision else "",
                "decided_on": decision.issued_on if decision else None,
                "seed": inspection.seed,
                "population": inspection.population,
                "sample_size": inspection.sample_size,
            },
            "findings": [
                {"position": one.position, "facts": one.facts, "note": one.note}
                for one in record.findings.order_by("position")
            ],
            "signatures": [
                {
                    "side": one.side,
                    "name": one.name,
                    "post": one.post,
                    "signed_on": one.signed_on,
                    "refused_reason": one.refused_reason,
                    "witness": one.witness,
                    "entered_by": one.entered_by.full_name,
                    "entered_at": one.entered_at,
                }
                for one in record.signatures.select_related("entered_by").order_by("pk")
            ],
            "exhibits": [
                {
                    "file": str(one.public_id),
                    "caption": one.caption,
                    "name": one.name,
                    "size": one.size,
                    "sha256": one.sha256,
                }
                for one in record.exhibits.order_by("pk")
            ],
        }
    )


def content(record: Record, *, by: Actor, now: datetime) -> Mapping[str, Any]:
    """What the final record keeps: its layout, and beside it all its data with their digest."""
    data = data_of(record)
    sha256 = digest_of(data)
    extract = parts.Extract(at=now, by=by.author.name, sha256=sha256)
    return printing.content(
        paper_of(record, data, extract=extract, now=now),
        record=data,
        data_sha256=sha256,
        extracted_at=now,
        extracted_by=by.author.name,
    )


def draft_of(record: Record, *, now: datetime) -> Layout:
    """The record as it stands, without number, marked as a draft, with places to sign."""
    return paper_of(record, data_of(record), extract=None, now=now, draft=True)


def paper_of(
    record: Record,
    data: Mapping[str, Any],
    *,
    extract: parts.Extract | None,
    now: datetime,
    draft: bool = False,
) -> Layout:
    """The layout of the record from its data; ``record`` gives what data keep as plain text."""
    day = local_day(now)
    inspection = record.inspection
    decision = inspection.decision
    findings = data["findings"]
    late = [
        people.late_line(one["facts"], one["note"]) for one in findings if one["facts"].get("late")
    ]
    return records.inspection_record(
        records.InspectionRecord(
            issuer=people.issuer(home_affairs(day)),
            agency=data["agency_name"],
            decision_ref=decision.ref if decision else "",
            decision_on=decision.issued_on if decision else day,
            bases=data["legal_bases"],
            started_at=record.started_at or record.created_at,
            place=data["place"],
            team=_present(data, "team"),
            inspected=_present(data, "inspected"),
            scope=data["scope"],
            period_from=record.period_from,
            period_to=record.period_to,
            method=_method(data),
            findings=late,
            signed=_signed(record, data),
            way=WAYS[inspection.kind],
            unannounced=not inspection.announced,
            witnesses=_present(data, "witness"),
            absent=data["absent_reason"],
            population=inspection.population or None,
            sample=inspection.sample_size or None,
            papers_seen=_papers_seen(data),
            exhibits=[
                records.Kept(name=one["caption"] or one["name"], sha256=one["sha256"])
                for one in data["exhibits"]
            ],
            shortcomings=_with_notes(data),
            causes=data["causes"],
            opinion=_opinion(record),
            no_opinion=_no_opinion(data),
            requests=data["requests"],
            recommendations=data["recommendations"],
            ended_at=record.ended_at,
            pages=data["pages"],
            copies_made=data["copies"],
            extract=extract,
            corrects=data["corrects"],
            draft=draft,
        )
    )


def _present(data: Mapping[str, Any], side: str) -> list[parts.Person]:
    return [
        parts.Person(
            name=one["name"],
            post=one["post"],
            part=people.PARTS[TeamMember.Part(one["part"])] if one.get("part") else "",
        )
        for one in data["present"]
        if one["side"] == side
    ]


def _method(data: Mapping[str, Any]) -> str:
    """How dossiers were chosen, and the seed with which anyone draws them again."""
    text, inspection = data["method"].strip(), data["inspection"]
    if inspection["sample_size"]:
        text = f"{text.rstrip('.')}. Mã rút thăm: {inspection['seed']}"
    return text


def _papers_seen(data: Mapping[str, Any]) -> str:
    """What was consulted, and the dossiers looked at whose limits were kept."""
    codes = [one["facts"]["dossier"] for one in data["findings"] if not one["facts"].get("late")]
    kept = f"Hồ sơ đã kiểm tra, thời hạn được bảo đảm: {', '.join(dict.fromkeys(codes))}"
    return "\n".join(filter(None, (data["papers_seen"].strip(), kept if codes else "")))


def _with_notes(data: Mapping[str, Any]) -> str:
    """The shortcomings, then what was noted on dossiers that were on time."""
    lines = [data["shortcomings"].strip()]
    lines += [
        f"Hồ sơ {one['facts']['dossier']}: {one['note']}"
        for one in data["findings"]
        if one["note"] and not one["facts"].get("late")
    ]
    return "\n".join(filter(None, lines))


def _opinion(record: Record) -> records.Opinion | None:
    if not record.opinion_at or not record.opinion_by:
        return None
    named = record.opinion_by_id == record.head_id
    post = (
        record.head_post
        if named
        else people.post_at(record.opinion_by, record.agency_id, record.opinion_at)
    )
    return records.Opinion(
        kind=record.opinion,
        text=record.opinion_text,
        by=parts.Person(name=record.opinion_by.full_name, post=post),
        on=local_day(record.opinion_at),
    )


def _no_opinion(data: Mapping[str, Any]) -> str:
    if data["opinion_at"]:
        return ""
    refused = [one["refused_reason"] for one in data["signatures"] if one["refused_reason"]]
    if refused:
        return f"Đại diện đơn vị không nêu ý kiến và không ký biên bản; lý do: {refused[0]}"
    return ""


def _signed(record: Record, data: Mapping[str, Any]) -> list[parts.Signed]:
    """Three columns, in the order of the paper; without an entry the place is left to sign."""
    by_side = {one["side"]: one for one in data["signatures"]}
    found = []
    for side, title_ in _SIDES.items():
        one = by_side.get(str(side))
        found.append(
            parts.Signed(
                side=title_,
                name=one["name"] if one else "",
                signed_on=date.fromisoformat(one["signed_on"])
                if one and one["signed_on"]
                else None,
                refused=one["refused_reason"] if one else "",
                witness=one["witness"] if one else "",
            )
        )
    return found
