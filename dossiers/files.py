"""Files in the store that no row names: left by a crash between the bytes and the row."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Model

from accounts import filestore, kept_files
from accounts.models import StagedFile
from accounts.staging import KEEP_STAGED
from dossiers.models import ImportSession

_BATCH = 500


def remove_orphans(now: datetime) -> int:
    """Remove files older than a day that no kept row and no unfinished form names; how many.

    Age alone protects a file whose row is about to be written, so the day is never shortened.
    """
    removed = 0
    for paths in _batches(filestore.older_than(now - KEEP_STAGED)):
        # In this order: a form sent in between moves the name from the staged file to its row.
        named = {
            name
            for model, column in (
                (StagedFile, "path"),
                *((table, "path") for table in kept_files.tables()),
                (ImportSession, "path"),
                (ImportSession, "error_path"),
            )
            for name in _named(model, column, paths)
        }
        for path in set(paths) - named:
            filestore.remove(path)
            removed += 1
    return removed


def _named(model: type[Model], column: str, paths: list[str]) -> Iterable[str]:
    return model.objects.filter(**{f"{column}__in": paths}).values_list(column, flat=True)


def _batches(paths: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(paths, _BATCH)):
        yield batch
