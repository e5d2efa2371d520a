"""The result class of a task: of one row and of a query they are the same, whatever happened."""

import itertools
import random
from datetime import timedelta

import pytest

from deadlines.models import TimeLimit
from dossiers.models import Task
from dossiers.task_results import TaskResult
from dossiers.transitions import Due
from ledger import recording
from tests.dossiers.tasks.story import accepted, given, reported, sent_back
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

#: The story's task ends at this midnight.
END = hanoi(2026, 12, 8)
MOMENT = timedelta(microseconds=1)


class TestTheWords:
    @pytest.mark.parametrize(
        ("at", "result"),
        [
            (NOW, TaskResult.DONE_EARLY),
            (hanoi(2026, 12, 6, 23, 59), TaskResult.DONE_EARLY),
            (hanoi(2026, 12, 7), TaskResult.DONE_ON_TIME),
            (END - MOMENT, TaskResult.DONE_ON_TIME),
        ],
    )
    def test_before_the_last_day_is_early_and_on_it_is_on_time(self, world, at, result):
        assert accepted(world, at).result(END) == result

    def test_reported_at_midnight_and_accepted_is_late(self, world):
        report = reported(world, at=END, late_reason="Chờ số liệu.")
        Task.objects.filter(pk=report.task_id).update(state=Task.State.ACCEPTED)
        assert Task.objects.get().result(END) == TaskResult.DONE_LATE

    def test_open_is_overdue_from_the_midnight_on(self, world):
        task = given(world)
        assert task.result(END - MOMENT) == TaskResult.OPEN_IN_TIME
        assert task.result(END) == TaskResult.OPEN_OVERDUE

    def test_while_the_city_reads_a_timely_report_nothing_grows_overdue(self, world):
        task = reported(world).task
        assert Task.objects.get(pk=task.pk).result(END + timedelta(days=30)) == (
            TaskResult.OPEN_IN_TIME
        )

    def test_what_is_sent_back_runs_until_its_new_date(self, world):
        task = sent_back(world, due=Due(working_days=1))
        assert task.result(NOW) == TaskResult.OPEN_IN_TIME
        assert task.result(hanoi(2026, 11, 27)) == TaskResult.OPEN_OVERDUE

    def test_what_fell_away_is_neither(self, world):
        task = given(world)
        facts = {"met_at": NOW, "lifted": True}
        TimeLimit.objects.filter(pk=task.time_limit_id).update(**facts)
        assert Task.objects.get(pk=task.pk).result(END) == TaskResult.LIFTED


#: Instants that matter of a limit, as distances from its end; ``None``: not met.
MET = [
    None, -timedelta(days=5), -timedelta(days=1) - MOMENT, -timedelta(days=1), -MOMENT,
    timedelta(0), MOMENT, timedelta(days=3),
]  # fmt: skip


def test_of_one_row_and_of_a_query_they_agree(world):
    """Every combination of state, earlier rounds, extension and waiver, and random instants."""
    chance = random.Random(4449)
    states = [Task.State.GIVEN, Task.State.REPORTED, Task.State.ACCEPTED]
    cases = [
        case
        for case in itertools.product(states, MET, (False, True), (False, True), (False, True))
        if (case[1] is None) == (case[0] == Task.State.GIVEN) and not (case[4] and case[1] is None)
    ]
    tasks = [given(world) for _ in cases]
    with recording.recorded(may_be_idle=True):
        for task, (state, met, breached, extended, lifted) in zip(tasks, cases, strict=True):
            Task.objects.filter(pk=task.pk).update(state=state, breached=breached)
            end = task.time_limit.due_at
            jitter = timedelta(seconds=chance.choice((0, 0, 1)))
            TimeLimit.objects.filter(pk=task.time_limit_id).update(
                met_at=None if met is None else end + met + jitter,
                breached_at=end - timedelta(days=2) if extended else None,
                lifted=lifted,
            )
    seen = set()
    for now in (NOW, END - MOMENT, END, END + MOMENT, END + timedelta(days=9)):
        rows = Task.objects.with_result(now).select_related("time_limit")
        for row in rows:
            assert row.result_class == row.result(now), (row.state, row.time_limit.met_at, now)
            seen.add(row.result_class)
        for result in TaskResult:
            found = set(Task.objects.in_class(result, now).values_list("pk", flat=True))
            assert found == {row.pk for row in rows if row.result(now) == result}
    assert seen == set(TaskResult)
