"""From words in an address to the dossiers they name, and their order.

The page, its counts, the file that is exported and the filters that are saved all come from here,
so they agree. Words that nobody knows narrow nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from dossiers.models import Dossier, Holding, Urgency
from dossiers.paging import NEWEST, Order, page_of
from dossiers.querysets import DossierQuerySet
from dossiers.states import State

#: Words of an address that choose rows. The others (order, place) do not.
FILTERS = ("q", "trang-thai", "don-vi", "loai", "khan", "han", "pham-vi")
CHUNK = 1000
#: So many open dossiers of an agency are named one by one when their limits are looked for.
FEW = 5000
#: States in which no limit of a dossier runs any more.
_ENDED = (State.CLOSED, State.REJECTED, State.WITHDRAWN)

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
    "lau": Order("last_act_at", "last_act_at", descending=False),
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
        if self.slug == "lau":
            return self._of_limits().filter(Exists(_on_desk().filter(dossier_id=OuterRef("pk"))))
        return self._of_limits()

    def page(self, asked: QueryDict, *, size: int) -> Page:
        """One page of dossiers, in the order."""
        carriers = self._carriers()
        if carriers is None:
            return page_of(_for_list(self.found), asked, size=size, order=self.order)
        paged = page_of(carriers, asked, size=size, order=self.order)
        shown = self._carried(paged.rows)
        return Page(
            shown, paged.total, paged.previous_url, paged.next_url, paged.from_, paged.to,
            paged.capped,
        )  # fmt: skip

    def count(self) -> int:
        """How many dossiers there are in all."""
        carriers = self._carriers()
        return (self.found if carriers is None else carriers).count()

    def all_rows(self) -> Iterator[Dossier]:
        """Every dossier in the order of the page, a thousand in memory at a time."""
        carriers = self._carriers()
        if carriers is None:
            yield from self.order.sorted(_for_list(self.found)).iterator(chunk_size=CHUNK)
            return
        rows = self.order.sorted(carriers).iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, CHUNK)):
            yield from self._carried(chunk)

    def _carriers(self) -> QuerySet | None:
        """The rows that carry the order, one a dossier, where an index of theirs answers it."""
        if self.slug == "han":
            return self.limits.filter(Exists(self.rows.filter(code=OuterRef("subject_code"))))
        if self.slug == "lau":
            return _on_desk().filter(Exists(self._of_limits().filter(pk=OuterRef("dossier_id"))))
        return None

    def _carried(self, carriers: list[Any]) -> list[Dossier]:
        """The dossiers of such rows, in their order; one query."""
        if self.slug == "han":
            keys = [limit.subject_code for limit in carriers]
            by_key = {row.code: row for row in _for_list(Dossier.objects.filter(code__in=keys))}
        else:
            keys = [holding.dossier_id for holding in carriers]
            by_key = _for_list(Dossier.objects.all()).in_bulk(keys)
        return [by_key[key] for key in keys if key in by_key]

    def _of_limits(self) -> DossierQuerySet:
        if self.limits is None:
            return self.rows
        return self.rows.filter(Exists(self.limits.filter(subject_code=OuterRef("code"))))


def _on_desk() -> QuerySet:
    """Where dossiers lie now."""
    return Holding.objects.filter(to_at__isnull=True)


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
        limits = _limits_of(rows, _BOUNDS[state](moment), by)
        chips.append(Chip("han", str(LIMIT_STATES[state])))
    elif slug == "han":
        limits = _limits_of(rows, {}, by)
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


def _limits_of(rows: DossierQuerySet, bounds: dict[str, Any], by: Actor) -> QuerySet:
    """Of each dossier the running limit that ends first, where that lies within bounds.

    Those of an agency's own dossiers are named by their keys where they are few enough: the
    database would otherwise look for them among the limits of the whole city. The bounds are on
    ``due_at``, which the index of open limits answers.
    """
    if is_city(by):
        return first_running().filter(**bounds)
    codes = list(rows.exclude(state__in=_ENDED).values_list("code", flat=True)[: FEW + 1])
    if len(codes) > FEW:
        return first_running().filter(**bounds)
    open_ = TimeLimit.objects.filter(subject_code__in=codes, met_at__isnull=True)
    latest_first = open_.order_by("-due_at", "-pk").values_list("subject_code", "pk")
    return TimeLimit.objects.filter(pk__in=list(dict(latest_first).values()), **bounds)


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
