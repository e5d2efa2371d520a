"""A whole installation on loopback whose processes may be killed: web, workers, beats, queue and
database, with a supervisor that starts again whatever has ended, as systemd does."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

from config.processes import tied_to_parent
from tests import prepared
from tests.accounts.mail.postman import Postman, give_addresses
from tests.postgres import find_postgres, start_postgres
from tests.server_process import ServerProcess
from tests.servers import OwnRedis
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
WORKERS, BEATS = 4, 2
#: How long the supervisor waits before it starts what has ended.
PAUSE = 0.5


class City:
    """Starts everything, in a new folder within that of the run; ``close`` ends everything."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o711)  # PostgreSQL runs as another user and passes through
        self.folder, self.kills = folder, Counter[str]()
        #: What people were told is accepted: letters of dossiers, and directions.
        self.logged: list[str] = []
        self.directed: list[str] = []
        self._postgres: ServerProcess | None = None
        if connection.vendor == "postgresql":
            self._start_postgres()
            options = {**connection.settings_dict["OPTIONS"], "host": f"{folder}/postgres"}
            self.facts: dict[str, Any] = {"NAME": "dunghan", "OPTIONS": options}
            url = f"postgres://postgres@/dunghan?host={folder}/postgres"
        else:
            shutil.copy(folder.parent / prepared.SQLITE_FILE, folder / "city.sqlite3")
            self.facts = {"NAME": f"{folder}/city.sqlite3"}
            url = f"sqlite:///{folder}/city.sqlite3"
        self.redis, self.postman = OwnRedis(folder / "queue.sock"), Postman()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._door.set_inheritable(True)
        self.port = self._door.getsockname()[1]
        self.environment = {
            **{name: text for name, text in os.environ.items() if name != "TEST_DB_NAME"},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": url,
            "CELERY_BROKER_URL": self.redis.url,
            "VAR_DIR": str(folder / "var"),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.postman.port}",
            "SWEEP_SECONDS": "5",
            "PYTHONUNBUFFERED": "1",
        }
        (folder / "var" / "static").mkdir(parents=True)
        if self._postgres:
            self.manage("migrate")
            self.manage("load_reference")
        self._commands = dict(self._list_commands())
        self._running: dict[str, subprocess.Popen] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)
        self._supervisor.start()

    def people_move_in(self) -> None:
        """Everybody of the stories; those who hear of a breach have an address."""
        self.world = World.build()
        give_addresses(self.world, self.world.hung, self.world.lan, self.world.thu)

    def _list_commands(self):
        web = f"-m gunicorn config.wsgi --bind fd://{self._door.fileno()} --worker-class gthread"
        yield "web", f"{web} --workers 2 --threads 8 --no-control-socket --log-level warning"
        quiet = "--loglevel WARNING --without-gossip --without-mingle"
        for n in range(WORKERS):
            yield f"worker {n}", f"-m tests.drill.worker --pool=threads -c 2 -n w{n}@%h {quiet}"
        for n in range(BEATS):
            yield f"beat {n}", self._beat(n)

    def _beat(self, n: int) -> str:
        schedule = self.folder / f"schedule-{n}"
        return f"-m celery -A config beat --pidfile= -s {schedule} -l WARNING"

    def manage(self, *words: str) -> subprocess.CompletedProcess:
        """A management command on the data of this city."""
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )

    # --- keeping it running -----------------------------------------------------------------------

    def _start_postgres(self) -> None:
        programs = find_postgres()
        assert programs is not None  # the run would have ended before the first test
        begun = (self.folder / "postgres").exists()
        # Else what was committed in the last half second may die with the server's processes.
        safe = {"synchronous_commit": "on"}
        self._postgres = start_postgres(programs, self.folder / "postgres", **safe)
        if not begun:
            createdb = [programs / "createdb", "-h", self.folder / "postgres", "-U", "postgres"]
            subprocess.run([*map(str, createdb), "dunghan"], check=True)

    def _supervise(self) -> None:
        # All of them are tied to this thread, which ends with ``close`` alone.
        while not self._over.wait(PAUSE):
            for name in list(self._commands):
                with self._lock:
                    process = self._running.get(name)
                    if process is None or process.poll() is not None:
                        self._running[name] = self._start(name)

    def _start(self, name: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, *self._commands[name].split()],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._door.fileno()],
                preexec_fn=tied_to_parent(),
            )

    def close(self) -> None:
        """End everything, and what is left of it."""
        self._over.set()
        self._supervisor.join()
        for process in self._running.values():
            for one in (*_family(process.pid), process):
                _kill(one.pid)
            process.wait()
        self.redis.kill()
        self.postman.close()
        self._door.close()
        if self._postgres:
            self._postgres.stop(signal.SIGQUIT)

    # --- harm -------------------------------------------------------------------------------------

    def kill_something(self, dice: random.Random) -> str:
        """``kill -9`` of one process, drawn; the queue comes back empty, the database as after
        ``pg_ctl -m immediate``. Says what it was."""
        harms: dict[str, Callable[[], None]] = {
            "worker": lambda: self._kill_one("worker", dice),
            "beat": lambda: self._kill_one("beat", dice),
            "web": lambda: self._kill_one("web", dice),
            "Redis": self._kill_redis,
        }
        weights = [4, 2, 2, 1]
        if self._postgres:
            harms["PostgreSQL"] = self._kill_postgres
            weights.append(1)
        [name] = dice.choices(list(harms), weights)
        harms[name]()
        self.kills[name] += 1
        return name

    def five_beats_with_garbage(self) -> None:
        """The beats die and their schedules are spoiled; they come again, and three more."""
        with self._lock:
            for n in range(BEATS):
                self._running[f"beat {n}"].kill()
                self._running[f"beat {n}"].wait()
            for schedule in self.folder.glob("schedule-*"):
                schedule.write_bytes(b"\0garbage" * 100)
            self._commands |= {f"beat {n}": self._beat(n) for n in range(BEATS, 5)}

    def _kill_one(self, kind: str, dice: random.Random) -> None:
        """A process of this kind; of the web server its master or one of its own."""
        with self._lock:
            names = [name for name in self._running if name.startswith(kind)]
            process = self._running[dice.choice(names)]
            family = [process.pid, *(child.pid for child in _family(process.pid))]
            _kill(dice.choice(family))

    def _kill_redis(self) -> None:
        self.redis.kill()
        time.sleep(PAUSE)
        self.redis.start()

    def _kill_postgres(self) -> None:
        assert self._postgres is not None
        self._postgres.stop(signal.SIGQUIT)
        self._start_postgres()


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, signal.SIGKILL)
