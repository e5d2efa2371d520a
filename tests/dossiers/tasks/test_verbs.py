"""The verbs of assigned tasks: who may, from which state, all or nothing, and what stays on record.

Minh gives; Hùng, the head of the ward, reports; Thu of the City Office decides too.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from accounts.actors import Actor
from accounts.models import Message, MessageKind, StagedFile
from accounts.refusals import NotAllowed
from accounts.roles import Role
from agencies.models import InternalUnit
from deadlines import sweeping
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from deadlines.rules import NotALastDay
from documents.models import Series
from dossiers import transitions as verbs
from dossiers.models import Task, TaskFile, TaskReport
from dossiers.transitions import Due, Source
from dossiers.transitions.assigning import Hands
from ledger import recording
from ledger.models import Event
from tests.dossiers.tasks.story import LAST_DAY, accepted, conclusion, given, line, reported
from tests.dossiers.tasks.story import sent_back as back
from tests.dossiers.test_verbs import Crash, crash_at_write, people
from tests.world import NOW, World, hanoi, person

pytestmark = pytest.mark.django_db

TABLES = (
    Task, Task.cooperating.through, Series, TaskReport, TaskFile, StagedFile, TimeLimit,
    OverdueFlag, SweepRun, Message, Event,
)  # fmt: skip
State = Task.State
IN_STATE: dict[str, Callable[[World], Task]] = {
    State.GIVEN: given,
    State.REPORTED: lambda world: reported(world).task,
    State.ACCEPTED: accepted,
}
LATE = hanoi(2026, 12, 8, 9, 0)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a verb of tasks may write."""
    return {
        model.__name__: list(model.objects.order_by(model._meta.pk.name).values())
        for model in TABLES
    }


class TaskVerbStory:
    """The tests that every verb on a task shares."""

    starts_from: ClassVar[str]
    leads_to: ClassVar[str]
    may: ClassVar[set[str]]
    acts_as: ClassVar[str]
    entries: ClassVar[list[str]]

    def act(
        self, world: World, task: Task, by: Actor, files: list, version: int | None = None
    ) -> object:
        raise NotImplementedError

    def files(self, world: World, by: Actor) -> list[StagedFile]:
        """What the person has put on the server before."""
        return []

    def start(self, world: World) -> Task:
        return IN_STATE[self.starts_from](world)

    def actor(self, world: World) -> Actor:
        return world.by(getattr(world, self.acts_as))

    def test_starts_from_this_state_and_no_other(self, world):
        by = self.actor(world)
        for state, make in IN_STATE.items():
            task, files = make(world), self.files(world, by)
            before = everything()
            if state == self.starts_from:
                self.act(world, task, by, files)
                assert Task.objects.get(pk=task.pk).state == self.leads_to
            else:
                with pytest.raises(verbs.WrongState):
                    self.act(world, task, by, files)
                assert everything() == before, state

    def test_is_refused_to_everybody_else(self, world):
        task, actors = self.start(world), people(world)
        for name in sorted(set(actors) - self.may):
            files = self.files(world, actors[name])
            before = everything()
            with pytest.raises(NotAllowed):
                self.act(world, task, actors[name], files)
            assert everything() == before, name

    def test_is_allowed_to_everybody_who_has_the_right(self, world):
        actors = people(world)
        for name in sorted(self.may):
            self.act(world, self.start(world), actors[name], self.files(world, actors[name]))

    def test_happens_whole_or_not_at_all(self, world):
        task, by = self.start(world), self.actor(world)
        files = self.files(world, by)
        before = everything()
        with crash_at_write(0) as writes, pytest.raises(Crash), recording.recorded():
            self.act(world, task, by, files)
            raise Crash
        assert everything() == before
        for number in range(1, len(writes) + 1):
            with crash_at_write(number), pytest.raises(Crash):
                self.act(world, task, by, files)
            assert everything() == before, writes[number - 1]

    def test_leaves_its_entries_under_the_name_and_post_of_that_day(self, world):
        task, by = self.start(world), self.actor(world)
        last = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
        self.act(world, task, by, self.files(world, by))
        events = Event.objects.filter(pk__gt=last).order_by("pk")
        assert [event.action for event in events] == self.entries
        assert {event.actor_id for event in events} == {by.user.pk}
        assert {event.actor_post for event in events} == {by.author.post}

    def test_a_form_opened_before_somebody_elses_act_is_refused(self, world):
        task, by = Task.objects.get(pk=self.start(world).pk), self.actor(world)
        files = self.files(world, by)
        before = everything()
        with pytest.raises(verbs.Stale):
            self.act(world, task, by, files, version=task.version - 1)
        assert everything() == before

    def test_the_version_grows(self, world):
        task, by = Task.objects.get(pk=self.start(world).pk), self.actor(world)
        self.act(world, task, by, self.files(world, by), version=task.version)
        assert Task.objects.get(pk=task.pk).version == task.version + 1


