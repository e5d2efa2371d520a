"""From words in an address to the dossiers they name, and their order.

The page, its counts, the file that is exported and the filters that are saved all come from here,
so they agree. Words that nobody knows narrow nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.paging import Page
from accounts.rights import reaches_city
from agencies.models import Agency, Kind
from deadlines.calendar import HANOI
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from dossiers.models import Dossier, Urgency
from dossiers.paging import NEWEST, Order, page_of
from dossiers.querysets import DossierQuerySet
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
    "han": Order("due_at", "due_at", descending=False),
    "don-vi": Order(by_agency=True),
    "lau": Order("on_desk__last_act_at", "idle_since", descending=False),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: the word of the address that it came from, and how it is said."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What an address asks for. ``rows`` are the dossiers but for what is asked of their limits;
    ``limits`` are the running limits asked for, or nothing."""

    rows: DossierQuerySet
    order: Order
    slug: str
    limits: QuerySet | None = None
    chips: list[Chip] = field(default_factory=list)

    @property
    def found(self) -> DossierQuerySet:
        """Every dossier that the address names, in no order."""
        if self.limits is None:
            return self.rows
        return self.rows.filter(Exists(self.limits.filter(subject_code=OuterRef("code"))))

    def page(self, asked: QueryDict, *, size: int) -> Page:
        """One page of dossiers; those that end first are found from their limits, by its index."""
        if self.slug != "han":
            return page_of(self._ordered_from(self.found), asked, size=size, order=self.order)
        paged = page_of(self._limits_of_rows(), asked, size=size, order=self.order)
        codes = [limit.subject_code for limit in paged.rows]
        by_code = {row.code: row for row in _for_list(Dossier.objects.filter(code__in=codes))}
        shown = [by_code[code] for code in codes if code in by_code]
        return Page(
            shown, paged.total, paged.previous_url, paged.next_url, paged.from_, paged.to,
            paged.capped,
        )  # fmt: skip

    @property
    def is_whole(self) -> bool:
        """Whether nothing narrows what the person may see."""
        return not self.chips

    def count(self) -> int:
        """How many dossiers there are in all."""
        if self.slug == "han":
            return self._limits_of_rows().count()
        return self._ordered_from(self.found).count()

    def all_rows(self) -> Iterator[Dossier]:
        """Every dossier in the order of the page, a thousand in memory at a time."""
        if self.slug != "han":
            ordered = self.order.sorted(self._ordered_from(self.found))
            yield from ordered.iterator(chunk_size=CHUNK)
            return
        codes = self.order.sorted(self._limits_of_rows()).values_list("subject_code", flat=True)
        for chunk in _chunks(codes.iterator(chunk_size=CHUNK)):
            found = {row.code: row for row in _for_list(Dossier.objects.filter(code__in=chunk))}
            yield from (found[code] for code in chunk if code in found)

    def _ordered_from(self, rows: DossierQuerySet) -> DossierQuerySet:
        rows = _for_list(rows)
        if self.slug == "lau":
            on_desk = FilteredRelation("holdings", condition=Q(holdings__to_at__isnull=True))
            return (
                rows.alias(on_desk=on_desk)
                .filter(on_desk__to_at__isnull=True, on_desk__isnull=False)
                .annotate(idle_since=F("on_desk__last_act_at"))
            )
        return rows

    def _limits_of_rows(self) -> QuerySet:
        return self.limits.filter(Exists(self.rows.filter(code=OuterRef("subject_code"))))


def read(asked: QueryDict, by: Actor, moment: Moment) -> Listing:
    """The dossiers that a person asks for, of those that this person may see."""
    rows = Dossier.objects.visible_to(by)
    chips = []
    if words := asked.get("q", "").strip()[:200]:
        rows = rows.search(words)
        chips.append(Chip("q", f"“{words[:60]}”"))
    for name, choices, path in _CHOICES:
        if (value := asked.get(name)) in choices.values:
            rows = rows.filter(**{path: value})
            chips.append(Chip(name, str(choices(value).label)))
    if agency := asked.get("don-vi", "").strip()[:100]:
        rows = rows.filter(agency__in=Agency.objects.search(agency))
        chips.append(Chip("don-vi", agency[:60]))
    if (scope := asked.get("pham-vi")) and scope in SCOPES:
        rows = rows.filter(in_scope(scope, by))
    slug = order_of(asked)
    limits = None
    if (state := asked.get("han")) in LIMIT_STATES:
        limits = limits_in(state, moment)
        chips.append(Chip("han", str(LIMIT_STATES[state])))
    elif slug == "han":
        limits = first_running()
        chips.append(Chip("sap-xep", str(LIMIT_STATES["dang-chay"])))
    return Listing(rows, ORDERS[slug], slug, limits, chips)


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


def first_running() -> QuerySet:
    """Of each subject the limit that is not met and ends first."""
    earlier = TimeLimit.objects.filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk")),
        subject_code=OuterRef("subject_code"),
        met_at__isnull=True,
    )
    return TimeLimit.objects.filter(~Exists(earlier), met_at__isnull=True)


def limits_in(state: str, moment: Moment) -> QuerySet:
    """Limits of a state, by the instant they end, which the index of open limits answers."""
    return first_running().filter(**_BOUNDS[state](moment))


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


_CHOICES = (
    ("trang-thai", State, "state"),
    ("khan", Urgency, "urgency"),
    ("loai", Kind, "agency__kind"),
)


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


def _for_list(rows: DossierQuerySet) -> DossierQuerySet:
    return rows.select_related("agency", "unit", "officer")


def _chunks(codes: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(codes, CHUNK)):
        yield chunk
