"""Taking a backup while people work: one snapshot, streamed, read back before it counts."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain as joined
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from accounts import actors, filestore, kept_files
from config.backup import archive, rows
from config.models import BackupRun
from deadlines import checking as limits
from ledger import chain, recording
from ledger.models import Event
from ledger.plain import plain

JOB = "backup/1"
#: Tables whose files may go at any moment: taken along when they are there.
PASSING = ("accounts.StagedFile", "dossiers.ImportSession")


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup: its manifest, its size and its SHA-256, and what was damaged in the store."""

    manifest: dict[str, Any]
    size: int
    sha256: str
    damaged: list[dict[str, str]]


def take(path: Path, *, now: datetime) -> Taken:
    """Write a backup to a new file, mode 0600, and read it back; it appears under its name whole.

    Raises ``FileExistsError``, ``OSError`` when it cannot be written and ``Damaged`` when what was
    written cannot be read; then nothing is left. Files that are damaged in the store already are
    named in the manifest and left out.
    """
    if path.exists():
        raise FileExistsError(path)
    partial = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", allowZip64=True) as zipped:
                manifest = _write(zipped, now)
            file.flush()
            os.fsync(file.fileno())
        with archive.opened(partial) as (written, said):
            archive.check(written, said)
        sha256, size = archive.sha256_of(partial), partial.stat().st_size
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    taken = Taken(manifest, size, sha256, manifest["damaged"])
    _enter(path, taken, now)
    return taken


def applied() -> list[str]:
    """The migrations of the present database."""
    found = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in found)


def due_dates(now: datetime) -> dict[str, Any]:
    """Open limits and those of them whose stored end is not the one counted anew."""
    wrong = [one.code for one in limits.wrong_due_dates(now)]
    return {"open": limits.open_limits(), "wrong": len(wrong)}


def _write(zipped: zipfile.ZipFile, now: datetime) -> dict[str, Any]:
    with snapshot():
        head = chain.head()
        tables = {}
        for model in rows.tables():
            name, counter = model._meta.db_table, _Counter()
            total = archive.write_member(
                zipped, archive.table_member(name), counter.through(rows.lines(model))
            )
            columns = [field.column for field in rows.fields_of(model)]
            tables[name] = {
                "columns": columns,
                "rows": counter.number,
                "size": total.size,
                "sha256": total.sha256,
            }
        files, damaged = _write_files(zipped)
        manifest = {
            "format": archive.FORMAT,
            "taken_at": plain(now),
            "database": connection.vendor,
            "migrations": applied(),
            "tables": tables,
            "files": files,
            "damaged": damaged,
            "ledger": {"seq": head.seq, "digest": head.digest, "events": Event.objects.count()},
            "due_dates": due_dates(now),
        }
    archive.write_manifest(zipped, manifest)
    return manifest


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one instant, and nobody who writes waits for it."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # Django would begin with IMMEDIATE, which takes the lock of the one writer.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")  # the snapshot begins here
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _write_files(zipped: zipfile.ZipFile) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The files that rows of the snapshot name, each once; those damaged in the store by name."""
    written: dict[str, dict[str, Any]] = {}
    damaged = []
    for table, key, path, size, sha256, is_kept in joined(_kept(), _passing()):
        if path in written and written[path]["sha256"] == sha256:
            continue
        wrong = kept_files.wrong_with(path, size, sha256)
        if wrong:
            if is_kept:
                damaged.append({"table": table, "key": key, "path": path, "wrong": wrong})
            continue
        with filestore.open_stored(path, size=size) as file:
            member = archive.file_member(path)
            total = archive.write_member(zipped, member, archive.chunks_of(file))
        written[path] = {"path": path, "size": total.size, "sha256": total.sha256}
    return list(written.values()), damaged


_Named = tuple[str, str, str, int, str, bool]


def _kept() -> Iterator[_Named]:
    columns = ("public_id", "path", "size", "sha256")
    for model in kept_files.tables():
        found = model.objects.order_by("pk").values_list(*columns)
        for key, path, size, sha256 in found.iterator(chunk_size=2000):
            yield model._meta.label, str(key), path, size, sha256, True


def _passing() -> Iterator[_Named]:
    for label in PASSING:
        found = apps.get_model(label).objects.order_by("pk").values_list("pk", "path", "sha256")
        for key, path, sha256 in found:
            size = filestore.size_of(path)
            if size is not None:
                yield label, str(key), path, size, sha256, False


def _enter(path: Path, taken: Taken, now: datetime) -> None:
    """That a copy of everything was made is an entry of its own."""
    with recording.recorded():
        BackupRun.objects.create(
            at=now,
            name=path.name[:255],
            size=taken.size,
            sha256=taken.sha256,
            damaged=len(taken.damaged),
        )
        recording.append(
            by=actors.job(JOB).author,
            action="backup_taken",
            kind="backup",
            code=path.name,
            now=now,
            after={
                "sha256": taken.sha256,
                "bytes": taken.size,
                "files": len(taken.manifest["files"]),
                "damaged": len(taken.damaged),
                "ledger_seq": taken.manifest["ledger"]["seq"],
                "ledger_digest": taken.manifest["ledger"]["digest"],
            },
        )


class _Counter:
    """Counts what passes through it."""

    def __init__(self) -> None:
        self.number = 0

    def through(self, some: Iterator[bytes]) -> Iterator[bytes]:
        for line in some:
            self.number += 1
            yield line
