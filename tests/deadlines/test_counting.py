"""The calendar and the counting, question by question. The real days are those of the delivered
calendar."""

import copy
import datetime as dt
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from deadlines.calendar import (
    HANOI,
    Calendar,
    CalendarNotPublished,
    DayKind,
    SpecialDay,
    is_weekend,
    local_date,
    read_special_days,
)
from deadlines.counting import (
    MAX_AMOUNT,
    DayMark,
    Explanation,
    Unit,
    due_at,
    explain,
    last_day,
    last_day_before,
    working_days_late,
    working_days_left,
)

from . import (
    CALENDAR_CSV,
    FIRST_PUBLISHED,
    LAST_PUBLISHED,
    ONE_DAY,
    days_worked_by_the_table,
    official_calendar,
)

pytestmark = pytest.mark.once

CALENDAR = official_calendar()
FIVE_PM = dt.time(17)
MICROSECOND = dt.timedelta(microseconds=1)


def hanoi(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    microsecond: int = 0,
) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, second, microsecond, HANOI)


def midnight_after(year: int, month: int, day: int) -> dt.datetime:
    return hanoi(year, month, day) + ONE_DAY


def off(year: int, month: int, day: int, name: str = "Nghỉ") -> SpecialDay:
    return SpecialDay(dt.date(year, month, day), DayKind.DAY_OFF, name, "Công văn")


def make_up(year: int, month: int, day: int) -> SpecialDay:
    return SpecialDay(dt.date(year, month, day), DayKind.MAKE_UP_DAY, "Làm bù", "Công văn")


class TestBuildingACalendar:
    def test_two_announcements_for_one_day_are_refused(self) -> None:
        with pytest.raises(ValueError, match="2026-09-02 is announced twice: 'Quốc khánh' and"):
            Calendar(
                [off(2026, 9, 2, "Quốc khánh"), off(2026, 9, 2, "Nghỉ bù")],
                FIRST_PUBLISHED,
                LAST_PUBLISHED,
            )

    def test_a_day_off_at_the_weekend_is_refused(self) -> None:
        with pytest.raises(ValueError, match="Saturday 2027-05-01 is off anyway"):
            Calendar([off(2027, 5, 1)], FIRST_PUBLISHED, LAST_PUBLISHED)

    def test_a_make_up_day_on_a_weekday_is_refused(self) -> None:
        with pytest.raises(ValueError, match="Friday 2026-01-09 is worked anyway"):
            Calendar([make_up(2026, 1, 9)], FIRST_PUBLISHED, LAST_PUBLISHED)

    def test_the_range_must_not_be_empty(self) -> None:
        with pytest.raises(ValueError, match="would end"):
            Calendar([], dt.date(2026, 1, 2), dt.date(2026, 1, 1))

    def test_years_with_another_time_zone_are_refused(self) -> None:
        with pytest.raises(ValueError, match="may not begin before 1976-01-01"):
            Calendar([], dt.date(1975, 12, 31), dt.date(2026, 1, 1))

    def test_a_year_still_being_entered_changes_nothing(self) -> None:
        calendar = Calendar([off(2027, 1, 1)], dt.date(2026, 1, 1), dt.date(2026, 12, 31))
        assert calendar.is_working_day(dt.date(2026, 12, 31))
        with pytest.raises(CalendarNotPublished):
            calendar.special(dt.date(2027, 1, 1))

    def test_one_working_day_is_enough(self) -> None:
        day = dt.date(2026, 1, 5)
        calendar = Calendar([], day, day)
        assert calendar.is_working_day(day)
        with pytest.raises(CalendarNotPublished):
            calendar.next_working_day(day)

    def test_no_working_day_at_all(self) -> None:
        calendar = Calendar([], dt.date(2026, 1, 3), dt.date(2026, 1, 4))
        assert calendar.working_days_between(dt.date(2026, 1, 3), dt.date(2026, 1, 4)) == 0
        for unit in Unit:
            with pytest.raises(CalendarNotPublished):
                due_at(calendar, hanoi(2026, 1, 3, 9), 1, unit)


