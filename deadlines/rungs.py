"""The warning ladder of a rule: its rungs, whom each one tells, and when it passes.

A rung lies so many working days from the last day of a limit. Before the end and on the last day it
passes when that working day begins; after the end, when so many whole working days have gone by,
counted as every limit is (Bộ luật Dân sự 2015, Điều 147 khoản 3, Điều 148 khoản 6). The breach
itself is no rung of a rule: it is told for every limit, and nobody can switch that off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from deadlines.calendar import HANOI, Calendar

#: How far from the last day a rung may lie, in working days.
LEAST, MOST = -60, 60
_DAY = timedelta(days=1)


class Told(StrEnum):
    """Whom a rung tells, as they are in post on the day of telling."""

    OFFICER = "officer"
    """Who holds the matter; the records clerks when nobody in post does."""
    HEAD = "head"
    OFFICE = "office"
    """The chief of the City Office."""
    LEADERS = "leaders"
    """The City leaders."""
    HOME_AFFAIRS = "home_affairs"
    """The director and the inspectors of Home Affairs."""


class BadRungs(ValueError):
    """What stands in a rule is no ladder."""


@dataclass(frozen=True, slots=True)
class Rung:
    """So many working days from the last day, and whom it tells."""

    days: int
    told: tuple[Told, ...]


#: Who hears of the breach, whatever the rule.
BREACH_TELLS = (Told.OFFICER, Told.HEAD, Told.OFFICE)
#: The City's practice, for every rule that ships.
USUAL = (
    Rung(-1, (Told.OFFICER,)),
    Rung(0, (Told.OFFICER,)),
    Rung(1, (Told.HEAD, Told.OFFICE)),
    Rung(3, (Told.LEADERS, Told.HOME_AFFAIRS)),
)


def read(stored: Any) -> tuple[Rung, ...]:
    """The rungs of a rule version as its row holds them, lowest first. Raises ``BadRungs``."""
    try:
        found = [Rung(row["days"], tuple(Told(name) for name in row["tells"])) for row in stored]
    except (TypeError, KeyError, ValueError) as error:
        raise BadRungs(f"no ladder: {stored!r}") from error
    return checked(found)


def checked(rungs: Iterable[Rung]) -> tuple[Rung, ...]:
    """The same rungs, lowest first. Raises ``BadRungs`` for one that tells nobody, that lies too
    far away, or that stands twice."""
    found = sorted(rungs, key=lambda rung: rung.days)
    for rung in found:
        if type(rung.days) is not int or not LEAST <= rung.days <= MOST:
            raise BadRungs(f"a rung lies {LEAST} to {MOST} working days from the end: {rung.days}")
        if not rung.told:
            raise BadRungs(f"rung {rung.days} tells nobody")
    if len({rung.days for rung in found}) < len(found):
        raise BadRungs("two rungs lie on the same day")
    return tuple(found)


def stored(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    """Rungs as a rule version keeps them."""
    return [{"days": rung.days, "tells": [name.value for name in rung.told]} for rung in rungs]


def passes_at(calendar: Calendar, due_on: date, days: int) -> datetime:
    """The instant, in UTC, at which a rung of a limit with this last day passes.

    Raises ``CalendarNotPublished``.
    """
    day = calendar.add_working_days(due_on, days)
    return begin_of(day + _DAY if days > 0 else day)


def reach(calendar: Calendar, today: date, days: int) -> date:
    """The latest last day of which the rung has passed by ``today``, whatever the hour.

    Rungs pass at local midnights alone. Beyond the published calendar nothing falls due, so there
    its end takes the place of a day that nobody has announced; no rung comes early for that. Raises
    ``CalendarNotPublished`` when the calendar does not reach back so far.
    """
    if days == 0:
        return today
    if days < 0:
        ahead = calendar.working_days_between(min(today, calendar.last_day), calendar.last_day)
        return calendar.add_working_days(today, -days) if ahead >= -days else calendar.last_day
    if today <= calendar.last_day:
        return calendar.add_working_days(today, -days) - _DAY
    back = days - calendar.is_working_day(calendar.last_day)
    return calendar.add_working_days(calendar.last_day, -back) - _DAY


def begin_of(day: date) -> datetime:
    """The instant in UTC at which a local day begins."""
    return datetime.combine(day, time(), HANOI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant in UTC at which a local day ends."""
    return begin_of(day + _DAY)
