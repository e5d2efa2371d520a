"""The verbs of people: open and close an account, appoint, end an appointment."""

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, User
from accounts.refusals import Refused
from accounts.roles import Role
from agencies.models import Agency, InternalUnit
from agencies.text import normalise
from ledger import recording

#: Roles that propose, and roles that decide on proposals: nobody holds both on one day.
PROPOSING = frozenset({Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR})
DECIDING = frozenset({Role.CITY_LEADER})


class AppointmentRefused(Refused):
    """The post does not fit the agency, the dates or the person's other posts."""


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
    """Close an account: its sessions end with the next request, its history stays."""
    with recording.recorded():
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
    """Give a person a post from one local date, with the rights that its role carries."""
    _check(user, role, agency, started_on, ended_on)
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
    appointment: Appointment, *, ended_on: date, reason: str, by: Actor, now: datetime
) -> None:
    """End a post with a local date, that day included. Who held it until then stays on record."""
    if ended_on < appointment.started_on:
        raise AppointmentRefused(_("A post cannot end before it began."))
    with recording.recorded():
        before = appointment.ended_on
        appointment.ended_on = ended_on
        appointment.save(update_fields=["ended_on"])
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


def _check(
    user: User, role: Role, agency: Agency | None, started_on: date, ended_on: date | None
) -> None:
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
    rivals = DECIDING if role in PROPOSING else PROPOSING if role in DECIDING else frozenset()
    together = user.appointments.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=started_on), role__in=rivals
    )
    if ended_on:
        together = together.filter(started_on__lte=ended_on)
    if together.exists():
        raise AppointmentRefused(
            _("Nobody may hold a post that proposes and a post that decides at the same time.")
        )
