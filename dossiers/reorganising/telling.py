"""Who is told: the second persons that a plan waits, its two people that it stopped, and everybody
at a successor that it has taken over."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.moving import handover_of
from dossiers.models import Reorganisation


def tell_second_persons(plan: Reorganisation, *, now: datetime) -> None:
    """The chief of the City Office and the administrators, but whoever prepared it."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(
        role__in=(Role.OFFICE_CHIEF, Role.SYSTEM_ADMINISTRATOR)
    )
    people = posts.exclude(user=plan.prepared_by_id).values_list("user_id", flat=True)
    _tell(MessageKind.REORGANISATION_PUT, plan, people, now)


def tell_that_it_stopped(plan: Reorganisation, *, now: datetime) -> None:
    """Whoever prepared it, and whoever approved it."""
    people = [plan.prepared_by_id, plan.decided_by_id]
    _tell(MessageKind.REORGANISATION_STOP, plan, [person for person in people if person], now)


def tell_staff(
    plan: Reorganisation,
    formers: Sequence[Agency],
    to: Agency,
    people: Collection[int],
    now: datetime,
) -> None:
    """Everybody with a post at a successor on its first day."""
    deliver(
        Message(
            recipient_id=person,
            kind=MessageKind.REORGANISED,
            limit_code=f"{plan.code}/{to.pk}",
            due_at=handover_of(plan.effective_on),
            about=", ".join(former.code for former in formers)[:120],
            title=plan.document,
            agency_name=to.name,
            created_at=now,
        )
        for person in sorted(people)
    )


def _tell(kind: MessageKind, plan: Reorganisation, people: Iterable[int], now: datetime) -> None:
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=f"{plan.code}/{plan.version}",
            due_at=handover_of(plan.effective_on),
            about=str(plan.public_id),
            title=plan.document,
            agency_name="",
            created_at=now,
        )
        for person in sorted(set(people))
    )
