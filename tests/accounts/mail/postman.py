"""A mail server of our own on loopback, which misbehaves when told, and people with addresses."""

import socket
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import Message as Email
from email.policy import default as modern
from typing import Any

from accounts.mail_models import Mail
from accounts.models import Message, MessageKind, User
from ledger import recording
from tests.world import NOW, World


class Postman:
    """Speaks SMTP to one caller after another. ``mode``:

    ``takes`` every letter; ``refuses`` the recipient for ever (550) or for now (``later``, 450);
    ``mute`` never greets; ``stalls`` after the letter and says nothing; ``dies`` after the letter
    was taken, before it says so.
    """

    def __init__(self) -> None:
        self.mode = "takes"
        self.letters: list[Email] = []
        self.callers = 0
        self._quiet = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._receive, daemon=True).start()

    def close(self) -> None:
        self._quiet.set()
        self._door.close()

    def _receive(self) -> None:
        while True:
            try:
                caller, _address = self._door.accept()
            except OSError:
                return
            self.callers += 1
            threading.Thread(target=self._speak, args=[caller], daemon=True).start()

    def _speak(self, caller: socket.socket) -> None:
        with caller, caller.makefile("rwb", buffering=0) as line:
            if self.mode == "mute":
                self._quiet.wait(60)
                return
            line.write(b"220 loopback\r\n")
            while said := line.readline():
                verb = said[:4].upper()
                if verb == b"DATA":
                    line.write(b"354 go on\r\n")
                    if not self._take(line):
                        return
                elif verb == b"RCPT" and self.mode == "refuses":
                    line.write(b"550 5.1.1 no such person\r\n")
                elif verb == b"RCPT" and self.mode == "later":
                    line.write(b"450 4.2.0 come back later\r\n")
                elif verb == b"QUIT":
                    line.write(b"221 bye\r\n")
                    return
                else:
                    line.write(b"250 ok\r\n")

    def _take(self, line) -> bool:
        text = b""
        while not text.endswith(b"\r\n.\r\n"):
            text += line.readline()
        if self.mode == "stalls":
            self._quiet.wait(60)
            return False
        self.letters.append(message_from_bytes(text[:-3], policy=modern))
        if self.mode == "dies":
            return False
        line.write(b"250 taken\r\n")
        return True


@contextmanager
def postman(settings) -> Iterator[Postman]:
    """The settings point to a server that listens until the block ends."""
    server = Postman()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 1
    try:
        yield server
    finally:
        server.close()


def give_addresses(world: World, *users: User) -> None:
    """Some people (the ward's head and its clerk unless others) can be reached by e-mail."""
    with recording.recorded(may_be_idle=True):
        for user in users or (world.hung, world.lan):
            user.email = f"{user.username}@hanoi.example"
            user.save(update_fields=["email"])


def states() -> list[tuple[str, str, int]]:
    """Recipient, state and tries of each letter."""
    rows = Mail.objects.order_by("recipient__username", "pk")
    return list(rows.values_list("recipient__username", "state", "tries"))


def news(
    people: Iterable[User],
    *,
    kind: str = MessageKind.TASK_ASSIGNED,
    at: datetime = NOW,
    count: int = 1,
    **facts: Any,
) -> list[Message]:
    """Some pieces of news for each of some people."""
    values = {
        "kind": kind,
        "due_at": at,
        "about": "HS2026-00001",
        "title": "Một việc",
        "agency_name": "UBND phường Hoàn Kiếm",
        "created_at": at,
        **facts,
    }
    return Message.objects.bulk_create(
        Message(recipient=user, limit_code=f"{uuid.uuid4()}", **values)
        for user in people
        for _number in range(count)
    )
