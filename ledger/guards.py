"""Triggers in the database: history cannot be rewritten, and no write goes without an entry.

* On history tables every UPDATE and DELETE (on PostgreSQL also TRUNCATE) is refused.
* On watched tables a write outside ``ledger.recording.recorded()`` is entered by the database
  itself, with the row before and after, under the name of the database's user.

SQLite rebuilds tables on migration and drops their triggers with them, so the guards are put back
after every ``migrate``. A programme that opens the SQLite file without our function cannot write to
watched tables at all: its statements fail instead of passing unseen.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection as default_connection
from django.db import models

#: Tables whose rows are never changed.
HISTORY = (
    "ledger.Event",
    "ledger.Link",
    "deadlines.OverdueFlag",
    "deadlines.DueDateRevision",
)
#: Tables whose changes are always entered, with the columns that are noise.
WATCHED: dict[str, frozenset[str]] = {
    "agencies.Agency": frozenset(),
    "accounts.User": frozenset({"last_login", "password"}),
    "accounts.Appointment": frozenset(),
    "deadlines.CalendarDay": frozenset(),
    "deadlines.CalendarYear": frozenset(),
    "deadlines.LimitRule": frozenset(),
    "deadlines.TimeLimit": frozenset(),
    "deadlines.OverdueFlag": frozenset(),
    "dossiers.Dossier": frozenset(),
    "dossiers.Attachment": frozenset(),
    "dossiers.Direction": frozenset(),
    "dossiers.Report": frozenset(),
    "dossiers.Conclusion": frozenset(),
    "dossiers.Notice": frozenset(),
}


def register_functions(connection: Any, **_kwargs: Any) -> None:
    """Give each SQLite connection the function that its guards ask."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            "dunghan_recorded",
            0,
            lambda: 0 if getattr(connection, "ledger_notes", None) is None else 1,
        )


def remove_before_migrate(app_config: Any, plan: list[Any], **_kwargs: Any) -> None:
    """Take the guards away while SQLite rebuilds tables; a trigger on a missing table stops it."""
    if app_config.name == "ledger" and plan:
        _run(remove_statements())


def install_after_migrate(app_config: Any, **_kwargs: Any) -> None:
    """Put the guards in place once the last of our applications has its tables."""
    if app_config.name == "ledger":
        install()


def install() -> None:
    """Create or replace every guard whose table exists."""
    _run([*remove_statements(), *install_statements()])


def install_statements() -> list[str]:
    """The SQL that creates all guards on the present database."""
    sqlite = default_connection.vendor == "sqlite"
    make_history = _sqlite_history if sqlite else _postgres_history
    make_watch = _sqlite_watch if sqlite else _postgres_watch
    statements = [] if sqlite else list(_POSTGRES_FUNCTIONS)
    for model in _existing(HISTORY):
        statements += make_history(model._meta.db_table)
    for model in _existing(WATCHED):
        statements += make_watch(model, WATCHED[model._meta.label])
    return statements


def remove_statements() -> list[str]:
    """The SQL that drops all guards; tests empty their tables with it, nothing else may."""
    on = (lambda table: "") if default_connection.vendor == "sqlite" else (lambda t: f' ON "{t}"')
    history = [
        f'DROP TRIGGER IF EXISTS "{table}_{suffix}"{on(table)}'
        for table in (model._meta.db_table for model in _existing(HISTORY))
        for suffix in ("no_update", "no_delete", "no_truncate")
    ]
    watched = [
        f'DROP TRIGGER IF EXISTS "{table}_watch_{verb}"{on(table)}'
        for table in (model._meta.db_table for model in _existing(WATCHED))
        for verb in ("insert", "update", "delete")
    ]
    return history + watched


def _run(statements: Iterable[str]) -> None:
    with default_connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _existing(labels: Iterable[str]) -> list[type[models.Model]]:
    tables = set(default_connection.introspection.table_names())
    found = (apps.get_model(label) for label in labels)
    return [model for model in found if model._meta.db_table in tables]


# --- SQLite ---------------------------------------------------------------------------------------


def _sqlite_history(table: str) -> list[str]:
    return [
        f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, 'history is append-only: {table}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _sqlite_watch(model: type[models.Model], noise: frozenset[str]) -> list[str]:
    table = model._meta.db_table
    columns = [f.column for f in model._meta.concrete_fields if f.column not in noise]

    def row(side: str) -> str:
        pairs = ", ".join(f"'{column}', {side}.\"{column}\"" for column in columns)
        return f"json_object({pairs})"

    def trigger(verb: str, before: str, after: str, side: str) -> str:
        of = " OF " + ", ".join(f'"{c}"' for c in columns) if verb == "UPDATE" else ""
        return f"""
            CREATE TRIGGER "{table}_watch_{verb.lower()}" AFTER {verb}{of} ON "{table}"
            WHEN dunghan_recorded() = 0 BEGIN
                INSERT INTO ledger_event
                    ("at", "action", "object_kind", "object_code", "actor_name", "actor_post",
                     "on_behalf_of", "before", "after", "reason", "document", "request_id",
                     "address", "session")
                VALUES
                    (strftime('%Y-%m-%d %H:%M:%f', 'now'), 'direct_{verb.lower()}', '{table}',
                     {side}."{model._meta.pk.column}", 'database', '', '',
                     {before}, {after}, '', '', '', '', '');
            END"""

    return [
        trigger("INSERT", "'{}'", row("NEW"), "NEW"),
        trigger("UPDATE", row("OLD"), row("NEW"), "NEW"),
        trigger("DELETE", row("OLD"), "'{}'", "OLD"),
    ]


# --- PostgreSQL -----------------------------------------------------------------------------------

_POSTGRES_FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION dunghan_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'history is append-only: %', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$""",
    """
    CREATE OR REPLACE FUNCTION dunghan_watch() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        noise text[] := TG_ARGV[0]::text[];
        old_row jsonb := '{}';
        new_row jsonb := '{}';
    BEGIN
        IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - noise; END IF;
        IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - noise; END IF;
        IF old_row = new_row THEN RETURN NULL; END IF;
        INSERT INTO ledger_event
            (at, action, object_kind, object_code, actor_name, actor_post, on_behalf_of,
             before, after, reason, document, request_id, address, session)
        VALUES
            (clock_timestamp(), 'direct_' || lower(TG_OP), TG_TABLE_NAME,
             COALESCE(new_row ->> TG_ARGV[1], old_row ->> TG_ARGV[1]), 'database:' || session_user,
             '', '', old_row, new_row, '', '', '', COALESCE(host(inet_client_addr()), ''), '');
        RETURN NULL;
    END $$""",
)


def _postgres_history(table: str) -> list[str]:
    rows = [
        f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION dunghan_refuse()"
        for verb in ("UPDATE", "DELETE")
    ]
    return [
        *rows,
        f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION dunghan_refuse()",
    ]


def _postgres_watch(model: type[models.Model], noise: frozenset[str]) -> list[str]:
    table = model._meta.db_table
    array = "{" + ",".join(sorted(noise)) + "}"
    return [
        f'CREATE TRIGGER "{table}_watch_{verb.lower()}" AFTER {verb} ON "{table}" FOR EACH ROW '
        f"WHEN (COALESCE(current_setting('dunghan.recorded', true), '') <> '1') "
        f"EXECUTE FUNCTION dunghan_watch('{array}', '{model._meta.pk.column}')"
        for verb in ("INSERT", "UPDATE", "DELETE")
    ]
