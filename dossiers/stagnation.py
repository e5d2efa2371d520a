"""Dossiers on a desk without any act for a while ("om hồ sơ", domain.md §3.5 item 8).

A prompt to look, never an accusation: after N working days it is shown to the head of the unit that
holds the dossier, one working day later to the City Office. N depends on the urgency mark
(``STAGNATION_WORKING_DAYS``). The N days have passed when the last of them has ended: an act on a
Monday and N = 3 shows on Friday. Whatever stands still by order, waits for a meeting still to be
held or for opinions that are not due yet is left out.
"""

from datetime import datetime, time

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.querysets import HEAD_ROLES
from accounts.rights import reaches_city
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.calendar import CalendarNotPublished
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from dossiers.models import Consultation, Holding, Meeting, Urgency

_DESKS = Holding.Desk
#: Desks whose head is a City leader.
_LEADERS_DESKS = (_DESKS.LEADER, _DESKS.MEETING)


def idle_since(moment: Moment, *, later: int = 0) -> Q:
    """Among open intervals those without an act for N working days, or for so many more.

    The bounds are counted once, on the calendar; the database compares instants. Empty when the
    calendar does not reach back so far.
    """
    found = Q(pk__in=[])
    for days in sorted(set(settings.STAGNATION_WORKING_DAYS.values())):
        marks = [mark for mark, n in settings.STAGNATION_WORKING_DAYS.items() if n == days]
        try:
            first = moment.calendar.add_working_days(moment.today, -(days + later))
        except CalendarNotPublished:
            continue
        begin = datetime.combine(first, time(), timezone.get_default_timezone())
        found |= Q(dossier__urgency__in=marks, last_act_at__lt=begin)
    return found


def shown_to(by: Actor, moment: Moment) -> QuerySet[Holding]:
    """What this person is asked to look at, the longest without an act first."""
    at_once = Q(pk__in=[])
    heads = {post.agency_id for post in by.posts if post.role in HEAD_ROLES}
    if heads:
        at_once |= Q(agency__in=heads)
    if by.holds(Role.CITY_LEADER):
        at_once |= Q(desk__in=_LEADERS_DESKS)
    wanted = Q(idle_since(moment), at_once)
    if reaches_city(by, "stagnation_view"):
        wanted |= idle_since(moment, later=1)
    return (
        Holding.objects.lying(by)
        .filter(wanted)
        .exclude(_stands_still(moment))
        .select_related("dossier__agency", "agency", "unit", "person")
        .order_by("last_act_at", "pk")
    )


def working_days_idle(holding: Holding, moment: Moment) -> int | None:
    """The whole working days that have passed since the last act; ``None`` beyond the calendar."""
    calendar = moment.calendar
    try:
        days = calendar.working_days_between(local_day(holding.last_act_at), moment.today)
        return max(0, days - calendar.is_working_day(moment.today))
    except CalendarNotPublished:
        return None


def thresholds() -> list[tuple[str, int]]:
    """Urgency marks in words with their number of working days, for the page."""
    return [(Urgency(mark).label, n) for mark, n in settings.STAGNATION_WORKING_DAYS.items()]


def _stands_still(moment: Moment) -> Q:
    """Suspended by a leader, before its meeting, or while asked agencies still have time."""
    suspended = TimeLimit.objects.filter(
        subject_code=OuterRef("dossier__code"),
        met_at__isnull=True,
        suspended_until__gte=moment.today,
    )
    meeting = Meeting.objects.filter(
        dossier=OuterRef("dossier"), held_at__isnull=True, planned_at__gte=moment.now
    )
    asked = Consultation.objects.filter(
        dossier=OuterRef("dossier"),
        answered_at__isnull=True,
        silent_at__isnull=True,
        time_limit__due_at__gt=moment.now,
    )
    return (
        Exists(suspended)
        | Q(Exists(meeting), desk=_DESKS.MEETING)
        | Q(Exists(asked), desk=_DESKS.CONSULTED)
    )