class TestGive:
    MAY = {"minh", "thu", "phuc", "quang"}

    def act(self, world, by, **changes):
        return verbs.give_tasks(
            lines=[line(world), line(world, due=Due(working_days=5))],
            source=Source(**changes), by=by, now=NOW,
        )  # fmt: skip

    def test_the_city_gives_and_nobody_else(self, world):
        for name, by in people(world).items():
            before = everything()
            if name in self.MAY:
                assert len(self.act(world, by)) == 2
            else:
                with pytest.raises(NotAllowed):
                    self.act(world, by)
                assert everything() == before, name

    def test_all_lines_or_none(self, world):
        by = world.by(world.minh)
        before = everything()
        with crash_at_write(0) as writes, pytest.raises(Crash), recording.recorded():
            self.act(world, by)
            raise Crash
        for number in range(1, len(writes) + 1):
            with crash_at_write(number), pytest.raises(Crash):
                self.act(world, by)
            assert everything() == before

    def test_codes_follow_each_other_and_a_failed_one_takes_none(self, world):
        assert [task.code for task in self.act(world, world.by(world.minh))] == [
            "NV2026-00001",
            "NV2026-00002",
        ]
        with pytest.raises(NotALastDay):
            given(world, due=Due(on=date(2026, 12, 6)))
        assert given(world).code == "NV2026-00003"

    def test_a_date_in_the_document_ends_at_24_00_of_that_day(self, world):
        limit = given(world).time_limit
        assert (limit.due_at, limit.due_on) == (hanoi(2026, 12, 8), LAST_DAY)
        assert (limit.code, limit.subject_code) == ("NV2026-00001/1", "NV2026-00001")
        assert (limit.agency, limit.head_at_start) == (world.ward, world.hung)

    def test_working_days_are_counted_on_the_calendar_and_stay_beside_the_date(self, world):
        task = given(world, due=Due(working_days=5))
        assert task.working_days == 5
        assert task.time_limit.due_on == date(2026, 12, 2)  # Th, Fr, Mo, Tu, We

    @pytest.mark.parametrize("due", [Due(), Due(on=LAST_DAY, working_days=5)])
    def test_neither_or_both_is_unclear(self, world, due):
        before = everything()
        with pytest.raises(verbs.DueUnclear):
            given(world, due=due)
        assert everything() == before

    @pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 12, 5), date(2026, 11, 24)])
    def test_a_day_that_is_past_or_not_worked_is_refused(self, world, day):
        before = everything()
        with pytest.raises(NotALastDay):
            given(world, due=Due(on=day))
        assert everything() == before

    def test_from_a_conclusion_the_dossier_says_which_tasks_came_of_it(self, world):
        source = Source(conclusion=conclusion(world), ref="12/TB-VP")
        task = given(world, source=source)
        event = Event.objects.get(action="tasks_given")
        assert event.object_code == source.conclusion.dossier.code
        assert event.after["tasks"] == [task.code]

    def test_heads_and_clerks_of_lead_and_cooperating_agencies_are_told(self, world):
        people(world)
        given(world)
        told = Message.objects.filter(kind=MessageKind.TASK_GIVEN)
        assert {m.recipient.username for m in told} == {"lan", "hung", "tuan", "hai"}

    def test_the_lead_does_not_cooperate_with_itself(self, world):
        task = given(world, cooperating=(world.ward, world.other_ward))
        assert list(task.cooperating.all()) == [world.other_ward]


