"""What a page of analysis is asked for: which agencies, which months, which kind of limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from accounts.actors import Actor
from accounts.rights import agencies_of, reaches_city
from agencies.models import Agency, Kind
from dashboards import selection
from dashboards.selection import RULES
from deadlines.moments import Moment

ACT = "analysis_view"
MONTHS = (3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Asked:
    """Months ``first`` to ``last`` (first days, both included), as far as the reader may see.

    ``agency`` is one agency, ``own`` the agencies of a reader who may not see the city; a reader of
    the city has none. ``kind`` and ``rule`` are codes or empty.
    """

    months: int
    first: date
    last: date
    city: bool
    own: tuple[int, ...] = ()
    agency: int | None = None
    kind: str = ""
    rule: str = ""

    @classmethod
    def read(
        cls,
        words: Mapping[str, str],
        by: Actor,
        moment: Moment,
        *,
        months: int,
        most: int = MONTHS[-1],
        rule: str = "",
    ) -> "Asked":
        """What an address asks for; words it does not know ask for nothing. ``months`` and ``rule``
        are the page's own, where the address names none; more than ``most`` months it never shows.
        """
        city = reaches_city(by, ACT)
        own = () if city else tuple(sorted(agencies_of(by, ACT)))
        wanted = words.get("don-vi", "")
        agency = int(wanted[:18]) if wanted.isdecimal() else None
        if not city:
            agency = agency if agency in own else own[0]
        span = words.get("thang", "")
        months = min(int(span), most) if span in map(str, MONTHS) else months
        last = moment.today.replace(day=1)
        found = words.get("quy-tac", rule)
        kind = words.get("loai", "")
        return cls(
            months=months,
            first=months_before(last, months - 1),
            last=last,
            city=city,
            own=own,
            agency=agency,
            kind=kind if city and agency is None and kind in Kind.values else "",
            rule=found if found in RULES else "",
        )

    def before(self) -> "Asked":
        """The same for as many months before the first."""
        last = months_before(self.first, 1)
        first = months_before(self.first, self.months)
        return Asked(
            self.months, first, last, self.city, self.own, self.agency, self.kind, self.rule
        )

    def tally(self) -> Q:
        """The rows of the tally that are asked for."""
        return Q(month__gte=self.first, month__lte=self.last) & self.tally_ever()

    def tally_ever(self) -> Q:
        """The rows of the tally that are asked for, of every month."""
        found = Q()
        if self.agency is not None:
            found = Q(agency=self.agency)
        elif self.kind:
            found = Q(agency__kind=self.kind)
        return found & (Q(rule__code=self.rule) if self.rule else Q())

    def limits(self) -> Q:
        """The limits that are asked for, whenever they fall due."""
        found = Q()
        if self.agency is not None:
            found = Q(charged_to=self.agency) | Q(charged_to__isnull=True, agency=self.agency)
        elif self.kind:
            found = Q(charged_to__kind=self.kind) | Q(
                charged_to__isnull=True, agency__kind=self.kind
            )
        return found & (Q(rule__code=self.rule) if self.rule else Q())

    def limits_by_index(self) -> tuple[Q, Q]:
        """The limits of the one agency that is asked for, as two stretches of two indexes: SQLite
        reads the whole table for either of two conditions."""
        rule = Q(rule__code=self.rule) if self.rule else Q()
        owed = Q(charged_to__isnull=True, agency=self.agency)
        return rule & owed, rule & Q(charged_to=self.agency)

    def address(self, state: str = "", month: date | None = None, **more: Any) -> str:
        """The list of exactly the limits of a number on the page: those of the period, or of one
        month, in a state."""
        words = {
            "tinh_trang": state,
            "tu": (month or self.first).isoformat(),
            "den": month_end(month or self.last).isoformat(),
            "don_vi": self.agency,
            "loai": self.kind,
            "quy_tac": self.rule,
        }
        return selection.address(**{**words, **more})

    def overdue_address(self, age: str = "", **more: Any) -> str:
        """The list of exactly the limits that are overdue now, of one age or of all."""
        words = {"don_vi": self.agency, "loai": self.kind, "quy_tac": self.rule}
        return selection.address(**{"tinh_trang": "qua-han", "tuoi": age, **words, **more})

    def query(self, **changes: Any) -> str:
        """The words of an address with the same question, some of them changed."""
        words = {
            "thang": self.months,
            "don-vi": self.agency if self.city else None,
            "loai": self.kind,
            "quy-tac": self.rule,
        }
        words |= {name.replace("_", "-"): value for name, value in changes.items()}
        return urlencode({name: value for name, value in words.items() if value})

    def each_month(self) -> list[date]:
        """The first days of its months, in order."""
        return [months_before(self.last, n) for n in reversed(range(self.months))]


def months_before(first: date, n: int) -> date:
    """The first day of the month so many months before that of a first day."""
    index = first.year * 12 + first.month - 1 - n
    return date(index // 12, index % 12 + 1, 1)


def month_end(first: date) -> date:
    """The last day of a month."""
    return months_before(first, -1) - timedelta(days=1)


def names(keys: set[int]) -> dict[int, Agency]:
    """The agencies of a page by key; one query."""
    return Agency.objects.in_bulk(keys)
