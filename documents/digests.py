"""The fingerprint of an issued paper, and what the ledger pins of it. Needs no loaded models."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from agencies.dates import local_day
from ledger import pins
from ledger.plain import plain

if TYPE_CHECKING:
    from documents.models import Paper


def digest_of(paper: "Paper") -> str:
    """The SHA-256 of number, series, kind and text in canonical form: sorted keys, no spaces."""
    said = {
        "about": [paper.about_kind, paper.about_code],
        "content": paper.content,
        "holder": paper.series.holder_id,
        "issued_at": plain(paper.issued_at),
        "issued_by": paper.issued_by_id,
        "kind": str(paper.kind),
        "number": paper.number,
        "ref": paper.ref,
        "symbol": paper.series.symbol,
        "title": paper.title,
        "year": paper.series.year,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def pin_papers() -> None:
    """Have every paper, and every paper that is void, compared with the entry of that act."""
    pins.register(
        pins.Kind(
            name="paper",
            model="documents.Paper",
            actions=("paper_issued",),
            key=lambda event: event.object_code,
            key_of=lambda paper: str(paper.public_id),
            select=lambda rows, keys: rows.filter(public_id__in=keys),
            said=lambda event: {
                "sha256": event.after["sha256"],
                "digest": event.after["sha256"],
                "corrects": event.after["corrects"],
                "issued_on": True,
            },
            facts=_facts,
            related=("series", "corrects"),
        )
    )
    pins.register(
        pins.Kind(
            name="void paper",
            model="documents.PaperVoid",
            actions=("paper_voided",),
            key=lambda event: event.object_code,
            key_of=lambda void: str(void.paper.public_id),
            select=lambda rows, keys: rows.filter(paper__public_id__in=keys),
            said=lambda event: {
                "reason": event.reason,
                "by": event.actor_id,
                "at": plain(event.at),
            },
            facts=lambda void: {
                "reason": plain(void.reason),
                "by": void.by_id,
                "at": plain(void.at),
            },
            related=("paper",),
        )
    )


def _facts(paper: "Paper") -> dict[str, Any]:
    """``sha256`` is recomputed from the row, ``digest`` is what the row itself claims."""
    return {
        "sha256": digest_of(paper),
        "digest": paper.digest,
        "corrects": paper.corrects.ref if paper.corrects else None,
        "issued_on": paper.issued_on == local_day(paper.issued_at),
    }
