"""The figures of analysis pages from the tally, by one statement, whatever the number of limits.

They are those of ``dashboards.figures``: the same definitions, agencies and months. The tally knows
what was met and what is open; of the open, those not yet due are counted live in the same
statement, so that both belong to one instant. The other open ones are overdue.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, Value, When

from dashboards.analysis.asked import Asked
from dashboards.figures import Figures
from deadlines.adjusting import end_of
from deadlines.models import Tally, TimeLimit
from deadlines.moments import Moment
from deadlines.querysets import COUNTED_AT, COUNTED_KIND, IN_TIME, LATE

#: Dimension → where it stands in a row of the tally, and in a limit.
DIMENSIONS: dict[str, tuple[str, Any]] = {
    "month": ("month", F("due_month")),
    "agency": ("agency_id", COUNTED_AT),
    "kind": ("agency__kind", COUNTED_KIND),
    "rule": ("rule__code", F("rule__code")),
}


@dataclass(slots=True)
class Counts:
    """Figures that are being added up. ``gross_kept`` were met before the first end that they were
    given, ``gross_broken`` not, whatever was extended since; ``extended`` were met in time only
    because their end had been moved."""

    on_time: int = 0
    late: int = 0
    open: int = 0
    running: int = 0
    gross_kept: int = 0
    extended: int = 0
    running_past_first: int = 0

    def add(self, outcome: str, first_kept: bool, n: int) -> None:
        """Count so many limits of one outcome."""
        if outcome == "on_time":
            self.on_time += n
            self.extended += 0 if first_kept else n
        elif outcome == "late":
            self.late += n
        elif outcome == "open":
            self.open += n
        elif outcome == "running":
            self.running += n
            self.running_past_first += 0 if first_kept else n
        if outcome in ("on_time", "late") and first_kept:
            self.gross_kept += n

    def plus(self, other: "Counts") -> None:
        """Add another's counts to these."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def figures(self) -> Figures:
        """The four counts."""
        return Figures(self.on_time, self.late, max(0, self.open - self.running), self.running)

    @property
    def gross_of(self) -> int:
        """The denominator of the gross rate: those whose outcome by their first end is known."""
        return self.figures.decided + self.running_past_first

    @property
    def gross_rate(self) -> float | None:
        """The on-time rate by the first due dates, in per cent."""
        return 100 * self.gross_kept / self.gross_of if self.gross_of else None


def counted(asked: Asked, moment: Moment, by: Iterable[str]) -> dict[tuple, Counts]:
    """Counts by the dimensions named, in their order; one query."""
    by = list(by)
    kept = (
        Tally.objects.filter(asked.tally())
        .exclude(outcome=Tally.Outcome.LIFTED)
        .values_list(*(DIMENSIONS[name][0] for name in by), "outcome", "first_kept")
        .annotate(n=Sum("count"))
        .order_by()
    )
    live = {f"by_{name}": DIMENSIONS[name][1] for name in by}
    running = (
        TimeLimit.objects.filter(asked.limits(), met_at__isnull=True, due_at__gt=moment.now)
        .filter(due_month__gte=asked.first, due_month__lte=asked.last)
        .annotate(
            **live,
            state=Value("running"),
            kept=Case(When(first_due_at__gt=moment.now, then=True), default=False),
        )
        .values_list(*live, "state", "kept")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[tuple, Counts] = defaultdict(Counts)
    for *key, outcome, first_kept, n in kept.union(running, all=True):
        found[tuple(key)].add(outcome, bool(first_kept), n)
    return found


def summed(counts: dict[tuple, Counts], key: Callable[[tuple], Any]) -> dict[Any, Counts]:
    """The counts added up by a part of their key."""
    found: dict[Any, Counts] = defaultdict(Counts)
    for of, count in counts.items():
        found[key(of)].plus(count)
    return found


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    found = Counts()
    for count in counts:
        found.plus(count)
    return found


def days_taken(asked: Asked, *, by_agency: bool) -> dict[int | None, dict[int, int]]:
    """Agency key (or ``None`` for all) → calendar days from start to answer → how many limits.

    Of limits met, on time or late; what was lifted before its end was not answered. One query.
    """
    key = ("agency_id",) if by_agency else ()
    rows = (
        Tally.objects.filter(asked.tally(), outcome__in=("on_time", "late"))
        .values_list(*key, "days")
        .annotate(n=Sum("count"))
        .filter(n__gt=0)
        .order_by()
    )
    found: dict[int | None, dict[int, int]] = defaultdict(dict)
    for *of, days, n in rows:
        found[of[0] if of else None][days] = n
    return found


def overdue_by_age(
    asked: Asked, moment: Moment, ages: dict[str, tuple[int, int | None]]
) -> dict[int, dict[str, int]]:
    """Agency key → age in working days → how many limits are overdue now; one query.

    Those of the last age, with no end, are what the tally knows as open, less what is younger or
    not yet due: only the young ones are counted one by one.
    """
    *young, (oldest, _from) = ages.items()
    # A limit is of the first age (from the youngest) whose earliest last day it does not precede.
    whens = [
        When(due_on__gte=moment.due_since(most), then=Value(slug))
        for slug, (_least, most) in young
        if most is not None
    ]
    since = min(moment.due_since(most) for _slug, (_least, most) in young if most is not None)
    kept = (
        Tally.objects.filter(asked.tally_ever(), outcome=Tally.Outcome.OPEN)
        .annotate(age=Value("open"))
        .values_list("agency_id", "age")
        .annotate(n=Sum("count"))
        .order_by()
    )
    live = (
        TimeLimit.objects.filter(asked.limits(), met_at__isnull=True, due_at__gte=end_of(since))
        .annotate(
            by_agency=COUNTED_AT,
            age=Case(When(due_at__gt=moment.now, then=Value("running")), *whens),
        )
        .values_list("by_agency", "age")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for agency, age, n in kept.union(live, all=True):
        if age == "open":
            found[agency][oldest] += n
        else:
            found[agency][oldest] -= n
            if age != "running":
                found[agency][age] += n
    return {agency: dict(ages) for agency, ages in found.items()}


def open_now(asked: Asked, moment: Moment) -> dict[int, tuple[int, int]]:
    """Agency key → how many limits are open now, of whatever month, and how many of them overdue;
    one query."""
    kept = (
        Tally.objects.filter(asked.tally_ever(), outcome=Tally.Outcome.OPEN)
        .values_list("agency_id", "outcome")
        .annotate(n=Sum("count"))
        .order_by()
    )
    running = (
        TimeLimit.objects.filter(asked.limits(), met_at__isnull=True, due_at__gt=moment.now)
        .annotate(by_agency=COUNTED_AT, state=Value("running"))
        .values_list("by_agency", "state")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: {"open": 0, "running": 0})
    for agency, state, n in kept.union(running, all=True):
        found[agency][state] += n
    return {key: (n["open"], n["open"] - n["running"]) for key, n in found.items() if n["open"]}


def ended(now: datetime) -> dict[str, Count]:
    """The four counts of ``Figures`` as aggregates of limits as they stand."""
    met, is_open = Q(met_at__isnull=False), Q(met_at__isnull=True)
    return {
        "on_time": Count("pk", filter=met & IN_TIME & Q(lifted=False)),
        "late": Count("pk", filter=met & LATE),
        "overdue": Count("pk", filter=is_open & Q(due_at__lte=now)),
        "running": Count("pk", filter=is_open & Q(due_at__gt=now)),
    }


def month_of(value: Any) -> date:
    """The month of a key, which a union on SQLite gives as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
