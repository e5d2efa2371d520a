"""The due strip: every day with its part in the count, and the law in one sentence."""

import datetime as dt

import pytest
from django.utils import translation

from deadlines import rules, strips
from deadlines.calendar import CalendarNotPublished
from deadlines.models import CalendarDay, DueDateRevision, LimitRule, TimeLimit
from deadlines.published import make_edition, published
from deadlines.rules import rule_on
from deadlines.transitions import revise_due
from ledger import recording
from tests.world import NOW, hanoi

from . import official_calendar

CALENDAR = official_calendar()
FRIDAY = hanoi(2026, 11, 20, 15)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def report(db) -> LimitRule:
    return rule_on("agency_report", dt.date(2026, 11, 20))


@pytest.fixture
def draft(db) -> LimitRule:
    return rule_on("office_draft", dt.date(2026, 11, 20))


def strip(rule: LimitRule, started_at: dt.datetime = FRIDAY, now: dt.datetime = FRIDAY):
    return strips.for_rule(rule, started_at, now=now, calendar=CALENDAR)


class TestDays:
    def test_from_the_event_to_the_end_each_day_says_its_part(self, report):
        found = strip(report)
        assert [(day.weekday, day.day_text, day.role, day.number) for day in found.days] == [
            ("T6", "20/11", "event", None),
            ("T7", "21/11", "skipped", None),
            ("CN", "22/11", "skipped", None),
            ("T2", "23/11", "counted", 1),
            ("T3", "24/11", "skipped", None),
            ("T4", "25/11", "counted", 2),
        ]
        assert [day.is_last for day in found.days] == [False] * 5 + [True]
        assert [day.is_weekend for day in found.days] == [False, True, True, False, False, False]

    def test_a_day_off_names_its_text(self, report):
        culture_day = strip(report).days[4]
        assert culture_day.name == "Ngày Văn hóa Việt Nam"
        assert "28/2026/QH16" in culture_day.source
        assert culture_day.name in culture_day.reading
        assert not culture_day.is_make_up

    def test_a_make_up_saturday_is_counted_and_marked(self, report):
        saturday = strip(report, hanoi(2026, 8, 21, 9)).days[1]
        assert (saturday.day_text, saturday.role, saturday.number) == ("22/08", "counted", 1)
        assert saturday.is_make_up
        assert saturday.is_weekend

    def test_calendar_days_that_end_on_a_day_off_roll_forward(self, draft):
        found = strip(draft, hanoi(2026, 11, 19, 9))
        assert [day.role for day in found.days] == [
            "event", "counted", "counted", "rolled", "rolled"
        ]  # fmt: skip
        assert found.days[-1].day_text == "23/11"

    @pytest.mark.parametrize(("now", "past"), [(FRIDAY, 0), (hanoi(2026, 11, 23, 0), 3)])
    def test_today_is_marked_once_and_what_is_past_is_past(self, report, now, past):
        days = strip(report, now=now).days
        assert sum(day.is_today for day in days) == 1
        assert sum(day.is_past for day in days) == past

    def test_every_cell_reads_aloud_as_a_sentence_of_its_own(self, report):
        readings = [day.reading for day in strip(report).days]
        assert len(set(readings)) == len(readings)
        assert readings[0] == "T6 20/11/2026: day of the event, not counted"
        assert readings[1] == "T7 21/11/2026: not counted (weekend)"
        assert readings[3] == "T2 23/11/2026: working day 1"
        assert readings[5] == "T4 25/11/2026: working day 2 — end of the time limit, 24:00"

    def test_the_text_for_a_terminal_says_the_same(self, report):
        explanation = rules.explain(CALENDAR, report, FRIDAY)
        text = strips.as_text(explanation)
        assert [line.replace("  ", ": ", 1) for line in text] == [
            day.reading for day in strip(report).days
        ]


class TestSentences:
    def test_start_end_rule_version_and_article(self, report):
        found = strip(report)
        assert found.started_text == "15:00 T6 20/11/2026"
        assert found.due_text == "end of 25/11/2026"
        assert "02 working days" in found.sentence
        assert "version 1" in found.sentence
        assert "4449/UBND-TKBT" in found.sentence

    @pytest.mark.parametrize(
        ("started_at", "other"),
        [
            (FRIDAY, "T4 25/11/2026"),
            (hanoi(2026, 11, 16, 9), ""),  # a plain Monday: both readings agree
            (hanoi(2026, 2, 13, 9), "T3 24/02/2026"),
        ],
    )
    def test_days_as_written_show_the_other_reading_where_it_differs(
        self, draft, started_at, other
    ):
        sentence = strip(draft, started_at).other_reading
        assert (other in sentence) if other else sentence == ""

    def test_working_days_have_no_other_reading(self, report):
        assert strip(report).other_reading == ""

    def test_the_other_reading_counts_after_hours_receipt_too(self, draft):
        """Received at 18:00 under a rule that closes at 17:00: both readings start on Monday."""
        draft.closing_time = dt.time(17)
        found = strip(draft, hanoi(2026, 11, 20, 18))
        assert found.days[-1].day_text == "25/11"
        assert "T5 26/11/2026" in found.other_reading

    def test_the_other_reading_falls_silent_where_the_calendar_ends(self, draft):
        found = strip(draft, hanoi(2027, 12, 29, 9))
        assert found.days[-1].day_text == "31/12"
        assert found.other_reading == ""

    def test_beyond_the_calendar_there_is_no_strip(self, report):
        with pytest.raises(CalendarNotPublished):
            strip(report, hanoi(2027, 12, 31, 9))


class TestOfALimit:
    def for_limit(self, limit: TimeLimit):
        stored = TimeLimit.objects.get(pk=limit.pk)
        return strips.for_limit(stored, now=NOW, calendar=published().calendar, tone="on_time")

    def test_as_it_stands(self, world):
        found = self.for_limit(world.limit())
        assert (found.due_text, found.revisions, found.tone) == ("end of 27/11/2026", [], "on_time")

    def test_every_due_date_it_had_before_with_cause_reason_and_document(self, world):
        limit = world.limit()
        for day, reason in ((3, "Lần một"), (5, "Lần hai")):
            revise_due(
                limit,
                to=hanoi(2026, 12, day),
                cause=DueDateRevision.Cause.EXTENSION,
                reason=reason,
                document="12/UBND-TH",
                by=world.by(world.minh),
                now=NOW,
            )
        found = self.for_limit(limit)
        assert found.due_text == "end of 04/12/2026"
        assert len(found.revisions) == 2
        for old, new, reason, line in (
            ("T6 27/11/2026", "T4 02/12/2026", "Lần một", found.revisions[0]),
            ("T4 02/12/2026", "T6 04/12/2026", "Lần hai", found.revisions[1]),
        ):
            assert line.index(old) < line.index(new) < line.index(reason)
            assert "Extension" in line
            assert "12/UBND-TH" in line

    def test_counted_with_an_earlier_edition_it_says_which_and_keeps_its_end(self, world):
        limit = world.limit()
        with recording.recorded(may_be_idle=True):
            CalendarDay.objects.create(
                date=dt.date(2026, 11, 27), kind="day_off", name="Nghỉ bù",
                legal_source="Thông báo mới", entered_by="Thu",
            )  # fmt: skip
            make_edition(NOW)
        found = self.for_limit(limit)
        assert found.due_text == "end of 27/11/2026"
        [line] = found.revisions
        assert f"edition {limit.calendar_edition_id}" in line
        assert "T6 27/11/2026" in line