class TestReadingTheTable:
    def test_the_delivered_table(self) -> None:
        with CALENDAR_CSV.open(encoding="utf-8", newline="") as lines:
            days = list(read_special_days(lines))
        assert len(days) == 97
        assert sum(day.kind is DayKind.MAKE_UP_DAY for day in days) == 4
        assert [day.date for day in days] == sorted(day.date for day in days)

    def test_the_grade_is_not_part_of_the_citation(self) -> None:
        special = CALENDAR.special(dt.date(2021, 2, 10))
        assert special is not None
        assert special.legal_source == "Công văn 9895/VPCP-KGVX ngày 26/11/2020"
        assert not special.provisional

    def test_days_known_from_reports_only_are_provisional(self) -> None:
        special = CALENDAR.special(dt.date(2027, 2, 4))
        assert special is not None
        assert special.provisional

    def test_a_source_without_grade_is_refused(self) -> None:
        with pytest.raises(ValueError, match="does not begin with a grade"):
            list(read_special_days(["date,kind,name,source", "2026-01-01,off,Tết,Công văn"]))

    def test_an_unknown_kind_is_refused(self) -> None:
        with pytest.raises(KeyError):
            list(read_special_days(["date,kind,name,source", "2026-01-01,half,Tết,[A] Công văn"]))

    @pytest.mark.parametrize(
        ("year", "working_days"),
        [
            (2020, 252),
            (2021, 250),
            (2022, 249),
            (2023, 249),
            (2024, 251),
            (2025, 250),
            (2026, 249),
            (2027, 249),
        ],
    )
    def test_working_days_of_the_year(self, year: int, working_days: int) -> None:
        new_year, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
        found = CALENDAR.working_days_between(new_year, end) + CALENDAR.is_working_day(new_year)
        assert found == working_days

    def test_every_published_day_against_the_file(self) -> None:
        for day, worked in days_worked_by_the_table().items():
            assert CALENDAR.is_working_day(day) == worked, day


