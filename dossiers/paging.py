"""Pages by key, not by number: equally fast at the first row and at the millionth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from accounts.paging import Page, address
from agencies.models import Agency

COUNT_UP_TO = 1000


@dataclass(frozen=True, slots=True)
class Order:
    """An order by an instant and the key, both rising or both falling, as an index has them.

    ``path`` is the instant's field in a query, ``attribute`` its name on a row. ``by_agency`` puts
    the agencies in Vietnamese order before it.
    """

    path: str = "created_at"
    attribute: str = "created_at"
    descending: bool = True
    by_agency: bool = False

    def sorted(
        self, rows: QuerySet, *, backwards: bool = False, of_one_agency: bool = False
    ) -> QuerySet:
        """The rows in this order, or in the opposite one."""
        sign = "-" if self.descending is not backwards else ""
        turn = "-" if backwards else ""
        groups = [f"{turn}agency__sort_key", f"{turn}agency_id"] if self.by_agency else []
        groups = [] if of_one_agency else groups
        return rows.order_by(*groups, f"{sign}{self.path}", f"{sign}pk")

    def beyond(
        self, rows: QuerySet, cursor: "Cursor", *, backwards: bool = False
    ) -> list[QuerySet]:
        """What follows the cursor, in parts that are asked one after the other until a page is
        full: each is one stretch of an index."""
        word = "lt" if self.descending is not backwards else "gt"
        # The first condition is what an index can seek; the second settles what is equal.
        later = Q((f"{self.path}__{word}e", cursor.at)) & (
            Q((f"{self.path}__{word}", cursor.at))
            | Q((self.path, cursor.at), (f"pk__{word}", cursor.pk))
        )
        if not self.by_agency:
            return [rows.filter(later)]
        return [
            rows.filter(later, agency_id=cursor.agency),
            *self._by_agencies(rows, cursor.agency, backwards),
        ]

    def from_start(self, rows: QuerySet) -> list[QuerySet]:
        """The whole list, in such parts."""
        return self._by_agencies(rows, None, backwards=False) if self.by_agency else [rows]

    def _by_agencies(self, rows: QuerySet, after: int | None, backwards: bool) -> list[QuerySet]:
        """The rows of the agencies after one, in parts that grow: most pages end in the first,
        which an index has in order, and no page needs more than a handful."""
        having = Exists(rows.model._base_manager.filter(agency_id=OuterRef("pk")))
        agencies = list(Agency.objects.filter(having).in_order().values_list("pk", flat=True))
        if backwards:
            agencies.reverse()
        if after is not None:
            at = agencies.index(after) + 1 if after in agencies else len(agencies)
            agencies = agencies[at:]
        parts, size = [], 1
        while agencies:
            part, agencies = agencies[:size], agencies[size:]
            one = len(part) == 1
            parts.append(rows.filter(agency_id=part[0]) if one else rows.filter(agency_id__in=part))
            size *= 8
        return parts

    def cursor_of(self, row: Any) -> "Cursor":
        """Where a row stands."""
        agency = row.agency_id if self.by_agency else None
        return Cursor(getattr(row, self.attribute), row.pk, agency)

    def read(self, text: str | None) -> "Cursor | None":
        """The cursor in an address; ``None`` for what is none in this order."""
        parts = (text or "").split("_")
        if len(parts) != (3 if self.by_agency else 2):
            return None
        try:
            at = parse_datetime(parts[0])
        except ValueError:
            return None
        sound = at is not None and at.tzinfo is not None and 1900 < at.year < 3000
        if not sound or not all(key.isdecimal() and len(key) < 19 for key in parts[1:]):
            return None
        return Cursor(at, int(parts[1]), int(parts[2]) if self.by_agency else None)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an ordered list: an instant, a key, and the agency in a list by agencies."""

    at: datetime
    pk: int
    agency: int | None = None

    def __str__(self) -> str:
        tail = "" if self.agency is None else f"_{self.agency}"
        return f"{self.at.isoformat()}_{self.pk}{tail}"


NEWEST = Order()


def page_of(rows: QuerySet, asked: QueryDict, *, size: int, order: Order = NEWEST) -> Page:
    """The page of a list that ``asked`` names, in an order.

    Two queries for the first page, three for later ones, a few more in a list by agencies. Totals
    and places stop at 1,000.
    """
    after, before = order.read(asked.get("sau")), order.read(asked.get("truoc"))
    if before:
        found = _fill(order, order.beyond(rows, before, backwards=True), size + 1, backwards=True)
        more_before, more_after = len(found) > size, True
        shown = found[:size][::-1]
    else:
        parts = order.beyond(rows, after) if after else order.from_start(rows)
        found = _fill(order, parts, size + 1)
        more_before, more_after = after is not None, len(found) > size
        shown = found[:size]
    total = rows.order_by()[: COUNT_UP_TO + 1].count()
    from_ = _place(rows, order, shown) if after or before else min(1, total)
    return Page(
        rows=shown,
        total=min(total, COUNT_UP_TO),
        capped=total > COUNT_UP_TO,
        from_=from_,
        to=from_ + len(shown) - 1 if from_ else from_,
        previous_url=_url(asked, "truoc", order, shown[0]) if shown and more_before else "",
        next_url=_url(asked, "sau", order, shown[-1]) if shown and more_after else "",
    )


def _fill(
    order: Order, parts: list[QuerySet], wanted: int, *, backwards: bool = False
) -> list[Any]:
    found: list[Any] = []
    for at, part in enumerate(parts):
        # The first part of a list by agencies is one agency's: an index has its rows in order.
        rows = order.sorted(part, backwards=backwards, of_one_agency=order.by_agency and at == 0)
        found += rows[: wanted - len(found)]
        if len(found) == wanted:
            break
    return found


def _place(rows: QuerySet, order: Order, shown: list[Any]) -> int | None:
    """The place of the first row shown, from 1; ``None`` behind the first thousand."""
    if not shown:
        return 0
    count = 0
    for part in order.beyond(rows, order.cursor_of(shown[0]), backwards=True):
        # In order, so that the index of the page is walked and nothing else is tried.
        count += order.sorted(part, backwards=True)[: COUNT_UP_TO + 1 - count].count()
        if count > COUNT_UP_TO:
            return None
    return count + 1


def _url(asked: QueryDict, name: str, order: Order, row: Any) -> str:
    return address(asked, **{name: order.cursor_of(row)})
