"""What statements on both databases share: instants and tables as parameters."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import connection


def as_stored(moment: datetime) -> Any:
    """An instant as the database stores it; SQLite keeps text in UTC."""
    return connection.ops.adapt_datetimefield_value(moment)


def as_stored_day(day: date) -> Any:
    """A local date as the database stores it."""
    return connection.ops.adapt_datefield_value(day)


def as_json(moment: datetime) -> str:
    """An instant inside a JSON parameter."""
    if connection.vendor == "sqlite":
        return str(as_stored(moment))
    return moment.astimezone(UTC).isoformat()


def as_date(value: Any) -> date:
    """A date as a bare cursor gives it: SQLite's is text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def instant(name: str) -> str:
    """A parameter that is an instant, where the database cannot tell its type."""
    cast = connection.vendor == "postgresql"
    return f"CAST(%({name})s AS timestamptz)" if cast else f"%({name})s"


def rows_of(name: str, **columns: str) -> str:
    """A parameter of JSON as a table; the types are PostgreSQL's."""
    if connection.vendor == "postgresql":
        types = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        return f"(SELECT * FROM jsonb_to_recordset(%({name})s::jsonb) AS r({types}))"  # noqa: S608
    taken = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
    return f"(SELECT {taken} FROM json_each(%({name})s))"  # noqa: S608
