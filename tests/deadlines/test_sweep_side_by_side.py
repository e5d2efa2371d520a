"""Sweeps beside sweeps, beside people who answer at the last instant, and beside a kill -9."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Message, MessageKind
from config.processes import tied_to_parent
from deadlines import sweeping, transitions
from deadlines.models import OverdueFlag, Reminder, TimeLimit
from deadlines.transitions import meet
from ledger import chain
from ledger.models import Event
from tests.world import World, hanoi

INSTANT = timedelta(microseconds=1)
DUE = hanoi(2026, 11, 28)
SWEPT_AT = DUE + timedelta(days=5)
SECONDS = 60

#: Says "ready", waits for a line, then is the command from a terminal.
SWEEP = """
import sys, django
django.setup()
from django.core.management import call_command
print("ready", flush=True)
sys.stdin.readline()
call_command("flag_overdue", "--now", sys.argv[1])
"""
#: Stops in the middle of its transaction, before the step that is named, for as long as it may.
STOPPED = """
import importlib, sys, django
django.setup()
from django.core.management import call_command
def stop(*args, **kwargs):
    print("in the middle", flush=True)
    sys.stdin.readline()
module, _, name = sys.argv[2].rpartition(".")
setattr(importlib.import_module(module), name, stop)
call_command("flag_overdue", "--now", sys.argv[1])
"""


@pytest.fixture
def process(database_url_for_subprocess: str) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a process of ours on the database of the test; none of them outlives it."""
    started: list[subprocess.Popen] = []

    def start(code: str, *words: str) -> subprocess.Popen:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, *words],
                env=os.environ
                | {
                    "DATABASE_URL": database_url_for_subprocess,
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=tied_to_parent(),
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def breached(transactional_db) -> list[TimeLimit]:
    """Twelve limits that ran out while nobody looked; the thirteenth still runs."""
    world = World.build()
    days = (23, 24, 25)
    limits = [world.limit(hanoi(2026, 11, day, 9)) for day in days for _ in range(4)]
    world.limit(hanoi(2026, 12, 2, 9))
    return limits


def assert_each_breach_is_noticed_once(limits: list[TimeLimit]) -> None:
    flags = Counter(OverdueFlag.objects.values_list("time_limit_id", "due_at"))
    assert flags == {(limit.pk, limit.due_at): 1 for limit in limits}
    entries = Event.objects.filter(action="limit_overdue").values_list("object_code", flat=True)
    assert Counter(entries) == {limit.code: 1 for limit in limits}
    since = Event.objects.filter(action="limit_overdue").values_list("object_code", "after")
    for code, after in since:
        limit = next(limit for limit in limits if limit.code == code)
        assert after["overdue_since"] == f"{limit.due_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    messages = Message.objects.filter(kind=MessageKind.OVERDUE)
    assert Counter(messages.values_list("recipient__username", "limit_code")) == {
        (who, limit.code): 1 for limit in limits for who in ("hung", "lan", "thu")
    }
    levels: dict[tuple[str, str], list[str]] = {}
    for who, code, said in Message.objects.order_by("created_at", "pk").values_list(
        "recipient__username", "limit_code", "levels"
    ):
        levels.setdefault((who, code), []).extend(said.split(","))
    for limit in limits:
        kept = Reminder.objects.filter(time_limit=limit).order_by("at", "rung", "-kind")
        assert list(kept.values_list("kind", "rung"))[:3] == [
            ("rung", -1), ("rung", 0), ("breach", 0),
        ]  # fmt: skip
        assert levels["lan", limit.code] == ["-1", "0", "breach"]
    assert all(len(said) == len(set(said)) for said in levels.values())
    chain.seal_all()
    assert chain.verify(now=SWEPT_AT) == (Event.objects.count(), [])


def wait_until_unlocked(limits: list[TimeLimit]) -> None:
    """PostgreSQL needs a moment to see that its client is dead; asking for the rows waits."""
    with transaction.atomic():
        assert len(TimeLimit.objects.select_for_update().all()) > len(limits)


@pytest.mark.system
def test_four_processes_at_once_notice_each_breach_once(breached, process):
    sweeps = [process(SWEEP, SWEPT_AT.isoformat()) for _ in range(4)]
    for sweep in sweeps:
        assert sweep.stdout.readline() == "ready\n"
    for sweep in sweeps:
        sweep.stdin.write("\n")
        sweep.stdin.flush()
    found = [sweep.communicate(timeout=SECONDS)[0].split()[-1] for sweep in sweeps]
    assert [sweep.returncode for sweep in sweeps] == [0] * 4
    sweeping.flag_overdue(SWEPT_AT)  # rows that were locked for a moment are left to the next one
    assert sum(map(int, found)) <= len(breached)
    assert_each_breach_is_noticed_once(breached)


@pytest.mark.system
@pytest.mark.parametrize(
    "before",
    ["ledger.recording.append_selected", "deadlines.sweeping.deliver_selected"],
)
def test_killed_in_the_middle_it_loses_and_doubles_nothing(breached, process, before):
    sweep = process(STOPPED, SWEPT_AT.isoformat(), before)
    assert sweep.stdout.readline() == "in the middle\n"
    sweep.send_signal(signal.SIGKILL)
    assert sweep.wait(SECONDS) == -signal.SIGKILL
    wait_until_unlocked(breached)
    assert not OverdueFlag.objects.exists()
    assert not Event.objects.filter(action="limit_overdue").exists()
    assert not Message.objects.exists()
    assert not Reminder.objects.exists()

    assert sweeping.flag_overdue(SWEPT_AT).flagged == len(breached)
    assert sweeping.flag_overdue(SWEPT_AT).flagged == 0
    assert_each_breach_is_noticed_once(breached)


class InTheMiddle:
    """Holds one thread inside its transaction, before a step, until the test lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> None:
        self.reached, self._go = threading.Event(), threading.Event()
        step = getattr(place, name)

        def hold(*args, **kwargs):
            if threading.current_thread().name == "held":
                self.reached.set()
                assert self._go.wait(SECONDS)
            return step(*args, **kwargs)

        monkeypatch.setattr(place, name, hold)

    def let_go(self) -> None:
        self._go.set()


class Acting(threading.Thread):
    """An act in a thread, on a connection of its own; ``result`` gives what came of it."""

    def __init__(self, act: Callable[[], object], name: str = "free") -> None:
        super().__init__(name=name)
        self._act, self._outcome, self._error = act, None, None
        self.start()

    def run(self) -> None:
        try:
            self._outcome = self._act()
        except Exception as error:
            self._error = error
        finally:
            connection.close()

    def result(self) -> object:
        self.join(SECONDS)
        assert not self.is_alive()
        if self._error:
            raise self._error
        return self._outcome


@pytest.fixture
def answer(transactional_db) -> Callable[..., tuple[TimeLimit, Callable]]:
    """A limit and the act of answering it, ready to be done in a thread."""
    world = World.build()

    def prepare(at):
        limit = world.limit()
        by = world.by(world.hung, at)
        return limit, lambda: meet(limit, by=by, now=at)

    return prepare


class TestRungsBesideOthers:
    """Warnings beside an answer that is being stored, and beside another sweep."""

    BEFORE = hanoi(2026, 11, 26)

    def test_the_answer_is_being_stored_while_the_ladder_looks(self, answer, monkeypatch):
        limit, act = answer(self.BEFORE - INSTANT)
        storing = InTheMiddle(monkeypatch, transitions.recording, "append")
        answering = Acting(act, name="held")
        assert storing.reached.wait(SECONDS)
        sweep = Acting(lambda: sweeping.flag_overdue(self.BEFORE))
        if connection.vendor == "postgresql":  # the ladder passes the locked row over
            sweep.result()
        storing.let_go()
        answering.result()
        sweep.result()
        sweeping.flag_overdue(self.BEFORE + timedelta(minutes=1))
        assert not Reminder.objects.exists()
        assert not Message.objects.filter(limit_code=limit.code).exists()

    def test_the_answer_breaks_off_and_the_next_sweep_tells_each_level_once(
        self, answer, monkeypatch
    ):
        limit, act = answer(DUE - INSTANT)

        def break_off(**facts):
            raise ConnectionError

        with monkeypatch.context() as broken:
            broken.setattr(transitions.recording, "append", break_off)
            storing = InTheMiddle(broken, transitions.recording, "append")
            answering = Acting(act, name="held")
            assert storing.reached.wait(SECONDS)
            if connection.vendor == "postgresql":
                sweeping.flag_overdue(DUE)
                assert not Reminder.objects.exists()
            storing.let_go()
            with pytest.raises(ConnectionError):
                answering.result()
        sweeping.flag_overdue(DUE + timedelta(seconds=30))
        assert_each_breach_is_noticed_once([limit])

    def test_two_sweeps_at_once_tell_each_person_once(self, answer, monkeypatch):
        for _ in range(3):
            answer(DUE)
        telling = InTheMiddle(monkeypatch, sweeping, "deliver_selected")
        first = Acting(lambda: sweeping.flag_overdue(self.BEFORE), name="held")
        assert telling.reached.wait(SECONDS)
        second = Acting(lambda: sweeping.flag_overdue(self.BEFORE))
        if connection.vendor == "postgresql":
            second.result()
        telling.let_go()
        first.result()
        second.result()
        told = Message.objects.values_list("recipient__username", "kind", "rung", "limit_code")
        assert Counter(told.values_list("recipient__username", "kind")) == {
            ("lan", MessageKind.DUE_SOON): 3
        }
        assert len(set(told)) == Reminder.objects.count() == 3


class TestAtTheBoundary:
    """A report in the last instant, in the due instant, while the sweep runs."""

    @pytest.mark.parametrize(("at", "late"), [(DUE - INSTANT, False), (DUE, True)])
    def test_the_answer_is_being_stored_while_the_sweep_looks(self, answer, monkeypatch, at, late):
        limit, act = answer(at)
        storing = InTheMiddle(monkeypatch, transitions.recording, "append")
        answering = Acting(act, name="held")
        assert storing.reached.wait(SECONDS)
        sweep = Acting(lambda: sweeping.flag_overdue(DUE))
        if connection.vendor == "postgresql":  # the sweep passes the locked row over
            assert sweep.result().flagged == 0
            storing.let_go()
        else:  # the sweep waits for the one writer there can be
            storing.let_go()
            assert sweep.result().flagged == 0
        assert answering.result().met_at == at
        sweeping.flag_overdue(DUE + timedelta(minutes=1))
        assert OverdueFlag.objects.count() == late
        assert Event.objects.filter(action="limit_overdue").count() == late
        limit.refresh_from_db()
        assert limit.met_late is late

    def test_the_answer_breaks_off_and_the_next_sweep_decides(self, answer, monkeypatch):
        limit, act = answer(DUE - INSTANT)

        def break_off(**facts):
            raise ConnectionError

        with monkeypatch.context() as broken:
            broken.setattr(transitions.recording, "append", break_off)
            storing = InTheMiddle(broken, transitions.recording, "append")
            answering = Acting(act, name="held")
            assert storing.reached.wait(SECONDS)
            if connection.vendor == "postgresql":
                assert sweeping.flag_overdue(DUE).flagged == 0
            storing.let_go()
            with pytest.raises(ConnectionError):
                answering.result()
        assert sweeping.flag_overdue(DUE + timedelta(seconds=30)).flagged == 1
        assert limit.flags.get().due_at == DUE

    def test_the_sweep_is_flagging_while_the_answer_comes(self, answer, monkeypatch):
        """The request began in time but reached its row after the sweep: one story, not two."""
        limit, act = answer(DUE - INSTANT)
        flagging = InTheMiddle(monkeypatch, sweeping.recording, "append_selected")
        sweep = Acting(lambda: sweeping.flag_overdue(DUE), name="held")
        assert flagging.reached.wait(SECONDS)
        answering = Acting(act)
        flagging.let_go()
        assert sweep.result().flagged == 1
        assert answering.result().met_late
        limit.refresh_from_db()
        flag = limit.flags.get()
        assert (limit.met_at, flag.flagged_at, flag.due_at) == (DUE, DUE, DUE)

    def test_two_sweeps_at_once_in_one_process(self, answer, monkeypatch):
        limits = [answer(DUE)[0] for _ in range(3)]
        flagging = InTheMiddle(monkeypatch, sweeping.recording, "append_selected")
        first = Acting(lambda: sweeping.flag_overdue(DUE), name="held")
        assert flagging.reached.wait(SECONDS)
        second = Acting(lambda: sweeping.flag_overdue(DUE))
        if connection.vendor == "postgresql":
            assert second.result().flagged == 0
        flagging.let_go()
        assert first.result().flagged == 3
        assert second.result().flagged == 0
        assert_each_breach_is_noticed_once(limits)