class TestAskingTheCalendar:
    def test_an_ordinary_day_has_no_announcement(self) -> None:
        assert CALENDAR.special(dt.date(2026, 11, 23)) is None
        assert CALENDAR.is_working_day(dt.date(2026, 11, 23))

    def test_a_day_off_and_a_make_up_day(self) -> None:
        culture_day = CALENDAR.special(dt.date(2026, 11, 24))
        assert culture_day is not None
        assert culture_day.name == "Ngày Văn hóa Việt Nam"
        assert not CALENDAR.is_working_day(culture_day.date)
        assert CALENDAR.is_working_day(dt.date(2026, 8, 22))
        assert is_weekend(dt.date(2026, 8, 22))

    def test_working_days_between_counts_the_later_day_and_not_the_earlier(self) -> None:
        friday, saturday, monday = dt.date(2026, 6, 5), dt.date(2026, 6, 6), dt.date(2026, 6, 8)
        assert CALENDAR.working_days_between(friday, monday) == 1
        assert CALENDAR.working_days_between(saturday, monday) == 1
        assert CALENDAR.working_days_between(friday, saturday) == 0
        assert CALENDAR.working_days_between(friday, friday) == 0
        assert CALENDAR.working_days_between(monday, friday) == -1

    def test_next_working_day_is_strictly_later(self) -> None:
        assert CALENDAR.next_working_day(dt.date(2026, 6, 4)) == dt.date(2026, 6, 5)
        assert CALENDAR.next_working_day(dt.date(2026, 6, 5)) == dt.date(2026, 6, 8)
        assert CALENDAR.next_working_day(dt.date(2026, 2, 13)) == dt.date(2026, 2, 23)

    def test_adding_forwards_backwards_and_nothing(self) -> None:
        wednesday, saturday = dt.date(2026, 6, 3), dt.date(2026, 6, 6)
        assert CALENDAR.add_working_days(wednesday, 3) == dt.date(2026, 6, 8)
        assert CALENDAR.add_working_days(wednesday, -1) == dt.date(2026, 6, 2)
        assert CALENDAR.add_working_days(wednesday, -3) == dt.date(2026, 5, 29)
        assert CALENDAR.add_working_days(saturday, 1) == dt.date(2026, 6, 8)
        assert CALENDAR.add_working_days(saturday, -1) == dt.date(2026, 6, 5)
        assert CALENDAR.add_working_days(saturday, 0) == saturday

    def test_an_instant_is_not_a_day(self) -> None:
        """18:00 in London is already tomorrow in Hanoi: the date of a datetime must be asked
        for."""
        with pytest.raises(TypeError, match="a date is needed"):
            CALENDAR.is_working_day(dt.datetime(2026, 6, 5, 18, tzinfo=dt.UTC))

    @pytest.mark.parametrize("day", [dt.date(2019, 12, 31), dt.date(2028, 1, 1), dt.date.max])
    def test_nothing_is_said_about_a_day_that_is_not_published(self, day: dt.date) -> None:
        inside = dt.date(2026, 6, 5)
        for question in (
            lambda: CALENDAR.is_working_day(day),
            lambda: CALENDAR.special(day),
            lambda: CALENDAR.working_days_between(day, inside),
            lambda: CALENDAR.working_days_between(inside, day),
            lambda: CALENDAR.next_working_day(day),
            lambda: CALENDAR.add_working_days(day, 0),
            lambda: CALENDAR.add_working_days(day, -1),
        ):
            with pytest.raises(CalendarNotPublished) as caught:
                question()
            assert caught.value.day == day

    def test_nor_is_a_day_found_there(self) -> None:
        for start, n, day in (
            (dt.date(2027, 12, 30), 2, dt.date(2028, 1, 1)),
            (dt.date(2027, 12, 30), 10_000, dt.date(2028, 1, 1)),
            (dt.date(2020, 1, 2), -1, dt.date(2019, 12, 31)),
            (dt.date(2020, 1, 2), -10_000, dt.date(2019, 12, 31)),
        ):
            with pytest.raises(CalendarNotPublished) as caught:
                CALENDAR.add_working_days(start, n)
            assert caught.value.day == day

    def test_the_error_says_what_is_published_and_survives_copying(self) -> None:
        with pytest.raises(CalendarNotPublished) as caught:
            CALENDAR.is_working_day(dt.date(2028, 1, 26))
        # copy.copy() rebuilds the error from its arguments, as unpickling in another process does.
        for error in (caught.value, copy.copy(caught.value)):
            assert error.day == dt.date(2028, 1, 26)
            assert error.first_published == FIRST_PUBLISHED
            assert error.last_published == LAST_PUBLISHED
            assert "2028-01-26" in str(error)
            assert "2027-12-31" in str(error)


