"""A change and its entry are committed together or not at all, wherever the verb is cut off."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from deadlines import sweeping
from deadlines.models import DueDateRevision
from deadlines.transitions import PaperLimit, Subject, import_limits, meet, revise_due
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction, Dossier
from dossiers.transitions import ReportFacts
from ledger import guards
from ledger.models import Event
from tests.world import NOW, World, hanoi

LATE = hanoi(2026, 11, 30, 9)
WRITES = ("INSERT", "UPDATE", "DELETE")
#: Large tables that no verb touches.
STILL = {"agencies.Agency", "agencies.Agency_successors", "deadlines.CalendarDay"}


class Cut(Exception):
    """The process dies here."""


class CutAfter:
    """Lets so many writing statements through and breaks off before the next one."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES):
            if self.left == 0:
                raise Cut
            self.left -= 1
        return execute(sql, params, many, context)


def everything() -> dict[str, list[tuple]]:
    """All rows that a verb could leave."""
    labels = {*guards.HISTORY, *guards.WATCHED, *guards.UNWATCHED} - STILL
    return {
        label: list(apps.get_model(label).objects.order_by("pk").values_list()) for label in labels
    }


def log_submission(world: World) -> Callable[[], object]:
    files = {
        Attachment.Purpose.LETTER: [world.staged(world.lan)],
        Attachment.Purpose.DRAFT: [world.staged(world.lan)],
    }
    facts, by = world.facts(), world.by(world.lan)
    return lambda: verbs.log_submission(facts=facts, agency=world.ward, files=files, by=by, now=NOW)


def edit(world: World) -> Callable[[], object]:
    dossier, by = world.draft(), world.by(world.lan)
    facts, files = world.facts(matter="Việc khác"), {"annex": [world.staged(world.lan)]}
    return lambda: verbs.edit(
        dossier, facts=facts, files=files, version=dossier.version, by=by, now=NOW
    )


def submit(world: World) -> Callable[[], object]:
    dossier, by = world.draft(), world.by(world.lan)
    return lambda: verbs.submit(dossier, version=None, by=by, now=NOW)


def receive(world: World) -> Callable[[], object]:
    dossier, by = world.submitted(), world.by(world.phuc)
    return lambda: verbs.receive(dossier, version=None, by=by, now=NOW)


def direct_explanation(world: World) -> Callable[[], object]:
    dossier, by = world.submitted(), world.by(world.minh)
    return lambda: verbs.direct_explanation(
        dossier, kind=Direction.Kind.EXPLAIN, text="Giải trình.", version=None, by=by, now=NOW
    )


def report_back_late(world: World) -> Callable[[], object]:
    direction, by = world.directed(), world.by(world.hung, LATE)
    files = {Attachment.Purpose.REPORT: [world.staged(world.hung, now=LATE)]}
    return lambda: verbs.report_back(
        direction, facts=ReportFacts(text="Muộn."), files=files, version=None, by=by, now=LATE
    )


def conclude(world: World) -> Callable[[], object]:
    dossier, by = world.reported().dossier, world.by(world.minh)
    dossier = Dossier.objects.get(pk=dossier.pk)
    return lambda: verbs.conclude(dossier, text="Đồng ý.", version=None, by=by, now=NOW)


def issue_notice(world: World) -> Callable[[], object]:
    dossier, by = world.concluded(), world.by(world.phuc)
    files = {Attachment.Purpose.NOTICE: [world.staged(world.phuc)]}
    return lambda: verbs.issue_notice(
        dossier,
        ref="99/TB-UBND",
        issued_on=date(2026, 11, 25),
        late_reason="",
        files=files,
        version=None,
        by=by,
        now=NOW,
    )


def start_limit(world: World) -> Callable[[], object]:
    return lambda: world.limit(code="TH-1")


def meet_late(world: World) -> Callable[[], object]:
    limit, by = world.limit(), world.by(world.hung, LATE)
    return lambda: meet(limit, by=by, now=LATE)


def revise_after_the_end(world: World) -> Callable[[], object]:
    limit, by = world.limit(), world.by(world.minh, LATE)
    return lambda: revise_due(
        limit,
        to=LATE + timedelta(days=5),
        cause=DueDateRevision.Cause.EXTENSION,
        reason="Đồng ý gia hạn",
        document="12/UBND-TH",
        by=by,
        now=LATE,
    )


def import_two(world: World) -> Callable[[], object]:
    by = world.by(world.son)
    rows = [
        PaperLimit(
            code=f"GIAY-{n}",
            rule_code="agency_report",
            agency=world.ward,
            subject=Subject(code=f"GIAY-{n}", title="Trên giấy"),
            started_at=hanoi(2026, 3, 2, 9),
            met_at=hanoi(2026, 3, 2 + 10 * n, 9),
        )
        for n in (0, 1)
    ]
    batch = UUID("5bd4e0a2-9c0b-4a38-94ff-2f8a5d2f7f3e")
    return lambda: import_limits(rows, batch=batch, by=by, now=NOW)


def sweep(world: World) -> Callable[[], object]:
    world.limit(), world.directed()
    return lambda: sweeping.flag_overdue(LATE)


STORIES = (
    log_submission,
    edit,
    submit,
    receive,
    direct_explanation,
    report_back_late,
    conclude,
    issue_notice,
    start_limit,
    meet_late,
    revise_after_the_end,
    import_two,
    sweep,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_cut_before_each_of_its_writes_in_turn_a_verb_leaves_nothing(world, story):
    act = story(world)
    before, entries = everything(), Event.objects.count()
    for writes in range(100):
        try:
            with connection.execute_wrapper(CutAfter(writes)):
                act()
        except Cut:
            assert everything() == before, f"something stayed after {writes} writes"
        else:
            break
    assert writes >= 2, "a change and its entry are two writes at least"
    assert Event.objects.count() > entries
    assert not Event.objects.filter(action__startswith="direct_").exists()
