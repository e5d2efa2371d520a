"""The only writer of events.

Every verb runs inside ``recorded()``: one transaction for the change and its entry, and a marker
that tells the database's guards that the change is accounted for. A row written without it (from a
shell, an UPDATE by hand, a forgotten code path) is recorded by the guards themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ledger import bulk
from ledger.models import Event
from ledger.plain import plain


class Unrecorded(RuntimeError):
    """A verb changed rows and wrote no event: a fault of the programme, and it is rolled back."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, in plain values as they were at that moment; ``job`` authors have no id."""

    name: str
    id: int | None = None
    post: str = ""
    on_behalf_of: str = ""
    request_id: str = ""
    address: str = ""
    session: str = ""


def event(
    *,
    by: Author,
    action: str,
    kind: str,
    code: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    document: str = "",
    stated_at: datetime | None = None,
) -> Event:
    """An unsaved event; ``append`` and ``append_all`` write it."""
    return Event(
        at=now,
        action=action,
        object_kind=kind,
        object_code=plain(code),
        actor_id=by.id,
        actor_name=plain(by.name),
        actor_post=plain(by.post),
        on_behalf_of=plain(by.on_behalf_of),
        stated_at=stated_at,
        before=plain(before or {}),
        after=plain(after or {}),
        reason=plain(reason),
        document=plain(document),
        request_id=by.request_id,
        address=by.address,
        session=by.session,
    )


def append(**facts: Any) -> None:
    """Write one event; takes the arguments of ``event``. Must run inside ``recorded()``."""
    append_all([event(**facts)])


def append_all(events: Sequence[Event]) -> None:
    """Write many events in few statements. Must run inside ``recorded()``."""
    bulk.insert(events)
    _note(len(events))


#: The columns that ``append_selected`` fills, in this order.
SELECTED_COLUMNS = (
    "at",
    "action",
    "object_kind",
    "object_code",
    "actor_id",
    "actor_name",
    "actor_post",
    "on_behalf_of",
    "before",
    "after",
    "reason",
    "document",
    "request_id",
    "address",
    "session",
)


def append_selected(select: str, params: Sequence[Any]) -> int:
    """Write an event for each row of a SELECT that yields ``SELECTED_COLUMNS``; how many it was.

    One statement whatever the number of rows. Must run inside ``recorded()``.
    """
    columns = ", ".join(f'"{column}"' for column in SELECTED_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO ledger_event ({columns}) {select}", params)  # noqa: S608
        count: int = cursor.rowcount
    _note(max(count, 1))
    return count


@contextmanager
def recorded(*, may_be_idle: bool = False) -> Iterator[None]:
    """One transaction in which rows change and an event says so, or nothing happens at all.

    ``may_be_idle`` is for jobs that often find nothing to do. Raises ``Unrecorded`` when the block
    ends without an event. Nested blocks join the outer transaction; the events of one that failed
    are rolled back with it and do not speak for the outer one.
    """
    outer = getattr(connection, "ledger_notes", None)
    try:
        with transaction.atomic():
            connection.ledger_notes = 0
            _mark(True)
            yield
            notes = connection.ledger_notes
            if not notes and not may_be_idle:
                raise Unrecorded("A change must leave an entry in the ledger.")
            if outer is None:  # a failed block needs no unmarking: its rollback takes the mark away
                _mark(False)
            connection.ledger_notes = None if outer is None else outer + notes
    except BaseException:
        connection.ledger_notes = outer
        raise


def _note(count: int) -> None:
    if getattr(connection, "ledger_notes", None) is None:
        raise Unrecorded("Events are written inside recorded() alone.")
    connection.ledger_notes += count


def _mark(on: bool) -> None:
    """Tell the guards. SQLite's ask ``ledger_notes`` through a function of the connection."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('dunghan.recorded', %s, true)", ["1" if on else ""])
