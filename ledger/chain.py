"""The chain of seals: each digest covers the one before and every column of its event.

Canonical form: UTF-8 JSON, keys sorted, no spaces, integers, instants in UTC as
``YYYY-MM-DDTHH:MM:SS.ffffffZ``, and text exactly as it is stored (``ledger.recording`` writes NFC).
Anyone can recompute it from a dump of the two tables.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from ledger.models import Event, Gap, Link
from ledger.recording import plain

GENESIS = "0" * 64
UNSEALED_TOO_LONG = timedelta(minutes=15)
#: A gap is looked into for so long; after that the thorough look finds what filled it.
FORGOTTEN_AFTER = timedelta(days=1)
_GAPS_AT_ONCE = 50


class UnreadableHeads(Exception):
    """A directory of published heads that holds none, or a line that is no head."""


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
    """The bytes of an event that its digest covers: every column, whatever is added later too.

    They exist for whatever a hand put into the table, so that no row can stop the sealing.
    """
    columns = {f.column: getattr(event, f.attname) for f in Event._meta.concrete_fields}
    text = json.dumps(
        {name: plain(v) if isinstance(v, datetime) else v for name, v in columns.items()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return text.encode("utf-8", "surrogatepass")


def digest(previous: str, event: Event) -> str:
    """SHA-256, in hexadecimal, over the previous digest and the canonical event."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(event)).hexdigest()


def head() -> Head:
    """The last link, or the empty chain's."""
    last = Link.objects.order_by("-seq").first()
    return Head(last.seq, last.digest) if last else Head(0, GENESIS)


def seal(limit: int = 5000, *, thorough: bool = False) -> int:
    """Append a link for each event not yet in the chain, oldest first; how many it was.

    Every number up to that of the last sealed event is sealed or lies in a ``Gap``: numbers that
    are passed over become gaps in the same transaction as the links that pass over them, and only a
    gap that is full is taken away. So whatever was committed late is found, without a look at what
    was sealed before. ``thorough`` looks at the whole history all the same.

    Safe side by side: two sealers compute the same numbers, the unique keys let one of them win and
    the other leaves the work to it.
    """
    try:
        with transaction.atomic():
            end, mark = head(), _last_sealed()
            if thorough:
                events = list(Event.objects.filter(link__isnull=True).order_by("id")[:limit])
            else:
                events = _waiting(mark, limit)
            links = []
            for event in events:
                previous, end = end, Head(end.seq + 1, digest(end.digest, event))
                links.append(
                    Link(seq=end.seq, event=event, previous=previous.digest, digest=end.digest)
                )
            Link.objects.bulk_create(links)
            numbers = [event.pk for event in events]
            if behind := [number for number in numbers if number > mark]:
                _note_gaps(mark, behind)
            if late := [number for number in numbers if number < mark]:
                _close_gaps(late)
    except IntegrityError:
        return 0
    return len(links)


def seal_all(*, thorough: bool = False) -> int:
    """Seal until nothing is left.

    A thorough look needs no gaps: those of more than a day are forgotten. It precedes every
    publication of the head, and finds what a transaction left that was open for longer than a day.
    """
    total = 0
    while sealed := seal(thorough=thorough):
        total += sealed
    if thorough:
        Gap.objects.filter(noticed_at__lt=Now() - FORGOTTEN_AFTER).delete()
    return total


def oldest_unsealed() -> datetime | None:
    """The instant of the first event that waits to be sealed; a few small queries."""
    waiting = _waiting(_last_sealed(), 1)
    return waiting[0].at if waiting else None


def _last_sealed() -> int:
    """The largest number of a sealed event."""
    return Link.objects.aggregate(last=Max("event_id"))["last"] or 0


def _waiting(mark: int, limit: int) -> list[Event]:
    """What is not sealed: in the gaps first, then behind the last sealed one."""
    found: list[Event] = []
    gaps = list(Gap.objects.order_by("first"))
    for start in range(0, len(gaps), _GAPS_AT_ONCE):
        inside = Q()
        for gap in gaps[start : start + _GAPS_AT_ONCE]:
            inside |= Q(pk__gte=gap.first, pk__lte=gap.last)
        late = Event.objects.filter(inside, link__isnull=True).order_by("id")
        found += late[: limit - len(found)]
    if len(found) < limit:
        found += Event.objects.filter(pk__gt=mark).order_by("id")[: limit - len(found)]
    return found


