"""A year laid out in months and weeks for the calendar page."""

import calendar as months
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from deadlines.calendar import is_weekend
from deadlines.models import CalendarDay
from deadlines.wording import day_text


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month grid; ``kind`` is working, weekend, day_off or make_up_day. ``changed``:
    a change of the calendar altered it after it was first published."""

    date: date
    in_month: bool
    kind: str
    name: str
    is_today: bool
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Announced days of one kind, name and source that follow each other."""

    first: date
    last: date
    count: int
    kind: str
    kind_label: str
    name: str
    source: str
    provisional: bool

    @property
    def text(self) -> str:
        """ "T2 16/02/2026 – T6 20/02/2026", or the one day."""
        if self.first == self.last:
            return day_text(self.first)
        return f"{day_text(self.first)} – {day_text(self.last)}"

    @property
    def short_text(self) -> str:
        """ "16–20", or "24": the days within a month."""
        if self.first == self.last:
            return f"{self.first.day}"
        return f"{self.first.day}–{self.last.day}"


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its weeks, Monday first, and what its announced days are called."""

    title: str
    weeks: list[list[Cell]]
    spans: list[Span]


def year_months(
    year: int, days: list[CalendarDay], today: date, changed: Collection[date] = ()
) -> list[Month]:
    """The twelve months of a year with the announced days in place, the changed ones marked."""
    special = {day.date: day for day in days}
    grid = months.Calendar(firstweekday=0)

    def cell(day: date, month: int) -> Cell:
        announced = special.get(day)
        usual = "weekend" if is_weekend(day) else "working"
        return Cell(
            date=day,
            in_month=day.month == month and day.year == year,
            kind=announced.kind if announced else usual,
            name=announced.name if announced else "",
            is_today=day == today,
            changed=day in changed,
        )

    return [
        Month(
            title=_("Month %(month)d") % {"month": number},
            weeks=[
                [cell(day, number) for day in week]
                for week in grid.monthdatescalendar(year, number)
            ],
            spans=spans(day for day in days if day.date.month == number),
        )
        for number in range(1, 13)
    ]


def spans(days: Iterable[CalendarDay]) -> list[Span]:
    """Announced days in order; those of one kind, name and source that touch are one span.

    A weekend between two of them does not part them: nobody works on it anyway.
    """
    groups: list[list[CalendarDay]] = []
    for _key, same in groupby(days, key=lambda d: (d.kind, d.name, d.legal_source)):
        for day in same:
            if groups and _follows(groups[-1][-1], day):
                groups[-1].append(day)
            else:
                groups.append([day])
    return [
        Span(
            first=group[0].date,
            last=group[-1].date,
            count=len(group),
            kind=group[0].kind,
            kind_label=CalendarDay.Kind(group[0].kind).label,
            name=group[0].name,
            source=group[0].legal_source,
            provisional=any(day.provisional for day in group),
        )
        for group in groups
    ]


def _follows(earlier: CalendarDay, day: CalendarDay) -> bool:
    same = (earlier.kind, earlier.name, earlier.legal_source) == (
        day.kind,
        day.name,
        day.legal_source,
    )
    between = range(1, (day.date - earlier.date).days)
    return same and all(is_weekend(earlier.date + timedelta(days=n)) for n in between)
