"""Counting on calendars that nobody has written, against a walk over the days that all can read.

The calendars are drawn: nine months in which any day may differ from the Monday-to-Friday week. The
walk (:func:`naive_last_day`) is written from the articles, shares no code with ``deadlines``, and
knows neither tables nor instants, only local days.
"""

import datetime as dt
import random
import re
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deadlines.calendar import Calendar, CalendarNotPublished, DayKind, SpecialDay
from deadlines.counting import (
    Role,
    Unit,
    due_at,
    explain,
    last_day,
    working_days_late,
    working_days_left,
)

from . import ONE_DAY, days_worked_by_the_table, official_calendar

pytestmark = pytest.mark.once

PLUS_SEVEN = dt.timezone(dt.timedelta(hours=7))
FIRST = dt.date(2025, 1, 1)
LENGTH = 280
DAYS = [FIRST + index * ONE_DAY for index in range(LENGTH)]
LAST = DAYS[-1]
ZONES = (dt.UTC, PLUS_SEVEN, ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/New_York"))
# Every full hour and the second before it: both sides of midnight and of every closing time drawn.
SECONDS = [hour * 3600 for hour in range(24)] + [hour * 3600 - 1 for hour in range(1, 25)]

MICROSECOND = dt.timedelta(microseconds=1)
LETTER_OF = {
    Role.EVENT: "E",
    Role.WAITING: "w",
    Role.DEEMED: "D",
    Role.COUNTED: "c",
    Role.SKIPPED: "s",
    Role.ROLLED: "r",
}
PROMISED_ORDER = {
    Unit.WORKING_DAY: re.compile("E(w*D)?[cs]*c"),
    Unit.CALENDAR_DAY: re.compile("E(w*D)?c+r*"),
}

ten_thousand = settings(max_examples=10_000)
two_thousand = settings(max_examples=2_000)


class Case(NamedTuple):
    """What one question is asked of. A calendar is the days on which it differs from the plain
    week: a weekday that is off, a weekend day worked."""

    differing: set[int]
    day: int
    second: int
    zone: dt.tzinfo
    amount: int
    closing: dt.time | None
    other_day: int
    other_second: int


CLOSING_TIMES = (None, None, dt.time(0), dt.time(17), dt.time(23))


def decoded(drawn: bytes) -> Case:
    """Bytes are the cheapest thing to draw: two for each of the facts, then for each differing day
    its distance to the one before."""
    facts, gaps = drawn[:14], drawn[14:]
    day, second, zone, amount, closing, other_day, other_second = (
        int.from_bytes(facts[place : place + 2], "big") for place in range(0, 14, 2)
    )
    return Case(
        {index for index in accumulate(1 + gap % 50 for gap in gaps) if index < LENGTH},
        day % LENGTH,
        SECONDS[second % len(SECONDS)],
        ZONES[zone % len(ZONES)],
        1 + amount % 60,
        CLOSING_TIMES[closing % len(CLOSING_TIMES)],
        other_day % LENGTH,
        SECONDS[other_second % len(SECONDS)],
    )


cases = st.binary(min_size=14, max_size=28).map(decoded)
#: So many days from the beginning that the longest limit drawn ends within the calendar.
EARLY = 120


def early(day: int) -> int:
    return day % EARLY


def is_plain_working_day(day: dt.date) -> bool:
    return day.weekday() < 5


def build(differing: set[int]) -> Calendar:
    return Calendar(
        [
            SpecialDay(
                DAYS[index],
                DayKind.DAY_OFF if is_plain_working_day(DAYS[index]) else DayKind.MAKE_UP_DAY,
                "Ngày",
                "Công văn",
            )
            for index in differing
        ],
        FIRST,
        LAST,
    )


PLAIN_WEEKS = {day: is_plain_working_day(day) for day in DAYS}


def worked_days(differing: set[int]) -> dict[dt.date, bool]:
    worked = PLAIN_WEEKS.copy()
    for index in differing:
        worked[DAYS[index]] = not worked[DAYS[index]]
    return worked


def instant(day: int, second: int, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Local second ``second`` of day number ``day``, seen from ``zone``."""
    local = dt.datetime.combine(DAYS[day], dt.time(), PLUS_SEVEN) + dt.timedelta(seconds=second)
    return local.astimezone(zone)


def naive_last_day(
    worked: dict[dt.date, bool],
    local: dt.datetime,
    amount: int,
    unit: Unit,
    closing: dt.time | None = None,
) -> dt.date:
    """The last day of a limit whose event happens at the wall clock of Hanoi ``local``. KeyError
    outside the calendar.

    Bộ luật Dân sự 2015: the day of the event is not counted (Điều 147 khoản 3); a last day that is
    off gives way to the next working day (Điều 148 khoản 5).
    """
    day = local.date()
    if closing is not None and (not worked[day] or local.time() >= closing):
        day += ONE_DAY
        while not worked[day]:
            day += ONE_DAY
    worked[day]  # the day of the event must be published too
    remaining = amount
    while remaining > 0:
        day += ONE_DAY
        if worked[day] or unit == "calendar_day":
            remaining -= 1
    while not worked[day]:
        day += ONE_DAY
    return day


def midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=PLUS_SEVEN) + ONE_DAY


@ten_thousand
@given(cases)
@example(Case(set(), LENGTH - 1, 0, dt.UTC, 1, None, 0, 0))
@example(Case(set(), LENGTH - 1, 86_399, dt.UTC, 1, dt.time(17), 0, 0))
@example(Case({0, 1, 2}, 0, 0, PLUS_SEVEN, 1, dt.time(17), 0, 0))
def test_equals_a_walk_over_the_days_or_is_refused_where_the_walk_falls_off(case: Case) -> None:
    calendar, worked = build(case.differing), worked_days(case.differing)
    amount, closing = case.amount, case.closing
    started_at = instant(case.day, case.second, case.zone)
    wall_clock = started_at.astimezone(PLUS_SEVEN).replace(tzinfo=None)
    for unit in Unit:
        try:
            expected = naive_last_day(worked, wall_clock, amount, unit, closing)
        except KeyError:
            for question in (due_at, last_day, explain):
                with pytest.raises(CalendarNotPublished):
                    question(calendar, started_at, amount, unit, after_hours_from=closing)
        else:
            result = due_at(calendar, started_at, amount, unit, after_hours_from=closing)
            assert result == midnight_after(expected)


@ten_thousand
@given(cases)
def test_a_rest_day_more_never_ends_earlier_and_a_make_up_day_more_never_later(case: Case) -> None:
    worked = worked_days(case.differing)
    calendar = build(case.differing)
    changed, started_at = early(case.other_day), instant(early(case.day), case.second)
    for change, more_rest in (
        (next(index for index in range(changed, LENGTH) if worked[DAYS[index]]), True),
        (next(index for index in range(changed, LENGTH) if not worked[DAYS[index]]), False),
    ):
        other = build(case.differing ^ {change})
        for unit in Unit:
            before, after = (
                due_at(each, started_at, case.amount, unit, after_hours_from=case.closing)
                for each in (calendar, other)
            )
            assert after >= before if more_rest else after <= before


@ten_thousand
@given(cases)
def test_a_later_start_never_ends_earlier(case: Case) -> None:
    calendar, amount, closing = build(case.differing), case.amount, case.closing
    earlier, later = sorted(
        (
            instant(early(case.day), case.second),
            instant(early(case.other_day), case.other_second),
        )
    )
    for unit in Unit:
        assert due_at(calendar, earlier, amount, unit, after_hours_from=closing) <= due_at(
            calendar, later, amount, unit, after_hours_from=closing
        )


@two_thousand
@given(cases)
def test_ends_with_the_midnight_of_a_working_day_after_the_event(case: Case) -> None:
    calendar, worked = build(case.differing), worked_days(case.differing)
    day, amount, closing = early(case.day), case.amount, case.closing
    started_at = instant(day, case.second, case.zone)
    first_instant, last_instant = instant(day, 0), instant(day, 86_400) - MICROSECOND
    for unit in Unit:
        result = due_at(calendar, started_at, amount, unit, after_hours_from=closing)
        assert result.tzinfo is dt.UTC
        assert (result.hour, result.minute, result.second, result.microsecond) == (17, 0, 0, 0)
        assert result - started_at > amount * ONE_DAY
        ends_on = last_day(calendar, started_at, amount, unit, after_hours_from=closing)
        assert midnight_after(ends_on) == result
        assert worked[ends_on]
        if closing is None:
            assert due_at(calendar, first_instant, amount, unit) == result
            assert due_at(calendar, last_instant, amount, unit) == result


@two_thousand
@given(cases)
def test_the_explanation_agrees_and_leaves_no_day_out(case: Case) -> None:
    calendar, worked = build(case.differing), worked_days(case.differing)
    day, amount, closing = early(case.day), 1 + case.amount % 10, case.closing
    started_at = instant(day, case.second)
    for unit in Unit:
        explanation = explain(calendar, started_at, amount, unit, after_hours_from=closing)
        marks = explanation.days

        assert explanation.due_at == due_at(
            calendar, started_at, amount, unit, after_hours_from=closing
        )
        assert midnight_after(explanation.last_day) == explanation.due_at
        assert explanation.event_on == DAYS[day]

        # Every day from the event to the end, once, in order; the last one and no other says so.
        assert [mark.date for mark in marks] == DAYS[day : day + len(marks)]
        assert marks[-1].date == explanation.last_day
        assert [mark.is_last for mark in marks] == [False] * (len(marks) - 1) + [True]

        # The numbers run from 1 to the amount, on counted days and nowhere else.
        numbers = [mark.number for mark in marks if mark.number is not None]
        assert numbers == list(range(1, amount + 1))

        # The roles come in the promised order.
        letters = "".join(LETTER_OF[mark.role] for mark in marks)
        assert PROMISED_ORDER[unit].fullmatch(letters), letters
        assert ("D" in letters) == (explanation.deemed_on != explanation.event_on)

        for mark in marks:
            assert mark.is_working == worked[mark.date]
            assert mark.is_weekend == (mark.date.weekday() in (5, 6))
            assert (mark.special is not None) == (mark.is_working == mark.is_weekend)
            assert (mark.number is not None) == (mark.role is Role.COUNTED)
            if mark.role is Role.DEEMED:
                assert mark.date == explanation.deemed_on
                assert mark.is_working
            elif mark.role is Role.COUNTED:
                assert mark.is_working or unit is Unit.CALENDAR_DAY
            elif mark.role in (Role.SKIPPED, Role.WAITING):
                assert not mark.is_working
            elif mark.role is Role.ROLLED:
                assert mark.is_working == mark.is_last


@settings(max_examples=500)
@given(cases)
def test_adding_any_number_of_working_days_equals_a_walk(case: Case) -> None:
    """Every number of days that stays in the calendar, forwards and backwards: 200 to a case."""
    calendar, worked, day = build(case.differing), worked_days(case.differing), case.day
    start = DAYS[day]
    later = [each for each in DAYS[day + 1 :] if worked[each]]
    earlier = [each for each in reversed(DAYS[:day]) if worked[each]]
    for n, expected in enumerate(later, 1):
        assert calendar.add_working_days(start, n) == expected
        assert calendar.working_days_between(start, expected) == n
    for n, expected in enumerate(earlier, 1):
        assert calendar.add_working_days(start, -n) == expected
    for n in (len(later) + 1, -len(earlier) - 1):
        with pytest.raises(CalendarNotPublished):
            calendar.add_working_days(start, n)


@two_thousand
@given(cases)
def test_left_and_late_equal_a_count_of_days(case: Case) -> None:
    calendar = build(case.differing)
    worked = worked_days(case.differing)
    ends_on, today = case.other_day, case.day
    bound = midnight_after(DAYS[ends_on])
    now = instant(today, case.second)
    left = sum(worked[day] for day in DAYS[today + 1 : ends_on + 1])
    late = sum(worked[day] for day in DAYS[ends_on + 1 : today + 1])
    assert working_days_left(calendar, now, bound) == left
    assert working_days_late(calendar, bound, now) == late
    assert left == 0 or late == 0
    assert calendar.working_days_between(DAYS[today], DAYS[ends_on]) == left - late


@pytest.mark.parametrize("closing", [None, dt.time(17)])
@pytest.mark.parametrize("unit", list(Unit))
def test_every_day_of_two_years_on_the_delivered_calendar(
    unit: Unit, closing: dt.time | None
) -> None:
    """Every day of 2025 and 2026 as the day of the event: at every full hour and the second before
    it, one second past midnight, the last microsecond, and at instants drawn with a fixed seed.

    With "a later start never ends earlier" and the same result at the first and the last
    microsecond of a day, this covers every instant of the two years.
    """
    calendar, worked = official_calendar(), days_worked_by_the_table()
    draw = random.Random(20261125)
    day, end = dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)
    while day < end:
        instants = [day + dt.timedelta(seconds=second) for second in SECONDS]
        instants += [day + dt.timedelta(seconds=1), day + ONE_DAY - MICROSECOND]
        instants += [day + draw.randrange(86_400_000_000) * MICROSECOND for _ in range(3)]
        for local in instants:
            started_at = (local - dt.timedelta(hours=7)).replace(tzinfo=dt.UTC)
            for amount in (1, 2, 5, 15):
                expected = midnight_after(naive_last_day(worked, local, amount, unit, closing))
                found = due_at(calendar, started_at, amount, unit, after_hours_from=closing)
                assert found == expected, (local, amount)
        day += ONE_DAY
