"""Tests of the calendar and of counting. The first ones need neither Django nor a database."""

import csv
import datetime as dt
from pathlib import Path

import deadlines
from deadlines.calendar import Calendar, read_special_days

CALENDAR_CSV = Path(deadlines.__file__).parent / "data" / "vn_calendar.csv"
FIRST_PUBLISHED = dt.date(2020, 1, 1)
LAST_PUBLISHED = dt.date(2027, 12, 31)
ONE_DAY = dt.timedelta(days=1)


def official_calendar() -> Calendar:
    """The calendar as the project is delivered with it."""
    with CALENDAR_CSV.open(encoding="utf-8", newline="") as lines:
        return Calendar(read_special_days(lines), FIRST_PUBLISHED, LAST_PUBLISHED)


def days_worked_by_the_table() -> dict[dt.date, bool]:
    """For every published day whether it is worked, read from the CSV without the code under
    test."""
    worked = {}
    day = FIRST_PUBLISHED
    while day <= LAST_PUBLISHED:
        worked[day] = day.weekday() in (0, 1, 2, 3, 4)
        day += ONE_DAY
    with CALENDAR_CSV.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            worked[dt.date.fromisoformat(row["date"])] = {"off": False, "work": True}[row["kind"]]
    return worked
