"""How a time limit is said: the chip beside it, in working days, the unit that people speak."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.dates import local_day
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.counting import working_days_late, working_days_left
from deadlines.models import TimeLimit

WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
OLD = 5  # working days after which the red of an overdue chip grows darker


@dataclass(frozen=True, slots=True)
class Chip:
    """Tone, icon and words of a limit's state at an instant."""

    tone: str
    icon: str
    text: str


def chip(limit: TimeLimit, *, now: datetime, calendar: Calendar) -> Chip:
    """What to say of a limit at an instant: left, due today, overdue, suspended, met, lifted."""
    met = limit.met_at is not None and limit.met_at <= now
    if met and limit.lifted:
        late = limit.met_late
        text = _("Lifted after the breach") if late else _("Lifted")
        return Chip("met_late" if late else "not_started", "check", text)
    if met:
        return _met(limit, calendar)
    if now >= limit.due_at:
        late = _days(working_days_late, calendar, limit.due_at, now)
        text = _overdue_text(late)
        return Chip("overdue_old" if (late or 0) > OLD else "overdue", "warning", text)
    if limit.is_suspended_on(local_day(now)):
        until = day_text(limit.suspended_until)
        return Chip("suspended", "pause", _("Suspended to the end of %(day)s") % {"day": until})
    left = _days(working_days_left, calendar, now, limit.due_at)
    if local_day(now) == limit.due_on:
        return Chip("due_today", "clock", _("Due today, 24:00"))
    if left is None or left == 0:
        return Chip("due_soon", "clock", _("Due on %(day)s") % {"day": day_text(limit.due_on)})
    text = ngettext("%(n)d working day left", "%(n)d working days left", left) % {"n": left}
    return Chip("due_soon" if left <= 1 else "on_time", "clock", text)


def day_text(day: date) -> str:
    """A date as officials write it: "T4 25/11/2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def _met(limit: TimeLimit, calendar: Calendar) -> Chip:
    if limit.met_late:
        if limit.met_at < limit.due_at:
            return Chip("met_late", "check", _("Done after an earlier breach"))
        late = _days(working_days_late, calendar, limit.due_at, limit.met_at)
        if not late:
            return Chip("met_late", "check", _("Done late"))
        text = ngettext("Done %(n)d working day late", "Done %(n)d working days late", late) % {
            "n": late
        }
        return Chip("met_late", "check", text)
    early = _days(working_days_left, calendar, limit.met_at, limit.due_at)
    if not early:
        return Chip("met_early", "check", _("Done on time"))
    text = ngettext("Done %(n)d working day early", "Done %(n)d working days early", early) % {
        "n": early
    }
    return Chip("met_early", "check", text)


def _overdue_text(late: int | None) -> str:
    if late is None:
        return _("Overdue")
    if not late:
        return _("Overdue since the last working day")
    return ngettext("Overdue by %(n)d working day", "Overdue by %(n)d working days", late) % {
        "n": late
    }


def _days(count: object, *args: object) -> int | None:
    """A number of working days; ``None`` when today is beyond the published calendar."""
    try:
        return count(*args)  # type: ignore[operator]
    except CalendarNotPublished:
        return None
