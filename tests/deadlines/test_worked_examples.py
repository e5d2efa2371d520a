"""The two rules of the directive on real days of 2020 to 2027, worked out by hand from the
announcements.

"02 ngày làm việc" (an agency explains or supplements) and "02 ngày" as written (the City Office
drafts): in bold in the legal study where the two readings differ, here marked with "≠".
"""

import datetime as dt

import pytest

from deadlines.calendar import HANOI
from deadlines.counting import Unit, due_at, explain, last_day

from . import official_calendar

pytestmark = pytest.mark.once

CALENDAR = official_calendar()
WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")

EXAMPLES = """
event            | 02 ngày làm việc | 02 ngày          |
T2 14/09/2020    | T4 16/09/2020    | T4 16/09/2020    | an ordinary week
T5 17/09/2020    | T2 21/09/2020    | T2 21/09/2020    | the second day is a Saturday
T6 18/09/2020    | T3 22/09/2020    | T2 21/09/2020 ≠  | the weekend counts as calendar days
T7 19/09/2020    | T3 22/09/2020    | T2 21/09/2020 ≠  | the event itself on a day off
T2 08/02/2021    | T4 17/02/2021    | T4 17/02/2021    | two days before Tết
T3 09/02/2021    | T5 18/02/2021    | T4 17/02/2021 ≠  | the eve of the Tết break
T5 28/04/2022    | T4 04/05/2022    | T4 04/05/2022    | two days in lieu
T3 30/08/2022    | T2 05/09/2022    | T2 05/09/2022    | the adjacent day before National Day
T6 28/04/2023    | T6 05/05/2023    | T5 04/05/2023 ≠  | five days off
T5 31/08/2023    | T4 06/09/2023    | T3 05/09/2023 ≠  | National Day on a Saturday
T6 26/04/2024    | T6 03/05/2024    | T5 02/05/2024 ≠  | a swapped Monday
T6 03/05/2024    | T2 06/05/2024    | T2 06/05/2024    | the Saturday that makes up for it
T6 25/04/2025    | T2 28/04/2025    | T2 28/04/2025    | a make-up Saturday before its day off
T3 29/04/2025    | T3 06/05/2025    | T2 05/05/2025 ≠  | a swapped Friday
T5 28/08/2025    | T4 03/09/2025    | T4 03/09/2025    | National Day with two days
T4 31/12/2025    | T3 06/01/2026    | T2 05/01/2026 ≠  | a swap announced a week before
T6 09/01/2026    | T2 12/01/2026    | T2 12/01/2026    | the Saturday that makes up for it
T5 12/02/2026    | T2 23/02/2026    | T2 23/02/2026    | two days before Tết
T6 13/02/2026    | T3 24/02/2026    | T2 23/02/2026 ≠  | the eve of the Tết break
T6 21/08/2026    | T2 24/08/2026    | T2 24/08/2026    | a make-up Saturday
T6 28/08/2026    | T6 04/09/2026    | T5 03/09/2026 ≠  | National Day with its swapped Monday
T6 20/11/2026    | T4 25/11/2026    | T2 23/11/2026 ≠  | the first Ngày Văn hóa Việt Nam
T2 23/11/2026    | T5 26/11/2026    | T4 25/11/2026 ≠  | its eve
T3 02/02/2027    | T5 11/02/2027    | T5 11/02/2027    | two days before Tết
T4 03/02/2027    | T6 12/02/2027    | T5 11/02/2027 ≠  | the eve of the Tết break
T3 31/08/2027    | T2 06/09/2027    | T2 06/09/2027    | National Day with the day after
"""


def day(text: str) -> dt.date:
    """The date in "T2 14/09/2020", after checking that it really is a Monday."""
    weekday, written = text.split()
    found = dt.datetime.strptime(written, "%d/%m/%Y").date()
    assert WEEKDAYS[found.weekday()] == weekday, f"{text} is not a {weekday}"
    return found


def rows() -> list[tuple[dt.date, dt.date, dt.date, bool]]:
    table = []
    for line in EXAMPLES.strip().splitlines()[1:]:
        event, working, calendar, _ = (cell.strip() for cell in line.split("|"))
        differs = calendar.endswith("≠")
        table.append((day(event), day(working), day(calendar.removesuffix("≠").strip()), differs))
    return table


ROWS = rows()
CASES = [
    pytest.param(event, unit, expected, id=f"{event}-{label}")
    for event, working, calendar, _ in ROWS
    for unit, expected, label in (
        (Unit.WORKING_DAY, working, "02-ngay-lam-viec"),
        (Unit.CALENDAR_DAY, calendar, "02-ngay"),
    )
]
TIMES = (dt.time(0, 0, 0), dt.time(9, 15), dt.time(21, 0), dt.time(23, 59, 59, 999_999))


def test_every_example_of_the_study_is_here() -> None:
    assert len(ROWS) == 26


@pytest.mark.parametrize(("event", "unit", "expected"), CASES)
def test_last_day(event: dt.date, unit: Unit, expected: dt.date) -> None:
    for time in TIMES:
        started_at = dt.datetime.combine(event, time, HANOI)
        assert last_day(CALENDAR, started_at, 2, unit) == expected


@pytest.mark.parametrize(("event", "unit", "expected"), CASES)
def test_due_at_is_the_midnight_that_ends_the_last_day(
    event: dt.date, unit: Unit, expected: dt.date
) -> None:
    midnight = dt.datetime.combine(expected + dt.timedelta(days=1), dt.time(), HANOI)
    for time in TIMES:
        result = due_at(CALENDAR, dt.datetime.combine(event, time, HANOI), 2, unit)
        assert result == midnight
        assert result.tzinfo is dt.UTC


@pytest.mark.parametrize(("event", "unit", "expected"), CASES)
def test_the_explanation_ends_there_too(event: dt.date, unit: Unit, expected: dt.date) -> None:
    explanation = explain(CALENDAR, dt.datetime.combine(event, dt.time(9), HANOI), 2, unit)
    assert explanation.last_day == expected
    assert explanation.days[-1].date == expected


def test_the_two_readings_differ_where_the_study_says_and_by_one_working_day() -> None:
    for event, working, calendar, differs in ROWS:
        assert (working != calendar) == differs, event
        assert CALENDAR.working_days_between(calendar, working) == int(differs), event
