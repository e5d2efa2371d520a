"""Real workers and a real queue: what a message does once it does once, whatever dies when."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.db import transaction
from kombu import Connection

from accounts.models import Message, MessageKind
from config.processes import tied_to_parent
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from ledger import chain
from ledger.models import Event
from tests.servers import OwnRedis
from tests.world import NOW, World, hanoi

pytestmark = pytest.mark.system

SWEEP = "deadlines.tasks.sweep"
SECONDS = 60

#: The worker of ``celery -A config worker`` that says when it is ready and what it has done.
WORKER = """
import sys, django
django.setup()
from celery import signals
from config.celery import app
from deadlines import sweeping

def say(*words):
    print(*words, file=sys.__stdout__, flush=True)

@signals.worker_ready.connect
def ready(**_facts):
    say("ready")

@signals.task_postrun.connect
def done(task, state, retval, **_facts):
    say("done", task.name, state, retval)

if "stopped" in sys.argv:
    def stop(*args, **kwargs):
        say("in the middle")
        sys.stdin.readline()
    sweeping.deliver_selected = stop

quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
app.worker_main(["worker", "--pool=solo", *quiet])
"""


class Said:
    """Processes and the lines they say, waited for without sleeping and never for ever."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self._lines: queue.Queue[str] = queue.Queue()

    def start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=tied_to_parent(),
        )
        self.processes.append(process)
        threading.Thread(target=self._listen, args=[process], daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout:
            self._lines.put(line)
        self._lines.put(f"ended {process.wait()}")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The next line of any of them that matches; fails when they are silent too long."""
        heard = []
        while True:
            try:
                heard.append(self._lines.get(timeout=SECONDS))
            except queue.Empty:
                pytest.fail(f"nothing like {pattern!r} in {heard}")
            if found := re.match(pattern, heard[-1]):
                return found

    def kill_all(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdin.close()


class Queue:
    """A queue of this test with workers and beats on the database of this test."""

    def __init__(self, server: OwnRedis, database_url: str, folder: Path) -> None:
        self._url, self._folder = server.url, folder
        self._environment = os.environ | {
            "CELERY_BROKER_URL": server.url,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.said = Said()

    def _start(self, command: list[str], **environment: str) -> subprocess.Popen[str]:
        return self.said.start([sys.executable, *command], self._environment | environment)

    def worker(self, *words: str) -> subprocess.Popen[str]:
        worker = self._start(["-c", WORKER, *words])
        self.said.wait_for("ready")
        return worker

    def beat(self) -> subprocess.Popen[str]:
        files = ["--pidfile=", "-s", str(self._folder / "beat")]
        return self._start(["-m", "celery", "-A", "config", "beat", *files], SWEEP_SECONDS="2")

    def flagged(self) -> int:
        """How many flags the next finished sweep has set."""
        return int(self.said.wait_for(rf"done {SWEEP} SUCCESS (\d+)")[1])

    def send(self, times: int = 1) -> None:
        """The same message so many times, as a queue delivers it after a doubt."""
        with Celery(set_as_current=False) as sender, Connection(self._url) as connection:
            for _ in range(times):  # a broker in the environment would win over any other argument
                sender.send_task(
                    SWEEP, task_id="the-same-one", connection=connection, ignore_result=True
                )


@pytest.fixture
def broker(own_redis, database_url_for_subprocess, tmp_path) -> Iterator[Queue]:
    made = Queue(own_redis(), database_url_for_subprocess, tmp_path)
    yield made
    made.said.kill_all()


@pytest.fixture
def breached(transactional_db) -> list[TimeLimit]:
    """Limits that ended long ago, wherever the clock of this machine stands."""
    world = World.build()
    return [world.limit(hanoi(2021, 3, day, 9)) for day in (1, 2, 3) for _ in range(3)]


def assert_noticed_once(limits: list[TimeLimit]) -> None:
    flags = Counter(OverdueFlag.objects.values_list("time_limit_id", "due_at"))
    assert flags == {(limit.pk, limit.due_at): 1 for limit in limits}
    entries = Event.objects.filter(action="limit_overdue").values_list("object_code", flat=True)
    assert Counter(entries) == {limit.code: 1 for limit in limits}
    messages = Message.objects.filter(kind=MessageKind.OVERDUE)
    told = Counter(messages.values_list("recipient_id", "limit_code"))
    assert set(told.values()) <= {1}
    chain.seal_all()
    assert chain.verify(now=NOW)[1] == []


def test_beat_ticks_a_worker_sweeps_and_twenty_more_messages_change_nothing(
    broker: Queue, breached: list[TimeLimit]
) -> None:
    broker.worker()
    beat = broker.beat()
    assert broker.flagged() == len(breached)
    assert_noticed_once(breached)
    beat.kill()

    broker.send(times=20)
    assert {broker.flagged() for _ in range(20)} == {0}
    assert SweepRun.objects.count() >= 21
    assert_noticed_once(breached)


def test_a_worker_killed_in_the_middle_leaves_its_work_to_the_next(
    broker: Queue, breached: list[TimeLimit]
) -> None:
    stopped = broker.worker("stopped")
    broker.send()
    broker.said.wait_for("in the middle")
    stopped.send_signal(signal.SIGKILL)
    assert stopped.wait(SECONDS) == -signal.SIGKILL
    with transaction.atomic():  # PostgreSQL lets the rows go once it has seen that the worker died
        assert len(TimeLimit.objects.select_for_update().all()) == len(breached)
    assert not OverdueFlag.objects.exists()
    assert not SweepRun.objects.exists()

    broker.worker()
    broker.send()  # as beat does half a minute later; the lost message itself is not needed
    assert broker.flagged() == len(breached)
    assert_noticed_once(breached)


def test_two_workers_at_once_share_one_effect(broker: Queue, breached: list[TimeLimit]) -> None:
    broker.worker()
    broker.worker()
    broker.send(times=20)
    assert sum(broker.flagged() for _ in range(20)) == len(breached)
    assert_noticed_once(breached)
