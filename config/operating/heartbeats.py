"""Signs of life of workers and beats, written by themselves, so that no request asks the queue.

Each process writes its own row every half minute from a thread of its own, whatever else it does,
and says whether it reached the queue server. A job that comes the whole way (beat, queue, worker,
database) writes ``worked_at``. So the page can tell a dead worker from a lost queue.
"""

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection

from config.models import FailedJob, Heartbeat

PERIOD = timedelta(seconds=30)
#: Missed twice and a half: the process is taken for dead.
ALIVE = timedelta(seconds=75)
#: Rows of processes that are gone stay so long: an operator sees what was there.
KEPT = timedelta(hours=1)
FAILURES_KEPT = timedelta(days=30)


def own_name() -> str:
    """What names this process on this machine: ``host:pid``."""
    return f"{socket.gethostname()[:180]}:{os.getpid()}"


def note(kind: str, *, started_at: datetime, now: datetime, broker: bool) -> None:
    """Write the row of this process; two statements at the most."""
    seen = {"seen_at": now, **({"broker_at": now} if broker else {})}
    if not Heartbeat.objects.filter(name=own_name()).update(**seen):
        Heartbeat.objects.create(name=own_name(), kind=kind, started_at=started_at, **seen)


def note_work(now: datetime) -> int:
    """A job came through the queue and runs here; how many old rows it pruned.

    A pool of processes runs jobs in children of the worker: the row is the parent's.
    """
    host = socket.gethostname()[:180]
    own = [own_name(), f"{host}:{os.getppid()}"]
    Heartbeat.objects.filter(name__in=own).update(worked_at=now)
    FailedJob.objects.filter(at__lt=now - FAILURES_KEPT).delete()
    return Heartbeat.objects.filter(seen_at__lt=now - KEPT).delete()[0]


def note_failure(task: str, job_id: str, error: BaseException, *, now: datetime) -> None:
    """Keep that a job failed: its name and the class of the error, no text."""
    FailedJob.objects.create(
        task=task[:200], job_id=job_id[:64], error=type(error).__name__[:100], at=now
    )


def gone() -> None:
    """This process ends in order: it takes its row along, and nobody looks for it."""
    Heartbeat.objects.filter(name=own_name()).delete()


class Pulse(threading.Thread):
    """Writes the row of this process until it is stopped.

    ``broker`` says whether the queue server answers. A database that does not is tried again at the
    next beat; its connection is closed each time, so that no child inherits one in use.
    """

    def __init__(self, kind: str, clock: Callable[[], datetime], broker: Callable[[], bool]):
        super().__init__(name="pulse", daemon=True)
        self._kind, self._clock, self._broker = kind, clock, broker
        self._over = threading.Event()

    def run(self) -> None:
        started_at = self._clock()
        while True:
            self._beat(started_at)
            if self._over.wait(PERIOD.total_seconds()):
                return

    def stop(self) -> None:
        """End, and take the row away."""
        self._over.set()
        try:
            gone()
        except (DatabaseError, InterfaceError):
            pass  # it grows old there and is pruned
        finally:
            connection.close()

    def _beat(self, started_at: datetime) -> None:
        reached = self._broker()
        try:
            note(self._kind, started_at=started_at, now=self._clock(), broker=reached)
        except (DatabaseError, InterfaceError):
            pass  # the row grows old, which is the message
        finally:
            connection.close()
