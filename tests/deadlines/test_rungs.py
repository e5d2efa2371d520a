"""Where rungs lie, and what a rule may hold."""

from datetime import date, timedelta

import pytest

from deadlines import rungs
from deadlines.calendar import CalendarNotPublished
from deadlines.published import published
from deadlines.rungs import USUAL, BadRungs, Rung, Told
from tests.world import hanoi

DAY = timedelta(days=1)


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("days", [-7, -2, -1, 0, 1, 2, 3, 8])
def test_the_reach_of_a_day_holds_exactly_the_last_days_whose_rung_has_passed(days):
    """Every last day around every day of two years, Tết and swapped Saturdays among them; days that
    are not worked too."""
    calendar = published().calendar
    today = date(2026, 1, 1)
    while today <= calendar.last_day + 40 * DAY:
        reached = rungs.reach(calendar, today, days)
        night = rungs.begin_of(today)
        for shift in (*range(-3, 4),):
            due_on = reached + shift * DAY
            if due_on > calendar.last_day:
                continue
            try:
                passed = rungs.passes_at(calendar, due_on, days) <= night
            except CalendarNotPublished:
                passed = False
            assert passed == (due_on <= reached), (today, due_on)
        today += DAY


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due_on", "days", "at"),
    [
        (date(2026, 11, 27), -1, hanoi(2026, 11, 26)),
        (date(2026, 11, 27), 0, hanoi(2026, 11, 27)),
        (date(2026, 11, 27), 1, hanoi(2026, 12, 1)),
        (date(2026, 11, 25), -1, hanoi(2026, 11, 23)),  # the 24th is off
        (date(2027, 2, 11), -1, hanoi(2027, 2, 3)),  # the last working day before Tết
        (date(2026, 8, 24), -1, hanoi(2026, 8, 22)),  # a Saturday that is worked
    ],
)
def test_when_a_rung_passes(due_on, days, at):
    assert rungs.passes_at(published().calendar, due_on, days) == at


class TestReading:
    def test_what_is_stored_is_read_as_it_was(self):
        assert rungs.read(rungs.stored(USUAL)) == USUAL
        assert rungs.read([]) == ()

    def test_lowest_first(self):
        mixed = [{"days": 3, "tells": ["leaders"]}, {"days": -1, "tells": ["officer"]}]
        assert [rung.days for rung in rungs.read(mixed)] == [-1, 3]

    @pytest.mark.parametrize(
        "spoilt",
        [
            ["mai"],
            7,
            [-1, 0],
            [{"days": 1}],
            [{"days": 1, "tells": []}],
            [{"days": 1, "tells": ["everybody"]}],
            [{"days": "1", "tells": ["head"]}],
            [{"days": 61, "tells": ["head"]}],
            [{"days": 1, "tells": ["head"]}, {"days": 1, "tells": ["office"]}],
        ],
    )
    def test_what_is_no_ladder_is_refused(self, spoilt):
        with pytest.raises(BadRungs):
            rungs.read(spoilt)

    def test_an_equal_rung_is_equal(self):
        assert rungs.checked([Rung(1, (Told.HEAD,))]) == (Rung(1, (Told.HEAD,)),)
