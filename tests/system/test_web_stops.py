"""The web process is told to stop in the middle of a request: it finishes, then goes.

quality.md §2 invariant 34, §5 fault F9.
"""

import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_process import ServerProcess

pytestmark = [pytest.mark.once, pytest.mark.system]

ROOT = Path(__file__).resolve().parent.parent.parent
GRACE = 30
BODY = b"username=lan&password=" + b"x" * 200


@pytest.fixture
def web(tmp_path: Path, empty_database_url: str) -> Iterator[ServerProcess]:
    """Gunicorn as production runs it; its database is not asked for what is refused at the door."""
    own = {"VAR_DIR": str(tmp_path), "DATABASE_URL": empty_database_url}
    dropped = {"CELERY_BROKER_URL"}
    environment = {k: v for k, v in os.environ.items() if k not in dropped} | own
    options = ["-c", "deploy/gunicorn.conf.py", "--workers", "1", "--threads", "4"]
    server = ServerProcess(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0", *options],
        ready="Booting worker",
        env=environment,
        cwd=ROOT,
    )
    yield server
    server.stop(signal.SIGKILL)


def connect(server: ServerProcess) -> socket.socket:
    port = int(re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", server.output)[1])
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def ask(connection: socket.socket, head: bytes) -> None:
    connection.sendall(head.replace(b"\n", b"\r\n"))


def test_a_request_in_flight_is_answered_before_the_process_ends(web):
    slow, quick = connect(web), connect(web)
    length = str(len(BODY)).encode()
    ask(
        slow,
        b"POST /dang-nhap/ HTTP/1.1\nHost: localhost\nConnection: close\n"
        b"Content-Type: application/x-www-form-urlencoded\nContent-Length: " + length + b"\n\n",
    )
    slow.sendall(BODY[:50])
    # Connections are taken in the order in which they came: the answer to the second says that the
    # first has its worker and waits for the rest of the form.
    ask(quick, b"GET /khong-co/ HTTP/1.1\nHost: localhost\nConnection: close\n\n")
    assert quick.recv(12).startswith(b"HTTP/1.1 ")

    web.send_signal(signal.SIGTERM)
    slow.sendall(BODY[50:])
    answer = b""
    while chunk := slow.recv(65536):
        answer += chunk
    assert answer.startswith(b"HTTP/1.1 403 ")  # without its token the form is refused, in words
    assert "</html>" in answer.decode()
    assert web.wait(GRACE) == 0
