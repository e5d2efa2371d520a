"""What lies open at agencies: read in a fixed number of queries, locked when it is to move."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from agencies.models import Agency
from deadlines.models import TimeLimit
from deadlines.moving import owed_by
from dossiers.holding import DESK_OF
from dossiers.models import Consultation, Direction, Dossier, Task
from dossiers.reorganising.arranging import Arrangement
from dossiers.states import State

#: A dossier in one of these is still on somebody's desk.
OPEN_STATES = [state for state in State if DESK_OF[state] is not None]
#: A task in one of these is still to be done, or to be accepted.
OPEN_TASKS = (Task.State.GIVEN, Task.State.REPORTED)


class Lying:
    """Dossiers, tasks, questions and limits that agencies still owe, each with where it goes."""

    def __init__(self, agencies: Collection[Agency], arrangement: Arrangement, *, lock: bool):
        self._goes = arrangement

        def read(rows: QuerySet) -> list[Any]:
            # in the order in which every verb locks: dossier, task, question, then limit
            rows = rows.order_by("pk")
            return list(rows.select_for_update(of=("self",)) if lock else rows)

        self.dossiers: list[Dossier] = read(
            Dossier.objects.filter(agency__in=agencies, state__in=OPEN_STATES).select_related(
                "agency"
            )
        )
        self.tasks: list[Task] = read(
            Task.objects.filter(lead__in=agencies, state__in=OPEN_TASKS).select_related("lead")
        )
        cooperating = Task.cooperating.through.objects.filter(
            agency__in=agencies, task__state__in=OPEN_TASKS
        )
        self.cooperating = list(cooperating.select_related("task").order_by("pk"))
        self.questions: list[Consultation] = read(
            Consultation.objects.filter(
                agency__in=agencies, answered_at__isnull=True, silent_at__isnull=True
            ).select_related("agency", "time_limit")
        )
        self.limits: list[TimeLimit] = read(owed_by(agencies).select_related("agency", "officer"))
        asked = Direction.objects.filter(
            time_limit__agency__in=agencies, time_limit__met_at__isnull=True
        )
        self._dossier_of = dict(asked.values_list("time_limit_id", "dossier_id"))
        self._place()

    def _place(self) -> None:
        goes = self._goes
        self._dossiers = {d.pk: goes.of_item(d.code, d.unit_id) for d in self.dossiers}
        self._tasks = {t.pk: goes.of_item(t.code, t.unit_id) for t in self.tasks}
        self._questions = {
            q.pk: goes.of_item(q.time_limit.code, q.time_limit.unit_id) for q in self.questions
        }
        by_limit = {task.time_limit_id: self._tasks[task.pk] for task in self.tasks}
        by_limit |= {asked.time_limit_id: self._questions[asked.pk] for asked in self.questions}
        by_limit |= {
            limit: self._dossiers[dossier]
            for limit, dossier in self._dossier_of.items()
            if dossier in self._dossiers
        }
        self._limits = {
            limit.pk: by_limit.get(limit.pk) or goes.of_item(limit.code, limit.unit_id)
            for limit in self.limits
        }

    def __bool__(self) -> bool:
        return any((self.dossiers, self.tasks, self.cooperating, self.questions, self.limits))

    def for_heir(self, key: str) -> dict[str, list[Any]]:
        """What goes to one successor. Who cooperates in a task goes with the first one."""
        return {
            "dossiers": [row for row in self.dossiers if self._dossiers[row.pk] == key],
            "tasks": [row for row in self.tasks if self._tasks[row.pk] == key],
            "cooperating": self.cooperating if key == self._goes.first else [],
            "questions": [row for row in self.questions if self._questions[row.pk] == key],
            "limits": [row for row in self.limits if self._limits[row.pk] == key],
        }

    def items(self) -> Iterator[tuple[str, str, int | None, str]]:
        """Each open matter that can be arranged alone: its code, sort, unit and key.

        A limit of a dossier, a task or a question follows it and is no matter of its own.
        """
        for row in self.dossiers:
            yield row.code, "dossier", row.unit_id, self._dossiers[row.pk]
        for task in self.tasks:
            yield task.code, "task", task.unit_id, self._tasks[task.pk]
        for asked in self.questions:
            limit = asked.time_limit
            yield limit.code, "question", limit.unit_id, self._questions[asked.pk]
        follows = {task.time_limit_id for task in self.tasks}
        follows |= {asked.time_limit_id for asked in self.questions}
        follows |= {li for li, dossier in self._dossier_of.items() if dossier in self._dossiers}
        for limit in self.limits:
            if limit.pk not in follows:
                yield limit.code, "limit", limit.unit_id, self._limits[limit.pk]


def count_by(rows: Iterable[Any], name: str) -> Counter:
    """How many of the rows come from each former agency."""
    return Counter(getattr(row, name) for row in rows)
