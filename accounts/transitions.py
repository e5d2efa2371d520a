"""The verbs of people: open and close an account, appoint, end an appointment."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, User
from accounts.refusals import Refused
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from agencies.text import normalise
from ledger import recording

_OFFICE = (Role.OFFICE_CLERK, Role.OFFICE_OFFICER, Role.OFFICE_CHIEF)
#: Role that decides → roles that propose to it: nobody holds both on one day (quality.md §4, S3).
PROPOSES_TO = {
    Role.CITY_LEADER: frozenset(
        {Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR, Role.CALENDAR_KEEPER, *_OFFICE}
    ),
    Role.HOME_AFFAIRS_DIRECTOR: frozenset({Role.INSPECTOR}),
}
#: Roles that stay outside the business they watch or run: no other role beside them (S5).
ALONE = frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR})
#: Roles that somebody must always hold (S7).
NEVER_WITHOUT = ALONE


class AppointmentRefused(Refused):
    """The post does not fit the agency, the dates or the person's other posts."""


class LastOne(Refused):
    """Nobody else would be left as system administrator or auditor."""


def open_account(
    *, username: str, full_name: str, email: str = "", by: Actor, now: datetime
) -> User:
    """A new account without rights and without a password; posts and password follow."""
    with recording.recorded():
        user = User(username=normalise(username).lower(), full_name=normalise(full_name))
        user.email = email
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save(force_insert=True)
        recording.append(
            by=by.author,
            action="account_opened",
            kind="account",
            code=user.username,
            now=now,
            after={"full_name": user.full_name, "email": email},
        )
    return user


def close_account(user: User, *, reason: str, by: Actor, now: datetime) -> None:
    """Close an account: its sessions end with the next request, its history stays.

    Raises ``LastOne``.
    """
    with recording.recorded():
        today = local_day(now)
        theirs = user.appointments.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=today))
        _must_leave_another(list(theirs), today)
        User.objects.filter(pk=user.pk).update(is_active=False)
        recording.append(
            by=by.author,
            action="account_closed",
            kind="account",
            code=user.username,
            now=now,
            before={"is_active": True},
            after={"is_active": False},
            reason=reason,
        )


def appoint(
    user: User,
    *,
    role: Role,
    post: str,
    agency: Agency | None,
    started_on: date,
    ended_on: date | None = None,
    unit: InternalUnit | None = None,
    acting: bool = False,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Give a person a post from one local date, with the rights that its role carries.

    It asks nobody: ``accounts.appointing`` asks the second person, a reorganisation of agencies
    has its own, and the command founds an installation in which there is none yet.
    """
    must_fit(user, role, agency, started_on, ended_on)
    with recording.recorded():
        appointment = Appointment.objects.create(
            user=user,
            agency=agency,
            unit=unit,
            role=role,
            post=normalise(post),
            started_on=started_on,
            ended_on=ended_on,
            acting=acting,
        )
        recording.append(
            by=by.author,
            action="appointed",
            kind="account",
            code=user.username,
            now=now,
            after={
                "role": role,
                "post": appointment.post,
                "agency": agency.code if agency else None,
                "acting": acting,
                "started_on": started_on,
                "ended_on": ended_on,
            },
        )
    return appointment


def end_appointment(
    appointment: Appointment,
    *,
    ended_on: date,
    reason: str,
    goes_on: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """End a post with a local date, that day included. Who held it until then stays on record.

    A post that ends today carries no rights from now on. ``goes_on``: the person gets the same role
    at a successor in the same transaction. Raises ``AppointmentRefused`` and ``LastOne``.
    """
    if ended_on < appointment.started_on:
        raise AppointmentRefused(_("A post cannot end before it began."))
    with recording.recorded():
        if not goes_on:
            _must_leave_another([appointment], ended_on)
        before = appointment.ended_on
        appointment.ended_on = ended_on
        appointment.withdrawn_at = now if ended_on <= local_day(now) else None
        appointment.save(update_fields=["ended_on", "withdrawn_at"])
        recording.append(
            by=by.author,
            action="appointment_ended",
            kind="account",
            code=appointment.user.username,
            now=now,
            before={"ended_on": before},
            after={"ended_on": ended_on, "role": appointment.role, "post": appointment.post},
            reason=reason,
        )


def must_fit(
    user: User, role: Role, agency: Agency | None, started_on: date, ended_on: date | None
) -> None:
    """Whether agency, dates and the person's other posts allow it; ``AppointmentRefused``."""
    if (agency is None) != (role == Role.CITY_LEADER):
        raise AppointmentRefused(
            _("City leaders belong to no agency; every other post belongs to one.")
        )
    if agency and not agency.is_valid_on(started_on):
        raise AppointmentRefused(
            _("%(agency)s did not exist on %(day)s.")
            % {"agency": agency.name, "day": f"{started_on:%d/%m/%Y}"}
        )
    if ended_on and ended_on < started_on:
        raise AppointmentRefused(_("A post cannot end before it began."))
    together = user.appointments.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=started_on))
    if ended_on:
        together = together.filter(started_on__lte=ended_on)
    others = {Role(other) for other in together.values_list("role", flat=True)} - {role}
    if others and ({role} | others) & ALONE:
        raise AppointmentRefused(
            _("Auditors and system administrators hold no other post at the same time.")
        )
    if any(_apart(role, other) for other in others):
        raise AppointmentRefused(
            _("Nobody may hold a post that proposes and a post that decides at the same time.")
        )


def _apart(one: Role, other: Role) -> bool:
    return one in PROPOSES_TO.get(other, ()) or other in PROPOSES_TO.get(one, ())


def locked(post: Appointment) -> Appointment:
    """The row as it is now, locked; of a role that never goes without a holder all its posts, in
    one order, so that two who end each other's wait for one another and not for ever."""
    wanted = Q(pk=post.pk) | Q(role=post.role) if post.role in NEVER_WITHOUT else Q(pk=post.pk)
    rows = Appointment.objects.select_for_update().filter(wanted).order_by("pk")
    return {row.pk: row for row in rows}[post.pk]


def _must_leave_another(ending: list[Appointment], ended_on: date) -> None:
    """Somebody else holds the role on the day after; all its posts are locked while we look."""
    for role in {Role(post.role) for post in ending} & NEVER_WITHOUT:
        after = ended_on + timedelta(days=1)
        held = Appointment.objects.held_on(after).filter(role=role)
        list(held.select_for_update().order_by("pk").values_list("pk", flat=True))
        keys = {post.pk for post in ending}
        left = held.filter(user__is_active=True, withdrawn_at__isnull=True).exclude(pk__in=keys)
        if not left.exists():
            raise LastOne(
                _("Nobody else would be left as %(role)s. Appoint another person first.")
                % {"role": role.label}
            )
