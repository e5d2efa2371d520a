"""Who is told of what happened to a dossier: rows in inboxes, in the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime

from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind, User
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.models import TimeLimit

_OFFICE = (Role.OFFICE_CHIEF, Role.OFFICE_OFFICER, Role.OFFICE_CLERK)


def tell_agency(kind: MessageKind, limit: TimeLimit, *, now: datetime) -> None:
    """The head, the clerks and the officer of the agency that owes the limit."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(
        agency_id=limit.agency_id, role__in=(Role.AGENCY_HEAD, Role.AGENCY_CLERK)
    )
    officer = {limit.officer_id} - {None}
    _deliver(kind, limit, {*posts.values_list("user_id", flat=True), *officer}, now)


def tell_office(kind: MessageKind, limit: TimeLimit, *, now: datetime) -> None:
    """Everyone at the City Office's desk."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(role__in=_OFFICE)
    _deliver(kind, limit, set(posts.values_list("user_id", flat=True)), now)


def tell_leader(kind: MessageKind, limit: TimeLimit, *, leader: User | None, now: datetime) -> None:
    """The leader who asked."""
    _deliver(kind, limit, {leader.pk} if leader else set(), now)


def _deliver(kind: MessageKind, limit: TimeLimit, people: Iterable[int], now: datetime) -> None:
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=limit.code,
            due_at=limit.due_at,
            about=limit.subject_code,
            title=limit.subject_title,
            agency_name=limit.agency.name,
            created_at=now,
        )
        for person in sorted(people)
    )
