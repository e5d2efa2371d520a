"""The warning ladder: every limit warns before it ends and escalates after it has passed, each rung
once for each person, in order, with its own instant, whatever happened to the sweep meanwhile."""

import logging
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, MessageKind
from accounts.roles import Role
from agencies.models import Agency
from deadlines import adjusting, clocks, laddering, sweeping, tasks
from deadlines.models import CalendarDay, DueDateRevision, LimitRule, Reminder, TimeLimit
from deadlines.rungs import Rung, Told
from deadlines.transitions import meet, revise_due
from ledger import chain, recording
from ledger.models import Event
from tests.deadlines.ladder import kept, latest, new_version, told
from tests.world import NOW, World, hanoi, person

pytestmark = pytest.mark.django_db

INSTANT = timedelta(microseconds=1)
#: A limit of two working days from Wednesday 25/11 ends with Friday 27/11.
BEFORE, DAY, DUE = hanoi(2026, 11, 26), hanoi(2026, 11, 27), hanoi(2026, 11, 28)
ONE, THREE = hanoi(2026, 12, 1), hanoi(2026, 12, 3)
INSTANTS = (BEFORE, DAY, DUE, ONE, THREE)
WHOLE = [
    ("rung", -1, BEFORE),
    ("rung", 0, DAY),
    ("breach", 0, DUE),
    ("rung", 1, ONE),
    ("rung", 3, THREE),
]


def sweep(*instants) -> None:
    for now in instants:
        sweeping.flag_overdue(now)


def move(world: World, limit: TimeLimit, to, now) -> None:
    revise_due(
        limit, to=to, cause=DueDateRevision.Cause.EXTENSION, reason="Gia hạn", document="1/UBND",
        by=world.by(world.minh, now), now=now,
    )  # fmt: skip


class TestTheOrder:
    def test_each_rung_at_its_instant_and_not_before_to_the_people_whom_it_names(self, world):
        with recording.recorded(may_be_idle=True):
            person(
                "giang", "Lý Thu Giang", Role.HOME_AFFAIRS_DIRECTOR, world.home_affairs, "Giám đốc"
            )
        limit = world.limit()
        expected = {
            BEFORE: {("lan", "due_soon", -1, "-1")},
            DAY: {("lan", "due_soon", 0, "0")},
            DUE: {(who, "overdue", 0, "breach") for who in ("lan", "hung", "thu")},
            ONE: {(who, "escalated", 1, "1") for who in ("hung", "thu")},
            THREE: {(who, "escalated", 3, "3") for who in ("minh", "hoa", "giang")},
        }
        for instant, news in expected.items():
            before = latest()
            sweep(instant - INSTANT)
            assert told(limit, before) == set()
            sweep(instant)
            assert told(limit, before) == news
        sweep(THREE + timedelta(days=60))
        assert len(told(limit)) == 1 + 1 + 3 + 2 + 3
        assert kept(limit) == WHOLE

    def test_the_officer_is_warned_and_without_one_in_post_the_clerks(self, world):
        mai = person(
            "mai", "Đỗ Thị Mai", Role.AGENCY_OFFICER, world.ward, "Chuyên viên",
            until=date(2026, 11, 26),
        )  # fmt: skip
        limit = world.limit(officer=mai)
        sweep(BEFORE, DAY)
        assert told(limit) == {("mai", "due_soon", -1, "-1"), ("lan", "due_soon", 0, "0")}

    def test_the_ledger_has_an_entry_for_each_limit_and_look(self, world):
        limit = world.limit()
        sweep(*INSTANTS)
        entries = Event.objects.filter(object_code=limit.code, action__startswith="limit_")
        said = [(e.action, e.after.get("last_rung"), e.at) for e in entries.order_by("pk")]
        assert said[1:] == [
            ("limit_warned", -1, BEFORE),
            ("limit_warned", 0, DAY),
            ("limit_overdue", None, DUE),
            ("limit_escalated", 1, ONE),
            ("limit_escalated", 3, THREE),
        ]
        chain.seal_all()
        assert chain.verify(now=THREE) == (Event.objects.count(), [])

    def test_a_breach_at_the_end_of_friday_is_told_by_the_first_sweep_after_midnight(
        self, world, monkeypatch
    ):
        monkeypatch.setattr(clocks, "drift", lambda now: timedelta())
        limit = world.limit()
        for second, flags in ((4, 0), (5, 1)):
            monkeypatch.setattr(tasks.timezone, "now", lambda s=second: DUE + timedelta(seconds=s))
            assert tasks.sweep() == flags
        assert told(limit) == {
            ("lan", "due_soon", 0, "-1,0"),
            *((who, "overdue", 0, "breach") for who in ("lan", "hung", "thu")),
        }
        assert kept(limit)[2] == ("breach", 0, DUE)

    def test_a_rung_that_has_not_come_cannot_be_written_and_none_can_be_changed(self, world):
        limit = world.limit()
        sweep(BEFORE)
        early = {"time_limit": limit, "due_at": DUE, "kind": "rung", "rung": 0, "at": DAY}
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.create(written_at=DAY - INSTANT, **early)
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            Reminder.objects.update(at=DUE)


