"""A limit whose last day stands in the document: it ends at 24:00 of it, and the strip says so."""

import datetime as dt

import pytest

from agencies.dates import local_day
from deadlines import rules, strips
from deadlines import transitions as limits
from deadlines.calendar import CalendarNotPublished
from deadlines.models import TimeLimit
from deadlines.published import published
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 12, 7)


def started(world, last_day: dt.date, at: dt.datetime = NOW) -> TimeLimit:
    return world.limit(at, rule_code=rules.BY_DATE, last_day=last_day)


class TestTheEnd:
    @pytest.mark.parametrize("day", [NOW.date(), dt.date(2026, 11, 26), MONDAY])
    def test_is_the_midnight_after_the_day_named(self, world, day):
        limit = started(world, day)
        assert limit.due_at == hanoi(day.year, day.month, day.day) + dt.timedelta(days=1)
        assert (limit.due_on, limit.first_due_at) == (day, limit.due_at)

    @pytest.mark.parametrize(
        "day", [dt.date(2026, 11, 23), dt.date(2026, 11, 28), dt.date(2027, 1, 1)]
    )
    def test_a_day_past_or_off_is_refused(self, world, day):
        with pytest.raises(rules.NotALastDay):
            started(world, day)
        assert not TimeLimit.objects.exists()

    def test_beyond_the_calendar_nothing_is_guessed(self, world):
        with pytest.raises(CalendarNotPublished):
            started(world, dt.date(2031, 1, 6))

    def test_a_make_up_saturday_is_a_day_like_others(self, world):
        calendar = published().calendar
        days = (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365))
        saturday = next(d for d in days if d.weekday() == 5 and calendar.is_working_day(d))
        end = rules.named_end(calendar, saturday, today=saturday)
        assert local_day(end) == saturday + dt.timedelta(days=1)


class TestTheRule:
    def test_counts_nothing_without_a_date(self, world):
        with pytest.raises(rules.DateNeeded):
            world.limit(rule_code=rules.BY_DATE)

    def test_other_rules_take_no_date(self, world):
        with pytest.raises(ValueError, match="takes no last day"):
            world.limit(last_day=MONDAY)

    def test_working_days_of_a_document_are_counted_like_those_of_a_rule(self, world):
        two = rules.last_day_after(published().calendar, NOW, 2)
        assert two == world.limit(NOW).due_on


class TestTheStrip:
    def strip(self, limit: TimeLimit) -> strips.Strip:
        return strips.for_limit(limit, now=NOW, calendar=published().calendar)

    def test_marks_every_day_and_numbers_the_working_days(self, world):
        strip = self.strip(started(world, MONDAY))
        assert [day.role for day in strip.days[:4]] == ["event", "counted", "counted", "skipped"]
        assert [day.number for day in strip.days if day.number] == [*range(1, 9)]
        assert [day.date for day in strip.days if day.is_last] == [MONDAY]
        assert strip.revisions == []

    def test_says_that_the_date_was_given_and_not_counted(self, world):
        sentence = self.strip(started(world, MONDAY)).sentence
        assert "T2 07/12/2026" in sentence
        assert "Điều 148" in sentence
        assert "8 " in sentence

    def test_the_same_day_is_one_cell(self, world):
        [day] = self.strip(started(world, NOW.date())).days
        assert (day.role, day.is_last) == ("event", True)

    def test_half_a_year_is_said_in_numbers(self, world):
        strip = self.strip(started(world, dt.date(2027, 6, 1)))
        assert strip.days == []
        assert "01/06/2027" in strip.due_text


class TestHandingOver:
    def test_is_refused_once_the_limit_is_met(self, world):
        limit, by = started(world, MONDAY), world.by(world.hung)
        limits.hand_to(limit, unit=None, officer=world.lan, by=by, now=NOW)
        assert TimeLimit.objects.get().officer == world.lan
        limits.meet(limit, by=by, now=NOW)
        with pytest.raises(limits.AlreadyMet):
            limits.hand_to(limit, unit=None, officer=None, by=by, now=NOW)
        assert TimeLimit.objects.get().officer == world.lan
