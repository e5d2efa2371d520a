"""From words in an address to the dossiers they name, and their order.

The page, its counts, the file that is exported and the filters that are saved all come from here,
so they agree. Words that nobody knows narrow nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.paging import Page
from accounts.rights import reaches_city
from agencies.models import Agency, Kind
from deadlines.calendar import HANOI
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from dossiers.models import Dossier, Holding, Running, Urgency
from dossiers.paging import NEWEST, Order, Plain, find
from dossiers.querysets import ENDED, DossierQuerySet, found_by, has_number
from dossiers.states import State

#: Words of an address that choose rows. The others (order, place) do not.
FILTERS = ("q", "trang-thai", "don-vi", "loai", "khan", "han", "pham-vi")
CHUNK = 1000

SCOPES = {
    "": gettext_lazy("All"),
    "phong-toi": gettext_lazy("My unit's"),
    "toi-giu": gettext_lazy("Assigned to me"),
}
#: What can be asked of the running limit of a dossier, the one that ends first.
LIMIT_STATES = {
    "qua-han": gettext_lazy("Overdue"),
    "hom-nay": gettext_lazy("Due today"),
    "sap-den-han": gettext_lazy("Due in 2 working days"),
    "dang-chay": gettext_lazy("With a time limit running"),
}
ORDERS = {
    "moi": NEWEST,
    "cu": Order(descending=False),
    "han": Order("due_at", descending=False),
    "don-vi": Order(by_agency=True),
    "lau": Order("last_act_at", descending=False),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: the word of the address that it came from, and how it is said."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What an address asks for. ``rows`` are the dossiers but for their words and what is asked of
    their limits; ``limits`` are the first running limits asked for, or nothing. ``city``: more
    agencies than the person's own are seen."""

    rows: DossierQuerySet
    words: str
    order: Order
    slug: str
    limits: QuerySet | None = None
    chips: list[Chip] = field(default_factory=list)
    city: bool = False

    def page(self, asked: QueryDict, *, size: int) -> tuple[Page, list[int]]:
        """One page of dossiers in the order, and the keys of all (of a long list: of the first)."""
        found = find(
            self._carriers(),
            asked,
            size=size,
            order=self.order,
            carries=self._key,
            plain=self._plain(),
        )
        return replace(found.page, rows=_carried(found.page.rows)), found.keys

    def count(self) -> int:
        """How many dossiers there are in all."""
        return self._carriers().count()

    def all_rows(self) -> Iterator[Dossier]:
        """Every dossier in the order of the page, a thousand in memory at a time."""
        rows = self.order.sorted(self._carriers()).values_list(self._key, flat=True)
        keys = rows.iterator(chunk_size=CHUNK)
        while chunk := list(islice(keys, CHUNK)):
            yield from _carried(chunk)

    @property
    def _by_limits(self) -> bool:
        """Whether first running limits carry the order: they know all but since when one waits."""
        return self.limits is not None and self.slug != "lau"

    @property
    def _key(self) -> str:
        """Where the rows that carry the order name their dossier."""
        return "dossier_id" if self._by_limits or self.slug == "lau" else "pk"

    def _carriers(self) -> QuerySet:
        """The rows that carry the order, one a dossier.

        A page and its counts walk an index; the dossiers shown are read by their keys.
        """
        if self._by_limits:
            return self.limits
        if self.slug == "lau":
            lying = Holding.objects.filter(to_at__isnull=True)
            if self.city:  # most of what lies anywhere is seen: each in its turn is looked up
                return lying.filter(Exists(self._of_limits().filter(pk=OuterRef("dossier_id"))))
            return lying.filter(dossier__in=self._of_limits().exclude(state__in=ENDED))
        return self._of_limits()

    def _plain(self) -> Plain | None:
        """How words are found in rows read in their order, for words that many dossiers may have.

        The index of words would name them all, to take the first thousand.
        """
        if not self.words or self.slug not in {"moi", "cu"} or self.limits is not None:
            return None
        if has_number(self.words):
            return None
        return Plain(self.rows, self.rows.filter(found_by(self.words, by_index=False)))

    def _of_limits(self) -> DossierQuerySet:
        if self.limits is not None:
            return self.rows.filter(pk__in=self.limits.values("dossier_id"))
        return self.rows.filter(found_by(self.words)) if self.words else self.rows


def _carried(keys: list[int]) -> list[Dossier]:
    """The dossiers of these keys, in their order; one query."""
    by_key = Dossier.objects.select_related("agency", "unit", "officer").in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]


