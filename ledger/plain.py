"""Values as the ledger keeps them. Needs no loaded models."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any


def plain(value: Any) -> Any:
    """The value as JSON keeps it for ever: NFC text, integers, ISO instants in UTC. No floats.

    Raises ``TypeError`` for what has no such form and ``ValueError`` for an instant without zone.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError(f"The ledger keeps instants with their zone, not {value!r}.")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"The ledger keeps no {type(value).__name__}.")
