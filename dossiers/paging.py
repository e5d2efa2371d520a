"""Pages by key, not by number: equally fast at the first row and at the millionth."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from accounts.paging import Page, address
from agencies.models import Agency

COUNT_UP_TO = 1000
#: So many rows are read in order before an index is asked that names all rows with a word.
LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Order:
    """An order by an instant and the key, both rising or both falling, as an index has them.

    ``path`` is the instant's field. ``by_agency`` puts the agencies in Vietnamese order before it.
    """

    path: str = "created_at"
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

    def keys_of(self, rows: QuerySet, carries: str) -> QuerySet:
        """Of each row the key that it carries and where it stands: what an index has."""
        group = ["agency_id"] if self.by_agency else []
        return rows.values_list(carries, self.path, "pk", *group)

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


@dataclass(frozen=True, slots=True)
class Plain:
    """A list found without an index of words: of all ``rows`` in order those that are ``found``."""

    rows: QuerySet
    found: QuerySet

    def beyond(self, order: Order, cursor: Cursor, *, backwards: bool) -> "Plain":
        """The same behind a place."""
        return Plain(
            order.beyond(self.rows, cursor, backwards=backwards)[0],
            order.beyond(self.found, cursor, backwards=backwards)[0],
        )

    def near(self, order: Order, *, backwards: bool = False) -> tuple[QuerySet, bool]:
        """What is found among the next ``LOOKED_AT`` rows, and whether that is all; one query."""
        ahead = order.sorted(self.rows, backwards=backwards).values_list(order.path, flat=True)
        edge = next(iter(ahead[LOOKED_AT : LOOKED_AT + 1]), None)
        if edge is None:
            return self.found, True
        word = "gt" if order.descending is not backwards else "lt"
        return self.found.filter(**{f"{order.path}__{word}": edge}), False


NEWEST = Order()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of keys, and all keys of a list that is not too long to count (else the first)."""

    page: Page
    keys: list[int]


def page_of(rows: QuerySet, asked: QueryDict, *, size: int, order: Order = NEWEST) -> Page:
    """The page of a list that ``asked`` names, in an order, with its rows; two or three queries."""
    found = find(rows, asked, size=size, order=order)
    by_key = rows.in_bulk(found.page.rows)
    return replace(found.page, rows=[by_key[key] for key in found.page.rows if key in by_key])


def find(
    rows: QuerySet,
    asked: QueryDict,
    *,
    size: int,
    order: Order = NEWEST,
    carries: str = "pk",
    plain: Plain | None = None,
) -> Found:
    """The keys on the page of a list that ``asked`` names, in an order.

    ``carries`` is the column of the keys. The first thousand are looked for once, and answer what
    is shown, how many there are, where one is and what comes before and after; one query, two for a
    page that does not lie among them, a few more in a list by agencies. ``plain`` is looked through
    before the index of words is asked: what many rows have is found there at once.
    """
    after, before = order.read(asked.get("sau")), order.read(asked.get("truoc"))
    wanted = max(COUNT_UP_TO, size) + 1
    head = _fill(order, order.from_start(rows), wanted, carries, plain)
    cursor = before or after
    at = _place(head, cursor) if cursor else -1
    if at is not None and (before or len(head) < wanted or at + size + 1 < wanted):
        start, end = (max(0, at - size), at) if before else (at + 1, at + 1 + size)
        shown, more_before = head[start:end], start > 0
        more_after = bool(before) or len(head) > end
    else:
        backwards = bool(before)
        parts = order.beyond(rows, cursor, backwards=backwards)
        there = plain.beyond(order, cursor, backwards=backwards) if plain else None
        shown = _fill(order, parts, size + 1, carries, there, backwards=backwards)
        more = len(shown) > size
        more_before, more_after = (more, True) if before else (True, more)
        shown = shown[:size][::-1] if before else shown[:size]
    ends = [Cursor(*row[1:]) for row in (shown[0], shown[-1])] if shown else []
    first = _place(head, ends[0]) if shown else -1
    from_ = None if first is None else first + 1
    page = Page(
        rows=[row[0] for row in shown],
        total=min(len(head), COUNT_UP_TO),
        capped=len(head) > COUNT_UP_TO,
        from_=from_,
        to=from_ + len(shown) - 1 if from_ else from_,
        previous_url=address(asked, truoc=ends[0]) if shown and more_before else "",
        next_url=address(asked, sau=ends[-1]) if shown and more_after else "",
    )
    return Found(page, [row[0] for row in head])


def _place(rows: list[tuple], cursor: Cursor) -> int | None:
    """At which of the rows a place is, or nothing."""
    places = (at for at, row in enumerate(rows) if row[2] == cursor.pk)
    return next((at for at in places if Cursor(*rows[at][1:]) == cursor), None)


def _fill(
    order: Order,
    parts: list[QuerySet],
    wanted: int,
    carries: str,
    plain: Plain | None,
    *,
    backwards: bool = False,
) -> list[tuple]:
    """So many keys, each followed by its place, from one part after the other."""
    if plain:
        near, is_all = plain.near(order, backwards=backwards)
        found = _fill(order, [near], wanted, carries, None, backwards=backwards)
        if is_all or len(found) == wanted:
            return found
    found = []
    for at, part in enumerate(parts):
        # The first part of a list by agencies is one agency's: an index has its rows in order.
        rows = order.sorted(part, backwards=backwards, of_one_agency=order.by_agency and at == 0)
        found += order.keys_of(rows, carries)[: wanted - len(found)]
        if len(found) == wanted:
            break
    return found
