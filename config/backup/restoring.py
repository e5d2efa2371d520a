"""Restoring a backup into an empty database, of whichever kind, and proving that it is the same."""

import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.management.color import no_style
from django.db import connection

from accounts import actors, filestore
from config.backup import archive, rows
from config.backup.taking import applied, due_dates
from dossiers import running
from ledger import bulk, chain, recording

JOB = "restore/1"
#: How many damaged members, tables or migrations a message names.
MOST_NAMED = 20


class Refused(Exception):
    """This backup cannot go into this database: it is not empty, or of another version."""


class NotTheSame(Exception):
    """What was restored is not what the backup holds; nothing of it is kept."""


def check(path: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole. Raises ``Damaged`` and ``OSError``."""
    with archive.opened(path) as (zipped, manifest):
        archive.check(zipped, manifest)
        for file in manifest["files"]:
            _must_be_inside(file["path"])
    return manifest


def restore(path: Path, *, now: datetime) -> dict[str, Any]:
    """Put a whole backup into the empty, migrated database of the settings, and prove it.

    Files go first, then all rows in one transaction, in which every table is read back and
    compared, the chain recomputed to the head in the manifest, and every open limit counted anew.
    One entry, ``restored``, is added. Raises ``Damaged``, ``Refused`` and ``NotTheSame``; then the
    database is as it was.
    """
    manifest = check(path)
    _must_fit(manifest)
    with archive.opened(path) as (zipped, _same):
        _restore_files(zipped, manifest)
        with recording.recorded():
            for model in rows.tables():
                _restore_table(zipped, model)
            running.rebuild()
            _set_sequences()
            _prove(manifest, now)
            recording.append(
                by=actors.job(JOB).author,
                action="restored",
                kind="backup",
                code=path.name,
                now=now,
                after={
                    "taken_at": manifest["taken_at"],
                    "from": manifest["database"],
                    "into": connection.vendor,
                    "ledger_seq": manifest["ledger"]["seq"],
                    "ledger_digest": manifest["ledger"]["digest"],
                    "files": len(manifest["files"]),
                },
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return manifest


def _must_fit(manifest: dict[str, Any]) -> None:
    here, there = set(applied()), set(manifest["migrations"])
    if here != there:
        odd = sorted(here ^ there)[:MOST_NAMED]
        raise Refused(
            f"The backup is of another version: use the version it was taken with, run migrate, "
            f"restore, then upgrade. Migrations that differ: {', '.join(odd)}."
        )
    full = [model._meta.db_table for model in rows.tables() if model._base_manager.exists()]
    if full:
        raise Refused(
            f"The database is not empty: make a new one, run migrate and nothing else. "
            f"Tables with rows: {', '.join(sorted(full)[:MOST_NAMED])}."
        )


def _restore_files(zipped: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Files before rows; one that lies there already, whole, is kept."""
    for file in manifest["files"]:
        with zipped.open(archive.file_member(file["path"])) as member:
            filestore.put_back(file["path"], archive.chunks_of(member))
    os.sync()


def _restore_table(zipped: zipfile.ZipFile, model: Any) -> None:
    with zipped.open(archive.table_member(model._meta.db_table)) as member:
        bulk.insert_values(model, rows.fields_of(model), rows.values(model, _lines(member)))


def _lines(member: Any) -> Iterator[bytes]:
    yield from member


def _set_sequences() -> None:
    """The next key of each table follows the last restored one. SQLite sees to that itself."""
    statements = connection.ops.sequence_reset_sql(no_style(), rows.tables())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _prove(manifest: dict[str, Any], now: datetime) -> None:
    faults = []
    for model in rows.tables():
        name, total, number = model._meta.db_table, archive.Sum(), 0
        for line in rows.lines(model):
            total.add(line)
            number += 1
        facts = manifest["tables"][name]
        if (number, total.sha256) != (facts["rows"], facts["sha256"]):
            faults.append(f"{name}: {number} rows of {facts['rows']}, or other values")
    head = chain.Head(manifest["ledger"]["seq"], manifest["ledger"]["digest"])
    _count, broken = chain.verify(now=now, heads=[head] if head.seq else None)
    faults += [f"ledger, link {fault.seq}: {fault.text}" for fault in broken if fault.seq]
    counted = due_dates(now)
    if counted["open"] != manifest["due_dates"]["open"]:
        faults.append(f"open time limits: {counted['open']}")
    if counted["wrong"] > manifest["due_dates"]["wrong"]:
        faults.append(f"due dates that the calendar does not give: {counted['wrong']}")
    if faults:
        raise NotTheSame("; ".join(faults[:MOST_NAMED]))


def _must_be_inside(path: str) -> None:
    parts = PurePosixPath(path).parts
    if PurePosixPath(path).is_absolute() or ".." in parts or not parts:
        raise archive.Damaged([f"{archive.file_member(path)}: no path of the store"])
