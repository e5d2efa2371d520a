"""What the pages of the keeper share: pages of lines, and forms that already had their effect."""

from collections.abc import Callable

from django.http import QueryDict

from accounts.paging import Page, address
from deadlines.keeping.effects import Line

LINES = 50


def page_of_lines(total: int, read: Callable[[int, int], list[Line]], asked: QueryDict) -> Page:
    """One page of lines that are read from a place in the list on."""
    last = max(1, -(-total // LINES))
    words = asked.get("trang", "1")
    number = min(max(1, int(words[:6]) if words.isdecimal() else 1), last)
    first = (number - 1) * LINES
    rows = read(first, LINES) if total else []
    return Page(
        rows=rows,
        total=total,
        previous_url=address(asked, trang=number - 1) if number > 1 else "",
        next_url=address(asked, trang=number + 1) if number < last else "",
        from_=first + 1 if rows else 0,
        to=first + len(rows),
    )
