"""When a time limit ends: one call of ``due_at`` beside three other ways to ask the same question.

Every subject gets the same instants, spread over 2025 and 2026, and answers with an instant. Before
anything is timed, the answers are compared; how often an anchor is wrong stands in the table.
"""

import datetime as dt
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays

import deadlines
from bench import median_seconds, print_table
from deadlines.calendar import HANOI, Calendar, SpecialDay, read_special_days
from deadlines.counting import Unit, due_at, explain

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ONE_DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2020, 1, 1), dt.date(2027, 12, 31)
INSTANTS = 2_000
AMOUNT = 2

Counter = Callable[[dt.datetime], dt.datetime]


def special_days() -> list[SpecialDay]:
    path = Path(deadlines.__file__).parent / "data" / "vn_calendar.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(read_special_days(lines))


def some_instants() -> list[dt.datetime]:
    draw = random.Random(2026)
    begin = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    return [begin + dt.timedelta(seconds=draw.randrange(729 * 86_400)) for _ in range(INSTANTS)]


def midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + ONE_DAY, dt.time(), ZONE).astimezone(dt.UTC)


def python_holidays(package: holidays.HolidayBase, unit: Unit) -> Counter:
    """What somebody would write with the ``holidays`` package."""

    def working_days(at: dt.datetime) -> dt.datetime:
        return midnight_after(package.get_nth_working_day(at.astimezone(ZONE).date(), AMOUNT))

    def calendar_days(at: dt.datetime) -> dt.datetime:
        day = at.astimezone(ZONE).date() + AMOUNT * ONE_DAY
        while not package.is_working_day(day):
            day += ONE_DAY
        return midnight_after(day)

    return working_days if unit is Unit.WORKING_DAY else calendar_days


def bisect_table(calendar: Calendar, unit: Unit) -> Counter:
    """The leanest table without index arithmetic: find the local midnight before the instant."""
    days = [FIRST + index * ONE_DAY for index in range((LAST - FIRST).days + 1)]
    starts = [midnight_after(day - ONE_DAY) for day in days]
    working = [day for day in days if calendar.is_working_day(day)]
    ends = [midnight_after(day) for day in working]
    through = [bisect_right(working, day) for day in days]

    def working_days(at: dt.datetime) -> dt.datetime:
        return ends[through[bisect_right(starts, at) - 1] + AMOUNT - 1]

    def calendar_days(at: dt.datetime) -> dt.datetime:
        index = bisect_right(starts, at) - 1 + AMOUNT
        return ends[bisect_right(ends, starts[index])]

    return working_days if unit is Unit.WORKING_DAY else calendar_days


def numpy_busday(calendar: Calendar, unit: Unit) -> Counter | None:
    """``numpy.busday_offset`` with its own calendar, if numpy is there. Knows no make-up days."""
    try:
        import numpy  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    off = [day.date for day in special_days() if not calendar.is_working_day(day.date)]
    np: Any = numpy
    table = np.busdaycalendar(holidays=off)

    def working_days(at: dt.datetime) -> dt.datetime:
        day = at.astimezone(ZONE).date()
        return midnight_after(
            np.busday_offset(
                np.busday_offset(day, 0, "backward", busdaycal=table), AMOUNT, busdaycal=table
            ).item()
        )

    def calendar_days(at: dt.datetime) -> dt.datetime:
        day = at.astimezone(ZONE).date() + AMOUNT * ONE_DAY
        return midnight_after(np.busday_offset(day, 0, "forward", busdaycal=table).item())

    return working_days if unit is Unit.WORKING_DAY else calendar_days


def ours(calendar: Calendar, unit: Unit, closing: dt.time | None = None) -> Counter:
    if closing is None:
        return lambda at: due_at(calendar, at, AMOUNT, unit)
    return lambda at: due_at(calendar, at, AMOUNT, unit, after_hours_from=closing)


def asking_each(function: Callable[[Any], object], values: Sequence[object]) -> Callable[[], None]:
    def ask() -> None:
        for value in values:
            function(value)

    return ask


