"""A line says who, what and how it ended by numbers and routes, and holds no word of a person.

quality.md §3 rows 64, 65 and 67; §5 fault F46. The lines are those that an operator would read:
written through the formatter of the settings.
"""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.db import IntegrityError
from django.test import Client

from config import tasks
from config.logs import formatter, told
from config.models import FailedJob
from dossiers.views import pages
from tests.dossiers.desk import submission

CANARY = "CHIM-YẾN-77"


@pytest.fixture
def lines(caplog) -> Iterator[list[dict]]:
    """Every line from here on, as it is written; read it after the acts."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    handler.addFilter(lambda record: record.name != "django.db.backends")
    root.addHandler(handler)
    requests = logging.getLogger("dunghan.requests")
    level = requests.level
    requests.setLevel(logging.INFO)
    yield _Lines(stream)
    requests.setLevel(level)
    root.removeHandler(handler)


class _Lines:
    def __init__(self, stream: io.StringIO):
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def read(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


@shared_task(name="tests.fails")
def fails(words: str) -> None:
    raise ValueError(words)


@pytest.mark.django_db
@pytest.mark.once
class TestLines:
    def test_of_a_request(self, lines, world, sign_in):
        answer = sign_in(world.lan).get("/ho-so/?q=ong+Bay")
        [line] = lines.read()
        del line["timestamp"], line["ms"]
        assert line == {
            "event": "request", "level": "info", "logger": "dunghan.requests",
            "request_id": answer.headers["X-Request-ID"], "actor_id": world.lan.pk,
            "action": "dossiers:list", "method": "GET", "route": "ho-so/", "status": 200,
            "outcome": "ok",
        }  # fmt: skip

    @pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
    def test_machines_leave_none(self, lines, db, address):
        Client().get(address)
        assert "dunghan.requests" not in lines.text

    def test_of_a_job_that_failed(self, lines):
        assert tasks.heartbeat  # what a worker says of its jobs is loaded with them
        done = fails.apply(args=[f"hồ sơ của {CANARY}"], task_id="5" * 36)
        assert done.failed()
        assert CANARY not in lines.text
        line = lines.read()[-1]
        assert (line["job_id"], line["event"]) == (
            "5" * 36,
            "job tests.fails raised unexpected",
        )
        assert line["exception"].startswith("builtins.ValueError at ")
        row = FailedJob.objects.get()
        assert (row.task, row.job_id, row.error) == ("tests.fails", "5" * 36, "ValueError")
        logging.getLogger("after").warning("the next line belongs to no job")
        assert "job_id" not in lines.read()[-1]


@pytest.mark.django_db
@pytest.mark.once
class TestCanaries:
    """Passwords, cookies, tokens and words, planted wherever a person or a thief may write."""

    def test_of_a_visit_reach_no_line(self, lines, world, sign_in):
        lan = sign_in(world.lan)
        session, token = lan.cookies["sessionid"].value, "t" * 64
        lan.post("/ho-so/moi/", submission(lan, matter=CANARY, gate_exception=CANARY))
        lan.get(f"/ho-so/?q={CANARY}", headers={"Authorization": f"Bearer {CANARY}"})
        lan.get(f"/khong-co/{CANARY}/")
        stranger = Client(enforce_csrf_checks=True, headers={"X-CSRFToken": token})
        stranger.post("/dang-nhap/", {"username": CANARY, "password": CANARY})
        Client().post("/dang-nhap/", {"username": "lan", "password": CANARY})
        assert len(lines.read()) > 4
        for secret in (CANARY, "CHIM-Y", session, token):
            assert secret not in lines.text

    @pytest.mark.parametrize(
        "error",
        [
            ValueError(f"cannot read {CANARY}"),
            IntegrityError(f"null value in column\nDETAIL: Failing row contains (1, {CANARY})"),
            KeyError(CANARY),
            UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_of_an_exception_reach_no_line_and_no_page(
        self, lines, world, sign_in, monkeypatch, error
    ):
        dossier = world.submitted()

        def broken(*_args, **_kwargs):
            words = CANARY  # a traceback with values of variables would hold it
            raise error from RuntimeError(words)

        monkeypatch.setattr(pages, "render", broken)
        lan = sign_in(world.lan, raise_request_exception=False)
        answer = lan.get(f"/ho-so/{dossier.code}/")
        assert answer.status_code == 500
        assert CANARY not in answer.content.decode()
        assert CANARY not in lines.text and "CHIM-Y" not in lines.text
        told_of = [line for line in lines.read() if "exception" in line]
        assert told_of and type(error).__name__ in told_of[0]["exception"]
        assert told_of[0]["request_id"] == answer.headers["X-Request-ID"]
        assert "because of builtins.RuntimeError" in told_of[0]["exception"]
        assert dossier.code not in lines.text
        assert "/ho-so/<str:code>/" in told_of[0]["event"]


class TestNothingForges:
    @pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2J", "\u2028", "\x85", "\u202e", "\x00"])
    def test_a_line(self, sign):
        forged = f'x{sign}{{"event": "đã duyệt"}}'
        record = logging.LogRecord("dunghan", 20, __file__, 1, "%s", (forged,), None)
        record.action = forged
        written = formatter().format(record)
        assert sign not in written
        assert len(written.splitlines()) == 1
        assert json.loads(written)["event"] == json.loads(written)["action"] == forged

    def test_what_may_stand_beside_the_text_is_listed(self):
        record = logging.LogRecord("dunghan", 20, __file__, 1, "x", (), None)
        record.password, record.status = "canary", 200
        line = json.loads(formatter().format(record))
        assert "password" not in line and line["status"] == 200

    def test_a_fault_of_the_programme_says_its_text(self):
        assert ": 'NoneType' object has no attribute 'x' at " in told(_raised(lambda: None.x))


def _raised(act) -> BaseException:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError
