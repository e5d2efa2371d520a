"""When news leaves by e-mail: 07:30 to 17:30 of working days, make-up Saturdays among them.

The calendar is the one by which limits are counted. Where it ends, Monday to Friday are taken for
working days: a letter on a day off does harm to nobody, a due date would.
"""

import logging
from datetime import date, datetime, time

from django.conf import settings

from deadlines.calendar import HANOI, Calendar, CalendarNotPublished, is_weekend, local_time
from deadlines.published import UnnumberedChange, published

logger = logging.getLogger(__name__)


def opened_at(now: datetime) -> datetime | None:
    """When the office opened today, if it is open at this instant; closing time is exclusive."""
    at = local_time(now)
    opens, closes = (time.fromisoformat(text) for text in settings.MAIL_HOURS)
    if not opens <= at.time() < closes or not works_on(at.date()):
        return None
    return datetime.combine(at.date(), opens, HANOI)


def works_on(day: date) -> bool:
    """Whether agencies work on a local date, as far as it is announced."""
    try:
        return published().calendar.is_working_day(day)
    except (CalendarNotPublished, UnnumberedChange) as error:
        logger.warning("news leaves as on an ordinary week: %s", type(error).__name__)
        return not is_weekend(day)


def calendar_or_none() -> Calendar | None:
    """The calendar in force; none where nothing can be counted by it."""
    try:
        return published().calendar
    except (CalendarNotPublished, UnnumberedChange):
        return None
