"""Putting news into inboxes. A message is a row of the transaction that made the news."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Message

#: The columns that ``deliver_selected`` fills, in this order.
SELECTED_COLUMNS = (
    "recipient_id",
    "kind",
    "rung",
    "limit_code",
    "due_at",
    "about",
    "title",
    "agency_name",
    "created_at",
)
#: The same for messages of the warning ladder.
LADDER_COLUMNS = (*SELECTED_COLUMNS, "levels")


def deliver(messages: Iterable[Message]) -> None:
    """Write messages; one that a person already has stays as it is."""
    Message.objects.bulk_create(messages, ignore_conflicts=True)


def deliver_selected(
    select: str, params: Sequence[Any], columns: Sequence[str] = SELECTED_COLUMNS
) -> int:
    """Write a message for each row of a SELECT that yields ``columns``, once for each person; how
    many were new. One statement whatever the number of rows."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO accounts_message ({names}) "  # noqa: S608
            f"SELECT * FROM ({select}) AS news WHERE true ON CONFLICT DO NOTHING",
            params,
        )
        return int(cursor.rowcount)


def mark_read(user_id: int, message_ids: Iterable[int], now: datetime) -> int:
    """Mark a person's own messages as read; how many changed."""
    return Message.objects.filter(
        recipient_id=user_id, pk__in=list(message_ids), read_at__isnull=True
    ).update(read_at=now)