class TestTimeZone:
    def test_hanoi_has_had_one_offset_in_the_whole_published_range(self) -> None:
        zone = ZoneInfo("Asia/Ho_Chi_Minh")
        instant = dt.datetime.combine(FIRST_PUBLISHED, dt.time(), dt.UTC) - ONE_DAY
        end = dt.datetime.combine(LAST_PUBLISHED, dt.time(), dt.UTC) + 2 * ONE_DAY
        while instant < end:
            assert instant.astimezone(zone).utcoffset() == HANOI.utcoffset(None), instant
            instant += dt.timedelta(hours=6)

    def test_and_since_the_first_day_a_calendar_may_begin(self) -> None:
        zone = ZoneInfo("Asia/Ho_Chi_Minh")
        for days in range((LAST_PUBLISHED - dt.date(1976, 1, 1)).days):
            noon = dt.datetime(1976, 1, 1, 12, tzinfo=zone) + days * ONE_DAY
            assert noon.utcoffset() == HANOI.utcoffset(None), noon

    @pytest.mark.parametrize(
        "zone",
        [
            dt.UTC,
            HANOI,
            dt.timezone(dt.timedelta(hours=-11)),
            dt.timezone(dt.timedelta(hours=5, minutes=45)),
            ZoneInfo("Asia/Ho_Chi_Minh"),
            ZoneInfo("Europe/Paris"),
            ZoneInfo("America/New_York"),
        ],
        ids=str,
    )
    def test_the_zone_of_the_argument_does_not_matter(self, zone: dt.tzinfo) -> None:
        for started_at, expected in (
            (hanoi(2026, 6, 4, 0, 0), dt.date(2026, 6, 8)),
            (hanoi(2026, 6, 4, 6, 59), dt.date(2026, 6, 8)),
            (hanoi(2026, 6, 4, 23, 59, 59), dt.date(2026, 6, 8)),
            (hanoi(2026, 6, 5, 0, 0), dt.date(2026, 6, 9)),
            # The hour that Paris lives twice: both halves are 25 October in Hanoi.
            (hanoi(2026, 10, 25, 7, 30), dt.date(2026, 10, 27)),
            (hanoi(2026, 10, 25, 8, 30), dt.date(2026, 10, 27)),
        ):
            seen = started_at.astimezone(zone)
            assert last_day(CALENDAR, seen, 2, Unit.WORKING_DAY) == expected

    @pytest.fixture
    def _server_in_new_york(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "America/New_York")
            time.tzset()
            yield
        time.tzset()

    @pytest.mark.usefixtures("_server_in_new_york")
    def test_the_zone_of_the_server_does_not_matter(self) -> None:
        assert time.tzname[0] == "EST"
        calendar = official_calendar()
        started_at = dt.datetime(2026, 11, 20, 16, 59, tzinfo=dt.UTC)  # 23:59 in Hanoi
        ends_at = due_at(calendar, started_at, 2, Unit.WORKING_DAY)
        assert ends_at == midnight_after(2026, 11, 25)
        assert explain(calendar, started_at, 2, Unit.WORKING_DAY).event_on == dt.date(2026, 11, 20)
        assert working_days_late(calendar, ends_at, ends_at) == 1

    def test_local_date(self) -> None:
        assert local_date(dt.datetime(2026, 6, 4, 16, 59, tzinfo=dt.UTC)) == dt.date(2026, 6, 4)
        assert local_date(dt.datetime(2026, 6, 4, 17, 0, tzinfo=dt.UTC)) == dt.date(2026, 6, 5)
        with pytest.raises(ValueError, match="aware"):
            local_date(dt.datetime(2026, 6, 4))


class TestDueAt:
    def test_one_microsecond_decides_the_day(self) -> None:
        midnight = hanoi(2026, 6, 3)
        before = due_at(CALENDAR, midnight - MICROSECOND, 2, Unit.WORKING_DAY)
        after = due_at(CALENDAR, midnight, 2, Unit.WORKING_DAY)
        assert before == midnight_after(2026, 6, 4)
        assert after == midnight_after(2026, 6, 5)

    def test_is_in_utc(self) -> None:
        result = due_at(CALENDAR, hanoi(2026, 6, 3, 9), 2, Unit.WORKING_DAY)
        assert result.isoformat() == "2026-06-05T17:00:00+00:00"

    def test_the_unit_may_come_from_a_database(self) -> None:
        unit: Unit = "calendar_day"  # type: ignore[assignment]
        assert due_at(CALENDAR, hanoi(2026, 11, 20, 9), 2, unit) == midnight_after(2026, 11, 23)
        assert explain(CALENDAR, hanoi(2026, 11, 20, 9), 2, unit).unit is Unit.CALENDAR_DAY

    @pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1])
    def test_amounts_that_make_no_sense(self, amount: int) -> None:
        for unit in Unit:
            with pytest.raises(ValueError, match="1 to 366 days"):
                due_at(CALENDAR, hanoi(2026, 6, 3), amount, unit)

    def test_the_longest_amount(self) -> None:
        started_at = hanoi(2024, 2, 29, 9)
        ends_on = last_day(CALENDAR, started_at, MAX_AMOUNT, Unit.CALENDAR_DAY)
        assert ends_on == dt.date(2025, 3, 3)  # day 366 is Saturday 1 March
        assert CALENDAR.working_days_between(
            started_at.date(), last_day(CALENDAR, started_at, MAX_AMOUNT, Unit.WORKING_DAY)
        ) == (MAX_AMOUNT)

    @pytest.mark.parametrize("question", [due_at, last_day, explain])
    def test_naive_instants_are_refused(self, question: object) -> None:
        assert callable(question)
        with pytest.raises(ValueError, match="aware"):
            question(CALENDAR, dt.datetime(2026, 6, 3, 9), 2, Unit.WORKING_DAY)

    def test_an_unknown_unit_is_refused(self) -> None:
        unit: Unit = "hour"  # type: ignore[assignment]
        with pytest.raises(ValueError, match="unknown unit"):
            due_at(CALENDAR, hanoi(2026, 6, 3, 9), 2, unit)