class TestAssign(TaskVerbStory):
    starts_from, leads_to = State.GIVEN, State.GIVEN
    may, acts_as = {"hung"}, "hung"
    entries = ["limit_handed", "task_assigned"]

    def act(self, world, task, by, files=(), version=None):
        hands = Hands(officer=world.lan, internal_due_on=date(2026, 12, 1))
        return verbs.assign_task(task, hands=hands, version=version, by=by, now=NOW)

    def test_the_officer_holds_the_limit_and_its_due_date_stays(self, world):
        task = self.act(world, given(world), world.by(world.hung))
        limit = TimeLimit.objects.get(pk=task.time_limit_id)
        assert (limit.officer, limit.due_on) == (world.lan, LAST_DAY)
        assert task.internal_due_on == date(2026, 12, 1)

    def test_a_stranger_or_anothers_unit_is_refused(self, world):
        task, by = given(world), world.by(world.hung)
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(agency=world.other_ward, name="Phòng Kinh tế")
        before = everything()
        for hands in (Hands(officer=world.tuan), Hands(unit=unit)):
            with pytest.raises(verbs.NotOfThisAgency):
                verbs.assign_task(task, hands=hands, version=None, by=by, now=NOW)
        assert everything() == before


class TestReport(TaskVerbStory):
    starts_from, leads_to = State.GIVEN, State.REPORTED
    may, acts_as = {"hung"}, "hung"
    entries = ["limit_met", "task_reported", "task_file_attached"]

    def act(self, world, task, by, files=(), version=None):
        facts = verbs.TaskReportFacts(text="Đã xong.")
        return verbs.report_task(task, facts=facts, files=files, version=version, by=by, now=NOW)

    def files(self, world, by):
        return [world.staged(by.user)]

    def test_the_limit_is_met_at_once_and_nobody_waits_for_the_city(self, world):
        report = reported(world)
        limit = TimeLimit.objects.get(pk=report.time_limit_id)
        assert limit.met_at == report.sent_at == NOW
        sweeping.flag_overdue(LATE)
        assert not OverdueFlag.objects.exists()

    def test_an_empty_report_stops_no_clock(self, world):
        task = given(world)
        before = everything()
        with pytest.raises(verbs.EmptyTaskReport):
            reported(world, task=task, text="")
        assert everything() == before

    def test_a_late_one_says_why(self, world):
        task = given(world)
        sweeping.flag_overdue(LATE)
        before = everything()
        with pytest.raises(verbs.LateWithoutReason):
            reported(world, at=LATE, task=task)
        assert everything() == before
        report = reported(world, at=LATE, task=task, late_reason="Chờ số liệu.")
        assert TimeLimit.objects.get(pk=report.time_limit_id).met_late
        assert OverdueFlag.objects.get().due_at == hanoi(2026, 12, 8)

    def test_whoever_gave_it_and_the_city_office_are_told(self, world):
        people(world)
        reported(world)
        told = Message.objects.filter(kind=MessageKind.TASK_REPORTED)
        assert {m.recipient.username for m in told} == {"minh", "thu", "phuc", "quang"}


