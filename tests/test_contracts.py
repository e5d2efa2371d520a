"""What operators and auditors script against: the views in SQL say the truth on both databases."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Message
from config import contracts
from deadlines import sweeping
from deadlines.models import DueDateRevision, TimeLimit
from deadlines.transitions import meet, revise_due
from tests.world import hanoi

COLUMNS = {
    "v_time_limits": ["id", "code", "opened_at", "due_at", "met_at", "overdue_since", "flags"],
    "v_messages": [
        "id", "recipient", "kind", "rung", "limit_code", "due_at", "dossier_code", "created_at",
        "read_at",
    ],
    "v_letters": [
        "id", "letter", "kind", "recipient", "day", "created_at", "state", "tries", "next_try_at",
        "sent_at", "last_error", "messages",
    ],
    "v_reminders": ["id", "limit_code", "due_at", "kind", "rung", "at", "written_at"],
    "v_numbers": [
        "id", "holder", "symbol", "year", "number", "ref", "kind", "about_kind", "about_code",
        "issued_on", "issued_at", "digest", "voided_at", "void_reason",
    ],
}  # fmt: skip
DUE = hanoi(2026, 11, 28)
LATER = hanoi(2026, 12, 3)


def instant(value) -> dt.datetime | None:
    """As an operator reads it: SQLite gives text, or what Python makes of it, in UTC."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return value.replace(tzinfo=dt.UTC) if value and value.tzinfo is None else value


def select(view: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view} ORDER BY id")  # noqa: S608
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in row:
            if name.endswith("_at") or name == "overdue_since":
                row[name] = instant(row[name])
    return rows


@pytest.mark.parametrize("view", COLUMNS)
def test_the_columns_are_the_documented_ones_in_their_order(db, view):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view} LIMIT 0")  # noqa: S608
        assert [column[0] for column in cursor.description] == COLUMNS[view]
    text = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = re.search(rf"^\| `{view}` \| (.*) \|$", text, re.MULTILINE)
    assert documented
    assert re.findall(r"`(\w+)`", documented[1]) == COLUMNS[view]


def test_every_view_is_a_contract():
    assert set(contracts.VIEWS) == set(COLUMNS)


def test_a_limit_through_its_whole_life(world):
    running = world.limit(hanoi(2026, 11, 27, 9))
    in_time, late, open_, moved = (world.limit() for _ in range(4))
    meet(in_time, by=world.by(world.hung), now=DUE - dt.timedelta(microseconds=1))
    sweeping.flag_overdue(DUE)
    meet(late, by=world.by(world.hung), now=DUE + dt.timedelta(minutes=3))
    revise_due(
        moved,
        to=LATER,
        cause=DueDateRevision.Cause.EXTENSION,
        reason="Gia hạn",
        document="1/UBND",
        by=world.by(world.minh),
        now=DUE,
    )
    sweeping.flag_overdue(LATER)

    rows = {row["id"]: row for row in select("v_time_limits")}
    assert set(rows) == set(TimeLimit.objects.values_list("pk", flat=True))
    for limit, due_at, met_at, since, flags in (
        (running, hanoi(2026, 12, 2), None, hanoi(2026, 12, 2), 1),
        (in_time, DUE, DUE - dt.timedelta(microseconds=1), None, 0),
        (late, DUE, DUE + dt.timedelta(minutes=3), DUE, 1),
        (open_, DUE, None, DUE, 1),
        (moved, LATER, None, DUE, 2),
    ):
        row = rows[limit.pk]
        assert row["code"] == limit.code
        assert row["opened_at"] == limit.started_at
        assert (row["due_at"], row["met_at"]) == (due_at, met_at)
        assert (row["overdue_since"], row["flags"]) == (since, flags)


def test_every_message_with_who_got_it_and_when_it_was_read(world):
    direction = world.directed()
    sweeping.flag_overdue(DUE)
    message = Message.objects.filter(recipient=world.hung).latest("pk")
    Message.objects.filter(pk=message.pk).update(read_at=DUE + dt.timedelta(hours=9))
    rows = select("v_messages")
    assert len(rows) == Message.objects.count()
    assert rows[-1]["id"] >= message.pk
    row = next(row for row in rows if row["id"] == message.pk)
    assert row == {
        "id": message.pk,
        "recipient": "hung",
        "kind": "overdue",
        "rung": 0,
        "limit_code": direction.time_limit.code,
        "due_at": DUE,
        "dossier_code": direction.dossier.code,
        "created_at": DUE,
        "read_at": DUE + dt.timedelta(hours=9),
    }
    unread = {row["read_at"] for row in rows if row["id"] != message.pk}
    assert unread == {None}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE v_time_limits SET due_at = met_at",
        "DELETE FROM v_time_limits",
        "DELETE FROM v_messages",
        "UPDATE v_messages SET rung = 3",
    ],
)
def test_nothing_is_written_through_a_view(world, change):
    world.directed()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_they_outlive_a_migration(transactional_db):
    """Django renames and rebuilds tables under them; afterwards they are there and read anew."""
    call_command("migrate", verbosity=0)
    for view in COLUMNS:
        assert select(view) == []
    contracts.remove_before_migrate(app_config=_Ledger, plan=[object()])
    with pytest.raises(DatabaseError), transaction.atomic():
        select("v_messages")
    contracts.install_after_migrate(app_config=_Ledger)
    assert select("v_messages") == []


class _Ledger:
    name = "ledger"