class TestPublishedRange:
    """Invariant: no calendar, no guess."""

    @pytest.mark.parametrize("unit", list(Unit))
    def test_the_last_limit_that_can_be_counted(self, unit: Unit) -> None:
        started_at = hanoi(2027, 12, 29, 23, 59)
        assert due_at(CALENDAR, started_at, 2, unit) == hanoi(2028, 1, 1)
        with pytest.raises(CalendarNotPublished) as caught:
            due_at(CALENDAR, started_at + dt.timedelta(minutes=1), 2, unit)
        assert caught.value.day == dt.date(2028, 1, 1)

    @pytest.mark.parametrize("unit", list(Unit))
    def test_the_first(self, unit: Unit) -> None:
        first = hanoi(2020, 1, 1)
        assert due_at(CALENDAR, first, 1, unit) == midnight_after(2020, 1, 2)
        with pytest.raises(CalendarNotPublished) as caught:
            due_at(CALENDAR, first - MICROSECOND, 1, unit)
        assert caught.value.day == dt.date(2019, 12, 31)

    @pytest.mark.parametrize("unit", list(Unit))
    @pytest.mark.parametrize("closing", [None, FIVE_PM])
    @pytest.mark.parametrize(
        "started_at",
        [
            dt.datetime.min.replace(tzinfo=dt.UTC),
            dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=14))),
            hanoi(2019, 12, 31, 23, 59, 59),
            hanoi(2028, 1, 1),
            dt.datetime.max.replace(tzinfo=dt.UTC),
            dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-12))),
        ],
        ids=str,
    )
    def test_an_event_outside(
        self, started_at: dt.datetime, closing: dt.time | None, unit: Unit
    ) -> None:
        for question in (due_at, last_day, explain):
            with pytest.raises(CalendarNotPublished):
                question(CALENDAR, started_at, 2, unit, after_hours_from=closing)

    def test_rolling_forward_out_of_the_calendar(self) -> None:
        """Saturday is published, but not the Monday on which the limit would end."""
        calendar = Calendar([], dt.date(2026, 6, 1), dt.date(2026, 6, 6))
        with pytest.raises(CalendarNotPublished) as caught:
            due_at(calendar, hanoi(2026, 6, 4, 9), 2, Unit.CALENDAR_DAY)
        assert caught.value.day == dt.date(2026, 6, 7)

    def test_deemed_receipt_out_of_the_calendar(self) -> None:
        calendar = Calendar([], dt.date(2026, 6, 1), dt.date(2026, 6, 7))
        with pytest.raises(CalendarNotPublished):
            due_at(calendar, hanoi(2026, 6, 5, 18), 1, Unit.CALENDAR_DAY, after_hours_from=FIVE_PM)


