"""A person is told when password or address of the account change: in the inbox, and by e-mail to
the address as it was, at any hour (quality.md §3 row 45). Rows of the same transaction."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from accounts.mail_models import Mail
from accounts.messages import deliver
from accounts.models import Message, MessageKind, User
from agencies.dates import local_day


def password_changed(user: User, *, now: datetime) -> None:
    """To whoever holds the account."""
    _tell(user, MessageKind.PASSWORD_CHANGED, (user.email,), now)


def address_changed(user: User, *, addresses: Sequence[str], now: datetime) -> None:
    """To the former address and to the new one."""
    _tell(user, MessageKind.ADDRESS_CHANGED, addresses, now)


def _tell(user: User, kind: MessageKind, addresses: Sequence[str], now: datetime) -> None:
    deliver(
        [
            Message(
                recipient=user,
                kind=kind,
                limit_code=f"tai-khoan-{user.pk}",
                due_at=now,
                about="",
                title="",
                agency_name="",
                created_at=now,
                read_at=None,
            )
        ]
    )
    batch = uuid.uuid4()
    Mail.objects.bulk_create(
        Mail(
            key=f"tk-{batch.hex}-{number}",
            kind=Mail.Kind.ACCOUNT,
            recipient=user,
            address=address,
            about=kind,
            day=local_day(now),
            batch=batch,
            created_at=now,
            next_try_at=now,
        )
        for number, address in enumerate(addresses)
        if address
    )
