"""Triggers that keep ``Running``: of each dossier the end of its first running limit.

They belong to the database, so whatever begins, meets, moves or lifts a limit (a verb, an import, a
reorganisation, a statement by hand) leaves the table right, in its own transaction. The row of
``Running`` is always written last, and is locked before it is counted anew: of two transactions
that change limits of one dossier the later one counts what the earlier one left.

SQLite drops triggers when a migration rebuilds their table, so they are put back after every
``migrate``, as the guards of the ledger are.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

_FIRST = (
    "SELECT d.id, d.agency_id, d.state, d.urgency, d.created_at, d.search_key, MIN(l.due_at) "
    "FROM dossiers_dossier d JOIN {limits} l ON l.subject_code = d.code AND l.met_at IS NULL "
    "{where} GROUP BY d.id"
)
_INSERT = (
    "INSERT INTO dossiers_running "
    "(dossier_id, agency_id, state, urgency, created_at, search_key, due_at) "
)


def rebuild() -> None:
    """Count the whole table anew from limits and dossiers; two statements."""
    select = _FIRST.format(limits="deadlines_timelimit", where="")
    _run(["DELETE FROM dossiers_running", _INSERT + select])


def install() -> None:
    """Create or replace the triggers, if their tables are there."""
    needed = {"dossiers_running", "dossiers_dossier", "deadlines_timelimit"}
    if needed <= set(connection.introspection.table_names()):
        _run([*_remove_statements(), *_install_statements()])


def remove_before_migrate(app_config: Any, plan: list[Any], **_kwargs: Any) -> None:
    """Take the triggers away while SQLite rebuilds tables: one on a missing table stops it."""
    if app_config.name == "dossiers" and plan:
        tables = set(connection.introspection.table_names())
        if {"dossiers_dossier", "deadlines_timelimit"} <= tables:
            _run(_remove_statements())


def install_after_migrate(app_config: Any, **_kwargs: Any) -> None:
    """Put the triggers in place once the tables are."""
    if app_config.name == "dossiers":
        install()


def _run(statements: Iterable[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


_TRIGGERS = (
    ("running_begun", "deadlines_timelimit"),
    ("running_changed", "deadlines_timelimit"),
    ("running_gone", "deadlines_timelimit"),
    ("running_of_dossier", "dossiers_dossier"),
)


def _remove_statements() -> list[str]:
    if connection.vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name, _table in _TRIGGERS]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in _TRIGGERS]


def _install_statements() -> list[str]:
    return _sqlite() if connection.vendor == "sqlite" else list(_POSTGRES)


# --- SQLite: one writer at a time -----------------------------------------------------------------


def _sqlite() -> list[str]:
    def count(code: str) -> str:
        select = _FIRST.format(limits="deadlines_timelimit", where=f"WHERE d.code = {code}")
        dossier = f"(SELECT id FROM dossiers_dossier WHERE code = {code})"  # noqa: S608
        return f"DELETE FROM dossiers_running WHERE dossier_id = {dossier}; {_INSERT}{select};"  # noqa: S608

    return [
        "CREATE TRIGGER running_begun AFTER INSERT ON deadlines_timelimit "
        f"WHEN NEW.met_at IS NULL BEGIN {count('NEW.subject_code')} END",
        "CREATE TRIGGER running_changed AFTER UPDATE OF due_at, met_at, subject_code "
        f"ON deadlines_timelimit BEGIN {count('OLD.subject_code')} {count('NEW.subject_code')} END",
        "CREATE TRIGGER running_gone AFTER DELETE ON deadlines_timelimit "
        f"WHEN OLD.met_at IS NULL BEGIN {count('OLD.subject_code')} END",
        "CREATE TRIGGER running_of_dossier AFTER UPDATE OF agency_id, state, urgency, "
        "created_at, search_key ON dossiers_dossier BEGIN "
        "UPDATE dossiers_running SET agency_id = NEW.agency_id, state = NEW.state, "
        "urgency = NEW.urgency, created_at = NEW.created_at, search_key = NEW.search_key "
        "WHERE dossier_id = NEW.id; END",
    ]


# --- PostgreSQL -----------------------------------------------------------------------------------

_ONE = _FIRST.format(limits="deadlines_timelimit", where="WHERE d.code = ANY(codes)")
_POSTGRES = (
    # Separate statements: the second sees what was committed while the first waited for the lock.
    f"""
    CREATE OR REPLACE FUNCTION dunghan_count_running(codes text[]) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM dossiers_running r JOIN dossiers_dossier d ON d.id = r.dossier_id
            WHERE d.code = ANY(codes) ORDER BY r.dossier_id FOR UPDATE OF r;
        {_INSERT} {_ONE}
            ON CONFLICT (dossier_id) DO UPDATE SET agency_id = EXCLUDED.agency_id,
                state = EXCLUDED.state, urgency = EXCLUDED.urgency,
                created_at = EXCLUDED.created_at, search_key = EXCLUDED.search_key,
                due_at = EXCLUDED.due_at;
        DELETE FROM dossiers_running r USING dossiers_dossier d
            WHERE d.id = r.dossier_id AND d.code = ANY(codes) AND NOT EXISTS (
                SELECT 1 FROM deadlines_timelimit l
                WHERE l.subject_code = d.code AND l.met_at IS NULL);
    END $$""",  # noqa: S608
    f"""
    CREATE OR REPLACE FUNCTION dunghan_running_begun() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {_INSERT} {_FIRST.format(limits="begun", where="")}
            ON CONFLICT (dossier_id) DO UPDATE SET
                due_at = LEAST(dossiers_running.due_at, EXCLUDED.due_at);
        RETURN NULL;
    END $$""",  # noqa: S608
    """
    CREATE OR REPLACE FUNCTION dunghan_running_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            PERFORM dunghan_count_running(ARRAY[OLD.subject_code]);
        ELSE
            PERFORM dunghan_count_running(ARRAY[OLD.subject_code, NEW.subject_code]);
        END IF;
        RETURN NULL;
    END $$""",
    """
    CREATE OR REPLACE FUNCTION dunghan_running_of_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE dossiers_running
            SET agency_id = NEW.agency_id, state = NEW.state, urgency = NEW.urgency,
                created_at = NEW.created_at, search_key = NEW.search_key
            WHERE dossier_id = NEW.id;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER running_begun AFTER INSERT ON deadlines_timelimit "
    "REFERENCING NEW TABLE AS begun FOR EACH STATEMENT EXECUTE FUNCTION dunghan_running_begun()",
    "CREATE TRIGGER running_changed AFTER UPDATE OF due_at, met_at, subject_code "
    "ON deadlines_timelimit FOR EACH ROW "
    "WHEN ((OLD.due_at, OLD.met_at, OLD.subject_code) "
    "IS DISTINCT FROM (NEW.due_at, NEW.met_at, NEW.subject_code)) "
    "EXECUTE FUNCTION dunghan_running_changed()",
    "CREATE TRIGGER running_gone AFTER DELETE ON deadlines_timelimit FOR EACH ROW "
    "EXECUTE FUNCTION dunghan_running_changed()",
    "CREATE TRIGGER running_of_dossier AFTER UPDATE OF agency_id, state, urgency, created_at, "
    "search_key ON dossiers_dossier FOR EACH ROW "
    "WHEN ((OLD.agency_id, OLD.state, OLD.urgency, OLD.created_at, OLD.search_key) "
    "IS DISTINCT FROM (NEW.agency_id, NEW.state, NEW.urgency, NEW.created_at, NEW.search_key)) "
    "EXECUTE FUNCTION dunghan_running_of_dossier()",
)
