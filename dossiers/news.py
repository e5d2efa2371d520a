"""Who is told of what happened to a dossier: rows in inboxes, in the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime

from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind, User
from accounts.querysets import AppointmentQuerySet
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.models import TimeLimit
from dossiers.models import Dossier

_OFFICE = (Role.OFFICE_CHIEF, Role.OFFICE_OFFICER, Role.OFFICE_CLERK)


def agency_posts(agency_id: int, now: datetime) -> AppointmentQuerySet:
    """The posts of an agency that are told what it owes: its head and its clerks."""
    return Appointment.objects.in_force_on(local_day(now)).filter(
        agency_id=agency_id, role__in=(Role.AGENCY_HEAD, Role.AGENCY_CLERK)
    )


def office_posts(now: datetime) -> AppointmentQuerySet:
    """The posts at the City Office's desk."""
    return Appointment.objects.in_force_on(local_day(now)).filter(role__in=_OFFICE)


def lines(posts: AppointmentQuerySet) -> list[str]:
    """Who will be told, each person once, as the page says before anything is sent; one query."""
    found = posts.select_related("user", "agency").order_by("pk")
    by_person = {post.user_id: f"{post.user.full_name}, {post.line()}" for post in found}
    return list(by_person.values())


def tell_agency(kind: MessageKind, limit: TimeLimit, *, now: datetime) -> None:
    """The head, the clerks and the officer of the agency that owes the limit."""
    people = agency_posts(limit.agency_id, now).values_list("user_id", flat=True)
    _deliver(kind, limit, {*people, *({limit.officer_id} - {None})}, now)


def tell_office(kind: MessageKind, limit: TimeLimit, *, now: datetime) -> None:
    """Everyone at the City Office's desk."""
    _deliver(kind, limit, set(office_posts(now).values_list("user_id", flat=True)), now)


def tell_leader(kind: MessageKind, limit: TimeLimit, *, leader: User | None, now: datetime) -> None:
    """The leader who asked."""
    _deliver(kind, limit, {leader.pk} if leader else set(), now)


def people_of(dossier: Dossier, now: datetime) -> set[int]:
    """The head, the clerks and the officer of a dossier's agency."""
    people = agency_posts(dossier.agency_id, now).values_list("user_id", flat=True)
    return {*people, *({dossier.officer_id} - {None})}


def office_people(now: datetime) -> set[int]:
    """Everyone at the City Office's desk."""
    return set(office_posts(now).values_list("user_id", flat=True))


def tell(kind: MessageKind, dossier: Dossier, people: Iterable[int], *, now: datetime) -> None:
    """News about a dossier that no time limit hangs on; it is told once an instant."""
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=dossier.code,
            due_at=now,
            about=dossier.code,
            title=dossier.matter,
            agency_name=dossier.agency.name,
            created_at=now,
        )
        for person in sorted(people)
    )


def agency_people(agency_ids: Iterable[int], now: datetime) -> set[int]:
    """The heads and clerks of some agencies, the City Office's desk where it is one of them."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(
        agency_id__in=agency_ids, role__in=(Role.AGENCY_HEAD, Role.AGENCY_CLERK, *_OFFICE)
    )
    return set(posts.values_list("user_id", flat=True))


def tell_of_limit(
    kind: MessageKind, limit: TimeLimit, people: Iterable[int], *, now: datetime
) -> None:
    """News about what a time limit asks for; it is told once for each due date."""
    _deliver(kind, limit, people, now)


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
