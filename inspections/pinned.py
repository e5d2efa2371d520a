"""What the ledger pins of records: the rows of a final one must still say what they said."""

import hashlib
import json
from collections.abc import Mapping
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
            facts=lambda record: {PINNED: rows_digest(record)},
            named={"state": "finalised"},
        )
    )


def _said(event: Any) -> Mapping[str, Any]:
    return {PINNED: event.after[PINNED]} if PINNED in event.after else {}
