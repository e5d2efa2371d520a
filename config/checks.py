"""What ``manage.py check`` asks beyond Django: zone, SQLite's pragmas, the role, the calendar.

Run before each start in production:
``manage.py check --deploy --database default --fail-level WARNING``. Those that ask the database
run with ``--database`` alone, and what only production needs with ``--deploy``.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.db.models.functions import Now

from deadlines import checking as limits
from deadlines.models import CalendarYear
from ledger import grants

ZONE, OFFSET = "Asia/Ho_Chi_Minh", timedelta(hours=7)
#: The longest limit runs for half a year, and tasks are given for a year.
DAYS_AHEAD = 400
#: Pragma → the value in force on a connection: a committed act outlives a power loss, writers wait.
PRAGMAS = {"journal_mode": ("wal",), "synchronous": (2, 3), "foreign_keys": (1,)}


@register(Tags.compatibility)
def zone(app_configs: Any, **_kwargs: Any) -> list[Any]:
    """Days are days in Hanoi: the zone is known to this machine and lies seven hours ahead."""
    if settings.TIME_ZONE != ZONE or not settings.USE_TZ:
        text = f"TIME_ZONE must be {ZONE!r} and USE_TZ on: due dates are counted in Hanoi's days."
        return [Error(text, id="dunghan.E001")]
    try:
        offset = datetime(2026, 7, 1, tzinfo=UTC).astimezone(ZoneInfo(ZONE)).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    if offset != OFFSET:
        hint = "Install the package tzdata."
        return [Error(f"This machine does not know {ZONE}.", hint=hint, id="dunghan.E002")]
    return []


@register(Tags.database)
def pragmas(app_configs: Any, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[Any]:
    """SQLite keeps what was committed through a power loss, and writers wait for each other."""
    found = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            for name, right in PRAGMAS.items():
                (value,) = cursor.execute(f"PRAGMA {name}").fetchone()
                if value not in right and not _in_memory(connection):
                    text = f"SQLite runs with {name} = {value}, not {right[0]}."
                    found.append(Error(text, hint="See init_command.", id="dunghan.E003"))
            if settings.DATABASES[alias]["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
                text = "SQLite must begin transactions with IMMEDIATE, or writers fail."
                found.append(Error(text, id="dunghan.E004"))
    return found


@register(Tags.database, deploy=True)
def role(app_configs: Any, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[Any]:
    """The role of this process can add to history and not rewrite it (rule S9)."""
    if "default" not in (databases or ()):
        return []
    try:
        can = grants.rewritable()
    except grants.NoRoles:
        text = "SQLite knows no roles: its triggers alone keep history. Production has PostgreSQL."
        return [Warning(text, id="dunghan.W001")] if settings.PRODUCTION else []
    except DatabaseError as error:
        return [Error(f"The tables of history are not there: {error}", id="dunghan.E005")]
    if not can:
        return []
    hint = "Give the services another role: manage.py grants prints its statements."
    text = f"This database role could rewrite history: {can[0][1]} {can[0][0]} and others."
    return [Warning(text, hint=hint, id="dunghan.W002")]


@register(Tags.database, deploy=True)
def calendar(app_configs: Any, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[Any]:
    """The working calendar covers what is counted in the coming year."""
    if "default" not in (databases or ()):
        return []
    try:
        last = limits.calendar_ends()
        today = _today()
    except DatabaseError as error:
        return [Error(f"The working calendar cannot be read: {error}", id="dunghan.E006")]
    if last is None or today is None:
        text = "No working calendar is in force: no time limit can start."
        return [Error(text, hint="Run manage.py load_reference.", id="dunghan.E007")]
    ahead = (last - today).days
    if ahead >= DAYS_AHEAD:
        return []
    hint = "The calendar keeper enters the next year, provisionally if it is not announced."
    text = f"The working calendar ends {ahead} days from now; {DAYS_AHEAD} are needed."
    return [Warning(text, hint=hint, id="dunghan.W003")]


def _today() -> Any:
    """The local day by the database's clock."""
    now = CalendarYear.objects.annotate(now=Now()).values_list("now", flat=True).first()
    return now.astimezone(ZoneInfo(ZONE)).date() if now else None


def _in_memory(connection: Any) -> bool:
    return connection.is_in_memory_db()
