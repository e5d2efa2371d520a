"""The embedded server: everything a small installation needs, started and ended by one command.

It prepares the data, starts the queue, the web server, the worker and beat as children, relays what
they say and ends all of them when one of them ends or somebody asks. One loop in one thread does
that, so nothing here needs a lock.
"""

import contextlib
import fcntl
import io
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from config.processes import queue_server_command, queue_server_program, socket_path, tied_to_parent

HOST = "127.0.0.1"
SECONDS_TO_END = 10
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Say = Callable[[str], None]


class CannotServe(Exception):
    """A sentence for the person at the terminal: what is in the way and how to clear it."""


def serve(port: int, say: Say, welcome: Callable[[str], str]) -> None:
    """Serve until somebody asks to stop; ``welcome`` is given the address and says what to print.

    Port 0 takes a free one. Raises CannotServe when the data or the port is in use, or when one of
    the children ends by itself.
    """
    # Until the children exist, a request to stop simply leaves; nothing has to be ended in order.
    _on_stop_signals(signal.default_int_handler)
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with _sole_use(settings.VAR_DIR) as announce, _listen(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        announce(address)
        prepare_data(say)
        say(_("Starting…"))
        with _queue_socket() as queue_socket:
            supervisor = Supervisor(say)
            try:
                _start_children(supervisor, queue_socket, listener)
                supervisor.watch_for_answer(listener, lambda: say(welcome(address)))
                listener.close()  # the web server holds it now and refuses callers when it ends
                supervisor.run()
            finally:
                supervisor.end_all()


def _on_stop_signals(handler: Callable[[int, Any], None]) -> None:
    for number in STOP_SIGNALS:
        # Started with nohup, we must outlive the terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


# --- before the children --------------------------------------------------------------------------


@contextlib.contextmanager
def _sole_use(directory: Path) -> Iterator[Callable[[str], None]]:
    """Two servers on one folder would share the queue and sweep twice; the second one is refused.

    Gives a function that leaves our address for the second one to name. The lock ends with the
    process, however it ends.
    """
    with (directory / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotServe(
                _("%(address)s already serves the data in %(directory)s. Stop it first.")
                % {"address": lock.read() or HOST, "directory": directory}
            ) from error

        def announce(address: str) -> None:
            lock.truncate(0)
            lock.write(address)
            lock.flush()

        yield announce


def _listen(port: int) -> socket.socket:
    """Taken before anything else happens, so that a port in use is reported at once."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise CannotServe(
            _("Port %(port)s cannot be used (%(reason)s). Choose another one: PORT=8123 make run")
            % {"port": port, "reason": os.strerror(error.errno or 0)}
        ) from error
    return listener


def prepare_data(say: Say) -> None:
    """Bring database and static files up to date; demo data only into a database without people."""
    say(_("Preparing the data…"))
    call_command("migrate", verbosity=0, interactive=False)
    # What the commands say is for whoever calls them by hand; their errors still come through.
    silence = io.StringIO()
    call_command("load_reference", stdout=silence)
    if not settings.PRODUCTION and not get_user_model().objects.exists():
        say(_("Loading demo data…"))
        call_command("load_demo", dossiers=settings.DEMO_DOSSIERS, stdout=silence)
    call_command("collectstatic", verbosity=0, interactive=False)
    connections.close_all()


# --- the children ---------------------------------------------------------------------------------


@contextlib.contextmanager
def _queue_socket() -> Iterator[Path | None]:
    """Where our own queue listens; None when the environment names another one."""
    if "CELERY_BROKER_URL" in os.environ:
        yield None
        return
    path = socket_path(settings.VAR_DIR, "queue.sock")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        if path.parent != settings.VAR_DIR:
            path.parent.rmdir()


def _start_children(
    supervisor: "Supervisor", queue_socket: Path | None, listener: socket.socket
) -> None:
    environment = {**os.environ, "VAR_DIR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
    # Letters of a local installation link to where it is served.
    environment.setdefault("PUBLIC_URL", f"http://{HOST}:{listener.getsockname()[1]}")
    if queue_socket:
        program = queue_server_program()
        if program is None:
            raise CannotServe(_("There is no queue server here. Install valkey-server or Redis."))
        environment["CELERY_BROKER_URL"] = f"redis+socket://{queue_socket}"
        supervisor.start("queue", queue_server_command(program, queue_socket), show=False)

    # The socket is inherited: no moment passes in which another program could take the port.
    web = f"gunicorn config.wsgi --bind fd://{listener.fileno()} --threads 8 --graceful-timeout 5"
    celery = "celery --quiet -A config"
    worker = f"{celery} worker --pool=threads -c 4 --without-gossip --without-mingle"
    beat = f"{celery} beat --pidfile= --schedule"
    quiet = ["--loglevel", "WARNING"]
    options: dict[str, Any] = {"env": environment, "cwd": settings.BASE_DIR}
    python = [sys.executable, "-m"]
    # Celery warns whoever runs it as root about pickle, which the settings refuse.
    calm_python = [sys.executable, "-W", "ignore:You're running the worker:UserWarning", "-m"]
    supervisor.start(
        "web",
        [*python, *web.split(), "--no-control-socket", "--log-level", "warning"],
        pass_fds=[listener.fileno()],
        **options,
    )
    supervisor.start("worker", [*calm_python, *worker.split(), *quiet], **options)
    schedule = str(settings.VAR_DIR / "beat-schedule")
    supervisor.start("beat", [*python, *beat.split(), schedule, *quiet], **options)


class Child:
    """A process in its own session, tied to our death, whose output is read line by line."""

    def __init__(self, name: str, command: list[str], show: bool, **popen: Any) -> None:
        self.name = name
        self.show = show
        self.last_lines: deque[str] = deque(maxlen=10)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
            preexec_fn=tied_to_parent(),
            **popen,
        )
        self._unfinished = b""

    def read(self) -> list[str] | None:
        """The lines that became complete; None at the end of the output."""
        chunk = os.read(self.process.stdout.fileno(), 65536)
        *lines, self._unfinished = (self._unfinished + (chunk or b"\n")).split(b"\n")
        texts = [line.decode("utf-8", "replace").rstrip() for line in lines]
        self.last_lines.extend(text for text in texts if text)
        return [text for text in texts if text] if chunk else None

    def kill_session(self) -> None:
        """Whatever it left behind included. It may all be gone already."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Starts children, relays their output, and ends all of them together."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._stop_requests = 0
        _on_stop_signals(self._on_signal)

    def _on_signal(self, number: int, frame: Any) -> None:
        self._stop_requests += 1

    def start(self, name: str, command: list[str], *, show: bool = True, **popen: Any) -> None:
        child = Child(name, command, show, **popen)
        self._children.append(child)
        self._selector.register(
            child.process.stdout, selectors.EVENT_READ, lambda: self._relay(child)
        )

    def watch_for_answer(self, listener: socket.socket, then: Callable[[], None]) -> None:
        """Call ``then`` once the web server has answered a first request, whatever it answered."""
        caller = socket.create_connection(listener.getsockname())
        # Not /healthz: before the first sweep it reports, rightly, that none has run yet.
        caller.sendall(f"GET / HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())

        def answered() -> None:
            self._selector.unregister(caller)
            with caller, contextlib.suppress(ConnectionResetError):
                # Closed without a word is no answer: the web server is about to end.
                if caller.recv(1):
                    then()

        self._selector.register(caller, selectors.EVENT_READ, answered)

    def run(self) -> None:
        """Until a signal asks to stop. Raises CannotServe when a child ends by itself."""
        while not self._stop_requests:
            self._turn()
            ended = next((child for child in self._children if _has_ended(child)), None)
            if ended and not self._stop_requests:
                for line in [] if ended.show else ended.last_lines:
                    self._say(f"{ended.name:<6} | {line}")
                raise CannotServe(
                    _("%(name)s ended by itself with code %(code)s, so everything is stopped.")
                    % {"name": ended.name, "code": ended.process.returncode}
                )

    def end_all(self) -> None:
        """The queue last, so that the worker can hand back what it holds without complaint."""
        queue = [child for child in self._children if child.name == "queue"]
        others = [child for child in self._children if child.name != "queue"]
        for group in (others, queue):
            self._end(group)
        self._selector.close()

    def _end(self, children: list[Child]) -> None:
        for child in children:
            child.process.terminate()
        deadline = time.monotonic() + SECONDS_TO_END
        # A second request to stop is impatience: do not wait any longer.
        while not all(map(_has_ended, children)) and time.monotonic() < deadline:
            if self._stop_requests > 1:
                break
            self._turn()
        for child in children:
            child.kill_session()

    def _turn(self) -> None:
        for key, _events in self._selector.select(timeout=0.2):
            key.data()

    def _relay(self, child: Child) -> None:
        lines = child.read()
        if lines is None:
            self._selector.unregister(child.process.stdout)
        elif child.show:
            for line in lines:
                self._say(f"{child.name:<6} | {line}")


def _has_ended(child: Child) -> bool:
    return child.process.poll() is not None
