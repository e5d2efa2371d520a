"""Where the bytes of files lie: written whole and flushed to disk before any row names them.

Names are made here, files are readable by the service alone and lie under no web root. A file that
no row names (a crash in between) is harmless and removed by age.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the store: its path below MEDIA_ROOT, its SHA-256 and its size in bytes."""

    path: str
    sha256: str
    size: int


def store(chunks: Iterable[bytes]) -> Stored:
    """Write the chunks to a new file, flushed with its directory; ``OSError`` leaves nothing."""
    name = uuid.uuid4().hex
    path = Path(name[:2]) / name
    target = settings.MEDIA_ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _flush_directory(target.parent)
    return Stored(str(path), digest.hexdigest(), size)


def open_stored(path: str) -> BinaryIO:
    """The file for reading; ``FileNotFoundError`` when it is damaged or gone."""
    return (settings.MEDIA_ROOT / path).open("rb")


def remove(path: str) -> None:
    """Remove a file that no row names any more."""
    (settings.MEDIA_ROOT / path).unlink(missing_ok=True)


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
