"""A mail server inside the process, which misbehaves when told."""

import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

#: Message-ID and recipient of every letter that the server has taken, in their order.
taken: list[tuple[str, str]] = []
#: What it does with letters: a ``faults.Fault``, by value.
mood: list[str] = ["none"]


class Killed(BaseException):
    """The process that sends is gone; nobody catches this."""


class Backend(BaseEmailBackend):
    """What ``EMAIL_BACKEND`` names while a play goes on."""

    def open(self) -> bool:
        if mood[0] == "mail refuses":
            raise ConnectionRefusedError
        return True

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            self._take(message)
        return len(email_messages)

    def _take(self, message: EmailMessage) -> None:
        [to] = message.to
        if mood[0] == "mail later":
            raise smtplib.SMTPRecipientsRefused({to: (450, b"4.2.0 come back later")})
        taken.append((message.extra_headers["Message-ID"], to))
        if mood[0] == "mail dies":
            raise smtplib.SMTPServerDisconnected
        if mood[0] == "sender killed":
            raise Killed