class TestAccept(TaskVerbStory):
    starts_from, leads_to = State.REPORTED, State.ACCEPTED
    may, acts_as = {"minh", "thu", "phuc", "quang"}, "minh"
    entries = ["task_accepted"]

    def act(self, world, task, by, files=(), version=None):
        return verbs.accept_task(task, answer="Đạt.", version=version, by=by, now=NOW)

    def test_nobody_decides_on_a_report_of_their_own_even_in_another_post(self, world):
        task = reported(world).task
        with recording.recorded(may_be_idle=True):
            person("hung", "", Role.CITY_LEADER, None, "Phó Chủ tịch UBND Thành phố")
        with pytest.raises(NotAllowed):
            self.act(world, task, world.by(world.hung))

    def test_the_city_office_does_not_accept_its_own(self, world):
        task = given(world, lead=world.office, cooperating=())
        facts = verbs.TaskReportFacts(text="Đã xong.")
        verbs.report_task(
            task, facts=facts, files=[], version=None, by=world.by(world.thu), now=NOW
        )
        for user in (world.thu, world.phuc):
            with pytest.raises(NotAllowed):
                self.act(world, task, world.by(user))
        self.act(world, task, world.by(world.minh))

    def test_of_two_decisions_one_is_stored(self, world):
        task = reported(world).task
        self.act(world, task, world.by(world.minh))
        with pytest.raises(verbs.WrongState):
            verbs.send_back_task(
                task, reason="Thiếu.", due=Due(working_days=2), version=None,
                by=world.by(world.thu), now=NOW,
            )  # fmt: skip
        assert TaskReport.objects.get().decided_by == world.minh


class TestSendBack(TaskVerbStory):
    starts_from, leads_to = State.REPORTED, State.GIVEN
    may, acts_as = {"minh", "thu", "phuc", "quang"}, "thu"
    entries = ["limit_started", "task_sent_back"]

    def act(self, world, task, by, files=(), version=None):
        return verbs.send_back_task(
            task, reason="Thiếu phụ lục.", due=Due(working_days=3), version=version, by=by, now=NOW
        )

    def test_the_rest_gets_a_limit_of_its_own_and_the_first_keeps_its_result(self, world):
        task = back(world)
        first, second = TimeLimit.objects.order_by("pk")
        assert (first.code, first.met_at) == ("NV2026-00001/1", NOW)
        assert (second.code, second.met_at) == ("NV2026-00001/2", None)
        assert (task.round, task.time_limit, task.working_days) == (2, second, 3)
        assert second.due_on == date(2026, 11, 30)

    def test_the_new_limit_is_swept_like_every_other(self, world):
        back(world)
        sweeping.flag_overdue(hanoi(2026, 12, 1, 0, 1))
        assert OverdueFlag.objects.get().time_limit.code == "NV2026-00001/2"

    def test_a_late_report_stays_late_however_early_the_next_one_is(self, world):
        task = back(world, at=LATE, late_reason="Chờ số liệu.")
        assert task.breached
        at = LATE + timedelta(minutes=5)
        reported(world, at=at, task=task)
        by = world.by(world.minh, at)
        verbs.accept_task(task, answer="", version=None, by=by, now=at)
        assert Task.objects.get(pk=task.pk).result(at) == "done_late"

    def test_the_officer_of_the_task_holds_the_new_limit_too(self, world):
        task = given(world)
        verbs.assign_task(
            task, hands=Hands(officer=world.lan), version=None, by=world.by(world.hung), now=NOW
        )
        reported(world, task=task)
        assert self.act(world, task, world.by(world.thu)).officer == world.lan

    def test_a_date_that_is_past_changes_nothing(self, world):
        task = reported(world).task
        before = everything()
        with pytest.raises(NotALastDay):
            verbs.send_back_task(
                task, reason="Thiếu.", due=Due(on=date(2026, 11, 20)), version=None,
                by=world.by(world.thu), now=NOW,
            )  # fmt: skip
        assert everything() == before


class TestTheSweep:
    def test_flags_a_task_nobody_reported_on_and_tells_who_holds_it(self, world):
        task = given(world)
        sweeping.flag_overdue(hanoi(2026, 12, 7, 23, 59))
        assert not OverdueFlag.objects.exists()
        sweeping.flag_overdue(hanoi(2026, 12, 8))
        flag = OverdueFlag.objects.get()
        assert (flag.time_limit_id, flag.head) == (task.time_limit_id, world.hung)
        told = Message.objects.filter(kind=MessageKind.OVERDUE, about=task.code)
        assert {m.recipient.username for m in told} == {"hung", "lan", "thu"}
