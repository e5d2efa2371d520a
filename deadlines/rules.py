"""Which version of a rule applies on a day, and what it makes of an instant."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from deadlines import counting
from deadlines.calendar import Calendar
from deadlines.models import LimitRule


class NoSuchRule(Refused):
    """No version of the rule was in force on that day."""


def rule_on(code: str, day: date) -> LimitRule:
    """The version of a rule in force on a local date: the latest that had begun by then."""
    rule = (
        LimitRule.objects.filter(code=code, valid_from__lte=day)
        .order_by("-valid_from", "-version")
        .first()
    )
    if rule is None:
        raise NoSuchRule(_("No rule “%(code)s” was in force on that day.") % {"code": code})
    return rule


def due_at(calendar: Calendar, rule: LimitRule, started_at: datetime) -> datetime:
    """The exclusive end, in UTC, of a limit that starts at an instant."""
    return counting.due_at(
        calendar,
        started_at,
        rule.amount,
        counting.Unit(rule.unit),
        after_hours_from=rule.closing_time,
    )


def explain(calendar: Calendar, rule: LimitRule, started_at: datetime) -> counting.Explanation:
    """Every day from the event to the end, with its part in the count."""
    return counting.explain(
        calendar,
        started_at,
        rule.amount,
        counting.Unit(rule.unit),
        after_hours_from=rule.closing_time,
    )
