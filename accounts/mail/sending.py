"""Handing letters to the mail server: claim one, send it, settle it; the next one.

A claim is a conditional update that moves ``next_try_at`` ahead by ``LEASE``, so two workers never
hold the same letter, on either database, and no transaction is open while the server is spoken to.
Whoever dies between the server's answer and the settling leaves a letter that is sent again when
the lease is over, under the same Message-ID, by which mail programmes know it for the same.

The server is called before anything is claimed: while it is down no letter spends a try. It gets
``settings.EMAIL_TIMEOUT`` seconds for each answer, and when a connection breaks the pass ends.
"""

import logging
import smtplib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F

from accounts.mail.letters import Letter, message_of
from accounts.mail_models import Mail

logger = logging.getLogger(__name__)

#: How long to wait after each failure; after the last one the letter is given up. Together three
#: days and four hours.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1800))
MOST_TRIES = len(BACKOFF) + 1
#: A refusal that the server calls final (5xx) may still be its own fault: three tries in six
#: minutes, and somebody looks at the list.
MOST_TRIES_REFUSED = 3
#: Longer than a pass can take; a letter claimed and not settled is free again after it.
LEASE = timedelta(minutes=15)
#: How many letters, and how many seconds, a pass takes at most.
MOST_A_PASS, SECONDS_A_PASS = 400, 60

#: What a letter says at an instant; nothing when there is nothing left to say.
Compose = Callable[[Mail, datetime], Letter | None]


@dataclass(slots=True)
class Outcome:
    """What a pass did; ``error`` names the class of what stopped it, without any address."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    error: str = ""


def send_waiting(*, now: datetime, kinds: Collection[str], compose: Compose) -> Outcome:
    """Send what waits and may go now, the oldest first. Never raises for a server or a letter."""
    done = Outcome()
    free = Mail.objects.filter(
        state=Mail.State.WAITING, next_try_at__lte=now, kind__in=list(kinds)
    ).order_by("next_try_at", "pk")
    rows = list(free.values_list("pk", "next_try_at")[:MOST_A_PASS])
    if not rows:
        return done
    server = get_connection(timeout=settings.EMAIL_TIMEOUT)
    ends_at = time.monotonic() + SECONDS_A_PASS
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        done.error = name_of(error)
        logger.warning("the mail server cannot be reached: %s", done.error)
        return done
    try:
        for key, free_since in rows:
            if time.monotonic() > ends_at:
                break
            mail = _claim(key, free_since, now)
            if mail and not _send(mail, server, compose, now, done):
                break
    finally:
        _close(server)
    return done


def _claim(key: int, free_since: datetime, now: datetime) -> Mail | None:
    """The letter, if nobody else claimed it meanwhile."""
    free = Mail.objects.filter(pk=key, state=Mail.State.WAITING, next_try_at=free_since)
    if not free.update(next_try_at=now + LEASE, tries=F("tries") + 1):
        return None
    return Mail.objects.select_related("recipient").get(pk=key)


def _send(
    mail: Mail, server: BaseEmailBackend, compose: Compose, now: datetime, done: Outcome
) -> bool:
    """Send one letter and settle it; whether the server may be given another one."""
    try:
        to = mail.address or mail.recipient.email
        letter = compose(mail, now) if to and _is_wanted(mail) else None
        if letter is None:
            _settle(mail, state=Mail.State.DROPPED)
            done.dropped += 1
            return True
        server.send_messages([message_of(letter, mail, to=to, connection=server)])
    except Exception as error:  # a letter that cannot be made or sent must not stop the others
        _failed(mail, error, now)
        done.failed += 1
        done.error = name_of(error)
        answered = smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
        return isinstance(error, answered) or not isinstance(error, OSError)
    _settle(mail, state=Mail.State.SENT, sent_at=now, last_error="")
    done.sent += 1
    return True


def _is_wanted(mail: Mail) -> bool:
    """Whether the account is still open; notices about the account go to whoever had it."""
    return mail.recipient.is_active or mail.kind == Mail.Kind.ACCOUNT


def _failed(mail: Mail, error: Exception, now: datetime) -> None:
    most = MOST_TRIES_REFUSED if _is_final(error) else MOST_TRIES
    is_dead = mail.tries >= most
    logger.warning("letter %s failed (%s), try %s", mail.pk, name_of(error), mail.tries)
    _settle(
        mail,
        state=Mail.State.DEAD if is_dead else Mail.State.WAITING,
        next_try_at=now + BACKOFF[min(mail.tries, len(BACKOFF)) - 1],
        last_error=name_of(error),
    )


def _settle(mail: Mail, **values: object) -> None:
    """Write the end of this try, unless a later one, or its end, is written already."""
    this_try = Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, tries=mail.tries)
    this_try.update(**values)


def _is_final(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def name_of(error: Exception) -> str:
    """The class of an error and the server's number, and nothing that names a person."""
    codes = {getattr(error, "smtp_code", None)}
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _text in error.recipients.values()}
    numbers = " ".join(str(code) for code in sorted(filter(None, codes)))
    return f"{type(error).__name__} {numbers}".strip()[:80]


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        logger.info("the mail server did not say goodbye: %s", name_of(error))


def revive(*, now: datetime, keys: Collection[int] | None = None) -> int:
    """Let letters that were given up try again, all or some of them; how many."""
    dead = Mail.objects.filter(state=Mail.State.DEAD)
    if keys is not None:
        dead = dead.filter(pk__in=list(keys))
    return dead.update(state=Mail.State.WAITING, tries=0, next_try_at=now, last_error="")
