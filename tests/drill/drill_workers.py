"""A worker that dies, or stands still, in the middle of a batch: at every statement in its turn.

The workers are children of this process, forked with the application loaded, so that fifty deaths
take seconds. They are killed, or stopped, by themselves, before the statement that is their turn.
"""

import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import override_settings

from accounts.mail import sending
from accounts.mail_models import Mail
from accounts.models import Message
from deadlines import mailing, sweeping
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from ledger import chain
from ledger.models import Event
from tests.accounts.mail.postman import Postman, give_addresses
from tests.deadlines.test_sweep_side_by_side import SWEPT_AT
from tests.drill import stage
from tests.world import World, hanoi

DEATHS = 50
#: A turn beyond every statement: just before, and just after, the COMMIT.
COMMITS, COMMITTED = -1, -2
#: The morning of the first working day after ``SWEPT_AT``.
MORNING = hanoi(2026, 12, 3, 8)


@pytest.fixture
def world(db) -> Iterator[World]:
    """The people of the stories on a copy of the database, with limits that nobody swept yet."""
    with stage.copied("workers"):
        made = World.build()
        give_addresses(made, made.hung, made.lan, made.thu)
        for _ in range(12):
            passes(made)
        made.limit(hanoi(2026, 12, 2, 9))  # this one still runs
        yield made


def passes(world: World) -> None:
    """A limit that nobody swept yet."""
    world.limit(hanoi(2026, 11, 24, 9))


def child(job: Callable[[], object], harm: signal.Signals, turn: int) -> int:
    """The process id of a worker that harms itself before its ``turn``-th statement."""
    connection.close()
    if pid := os.fork():
        return pid
    statements, commit = itertools.count(1), connection._commit

    def harmed() -> None:
        os.kill(os.getpid(), harm)

    def before(execute, sql, params, many, context):
        if next(statements) == turn:
            harmed()
        return execute(sql, params, many, context)

    def committing() -> None:
        if turn == COMMITS:
            harmed()
        commit()
        if turn == COMMITTED:
            harmed()

    connection._commit = committing
    try:
        with connection.execute_wrapper(before):
            job()
        connection.close()
    finally:
        os._exit(0)


def is_killed(pid: int) -> bool:
    """Wait for its end: whether it was killed, or came to the end of its job."""
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def until_its_rows_are_free() -> None:
    """PostgreSQL needs a moment to see that its client is dead; asking for the rows waits."""
    with transaction.atomic():
        list(TimeLimit.objects.select_for_update())


def noticed_once() -> None:
    """Whatever passed has its flag, its entry and its three messages."""
    limits = TimeLimit.objects.filter(due_at__lte=SWEPT_AT).count()
    assert OverdueFlag.objects.count() == limits
    assert Event.objects.filter(action="limit_overdue").count() == limits
    told = Message.objects.filter(kind="overdue")
    assert told.count() == told.values("recipient", "limit_code").distinct().count() == 3 * limits
    chain.seal_all()
    assert chain.verify(now=MORNING) == (Event.objects.count(), [])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_killed_fifty_times_in_the_middle_of_a_sweep(world, record_property):
    """F1, F15: each death leaves nothing, or the whole batch, and there is always one to do."""
    killed, turns = 0, itertools.cycle([*range(1, 13), COMMITS, COMMITTED])
    for turn in turns:
        waiting, flags = TimeLimit.objects.count() - 1, OverdueFlag.objects.count()
        if waiting == flags:
            passes(world)
            waiting += 1
        killed += is_killed(child(lambda: sweeping.flag_overdue(SWEPT_AT), signal.SIGKILL, turn))
        until_its_rows_are_free()
        assert OverdueFlag.objects.count() in {flags, waiting}
        assert turn != COMMITTED or OverdueFlag.objects.count() == waiting
        if killed == DEATHS:
            break
    sweeping.flag_overdue(SWEPT_AT)
    noticed_once()
    record_property("figures", f"{killed} workers died, at every statement and around the COMMIT")


@pytest.mark.parametrize("turn", [4, 8, 12])
def test_one_that_stands_still_finishes_late_and_once(world, turn):
    """F2: the other worker passes over what it holds (PostgreSQL) or waits for it (SQLite)."""
    pid = child(lambda: sweeping.flag_overdue(SWEPT_AT), signal.SIGSTOP, turn)
    assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
    wakes = threading.Timer(3, os.kill, (pid, signal.SIGCONT))
    wakes.start()
    sweeping.flag_overdue(SWEPT_AT)
    wakes.join()
    assert not is_killed(pid)
    sweeping.flag_overdue(SWEPT_AT)
    noticed_once()
    assert SweepRun.objects.filter(kind=SweepRun.Kind.SWEEP).count() == 3


def test_a_sender_killed_at_any_statement_sends_under_one_name(world, record_property):
    """F10: between claim, the server's word and ours."""
    sweeping.flag_overdue(SWEPT_AT)
    server, killed, now = Postman(), 0, MORNING
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port):
        for turn in range(1, 40):
            killed += is_killed(child(lambda at=now: mailing.run(at), signal.SIGKILL, turn))
            now += sending.LEASE
        mailing.run(now)
    server.close()
    names = [letter["Message-ID"] for letter in server.letters]
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SENT}
    assert len(set(names)) == Mail.objects.count()
    record_property(
        "figures",
        f"{killed} senders died; {len(names)} deliveries of {Mail.objects.count()} letters, "
        "each under one Message-ID",
    )
    assert killed > 5
