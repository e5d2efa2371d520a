"""Files are kept for ever: which tables name them, and whether the store still has their bytes.

An application registers its tables in ``AppConfig.ready()``, by label, because models may not be
loaded then. Each table has ``public_id``, ``name``, ``path``, ``size`` and ``sha256``; a file that
one of its rows names is never removed and is read again every night.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Model

from accounts import filestore
from ledger import pins

_TABLES: list[str] = []
_CHUNK = 1024 * 1024

#: What may be wrong with a file, in the words of logs and entries.
MISSING, UNREADABLE, CHANGED = "missing", "unreadable", "changed"


@dataclass(slots=True)
class Seen:
    """What a walk through the store has read so far."""

    files: int = 0
    size: int = 0
    damaged: list["Damage"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Damage:
    """A file whose bytes are not those that were sent: the table and key of its row, its name."""

    table: str
    public_id: str
    name: str
    path: str
    wrong: str


def keep(label: str) -> None:
    """Have the files that a table names kept and checked."""
    if label not in _TABLES:
        _TABLES.append(label)


def tables() -> list[type[Model]]:
    """The tables whose rows name files for ever."""
    return [apps.get_model(label) for label in _TABLES]


def walk() -> Seen:
    """Read every kept file and compare it with its row.

    Rows may share a stored file; it is read for each of them, because each claims its own SHA-256.
    """
    seen = Seen()
    columns = ("public_id", "name", "path", "size", "sha256")
    for model in tables():
        rows = model.objects.order_by("pk").values_list(*columns)
        for public_id, name, path, size, sha256 in rows.iterator(chunk_size=2000):
            seen.files += 1
            seen.size += size
            if wrong := wrong_with(path, size, sha256):
                label = model._meta.label
                seen.damaged.append(Damage(label, str(public_id), name, path, wrong))
    return seen


def damaged() -> Iterator[pins.Fault]:
    """The damaged files, as the verification of the ledger names them."""
    for damage in walk().damaged:
        yield pins.Fault("file", f"{damage.table} {damage.public_id}", None, damage.wrong)


def wrong_with(path: str, size: int, sha256: str) -> str:
    """What is wrong with a stored file, or nothing."""
    try:
        with filestore.open_stored(path, size=size) as file:
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return MISSING
    except filestore.Damaged:
        return CHANGED
    except OSError:
        return UNREADABLE
    return "" if digest.hexdigest() == sha256 else CHANGED
