"""Whose time limits are whose: a person's own desk, unit, or agency, for letters and calendars.

An officer's are those assigned to that person or to the person's unit; a head's and a records
clerk's those of the agency. What Home Affairs asks of one person, or recommends to an agency, is
seen narrowly: by whom it names, and the recommendation by the agency's head.
"""

from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.actors import Actor
from accounts.models import Appointment, User
from accounts.news import DUTY_CODES
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from deadlines.models import TimeLimit

DESK_ROLES = (*HEAD_ROLES, Role.AGENCY_CLERK, Role.OFFICE_CLERK)
UNIT_ROLES = (Role.AGENCY_OFFICER, Role.OFFICE_OFFICER)
_REMEDY = "KN-"

_NARROW = Q()
for _prefix in DUTY_CODES:
    _NARROW |= Q(subject_code__startswith=_prefix)


def owed_by(by: Actor) -> QuerySet[TimeLimit]:
    """Open limits of a person's own desk that the person may see."""
    at_desk = {post.agency_id for post in by.posts if post.role in DESK_ROLES}
    headed = {post.agency_id for post in by.posts if post.role in HEAD_ROLES}
    units = {post.unit_id for post in by.posts if post.role in UNIT_ROLES and post.unit_id}
    own = Q(officer=by.author.id) | ~_NARROW & (Q(agency__in=at_desk) | Q(unit__in=units))
    own |= Q(agency__in=headed, subject_code__startswith=_REMEDY)
    return TimeLimit.objects.visible_to(by).filter(own, met_at__isnull=True)


def people_owing(*, until: date, day: date, now: datetime) -> QuerySet[User]:
    """People whose desk has an open limit that is overdue or ends by a local date.

    A wider net than ``owed_by`` by the narrow view alone; a letter with nothing to say is dropped.
    """
    posts = Appointment.objects.in_force_on(day)
    desks = posts.filter(role__in=DESK_ROLES, agency=OuterRef("agency"))
    units = posts.filter(role__in=UNIT_ROLES, unit=OuterRef("unit"))
    pressing = TimeLimit.objects.filter(met_at__isnull=True, due_on__lte=until, started_at__lte=now)
    pressing = pressing.exclude(suspended_until__gte=day)
    agencies = pressing.filter(Exists(desks)).values("agency")
    in_units = pressing.filter(Exists(units), unit__isnull=False).values("unit")
    held = posts.filter(
        Q(role__in=DESK_ROLES, agency__in=agencies) | Q(role__in=UNIT_ROLES, unit__in=in_units)
    )
    officers = pressing.filter(officer__isnull=False).values("officer")
    return User.objects.filter(Q(pk__in=held.values("user")) | Q(pk__in=officers))


def pressing_first(limits: QuerySet[TimeLimit]) -> QuerySet[TimeLimit]:
    """What ends first on top, with what a line shows."""
    return limits.for_list().order_by(F("due_at"), "pk")
