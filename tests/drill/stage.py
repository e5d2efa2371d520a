"""A copy of the test database for one play: whatever a play commits, the next one does not see.

History cannot be deleted here, and a rolled back transaction would hide everything from a second
thread; so each play has real rows in a database of its own, which is thrown away with them.
"""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection


@contextlib.contextmanager
def elsewhere(**facts: Any) -> Iterator[None]:
    """The default connection, of every thread, leads to another database until the block ends."""
    settings = connection.settings_dict
    kept = {name: settings[name] for name in facts}
    connection.close()
    settings.update(facts)
    try:
        yield
    finally:
        connection.close()
        settings.update(kept)


@contextlib.contextmanager
def copied(name: str) -> Iterator[None]:
    """The default connection leads to a copy of its database. Nobody else may be connected to the
    database when the block begins."""
    original, options = (connection.settings_dict[fact] for fact in ("NAME", "OPTIONS"))
    if connection.vendor == "sqlite":  # no play outlives a loss of power, so none waits for a disk
        options = {**options, "init_command": _hasty(options["init_command"])}
    copy = _copy_of(original, name)
    try:
        with elsewhere(NAME=copy, OPTIONS=options):
            yield
    finally:
        _drop(copy)


def _hasty(pragmas: str) -> str:
    return pragmas.replace("synchronous=FULL", "synchronous=OFF")


def _copy_of(original: str, name: str) -> str:
    connection.close()  # SQLite then writes its log into the file; PostgreSQL copies nobody's
    if connection.vendor == "sqlite":
        copy = f"{original}-{name}"
        shutil.copyfile(original, copy)
        return copy
    copy = f"{original}_{name}"
    _on_the_server(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
    return copy


def _drop(copy: str) -> None:
    if connection.vendor == "sqlite":
        for rest in ("", "-wal", "-shm"):
            Path(f"{copy}{rest}").unlink(missing_ok=True)
        return
    _on_the_server(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _on_the_server(statement: str) -> None:
    facts = connection.get_connection_params()
    where = {"user": facts["user"], "host": facts["host"], "dbname": "postgres"}
    with contextlib.closing(psycopg2.connect(**where)) as server:
        server.autocommit = True  # databases are not made inside a transaction
        server.cursor().execute(statement)
