"""What waits to travel: each outbox says how much waits, since when, and what was given up.

The operations page, ``/healthz`` and ``/metrics`` read this list; a new outbox adds one line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from accounts.mail import desk
from dossiers.models import ImportSession


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, since when the oldest does, and how much was given up."""

    waiting: int = 0
    since: datetime | None = None
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """``read`` asks at most two small queries."""

    slug: str
    title: Any
    read: Callable[[datetime], Backlog]


def _lists_to_enter(now: datetime) -> Backlog:
    confirmed = ImportSession.objects.filter(state=ImportSession.State.CONFIRMED)
    found = confirmed.aggregate(number=Count("pk"), since=Min("confirmed_at"))
    return Backlog(waiting=found["number"], since=found["since"])


def _letters(now: datetime) -> Backlog:
    state = desk.state(now)
    since = now - state.oldest_waiting if state.oldest_waiting else None
    return Backlog(waiting=state.waiting, since=since, dead=state.dead)


OUTBOXES = (
    Outbox("imports", _("Lists being entered"), _lists_to_enter),
    Outbox("mail", _("E-mails"), _letters),
)
