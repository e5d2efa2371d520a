"""A change that is being applied, beside another leader, an answer, the sweep and a new limit."""

import time
from datetime import date, timedelta

import pytest
from django.db import connection

from deadlines import keeping, sweeping, transitions
from deadlines.keeping import applying
from deadlines.models import CalendarEdition, DueDateRevision, OverdueFlag, TimeLimit
from deadlines.transitions import meet
from ledger import recording
from ledger.models import Event
from tests.deadlines.keeping.conftest import SWAP, Keeper, off
from tests.deadlines.test_sweep_side_by_side import SECONDS, Acting, InTheMiddle
from tests.world import World, hanoi

THURSDAY = hanoi(2026, 12, 31, 9)
NEW, OLD = date(2027, 1, 6), date(2027, 1, 5)


@pytest.fixture
def keeper(transactional_db) -> Keeper:
    return Keeper(World.build())


def applier(keeper: Keeper, change, now=THURSDAY):
    """The act of applying, ready for a thread: what it needs is read before."""
    by, seen = keeper.world.by(keeper.world.minh, now), keeping.present_digest()
    return lambda: keeping.apply_change(change, seen=seen, by=by, now=now)


def wait_until_somebody_waits() -> None:
    """Until a statement of this database stands before a lock of another transaction."""
    waiting = """SELECT COUNT(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def assert_applied_once(change) -> None:
    change.refresh_from_db()
    assert change.state == "applied"
    assert CalendarEdition.objects.count() == 2
    assert Event.objects.filter(action="calendar_change_applied").count() == 1
    moved = DueDateRevision.objects.count()
    assert moved == change.moved == Event.objects.filter(action="limit_revised").count()


def test_of_two_leaders_one_applies_it(keeper, monkeypatch):
    limit = keeper.world.limit(THURSDAY)
    change = keeper.propose(*SWAP, now=THURSDAY)
    moving = InTheMiddle(monkeypatch, applying, "_set_due_dates")
    first = Acting(applier(keeper, change), name="held")
    assert moving.reached.wait(SECONDS)
    second = Acting(applier(keeper, change))
    moving.let_go()
    assert first.result().state == "applied"
    with pytest.raises((keeping.AlreadyDecided, keeping.Busy)):
        second.result()
    assert_applied_once(change)
    limit.refresh_from_db()
    assert limit.due_on == NEW


def test_an_answer_that_comes_during_the_move_meets_the_moved_limit(keeper, monkeypatch):
    limit = keeper.world.limit(THURSDAY)
    change = keeper.propose(*SWAP, now=THURSDAY)
    by = keeper.world.by(keeper.world.hung, THURSDAY)
    moving = InTheMiddle(monkeypatch, applying, "_set_due_dates")
    act = applier(keeper, change)
    applied = Acting(act, name="held")
    assert moving.reached.wait(SECONDS)
    at = hanoi(2027, 1, 6, 0, 0)  # the old end: late on the old calendar, in time on the new one
    answering = Acting(lambda: meet(limit, by=by, now=at))
    moving.let_go()
    applied.result()
    assert not answering.result().met_late
    limit.refresh_from_db()
    assert (limit.due_on, limit.met_at) == (NEW, at)
    assert_applied_once(change)
    assert not OverdueFlag.objects.exists()


def test_a_limit_that_is_being_met_does_not_move(keeper, monkeypatch):
    limit = keeper.world.limit(THURSDAY)
    change = keeper.propose(*SWAP, now=THURSDAY)
    by = keeper.world.by(keeper.world.hung, THURSDAY)
    act = applier(keeper, change)
    storing = InTheMiddle(monkeypatch, transitions.recording, "append")
    answering = Acting(lambda: meet(limit, by=by, now=THURSDAY), name="held")
    assert storing.reached.wait(SECONDS)
    applying_ = Acting(act)
    storing.let_go()
    answering.result()
    assert applying_.result().moved == 0
    limit.refresh_from_db()
    assert (limit.due_on, limit.met_at) == (OLD, THURSDAY)
    assert_applied_once(change)


def test_whoever_holds_a_limit_too_long_is_waited_for_no_longer(keeper, monkeypatch):
    """On PostgreSQL the act gives up in words; nothing of it is left, and it works afterwards."""
    limit = keeper.world.limit(THURSDAY)
    change = keeper.propose(*SWAP, now=THURSDAY)
    by = keeper.world.by(keeper.world.hung, THURSDAY)
    act = applier(keeper, change)
    monkeypatch.setattr(keeping.changes, "PATIENCE_MS", 20)
    storing = InTheMiddle(monkeypatch, transitions.recording, "append")
    answering = Acting(lambda: meet(limit, by=by, now=THURSDAY), name="held")
    assert storing.reached.wait(SECONDS)
    if connection.vendor == "postgresql":
        with pytest.raises(keeping.Busy):
            Acting(act).result()
        change.refresh_from_db()
        assert change.state == "proposed"
        assert CalendarEdition.objects.count() == 1
    storing.let_go()
    answering.result()
    Acting(act).result()
    assert_applied_once(change)


@pytest.mark.parametrize("holds", ["sweep", "change"])
def test_the_sweep_runs_at_the_same_time(keeper, monkeypatch, holds):
    """The request to apply began in the last second; whoever reaches the row first, one story."""
    due = keeper.world.limit(hanoi(2026, 11, 20, 9)).due_at
    now = due - timedelta(seconds=1)
    change = keeper.propose(off(date(2026, 11, 25)), now=now)
    act = applier(keeper, change, now)
    if holds == "sweep":
        middle = InTheMiddle(monkeypatch, sweeping.recording, "append_selected")
        first = Acting(lambda: sweeping.flag_overdue(due), name="held")
        assert middle.reached.wait(SECONDS)
        monkeypatch.setattr(keeping.changes, "PATIENCE_MS", SECONDS * 1000)
        second = Acting(act)
        if connection.vendor == "postgresql":  # its statement has begun before the flag is there
            wait_until_somebody_waits()
        middle.let_go()
        assert first.result().flagged == 1
        assert (second.result().moved, change.revisions.count()) == (0, 0)
        assert second.result().annotated == 1
    else:
        middle = InTheMiddle(monkeypatch, applying, "_set_due_dates")
        first = Acting(act, name="held")
        assert middle.reached.wait(SECONDS)
        second = Acting(lambda: sweeping.flag_overdue(due))
        if connection.vendor == "postgresql":  # the sweep passes the locked row over
            assert second.result().flagged == 0
        middle.let_go()
        assert first.result().moved == 1
        assert second.result().flagged == 0
    sweeping.flag_overdue(due)
    limit = TimeLimit.objects.get()
    assert (limit.due_on == date(2026, 11, 26)) is (holds == "change")
    assert OverdueFlag.objects.count() == (holds == "sweep")


def test_a_limit_that_is_being_started_is_counted_on_one_calendar_or_the_other(keeper, monkeypatch):
    """It has read the old calendar and is not stored yet: the change waits for it, and moves it."""
    change = keeper.propose(*SWAP, now=THURSDAY)
    act = applier(keeper, change)

    def start() -> TimeLimit:
        with recording.recorded():
            return keeper.world.limit(THURSDAY)

    storing = InTheMiddle(monkeypatch, transitions.recording, "append")
    starting = Acting(start, name="held")
    assert storing.reached.wait(SECONDS)
    applied = Acting(act)
    storing.let_go()
    starting.result()
    applied.result()
    limit = TimeLimit.objects.get()
    assert limit.due_on == NEW
    assert limit.calendar_edition_id == 2
    assert_applied_once(change)


def test_a_limit_that_starts_during_the_change_is_counted_on_the_new_calendar(keeper, monkeypatch):
    change = keeper.propose(*SWAP, now=THURSDAY)
    act = applier(keeper, change)

    def start() -> TimeLimit:
        with recording.recorded():
            return keeper.world.limit(THURSDAY)

    deciding = InTheMiddle(monkeypatch, applying, "move")
    applied = Acting(act, name="held")
    assert deciding.reached.wait(SECONDS)
    starting = Acting(start)
    deciding.let_go()
    applied.result()
    assert starting.result().due_on == NEW
    assert starting.result().calendar_edition_id == 2


def test_a_change_that_breaks_off_leaves_nothing(keeper, monkeypatch):
    limit = keeper.world.limit(THURSDAY)
    change = keeper.propose(*SWAP, now=THURSDAY)
    events = Event.objects.count()

    def break_off(*_args):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(applying, "_tell", break_off)
        with pytest.raises(ConnectionError):
            applier(keeper, change)()
    change.refresh_from_db()
    limit.refresh_from_db()
    assert (change.state, limit.due_on) == ("proposed", OLD)
    assert CalendarEdition.objects.count() == 1
    assert not DueDateRevision.objects.exists()
    assert Event.objects.count() == events
    assert keeper.apply(change, now=THURSDAY).moved == 1
