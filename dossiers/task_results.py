"""What became of a task: completed or not, in time or overdue; of one row and of many.

The five classes are those of Vietnamese task software: two by two, and "trước hạn" beside them.
A task is completed once its report is accepted. While a report waits for that, it is not completed,
and in time or overdue as the report was. A breach stays one: a task whose report came late in an
earlier round, or whose limit was extended after its end, is completed late whatever comes after.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from dossiers.models import Task

_ONE_DAY = timedelta(days=1)
#: As stored in ``Task.state``; the model imports this module.
_ACCEPTED = "accepted"


class TaskResult(models.TextChoices):
    """The result class of a task at an instant, in the words that everybody uses."""

    DONE_EARLY = "done_early", _("Completed before the due date")
    DONE_ON_TIME = "done_on_time", _("Completed on time")
    DONE_LATE = "done_late", _("Completed late")
    OPEN_IN_TIME = "open_in_time", _("Not completed, within time")
    OPEN_OVERDUE = "open_overdue", _("Not completed, overdue")
    LIFTED = "lifted", _("Fell away")


def result_of(task: "Task", now: datetime) -> TaskResult:
    """The class of one task at an instant; its present limit must be at hand.

    Early: reported before its last day. On time: on its last day, before 24:00.
    """
    limit = task.time_limit
    if limit.lifted:
        return TaskResult.LIFTED
    late = task.breached or limit.met_late
    if task.state != _ACCEPTED:
        overdue = now >= limit.due_at if limit.met_at is None else late
        return TaskResult.OPEN_OVERDUE if overdue else TaskResult.OPEN_IN_TIME
    if late:
        return TaskResult.DONE_LATE
    early = limit.met_at < limit.due_at - _ONE_DAY
    return TaskResult.DONE_EARLY if early else TaskResult.DONE_ON_TIME


def is_open_overdue(now: datetime) -> Q:
    """The class "not completed, overdue" as a condition that a database can estimate."""
    late = (
        Q(breached=True)
        | Q(time_limit__met_at__gte=F("time_limit__due_at"))
        | Q(time_limit__breached_at__isnull=False)
    )
    overdue = Q(time_limit__met_at__isnull=True, time_limit__due_at__lte=now)
    overdue |= Q(late, time_limit__met_at__isnull=False)
    return Q(overdue, ~Q(state=_ACCEPTED), time_limit__lifted=False)


def result_expression(now: datetime) -> Case:
    """The same as a column of a query of tasks; both agree for every row."""
    late = (
        Q(breached=True)
        | Q(time_limit__met_at__gte=F("time_limit__due_at"))
        | Q(time_limit__met_at__isnull=False, time_limit__breached_at__isnull=False)
    )
    accepted, is_open = Q(state=_ACCEPTED), Q(time_limit__met_at__isnull=True)
    overdue = (is_open & Q(time_limit__due_at__lte=now)) | (~is_open & late)
    early = Q(time_limit__met_at__lt=F("time_limit__due_at") - Value(_ONE_DAY))
    return Case(
        When(time_limit__lifted=True, then=Value(TaskResult.LIFTED.value)),
        When(~accepted & overdue, then=Value(TaskResult.OPEN_OVERDUE.value)),
        When(~accepted, then=Value(TaskResult.OPEN_IN_TIME.value)),
        When(late, then=Value(TaskResult.DONE_LATE.value)),
        When(early, then=Value(TaskResult.DONE_EARLY.value)),
        default=Value(TaskResult.DONE_ON_TIME.value),
        output_field=models.CharField(),
    )