def read(asked: QueryDict, by: Actor, moment: Moment) -> Listing:
    """The dossiers that a person asks for, of those that this person may see."""
    shared, hands, chips = Q(), Q(), []
    if words := asked.get("q", "").strip()[:200]:
        chips.append(Chip("q", f"“{words[:60]}”"))
    for name, choices in _CHOICES:
        if (value := asked.get(name)) in choices.values:
            shared &= _CONDITIONS[name](value)
            chips.append(Chip(name, str(choices(value).label)))
    if agency := asked.get("don-vi", "").strip()[:100]:
        shared &= _of_agencies(Agency.objects.search(agency))
        chips.append(Chip("don-vi", agency[:60]))
    if (scope := asked.get("pham-vi")) and scope in SCOPES:
        hands = in_scope(scope, by)
    slug = order_of(asked)
    rows = Dossier.objects.visible_to(by).filter(shared, hands)
    bounds = None
    if (state := asked.get("han")) in LIMIT_STATES:
        bounds = _BOUNDS[state](moment)
        chips.append(Chip("han", str(LIMIT_STATES[state])))
    elif slug == "han":
        bounds = {}
        chips.append(Chip("sap-xep", str(LIMIT_STATES["dang-chay"])))
    if bounds is None:
        return Listing(rows, words, ORDERS[slug], slug, chips=chips, city=is_city(by))
    limits = Running.objects.visible_to(by).filter(shared, found_by(words), **bounds)
    if hands:
        limits = limits.filter(dossier__in=Dossier.objects.filter(hands))
    return Listing(rows, words, ORDERS[slug], slug, limits, chips, is_city(by))


def order_of(asked: QueryDict) -> str:
    """The slug of the order: as asked; what asks for limits begins with the one that ends first."""
    if (slug := asked.get("sap-xep")) in ORDERS:
        return slug
    return "han" if asked.get("han") in LIMIT_STATES else "moi"


def scopes_of(by: Actor) -> list[str]:
    """The scopes that make sense for a person: a unit's only for who belongs to one."""
    in_unit = any(post.unit_id for post in by.posts)
    return [slug for slug in SCOPES if slug != "phong-toi" or in_unit]


def in_scope(scope: str, by: Actor) -> Q:
    """Those of a scope: of the units in which a post is held today, or assigned to the person."""
    if scope == "phong-toi":
        return Q(unit_id__in={post.unit_id for post in by.posts if post.unit_id})
    if scope == "toi-giu":
        return Q(officer_id=by.author.id)
    return Q()


def is_city(by: Actor) -> bool:
    """Whether the list shows more agencies than the person's own."""
    return reaches_city(by, "dossier_view")


def first_limits(codes: list[str]) -> dict[str, TimeLimit]:
    """Of each dossier the limit that a list shows: the running one that ends first, else the
    latest; one query."""
    found: dict[str, TimeLimit] = {}
    limits = TimeLimit.objects.filter(subject_code__in=codes)
    for limit in limits.order_by("started_at", "pk"):
        shown = found.get(limit.subject_code)
        if shown and shown.met_at is None:
            if limit.met_at is None and (limit.due_at, limit.pk) < (shown.due_at, shown.pk):
                found[limit.subject_code] = limit
        else:
            found[limit.subject_code] = limit
    return found


_CHOICES = (("trang-thai", State), ("khan", Urgency), ("loai", Kind))


def _of_agencies(agencies: QuerySet) -> Q:
    """Of these agencies, named by their keys: the database then knows how many rows to expect."""
    return Q(agency_id__in=list(agencies.values_list("pk", flat=True)))


#: Word of the address → a condition in columns that dossiers and their running limits both have.
_CONDITIONS: dict[str, Callable[[str], Q]] = {
    "trang-thai": lambda value: Q(state=value),
    "khan": lambda value: Q(urgency=value),
    "loai": lambda value: _of_agencies(Agency.objects.filter(kind=value)),
}


def midnight_after(day: Any) -> datetime:
    """The exclusive end of a local day."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), HANOI)


_BOUNDS: dict[str, Callable[[Moment], dict[str, Any]]] = {
    "qua-han": lambda m: {"due_at__lte": m.now},
    "hom-nay": lambda m: {"due_at__gt": m.now, "due_at__lte": midnight_after(m.today)},
    "sap-den-han": lambda m: {
        "due_at__gt": midnight_after(m.today),
        "due_at__lte": midnight_after(m.soon()),
    },
    "dang-chay": lambda m: {"due_at__gt": m.now},
}
