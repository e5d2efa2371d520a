"""An inspection raised from overdue limits in one press: all that is known is filled in."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.actors import Actor
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.models import TimeLimit
from deadlines.published import published
from documents.forms.parts import count, day_month_year
from inspections.models import Inspection, TeamMember
from inspections.transitions.checking import Visit
from inspections.transitions.rows import Unfit
from inspections.transitions.visiting import prepare

MOST_NAMED = 50
SCOPE = (
    "Việc chấp hành thời hạn giải quyết hồ sơ, nhiệm vụ được giao; việc giải trình, bổ sung theo ý "
    "kiến chỉ đạo; trách nhiệm của người đứng đầu"
)


def overdue_of(agency: Agency, now: datetime) -> list[TimeLimit]:
    """The overdue limits of an agency, what ended first on top; those that Home Affairs itself set
    are left out."""
    found = (
        TimeLimit.objects.filter(agency=agency)
        .overdue(now)
        .exclude(subject_code__startswith="TN-")
        .exclude(subject_code__startswith="TT-")
        .select_related("rule", "head_at_start")
        .order_by("due_at", "pk")
    )
    return list(found)


def raise_from_overdue(agency: Agency, *, by: Actor, now: datetime) -> Inspection:
    """Prepare an unannounced inspection of an agency from its overdue limits: the person who
    presses leads it, the period begins with the oldest limit, the evidence names each of them. The
    director decides. Raises ``Unfit`` when nothing is overdue."""
    limits = overdue_of(agency, now)
    if not limits:
        raise Unfit(_("No time limit of %(agency)s is overdue now.") % {"agency": agency.name})
    return prepare(visit=visit_of(agency, limits, by=by, now=now), by=by, now=now)


def visit_of(agency: Agency, limits: list[TimeLimit], *, by: Actor, now: datetime) -> Visit:
    """What would be prepared, to show it before the press."""
    today = local_day(now)
    return Visit(
        agency=agency,
        trigger=Inspection.Trigger.SIGNAL,
        announced=False,
        scope=SCOPE,
        period_from=min(local_day(limit.started_at) for limit in limits),
        period_to=today,
        planned_on=_next_working_day(today),
        team=[(by.user, TeamMember.Part.LEAD)],
        evidence=_evidence(limits, now),
    )


def _evidence(limits: list[TimeLimit], now: datetime) -> str:
    """The limits as the file of the inspection keeps them; content, so in Vietnamese."""
    named = [
        f"{limit.subject_code} ({limit.rule.name}, hết ngày {day_month_year(limit.due_on)})"
        for limit in limits[:MOST_NAMED]
    ]
    more = len(limits) - len(named)
    rest = f"; và {count(more)} thời hạn khác" if more else ""
    day = day_month_year(local_day(now))
    return f"Rà soát ngày {day}: {count(len(limits))} thời hạn quá hạn: {'; '.join(named)}{rest}."


def _next_working_day(today: date) -> date:
    try:
        return published().calendar.add_working_days(today, 1)
    except CalendarNotPublished:
        return today + timedelta(days=1)
