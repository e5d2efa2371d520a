"""A task in any state, in Hùng's ward; Tuấn's ward cooperates, a third agency has no part."""

from datetime import date, datetime

from agencies.models import Agency
from dossiers import transitions as verbs
from dossiers.models import Conclusion, Task, TaskReport
from dossiers.transitions import Due, Source, TaskLine, TaskReportFacts
from tests.world import NOW, World

#: The last day of the story's task: a Monday, nine working days after ``NOW``.
LAST_DAY = date(2026, 12, 7)
TEXT, PRODUCT = "Rà soát nhà chung cư cũ trên địa bàn", "Báo cáo kết quả rà soát"


def line(world: World, **changes) -> TaskLine:
    """What the document says, as a rule."""
    facts = {
        "text": TEXT,
        "product": PRODUCT,
        "lead": world.ward,
        "cooperating": (world.other_ward,),
        "due": Due(on=LAST_DAY),
        "paragraph": "mục 2",
    }
    return TaskLine(**{**facts, **changes})


def given(world: World, now: datetime = NOW, source: Source | None = None, **changes) -> Task:
    """A task that Minh gave."""
    [task] = verbs.give_tasks(
        lines=[line(world, **changes)],
        source=source or Source(ref="310/TB-UBND"),
        by=world.by(world.minh, now),
        now=now,
    )
    return task


def reported(world: World, at: datetime = NOW, task: Task | None = None, **facts) -> TaskReport:
    """A task on which Hùng reported at an instant."""
    return verbs.report_task(
        task or given(world),
        facts=TaskReportFacts(**{"text": "Đã rà soát 42 nhà.", "ref": "45/BC-UBND", **facts}),
        files=[],
        version=None,
        by=world.by(world.hung, at),
        now=at,
    )


def accepted(world: World, at: datetime = NOW) -> Task:
    """A task whose report Minh accepted."""
    report = reported(world, at)
    by = world.by(world.minh, at)
    verbs.accept_task(report.task, answer="", version=None, by=by, now=at)
    return Task.objects.get(pk=report.task_id)


def sent_back(world: World, at: datetime = NOW, due: Due | None = None, **facts) -> Task:
    """A task whose report Minh sent back."""
    report = reported(world, at, **facts)
    verbs.send_back_task(
        report.task,
        reason="Thiếu phụ lục.",
        due=due or Due(working_days=3),
        version=None,
        by=world.by(world.minh, at),
        now=at,
    )
    return Task.objects.get(pk=report.task_id)


def conclusion(world: World) -> Conclusion:
    """What Minh concluded on Lan's dossier."""
    return world.concluded().conclusion


def third(world: World) -> Agency:
    """An agency that has no part in the task."""
    return Agency.objects.get(code="STC", valid_to__isnull=True)
