"""The calendar in force, built from its rows once per edition and kept in the process."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from accounts.refusals import Conflict
from deadlines.calendar import Calendar, CalendarNotPublished, DayKind, SpecialDay
from deadlines.models import CalendarDay, CalendarEdition, CalendarYear


class UnnumberedChange(Conflict):
    """The calendar's rows are not those of its last edition: somebody changed them by hand."""


@dataclass(frozen=True, slots=True)
class Published:
    """A calendar together with the number of its edition, as limits record it."""

    edition: int
    calendar: Calendar


def published() -> Published:
    """The calendar in force. One small query; the table of days is built once per edition.

    Raises ``CalendarNotPublished`` when nothing has been entered and ``UnnumberedChange`` when the
    rows are not those of the last edition: a missing or doubtful calendar stops us instead of
    misleading us.
    """
    try:
        return _published()
    except UnnumberedChange:  # or an edition was made between the two queries: then it works now
        return _published()


def make_edition(now: datetime) -> bool:
    """Number the present rows as a new edition if they differ from the last; whether they did."""
    last = CalendarEdition.objects.order_by("-number").first()
    digest = _digest(_rows())
    if last and last.digest == digest:
        return False
    number = last.number + 1 if last else 1
    CalendarEdition.objects.create(number=number, digest=digest, in_force_at=now)
    return True


def _published() -> Published:
    edition = CalendarEdition.objects.order_by("-number").values_list("number", "digest").first()
    if edition is None:
        raise CalendarNotPublished(date.min, date.max, date.min)
    return Published(edition[0], _calendar(edition[1]))


_Rows = tuple[list[int], list[tuple[date, str, str, str, bool]]]


def _digest(rows: _Rows) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _rows() -> _Rows:
    years = list(CalendarYear.objects.order_by("year").values_list("year", flat=True))
    days = CalendarDay.objects.order_by("date").values_list(
        "date", "kind", "name", "legal_source", "provisional"
    )
    return years, list(days)


@lru_cache(maxsize=4)
def _calendar(digest: str) -> Calendar:
    """Built from the rows in force; ``digest`` names them, so a new edition builds anew.

    The published range is the unbroken run of years that ends with the last one.
    """
    years, days = rows = _rows()
    if _digest(rows) != digest:
        raise UnnumberedChange(
            _(
                "The working calendar was changed without a new edition. Ask the calendar keeper "
                "to check it; until then no time limit can be counted."
            )
        )
    if not years:
        raise CalendarNotPublished(date.min, date.max, date.min)
    first = years[-1]
    while first - 1 in years:
        first -= 1
    return Calendar(
        (SpecialDay(day, DayKind(kind), *rest) for day, kind, *rest in days),
        first_day=date(first, 1, 1),
        last_day=date(years[-1], 12, 31),
    )
