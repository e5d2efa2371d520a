"""When a time limit ends, why it ends then, and how far away that is in working days.

The rules are those of Bộ luật Dân sự 2015 (Luật 91/2015/QH13), Chương IX, which apply where the
text that sets the limit does not count differently (Điều 145):

- the day of the event that starts the limit is not counted (Điều 147 khoản 2 và khoản 3);
- the limit ends at the end of its last day, which is 24:00 (Điều 148 khoản 1 và khoản 6);
- a limit whose last day is a day off ends at the end of the next working day (Điều 148 khoản 5).

Days are days in Hanoi. The end is given as the following midnight, an *exclusive* bound: met at
``due_at`` or later is late. People are told the day: "hết ngày 25/11/2026".

Pure Python: no database, no settings, no clock on the wall. A day nobody has published raises
:class:`~deadlines.calendar.CalendarNotPublished`; a naive datetime raises ValueError.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deadlines.calendar import Calendar, SpecialDay, is_weekend, local_date, local_time

MAX_AMOUNT: Final = 366
"""The longest limit, in days of either unit. A longer one is a typing error; "in months" is another
rule."""

_ONE_DAY: Final = dt.timedelta(days=1)
_ONE_MICROSECOND: Final = dt.timedelta(microseconds=1)


class Unit(StrEnum):
    """What a time limit counts."""

    WORKING_DAY = "working_day"
    """Ngày làm việc: "02 ngày làm việc". Weekends and days off are passed over, make-up days
    count."""

    CALENDAR_DAY = "calendar_day"
    """Ngày: "02 ngày". Every day counts; only the last one must be a working day or roll forward to
    one."""


# Reading a member through its class costs more than the rest of the comparison.
_WORKING_DAY: Final = Unit.WORKING_DAY
_CALENDAR_DAY: Final = Unit.CALENDAR_DAY


def due_at(
    calendar: Calendar,
    started_at: dt.datetime,
    amount: int,
    unit: Unit,
    *,
    after_hours_from: dt.time | None = None,
) -> dt.datetime:
    """The instant, in UTC, at which a limit of ``amount`` units that started at ``started_at`` has
    run out.

    Always a local midnight, and the first instant that is too late. ``started_at`` is aware, in any
    zone.

    Without ``after_hours_from`` (the default) nine in the morning and nine in the evening give the
    same due date, since the day of the event is not counted. With it, an event at or after that
    local time, or on a day that is not worked, is deemed to happen on the next working day, which
    then is the day that is not counted.

    ValueError for a naive ``started_at``, an ``amount`` outside 1 to 366 or an unknown unit.
    CalendarNotPublished if the day of the event, the last day or any day between them is not
    published.

    Bộ luật Dân sự 2015, Điều 147 khoản 3, Điều 148 khoản 1, 5 và 6.
    """
    if not 1 <= amount <= MAX_AMOUNT:
        raise ValueError(f"a time limit has 1 to {MAX_AMOUNT} days, not {amount!r}")
    try:
        # Two aware datetimes: Python subtracts instants, whatever the zone. Days floor towards the
        # past, so the last microsecond before the calendar begins has index -1 and is caught below.
        since_origin = started_at - calendar.origin
    except TypeError:
        raise ValueError(f"started_at must be an aware datetime, got {started_at!r}") from None
    index = since_origin.days
    if index < 0:
        raise calendar.not_published(index)
    try:
        if after_hours_from is not None:
            index = _deemed_index(calendar, since_origin, after_hours_from)
        if unit == _WORKING_DAY:
            return calendar.end_of_nth_working_day[calendar.working_days_through[index] + amount]
        if unit == _CALENDAR_DAY:
            return calendar.end_rolled_forward[index + amount]
    except IndexError:
        # The tables end where the calendar ends. Either the event is beyond it, or the last day is.
        raise calendar.not_published(max(index, len(calendar.working_days_through))) from None
    raise ValueError(f"unknown unit: {unit!r}")


def last_day(
    calendar: Calendar,
    started_at: dt.datetime,
    amount: int,
    unit: Unit,
    *,
    after_hours_from: dt.time | None = None,
) -> dt.date:
    """The last day of the limit, as people are told it: "hết ngày 25/11/2026". Arguments and errors
    of :func:`due_at`.

    Always a working day.
    """
    return last_day_before(
        due_at(calendar, started_at, amount, unit, after_hours_from=after_hours_from)
    )


def last_day_before(due_at: dt.datetime) -> dt.date:
    """The local day on which a limit with the exclusive bound ``due_at`` ends: the day before that
    midnight.

    For a bound that is not a midnight (a limit extended to an hour) it is the day of that hour.
    """
    # First to Hanoi, then back: arithmetic in a zone with summer time may be an hour off.
    return (local_time(due_at) - _ONE_MICROSECOND).date()


def _deemed_index(calendar: Calendar, since_origin: dt.timedelta, closing: dt.time) -> int:
    """The index of the day on which the event is deemed to happen; IndexError if that is not
    published."""
    if closing.tzinfo is not None:
        raise ValueError(f"after_hours_from is a local time without zone, got {closing!r}")
    index = since_origin.days
    through = calendar.working_days_through
    is_working = through[index] > (through[index - 1] if index else 0)
    closing_second = closing.hour * 3600 + closing.minute * 60 + closing.second
    if is_working and (since_origin.seconds, since_origin.microseconds) < (
        closing_second,
        closing.microsecond,
    ):
        return index
    return calendar.next_working_index[index]


class Role(StrEnum):
    """What a day does in a time limit. Each day of an :class:`Explanation` has exactly one role."""

    EVENT = "event"
    """The local day of the event. Not counted. Always the first day, and the only one with this
    role."""

    WAITING = "waiting"
    """Only with after-hours receipt: a day off strictly between the event and its deemed day. Not
    counted."""

    DEEMED = "deemed"
    """Only with after-hours receipt: the working day on which the event is deemed to happen. Not
    counted. At most one, and then the last day before counting starts."""

    COUNTED = "counted"
    """A day of the limit; it carries its number, 1 to ``amount``. With calendar days it may be a
    day off."""

    SKIPPED = "skipped"
    """A weekend or day off that a limit in working days passes over. Only with working days."""

    ROLLED = "rolled"
    """After day number ``amount`` fell on a day off: the days off that follow it, and the working
    day that finally ends the limit (Điều 148 khoản 5). Carries no number. Only with calendar
    days."""


@dataclass(frozen=True, slots=True)
class DayMark:
    """One day of an explanation: one cell of the strip.

    ``number`` is set exactly on counted days. ``special`` is the announcement (name, legal source)
    that makes the day differ from its weekday: a day off when ``is_working`` is false, a make-up
    day when it is true. ``is_weekend`` says Saturday or Sunday, worked or not. ``is_last`` is true
    for exactly one day, the last of the explanation: the limit ends when that day ends. It is
    counted, or rolled if day number ``amount`` was a day off.
    """

    date: dt.date
    role: Role
    number: int | None
    special: SpecialDay | None
    is_weekend: bool
    is_working: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a limit ends when it does: every day from the event's to the last one, both inclusive, in
    order.

    ``started_at`` as it was asked, in its own zone. ``event_on`` is its local day; ``deemed_on`` is
    the day on which the event is deemed to happen, the same day unless after-hours receipt moved
    it. ``last_day`` and ``due_at`` are what the functions of those names return.

    The roles follow each other in this order: one EVENT, then (only if ``deemed_on`` differs) any
    WAITING and one DEEMED, then COUNTED days mixed with SKIPPED ones, then any ROLLED.
    """

    started_at: dt.datetime
    event_on: dt.date
    deemed_on: dt.date
    amount: int
    unit: Unit
    days: tuple[DayMark, ...]
    last_day: dt.date
    due_at: dt.datetime


