"""The working calendar of the administration: which days agencies work and which they do not.

The week runs from Monday to Friday. Everything else is announced, not computed: public holidays and
days in lieu (Bộ luật Lao động 2019, Điều 111 khoản 3 và Điều 112) and the swapped working days that
the Prime Minister decides year by year ("hoán đổi ngày làm việc": a weekday off against a Saturday
worked). A :class:`Calendar` therefore holds the announced days, knows from which day to which day
they have been published, and refuses to speak about any other day.

Pure Python: no database, no settings, no clock on the wall.
"""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final

HANOI: Final = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Local time. A fixed offset, because Asia/Ho_Chi_Minh has had no other since June 1975, and
arithmetic with a fixed offset is exact and needs no time-zone database. A test compares the two for
the whole published range."""

EARLIEST_FIRST_DAY: Final = dt.date(1976, 1, 1)
"""Before this day the fixed offset of :data:`HANOI` would be wrong."""

_SATURDAY: Final = 5
_ONE_DAY: Final = dt.timedelta(days=1)


class CalendarNotPublished(Exception):
    """A question touched a day for which nobody has announced yet whether agencies work.

    Raised instead of guessing: a Tết that has not been entered must stop us, not mislead us.

    ``day`` is the first day asked about that is not published; ``first_published`` and
    ``last_published`` (inclusive) say what is.
    """

    def __init__(self, day: dt.date, first_published: dt.date, last_published: dt.date) -> None:
        # All three go to Exception.__init__, so that the error survives pickling between processes.
        super().__init__(day, first_published, last_published)
        self.day = day
        self.first_published = first_published
        self.last_published = last_published

    def __str__(self) -> str:
        return (
            f"{self.day} is outside the published working calendar, "
            f"{self.first_published} to {self.last_published}"
        )


class DayKind(StrEnum):
    """How an announced day differs from its weekday."""

    DAY_OFF = "day_off"
    """Ngày nghỉ: a Monday to Friday on which agencies rest."""

    MAKE_UP_DAY = "make_up_day"
    """Ngày làm bù: a Saturday or Sunday on which agencies work."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One announced day that differs from the Monday-to-Friday week, with the text that says so.

    ``provisional`` marks a day whose announcement was not read in the original and may still
    change.
    """

    date: dt.date
    kind: DayKind
    name: str
    legal_source: str
    provisional: bool = False


def is_weekend(day: dt.date) -> bool:
    """Whether ``day`` is a Saturday or a Sunday, worked or not."""
    return day.weekday() >= _SATURDAY


def local_time(instant: dt.datetime) -> dt.datetime:
    """The same instant in Hanoi's time. It is aware, in any zone; ValueError if it is naive."""
    if instant.utcoffset() is None:
        raise ValueError(f"an aware datetime is needed, got {instant!r}")
    return instant.astimezone(HANOI)


def local_date(instant: dt.datetime) -> dt.date:
    """The date in Hanoi at ``instant``, which is aware, in any zone; ValueError if it is naive."""
    return local_time(instant).date()


