"""The agency hands a dossier to a unit and an officer of its own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, MessageKind, User
from accounts.refusals import Refused
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from deadlines import transitions as limits
from deadlines.models import TimeLimit
from dossiers import news
from dossiers.models import Assignment, Dossier
from dossiers.transitions.acting import acting, enter, touch

_WORKERS = (Role.AGENCY_CLERK, Role.AGENCY_OFFICER, Role.AGENCY_HEAD)


class NotOfThisAgency(Refused):
    """A unit or a person of another agency was chosen."""


class NothingAssigned(Refused):
    """Neither a unit nor a person was chosen."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose work it is: lead unit, officer, cooperating units, the agency's own last day."""

    unit: InternalUnit | None = None
    officer: User | None = None
    cooperating: Collection[InternalUnit] = ()
    internal_due_on: date | None = None


def officers_of(agency: Agency, day: date) -> list[User]:
    """The people of an agency who can work on a dossier on a local date, by name; one query."""
    posts = Appointment.objects.in_force_on(day).filter(agency=agency, role__in=_WORKERS)
    people = {post.user_id: post.user for post in posts.select_related("user").order_by("pk")}
    return sorted(people.values(), key=lambda user: (user.full_name, user.pk))


def assign(
    dossier: Dossier, *, hands: Hands, version: int | None, by: Actor, now: datetime
) -> Assignment:
    """Give the dossier, and what the agency still owes on it, to a unit and an officer.

    Earlier assignments stay on record. The internal last day starts no time limit: what the
    directive asks of the agency does not depend on how it shares its work. Raises
    ``NotOfThisAgency`` and ``NothingAssigned``.
    """
    with acting(dossier, "assign", by, version) as row:
        must_belong(row.agency, hands, local_day(now))
        before = {
            "unit": row.unit.name if row.unit else None,
            "officer": row.officer.full_name if row.officer else None,
        }
        assignment = Assignment.objects.create(
            dossier=row,
            unit=hands.unit,
            officer=hands.officer,
            internal_due_on=hands.internal_due_on,
            by=by.user,
            at=now,
        )
        assignment.cooperating.set(hands.cooperating)
        touch(row, "assign", unit=hands.unit, officer=hands.officer)
        enter(
            row,
            "dossier_assigned",
            by,
            now,
            before=before,
            after={
                "unit": hands.unit.name if hands.unit else None,
                "officer": hands.officer.full_name if hands.officer else None,
                "cooperating": sorted(unit.name for unit in hands.cooperating),
                "internal_due_on": hands.internal_due_on,
                "text": in_words(assignment),
            },
        )
        owed = TimeLimit.objects.filter(subject_code=row.code, agency=row.agency, met_at=None)
        for limit in owed.order_by("pk"):
            limits.hand_to(limit, unit=hands.unit, officer=hands.officer, by=by, now=now)
        if hands.officer and hands.officer.pk != by.author.id:
            news.tell(MessageKind.ASSIGNED, row, {hands.officer.pk}, now=now)
    return assignment


def in_words(assignment: Assignment) -> str:
    """Unit and officer in one line."""
    names = [
        assignment.unit.name if assignment.unit else "",
        assignment.officer.full_name if assignment.officer else "",
    ]
    return ", ".join(name for name in names if name)


def must_belong(agency: Agency, hands: Hands, day: date) -> None:
    """Something is chosen, and all of it is the agency's own on a local date."""
    if not hands.unit and not hands.officer:
        raise NothingAssigned(_("Choose a unit or a person."))
    units = [*([hands.unit] if hands.unit else []), *hands.cooperating]
    if any(unit.agency_id != agency.pk for unit in units):
        raise NotOfThisAgency(_("This unit belongs to another agency."))
    if hands.officer and hands.officer not in officers_of(agency, day):
        raise NotOfThisAgency(_("This person holds no post at the agency today."))
