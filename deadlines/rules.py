"""Which version of a rule applies on a day, and what it makes of an instant."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.dates import local_day
from deadlines import counting
from deadlines.calendar import HANOI, Calendar, is_weekend
from deadlines.models import LimitRule
from deadlines.wording import day_text

#: The rule of limits whose last day the document itself names; nothing is counted under it.
BY_DATE = "task_by_date"
#: Rule → the calendar days from its start beyond which no extension reaches.
MOST_DAYS = {"responsibility_processing": 150}


class NoSuchRule(Refused):
    """No version of the rule was in force on that day."""


class NotALastDay(Refused):
    """The day named in the document is past or not worked."""


class DateNeeded(Refused):
    """Under this rule the document names the last day, and none is given."""


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


def due_at(
    calendar: Calendar, rule: LimitRule, started_at: datetime, *, last_day: date | None = None
) -> datetime:
    """The exclusive end, in UTC, of a limit that starts at an instant.

    ``last_day`` is the day named in the document, for the rule ``task_by_date`` and no other: the
    limit ends at 24:00 of it. Raises ``NotALastDay`` when it is past or not worked and
    ``CalendarNotPublished`` when nobody has published it. Bộ luật Dân sự 2015, Điều 148 khoản 1,
    khoản 5 và khoản 6.
    """
    if last_day is not None and rule.code == BY_DATE:
        return named_end(calendar, last_day, today=local_day(started_at))
    _must_count(rule)
    if last_day is not None:
        raise ValueError(f"The rule {rule.code} counts its days; it takes no last day.")
    return counting.due_at(
        calendar,
        started_at,
        rule.amount,
        counting.Unit(rule.unit),
        after_hours_from=rule.closing_time,
    )


def explain(
    calendar: Calendar, rule: LimitRule, started_at: datetime, *, last_day: date | None = None
) -> counting.Explanation:
    """Every day from the event to the end, with its part in the count.

    Under ``task_by_date`` the working days to ``last_day``, the day named in the document, are
    numbered as people will ask, though the date and not their number makes the end.
    """
    if last_day is not None and rule.code == BY_DATE:
        return _explain_named(calendar, started_at, last_day)
    _must_count(rule)
    return counting.explain(
        calendar,
        started_at,
        rule.amount,
        counting.Unit(rule.unit),
        after_hours_from=rule.closing_time,
    )


def last_day_after(calendar: Calendar, started_at: datetime, working_days: int) -> date:
    """The last day of "N ngày làm việc" that a document gives from an instant: 1 to 366 days.

    Raises what ``counting.last_day`` raises.
    """
    return counting.last_day(calendar, started_at, working_days, counting.Unit.WORKING_DAY)


def named_end(calendar: Calendar, last_day: date, *, today: date) -> datetime:
    """The exclusive end, in UTC, of the day that a document names; raises as ``due_at`` does."""
    if last_day < today:
        raise NotALastDay(_("%(day)s is past. Choose today or a later day.") % _day(last_day))
    if not calendar.is_working_day(last_day):
        raise NotALastDay(
            _("%(day)s is not a working day. Choose another.") % _day(last_day),
        )
    return datetime.combine(last_day + timedelta(days=1), time(), HANOI).astimezone(UTC)


def _must_count(rule: LimitRule) -> None:
    if rule.code == BY_DATE:
        raise DateNeeded(_("Under this rule the document names the last day; nothing is counted."))


def _explain_named(
    calendar: Calendar, started_at: datetime, last_day: date
) -> counting.Explanation:
    event_on, number, marks = local_day(started_at), 0, []
    for ahead in range((last_day - event_on).days + 1):
        day = event_on + timedelta(days=ahead)
        is_working = calendar.is_working_day(day)
        is_counted = is_working and day > event_on
        number += is_counted
        role = counting.Role.COUNTED if is_counted else counting.Role.SKIPPED
        marks.append(
            counting.DayMark(
                date=day,
                role=role if ahead else counting.Role.EVENT,
                number=number if is_counted else None,
                special=calendar.special(day),
                is_weekend=is_weekend(day),
                is_working=is_working,
                is_last=day == last_day,
            )
        )
    return counting.Explanation(
        started_at=started_at,
        event_on=event_on,
        deemed_on=event_on,
        amount=number,
        unit=counting.Unit.WORKING_DAY,
        days=tuple(marks),
        last_day=last_day,
        due_at=datetime.combine(last_day + timedelta(days=1), time(), HANOI).astimezone(UTC),
    )


def _day(day: date) -> dict[str, str]:
    return {"day": day_text(day)}