class Calendar:
    """The published calendar from ``first_day`` to ``last_day``, both inclusive, unfolded into
    tables.

    Build one per version of the calendar and keep it: building costs a pass over the days, after
    which every question is a table look-up. It never changes once built.

    ``special_days`` outside the published range are left aside: they belong to a year that is still
    being entered. A question about such a day raises :class:`CalendarNotPublished`, like any other
    outside the range.

    ValueError for an empty range, for two special days on the same date, for a day off on a
    Saturday or Sunday (it would change nothing: the day in lieu is what gets announced) and for a
    make-up day on a Monday to Friday.

    Days are addressed in the tables by their index, the number of days since ``first_day``. The
    tables are public for ``deadlines.counting``, which reads them directly; everybody else asks the
    methods.
    """

    __slots__ = (
        "_day_is_working",
        "_first_ordinal",
        "_special_days",
        "_working_dates",
        "end_of_nth_working_day",
        "end_rolled_forward",
        "first_day",
        "last_day",
        "next_working_index",
        "origin",
        "working_days_through",
    )

    first_day: Final[dt.date]
    last_day: Final[dt.date]

    origin: Final[dt.datetime]
    """The instant at which ``first_day`` begins in Hanoi, in UTC."""

    working_days_through: Final[tuple[int, ...]]
    """By day index: how many working days there are from ``first_day`` to that day, both
    inclusive."""

    end_of_nth_working_day: Final[tuple[dt.datetime, ...]]
    """By n, counted from 1: the local midnight, in UTC, that ends the n-th working day. Entry 0 is
    ``origin``."""

    end_rolled_forward: Final[tuple[dt.datetime, ...]]
    """By day index: the local midnight, in UTC, that ends that day if it is a working day,
    otherwise the next working day. Days with no working day on or after them in the published range
    have no entry."""

    next_working_index: Final[tuple[int, ...]]
    """By day index: the index of the first working day after that day. Days with none published
    have no entry."""

    def __init__(
        self, special_days: Iterable[SpecialDay], first_day: dt.date, last_day: dt.date
    ) -> None:
        if first_day > last_day:
            raise ValueError(f"the calendar would end ({last_day}) before it begins ({first_day})")
        if first_day < EARLIEST_FIRST_DAY:
            raise ValueError(f"the calendar may not begin before {EARLIEST_FIRST_DAY}: {first_day}")

        self.first_day = first_day
        self.last_day = last_day
        self._first_ordinal = first_day.toordinal()
        self._special_days = _checked_by_date(special_days)

        length = last_day.toordinal() - self._first_ordinal + 1
        weekday = first_day.weekday()
        first_week = [day % 7 < _SATURDAY for day in range(weekday, weekday + 7)]
        working = (first_week * (length // 7 + 1))[:length]
        for special in self._special_days.values():
            index = special.date.toordinal() - self._first_ordinal
            if 0 <= index < length:
                working[index] = special.kind is DayKind.MAKE_UP_DAY
        self._day_is_working = tuple(working)

        worked = [index for index, works in enumerate(working) if works]
        past_last_worked = worked[-1] + 1 if worked else 0
        self._working_dates = tuple(
            dt.date.fromordinal(self._first_ordinal + index) for index in worked
        )

        self.origin = dt.datetime.combine(first_day, dt.time(), HANOI).astimezone(dt.UTC)
        through = tuple(accumulate(map(int, working)))
        ends = (self.origin, *(self.origin + (index + 1) * _ONE_DAY for index in worked))
        self.working_days_through = through
        self.end_of_nth_working_day = ends
        # A working day is itself the n-th working day through it; after a day off that is the next.
        self.end_rolled_forward = tuple(
            ends[n if works else n + 1]
            for n, works in zip(through[:past_last_worked], working, strict=False)
        )
        self.next_working_index = tuple(worked[n] for n in through[: max(0, past_last_worked - 1)])

    def __repr__(self) -> str:
        return (
            f"Calendar({self.first_day} to {self.last_day}, {len(self._special_days)} special days)"
        )

    def is_working_day(self, day: dt.date) -> bool:
        """Whether agencies work on ``day``: Monday to Friday less the days off, plus the make-up
        days."""
        return self._day_is_working[self._index(day)]

    def special(self, day: dt.date) -> SpecialDay | None:
        """The announcement that makes ``day`` differ from its weekday, or None for an ordinary
        day."""
        self._index(day)
        return self._special_days.get(day)

    def working_days_between(self, a: dt.date, b: dt.date) -> int:
        """The number of working days after ``a`` up to and including ``b``; negative when ``b`` is
        before ``a``."""
        through = self.working_days_through
        return through[self._index(b)] - through[self._index(a)]

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day strictly after ``day``."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: dt.date, n: int) -> dt.date:
        """The ``n``-th working day after ``day``, which itself is not counted, whether worked or
        not.

        A negative ``n`` goes back, again without counting ``day``; zero returns ``day`` itself.
        """
        index = self._index(day)
        if n > 0:
            position = self.working_days_through[index] + n - 1
        elif n < 0:
            position = self.working_days_through[index] - self._day_is_working[index] + n
        else:
            return day
        if position < 0:
            raise self.not_published(-1)
        try:
            return self._working_dates[position]
        except IndexError:
            raise self.not_published(len(self._day_is_working)) from None

    def not_published(self, index: int) -> CalendarNotPublished:
        """The error to raise for the day with this index, which may lie anywhere before or after
        the range."""
        ordinal = self._first_ordinal + index
        day = dt.date.fromordinal(max(1, min(ordinal, dt.date.max.toordinal())))
        return CalendarNotPublished(day, self.first_day, self.last_day)

    def _index(self, day: dt.date) -> int:
        if isinstance(day, dt.datetime):
            # A datetime is a date to Python, but its date depends on its zone: 18:00 UTC is
            # tomorrow in Hanoi.
            raise TypeError(f"a date is needed, got an instant: {day!r}; see local_date()")
        index = day.toordinal() - self._first_ordinal
        if not 0 <= index < len(self._day_is_working):
            raise self.not_published(index)
        return index


def _checked_by_date(special_days: Iterable[SpecialDay]) -> dict[dt.date, SpecialDay]:
    by_date: dict[dt.date, SpecialDay] = {}
    for special in special_days:
        day = special.date
        if day in by_date:
            raise ValueError(
                f"{day} is announced twice: {by_date[day].name!r} and {special.name!r}"
            )
        if special.kind is DayKind.DAY_OFF and is_weekend(day):
            raise ValueError(f"{day:%A} {day} is off anyway, it cannot be entered as a day off")
        if special.kind is DayKind.MAKE_UP_DAY and not is_weekend(day):
            raise ValueError(
                f"{day:%A} {day} is worked anyway, it cannot be entered as a make-up day"
            )
        by_date[day] = special
    return by_date


_KIND_IN_CSV: Final = {"off": DayKind.DAY_OFF, "work": DayKind.MAKE_UP_DAY}


def read_special_days(lines: Iterable[str]) -> Iterator[SpecialDay]:
    """The special days in the CSV text of ``data/vn_calendar.csv``: columns
    ``date,kind,name,source``.

    ``kind`` is ``off`` or ``work``. A source begins with the grade of its evidence in square
    brackets, which is not part of the citation: [A] an official letter or notice cited by number;
    [A-] the same, but only secondary reports of it were read, so that the day is provisional; [B]
    computed by law and confirmed by the press; [C] computed by law only. KeyError or ValueError for
    a text that does not look like this.
    """
    for row in csv.DictReader(lines):
        grade, separator, citation = row["source"].partition("] ")
        if not separator or grade not in ("[A", "[A-", "[B", "[C"):
            raise ValueError(
                f"{row['date']}: the source does not begin with a grade: {row['source']!r}"
            )
        yield SpecialDay(
            date=dt.date.fromisoformat(row["date"]),
            kind=_KIND_IN_CSV[row["kind"]],
            name=row["name"],
            legal_source=citation,
            provisional=grade == "[A-",
        )
