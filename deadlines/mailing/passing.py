"""One pass of a worker over the outbox. Safe to repeat, side by side, and cut off anywhere."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation

from accounts.mail import desk, queueing, sending
from accounts.mail_models import Mail
from agencies.dates import local_day
from deadlines.mailing import hours, owing, wording
from deadlines.moments import Moment


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass did: letters written, sent, failed; the class of error that ended it."""

    written: int
    sent: int
    failed: int
    error: str


def run(now: datetime) -> Passed:
    """Write the letters that are due, send some, and note how the outbox stands.

    While the office is closed nothing leaves but notices about accounts: news waits for the next
    working morning.
    """
    opened_at, written = hours.opened_at(now), 0
    if opened_at:
        written = _write(now)
    kinds = Mail.Kind.values if opened_at else [Mail.Kind.ACCOUNT]
    with translation.override(settings.LANGUAGE_CODE):
        done = sending.send_waiting(now=now, kinds=kinds, compose=wording.compose)
    desk.note(now=now, opened_at=opened_at, error=done.error)
    return Passed(written, done.sent, done.failed, done.error)


def _write(now: datetime) -> int:
    day = local_day(now)
    calendar = hours.calendar_or_none()
    until = Moment(now, calendar).soon() if calendar else day
    people = owing.people_owing(until=until, day=day, now=now)
    morning = queueing.queue_morning(day=day, now=now, owing=people)
    return morning + queueing.queue_at_once(day=day, now=now)
