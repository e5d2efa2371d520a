"""Plays a plan: the people of the story act, and between their acts the machine ticks."""

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import override_settings

from deadlines import mailing, sweeping
from tests.drill import postbox
from tests.drill.faults import Fault, Job, Plan, Tick
from tests.drill.story import Cast

JOBS: dict[Job, Callable[[datetime], Any]] = {
    Job.SWEEP: sweeping.flag_overdue,
    Job.MAIL: mailing.run,
}
_SECONDS = 60


class Crash(Exception):
    """The job ends here."""


def play(cast: Cast, plan: Plan) -> None:
    """The whole story with all that goes wrong; the rows tell what came of it."""
    postbox.taken.clear()
    acts = cast.story()
    with override_settings(EMAIL_BACKEND="tests.drill.postbox.Backend"):
        for tick in plan.ticks:
            while acts and acts[0][0] <= tick.at:
                at, act = acts.pop(0)
                act(at)
            _do(tick)


def _do(tick: Tick) -> None:
    job = JOBS[tick.job]
    if tick.fault == Fault.DROPPED:
        return
    if tick.fault == Fault.TOGETHER:
        _together(job, tick.clock, tick.number)
    elif tick.fault == Fault.CRASHED:
        _crashing(job, tick.clock, tick.number)
    elif tick.fault == Fault.REPEATED:
        for _again in range(tick.number):
            job(tick.clock)
    else:
        postbox.mood[0] = tick.fault
        try:
            job(tick.clock)
        except postbox.Killed:
            pass  # what it held is free again when its lease is over
        finally:
            postbox.mood[0] = Fault.NONE


def _together(job: Callable[[datetime], Any], clock: datetime, workers: int) -> None:
    """The same job in several threads, each on its own connection, let go at the same moment."""
    gate, errors = threading.Barrier(workers), []

    def work() -> None:
        try:
            connection.ensure_connection()
            gate.wait(_SECONDS)
            job(clock)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_SECONDS)
    if errors:
        raise errors[0]


def _crashing(job: Callable[[datetime], Any], clock: datetime, at_statement: int) -> None:
    """The job up to some statement; one that needs fewer is done."""
    left = at_statement

    def count(execute, sql, params, many, context):
        nonlocal left
        left -= 1
        if left < 0:
            raise Crash
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count), contextlib.suppress(Crash):
        job(clock)