class TestAfterAnOutage:
    def test_five_days_and_one_message_says_every_level(self, world):
        limit = world.limit()
        back = hanoi(2026, 12, 3, 14, 20)
        sweep(back, back + timedelta(minutes=1))
        assert told(limit) == {
            ("lan", "overdue", 0, "-1,0,breach"),
            ("hung", "overdue", 0, "breach,1"),
            ("thu", "overdue", 0, "breach,1"),
            ("minh", "escalated", 3, "3"),
            ("hoa", "escalated", 3, "3"),
        }
        assert kept(limit) == WHOLE
        assert set(limit.reminders.values_list("written_at", flat=True)) == {back}

    @pytest.mark.parametrize("missed", [(0, 1), (1, 2), (2, 3), (3, 4), (0, 1, 2, 3), ()])
    def test_whatever_was_missed_no_level_is_skipped_repeated_or_out_of_order(self, world, missed):
        limit = world.limit()
        for number, instant in enumerate(INSTANTS):
            if number not in missed:
                sweep(instant, instant)
        sweep(THREE)
        assert kept(limit) == WHOLE
        levels = {"lan": [], "hung": [], "thu": [], "minh": [], "hoa": []}
        messages = Message.objects.filter(limit_code=limit.code).order_by("created_at", "pk")
        for who, said in messages.values_list("recipient__username", "levels"):
            levels[who] += said.split(",")
        assert levels == {
            "lan": ["-1", "0", "breach"],
            "hung": ["breach", "1"],
            "thu": ["breach", "1"],
            "minh": ["3"],
            "hoa": ["3"],
        }

    def test_a_warning_is_not_sent_after_the_breach_was_told(self, world, monkeypatch):
        """The ladder could not be read for days, the flags went on."""
        limit = world.limit()
        with monkeypatch.context() as broken:
            broken.setattr(laddering, "look", laddering.Ladder)
            sweep(*INSTANTS)
        assert kept(limit) == [("breach", 0, DUE)]
        before = latest()
        sweep(THREE)
        assert kept(limit) == WHOLE
        assert told(limit, before) == {
            ("hung", "escalated", 1, "1"), ("thu", "escalated", 1, "1"),
            ("minh", "escalated", 3, "3"), ("hoa", "escalated", 3, "3"),
        }  # fmt: skip


class TestAMovedDueDate:
    def test_gives_a_fresh_ladder(self, world):
        limit = world.limit()
        sweep(*INSTANTS[:3])
        before = latest()
        move(world, limit, hanoi(2026, 12, 5), ONE - INSTANT)
        assert limit.due_on == date(2026, 12, 4)
        sweep(ONE, THREE - INSTANT)
        assert told(limit, before) == set()  # nothing is owed before the new rungs
        new = (THREE, hanoi(2026, 12, 4), hanoi(2026, 12, 5), hanoi(2026, 12, 8))
        sweep(*new)
        due_at = hanoi(2026, 12, 5)
        fresh = Reminder.objects.filter(time_limit=limit, due_at=due_at).order_by("at", "kind")
        assert list(fresh.values_list("kind", "rung", "at")) == [
            ("rung", -1, new[0]), ("rung", 0, new[1]), ("breach", 0, new[2]), ("rung", 1, new[3]),
        ]  # fmt: skip
        of_new = Message.objects.filter(limit_code=limit.code, due_at=due_at)
        assert Counter(of_new.values_list("recipient__username", flat=True)) == {
            "lan": 3, "hung": 2, "thu": 2,
        }  # fmt: skip

    def test_back_to_an_earlier_one_repeats_nothing(self, world):
        limit = world.limit()
        sweep(BEFORE)
        move(world, limit, hanoi(2026, 12, 5), BEFORE)
        move(world, limit, DUE, BEFORE)
        before = latest()
        sweep(BEFORE, DAY)
        assert told(limit, before) == {("lan", "due_soon", 0, "0")}


