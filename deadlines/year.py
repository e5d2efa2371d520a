"""A year laid out in months and weeks for the calendar page."""

import calendar as months
from dataclasses import dataclass
from datetime import date

from deadlines.calendar import is_weekend
from deadlines.models import CalendarDay


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month grid; ``kind`` is working, weekend, day_off or make_up_day."""

    date: date
    in_month: bool
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its weeks, Monday first."""

    number: int
    weeks: list[list[Cell]]


def year_months(year: int, days: list[CalendarDay], today: date) -> list[Month]:
    """The twelve months of a year with the announced days in place."""
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
        )

    return [
        Month(
            number,
            [[cell(d, number) for d in week] for week in grid.monthdatescalendar(year, number)],
        )
        for number in range(1, 13)
    ]
