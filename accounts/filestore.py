"""Where the bytes of files lie: written whole and flushed to disk before any row names them.

Names are made here, files are readable by the service alone and lie under no web root. A file that
no row names (a crash in between) is harmless and removed by age.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
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
    _make_directory(target.parent)
    partial = target.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
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


class Damaged(OSError):
    """The file in the store is not as long as it was when it was stored."""


def open_stored(path: str, *, size: int) -> BinaryIO:
    """The file for reading; ``OSError`` when it is gone, cut, grown or unreadable."""
    file = (settings.MEDIA_ROOT / path).open("rb")
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        raise Damaged(path)
    return file


def size_of(path: str) -> int | None:
    """How long a stored file is; ``None`` when there is none."""
    try:
        return (settings.MEDIA_ROOT / path).stat().st_size
    except OSError:
        return None


def put_back(path: str, chunks: Iterable[bytes]) -> None:
    """Write a file of a backup under the name that its row knows; flushing is the caller's.

    ``OSError`` leaves nothing half written.
    """
    target = settings.MEDIA_ROOT / path
    _make_directory(target.parent)
    partial = target.with_suffix(".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for chunk in chunks:
                out.write(chunk)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def remove(path: str) -> None:
    """Remove a file that no row names any more."""
    (settings.MEDIA_ROOT / path).unlink(missing_ok=True)


def older_than(moment: datetime) -> Iterator[str]:
    """Paths of files unchanged since before an instant, parts of broken writes too."""
    limit = moment.timestamp()
    for folder in sorted(settings.MEDIA_ROOT.glob("[0-9a-f][0-9a-f]")):
        for file in sorted(folder.iterdir()):
            if file.is_file() and file.stat().st_mtime < limit:
                yield str(file.relative_to(settings.MEDIA_ROOT))


def _make_directory(directory: Path) -> None:
    """Make a folder for the service alone; its entry is flushed too, or its files would be lost."""
    if not directory.is_dir():
        directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.mkdir(exist_ok=True, mode=0o700)
        _flush_directory(directory.parent)


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
