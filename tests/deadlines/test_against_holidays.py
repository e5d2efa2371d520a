"""The delivered calendar against the ``holidays`` package, day by day.

The package is a cross-check, never the source: it knows swapped days late or not at all. What it
says differently must be on the list below, with the announcement that proves it wrong. A new
disagreement after an update of the package or of the table is for a human to look into, and so is
one that has gone away.
"""

import datetime as dt

import holidays
import pytest

from . import FIRST_PUBLISHED, LAST_PUBLISHED, ONE_DAY, official_calendar

pytestmark = pytest.mark.once

KNOWN_ERRORS_OF_THE_PACKAGE = {
    # Công văn 12729/VPCP-KGVX, 25/12/2025: Friday off against the Saturday of the week after.
    dt.date(2026, 1, 2): "the package has agencies work on a swapped day off",
    dt.date(2026, 1, 10): "the package has agencies rest on a make-up Saturday",
}


@pytest.fixture(scope="module")
def package() -> holidays.HolidayBase:
    # Without a language the names follow the locale of the machine.
    years = range(FIRST_PUBLISHED.year, LAST_PUBLISHED.year + 1)
    return holidays.country_holidays("VN", years=years, language="vi")


def test_disagrees_only_on_the_known_days(package: holidays.HolidayBase) -> None:
    calendar = official_calendar()
    disagreements = set()
    day = FIRST_PUBLISHED
    while day <= LAST_PUBLISHED:
        if package.is_working_day(day) != calendar.is_working_day(day):
            disagreements.add(day)
        day += ONE_DAY
    assert disagreements == set(KNOWN_ERRORS_OF_THE_PACKAGE)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (dt.date(2025, 1, 29), "Tết Nguyên đán"),
        (dt.date(2025, 9, 2), "Quốc khánh"),
        (dt.date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),
        (dt.date(2027, 4, 16), "Giỗ Tổ Hùng Vương"),
    ],
)
def test_both_give_the_day_the_same_name(
    package: holidays.HolidayBase, day: dt.date, name: str
) -> None:
    special = official_calendar().special(day)
    assert special is not None
    assert name.casefold() in special.name.casefold()
    assert name.casefold() in package[day].casefold()