class TestAfterHours:
    def ends_on(self, started_at: dt.datetime, unit: Unit = Unit.WORKING_DAY) -> dt.date:
        return last_day(CALENDAR, started_at, 2, unit, after_hours_from=FIVE_PM)

    def test_before_closing_time_nothing_moves(self) -> None:
        assert self.ends_on(hanoi(2026, 6, 3, 16, 59, 59, 999_999)) == dt.date(2026, 6, 5)

    def test_at_closing_time_it_is_the_next_day(self) -> None:
        assert self.ends_on(hanoi(2026, 6, 3, 17)) == dt.date(2026, 6, 8)
        assert self.ends_on(hanoi(2026, 6, 3, 23, 59, 59)) == dt.date(2026, 6, 8)
        assert self.ends_on(hanoi(2026, 6, 4, 0)) == dt.date(2026, 6, 8)

    def test_friday_evening_is_deemed_monday(self) -> None:
        assert self.ends_on(hanoi(2026, 6, 5, 17)) == dt.date(2026, 6, 10)
        assert self.ends_on(hanoi(2026, 6, 5, 17), Unit.CALENDAR_DAY) == dt.date(2026, 6, 10)

    @pytest.mark.parametrize("hour", [0, 9, 20])
    def test_a_day_off_is_deemed_the_next_working_day_at_any_hour(self, hour: int) -> None:
        assert self.ends_on(hanoi(2026, 6, 6, hour)) == dt.date(2026, 6, 10)
        assert self.ends_on(hanoi(2026, 11, 24, hour)) == dt.date(2026, 11, 27)

    def test_a_make_up_saturday_is_a_working_day(self) -> None:
        assert self.ends_on(hanoi(2026, 8, 22, 9)) == dt.date(2026, 8, 25)
        assert self.ends_on(hanoi(2026, 8, 22, 18)) == dt.date(2026, 8, 26)
        assert self.ends_on(hanoi(2026, 8, 21, 18)) == dt.date(2026, 8, 25)

    def test_the_first_day_of_the_calendar(self) -> None:
        """1 January 2020 is a day off; nothing before it may be looked at."""
        assert self.ends_on(hanoi(2020, 1, 1, 9)) == dt.date(2020, 1, 6)
        monday = Calendar([], dt.date(2026, 6, 1), dt.date(2026, 6, 30))
        ends_at = due_at(
            monday, hanoi(2026, 6, 1, 9), 1, Unit.WORKING_DAY, after_hours_from=FIVE_PM
        )
        assert ends_at == midnight_after(2026, 6, 2)

    def test_closing_time_with_minutes_seconds_and_microseconds(self) -> None:
        closing = dt.time(16, 30, 15, 500)
        for clock, expected in (
            ((16, 30, 15, 499), dt.date(2026, 6, 5)),
            ((16, 30, 15, 500), dt.date(2026, 6, 8)),
        ):
            found = last_day(
                CALENDAR,
                hanoi(2026, 6, 3, *clock),
                2,
                Unit.WORKING_DAY,
                after_hours_from=closing,
            )
            assert found == expected

    def test_closing_time_is_local_in_any_zone_of_the_event(self) -> None:
        for zone in (dt.UTC, ZoneInfo("America/New_York")):
            assert self.ends_on(hanoi(2026, 6, 3, 16, 59).astimezone(zone)) == dt.date(2026, 6, 5)
            assert self.ends_on(hanoi(2026, 6, 3, 17, 0).astimezone(zone)) == dt.date(2026, 6, 8)

    def test_closing_time_with_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="without zone"):
            due_at(
                CALENDAR,
                hanoi(2026, 6, 3),
                2,
                Unit.WORKING_DAY,
                after_hours_from=dt.time(17, tzinfo=HANOI),
            )


def strip(explanation: Explanation) -> str:
    """The strip of days as a line of text: "20 event, 21 skipped, …, 23 counted 1, 25 counted 2
    last"."""

    def cell(mark: DayMark) -> str:
        words = [str(mark.date.day), str(mark.role)]
        if mark.number is not None:
            words.append(str(mark.number))
        if mark.is_last:
            words.append("last")
        return " ".join(words)

    return ", ".join(cell(mark) for mark in explanation.days)


