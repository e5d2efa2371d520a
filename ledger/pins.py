"""What the chain pins outside itself: rows and files that must still say what their entries say.

An application registers its kinds in ``AppConfig.ready()``; ``faults`` walks entries and rows side
by side, a chunk at a time, and names what differs, what is gone and what no entry knows. Models are
named by their label, because registering comes before models may be imported.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

Facts = Mapping[str, Any]
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one table and the entries that name them.

    ``key`` finds the row's key in an entry, ``key_of`` in the row; ``select`` narrows all rows to
    those of a chunk of keys. ``said`` gives the facts in the entry, in its plain values, ``facts``
    those of the row now; only what the entry says is compared. ``named`` narrows to the rows that
    an entry of these ``actions`` must name.
    """

    name: str
    model: str
    actions: tuple[str, ...]
    key: Callable[[Any], Hashable]
    key_of: Callable[[Any], Hashable]
    select: Callable[[QuerySet, Sequence[Any]], QuerySet]
    said: Callable[[Any], Facts]
    facts: Callable[[Any], Facts]
    related: tuple[str, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """One row or file that does not say what its entry says."""

    name: str
    code: str
    event_id: int | None
    text: str

    def __str__(self) -> str:
        where = f" (event {self.event_id})" if self.event_id else ""
        return f"{self.name} {self.code}{where}: {self.text}"


_KINDS: dict[str, Kind] = {}
_BYTES: dict[str, Callable[[], Iterable[Fault]]] = {}


def register(kind: Kind) -> None:
    """Have the rows of a kind compared with their entries; a name registers once."""
    _KINDS[kind.name] = kind


def register_bytes(name: str, check: Callable[[], Iterable[Fault]]) -> None:
    """Have ``check`` read stored bytes; it is asked only when somebody wants them read."""
    _BYTES[name] = check


def kinds() -> list[str]:
    """The names of what is pinned."""
    return sorted(_KINDS)


def faults(*, with_bytes: bool = False) -> Iterator[Fault]:
    """Every disagreement between entries and rows, and of the stored bytes when asked."""
    for name in kinds():
        yield from _faults_of(_KINDS[name])
    if with_bytes:
        for _name, check in sorted(_BYTES.items()):
            yield from check()


def _faults_of(kind: Kind) -> Iterator[Fault]:
    events = apps.get_model("ledger.Event").objects.filter(action__in=kind.actions)
    rows = apps.get_model(kind.model).objects.select_related(*kind.related)
    seen: set[int] = set()
    for chunk in _chunks(events.order_by("pk").iterator(chunk_size=_CHUNK)):
        keys = {kind.key(event) for event in chunk}
        found: dict[Hashable, Model] = {
            kind.key_of(row): row for row in kind.select(rows, sorted(keys, key=str))
        }
        seen |= {row.pk for key, row in found.items() if key in keys}
        for event in chunk:
            yield from _compare(kind, event, found.get(kind.key(event)))
    named = rows.filter(**kind.named).order_by("pk").values_list("pk", flat=True)
    for pk in named.iterator(chunk_size=_CHUNK):
        if pk not in seen:
            code = _words(kind.key_of(rows.get(pk=pk)))
            yield Fault(kind.name, code, None, "no entry names it")


def _compare(kind: Kind, event: Any, row: Model | None) -> Iterator[Fault]:
    if row is None:
        yield Fault(kind.name, _words(kind.key(event)), event.pk, "it is missing")
        return
    said, facts = kind.said(event), kind.facts(row)
    changed = [name for name, value in said.items() if facts.get(name) != value]
    if changed:
        text = f"it differs from its entry in {', '.join(changed)}"
        yield Fault(kind.name, _words(kind.key(event)), event.pk, text)


def _words(key: Hashable) -> str:
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _chunks(events: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(events, _CHUNK)):
        yield chunk


def files(
    name: str, model: str, action: str, owner: Callable[[Any], str], related: tuple[str, ...]
) -> Kind:
    """The kind of a table of files: each came with an entry on its owner (``owner`` gives its code)
    whose ``after`` says ``file`` (public id), ``name``, ``size``, ``sha256`` and maybe more."""

    def facts(file: Any) -> Facts:
        columns = {f.name: getattr(file, f.attname) for f in file._meta.concrete_fields}
        return {**columns, "file": str(file.public_id), "owner": owner(file)}

    return Kind(
        name=name,
        model=model,
        actions=(action,),
        key=lambda event: event.after["file"],
        key_of=lambda file: str(file.public_id),
        select=lambda rows, keys: rows.filter(public_id__in=keys),
        said=lambda event: {**event.after, "owner": event.object_code},
        facts=facts,
        related=related,
    )