def microseconds(pairs: Sequence[tuple[Callable[[Any], object], Sequence[object]]]) -> list[float]:
    """The median time of one call, for each pair of a function and the values to ask it for."""
    seconds = median_seconds([asking_each(function, values) for function, values in pairs])
    return [each / len(values) * 1e6 for each, (_, values) in zip(seconds, pairs, strict=True)]


def compare_rule(calendar: Calendar, package: holidays.HolidayBase, unit: Unit, name: str) -> None:
    in_utc = some_instants()
    in_hanoi = [at.astimezone(HANOI) for at in in_utc]
    in_zone = [at.astimezone(ZONE) for at in in_utc]
    function = ours(calendar, unit)
    subjects: list[tuple[str, Counter, list[dt.datetime]]] = [
        ("due_at, UTC", function, in_utc),
        ("due_at, fixed +07:00", function, in_hanoi),
        ("due_at, ZoneInfo", function, in_zone),
        ("due_at, UTC, after-hours receipt", ours(calendar, unit, dt.time(17)), in_utc),
        ("bisect in a table of midnights", bisect_table(calendar, unit), in_utc),
        ("python-holidays", python_holidays(package, unit), in_utc),
    ]
    with_numpy = numpy_busday(calendar, unit)
    if with_numpy is not None:
        subjects.insert(-1, ("numpy busday_offset", with_numpy, in_utc))

    right = [function(at) for at in in_utc]
    times = microseconds([(counter, instants) for _, counter, instants in subjects])
    rows = []
    for (label, counter, instants), each in zip(subjects, times, strict=True):
        differing = sum(counter(at) != end for at, end in zip(instants, right, strict=True))
        # After-hours receipt is another rule: there it is no error.
        wrong = "" if "after-hours" in label else f"{differing}"
        rows.append((label, f"{each:.2f}", f"{each / times[0]:.1f}×", wrong))
    print_table(
        f'"{name}": from instant to instant, {INSTANTS:,} instants of 2025 and 2026',
        ("", "µs a call", "of due_at, UTC", "wrong answers"),
        rows,
    )


def compare_dates(calendar: Calendar, package: holidays.HolidayBase) -> None:
    days = [at.astimezone(HANOI).date() for at in some_instants()]
    rows = []
    for n in (2, 20):

        def with_us(day: dt.date, n: int = n) -> dt.date:
            return calendar.add_working_days(day, n)

        def with_package(day: dt.date, n: int = n) -> dt.date:
            return package.get_nth_working_day(day, n)

        us, them = microseconds([(with_us, days), (with_package, days)])
        rows.append((f"{n} working days", f"{us:.2f}", f"{them:.2f}", f"{them / us:.0f}×"))
    print_table(
        "From date to date, µs a call",
        ("", "add_working_days", "python-holidays", "ratio"),
        rows,
    )


def other_costs(calendar: Calendar) -> None:
    days = special_days()
    at = some_instants()[:200]
    explaining, building = microseconds(
        [
            (lambda at: explain(calendar, at, AMOUNT, Unit.WORKING_DAY), at),
            (lambda _: Calendar(days, FIRST, LAST), [None] * 5),
        ]
    )
    print_table(
        "Beside it",
        ("", "µs"),
        [
            ("explain, one limit with its days", f"{explaining:.0f}"),
            ("building a calendar of eight years, once per version", f"{building:.0f}"),
        ],
    )


def run() -> None:
    calendar = Calendar(special_days(), FIRST, LAST)
    package = holidays.country_holidays("VN", years=range(FIRST.year, LAST.year + 1), language="vi")
    print("python-holidays", version("holidays"))
    compare_rule(calendar, package, Unit.WORKING_DAY, "02 ngày làm việc")
    compare_rule(calendar, package, Unit.CALENDAR_DAY, "02 ngày")
    compare_dates(calendar, package)
    other_costs(calendar)
