"""Rows as lines: every table that states something, in a form that both databases give alike.

A line is the JSON list of a row's columns, rows in the order of their keys, so the SHA-256 of a
table's lines names its content whatever database it lies in.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from ledger.plain import plain

#: Made anew by migrate, by the database or by the processes that run; or of the moment only.
LEFT_OUT = frozenset(
    {
        "auth.Group",
        "auth.Group_permissions",
        "auth.Permission",
        "contenttypes.ContentType",
        "sessions.Session",
        "accounts.SignInFailure",
        "dossiers.Running",
        "config.Heartbeat",
        "config.FailedJob",
        "config.SelfCheck",
        "config.SelfCheckFinding",
        "config.BackupRun",
    }
)
_CHUNK = 2000


class UnknownKind(TypeError):
    """A column of a kind that has no line yet: whoever adds one says here how it is written."""


def tables() -> list[type[models.Model]]:
    """The tables of a backup, in the order in which they are restored.

    Time limits come before dossiers: the triggers that keep the list of running ones then find no
    dossier, and the list is counted once at the end.
    """
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.app_label == "dossiers")


def fields_of(model: type[models.Model]) -> list[models.Field]:
    """The columns of a table, in the order of a line."""
    return list(model._meta.concrete_fields)


def lines(model: type[models.Model]) -> Iterator[bytes]:
    """Every row of a table as a line, streamed. The caller sees to the snapshot."""
    fields = fields_of(model)
    to_json = [_writers[_kind(field)] for field in fields]
    columns = [field.attname for field in fields]
    rows = model._base_manager.order_by("pk").values_list(*columns)
    for row in rows.iterator(chunk_size=_CHUNK):
        cells = [
            value if value is None or write is None else write(value)
            for value, write in zip(row, to_json, strict=True)
        ]
        yield (
            json.dumps(cells, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
                "utf-8", "surrogatepass"
            )
            + b"\n"
        )


def values(model: type[models.Model], some: Iterable[bytes]) -> Iterator[Sequence[Any]]:
    """The rows of lines, as Python holds them."""
    from_json = [_readers[_kind(field)] for field in fields_of(model)]
    for line in some:
        yield [
            value if value is None or read is None else read(value)
            for value, read in zip(json.loads(line), from_json, strict=True)
        ]


def _kind(field: models.Field) -> str:
    """What a column holds; a foreign key holds what its target's key does."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    kind = field.get_internal_type()
    if kind not in _writers:
        raise UnknownKind(f"{field.model._meta.label}.{field.name}: {kind}")
    return kind


_AS_IT_IS = (
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "CharField",
    "IntegerField",
    "JSONField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SmallIntegerField",
    "TextField",
)
_writers: dict[str, Callable[[Any], Any] | None] = dict.fromkeys(_AS_IT_IS)
_writers |= {
    "DateTimeField": plain,
    "DateField": date.isoformat,
    "TimeField": time.isoformat,
    "UUIDField": str,
}
_readers: dict[str, Callable[[Any], Any] | None] = dict.fromkeys(_AS_IT_IS)
_readers |= {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "UUIDField": UUID,
}
