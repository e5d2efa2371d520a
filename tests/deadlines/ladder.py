"""What stories of the warning ladder ask: who was told of what, and which rungs are kept."""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.models import Message, MessageKind
from deadlines import rungs
from deadlines.models import LimitRule, Reminder, TimeLimit
from deadlines.rungs import Rung
from ledger import recording

LADDER = (MessageKind.DUE_SOON, MessageKind.OVERDUE, MessageKind.ESCALATED)


def told(limit: TimeLimit | None = None, since: int = 0) -> set[tuple[str, str, int, str]]:
    """Recipient, kind, rung and levels of every message of the ladder; of one limit, or written
    after the message with a key."""
    found = Message.objects.filter(kind__in=LADDER, pk__gt=since)
    if limit:
        found = found.filter(limit_code=limit.code)
    rows = list(found.values_list("recipient__username", "kind", "rung", "levels"))
    assert len(rows) == len(set(rows)) or limit is None
    return set(rows)


def latest() -> int:
    """The key of the latest message."""
    last = Message.objects.order_by("-pk").first()
    return last.pk if last else 0


def kept(limit: TimeLimit) -> list[tuple[str, int, datetime]]:
    """Kind, rung and instant of what is kept about a limit, in the order of the instants."""
    return list(
        Reminder.objects.filter(time_limit=limit)
        .order_by("at", "rung", "-kind")
        .values_list("kind", "rung", "at")
    )


def new_version(code: str, ladder: Sequence[Rung], valid_from: date) -> LimitRule:
    """The next version of a rule, with another ladder and nothing else changed."""
    last = LimitRule.objects.filter(code=code).latest("version")
    with recording.recorded(may_be_idle=True):
        last.pk, last.version, last.valid_from = None, last.version + 1, valid_from
        last._state.adding, last.warning_rungs = True, rungs.stored(ladder)
        last.save()
    return last
