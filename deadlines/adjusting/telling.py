"""Who hears of a request and of a decision: rows in inboxes, in the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime

from accounts.actors import Actor
from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.models import Adjustment, TimeLimit

_AGENCY = (*HEAD_ROLES, Role.AGENCY_CLERK, Role.OFFICE_CLERK)


def tell_leaders(kind: MessageKind, limit: TimeLimit, *, by: Actor, now: datetime) -> None:
    """The City leaders, one of whom decides."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(role=Role.CITY_LEADER)
    _deliver(kind, limit, posts.values_list("user_id", flat=True), by, now)


def tell_agency(
    kind: MessageKind,
    limit: TimeLimit,
    *,
    by: Actor,
    now: datetime,
    asked_by_id: int | None = None,
) -> None:
    """The head, the clerks and the officer of the agency that owes the limit, and whoever asked."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(
        agency_id=limit.agency_id, role__in=_AGENCY
    )
    others = {limit.officer_id, asked_by_id} - {None}
    _deliver(kind, limit, {*posts.values_list("user_id", flat=True), *others}, by, now)


def _deliver(
    kind: MessageKind, limit: TimeLimit, people: Iterable[int], by: Actor, now: datetime
) -> None:
    """``rung`` counts the requests and suspensions of the limit: a second one at the same due date
    is news again."""
    rung = Adjustment.objects.filter(time_limit=limit).count() + limit.suspensions.count()
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            rung=rung,
            limit_code=limit.code,
            due_at=limit.due_at,
            about=limit.subject_code,
            title=limit.subject_title,
            agency_name=limit.agency.name,
            created_at=now,
        )
        for person in sorted(set(people) - {by.author.id})
    )
