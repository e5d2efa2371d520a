"""Triggers that keep ``Tally``: of each agency, rule and month how many limits ended how.

They belong to the database, so whatever begins, meets, moves or revises a limit (a verb, an import,
a reorganisation, a calendar change, a statement by hand) is counted in its own transaction. They
only add rows, one more of what a limit now is and one less of what it was: no two transactions ever
wait for each other's row, and an import of an hour holds nobody up. ``compact`` adds rows up.

SQLite drops triggers when a migration rebuilds their table, so they are put back after every
``migrate``, as the guards of the ledger are.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

_KEY = "month, agency_id, rule_id, outcome, first_kept, days"
#: Of a limit ``{l}``: its key. ``{days}`` is the way a database counts local days.
_KEY_OF = (
    "{l}.due_month, COALESCE({l}.charged_to_id, {l}.agency_id), {l}.rule_id, "
    "CASE WHEN {l}.met_at IS NULL THEN 'open' "
    "WHEN {l}.met_at >= {l}.due_at OR {l}.breached_at IS NOT NULL THEN 'late' "
    "WHEN {l}.lifted THEN 'lifted' ELSE 'on_time' END, "
    "COALESCE({l}.met_at < {l}.first_due_at, {true}), "
    "COALESCE({days}, 0)"
)
_DAYS_SQLITE = (
    "CAST(julianday(date({l}.met_at, '+7 hours')) "
    "- julianday(date({l}.started_at, '+7 hours')) AS integer)"
)
_DAYS_POSTGRES = (
    "({l}.met_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date "
    "- ({l}.started_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
)
_INSERT = f"INSERT INTO deadlines_tally ({_KEY}, count) "
#: A change of anything else leaves the count as it is.
_COLUMNS = (
    "due_month, agency_id, charged_to_id, rule_id, due_at, met_at, breached_at, lifted, "
    "first_due_at, started_at"
)
_TABLE = "deadlines_timelimit"
_TRIGGERS = ("tally_begun", "tally_changed", "tally_gone")


def rebuild() -> None:
    """Count the whole table anew from the limits; two statements."""
    _run(["DELETE FROM deadlines_tally", f"{_INSERT}{_sum_of(_TABLE)}"])


def compact() -> int:
    """Make one row of the rows of each key that has several; how many keys had.

    Safe beside writers and beside itself: rows that somebody else has taken are left to them.
    """
    doubled = f"SELECT {_KEY} FROM deadlines_tally GROUP BY {_KEY} HAVING COUNT(*) > 1"  # noqa: S608
    summed = f"SELECT {_KEY}, SUM(count) FROM {{}} GROUP BY {_KEY} HAVING SUM(count) <> 0"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({doubled}) AS doubled")  # noqa: S608
        found = cursor.fetchone()[0]
        if not found:
            return 0
        if connection.vendor == "sqlite":  # one writer at a time
            cursor.execute(
                "CREATE TEMP TABLE taken AS "  # noqa: S608
                f"SELECT * FROM deadlines_tally WHERE ({_KEY}) IN ({doubled})"
            )
            cursor.execute("DELETE FROM deadlines_tally WHERE id IN (SELECT id FROM taken)")
            cursor.execute(f"{_INSERT}{summed.format('taken')}")
            cursor.execute("DROP TABLE taken")
        else:
            cursor.execute(
                f"WITH taken AS (DELETE FROM deadlines_tally WHERE ({_KEY}) IN ({doubled}) "  # noqa: S608
                f"RETURNING {_KEY}, count) {_INSERT}{summed.format('taken')}"
            )
    return found


def install() -> None:
    """Create or replace the triggers, if their tables are there."""
    if {_TABLE, "deadlines_tally"} <= set(connection.introspection.table_names()):
        _run([*remove_statements(), *install_statements()])


def remove_before_migrate(app_config: Any, plan: list[Any], **_kwargs: Any) -> None:
    """Take the triggers away while SQLite rebuilds tables: one on a missing table stops it."""
    is_there = app_config.name == "deadlines" and plan
    if is_there and _TABLE in connection.introspection.table_names():
        _run(remove_statements())


def install_after_migrate(app_config: Any, **_kwargs: Any) -> None:
    """Put the triggers in place once the tables are."""
    if app_config.name == "deadlines":
        install()


def remove_statements() -> list[str]:
    """The SQL that drops the triggers; tests empty their tables with it."""
    on = "" if connection.vendor == "sqlite" else f" ON {_TABLE}"
    return [f"DROP TRIGGER IF EXISTS {name}{on}" for name in _TRIGGERS]


def install_statements() -> list[str]:
    """The SQL that creates the triggers."""
    return _sqlite() if connection.vendor == "sqlite" else _postgres()


def _run(statements: Iterable[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _key_of(row: str) -> str:
    sqlite = connection.vendor == "sqlite"
    days = (_DAYS_SQLITE if sqlite else _DAYS_POSTGRES).format(l=row)
    return _KEY_OF.format(l=row, days=days, true="1" if sqlite else "true")


def _sum_of(table: str, sign: str = "") -> str:
    return f"SELECT {_key_of('l')}, {sign}COUNT(*) FROM {table} l GROUP BY 1, 2, 3, 4, 5, 6"  # noqa: S608


def _sqlite() -> list[str]:
    more = f"{_INSERT}SELECT {_key_of('NEW')}, 1;"
    less = f"{_INSERT}SELECT {_key_of('OLD')}, -1;"
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _COLUMNS.split(", "))
    return [
        f"CREATE TRIGGER tally_begun AFTER INSERT ON {_TABLE} BEGIN {more} END",
        f"CREATE TRIGGER tally_changed AFTER UPDATE OF {_COLUMNS} ON {_TABLE} "
        f"WHEN {differs} BEGIN {less} {more} END",
        f"CREATE TRIGGER tally_gone AFTER DELETE ON {_TABLE} BEGIN {less} END",
    ]


def _postgres() -> list[str]:
    function = (
        "CREATE OR REPLACE FUNCTION dunghan_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN {body}; RETURN NULL; END $$"
    )
    changed = (
        f"{_INSERT}SELECT {_KEY}, SUM(n) FROM "  # noqa: S608
        f"(SELECT {_key_of('l')}, 1 FROM new_rows l UNION ALL "
        f"SELECT {_key_of('l')}, -1 FROM old_rows l) AS both_rows ({_KEY}, n) "
        f"GROUP BY {_KEY} HAVING SUM(n) <> 0"
    )
    bodies = {
        "tally_begun": _INSERT + _sum_of("new_rows"),
        "tally_changed": changed,
        "tally_gone": _INSERT + _sum_of("old_rows", "-"),
    }
    when = {
        "tally_begun": "INSERT ON {t} REFERENCING NEW TABLE AS new_rows",
        "tally_changed": "UPDATE ON {t} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "tally_gone": "DELETE ON {t} REFERENCING OLD TABLE AS old_rows",
    }
    return [
        *(function.format(name=name, body=body) for name, body in bodies.items()),
        *(
            f"CREATE TRIGGER {name} AFTER {event.format(t=_TABLE)} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION dunghan_{name}()"
            for name, event in when.items()
        ),
    ]
