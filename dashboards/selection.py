"""From words in an address to the rows they name: the number on a page and the list behind its link
come from the same function, so they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.querysets import TimeLimitQuerySet

SOON_WORKING_DAYS = 2

#: Slug → working days overdue, from and to; a limit past its end on a day off counts as the first.
AGES: dict[str, tuple[int, int | None]] = {
    "1": (0, 1),
    "2": (2, 2),
    "3-5": (3, 5),
    "6-10": (6, 10),
    "tren-10": (11, None),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of a page and the calendar it counts with."""

    now: datetime
    calendar: Calendar

    @property
    def today(self) -> date:
        return local_day(self.now)

    def soon(self) -> date:
        """The second working day after today."""
        return self._working_day(SOON_WORKING_DAYS)

    def due_since(self, days_late: int) -> date:
        """The earliest last day of limits that are at most so many working days late today."""
        extra = 0 if self._works_today() else 1
        return self._working_day(-(days_late + extra))

    def _working_day(self, n: int) -> date:
        try:
            return self.calendar.add_working_days(self.today, n)
        except CalendarNotPublished:
            return self.today + timedelta(days=n)

    def _works_today(self) -> bool:
        try:
            return self.calendar.is_working_day(self.today)
        except CalendarNotPublished:
            return True


STATES = {
    "qua-han": lambda limits, m: limits.overdue(m.now),
    "hom-nay": lambda limits, m: limits.due_on(m.today, m.now),
    "sap-den-han": lambda limits, m: limits.due_between(
        m.today + timedelta(days=1), m.soon(), m.now
    ),
    "dang-chay": lambda limits, m: limits.running(m.now),
    "dung-han": lambda limits, m: limits.met_on_time(m.now),
    "xong-muon": lambda limits, m: limits.met_late(m.now),
}


def state_label(slug: str) -> str:
    """The words for a state in an address."""
    return {
        "qua-han": _("Overdue"),
        "hom-nay": _("Due today"),
        "sap-den-han": _("Due in 2 working days"),
        "dang-chay": _("Running"),
        "dung-han": _("Done on time"),
        "xong-muon": _("Done late"),
    }[slug]


def age_label(slug: str) -> str:
    """The words for an age in an address."""
    return {
        "1": _("1 working day"),
        "2": _("2 working days"),
        "3-5": _("3 to 5 working days"),
        "6-10": _("6 to 10 working days"),
        "tren-10": _("More than 10 working days"),
    }[slug]


def select(
    limits: TimeLimitQuerySet, asked: Mapping[str, str], moment: Moment
) -> TimeLimitQuerySet:
    """The limits that an address names. Words it does not know narrow nothing."""
    limits = limits.filter(started_at__lte=moment.now)
    if (state := asked.get("tinh-trang")) in STATES:
        limits = STATES[state](limits, moment)
    if (age := asked.get("tuoi")) in AGES:
        least, most = AGES[age]
        limits = limits.overdue(moment.now)
        if least:
            limits = limits.filter(due_on__lt=moment.due_since(least - 1))
        if most is not None:
            limits = limits.filter(due_on__gte=moment.due_since(most))
    if (agency := asked.get("don-vi", "")).isdecimal():
        limits = limits.filter(agency_id=int(agency[:18]))
    if (rule := asked.get("quy-tac")) in {"agency_report", "office_draft"}:
        limits = limits.filter(rule__code=rule)
    first, last = period(asked)
    return limits.falling_due(first, last)


def period(asked: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The first and last day on which limits of the period fall due."""
    return _day(asked.get("tu")), _day(asked.get("den"))


def address(**words: Any) -> str:
    """The list of exactly the limits that ``select`` finds for these words."""
    asked = {name.replace("_", "-"): value for name, value in words.items() if value}
    return f"{reverse('dashboards:limits')}?{urlencode(asked)}"


def agency_name(asked: Mapping[str, str]) -> str:
    """The name of the agency in an address, or nothing."""
    key = asked.get("don-vi", "")
    if not key.isdecimal():
        return ""
    return Agency.objects.filter(pk=int(key[:18])).values_list("name", flat=True).first() or ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
