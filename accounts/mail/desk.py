"""How the outbox stands: written by each pass, read by the frame of pages and by operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Subquery

from accounts.mail_models import Mail, MailDesk

#: A worker passes every half minute; after this long without one news is said to be delayed.
PASS_STALE = timedelta(minutes=5)
#: A letter that could have gone this long ago has been kept waiting.
LETTER_STALE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class State:
    """What operators see: ages are None when nothing waits, or no worker has passed yet."""

    waiting: int
    dead: int
    oldest_waiting: timedelta | None
    last_pass: timedelta | None
    last_error: str
    is_delayed: bool


def note(*, now: datetime, opened_at: datetime | None, error: str) -> None:
    """Write down how the outbox stands after a pass. ``opened_at`` is when the office opened today;
    None while it is closed, when letters wait without being late.

    A letter that failed by itself does not speak for the others: it waits for its own next try.
    """
    counts = Mail.objects.filter(state__in=[Mail.State.WAITING, Mail.State.DEAD]).aggregate(
        waiting=Count("pk", filter=Q(state=Mail.State.WAITING)),
        dead=Count("pk", filter=Q(state=Mail.State.DEAD)),
        oldest=Min("created_at", filter=Q(state=Mail.State.WAITING, tries=0)),
    )
    oldest = counts.pop("oldest")
    waits_since = max(oldest, opened_at) if oldest and opened_at else None
    values = {**counts, "passed_at": now, "waits_since": waits_since, "last_error": error}
    MailDesk.objects.update_or_create(pk=1, defaults=values)


def columns() -> dict[str, Any]:
    """What the frame reads along with its query for the last sweep."""
    desk = MailDesk.objects.filter(pk=1)
    return {
        "mail_passed_at": Subquery(desk.values("passed_at")[:1]),
        "mail_waits_since": Subquery(desk.values("waits_since")[:1]),
    }


def is_delayed(passed_at: datetime | None, waits_since: datetime | None, now: datetime) -> bool:
    """Whether news by e-mail is behind: no worker passes, or what could go does not."""
    if passed_at is None:
        return False
    late = waits_since is not None and now - waits_since > LETTER_STALE
    return late or now - passed_at > PASS_STALE


def state(now: datetime) -> State:
    """How the outbox stands; one query."""
    desk = MailDesk.objects.filter(pk=1).first()
    if desk is None:
        return State(0, 0, None, None, "", False)
    return State(
        waiting=desk.waiting,
        dead=desk.dead,
        oldest_waiting=now - desk.waits_since if desk.waits_since else None,
        last_pass=now - desk.passed_at,
        last_error=desk.last_error,
        is_delayed=is_delayed(desk.passed_at, desk.waits_since, now),
    )


def dead_letters() -> QuerySet[Mail]:
    """What was given up, the newest first: for whom, how often tried, the class of the error."""
    dead = Mail.objects.filter(state=Mail.State.DEAD)
    return dead.select_related("recipient").order_by("-created_at", "-pk")
