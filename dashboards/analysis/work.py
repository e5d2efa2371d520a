"""How much lies with whom: in the city by agency, in an agency by unit and person."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from dashboards.analysis.asked import Asked, names
from dashboards.analysis.counting import Counts, counted, ended, open_now
from dashboards.analysis.wording import agency_text
from dashboards.figures import Figures
from dashboards.numerals import number, percent
from deadlines.models import TimeLimit
from deadlines.moments import Moment


@dataclass(slots=True)
class Load:
    """What lies with an agency, unit or person: open and overdue now, and how the limits of the
    period ended. The shares are lengths of a bar in per cent of the longest."""

    label: str
    sub: str = ""
    href: str = ""
    open: int = 0
    overdue: int = 0
    figures: Figures = Figures()
    overdue_url: str = ""
    on_time_url: str = ""
    decided_url: str = ""
    share: int = 0
    overdue_share: int = 0
    is_nobody: bool = False

    @property
    def rate(self) -> str:
        return percent(self.figures.rate)


def of_city(asked: Asked, moment: Moment) -> list[Load]:
    """Each agency, the one that owes most first; three queries."""
    past = {key: counts for (key,), counts in counted(asked, moment, ["agency"]).items()}
    lying = open_now(asked, moment)
    agencies = names(set(past) | set(lying))
    rows = []
    for key, agency in agencies.items():
        open_, overdue = lying.get(key, (0, 0))
        figures = past.get(key, Counts()).figures
        if open_ or figures.decided:
            rows.append(
                Load(
                    label=agency_text(agency),
                    href=f"?{asked.query(don_vi=key, loai='')}",
                    open=open_,
                    overdue=overdue,
                    figures=figures,
                    overdue_url=asked.overdue_address(don_vi=key, loai=""),
                    on_time_url=asked.address("dung-han", don_vi=key, loai=""),
                    decided_url=asked.address("co-ket-qua", don_vi=key, loai=""),
                )
            )
    return _ordered(rows)


def of_agency(asked: Asked, moment: Moment) -> tuple[list[Load], list[Load]]:
    """The units and the people of the one agency that is asked for; two queries.

    Whoever works on a limit today is who is counted, also for limits that ended before.
    """
    key = ("unit__name", "officer__full_name")

    def both_ways(narrow: Q, **counts: Any) -> QuerySet:
        """What the agency owes and what it owed before it was reorganised: each by its index."""
        halves = [
            TimeLimit.objects.filter(of, narrow, started_at__lte=moment.now)
            .values_list(*key)
            .annotate(**counts)
            .order_by()
            for of in asked.limits_by_index()
        ]
        return halves[0].union(halves[1], all=True)

    late = Count("pk", filter=Q(due_at__lte=moment.now))
    lying = both_ways(Q(met_at__isnull=True), n=Count("pk"), late=late)
    done = both_ways(Q(due_month__in=asked.each_month()), **ended(moment.now))
    units: dict[str, Load] = {}
    people: dict[str, Load] = {}
    unit_of: dict[str, set[str]] = defaultdict(set)

    def both(unit: str | None, person: str | None) -> list[Load]:
        nobody = person is None
        unit, person = unit or _("No unit named"), person or _("No officer named")
        unit_of[person].add(unit)
        load = people.setdefault(person, Load(person, is_nobody=nobody))
        return [units.setdefault(unit, Load(unit)), load]

    for unit, person, n, late in lying:
        for load in both(unit, person):
            load.open += n
            load.overdue += late
    for unit, person, *counts in done:
        more = Figures(**dict(zip(ended(moment.now), counts, strict=True)))
        for load in both(unit, person):
            load.figures = _plus(load.figures, more)
    for person, load in people.items():
        load.sub = ", ".join(sorted(unit_of[person]))
    return _ordered(list(units.values())), _ordered(list(people.values()))


def verdict(rows: list[Load]) -> str:
    """Where most is overdue, in a sentence."""
    overdue = sum(row.overdue for row in rows)
    if not overdue:
        return ""
    worst = max(rows, key=lambda row: row.overdue)
    words = {
        "all": number(sum(row.open for row in rows)),
        "overdue": number(overdue),
        "where": worst.label,
        "n": number(worst.overdue),
    }
    if worst.is_nobody:
        return _("%(all)s open, %(overdue)s of them overdue; nobody is named for %(n)s.") % words
    return _("%(all)s open, %(overdue)s of them overdue; most at %(where)s: %(n)s.") % words


def _plus(one: Figures, other: Figures) -> Figures:
    return Figures(**{name: n + getattr(other, name) for name, n in one.as_dict().items()})


def _ordered(rows: list[Load]) -> list[Load]:
    most = max((row.open for row in rows), default=0) or 1
    for row in rows:
        row.overdue_share = round(100 * row.overdue / most)
        row.share = round(100 * row.open / most)
    return sorted(rows, key=lambda row: (-row.open, -row.figures.decided, row.label))
