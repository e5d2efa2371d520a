"""The secret link to a person's due dates: made, replaced, taken back; only its digest is kept.

The secret is made of the form that asks for it, so a form pressed twice leads to one link, which
can be shown both times; without ``SECRET_KEY`` nobody makes it of what the database holds.
"""

import hashlib
import hmac
import uuid
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from accounts.actors import Actor
from accounts.mail_models import CalendarLink
from accounts.rights import allows
from ledger import recording

#: How often a link may be read: programmes ask every quarter of an hour, on two or three devices.
WINDOW, MOST_READS = timedelta(minutes=10), 20


def make_link(*, form_key: uuid.UUID, by: Actor, now: datetime) -> str:
    """A new link; the former one is dead. Gives the secret, which nobody can read again.

    Whoever calls this sees to it that a form has its effect once: ``accounts.receipts.once``.
    """
    secret = secret_of(form_key, by)
    values = {
        "digest": digest_of(secret),
        "made_at": now,
        "revoked_at": None,
        "last_read_at": None,
        "window_at": None,
    }
    with recording.recorded():
        CalendarLink.objects.update_or_create(user_id=by.author.id, defaults=values)
        _enter("calendar_link_made", by, now)
    return secret


def secret_of(form_key: uuid.UUID, by: Actor) -> str:
    """The secret that a form of this person stands for."""
    said = f"calendar-link:{by.author.id}:{form_key}".encode()
    made = hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def revoke_link(*, by: Actor, now: datetime) -> bool:
    """Take the link back; whether there was one."""
    with recording.recorded(may_be_idle=True):
        living = CalendarLink.objects.filter(user_id=by.author.id, revoked_at__isnull=True)
        if not living.update(revoked_at=now):
            return False
        _enter("calendar_link_revoked", by, now)
    return True


def link_of(by: Actor) -> CalendarLink | None:
    """The living link of a person."""
    return CalendarLink.objects.filter(user_id=by.author.id, revoked_at__isnull=True).first()


def find(secret: str) -> CalendarLink | None:
    """The living link of an open account that has this secret."""
    return (
        CalendarLink.objects.filter(
            digest=digest_of(secret), revoked_at__isnull=True, user__is_active=True
        )
        .select_related("user")
        .first()
    )


def may_read(link: CalendarLink, now: datetime) -> bool:
    """Count a reading; whether there were not too many lately."""
    row = CalendarLink.objects.filter(pk=link.pk)
    fresh = row.filter(Q(window_at__isnull=True) | Q(window_at__lte=now - WINDOW))
    if fresh.update(window_at=now, window_reads=1, last_read_at=now):
        return True
    few = row.filter(window_reads__lt=MOST_READS)
    return bool(few.update(window_reads=F("window_reads") + 1, last_read_at=now))


def may_have_link(by: Actor) -> bool:
    """Whoever sees time limits of an agency or of the city."""
    return allows(by, "window_view")


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _enter(action: str, by: Actor, now: datetime) -> None:
    recording.append(by=by.author, action=action, kind="account", code=by.user.username, now=now)