def _note_gaps(mark: int, numbers: list[int]) -> None:
    """The numbers between those that are sealed now, as gaps.

    None lies behind the last sealed event unless links were taken away by hand: noted anew.
    """
    Gap.objects.filter(last__gt=mark).delete()
    gaps = [
        Gap(first=before + 1, last=number - 1)
        for before, number in pairwise([mark, *numbers])
        if number > before + 1
    ]
    Gap.objects.bulk_create(gaps)


def _close_gaps(numbers: list[int]) -> None:
    """Take away the gaps that these late numbers filled."""
    for gap in Gap.objects.filter(first__lte=numbers[-1], last__gte=numbers[0]):
        sealed = Link.objects.filter(event_id__gte=gap.first, event_id__lte=gap.last).count()
        if sealed == gap.last - gap.first + 1:
            gap.delete()


def verify(*, now: datetime, heads: list[Head] | None = None) -> tuple[int, list[Fault]]:
    """Recompute the whole chain: how many links it has, and the faults, the first one first.

    ``heads`` are published ends of earlier days: a chain that was rolled back or rewritten as a
    whole agrees with itself but not with all of them. Events left unsealed too long are a fault
    too.
    """
    expected: dict[int, set[str]] = {}
    for published in heads or []:
        expected.setdefault(published.seq, set()).add(published.digest)
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
        faults += [
            Fault(link.seq, link.event_id, "the event of this link is missing")
            for link in Link.objects.filter(seq__gt=count).order_by("seq")[:1]
        ]
        waiting = Event.objects.filter(link__isnull=True, at__lt=now - UNSEALED_TOO_LONG)
        faults += [
            Fault(0, event.pk, "event was never sealed") for event in waiting.order_by("id")[:1]
        ]
    return count, faults


def publish(directory: Path, *, now: datetime) -> Path:
    """Add the head of the chain to the file of the local day, a JSON object a line; its path.

    Nothing published before is replaced: a later head must not hide that an earlier one is wrong.
    """
    directory.mkdir(parents=True, exist_ok=True)
    end = head()
    day = timezone.localtime(now, timezone.get_default_timezone())
    path = directory / f"{day:%Y-%m-%d}.jsonl"
    line = json.dumps({"at": plain(now), "seq": end.seq, "digest": end.digest}) + "\n"
    with path.open("a", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return path


def published_heads(directory: Path) -> list[Head]:
    """The heads that ``publish`` left in a directory, in the order of their days.

    Raises ``UnreadableHeads`` when there is none or one cannot be read: nothing to compare with
    must not look like nothing found.
    """
    paths = sorted(directory.glob("*.jsonl"))
    if not paths:
        raise UnreadableHeads(f"{directory} holds no published heads (*.jsonl).")
    return [found for path in paths for found in _heads_in(path)]


def _heads_in(path: Path) -> Iterable[Head]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            fact = json.loads(line)
            found = Head(int(fact["seq"]), str(fact["digest"]))
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableHeads(f"{path}:{number} is not a published head.") from error
        if found.seq:
            yield found


def _links() -> Iterator[Link]:
    return Link.objects.select_related("event").order_by("seq").iterator(chunk_size=2000)


def _fault(link: Link, place: int, previous: str, expected: dict[int, set[str]]) -> Fault | None:
    if link.seq != place:
        return Fault(place, link.event_id, f"link {place} is missing")
    if link.previous != previous:
        return Fault(place, link.event_id, "link does not follow the one before it")
    if link.digest != digest(previous, link.event):
        return Fault(place, link.event_id, "event differs from its seal")
    if expected.get(link.seq, set()) - {link.digest}:
        return Fault(place, link.event_id, "chain differs from a published head")
    return None
