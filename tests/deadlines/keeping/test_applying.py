"""A change in force: a new edition, and exactly the open limits on it, each with its line."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, MessageKind
from accounts.refusals import NotAllowed, Refused
from deadlines import adjusting, keeping, sweeping
from deadlines.models import (
    Adjustment,
    CalendarAnnotation,
    CalendarChange,
    CalendarDay,
    CalendarEdition,
    DueDateRevision,
    LimitRule,
    OverdueFlag,
    Suspension,
    TimeLimit,
)
from deadlines.published import published
from deadlines.transitions import meet
from ledger import chain
from ledger.models import Event
from tests.deadlines.keeping.conftest import MONDAY, SATURDAY, SWAP, off, usual, worked
from tests.world import NOW, hanoi

DAY = timedelta(days=1)
#: Thursday before: two working days are Monday 4/1 and, with New Year off, Tuesday 5/1.
THURSDAY = hanoi(2026, 12, 31, 9)


def due_on(limit: TimeLimit) -> date:
    limit.refresh_from_db()
    return limit.due_on


class TestApply:
    def test_the_swap_of_the_story_moves_the_limit_by_one_day(self, world, keeper):
        limit = world.limit(THURSDAY)
        assert due_on(limit) == date(2027, 1, 5)
        change = keeper.changed(*SWAP, now=THURSDAY)
        assert due_on(limit) == date(2027, 1, 6)
        assert limit.due_at == hanoi(2027, 1, 7)
        assert limit.due_month == date(2027, 1, 1)
        assert limit.first_due_at == hanoi(2027, 1, 6)
        assert limit.calendar_edition == change.edition == CalendarEdition.objects.latest("number")
        assert (change.state, change.moved, change.annotated) == ("applied", 1, 0)
        kept = CalendarDay.objects.get(date=MONDAY)
        assert (kept.kind, kept.entered_by) == ("day_off", world.minh.full_name)
        assert "9999/VPCP-KGVX" in kept.legal_source
        assert "20/11/2026" in kept.legal_source
        assert published().calendar.is_working_day(SATURDAY)

    def test_each_limit_gets_its_revision_its_ledger_line_and_its_message(self, world, keeper):
        limits = [world.limit(THURSDAY) for _ in range(3)]
        change = keeper.changed(*SWAP, now=THURSDAY)
        for limit in limits:
            revision = limit.revisions.get()
            assert (revision.from_due_at, revision.to_due_at) == (
                hanoi(2027, 1, 6), hanoi(2027, 1, 7),
            )  # fmt: skip
            assert (revision.cause, revision.document) == ("calendar", "9999/VPCP-KGVX")
            assert (revision.decided_by, revision.at) == (world.minh, THURSDAY)
            assert revision.calendar_change == change
            event = Event.objects.get(action="limit_revised", object_code=limit.code)
            assert event.before == {"due_at": "2027-01-05T17:00:00.000000Z"}
            assert event.after == {
                "due_at": "2027-01-06T17:00:00.000000Z",
                "cause": "calendar",
                "calendar_edition": change.edition_id,
            }
            assert (event.actor_id, event.actor_name) == (world.minh.pk, world.minh.full_name)
            assert (event.reason, event.document) == (change.reason, "9999/VPCP-KGVX")
            told = Message.objects.filter(kind="calendar_moved", limit_code=limit.code)
            assert set(told.values_list("recipient__username", "due_at")) == {
                ("hung", hanoi(2027, 1, 7)), ("lan", hanoi(2027, 1, 7)),
            }  # fmt: skip
        assert Event.objects.filter(action="calendar_change_applied").count() == 1
        chain.seal_all()
        assert chain.verify(now=THURSDAY)[1] == []

    def test_the_officer_is_told_instead_of_the_clerk(self, world, keeper):
        world.limit(THURSDAY, officer=world.lan)
        keeper.changed(*SWAP, now=THURSDAY)
        told = Message.objects.filter(kind=MessageKind.CALENDAR_MOVED)
        assert set(told.values_list("recipient__username", flat=True)) == {"hung", "lan"}

    def test_what_is_met_or_does_not_touch_the_days_stays(self, world, keeper):
        met = world.limit(THURSDAY)
        meet(met, by=world.by(world.hung), now=THURSDAY)
        before_it, after_it = (
            world.limit(hanoi(2026, 12, 29, 9)),
            world.limit(hanoi(2027, 1, 11, 9)),
        )
        rows = list(TimeLimit.objects.order_by("pk").values())
        assert keeper.changed(*SWAP, now=THURSDAY).moved == 0
        assert list(TimeLimit.objects.order_by("pk").values()) == rows
        assert due_on(before_it) < MONDAY < due_on(after_it)

    def test_days_of_the_year_roll_to_the_next_working_day(self, world, keeper):
        """ "02 ngày" from Saturday 2/1: Monday 4/1, which becomes a day off."""
        limit = world.limit(hanoi(2027, 1, 2, 9), rule_code="office_draft")
        assert due_on(limit) == MONDAY
        keeper.changed(*SWAP, now=hanoi(2027, 1, 2, 10))
        assert due_on(limit) == date(2027, 1, 5)

    def test_a_worked_saturday_brings_the_end_forward(self, world, keeper):
        limit = world.limit(hanoi(2027, 1, 8, 9))
        assert due_on(limit) == date(2027, 1, 12)
        keeper.changed(*SWAP, now=THURSDAY)
        assert due_on(limit) == date(2027, 1, 11)

    def test_after_hours_receipt_is_counted_one_by_one(self, world, keeper):
        LimitRule.objects.create(
            code="agency_report", version=9, valid_from=date(2026, 12, 1), name="Sau giờ",
            amount=2, unit="working_day", closing_time="17:00", legal_source="Thử",
        )  # fmt: skip
        early, late = world.limit(THURSDAY), world.limit(hanoi(2026, 12, 31, 18))
        assert (due_on(early), due_on(late)) == (date(2027, 1, 5), date(2027, 1, 6))
        keeper.changed(*SWAP, now=hanoi(2026, 12, 31, 19))
        assert (due_on(early), due_on(late)) == (date(2027, 1, 6), date(2027, 1, 7))


class TestWhatPassed:
    """A holiday announced later than a due instant never moves it and never clears the flag."""

    def test_the_open_breach_and_the_late_answer_are_annotated_and_nothing_else(
        self, world, keeper
    ):
        start = hanoi(2026, 11, 16, 9)  # due at the end of Wednesday 18
        open_, late, in_time = (world.limit(start) for _ in range(3))
        meet(in_time, by=world.by(world.hung), now=start + DAY)
        sweeping.flag_overdue(hanoi(2026, 11, 19, 1))
        meet(late, by=world.by(world.hung), now=hanoi(2026, 11, 19, 9))
        rows = list(TimeLimit.objects.order_by("pk").values())
        flags = list(OverdueFlag.objects.order_by("pk").values())
        change = keeper.changed(off(date(2026, 11, 17), "Nghỉ bão"), now=NOW)
        assert list(TimeLimit.objects.order_by("pk").values()) == rows
        assert list(OverdueFlag.objects.order_by("pk").values()) == flags
        assert not DueDateRevision.objects.exists()
        assert (change.moved, change.annotated) == (0, 2)
        notes = CalendarAnnotation.objects.order_by("time_limit_id")
        assert [(n.time_limit_id, n.why, n.due_at, n.would_be_at) for n in notes] == [
            (one.pk, "passed", hanoi(2026, 11, 19), hanoi(2026, 11, 20)) for one in (open_, late)
        ]
        sweeping.flag_overdue(NOW)
        assert list(OverdueFlag.objects.order_by("pk").values()) == flags

    def test_a_breach_that_no_sweep_saw_yet_is_one_all_the_same(self, world, keeper):
        limit = world.limit(hanoi(2026, 11, 16, 9))
        keeper.changed(off(date(2026, 11, 17)), now=NOW)
        assert due_on(limit) == date(2026, 11, 18)
        assert sweeping.flag_overdue(NOW).flagged == 1

    def test_nothing_moves_into_the_past(self, world, keeper):
        """On Friday the day off of Tuesday is taken back: an end on Thursday would be a breach."""
        limit = world.limit(hanoi(2026, 11, 23, 9))
        later = world.limit(hanoi(2026, 11, 24, 9), rule_code="office_draft")
        assert (due_on(limit), due_on(later)) == (date(2026, 11, 26), date(2026, 11, 26))
        on_thursday = hanoi(2026, 11, 26, 9)
        change = keeper.changed(usual(date(2026, 11, 24)), now=on_thursday)
        assert due_on(limit) == date(2026, 11, 26)
        assert (change.moved, change.annotated) == (0, 1)
        note = CalendarAnnotation.objects.get()
        assert (note.why, note.would_be_at) == ("would_be", hanoi(2026, 11, 26))
        assert not OverdueFlag.objects.exists()

    def test_the_end_to_the_microsecond(self, world, keeper):
        due = hanoi(2026, 11, 26)
        limit = world.limit(hanoi(2026, 11, 20, 9))  # Monday, and Wednesday after the day off
        assert limit.due_at == due
        change = keeper.propose(off(date(2026, 11, 25)), now=NOW)
        keeper.apply(change, now=due)
        assert due_on(limit) == date(2026, 11, 25)
        undone = keeping.undo(change, reason="Thử", by=world.by(world.phuc), now=due)
        keeper.apply(undone, now=due)
        keeper.changed(off(date(2026, 11, 25)), now=due - timedelta(microseconds=1))
        assert due_on(limit) == date(2026, 11, 26)

    def test_a_flag_of_a_faster_clock_holds_the_limit(self, world, keeper):
        """The request began before the end and waited; meanwhile the sweep flagged the limit."""
        limit = world.limit(hanoi(2026, 11, 20, 9))
        sweeping.flag_overdue(limit.due_at)
        change = keeper.changed(off(date(2026, 11, 25)), now=limit.due_at - timedelta(seconds=2))
        assert due_on(limit) == date(2026, 11, 25)
        assert (change.moved, change.annotated) == (0, 1)

    def test_the_first_end_that_had_passed_before_an_extension(self, world, keeper):
        limit = world.limit(hanoi(2026, 11, 16, 9))
        sweeping.flag_overdue(NOW)
        extend(world, limit, date(2026, 12, 10))
        change = keeper.changed(off(date(2026, 11, 17)), now=NOW)
        assert due_on(limit) == date(2026, 12, 10)
        note = CalendarAnnotation.objects.get()
        assert (note.time_limit, note.due_at, note.would_be_at) == (
            limit, hanoi(2026, 11, 19), hanoi(2026, 11, 20),
        )  # fmt: skip
        assert change.annotated == 1


def extend(world, limit: TimeLimit, day: date, now=NOW) -> None:
    asked = adjusting.ask_extension(
        limit, wanted_on=day, reason_class="complex", reason="Phức tạp.",
        by=world.by(world.hung, now), now=now,
    )  # fmt: skip
    adjusting.decide(
        Adjustment.objects.get(pk=asked.pk), grant=True, granted_on=day, answer="",
        document="1/UBND", by=world.by(world.minh, now), now=now,
    )  # fmt: skip


class TestDatesThatWereNamed:
    """A day that a document names stays while it is worked; else the next working day."""

    def test_a_task_by_date_moves_only_from_a_day_off_and_comes_back(self, world, keeper):
        on, before = (
            world.limit(rule_code="task_by_date", last_day=day)
            for day in (MONDAY, date(2027, 1, 8))
        )
        change = keeper.changed(*SWAP, now=THURSDAY)
        assert (due_on(on), due_on(before)) == (date(2027, 1, 5), date(2027, 1, 8))
        again = keeper.changed(off(date(2027, 1, 5)), now=THURSDAY)
        assert due_on(on) == date(2027, 1, 6)
        for one in (again, change):
            keeper.apply(keeping.undo(one, reason="Rút", by=world.by(world.phuc), now=THURSDAY))
        assert due_on(on) == MONDAY

    def test_an_extension_to_a_day_stays_on_that_day(self, world, keeper):
        limit, other = world.limit(THURSDAY), world.limit(THURSDAY)
        extend(world, limit, date(2027, 1, 8), THURSDAY)
        extend(world, other, date(2027, 1, 6), THURSDAY)
        keeper.changed(*SWAP, off(date(2027, 1, 6)), now=THURSDAY)
        assert due_on(limit) == date(2027, 1, 8)
        assert due_on(other) == date(2027, 1, 7)

    def test_a_suspension_gives_back_the_working_days_of_the_new_calendar(self, world, keeper):
        limit = world.limit(THURSDAY)  # due Tuesday 5/1
        adjusting.suspend(
            limit, until_on=date(2027, 1, 7), reason="Chờ Bộ.", document="2/UBND",
            by=world.by(world.minh), now=THURSDAY,
        )  # fmt: skip
        # four working days from Monday to Thursday are given back: Wednesday 6 to Monday 11
        assert due_on(limit) == date(2027, 1, 11)
        change = keeper.changed(*SWAP, now=THURSDAY)
        # Tuesday 5, Wednesday 6 make the end; three are lost: Thursday 7, Friday 8, Saturday 9
        assert due_on(limit) == SATURDAY
        stand = Suspension.objects.get()
        assert (stand.due_on_before, stand.given_back) == (date(2027, 1, 6), 3)
        at = hanoi(2027, 1, 5, 9)
        adjusting.resume(stand, reason="Đã có ý kiến.", by=world.by(world.minh), now=at)
        assert due_on(limit) == date(2027, 1, 7)
        keeper.apply(keeping.undo(change, reason="Rút", by=world.by(world.phuc), now=at), now=at)
        # two days lost: Monday 4, Tuesday 5
        assert due_on(limit) == date(2027, 1, 7)


class TestUndo:
    def test_restores_every_day_and_every_open_end(self, world, keeper):
        limits = [world.limit(THURSDAY - n * DAY) for n in range(12)]
        ends = {limit.pk: due_on(limit) for limit in limits}
        days = list(CalendarDay.objects.order_by("date").values("date", "kind", "name"))
        now = hanoi(2026, 12, 15, 9)
        change = keeper.changed(*SWAP, off(date(2026, 12, 28)), now=now)
        assert {limit.pk: due_on(limit) for limit in limits} != ends
        undone = keeping.undo(change, reason="Thông báo đã rút.", by=world.by(world.phuc), now=now)
        assert undone.undoes == change
        keeper.apply(undone, now=now)
        assert {limit.pk: due_on(limit) for limit in limits} == ends
        assert list(CalendarDay.objects.order_by("date").values("date", "kind", "name")) == days
        assert set(DueDateRevision.objects.values_list("cause", flat=True)) == {"calendar"}
        for limit in limits:
            moves = limit.revisions.order_by("pk").values_list("from_due_at", "to_due_at")
            assert len(moves) in {0, 2}
            if moves:
                assert moves[0] == moves[1][::-1]

    def test_moves_back_only_those_still_open(self, world, keeper):
        met, open_ = world.limit(THURSDAY), world.limit(THURSDAY)
        change = keeper.changed(*SWAP, now=THURSDAY)
        meet(met, by=world.by(world.hung), now=hanoi(2027, 1, 5, 9))
        at = hanoi(2027, 1, 5, 10)
        keeper.apply(keeping.undo(change, reason="Rút", by=world.by(world.phuc), now=at), now=at)
        assert (due_on(met), due_on(open_)) == (date(2027, 1, 6), date(2027, 1, 5))

    def test_one_at_a_time_and_only_what_is_in_force(self, world, keeper):
        change = keeper.propose(*SWAP)
        by = world.by(world.phuc)
        with pytest.raises(keeping.AlreadyDecided):
            keeping.undo(change, reason="Rút", by=by, now=NOW)
        keeper.apply(change)
        undone = keeping.undo(change, reason="Rút", by=by, now=NOW)
        with pytest.raises(keeping.AlreadyDecided):
            keeping.undo(change, reason="Rút", by=by, now=NOW)
        keeping.withdraw(undone, by=by, now=NOW)
        keeper.apply(keeping.undo(change, reason="Rút", by=by, now=NOW))
        with pytest.raises(keeping.AlreadyDecided):
            keeping.undo(change, reason="Rút", by=by, now=NOW)

    def test_an_undo_is_decided_by_another_person_too(self, world, keeper):
        change = keeper.changed(*SWAP)
        with pytest.raises(NotAllowed):
            keeping.undo(change, reason="Rút", by=world.by(world.minh), now=NOW)
        undone = keeping.undo(change, reason="Rút", by=world.by(world.phuc), now=NOW)
        with pytest.raises(NotAllowed):
            keeper.apply(undone, who=world.phuc)


class TestYears:
    def test_the_next_year_is_published_with_its_days(self, world, keeper):
        with pytest.raises(Exception, match="2027"):
            world.limit(hanoi(2027, 12, 30, 9))
        keeper.changed(off(date(2028, 1, 26), "Tết Nguyên đán"), year=2028, provisional=True)
        assert published().calendar.last_day == date(2028, 12, 31)
        assert due_on(world.limit(hanoi(2027, 12, 30, 9))) == date(2028, 1, 3)

    def test_a_year_that_open_limits_reach_into_is_not_taken_back(self, world, keeper):
        change = keeper.changed(off(date(2028, 1, 26), "Tết"), year=2028)
        now = hanoi(2027, 12, 30, 9)
        limit = world.limit(now)
        undone = keeping.undo(change, reason="Rút", by=world.by(world.phuc), now=now)
        with pytest.raises(Refused, match="1 "):
            keeper.apply(undone, now=now)
        assert due_on(limit) == date(2028, 1, 3)
        assert published().calendar.last_day == date(2028, 12, 31)
        meet(limit, by=world.by(world.hung), now=now)
        keeper.apply(undone, now=now)
        assert published().calendar.last_day == date(2027, 12, 31)


def test_a_change_costs_the_same_statements_whatever_it_moves(world, keeper):
    def cost(now) -> int:
        change = keeper.propose(*SWAP, now=now)
        by, seen = world.by(world.minh), keeping.present_digest()
        with CaptureQueriesContext(connection) as asked:
            keeping.apply_change(change, seen=seen, by=by, now=now)
        undone = keeping.undo(change, reason="Rút", by=world.by(world.phuc), now=now)
        keeper.apply(undone, now=now)
        return len(asked)

    tuesday = THURSDAY - 2 * DAY
    world.limit(THURSDAY)
    world.limit(rule_code="task_by_date", last_day=MONDAY)
    extend(world, world.limit(tuesday), MONDAY, tuesday)
    once = cost(THURSDAY)
    for _ in range(20):
        world.limit(THURSDAY)
        world.limit(rule_code="task_by_date", last_day=MONDAY)
        extend(world, world.limit(tuesday), MONDAY, tuesday)
    assert cost(THURSDAY) == once
    assert CalendarChange.objects.filter(state="applied").count() == 4


def test_a_worked_day_of_somebody_elses_wish_is_no_weekday(world, keeper):
    with pytest.raises(keeping.Unfit, match="T2 04/01/2027"):
        keeper.propose(worked(MONDAY))
