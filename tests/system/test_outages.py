"""What people notice when the queue or the database goes away: of the queue nothing at all, of the
database one error page, and never half an effect."""

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kombu
import psycopg2
import pytest
from celery import Celery
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory

from accounts.models import FormReceipt, Message
from config.celery import app as celery
from config.wsgi import application
from deadlines.models import TimeLimit
from deadlines.tasks import sweep
from dossiers.models import Attachment, Direction, Dossier
from ledger import recording
from ledger.models import Event
from tests.world import PASSWORD, World

SECONDS = 60


def key() -> str:
    return str(uuid.uuid4())


# --- the queue ------------------------------------------------------------------------------------


class Touched(Exception):
    """A request tried to reach the broker."""


@pytest.fixture(params=["no such socket", "killed", "frozen"])
def broken_broker(request, own_redis, monkeypatch, tmp_path) -> Iterator[None]:
    """The queue is away, and whoever so much as opens a connection to it fails at once."""
    server = own_redis()
    url = server.url
    if request.param == "no such socket":
        url = f"redis+socket://{tmp_path}/nobody.sock"
    elif request.param == "killed":
        server.kill()
    else:
        server.freeze()
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    monkeypatch.setattr(celery.conf, "broker_url", url)
    assert celery.conf.broker_url == url

    def touched(*args: Any, **kwargs: Any) -> None:
        raise Touched

    for name in ("connect", "ensure_connection", "_establish_connection", "channel"):
        monkeypatch.setattr(kombu.Connection, name, touched)
    monkeypatch.setattr(Celery, "send_task", touched)
    with pytest.raises(Touched):  # the trap itself works
        sweep.delay()
    yield
    if request.param == "frozen":
        server.resume()


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n", content_type="application/pdf")


