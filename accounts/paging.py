"""Pages of a list in the shape that the pager shows, and addresses that keep what was asked."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict

#: Words of an address that say where in a list one is; they fall away when what is asked changes.
PLACES = ("trang", "truoc", "sau")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list with the addresses before and after.

    ``from_`` and ``to`` are the places of the first and last row in the list, counted from 1, or
    ``None`` so deep in a long list that nobody counts. ``capped``: there are more than ``total``.
    """

    rows: list[Any]
    total: int
    previous_url: str
    next_url: str
    from_: int | None
    to: int | None
    capped: bool = False


def numbered(rows: QuerySet, asked: QueryDict, *, size: int) -> Page:
    """The page of an ordered list that ``asked`` names by its number; two queries."""
    found = Paginator(rows, size).get_page(asked.get("trang"))
    return Page(
        rows=list(found),
        total=found.paginator.count,
        previous_url=address(asked, trang=found.number - 1) if found.has_previous() else "",
        next_url=address(asked, trang=found.number + 1) if found.has_next() else "",
        from_=found.start_index(),
        to=found.end_index(),
    )


def address(asked: QueryDict, **changes: Any) -> str:
    """The same list with some words changed; ``None`` or "" takes a word out. Starts anew."""
    words = asked.copy()
    for name in PLACES:
        words.pop(name, None)
    for name, value in changes.items():
        words.pop(name.replace("_", "-"), None)
        if value not in (None, ""):
            words[name.replace("_", "-")] = str(value)
    return f"?{words.urlencode()}"
