"""Who hears of a change, and who is warned while the next year is missing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from accounts.actors import Actor
from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.calendar import HANOI
from deadlines.keeping.wording import title_of
from deadlines.models import CalendarChange, CalendarYear

#: Who keeps the calendar; where nobody holds the post, the City Office's chief.
_KEEPERS, _WITHOUT_KEEPER = (Role.CALENDAR_KEEPER,), (Role.OFFICE_CHIEF,)


def tell_leaders(change: CalendarChange, *, by: Actor, now: datetime) -> None:
    """The City leaders, one of whom decides."""
    people = set(_holders((Role.CITY_LEADER,), now)) - {by.author.id}
    _deliver(MessageKind.CALENDAR_PROPOSED, change, people, now)


def tell_proposer(change: CalendarChange, *, by: Actor, now: datetime) -> None:
    """Whoever proposed it, and the keepers: it is in force, or refused."""
    applied = change.state == CalendarChange.State.APPLIED
    kind = MessageKind.CALENDAR_APPLIED if applied else MessageKind.CALENDAR_REFUSED
    keepers = _holders(_KEEPERS, now) if applied else []
    _deliver(kind, change, {change.proposed_by_id, *keepers} - {by.author.id}, now)


def missing_year(today: date) -> int | None:
    """The year that should be published by now and is not: the next one, from 1 October on.

    The Prime Minister announces it by then.
    """
    year = today.year + (today >= date(today.year, 10, 1))
    return None if CalendarYear.objects.filter(year=year).exists() else year


def warn_keepers(now: datetime) -> int:
    """Tell the keepers once a week that a year is missing; how many were told now. Idempotent."""
    today = local_day(now)
    year = missing_year(today)
    if year is None:
        return 0
    people = set(_holders(_KEEPERS, now)) or set(_holders(_WITHOUT_KEEPER, now))
    ends_at = datetime.combine(date(year, 1, 1), time(), HANOI).astimezone(UTC)
    week = (today - date(year - 1, 10, 1)) // timedelta(days=7)
    told = Message.objects.filter(
        kind=MessageKind.CALENDAR_MISSING, limit_code=_code(year), rung=week
    ).values_list("recipient_id", flat=True)
    people -= set(told)
    deliver(
        Message(
            recipient_id=person,
            kind=MessageKind.CALENDAR_MISSING,
            rung=week,
            limit_code=_code(year),
            due_at=ends_at,
            about=str(year),
            title="",
            agency_name="",
            created_at=now,
        )
        for person in sorted(people)
    )
    return len(people)


def _code(year: int) -> str:
    return f"lich-{year}"


def _holders(roles: Iterable[str], now: datetime) -> list[int]:
    posts = Appointment.objects.in_force_on(local_day(now)).filter(role__in=list(roles))
    return list(posts.values_list("user_id", flat=True))


def _deliver(
    kind: MessageKind, change: CalendarChange, people: Iterable[int], now: datetime
) -> None:
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=f"lich-{change.public_id}",
            due_at=now,
            about=str(change.public_id),
            title=title_of(change)[:500],
            agency_name="",
            created_at=now,
        )
        for person in sorted(people)
    )