class TestSilence:
    @pytest.mark.parametrize("number", range(1, 5))
    def test_met_before_a_rung_nothing_more_is_said(self, world, number):
        limit = world.limit()
        sweep(*INSTANTS[:number])
        meet(limit, by=world.by(world.hung), now=INSTANTS[number] - INSTANT)
        before = latest()
        sweep(*INSTANTS[number:])
        assert told(limit, before) == set()
        assert [at for *_, at in kept(limit)] == list(INSTANTS[:number])

    def test_an_answer_stores_its_limit_as_met_and_its_dossier_hears_nothing_more(self, world):
        direction = world.reported(NOW, at=NOW + timedelta(hours=2))
        sweep(*INSTANTS)
        assert told(direction.time_limit) == set()

    def test_when_the_obligation_is_lifted(self, world):
        limit = world.directed().time_limit
        with recording.recorded():
            adjusting.lift(limit, reason="Rút", document="", by=world.by(world.minh), now=NOW)
        sweep(*INSTANTS)
        assert told(limit) == set()

    def test_while_it_is_suspended_and_the_moved_end_warns_anew(self, world):
        limit = world.limit()
        adjusting.suspend(
            limit, until_on=date(2026, 12, 2), reason="Chờ Trung ương", document="9/UBND",
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        assert limit.due_on == date(2026, 12, 4)
        sweep(*INSTANTS[:4], THREE - INSTANT)
        assert told(limit) == set()
        sweep(THREE)  # the suspension ended with the day before
        assert told(limit) == {("lan", "due_soon", -1, "-1")}

    def test_when_it_stands_still_on_the_very_day_of_its_rung(self, world):
        limit = world.limit()
        with recording.recorded(may_be_idle=True):
            TimeLimit.objects.filter(pk=limit.pk).update(suspended_until=date(2026, 11, 26))
        sweep(BEFORE, DAY - INSTANT)
        assert told(limit) == set()
        sweep(DAY)
        assert told(limit) == {("lan", "due_soon", 0, "-1,0")}

    def test_before_it_has_begun(self, world):
        limit = world.limit(hanoi(2026, 11, 26, 9))
        sweep(hanoi(2026, 11, 26, 9) - INSTANT)
        assert kept(limit) == []


class TestTheWorkingCalendar:
    @pytest.mark.parametrize(
        ("started_at", "due_on", "before", "after"),
        [
            # Tết of 2027: off from Thursday 4/2 to Wednesday 10/2
            (hanoi(2027, 2, 2, 9), date(2027, 2, 11), hanoi(2027, 2, 3), hanoi(2027, 2, 13)),
            (hanoi(2027, 2, 1, 9), date(2027, 2, 3), hanoi(2027, 2, 2), hanoi(2027, 2, 12)),
            # Saturday 22/8/2026 is worked for Monday 31/8
            (hanoi(2026, 8, 21, 9), date(2026, 8, 24), hanoi(2026, 8, 22), hanoi(2026, 8, 26)),
            (hanoi(2026, 8, 20, 9), date(2026, 8, 22), hanoi(2026, 8, 21), hanoi(2026, 8, 25)),
            (hanoi(2026, 8, 27, 9), date(2026, 9, 3), hanoi(2026, 8, 28), hanoi(2026, 9, 5)),
        ],
    )
    def test_a_working_day_ahead_and_one_that_has_gone_by(
        self, world, started_at, due_on, before, after
    ):
        limit = world.limit(started_at)
        assert limit.due_on == due_on
        for instant in (before, after):
            sweep(instant - INSTANT)
            count = Reminder.objects.count()
            sweep(instant)
            assert Reminder.objects.count() == count + 1
        assert [(rung, at) for kind, rung, at in kept(limit) if rung in (-1, 1)] == [
            (-1, before), (1, after),
        ]  # fmt: skip

    def test_beyond_the_published_days_flags_go_on_and_no_rung_comes_early(self, world):
        limit = world.limit(hanoi(2027, 12, 29, 9))
        assert limit.due_on == date(2027, 12, 31)
        sweep(hanoi(2027, 12, 30), hanoi(2027, 12, 31), hanoi(2028, 1, 1), hanoi(2028, 2, 1))
        assert [row[:2] for row in kept(limit)] == [("rung", -1), ("rung", 0), ("breach", 0)]


class TestRungsOfAVersion:
    def test_another_ladder_holds_for_limits_that_begin_under_it(self, world):
        old = world.limit()
        ladder = (Rung(-2, (Told.OFFICER, Told.HEAD)), Rung(2, (Told.LEADERS,)))
        new_version("agency_report", ladder, date(2026, 11, 26))
        new = world.limit(hanoi(2026, 11, 26, 9))
        assert (old.due_on, new.due_on) == (date(2026, 11, 27), date(2026, 11, 30))
        sweep(hanoi(2026, 11, 26, 9))
        assert told(new) == {("lan", "due_soon", -2, "-2"), ("hung", "due_soon", -2, "-2")}
        sweep(hanoi(2026, 12, 2, 23, 59))
        assert told(old) == {
            ("lan", "due_soon", -1, "-1"), ("lan", "overdue", 0, "0,breach"),
            ("hung", "overdue", 0, "breach,1"), ("thu", "overdue", 0, "breach,1"),
        }  # fmt: skip
        before = latest()
        sweep(THREE)
        assert told(new, before) == {("minh", "escalated", 2, "2")}
        assert told(old, before) == {("minh", "escalated", 3, "3"), ("hoa", "escalated", 3, "3")}

    def test_without_rungs_the_breach_is_told_all_the_same(self, world):
        new_version("agency_report", (), date(2026, 11, 25))
        limit = world.limit()
        sweep(*INSTANTS)
        assert {(who, kind) for who, kind, *_ in told(limit)} == {
            (who, "overdue") for who in ("lan", "hung", "thu")
        }


class TestPoison:
    def test_a_rule_that_nobody_can_read_is_named_in_the_log_and_stops_no_other(
        self, world, caplog
    ):
        spoilt = world.limit(rule_code="consultation")
        sound = world.limit()
        with recording.recorded(may_be_idle=True):
            LimitRule.objects.filter(code="consultation").update(warning_rungs=["mai"])
        with caplog.at_level(logging.ERROR):
            sweep(hanoi(2026, 12, 31))
        assert "consultation/1" in caplog.text
        assert [row[:2] for row in kept(spoilt)] == [("breach", 0)]
        assert kept(sound) == WHOLE

    def test_a_limit_of_a_year_that_is_not_published_is_left_out_and_named(self, world, caplog):
        strange, sound = world.limit(), world.limit()
        with recording.recorded(may_be_idle=True):
            TimeLimit.objects.filter(pk=strange.pk).update(
                started_at=hanoi(1999, 1, 1), due_at=hanoi(1999, 2, 1), due_on=date(1999, 1, 31),
                first_due_at=hanoi(1999, 2, 1),
            )  # fmt: skip
        with caplog.at_level(logging.ERROR):
            sweep(THREE)
        assert "1999-01-31" in caplog.text
        assert [row[:2] for row in kept(strange)] == [("breach", 0)]
        assert kept(sound) == WHOLE

    def test_a_calendar_that_was_changed_by_hand_stops_the_warnings_and_not_the_flags(
        self, world, caplog
    ):
        limit = world.limit()
        sweep(BEFORE)
        with recording.recorded(may_be_idle=True):
            CalendarDay.objects.filter(date=date(2026, 11, 24)).update(name="Khác")
        laddering.published.__globals__["_calendar"].cache_clear()
        with caplog.at_level(logging.ERROR):
            sweep(DUE)
        assert "calendar" in caplog.text
        assert [row[:2] for row in kept(limit)] == [("rung", -1), ("breach", 0)]

    def test_an_agency_without_anybody_in_post_stops_no_other(self, world):
        empty = Agency.objects.as_of(date(2026, 11, 25)).get(code="SXD")
        alone, other = world.limit(agency=empty), world.limit()
        sweep(*INSTANTS)
        assert kept(alone) == kept(other) == WHOLE
        assert {(who, level) for who, _kind, _rung, level in told(alone)} == {
            ("thu", "breach"), ("thu", "1"), ("minh", "3"), ("hoa", "3"),
        }  # fmt: skip


class TestStatements:
    def many(self, world: World, count: int) -> None:
        first = world.limit()
        names = [f.attname for f in TimeLimit._meta.concrete_fields if f.attname != "id"]
        facts = {name: getattr(first, name) for name in names}
        with recording.recorded(may_be_idle=True):
            TimeLimit.objects.bulk_create(
                TimeLimit(**{**facts, "code": f"{first.code}-{n}"}) for n in range(count - 1)
            )

    def test_a_thousand_cost_no_more_than_ten_and_nothing_costs_the_look_alone(self, world):
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                sweep(BEFORE)
            return len(queries)

        cost()  # the calendar is read once
        idle = cost()
        counts = []
        for number in (10, 1000):
            self.many(world, number)
            counts.append(cost())
        assert counts[0] == counts[1] == idle + 3  # the rungs, their entries, their messages
        assert cost() == idle
        assert Message.objects.filter(kind=MessageKind.DUE_SOON).count() == 1010
        assert Reminder.objects.count() == 1010
