"""The chain of seals: each digest covers the one before and every column of its event.

Canonical form: UTF-8 JSON, keys sorted, no spaces, text in NFC, integers, and instants in UTC as
``YYYY-MM-DDTHH:MM:SS.ffffffZ``. Anyone can recompute it from a dump of the two tables.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction

from ledger.models import Event, Link
from ledger.recording import plain

GENESIS = "0" * 64
UNSEALED_TOO_LONG = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at an instant: what is published outside the database."""

    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row at which the chain and the events disagree."""

    seq: int
    event_id: int | None
    text: str


def canonical(event: Event) -> bytes:
    """The bytes of an event that its digest covers: every column, whatever is added later too."""
    columns = {f.column: plain(getattr(event, f.attname)) for f in Event._meta.concrete_fields}
    return json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(previous: str, event: Event) -> str:
    """SHA-256, in hexadecimal, over the previous digest and the canonical event."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(event)).hexdigest()


def head() -> Head:
    """The last link, or the empty chain's."""
    last = Link.objects.order_by("-seq").first()
    return Head(last.seq, last.digest) if last else Head(0, GENESIS)


def seal(limit: int = 5000) -> int:
    """Append a link for each event not yet in the chain, oldest first; how many it was.

    Safe side by side: two sealers compute the same numbers, the unique keys let one of them win and
    the other leaves the work to it.
    """
    try:
        with transaction.atomic():
            end = head()
            links = []
            for event in Event.objects.filter(link__isnull=True).order_by("id")[:limit]:
                previous, end = end, Head(end.seq + 1, digest(end.digest, event))
                links.append(
                    Link(seq=end.seq, event=event, previous=previous.digest, digest=end.digest)
                )
            Link.objects.bulk_create(links)
    except IntegrityError:
        return 0
    return len(links)


def seal_all() -> int:
    """Seal until nothing is left."""
    total = 0
    while sealed := seal():
        total += sealed
    return total


def verify(*, now: datetime, heads: list[Head] | None = None) -> tuple[int, list[Fault]]:
    """Recompute the whole chain: how many links it has, and the faults, the first one first.

    ``heads`` are published ends of earlier days: a chain that was rolled back or rewritten as a
    whole agrees with itself but not with them. Events left unsealed too long are a fault too.
    """
    expected = {published.seq: published.digest for published in heads or []}
    faults: list[Fault] = []
    count, previous = 0, GENESIS
    for link in _links():
        count += 1
        found = _fault(link, count, previous, expected)
        if found:
            faults.append(found)
            break
        previous = link.digest
    if not faults:
        faults += [
            Fault(seq, None, f"published head {seq} is beyond the end of the chain ({count})")
            for seq in sorted(expected)
            if seq > count
        ]
        waiting = Event.objects.filter(link__isnull=True, at__lt=now - UNSEALED_TOO_LONG)
        faults += [
            Fault(0, event.pk, "event was never sealed") for event in waiting.order_by("id")[:1]
        ]
    return count, faults


def publish(directory: Path, *, now: datetime) -> Path:
    """Write the head of the chain to a file named for the local day; the file's path."""
    directory.mkdir(parents=True, exist_ok=True)
    end = head()
    path = directory / f"{now:%Y-%m-%d}.json"
    path.write_text(json.dumps({"at": plain(now), "seq": end.seq, "digest": end.digest}) + "\n")
    return path


def published_heads(directory: Path) -> list[Head]:
    """The heads that ``publish`` left in a directory."""
    facts = (json.loads(path.read_text()) for path in sorted(directory.glob("*.json")))
    return [Head(fact["seq"], fact["digest"]) for fact in facts if fact["seq"]]


def _links() -> Iterator[Link]:
    return Link.objects.select_related("event").order_by("seq").iterator(chunk_size=2000)


def _fault(link: Link, place: int, previous: str, expected: dict[int, str]) -> Fault | None:
    if link.seq != place:
        return Fault(place, link.event_id, f"link {place} is missing")
    if link.previous != previous:
        return Fault(place, link.event_id, "link does not follow the one before it")
    if link.digest != digest(previous, link.event):
        return Fault(place, link.event_id, "event differs from its seal")
    if expected.get(link.seq, link.digest) != link.digest:
        return Fault(place, link.event_id, "chain differs from a published head")
    return None
