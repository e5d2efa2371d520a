"""What the application's database role may do (PostgreSQL): add to history, and never rewrite it.

Migrations run as the owner of the tables, the application under a role of its own (quality.md §4
rule S9). The triggers of ``ledger.guards`` refuse what a fault of the programme would do; these
grants refuse what somebody does who has taken the application over: whoever owns a table can
disable its triggers, and this role owns nothing. New tables are nobody's but the owner's, so the
statements run again after every ``migrate``.
"""

import re

from django.apps import apps
from django.db import connection

from ledger import guards

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
#: What rewrites a table.
REWRITING = ("UPDATE", "DELETE", "TRUNCATE")
#: Tables of the migrations themselves: read, to see that none is missing.
_READ_ONLY = ("django_migrations",)


class NoRoles(Exception):
    """The database knows no roles: SQLite is one file, and whoever may write it may write all."""


class BadName(ValueError):
    """No plain name for a role."""


def history_tables() -> list[str]:
    """The tables whose rows are never changed."""
    return [apps.get_model(label)._meta.db_table for label in guards.HISTORY]


def statements(role: str) -> list[str]:
    """The SQL that makes a role and gives it its rights in the present database, and no other.

    To be run by the owner of the tables, or by a superuser who makes the role. Safe to run again.
    Raises ``NoRoles`` and ``BadName``.
    """
    _must_have_roles()
    if not _NAME.fullmatch(role):
        raise BadName(f"“{role}” is no plain name: use small letters, digits and _.")
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
        cursor.execute("SELECT current_database()")
        (database,) = cursor.fetchone()
    name = connection.ops.quote_name
    views = {item.name for item in found if item.type == "v"}
    tables = {item.name for item in found if item.type in {"t", "p"}}
    append_only = set(history_tables()) & tables
    read_only = (set(_READ_ONLY) & tables) | views
    rest = tables - append_only - read_only

    def grant(rights: str, names: set[str]) -> str:
        return f"GRANT {rights} ON {', '.join(name(n) for n in sorted(names))} TO {role}"

    return [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS; "
        f"END IF; END $$",
        f"REVOKE CREATE, TEMPORARY ON DATABASE {name(database)} FROM PUBLIC, {role}",
        f"GRANT CONNECT ON DATABASE {name(database)} TO {role}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role}",
        grant("SELECT, INSERT, UPDATE, DELETE", rest),
        grant("SELECT, INSERT", append_only),
        grant("SELECT", read_only),
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]


def rewritable() -> list[tuple[str, str]]:
    """(table, right) for all by which the role of this connection could rewrite history.

    Owners and superusers can do everything. Raises ``NoRoles``.
    """
    _must_have_roles()
    pairs = [(table, right) for table in history_tables() for right in REWRITING]
    with connection.cursor() as cursor:
        found = []
        for table, right in pairs:
            cursor.execute("SELECT has_table_privilege(%s, %s)", [f'"{table}"', right])
            if cursor.fetchone()[0]:
                found.append((table, right))
    return found


def _must_have_roles() -> None:
    if connection.vendor != "postgresql":
        raise NoRoles("SQLite knows no roles; keep its file and its backups to the application.")
