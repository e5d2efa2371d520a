"""The instant of a page with the calendar it counts by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agencies.dates import local_day
from deadlines.calendar import Calendar, CalendarNotPublished

SOON_WORKING_DAYS = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """An aware instant and the calendar in force. Days are local dates.

    Beyond the published calendar a working day is taken for a day, so that pages still open.
    """

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

    def working_days_since(self, at: datetime) -> int | None:
        """Working days after the day of ``at``, today included; ``None`` beyond the calendar."""
        try:
            return self.calendar.working_days_between(local_day(at), self.today)
        except CalendarNotPublished:
            return None

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