def explain(
    calendar: Calendar,
    started_at: dt.datetime,
    amount: int,
    unit: Unit,
    *,
    after_hours_from: dt.time | None = None,
) -> Explanation:
    """The answer to "vì sao hạn này?". Arguments and errors of :func:`due_at`, whose result it
    takes over.

    Costs a walk over the days, a few microseconds each: for one limit on a page, not for a list.
    """
    ends_at = due_at(calendar, started_at, amount, unit, after_hours_from=after_hours_from)
    ends_on = last_day_before(ends_at)
    event_on = local_date(started_at)
    deemed_on = event_on
    if after_hours_from is not None:
        index = _deemed_index(calendar, started_at - calendar.origin, after_hours_from)
        deemed_on = calendar.first_day + dt.timedelta(days=index)

    marks = []
    counted = 0
    day = event_on
    while day <= ends_on:
        is_working = calendar.is_working_day(day)
        number = None
        if day == event_on:
            role = Role.EVENT
        elif day < deemed_on:
            role = Role.WAITING
        elif day == deemed_on:
            role = Role.DEEMED
        elif unit == Unit.WORKING_DAY and not is_working:
            role = Role.SKIPPED
        elif counted < amount:
            role = Role.COUNTED
            counted += 1
            number = counted
        else:
            role = Role.ROLLED
        marks.append(
            DayMark(
                date=day,
                role=role,
                number=number,
                special=calendar.special(day),
                is_weekend=is_weekend(day),
                is_working=is_working,
                is_last=day == ends_on,
            )
        )
        day += _ONE_DAY
    return Explanation(
        started_at=started_at,
        event_on=event_on,
        deemed_on=deemed_on,
        amount=amount,
        unit=Unit(unit),
        days=tuple(marks),
        last_day=ends_on,
        due_at=ends_at,
    )


def working_days_left(calendar: Calendar, now: dt.datetime, due_at: dt.datetime) -> int:
    """How many working days remain after today: "còn 2 ngày làm việc". Never negative.

    The working days from tomorrow (local) to the last day, inclusive. So it is 0 all through the
    last day ("hết hạn hôm nay"), and also once the limit is overdue: ask ``now >= due_at`` for
    that. On the Saturday before a limit that ends on Monday it is 1. CalendarNotPublished if today
    or the last day is not published and the limit still runs.
    """
    today, ends_on = local_date(now), last_day_before(due_at)
    if now >= due_at:
        return 0
    return calendar.working_days_between(today, ends_on)


def working_days_late(calendar: Calendar, due_at: dt.datetime, at: dt.datetime) -> int:
    """How many working days late something is at ``at``: "quá hạn 1 ngày làm việc". Never negative.

    The working days that have *begun* since the limit ended: those after the last day up to and
    including the local day of ``at``. So at 00:03 on the first working day after the last day it is
    1, whatever lies between. On a Saturday off after a limit that ended on Friday it is 0 although
    the limit is overdue: lateness in working days does not grow while nobody works. Whether it is
    overdue is the question ``at >= due_at``, never ``working_days_late(...) > 0``. Before
    ``due_at`` it is 0. CalendarNotPublished if it is overdue and either day is not published.
    """
    ended_on, today = last_day_before(due_at), local_date(at)
    if at < due_at:
        return 0
    return calendar.working_days_between(ended_on, today)