class TestExplain:
    def test_working_days_over_a_weekend_and_a_holiday(self) -> None:
        explanation = explain(CALENDAR, hanoi(2026, 11, 20, 15, 30), 2, Unit.WORKING_DAY)
        assert strip(explanation) == (
            "20 event, 21 skipped, 22 skipped, 23 counted 1, 24 skipped, 25 counted 2 last"
        )
        holiday = explanation.days[4]
        assert holiday.special is not None
        assert holiday.special.name == "Ngày Văn hóa Việt Nam"
        assert (holiday.is_weekend, holiday.is_working) == (False, False)
        saturday = explanation.days[1]
        assert saturday.special is None
        assert (saturday.is_weekend, saturday.is_working) == (True, False)

    def test_a_make_up_saturday_counts(self) -> None:
        explanation = explain(CALENDAR, hanoi(2026, 8, 21, 9), 2, Unit.WORKING_DAY)
        assert strip(explanation) == "21 event, 22 counted 1, 23 skipped, 24 counted 2 last"
        saturday = explanation.days[1]
        assert saturday.special is not None
        assert saturday.special.kind is DayKind.MAKE_UP_DAY
        assert (saturday.is_weekend, saturday.is_working) == (True, True)

    def test_calendar_days_that_roll_forward(self) -> None:
        explanation = explain(CALENDAR, hanoi(2026, 11, 20, 9), 2, Unit.CALENDAR_DAY)
        assert strip(explanation) == "20 event, 21 counted 1, 22 counted 2, 23 rolled last"

    def test_calendar_days_that_roll_over_several_days_off(self) -> None:
        explanation = explain(CALENDAR, hanoi(2026, 8, 28, 9), 2, Unit.CALENDAR_DAY)
        assert strip(explanation) == (
            "28 event, 29 counted 1, 30 counted 2, 31 rolled, 1 rolled, 2 rolled, 3 rolled last"
        )

    def test_calendar_days_that_end_on_a_working_day(self) -> None:
        explanation = explain(CALENDAR, hanoi(2026, 6, 1, 9), 2, Unit.CALENDAR_DAY)
        assert strip(explanation) == "1 event, 2 counted 1, 3 counted 2 last"

    def test_an_event_on_a_day_off_is_still_the_event(self) -> None:
        explanation = explain(CALENDAR, hanoi(2026, 6, 6, 9), 1, Unit.WORKING_DAY)
        assert strip(explanation) == "6 event, 7 skipped, 8 counted 1 last"
        assert explanation.deemed_on == explanation.event_on == dt.date(2026, 6, 6)

    def test_after_hours_on_friday(self) -> None:
        explanation = explain(
            CALENDAR, hanoi(2026, 6, 5, 18), 2, Unit.WORKING_DAY, after_hours_from=FIVE_PM
        )
        assert strip(explanation) == (
            "5 event, 6 waiting, 7 waiting, 8 deemed, 9 counted 1, 10 counted 2 last"
        )
        assert explanation.event_on == dt.date(2026, 6, 5)
        assert explanation.deemed_on == dt.date(2026, 6, 8)

    def test_after_hours_before_a_working_day(self) -> None:
        explanation = explain(
            CALENDAR, hanoi(2026, 6, 4, 18), 2, Unit.CALENDAR_DAY, after_hours_from=FIVE_PM
        )
        assert strip(explanation) == ("4 event, 5 deemed, 6 counted 1, 7 counted 2, 8 rolled last")

    def test_in_office_hours_nothing_is_deemed(self) -> None:
        explanation = explain(
            CALENDAR, hanoi(2026, 6, 4, 9), 1, Unit.WORKING_DAY, after_hours_from=FIVE_PM
        )
        assert strip(explanation) == "4 event, 5 counted 1 last"
        assert explanation.deemed_on == explanation.event_on

    def test_carries_the_question_and_the_answer(self) -> None:
        started_at = dt.datetime(2026, 11, 20, 17, 30, tzinfo=dt.UTC)
        explanation = explain(CALENDAR, started_at, 2, Unit.WORKING_DAY)
        assert explanation.started_at is started_at
        assert explanation.event_on == dt.date(2026, 11, 21)
        assert (explanation.amount, explanation.unit) == (2, Unit.WORKING_DAY)
        assert explanation.last_day == dt.date(2026, 11, 25)
        assert explanation.due_at == midnight_after(2026, 11, 25)


