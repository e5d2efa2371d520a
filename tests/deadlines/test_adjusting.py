"""Extensions, corrections, waivers, suspensions: who may, when, and what they never change."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Message
from accounts.refusals import NotAllowed, Refused
from dashboards import figures
from deadlines import adjusting, sweeping
from deadlines.adjusting import (
    AlreadyAsked,
    AlreadyDecided,
    NotSuspended,
    Overdue,
    Suspended,
    Unfit,
)
from deadlines.calendar import CalendarNotPublished
from deadlines.counting import working_days_left
from deadlines.models import Adjustment, DueDateRevision, OverdueFlag, Suspension, TimeLimit
from deadlines.transitions import AlreadyMet, meet
from deadlines.wording import chip
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import Crash, crash_at_write, people
from tests.dossiers.test_verbs import everything as everything_else
from tests.world import NOW, World, hanoi

from . import official_calendar

CALENDAR = official_calendar()
DAY, INSTANT = dt.timedelta(days=1), dt.timedelta(microseconds=1)
DUE = hanoi(2026, 11, 28)  # two working days after NOW, a Wednesday: the end of Friday 27/11
FRIDAY = dt.date(2026, 11, 27)
NEXT_WEDNESDAY = dt.date(2026, 12, 2)
SATURDAY = dt.date(2026, 12, 5)


def everything() -> dict[str, Any]:
    """Every row that a verb may write."""
    own = (Adjustment, Suspension, DueDateRevision)
    return everything_else() | {m.__name__: list(m.objects.order_by("pk").values()) for m in own}


def ask(world: World, limit: TimeLimit, now: dt.datetime = NOW, **changes) -> Adjustment:
    """Hùng asks for Wednesday."""
    facts = {
        "wanted_on": NEXT_WEDNESDAY,
        "reason_class": "opinions",
        "reason": "Sở Tài chính chưa trả lời.",
        "by": world.by(world.hung, now),
        "now": now,
    }
    return adjusting.ask_extension(limit, **{**facts, **changes})


def propose(world: World, limit: TimeLimit, now: dt.datetime = NOW, **changes) -> Adjustment:
    """Phúc of the City Office proposes."""
    facts = {
        "kind": "correction",
        "wanted_on": NEXT_WEDNESDAY,
        "reason_class": "error",
        "reason": "Nhập nhầm ngày.",
        "by": world.by(world.phuc, now),
        "now": now,
    }
    return adjusting.propose(limit, **{**facts, **changes})


def decide(world: World, asked: Adjustment, now: dt.datetime = NOW, **changes) -> Adjustment:
    """Minh grants what was asked for."""
    facts = {
        "grant": True,
        "granted_on": asked.wanted_on,
        "answer": "Đồng ý.",
        "document": "512/UBND-TH",
        "by": world.by(world.minh, now),
        "now": now,
    }
    return adjusting.decide(asked, **{**facts, **changes})


def suspend(world: World, limit: TimeLimit, now: dt.datetime = NOW, **changes) -> Suspension:
    """Minh lets the limit stand still until Wednesday."""
    facts = {
        "until_on": NEXT_WEDNESDAY,
        "reason": "Chờ kết luận của Bộ Xây dựng.",
        "document": "513/UBND-TH",
        "by": world.by(world.minh, now),
        "now": now,
    }
    return adjusting.suspend(limit, **{**facts, **changes})


def resume(world: World, suspension: Suspension, now: dt.datetime, **changes) -> Suspension:
    """Minh lets it run on."""
    facts = {"reason": "Bộ đã trả lời.", "by": world.by(world.minh, now), "now": now}
    return adjusting.resume(suspension, **{**facts, **changes})


def fresh(limit: TimeLimit) -> TimeLimit:
    return TimeLimit.objects.get(pk=limit.pk)


def refused(act: Callable[[], object], error: type[Refused]) -> Refused:
    """The act is refused with this error, and not a row has changed."""
    before = everything()
    with pytest.raises(error) as caught:
        act()
    assert everything() == before
    return caught.value


# --- who may --------------------------------------------------------------------------------------

#: Verb → everybody of ``people`` who may on a limit of Hoàn Kiếm ward; all others may not.
MAY = {
    "ask": {"hung"},
    "propose": {"thu", "phuc", "quang"},
    "decide": {"minh"},
    "suspend": {"minh"},
    "resume": {"minh"},
}


def run(verb: str, world: World, by: Any) -> Callable[[], object]:
    """The verb on a limit that is ready for it, as a person."""
    limit = world.limit()
    if verb == "ask":
        return lambda: ask(world, limit, by=by)
    if verb == "propose":
        return lambda: propose(world, limit, by=by)
    if verb == "decide":
        asked = ask(world, limit)
        return lambda: decide(world, asked, by=by)
    if verb == "suspend":
        return lambda: suspend(world, limit, by=by)
    suspension = suspend(world, limit)
    return lambda: resume(world, suspension, NOW + DAY, by=by)


@pytest.mark.once
class TestWhoMay:
    @pytest.mark.parametrize("verb", MAY)
    def test_every_role_of_the_own_and_of_other_agencies(self, world, verb):
        for name, by in people(world).items():
            act = run(verb, world, by)
            if name in MAY[verb]:
                act()
            else:
                refused(act, NotAllowed)

    def test_the_chief_asks_for_the_city_office_and_nobody_else_of_it(self, world):
        limit = world.limit(agency=world.office)
        for user in (world.phuc, world.hung, world.minh):
            refused(lambda user=user: ask(world, limit, by=world.by(user)), NotAllowed)
        assert ask(world, limit, by=world.by(world.thu)).asked_by == world.thu

    def test_nobody_decides_what_they_asked_for(self, world):
        """Thu of the City Office has become a City leader besides."""
        with recording.recorded(may_be_idle=True):
            world.thu.appointments.create(
                role="city_leader", post="Phó Chủ tịch", started_on=dt.date(2026, 11, 1)
            )
        thu = world.by(world.thu)
        proposed = propose(world, world.limit(), by=thu)
        refused(lambda: decide(world, proposed, by=thu), NotAllowed)
        assert decide(world, propose(world, world.limit()), by=thu).state == "granted"
        with pytest.raises(IntegrityError), transaction.atomic():
            Adjustment.objects.filter(pk=proposed.pk).update(
                decided_by=world.thu, decided_at=NOW, state="granted"
            )

    def test_nor_about_the_agency_in_which_they_have_a_post(self, world):
        with recording.recorded(may_be_idle=True):
            world.minh.appointments.create(
                agency=world.ward, role="agency_clerk", post="Văn thư",
                started_on=dt.date(2026, 11, 1),
            )  # fmt: skip
        limit, other = world.limit(), world.limit(agency=world.other_ward)
        asked = ask(world, limit)
        refused(lambda: decide(world, asked), NotAllowed)
        refused(lambda: suspend(world, limit), NotAllowed)
        assert suspend(world, other)


# --- asking ---------------------------------------------------------------------------------------


class TestAsk:
    def test_what_is_asked_stands_and_nothing_moves(self, world):
        limit = world.limit()
        asked = ask(world, limit)
        assert (asked.kind, asked.state, asked.asked_late) == ("extension", "asked", False)
        assert (asked.asked_by, asked.asked_at) == (world.hung, NOW)
        assert (fresh(limit).due_at, limit.revisions.count()) == (DUE, 0)
        event = Event.objects.get(action="extension_asked")
        assert (event.object_kind, event.object_code) == ("time_limit", limit.code)
        assert (event.actor_name, event.reason) == ("Nguyễn Văn Hùng", "Sở Tài chính chưa trả lời.")
        assert event.after["wanted_on"] == "2026-12-02"

    @pytest.mark.parametrize(
        "day",
        [None, dt.date(2026, 11, 24), dt.date(2026, 11, 26), FRIDAY, SATURDAY, dt.date(2027, 1, 1)],
    )
    def test_only_a_later_working_day(self, world, day):
        limit = world.limit()
        error = refused(lambda: ask(world, limit, wanted_on=day), Unfit)
        assert error.field == "wanted_on"

    def test_not_beyond_the_published_calendar(self, world):
        limit = world.limit()
        far = dt.date(2099, 1, 5)
        refused(lambda: ask(world, limit, wanted_on=far), CalendarNotPublished)

    @pytest.mark.parametrize("change", [{"reason": ""}, {"reason_class": "mệt"}])
    def test_with_a_reason_of_a_class(self, world, change):
        limit = world.limit()
        assert refused(lambda: ask(world, limit, **change), Unfit).field in change

    def test_one_request_at_a_time_whoever_asks(self, world):
        limit = world.limit()
        first = ask(world, limit)
        error = refused(lambda: ask(world, limit), AlreadyAsked)
        assert "Nguyễn Văn Hùng" in error.sentence
        assert "09:00 25/11/2026" in error.sentence
        refused(lambda: propose(world, limit), AlreadyAsked)
        with pytest.raises(IntegrityError), transaction.atomic():
            Adjustment.objects.create(
                time_limit=limit, kind="waiver", reason_class="other", reason="Nữa",
                asked_by=world.thu, asked_at=NOW, asked_late=False,
            )  # fmt: skip
        decide(world, first, grant=False, answer="Chưa đủ căn cứ.")
        assert ask(world, limit).state == "asked"

    def test_not_for_what_is_met_or_stands_still(self, world):
        met, still = world.limit(), world.limit()
        meet(met, by=world.by(world.hung), now=NOW)
        suspend(world, still)
        refused(lambda: ask(world, met), AlreadyMet)
        refused(lambda: ask(world, still), Suspended)

    def test_after_the_breach_too_and_that_is_recorded(self, world):
        in_time, late = world.limit(), world.limit()
        assert ask(world, in_time, DUE - INSTANT).asked_late is False
        assert ask(world, late, DUE).asked_late is True

    def test_a_correction_may_be_earlier_but_not_past(self, world):
        limit = world.limit()
        yesterday = NOW.date() - DAY
        assert refused(lambda: propose(world, limit, wanted_on=yesterday), Unfit)
        assert refused(lambda: propose(world, limit, wanted_on=FRIDAY), Unfit)
        assert propose(world, limit, wanted_on=NOW.date()).kind == "correction"

    def test_the_office_proposes_no_extension(self, world):
        limit = world.limit()
        refused(lambda: propose(world, limit, kind="extension"), Unfit)


# --- deciding -------------------------------------------------------------------------------------


class TestDecide:
    def test_granted_the_date_moves_and_the_first_one_stays(self, world):
        limit = world.limit()
        decided = decide(world, ask(world, limit), NOW + DAY)
        stored = fresh(limit)
        assert (decided.state, decided.decided_by, decided.granted_on) == (
            "granted", world.minh, NEXT_WEDNESDAY,
        )  # fmt: skip
        assert (stored.due_at, stored.due_on) == (hanoi(2026, 12, 3), NEXT_WEDNESDAY)
        assert stored.first_due_at == DUE
        moved = limit.revisions.get()
        assert (moved.cause, moved.reason, moved.document) == (
            "extension", "Sở Tài chính chưa trả lời.", "512/UBND-TH",
        )  # fmt: skip
        assert moved.decided_by == world.minh
        actions = Event.objects.filter(object_code=limit.code).order_by("pk")
        assert [event.action for event in actions] == [
            "limit_started", "extension_asked", "limit_revised", "adjustment_granted",
        ]  # fmt: skip

    def test_the_leader_may_grant_another_day(self, world):
        limit = world.limit()
        asked = ask(world, limit)
        monday = dt.date(2026, 11, 30)
        assert refused(lambda: decide(world, asked, granted_on=FRIDAY), Unfit).field == "granted_on"
        assert refused(lambda: decide(world, asked, granted_on=None), Unfit)
        assert decide(world, asked, granted_on=monday).granted_on == monday
        assert fresh(limit).due_on == monday

    def test_refused_nothing_moves_and_the_answer_is_read(self, world):
        limit = world.limit()
        asked = ask(world, limit)
        error = refused(lambda: decide(world, asked, grant=False, answer=""), Unfit)
        assert error.field == "answer"
        decided = decide(world, asked, grant=False, answer="Chưa đủ căn cứ.")
        assert (decided.state, decided.granted_on) == ("refused", None)
        assert (fresh(limit).due_at, limit.revisions.count()) == (DUE, 0)
        assert Event.objects.get(action="adjustment_refused").after["text"] == "Chưa đủ căn cứ."

    @pytest.mark.parametrize("grant", [True, False])
    def test_met_meanwhile_there_is_nothing_left_to_decide(self, world, grant):
        limit = world.limit()
        asked = ask(world, limit)
        meet(limit, by=world.by(world.hung), now=NOW)
        refused(lambda: decide(world, asked, grant=grant), AlreadyMet)
        assert not adjusting.waiting(world.by(world.minh)).exists()

    def test_the_second_leader_is_told_who_decided_and_when(self, world):
        asked = ask(world, world.limit())
        decide(world, asked, NOW + dt.timedelta(minutes=5))
        error = refused(lambda: decide(world, asked, grant=False, answer="Không."), AlreadyDecided)
        assert "Phạm Quang Minh" in error.sentence
        assert "09:05 25/11/2026" in error.sentence

    def test_suspended_meanwhile_it_is_not_granted_but_may_be_refused(self, world):
        limit = world.limit()
        asked = ask(world, limit)
        suspend(world, limit)
        refused(lambda: decide(world, asked), Suspended)
        assert decide(world, asked, grant=False).state == "refused"

    def test_a_correction_backwards(self, world):
        limit = world.limit()
        thursday = dt.date(2026, 11, 26)
        decide(world, propose(world, limit, wanted_on=thursday))
        assert fresh(limit).due_at == hanoi(2026, 11, 27)
        assert limit.revisions.get().cause == "correction"


class TestTheFlagStays:
    """An extension after the breach gives the remaining work a date, and takes nothing back."""

    LATE = DUE + dt.timedelta(hours=9)

    @pytest.mark.parametrize("swept", [True, False])
    def test_whether_or_not_a_sweep_came_before(self, world, swept):
        limit = world.limit()
        if swept:
            sweeping.flag_overdue(DUE)
        asked = ask(world, limit, self.LATE)
        assert asked.asked_late
        decide(world, asked, self.LATE)
        flag = limit.flags.get()
        assert (flag.due_at, flag.head) == (DUE, world.hung)
        assert not TimeLimit.objects.overdue(self.LATE).exists()

    def test_answered_in_the_new_time_it_counts_as_late(self, world):
        limit = world.limit()
        decide(world, ask(world, limit, self.LATE), self.LATE)
        meet(limit, by=world.by(world.hung, self.LATE), now=hanoi(2026, 12, 1, 9))
        later = hanoi(2026, 12, 9)
        stored = fresh(limit)
        assert (stored.met_late, stored.breached_at) == (True, DUE)
        counted = figures.total(TimeLimit.objects.all(), later)
        assert counted.as_dict() == {"on_time": 0, "late": 1, "overdue": 0, "running": 0}
        assert list(TimeLimit.objects.met_late(later)) == [limit]
        assert not TimeLimit.objects.met_on_time(later).exists()
        said = chip(stored, now=later, calendar=CALENDAR)
        assert (said.tone, said.icon) == ("met_late", "check")

    def test_asked_in_time_and_granted_after_the_breach_too(self, world):
        """Until it is decided the present date counts."""
        limit = world.limit()
        asked = ask(world, limit)
        decide(world, asked, self.LATE)
        assert limit.flags.get().due_at == DUE
        assert fresh(limit).breached_at == DUE

    def test_granted_in_time_it_is_in_time(self, world):
        limit = world.limit()
        decide(world, ask(world, limit))
        meet(limit, by=world.by(world.hung), now=DUE)
        assert (fresh(limit).met_late, limit.flags.count()) == (False, 0)
        assert TimeLimit.objects.met_on_time(DUE).exists()

    def test_a_second_breach_is_a_second_flag(self, world):
        limit = world.limit()
        decide(world, ask(world, limit, self.LATE), self.LATE)
        sweeping.flag_overdue(hanoi(2026, 12, 3))
        dates = limit.flags.order_by("due_at").values_list("due_at", flat=True)
        assert list(dates) == [DUE, hanoi(2026, 12, 3)]


class TestWaive:
    def waived(self, world: World, at: dt.datetime) -> TimeLimit:
        limit = world.limit()
        decide(world, propose(world, limit, at, kind="waiver", wanted_on=None), at)
        return fresh(limit)

    def test_before_its_end_it_is_in_no_figure_and_is_never_flagged(self, world):
        limit = self.waived(world, NOW + DAY)
        assert (limit.lifted, limit.met_at, limit.due_at) == (True, NOW + DAY, DUE)
        assert sweeping.flag_overdue(DUE + DAY).flagged == 0
        counted = figures.total(TimeLimit.objects.all(), DUE + DAY)
        assert sum(counted.as_dict().values()) == 0
        for found in (TimeLimit.objects.met_on_time, TimeLimit.objects.met_late):
            assert not found(DUE + DAY).exists()
        before = figures.total(TimeLimit.objects.all(), NOW + DAY - INSTANT)
        assert before.running == 1
        with translation.override("en"):
            said = chip(limit, now=DUE, calendar=CALENDAR)
        assert (said.tone, said.text) == ("not_started", "Lifted")

    @pytest.mark.parametrize("after", [dt.timedelta(0), DAY])
    def test_after_its_end_the_breach_stays_one(self, world, after):
        limit = self.waived(world, DUE + after)
        flag = OverdueFlag.objects.get()
        assert (flag.due_at, flag.time_limit) == (DUE, limit)
        assert figures.total(TimeLimit.objects.all(), DUE + 2 * DAY).late == 1
        assert chip(limit, now=DUE + DAY, calendar=CALENDAR).tone == "met_late"
        assert Event.objects.get(action="limit_lifted").after["late"] is True

    def test_a_flag_is_not_contradicted_by_a_decision_that_was_stored_later(self, world):
        limit = world.limit()
        asked = propose(world, limit, kind="waiver", wanted_on=None)
        swept_at = DUE + dt.timedelta(seconds=20)
        sweeping.flag_overdue(swept_at)
        decide(world, asked, DUE - INSTANT)
        assert (fresh(limit).met_at, limit.flags.count()) == (swept_at, 1)

    def test_what_has_fallen_away_is_neither_moved_nor_met_again(self, world):
        limit = self.waived(world, NOW)
        refused(lambda: ask(world, limit), AlreadyMet)
        refused(lambda: suspend(world, limit), AlreadyMet)
        refused(lambda: meet(limit, by=world.by(world.hung), now=NOW), AlreadyMet)

    def test_the_database_knows_no_lifted_limit_that_is_open(self, world):
        limit = world.limit()
        with pytest.raises(IntegrityError), transaction.atomic():
            TimeLimit.objects.filter(pk=limit.pk).update(lifted=True)


# --- suspending -----------------------------------------------------------------------------------


class TestSuspend:
    def test_the_days_after_today_are_given_back_at_once(self, world):
        """Thursday 26, Friday 27, Monday 30, Tuesday 1, Wednesday 2: five days."""
        limit = world.limit()
        suspension = suspend(world, limit)
        stored = fresh(limit)
        assert (suspension.given_back, suspension.due_on_before) == (5, FRIDAY)
        assert stored.due_on == dt.date(2026, 12, 4)
        assert stored.suspended_until == NEXT_WEDNESDAY
        moved = limit.revisions.get()
        assert (moved.cause, moved.document) == ("suspension", "513/UBND-TH")
        event = Event.objects.get(action="limit_suspended")
        assert event.after == {"suspended_until": "2026-12-02", "given_back": 5}
        assert (event.document, event.reason) == ("513/UBND-TH", "Chờ kết luận của Bộ Xây dựng.")

    def test_while_it_stands_still_it_is_not_overdue_and_then_runs_on_by_itself(self, world):
        limit = world.limit()
        suspend(world, limit)
        sweeping.flag_overdue(hanoi(2026, 12, 2, 23, 59))
        assert not OverdueFlag.objects.exists()
        stored = fresh(limit)
        assert chip(stored, now=hanoi(2026, 12, 2, 23), calendar=CALENDAR).tone == "suspended"
        on_thursday = chip(stored, now=hanoi(2026, 12, 3), calendar=CALENDAR)
        assert on_thursday.tone == "due_soon"
        sweeping.flag_overdue(hanoi(2026, 12, 5))
        assert limit.flags.get().due_at == hanoi(2026, 12, 5)

    @pytest.mark.parametrize(
        "change",
        [
            {"until_on": None},
            {"until_on": dt.date(2026, 11, 25)},
            {"until_on": SATURDAY},
            {"reason": ""},
            {"document": ""},
        ],
    )
    def test_never_without_end_reason_and_document(self, world, change):
        limit = world.limit()
        assert refused(lambda: suspend(world, limit, **change), Unfit).field in change

    def test_not_beyond_the_published_calendar(self, world):
        limit = world.limit()
        refused(lambda: suspend(world, limit, until_on=dt.date(2099, 1, 5)), CalendarNotPublished)
        eve = dt.date(2027, 12, 31)  # itself published, its due date is not
        refused(lambda: suspend(world, limit, until_on=eve), CalendarNotPublished)

    def test_not_when_overdue_met_or_suspended_already(self, world):
        overdue, met, still = world.limit(), world.limit(), world.limit()
        meet(met, by=world.by(world.hung), now=NOW)
        suspend(world, still)
        refused(lambda: suspend(world, overdue, DUE), Overdue)
        refused(lambda: suspend(world, met), AlreadyMet)
        error = refused(lambda: suspend(world, still), Suspended)
        assert "02/12/2026" in error.sentence

    def test_again_once_the_first_has_ended(self, world):
        limit = world.limit()
        suspend(world, limit)
        after = hanoi(2026, 12, 3, 9)
        suspend(world, limit, after, until_on=dt.date(2026, 12, 4))
        assert fresh(limit).due_on == dt.date(2026, 12, 7)
        assert limit.suspensions.count() == 2

    def test_an_answer_that_comes_meanwhile_is_in_time(self, world):
        limit = world.limit()
        suspend(world, limit)
        later = hanoi(2026, 12, 1, 9)
        assert not meet(limit, by=world.by(world.hung, later), now=later).met_late
        assert chip(fresh(limit), now=later, calendar=CALENDAR).tone == "met_early"


class TestResume:
    def test_early_it_ends_as_many_days_later_as_were_lost(self, world):
        """Suspended on Wednesday, resumed on Monday: Thursday, Friday and Monday were lost."""
        limit = world.limit()
        suspension = resume(world, suspend(world, limit), hanoi(2026, 11, 30, 10))
        stored = fresh(limit)
        assert (suspension.given_back, suspension.resumed_by) == (3, world.minh)
        assert (stored.due_on, stored.suspended_until) == (NEXT_WEDNESDAY, None)
        causes = limit.revisions.order_by("pk").values_list("cause", flat=True)
        assert list(causes) == ["suspension", "suspension"]
        event = Event.objects.get(action="limit_resumed")
        assert event.before == {"suspended_until": "2026-12-02", "given_back": 5}
        assert event.after == {"suspended_until": None, "given_back": 3}

    def test_the_same_day_nothing_was_lost(self, world):
        limit = world.limit()
        resume(world, suspend(world, limit), NOW + dt.timedelta(hours=1))
        assert (fresh(limit).due_at, fresh(limit).suspended_until) == (DUE, None)

    def test_with_a_reason(self, world):
        suspension = suspend(world, world.limit())
        error = refused(lambda: resume(world, suspension, NOW + DAY, reason=""), Unfit)
        assert error.field == "reason"

    def test_on_its_last_day_and_after_it_ends_by_itself(self, world):
        suspension = suspend(world, world.limit())
        for now in (hanoi(2026, 12, 2, 9), hanoi(2026, 12, 3, 9)):
            error = refused(lambda now=now: resume(world, suspension, now), NotSuspended)
            assert "02/12/2026" in error.sentence

    def test_the_second_is_told_who_let_it_run_on(self, world):
        suspension = suspend(world, world.limit())
        resume(world, suspension, NOW + DAY)
        error = refused(lambda: resume(world, suspension, NOW + DAY), NotSuspended)
        assert "Phạm Quang Minh" in error.sentence

    def test_not_on_a_day_off_when_no_working_day_was_left(self, world):
        """Suspended on its last day; on Saturday its end would already lie behind."""
        limit = world.limit()
        friday = hanoi(2026, 11, 27, 9)
        suspension = suspend(world, limit, friday)
        refused(lambda: resume(world, suspension, hanoi(2026, 11, 28, 9)), Unfit)
        monday = hanoi(2026, 11, 30, 9)
        resume(world, suspension, monday)
        assert fresh(limit).due_on == monday.date()
        assert not fresh(limit).is_overdue(monday)

    def test_met_meanwhile_there_is_nothing_to_resume(self, world):
        limit = world.limit()
        suspension = suspend(world, limit)
        meet(limit, by=world.by(world.hung), now=NOW)
        refused(lambda: resume(world, suspension, NOW + DAY), AlreadyMet)


class TestWhoIsTold:
    """The other side, once for each request and decision, never whoever acts."""

    def told(self, kind: str) -> set[str]:
        names = Message.objects.filter(kind=kind).values_list("recipient__username", flat=True)
        assert len(names) == len(set(names))
        return set(names)

    def test_the_leaders_hear_of_a_request_and_the_agency_of_the_decision(self, world):
        limit = world.limit()
        decide(world, ask(world, limit))
        assert self.told("extension_asked") == {"minh"}
        assert self.told("request_granted") == {"hung", "lan"}
        granted = Message.objects.filter(kind="request_granted").first()
        assert (granted.due_at, granted.limit_code) == (hanoi(2026, 12, 3), limit.code)

    def test_a_second_request_at_the_same_due_date_is_news_again(self, world):
        limit = world.limit()
        for _time in range(2):
            decide(world, ask(world, limit), grant=False, answer="Chưa đủ căn cứ.")
        assert Message.objects.filter(kind="extension_asked").count() == 2
        assert Message.objects.filter(kind="request_refused").count() == 4

    def test_the_office_hears_what_became_of_its_proposal(self, world):
        decide(world, propose(world, world.limit(), kind="waiver", wanted_on=None))
        assert self.told("change_proposed") == {"minh"}
        assert self.told("lifted") == {"hung", "lan", "phuc"}

    def test_the_agency_hears_of_a_suspension_and_of_its_end(self, world):
        suspension = suspend(world, world.limit())
        resume(world, suspension, NOW + DAY)
        assert self.told("suspended") == self.told("resumed") == {"hung", "lan"}

    def test_each_is_a_sentence_in_the_inbox(self, world, sign_in):
        direction = world.directed()
        decide(world, ask(world, direction.time_limit))
        suspend(world, direction.time_limit)
        for user, count in ((world.hung, 3), (world.minh, 1)):
            page = sign_in(user).get("/hop-thu/")
            assert page.status_code == 200
            assert page.content.decode().count(direction.dossier.code) >= count


# --- whatever happens -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.once
class TestWhateverTheDates:
    """Random limits of the published years, suspended at random and resumed at random or never."""

    @settings(
        max_examples=150,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        start=st.integers(0, 2560),
        minute=st.integers(0, 1439),
        rule=st.sampled_from(["agency_report", "office_draft"]),
        data=st.data(),
    )
    def test_the_days_left_are_kept_and_no_end_moves_earlier(
        self, shared_world, start, minute, rule, data
    ):
        world = shared_world
        begun = hanoi(2020, 9, 14) + dt.timedelta(days=start, minutes=minute)
        with transaction.atomic():
            limit = world.limit(begun, rule_code=rule)
            span = (limit.due_at - begun) // dt.timedelta(minutes=1)
            at = begun + dt.timedelta(minutes=data.draw(st.integers(0, span - 1), "suspended"))
            left = working_days_left(CALENDAR, at, limit.due_at)
            before = limit.due_at
            from_day = at.astimezone(hanoi(2020, 1, 1).tzinfo).date()
            until = CALENDAR.add_working_days(from_day, data.draw(st.integers(1, 25), "until"))
            suspension = suspend(world, limit, at, until_on=until)
            after = fresh(limit)
            assert after.due_at > before
            morning = hanoi(until.year, until.month, until.day, 12)
            assert working_days_left(CALENDAR, morning, after.due_at) == left
            assert not after.is_overdue(adjusting.end_of(until) - INSTANT)

            stop = data.draw(st.integers(0, (until - from_day).days - 1), "resumed")
            day = from_day + stop * DAY
            resumed_at = max(at, hanoi(day.year, day.month, day.day, 12))
            try:
                suspension = resume(world, suspension, resumed_at)
            except Unfit:
                assert left == 0
                assert not CALENDAR.is_working_day(day)
            else:
                after = fresh(limit)
                assert after.due_at >= before
                assert working_days_left(CALENDAR, resumed_at, after.due_at) == left
                assert not after.is_overdue(resumed_at)
            moved = sum(
                CALENDAR.working_days_between(
                    (move.from_due_at + dt.timedelta(hours=7) - INSTANT).date(),
                    (move.to_due_at + dt.timedelta(hours=7) - INSTANT).date(),
                )
                for move in limit.revisions.all()
            )
            assert moved == suspension.given_back
            transaction.set_rollback(True)

    @pytest.fixture
    def shared_world(self, world):
        """The same people for every example; posts that reach back to 2020."""
        with recording.recorded(may_be_idle=True):
            for user in (world.minh, world.hung):
                user.appointments.update(started_on=dt.date(2019, 1, 1))
        return world


class TestWholeOrNotAtAll:
    @pytest.mark.parametrize("verb", ["ask", "propose", "decide", "waive", "suspend", "resume"])
    def test_at_every_write(self, world, verb):
        if verb == "waive":
            asked = propose(world, world.limit(), kind="waiver", wanted_on=None)

            def act() -> object:
                return decide(world, asked, DUE + DAY)
        else:
            act = run(verb, world, world.by(getattr(world, min(MAY[verb]))))
        before = everything()
        with crash_at_write(0) as writes, pytest.raises(Crash), recording.recorded():
            act()
            raise Crash
        assert everything() == before
        assert len(writes) > 1
        for number in range(1, len(writes) + 1):
            with crash_at_write(number), pytest.raises(Crash):
                act()
            assert everything() == before, writes[number - 1]


def test_what_is_written_by_hand_is_entered_by_the_database(world):
    asked = ask(world, world.limit())
    suspension = suspend(world, world.limit())
    Adjustment.objects.filter(pk=asked.pk).update(reason="Sửa sau")
    Suspension.objects.filter(pk=suspension.pk).update(given_back=99)
    entries = Event.objects.filter(action="direct_update").order_by("pk")
    tables = [entry.object_kind for entry in entries]
    assert tables == ["deadlines_adjustment", "deadlines_suspension"]
