"""A pytest plugin: the database and the queue that the tests need, started before Django is set up.

``TEST_DATABASE`` chooses ``sqlite`` (default: a file, because tests use threads and processes) or
``postgres`` (a throw-away cluster that listens on a Unix socket only). Under xdist the controller
starts the servers and the workers find them through the environment; each worker has its own
database, its own queue database and its own ``VAR_DIR``. A server that is missing ends the run: a
skipped test would look green.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.processes import queue_server_command, queue_server_program, socket_path, tied_to_parent
from tests import prepared
from tests.postgres import find_postgres, start_postgres
from tests.server_process import ServerProcess

ROOT = Path(__file__).resolve().parent.parent
BASE = "DUNGHAN_TEST_BASE"  # the folder of this run; set by the controller, read by xdist workers


# --- before Django --------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Runs before pytest-django's hook of the same name, which reads the settings: wrappers do."""
    kind = os.environ.get("TEST_DATABASE", "sqlite")
    if kind not in {"sqlite", "postgres"}:
        raise pytest.UsageError(f"TEST_DATABASE must be sqlite or postgres, not {kind!r}.")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        base = Path(tempfile.mkdtemp(prefix="dunghan-tests-", dir="/tmp"))  # noqa: S108 - sockets
        early_config.add_cleanup(lambda: shutil.rmtree(base, ignore_errors=True))
        base.chmod(0o711)  # PostgreSQL refuses to run as root, so another user passes through
        os.environ[BASE] = str(base)
        try:
            _start_queue(early_config, base)
            if kind == "postgres":
                _start_database(early_config, base)
        except RuntimeError as error:
            raise pytest.UsageError(str(error)) from error
    _set_environment(Path(os.environ[BASE]), kind, worker)
    if not worker:
        early_config.add_cleanup(prepared.begin(base, ROOT))
    return (yield)


def _start_queue(config: pytest.Config, base: Path) -> None:
    program = queue_server_program()
    if program is None:
        raise pytest.UsageError("Tests need valkey-server or redis-server; install one of them.")
    server = _queue_process(program, base / "queue.sock")
    config.add_cleanup(server.stop)


def _queue_process(program: str, socket: Path) -> ServerProcess:
    return ServerProcess(
        queue_server_command(program, socket),
        ready="Ready to accept connections",
        preexec_fn=tied_to_parent(),
    )


def _start_database(config: pytest.Config, base: Path) -> None:
    programs = find_postgres()
    if programs is None:
        raise pytest.UsageError(
            "Tests need PostgreSQL: install it, or name the folder of initdb in PG_BIN."
        )
    server = start_postgres(programs, base / "postgres")
    config.add_cleanup(lambda: server.stop(signal.SIGQUIT))


def _set_environment(base: Path, kind: str, worker: str) -> None:
    """Every variable that the application knows is either set here or absent."""
    for name in _documented_variables():
        os.environ.pop(name, None)
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    var = base / (worker or "main")
    (var / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is missing
    os.environ |= {
        "TEST_DATABASE": kind,
        "ENV_FILE": os.devnull,
        "DUNGHAN_ENV": "local",
        "SECRET_KEY": "for-tests-only-" + "0" * 50,
        "VAR_DIR": str(var),
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        # Playwright runs an event loop in the thread of the test; no code under test is async.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        "CELERY_BROKER_URL": f"redis+socket://{base}/queue.sock?virtual_host={number}",
    }
    if kind == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{base}/never-used.sqlite3"
    else:
        os.environ["DATABASE_URL"] = f"postgres://postgres@/dunghan?host={base}/postgres"


def _documented_variables() -> list[str]:
    """The names in .env.example, which lists all variables that the application reads."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = (line.lstrip("# ").partition("=")[0] for line in lines if "=" in line)
    return [name for name in names if name.isidentifier() and name.isupper()]


def pytest_report_header() -> str:
    return f"database: {os.environ.get('TEST_DATABASE', 'sqlite')}, servers in {os.environ[BASE]}"


# --- fixtures -------------------------------------------------------------------------------------


@pytest.fixture
def redis_url() -> str:
    """The broker of this worker as Celery writes it, emptied."""
    url = os.environ["CELERY_BROKER_URL"]
    path, _, number = url.removeprefix("redis+socket://").partition("?virtual_host=")
    with redis.Redis(unix_socket_path=path, db=int(number)) as client:
        client.flushdb()
    return url


@pytest.fixture
def database_url_for_subprocess(transactional_db: None) -> str:
    """The address of this worker's test database for a process that a test starts.

    It rests on ``transactional_db``, because another process sees only what is committed, and on
    SQLite the transaction of a plain ``db`` test would hold the write lock against it.
    """
    from django.db import connection

    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"postgres://postgres@/{name}?host={os.environ[BASE]}/postgres"


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    """The address of a new database without tables, on the server of this run."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite3"
    name, host = f"empty_{uuid.uuid4().hex}", f"{os.environ[BASE]}/postgres"
    with contextlib.closing(psycopg2.connect(user="postgres", dbname="postgres", host=host)) as it:
        it.autocommit = True  # databases are not made inside a transaction
        it.cursor().execute(f"CREATE DATABASE {name}")
    return f"postgres://postgres@/{name}?host={host}"


class OwnRedis:
    """A queue server that a test may stop, freeze or kill without harming the others."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.url = f"redis+socket://{socket}?virtual_host=0"
        self.start()

    def start(self) -> None:
        """Start, or start again: empty, as after a crash."""
        program = queue_server_program()
        assert program is not None  # the run would have ended before the first test
        self._server = _queue_process(program, self.socket)

    def client(self) -> redis.Redis:
        """The caller closes it; a command is tried once and gives up after two seconds."""
        once = Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=once)

    def freeze(self) -> None:
        self._server.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._server.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.stop(signal.SIGKILL)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Callable[[], OwnRedis]]:
    """A factory of private queue servers; whatever is left of them is killed after the test."""
    made: list[OwnRedis] = []

    def make() -> OwnRedis:
        socket = socket_path(tmp_path, f"own{len(made)}.sock")
        made.append(OwnRedis(socket))
        return made[-1]

    yield make
    for server in made:
        server.kill()
        if server.socket.parent != tmp_path:
            shutil.rmtree(server.socket.parent, ignore_errors=True)
