"""The database that every test begins with: migrated, with the real calendar, rules and agencies.

It is made once in a run, by a process of its own, while the tests are being collected. Each worker
takes a copy, and a test that commits puts the copy back as it was.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg2

LOCK = "prepared.lock"  # held by the process that makes the database
DONE = "prepared.done"
NAME = "prepared"
SQLITE_FILE = f"{NAME}.sqlite3"


def begin(base: Path, root: Path) -> Callable[[], None]:
    """Start making the database of a run; gives what ends the process with the run."""
    lock = os.open(base / LOCK, os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    log = (base / "prepared.log").open("w")
    address = f"sqlite:///{base / SQLITE_FILE}"
    if os.environ["TEST_DATABASE"] == "postgres":
        _on_server(base, f"CREATE DATABASE {NAME}")
        address = f"postgres://postgres@/{NAME}?host={base}/postgres"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.prepared", str(base)],
        cwd=root,
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=log,
        stderr=log,
        pass_fds=[lock],  # the lock is the process's from here on
    )
    os.close(lock)
    log.close()

    def end() -> None:
        process.kill()
        process.wait()

    return end


def take_copy(base: Path, worker: str) -> str:
    """Wait until the database is made, and copy it; the name of the copy."""
    with (base / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    if not (base / DONE).exists():
        raise RuntimeError((base / "prepared.log").read_text())
    if os.environ["TEST_DATABASE"] == "postgres":
        name = f"test_{worker}"
        _on_server(base, f"CREATE DATABASE {name} TEMPLATE {NAME}")
        return name
    copy = base / f"test_{worker}.sqlite3"
    shutil.copy(base / SQLITE_FILE, copy)
    return str(copy)


def put_back(base: Path) -> None:
    """Make this worker's database as it was when it was taken, whatever was committed since.

    On PostgreSQL only the rows: the server is told to fire no triggers, and rows are deleted, which
    for a handful of them takes a tenth of a TRUNCATE's time.
    """
    from django.db import connection

    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(base / SQLITE_FILE)) as made:
            made.backup(connection.connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'made'")
        filled = [table for (table,) in cursor.fetchall()]
        tables = set(connection.introspection.django_table_names(only_existing=True))
        deletes = [f'DELETE FROM "{table}"' for table in tables]  # noqa: S608
        inserts = [f'INSERT INTO "{t}" SELECT * FROM made."{t}"' for t in filled]  # noqa: S608
        quiet = "SET LOCAL session_replication_role = replica"
        cursor.execute("; ".join(["BEGIN", quiet, *deletes, *inserts, "COMMIT"]))


def _on_server(base: Path, statement: str) -> None:
    """Outside a transaction, as the making of databases wants it."""
    host = f"{base}/postgres"
    with contextlib.closing(psycopg2.connect(user="postgres", dbname="postgres", host=host)) as it:
        it.autocommit = True
        it.cursor().execute(statement)


def _make(base: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from deadlines.reference import load_reference
    from tests.world import NOW

    call_command("migrate", verbosity=0)
    load_reference(now=NOW)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA made")
            for table in connection.introspection.django_table_names(only_existing=True):
                cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608
                if cursor.fetchone()[0]:
                    cursor.execute(f'CREATE TABLE made."{table}" AS TABLE "{table}"')
    connection.close()  # SQLite: what is in the write-ahead log goes into the file
    (base / DONE).touch()


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
