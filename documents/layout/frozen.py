"""A layout as plain JSON, and back: what was issued can be printed again for ever.

Each part is written with all its fields, so a default that changes later changes no paper that was
issued. ``FORM`` names the way it is written; a way that is no longer written must still be read.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from documents.layout.layout import (
    Annex,
    Block,
    Column,
    Heading,
    Items,
    Layout,
    Paragraph,
    Signature,
    Table,
    Urgency,
    Words,
)

FORM = 1
_BLOCKS: dict[str, type] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "items": Items,
    "words": Words,
    "table": Table,
}
_NAMES = {part: name for name, part in _BLOCKS.items()}


class UnknownForm(ValueError):
    """The JSON is not a layout in a form that this programme reads."""


def to_json(layout: Layout) -> dict[str, Any]:
    """Text, integers, booleans, lists and mappings only: what ``issuing.issue`` may keep."""
    return {"form": FORM, **_plain(layout)}


def from_json(content: Mapping[str, Any]) -> Layout:
    """The layout that ``to_json`` wrote. Raises ``UnknownForm``."""
    if content.get("form") != FORM:
        raise UnknownForm(f"Not a layout of form {FORM}: {content.get('form')!r}")
    said = {key: value for key, value in content.items() if key != "form"}
    try:
        day = said.pop("day")
        return Layout(
            **{
                **said,
                "day": date.fromisoformat(day) if day else None,
                "urgency": Urgency(said["urgency"]),
                "bases": tuple(said["bases"]),
                "to": tuple(said["to"]),
                "copies": tuple(said["copies"]),
                "body": _blocks(said["body"]),
                "signatures": tuple(Signature(**one) for one in said["signatures"]),
                "annexes": tuple(
                    Annex(**{**one, "blocks": _blocks(one["blocks"])}) for one in said["annexes"]
                ),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnknownForm(f"Not a layout of form {FORM}: {error}") from error


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    said = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if type(value) in _NAMES:
        said["block"] = _NAMES[type(value)]
    return said


def _blocks(said: list[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(one) for one in said)


def _block(said: Mapping[str, Any]) -> Block:
    parts = {key: value for key, value in said.items() if key != "block"}
    kind = _BLOCKS[said["block"]]
    if kind is Items:
        parts["items"] = tuple(parts["items"])
    if kind is Table:
        parts["columns"] = tuple(Column(**one) for one in parts["columns"])
        parts["rows"] = tuple(tuple(row) for row in parts["rows"])
        parts["total"] = tuple(parts["total"])
    return kind(**parts)