def sign_in(username: str) -> Client:
    client = Client()
    answer = client.post("/dang-nhap/", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


def test_without_the_queue_everyone_works_from_sign_in_to_the_answer(world: World, broken_broker):
    lan, minh, hung = (sign_in(name) for name in ("lan", "minh", "hung"))
    answer = lan.post(
        "/ho-so/moi/",
        {
            "form_key": key(),
            "viec": "trinh",
            "agency": world.ward.pk,
            "letter_ref": "123/TTr-UBND",
            "letter_on": "hôm nay",
            "matter": "Điều chỉnh quy hoạch chi tiết khu phố cổ",
            "urgency": "normal",
            "secrecy": "none",
            "signed_by": world.hung.full_name,
            "signed_on": "hôm nay",
            "initialled_by": world.hung.full_name,
            "initialled_on": "hôm nay",
            "letter_file": pdf("to-trinh.pdf"),
            "draft_file": pdf("du-thao.pdf"),
        },
    )
    dossier = Dossier.objects.get()
    assert (answer.status_code, dossier.state) == (302, "submitted")
    assert dossier.attachments.count() == 2

    direct = {"form_key": key(), "kind": "explain", "text": "Giải trình.", "version": 2}
    direct["version"] = dossier.version
    assert minh.post(f"/ho-so/{dossier.code}/chi-dao/", direct).status_code == 302
    report = {"form_key": key(), "viec": "gui", "text": "Căn cứ là luật.", "version": 0}
    assert hung.post(f"/ho-so/{dossier.code}/bao-cao/", report).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == "with_leader"
    assert TimeLimit.objects.get().met_at is not None
    assert Message.objects.exists()
    assert minh.get("/tong-quan/").status_code == 200
    assert minh.get("/healthz").status_code in (200, 503)


# --- the database ---------------------------------------------------------------------------------


class WebProcess:
    """One thread of a web server: it keeps its connection between requests, as gunicorn's do."""

    def __init__(self, session: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._cookies = f"sessionid={session}; csrftoken={'a' * 32}"

    def ask(self, method: str, path: str, form: dict | None = None) -> tuple[int, str]:
        """Status and page."""
        return self._thread.submit(self._answer, method, path, form).result(SECONDS)

    def _answer(self, method: str, path: str, form: dict | None) -> tuple[int, str]:
        request = RequestFactory().generic(method, path, HTTP_COOKIE=self._cookies)
        if form is not None:
            fields = {**form, "csrfmiddlewaretoken": "a" * 32}
            request = RequestFactory().post(path, fields, HTTP_COOKIE=self._cookies)
        said: list[str] = []
        response = application(request.environ, lambda status, _headers: said.append(status))
        body = b"".join(response)
        response.close()  # tells Django that the request is over
        return int(said[0].split()[0]), body.decode()

    def backend(self) -> int | None:
        """The process on the server's side of this thread's connection; None when there is none."""
        return self._thread.submit(_backend).result(SECONDS)

    def stop(self) -> None:
        self._thread.submit(lambda: connection.close()).result(SECONDS)
        self._thread.shutdown()


def _backend() -> int | None:
    if connection.connection is None:
        return None
    return connection.connection.info.backend_pid if connection.vendor == "postgresql" else 1


def cut(backend: int | None = None) -> None:
    """End the server's side: of one connection, or of everybody's but this thread's own.

    SQLite has no server; a connection whose file is gone is the nearest to it.
    """
    if connection.vendor == "sqlite":
        if backend:
            connection.connection.close()
        return
    name, own = connection.settings_dict["NAME"], _backend()
    host = f"{os.environ['DUNGHAN_TEST_BASE']}/postgres"
    other = psycopg2.connect(user="postgres", dbname="postgres", host=host)
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s "
            "AND CASE WHEN %s::int IS NULL THEN pid IS DISTINCT FROM %s ELSE pid = %s END",
            [name, backend, own, backend],
        )
        assert all(ended for (ended,) in cursor.fetchall())
    other.close()


@pytest.fixture
def office(transactional_db, wall_clock) -> Iterator[tuple[World, Callable[..., WebProcess]]]:
    """The people of the stories, and web processes in which one of them is signed in."""
    world, started = World.build(), []

    def web(user) -> WebProcess:
        client = Client()
        client.force_login(user)
        started.append(WebProcess(client.cookies["sessionid"].value))
        return started[-1]

    yield world, web
    for one in started:
        one.stop()


def test_connections_are_kept_and_asked_for_their_health():
    settings = connection.settings_dict
    if connection.vendor == "postgresql":
        assert settings["CONN_HEALTH_CHECKS"] is True
        assert settings["CONN_MAX_AGE"] > 0
    else:  # a file needs no keeping: each request opens it anew
        assert settings["CONN_MAX_AGE"] == 0


def test_after_a_restart_of_the_database_the_next_request_works(office):
    world, web = office
    leader = web(world.minh)
    assert leader.ask("GET", "/tong-quan/")[0] == 200
    kept = leader.backend()
    assert leader.ask("GET", "/thoi-han/")[0] == 200
    assert leader.backend() == kept  # on PostgreSQL; else this test would show nothing
    for path in ("/tong-quan/", "/healthz", "/thoi-han/"):
        cut()
        status, page = leader.ask("GET", path)
        assert status == (503 if path == "/healthz" else 200)  # nothing was swept yet
        assert "unreachable" not in page
    assert leader.backend() != kept or connection.vendor == "sqlite"


@pytest.mark.parametrize("action", ["limit_started", "explanation_directed"], ids=["early", "late"])
def test_a_request_hit_in_the_middle_has_no_half_effect_and_may_be_sent_again(
    office, monkeypatch, action
):
    world, web = office
    dossier = world.submitted()
    leader = web(world.minh)
    page = f"/ho-so/{dossier.code}/chi-dao/"
    form = {
        "form_key": key(),
        "version": dossier.version,
        "kind": "explain",
        "text": "Giải trình rõ căn cứ.",
    }
    assert leader.ask("GET", page)[0] == 200
    entries, append, hits = Event.objects.count(), recording.append, []

    def append_and_cut(**facts: Any) -> None:
        append(**facts)
        if facts["action"] == action and not hits:
            hits.append(action)
            cut(_backend())

    monkeypatch.setattr(recording, "append", append_and_cut)
    status, answer = leader.ask("POST", page, form)
    assert (status, hits) == (500, [action])
    assert "<code>" in answer  # the number to quote
    dossier.refresh_from_db()
    assert (dossier.state, dossier.round) == ("submitted", 0)
    assert not TimeLimit.objects.exists()
    assert not Direction.objects.exists()
    assert not Message.objects.exists()
    assert not FormReceipt.objects.exists()
    assert Event.objects.count() == entries

    for _again in range(2):  # the same form, as a person presses the button once more, and twice
        assert leader.ask("POST", page, form)[0] == 302
    assert Direction.objects.get().time_limit == TimeLimit.objects.get()
    assert FormReceipt.objects.count() == 1
    assert Event.objects.filter(action="explanation_directed").count() == 1
    assert Attachment.objects.count() == 2
