"""Pages by key, not by number: equally fast at the first row and at the millionth."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from accounts.paging import Page, address

COUNT_UP_TO = 1000


def page_of(rows: QuerySet, asked: QueryDict, *, size: int) -> Page:
    """The page of a list ordered by (-created_at, -pk) that ``asked`` names.

    Two queries for the first page, three for later ones. Totals and places stop at 1,000.
    """
    after, before = _cursor(asked.get("sau")), _cursor(asked.get("truoc"))
    if before:
        found = list(rows.filter(_newer_than(*before)).order_by("created_at", "pk")[: size + 1])
        more_before, more_after = len(found) > size, True
        shown = found[:size][::-1]
    else:
        rows_after = rows.filter(_older_than(*after)) if after else rows
        found = list(rows_after[: size + 1])
        more_before, more_after = after is not None, len(found) > size
        shown = found[:size]
    total = rows.order_by()[: COUNT_UP_TO + 1].count()
    from_ = _place(rows, shown) if after or before else min(1, total)
    return Page(
        rows=shown,
        total=min(total, COUNT_UP_TO),
        capped=total > COUNT_UP_TO,
        from_=from_,
        to=from_ + len(shown) - 1 if from_ else from_,
        previous_url=_url(asked, "truoc", shown[0]) if shown and more_before else "",
        next_url=_url(asked, "sau", shown[-1]) if shown and more_after else "",
    )


def _place(rows: QuerySet, shown: list[Any]) -> int | None:
    """The place of the first row shown, from 1; ``None`` behind the first thousand."""
    if not shown:
        return 0
    newer = rows.filter(_newer_than(shown[0].created_at, shown[0].pk)).order_by()
    count = newer[: COUNT_UP_TO + 1].count()
    return count + 1 if count <= COUNT_UP_TO else None


def _newer_than(at: datetime, pk: int) -> Q:
    return Q(created_at__gt=at) | Q(created_at=at, pk__gt=pk)


def _older_than(at: datetime, pk: int) -> Q:
    return Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk)


def _cursor(text: str | None) -> tuple[datetime, int] | None:
    moment, _, key = (text or "").partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    sound = at is not None and at.tzinfo is not None and 1900 < at.year < 3000
    return (at, int(key)) if sound and key.isdecimal() and len(key) < 19 else None


def _url(asked: QueryDict, name: str, row: Any) -> str:
    return address(asked, **{name: f"{row.created_at.isoformat()}_{row.pk}"})
