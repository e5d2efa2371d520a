"""What the ledger pins of records: the rows of a final one must still say what they said."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ledger import pins
from ledger.pins import Kind
from ledger.plain import plain

#: The fields of a record that say something.
FIELDS = (
    "kind", "agency_name", "head_name", "head_post", "period_from", "period_to", "place",
    "started_at", "ended_at", "legal_bases", "present", "absent_reason", "scope", "method",
    "papers_seen", "shortcomings", "causes", "requests", "recommendations", "pages", "copies",
    "created_at", "sent_at", "opinion", "opinion_text", "opinion_at",
)  # fmt: skip
PINNED = "rows_sha256"


def digest_of(data: Mapping[str, Any]) -> str:
    """The SHA-256 of plain JSON in canonical form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def rows_digest(record: Any) -> str:
    """The digest of what the rows of a record hold themselves: its fields, findings with their
    facts, signatures and exhibits. Names of accounts, which may change, are left out."""
    signed = ("side", "name", "post", "signed_on", "refused_reason", "witness")
    kept = ("caption", "name", "size", "sha256")
    return digest_of(
        plain(
            {
                **{name: getattr(record, name) for name in FIELDS},
                "head_id": record.head_id,
                "findings": list(
                    record.findings.order_by("position").values("position", "facts", "note")
                ),
                "signatures": list(record.signatures.order_by("pk").values(*signed)),
                "exhibits": list(record.exhibits.order_by("pk").values(*kept)),
            }
        )
    )


def pin_records() -> None:
    """Have the rows of final records compared with the digest in their entries. Papers and the
    bytes of files are pinned where they live."""
    pins.register(
        Kind(
            name="record",
            model="inspections.Record",
            actions=("record_finalised",),
            key=lambda event: event.object_code,
            key_of=lambda record: str(record.public_id),
            select=lambda rows, keys: rows.filter(public_id__in=keys),
            said=_said,
            facts=lambda record: {PINNED: rows_digest(record) if record.paper_id else ""},
            named={"state": "finalised"},
        )
    )


#: The fields of a proposal that say something; they are fixed once it is put to the leadership.
PROPOSED = ("person_name", "person_post", "person_class", "assessment", "circumstances", "asked")


def proposal_digest(proposal: Any) -> str:
    """The digest of what the row of a proposal says."""
    return digest_of({name: plain(getattr(proposal, name)) for name in PROPOSED})


def pin_proposals() -> None:
    """Have proposals put to the City leadership compared with the digest in their entries."""
    pins.register(
        Kind(
            name="proposal",
            model="inspections.Proposal",
            actions=("proposal_endorsed",),
            key=lambda event: event.object_code,
            key_of=lambda row: str(row.public_id),
            select=lambda rows, keys: rows.filter(public_id__in=keys),
            said=_said,
            facts=lambda row: {PINNED: proposal_digest(row)},
            named={"state__in": ["endorsed", "decided"]},
        )
    )


def pin_what_followed() -> None:
    """Have what was asked, answered, concluded, decided and carried out compared with its entry:
    pages show these rows, beside the papers that say the same."""
    of_record = {"code": "record__public_id", "related": ("record",)}
    of_proposal = {"code": "proposal__public_id", "related": ("proposal",)}
    _pin("explanation asked", "ExplanationRequest", "record_explanation_asked", ("text",),
         by="asked_by_id", **of_record)  # fmt: skip
    _pin("explanation", "ExplanationRequest", "record_explained",
         ("answer", "cause", "exemption", "circumstances", "late_reason"),
         by="answered_by_id", named={"answered_at__isnull": False}, **of_record)  # fmt: skip
    _pin("silence", "ExplanationRequest", "record_silence", (), by="silent_by_id",
         named={"silent_at__isnull": False}, **of_record)  # fmt: skip
    _pin("conclusion on a record", "Conclusion", "record_concluded", ("text",), by="by_id",
         **of_record)  # fmt: skip
    _pin("decision on a proposal", "Decision", "proposal_decided",
         {"kind": "kind", "outcome": "outcome", "text": "reason"}, by="by_id",
         **of_proposal)  # fmt: skip
    _pin("result of a decision", "Decision", "decision_carried_out",
         {"ref": "result_ref", "on": "result_on", "text": "result_text"}, by="result_by_id",
         named={"result_at__isnull": False}, **of_proposal)  # fmt: skip


def _pin(
    name: str,
    model: str,
    action: str,
    said: Iterable[str] | Mapping[str, str],
    *,
    by: str,
    code: str,
    related: tuple[str, ...],
    named: Mapping[str, Any] | None = None,
) -> None:
    """``said`` are the facts of the entry, with the columns of the row where those differ; ``by``
    is the column of whoever did it, ``code`` leads to the public id under which it is entered."""
    columns = said if isinstance(said, Mapping) else {word: word for word in said}
    owner = related[0]
    pins.register(
        Kind(
            name=name,
            model=f"inspections.{model}",
            actions=(action,),
            key=lambda event: event.object_code,
            key_of=lambda row: str(getattr(row, owner).public_id),
            select=lambda rows, keys: rows.filter(**{f"{code}__in": keys}),
            said=lambda event: {
                "by": event.actor_id,
                **{word: event.after[word] for word in columns if word in event.after},
            },
            facts=lambda row: {
                "by": getattr(row, by),
                **{word: plain(getattr(row, column)) for word, column in columns.items()},
            },
            related=related,
            named=named or {},
        )
    )


def _said(event: Any) -> Mapping[str, Any]:
    return {PINNED: event.after[PINNED]} if PINNED in event.after else {}
