"""``manage.py run`` from outside: what a person at the terminal and an operator see of it."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.processes import tied_to_parent
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.once, pytest.mark.system]

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
FIRST_START_SECONDS = 180


@pytest.fixture
def environment(tmp_path: Path, empty_database_url: str) -> dict[str, str]:
    """A machine on which nothing is set up: data of its own, its own queue, any free port."""
    own = {
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": empty_database_url,
        "PORT": "0",
        "DEMO_DOSSIERS": "40",
    }
    dropped = {"CELERY_BROKER_URL", "STATICFILES_BACKEND"}
    return {name: text for name, text in os.environ.items() if name not in dropped} | own


class Site:
    """A running ``manage.py run`` and the processes under it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = ServerProcess(
            [*MANAGE, "run"],
            ready="http://127.0.0.1:",
            seconds=FIRST_START_SECONDS,
            env=environment,
            preexec_fn=tied_to_parent(),
        )
        found = re.search(r"http://127\.0\.0\.1:\d+", self.process.output)
        assert found
        self.address = found[0]
        self.children = psutil.Process(self.process.pid).children(recursive=True)

    def words(self) -> set[str]:
        """The programs and the arguments of all children."""
        return {
            Path(word).name for child in self.children for word in (child.name(), *child.cmdline())
        }

    def survivors(self) -> list[psutil.Process]:
        _gone, alive = psutil.wait_procs(self.children, timeout=15)
        return alive


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[], Site]]:
    sites: list[Site] = []

    def start_one() -> Site:
        sites.append(Site(environment))
        return sites[-1]

    yield start_one
    for site in sites:
        site.process.stop(signal.SIGKILL)


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [*MANAGE, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def count_people(environment: dict[str, str]) -> int:
    code = "from accounts.models import User; print(User.objects.count())"
    return int(manage(environment, "shell", "--no-imports", "-c", code).split()[-1])


def refused_start(environment: dict[str, str]) -> str:
    command = [*MANAGE, "run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_one_command_serves_everything_and_stops_cleanly(
    start: Callable[[], Site], environment: dict[str, str]
) -> None:
    site = start()

    with urllib.request.urlopen(site.address, timeout=30) as answer:  # noqa: S310 - our own site
        page = answer.read().decode()
    assert answer.status == 200
    assert "csrfmiddlewaretoken" in page  # an unknown caller is led to the sign-in form
    assert site.words() >= {"gunicorn", "worker", "beat"}
    assert site.words() & {"valkey-server", "redis-server"}

    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(30) == 0
    assert site.survivors() == []
    people = count_people(environment)
    assert people > 0

    second = start()  # keeps what is there and loads no second set of demo data
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(30) == 0
    assert count_people(environment) == people


def test_nothing_outlives_a_killed_parent_or_a_dead_child(
    start: Callable[[], Site], environment: dict[str, str]
) -> None:
    for command in ("migrate", "load_reference", "load_demo --dossiers 3"):
        manage(environment, *command.split())  # a small city starts sooner than the usual one
    site = start()

    # While it runs, nobody else gets its data or its port, and each is told why in one sentence.
    assert site.address in refused_start(environment)
    port = site.address.rpartition(":")[2]
    other_data = environment | {"VAR_DIR": f"{environment['VAR_DIR']}-2", "PORT": port}
    sentence = refused_start(other_data)
    assert port in sentence
    assert "PORT=8123" in sentence

    site.process.send_signal(signal.SIGKILL)
    assert site.survivors() == []

    second = start()
    worker = next(child for child in second.children if "worker" in child.cmdline())
    worker.kill()
    assert second.process.wait(30) == 1
    assert "worker" in second.process.output.splitlines()[-1]
    assert second.survivors() == []
