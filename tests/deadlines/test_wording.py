"""The chip beside a limit: working days, in words, at any instant of its life."""

import datetime as dt

import pytest
from django.utils import translation

from deadlines.models import TimeLimit
from deadlines.wording import chip, day_text
from tests.world import hanoi

from . import official_calendar

CALENDAR = official_calendar()
INSTANT = dt.timedelta(microseconds=1)
#: Two working days from Wednesday 25/11/2026: the end of Friday.
DUE = hanoi(2026, 11, 28)


def limit(met_at: dt.datetime | None = None, due_at: dt.datetime = DUE) -> TimeLimit:
    due_on = (due_at - INSTANT).date()
    return TimeLimit(started_at=hanoi(2026, 11, 25, 9), due_at=due_at, due_on=due_on, met_at=met_at)


def say(now: dt.datetime, **facts) -> tuple[str, str]:
    with translation.override("en"):
        found = chip(limit(**facts), now=now, calendar=CALENDAR)
    return found.tone, found.text


@pytest.mark.parametrize(
    ("now", "tone", "text"),
    [
        (hanoi(2026, 11, 25, 9), "on_time", "2 working days left"),
        (hanoi(2026, 11, 25, 23, 59), "on_time", "2 working days left"),
        (hanoi(2026, 11, 26), "due_soon", "1 working day left"),
        (hanoi(2026, 11, 27), "due_today", "Due today, 24:00"),
        (DUE - INSTANT, "due_today", "Due today, 24:00"),
        (DUE, "overdue", "Overdue since the last working day"),
        (hanoi(2026, 11, 29, 23, 59), "overdue", "Overdue since the last working day"),
        (hanoi(2026, 11, 30), "overdue", "Overdue by 1 working day"),
        (hanoi(2026, 12, 4), "overdue", "Overdue by 5 working days"),
        (hanoi(2026, 12, 5), "overdue", "Overdue by 5 working days"),
        (hanoi(2026, 12, 7), "overdue_old", "Overdue by 6 working days"),
    ],
)
def test_open(now, tone, text):
    assert say(now) == (tone, text)


@pytest.mark.parametrize(
    ("met_at", "tone", "text"),
    [
        (hanoi(2026, 11, 25, 10), "met_early", "Done 2 working days early"),
        (hanoi(2026, 11, 26, 10), "met_early", "Done 1 working day early"),
        (hanoi(2026, 11, 27, 10), "met_early", "Done on time"),
        (DUE - INSTANT, "met_early", "Done on time"),
        (DUE, "met_late", "Done late"),
        (hanoi(2026, 11, 30, 0, 3), "met_late", "Done 1 working day late"),
        (hanoi(2026, 12, 2, 10), "met_late", "Done 3 working days late"),
    ],
)
def test_met(met_at, tone, text):
    assert say(hanoi(2026, 12, 20), met_at=met_at) == (tone, text)


def test_as_of_an_earlier_instant_what_was_met_later_is_still_open():
    met_at = hanoi(2026, 11, 30, 10)
    assert say(met_at - INSTANT, met_at=met_at)[0] == "overdue"
    assert say(met_at, met_at=met_at)[0] == "met_late"


def test_over_a_weekend_the_day_is_said_when_no_working_day_is_left_before_it():
    """A limit moved to the end of a Saturday that is off."""
    saturday = hanoi(2026, 11, 29)
    assert say(hanoi(2026, 11, 27, 9), due_at=saturday) == ("due_soon", "Due on T7 28/11/2026")


class TestBeyondTheCalendar:
    """Nobody has published the day: the chip says less, never something wrong."""

    FAR = hanoi(2028, 1, 5)

    def test_overdue(self):
        assert say(hanoi(2028, 1, 10)) == ("overdue", "Overdue")

    def test_running(self):
        now = hanoi(2027, 12, 28)
        assert say(now, due_at=self.FAR) == ("due_soon", "Due on T3 04/01/2028")

    def test_met(self):
        late = {"met_at": hanoi(2028, 1, 10)}
        assert say(hanoi(2028, 1, 11), **late) == ("met_late", "Done late")
        early = {"met_at": hanoi(2027, 12, 28), "due_at": self.FAR}
        assert say(hanoi(2028, 1, 11), **early) == ("met_early", "Done on time")


def test_tone_and_icon_are_never_alone():
    for now in (hanoi(2026, 11, 25, 9), hanoi(2026, 11, 27), DUE, hanoi(2026, 12, 20)):
        found = chip(limit(), now=now, calendar=CALENDAR)
        assert found.tone
        assert found.icon
        assert found.text


def test_a_day_as_officials_write_it():
    monday = dt.date(2026, 11, 23)
    written = [day_text(monday + dt.timedelta(days=n)) for n in range(7)]
    assert written[0] == "T2 23/11/2026"
    assert written[2] == "T4 25/11/2026"
    assert written[6] == "CN 29/11/2026"