class TestHowFarAway:
    """A limit that ends on Friday 5 June 2026; one that ends on Monday 23 February, after Tết."""

    FRIDAY = midnight_after(2026, 6, 5)
    AFTER_TET = midnight_after(2026, 2, 23)

    def left(self, now: dt.datetime, due_at: dt.datetime) -> int:
        return working_days_left(CALENDAR, now, due_at)

    def late(self, due_at: dt.datetime, at: dt.datetime) -> int:
        return working_days_late(CALENDAR, due_at, at)

    def test_left_counts_from_tomorrow_to_the_last_day(self) -> None:
        assert self.left(hanoi(2026, 6, 3, 0), self.FRIDAY) == 2
        assert self.left(hanoi(2026, 6, 3, 23, 59), self.FRIDAY) == 2
        assert self.left(hanoi(2026, 6, 4, 0), self.FRIDAY) == 1
        assert self.left(hanoi(2026, 5, 31, 12), self.FRIDAY) == 5

    def test_left_is_nothing_all_through_the_last_day(self) -> None:
        assert self.left(hanoi(2026, 6, 5, 0), self.FRIDAY) == 0
        assert self.left(self.FRIDAY - MICROSECOND, self.FRIDAY) == 0

    def test_left_over_days_off(self) -> None:
        for day in range(13, 23):
            assert self.left(hanoi(2026, 2, day, 12), self.AFTER_TET) == 1

    def test_left_is_never_negative(self) -> None:
        assert self.left(self.FRIDAY, self.FRIDAY) == 0
        assert self.left(hanoi(2026, 7, 1), self.FRIDAY) == 0

    def test_late_is_nothing_before_the_limit_ends(self) -> None:
        assert self.late(self.FRIDAY, hanoi(2026, 6, 1)) == 0
        assert self.late(self.FRIDAY, self.FRIDAY - MICROSECOND) == 0

    def test_late_is_one_day_as_soon_as_the_next_working_day_begins(self) -> None:
        thursday = midnight_after(2026, 6, 4)
        assert self.late(thursday, thursday) == 1
        assert self.late(thursday, hanoi(2026, 6, 5, 0, 3)) == 1
        assert self.late(thursday, hanoi(2026, 6, 5, 23, 59)) == 1

    def test_late_does_not_grow_while_nobody_works(self) -> None:
        """On Saturday the limit of Friday is overdue, by no working day yet."""
        saturday, sunday = hanoi(2026, 6, 6, 10), hanoi(2026, 6, 7, 23, 59)
        assert saturday >= self.FRIDAY
        assert self.late(self.FRIDAY, self.FRIDAY) == 0
        assert self.late(self.FRIDAY, saturday) == 0
        assert self.late(self.FRIDAY, sunday) == 0
        assert self.late(self.FRIDAY, hanoi(2026, 6, 8, 0, 3)) == 1
        assert self.late(self.FRIDAY, hanoi(2026, 6, 9, 0, 0)) == 2

    def test_late_over_tet(self) -> None:
        eve = midnight_after(2026, 2, 13)
        assert self.late(eve, hanoi(2026, 2, 22, 23, 59)) == 0
        assert self.late(eve, hanoi(2026, 2, 23, 0, 3)) == 1

    def test_a_make_up_saturday_makes_late(self) -> None:
        assert self.late(midnight_after(2026, 8, 21), hanoi(2026, 8, 22, 8)) == 1

    def test_a_bound_within_a_day_belongs_to_that_day(self) -> None:
        """A limit extended to Thursday 15:00: late at once, by no working day until Friday."""
        bound = hanoi(2026, 6, 4, 15)
        assert last_day_before(bound) == dt.date(2026, 6, 4)
        assert self.left(hanoi(2026, 6, 3, 9), bound) == 1
        assert self.late(bound, bound) == 0
        assert self.late(bound, hanoi(2026, 6, 5)) == 1

    def test_the_bound_may_be_seen_from_a_zone_with_summer_time(self) -> None:
        """In Paris one microsecond before 03:00 on 29 March 2026 does not exist."""
        bound = dt.datetime(2026, 3, 29, 3, tzinfo=ZoneInfo("Europe/Paris"))
        assert bound == hanoi(2026, 3, 29, 8)
        assert last_day_before(bound) == dt.date(2026, 3, 29)
        sydney = ZoneInfo("Australia/Sydney")
        for bound in (midnight_after(2026, 6, 5), midnight_after(2026, 10, 3)):
            assert last_day_before(bound.astimezone(sydney)) == last_day_before(bound)

    def test_naive_instants_are_refused(self) -> None:
        naive, aware = dt.datetime(2026, 6, 4), hanoi(2026, 6, 4)
        for pair in ((naive, aware), (aware, naive), (naive, naive)):
            with pytest.raises(ValueError, match="aware"):
                self.left(*pair)
            with pytest.raises(ValueError, match="aware"):
                self.late(*pair)

    def test_days_that_are_not_published(self) -> None:
        with pytest.raises(CalendarNotPublished):
            self.late(midnight_after(2027, 12, 31), hanoi(2028, 1, 3))
        with pytest.raises(CalendarNotPublished):
            self.left(hanoi(2019, 12, 31, 12), midnight_after(2020, 1, 3))
