"""A finished story whose rows fill every table, and a hand that reaches behind the guards."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from agencies.models import InternalUnit
from deadlines.models import (
    CalendarAnnotation,
    CalendarChange,
    CalendarEdition,
    DueDateRevision,
)
from deadlines.transitions import revise_due
from documents import issuing
from documents.models import Paper
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked
from ledger import chain, guards, recording
from tests.world import NOW, World, hanoi


@pytest.fixture
def story(world: World) -> World:
    """A dossier from the first draft to the notice, a limit that was missed and then extended."""
    with recording.recorded(may_be_idle=True):
        InternalUnit.objects.create(agency=world.ward, name="Phòng Kinh tế")
    verbs.issue_notice(
        world.concluded(),
        ref="99/TB-UBND",
        issued_on=date(2026, 11, 25),
        late_reason="",
        files={},
        version=None,
        by=world.by(world.phuc),
        now=NOW,
    )
    limit = world.limit(NOW)
    revise_due(
        limit,
        to=hanoi(2026, 12, 4),
        cause=DueDateRevision.Cause.EXTENSION,
        reason="Đơn vị đề nghị, Thành phố đồng ý",
        document="12/UBND-TH",
        by=world.by(world.minh),
        now=limit.due_at,
    )
    with recording.recorded(may_be_idle=True):
        change = CalendarChange.objects.create(
            days=[],
            reason="Nghỉ bù",
            base=CalendarEdition.objects.latest("number"),
            proposed_by=world.phuc,
            proposed_at=NOW,
        )
        for day in (9, 10):
            CalendarAnnotation.objects.create(
                time_limit=limit,
                change=change,
                why=CalendarAnnotation.Why.PASSED,
                due_at=hanoi(2026, 12, day),
                would_be_at=hanoi(2026, 12, 11),
                at=NOW,
            )
    for days in (20, 30):
        verbs.remind_by_letter(
            world.ward,
            limits=[world.limit(NOW - timedelta(days=days)).pk],
            asked=Asked(date(2026, 12, 1)),
            by=world.by(world.thu),
            now=NOW,
        )
    wrong, _right = (
        issuing.issue(
            kind=Paper.Kind.RECORD,
            holder=world.ward,
            symbol="BB-UBND",
            about_kind="record",
            about_code=code,
            title="Biên bản làm việc",
            content={"Nội dung": ["Điều một", 2, NOW]},
            by=world.by(world.hung),
            now=NOW,
        )
        for code in ("một", "hai")
    )
    issuing.declare_void(wrong, reason="Ghi nhầm đơn vị", by=world.by(world.hung), now=NOW)
    chain.seal_all()
    return world


@pytest.fixture
def behind_the_guards(db: None) -> Callable[[str, Sequence[Any]], None]:
    """Runs a statement as somebody would who owns the database: no trigger, no foreign key."""

    def run(sql: str, params: Sequence[Any] = ()) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute(sql, params)
                cursor.execute("SET LOCAL session_replication_role = origin")
            else:
                for statement in guards.remove_statements():
                    cursor.execute(statement)
                cursor.execute(sql, params)
                for statement in guards.install_statements():
                    cursor.execute(statement)

    return run
