"""The due strip: every day from the event to the end, and one sentence with rule and article.

The same strip appears on the dossier, before a direction is sent, in the calculator, and as text on
the command line.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.dates import local_day
from deadlines import counting, rules
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.counting import DayMark, Explanation, Role, Unit
from deadlines.models import DueDateRevision, LimitRule, TimeLimit
from deadlines.wording import WEEKDAYS, day_text


@dataclass(frozen=True, slots=True)
class StripDay:
    """One cell: a day, its part in the count, and the sentence that is read aloud for it."""

    date: date
    weekday: str
    day_text: str
    role: str
    number: int | None
    is_weekend: bool
    name: str
    source: str
    is_make_up: bool
    is_provisional: bool
    is_last: bool
    is_today: bool
    is_past: bool
    reading: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The cells with what is said above and under them."""

    days: list[StripDay]
    started_text: str
    due_text: str
    sentence: str
    tone: str = ""
    other_reading: str = ""
    revisions: list[str] = field(default_factory=list)


#: A longer way to a named day is said in numbers: no page shows half a year in cells.
MOST_DAYS = 92


def for_rule(rule: LimitRule, started_at: datetime, *, now: datetime, calendar: Calendar) -> Strip:
    """The strip of a limit that would start at an instant. Raises ``CalendarNotPublished``."""
    explanation = rules.explain(calendar, rule, started_at)
    return _strip(explanation, rule, now, calendar)


def for_limit(limit: TimeLimit, *, now: datetime, calendar: Calendar, tone: str = "") -> Strip:
    """The strip of a limit as it stands, with the due dates it had before."""
    named = counting.last_day_before(limit.first_due_at) if _is_named(limit.rule) else None
    explanation = rules.explain(calendar, limit.rule, limit.started_at, last_day=named)
    revisions = [
        _("Due date moved from %(old)s to %(new)s: %(cause)s. %(reason)s %(document)s")
        % {
            "old": day_text(counting.last_day_before(revision.from_due_at)),
            "new": day_text(counting.last_day_before(revision.to_due_at)),
            "cause": _cause(revision),
            "reason": revision.reason,
            "document": revision.document,
        }
        for revision in sorted(limit.revisions.all(), key=lambda moved: (moved.at, moved.pk))
    ]
    if explanation.due_at != limit.first_due_at:
        revisions.insert(
            0,
            _(
                "Counted with an earlier edition of the calendar (edition %(edition)s): "
                "the end was %(day)s."
            )
            % {
                "edition": limit.calendar_edition_id,
                "day": day_text(counting.last_day_before(limit.first_due_at)),
            },
        )
    return _strip(
        explanation, limit.rule, now, calendar, tone=tone, revisions=revisions, due_on=limit.due_on
    )


def summary(limit: TimeLimit) -> str:
    """How often the limit was extended and suspended, and its first due date; nothing if never."""
    causes = [(moved.cause, moved.to_due_at > moved.from_due_at) for moved in limit.revisions.all()]
    extended = sum(cause == DueDateRevision.Cause.EXTENSION for cause, _later in causes)
    suspended = causes.count((DueDateRevision.Cause.SUSPENSION, True))
    parts = []
    if extended:
        parts.append(
            ngettext("Extended %(n)d time", "Extended %(n)d times", extended) % {"n": extended}
        )
    if suspended:
        parts.append(
            ngettext("Suspended %(n)d time", "Suspended %(n)d times", suspended) % {"n": suspended}
        )
    if not parts:
        return ""
    first = day_text(counting.last_day_before(limit.first_due_at))
    counts = ", ".join(parts)
    return _("%(counts)s; the first due date was %(day)s.") % {
        "counts": counts[0].upper() + counts[1:],
        "day": first,
    }


def _cause(revision: DueDateRevision) -> str:
    """Why it moved; a suspension that ended early moves it back."""
    is_back = revision.to_due_at < revision.from_due_at
    if is_back and revision.cause == DueDateRevision.Cause.SUSPENSION:
        return _("Suspension ended early")
    return str(revision.get_cause_display())


def as_text(explanation: Explanation) -> list[str]:
    """The strip as lines of text: date, part in the count, name and source of special days."""
    return [f"{day_text(mark.date)}  {_part(mark, explanation)}" for mark in explanation.days]


def rule_sentence(rule: LimitRule) -> str:
    """Rule, amount, version and article in one sentence."""
    return _("Rule “%(name)s”: %(amount)s, version %(version)s. Basis: %(source)s.") % {
        "name": rule.name,
        "amount": amount_text(rule.amount, Unit(rule.unit)),
        "version": rule.version,
        "source": rule.legal_source,
    }


def _is_named(rule: LimitRule) -> bool:
    """Whether the document names the last day and nothing is counted."""
    return rule.code == rules.BY_DATE


def named_sentence(rule: LimitRule, explanation: Explanation) -> str:
    """That the date stands in the document, and how many working days it leaves."""
    left = explanation.amount
    days = ngettext("%(n)d working day", "%(n)d working days", left) % {"n": left}
    return _(
        "The due date is set in writing by the level that gives the task: the end of %(day)s, "
        "which leaves %(days)s. Basis: %(source)s."
    ) % {"day": day_text(explanation.last_day), "days": days, "source": rule.legal_source}


def amount_text(amount: int, unit: Unit) -> str:
    """ "02 ngày làm việc" or "02 ngày", as the directive writes it."""
    if unit is Unit.WORKING_DAY:
        return ngettext("%(n)s working day", "%(n)s working days", amount) % {"n": f"{amount:02d}"}
    return ngettext("%(n)s day", "%(n)s days", amount) % {"n": f"{amount:02d}"}


def _strip(
    explanation: Explanation,
    rule: LimitRule,
    now: datetime,
    calendar: Calendar,
    *,
    tone: str = "",
    revisions: list[str] | None = None,
    due_on: date | None = None,
) -> Strip:
    today = local_day(now)
    due_text = _("end of %(day)s") % {"day": f"{due_on or explanation.last_day:%d/%m/%Y}"}
    started = timezone.localtime(explanation.started_at)
    named = _is_named(rule)
    shown = () if named and len(explanation.days) > MOST_DAYS else explanation.days
    return Strip(
        days=[_cell(mark, explanation, today) for mark in shown],
        started_text=f"{started:%H:%M} {day_text(started.date())}",
        due_text=due_text,
        sentence=named_sentence(rule, explanation) if named else rule_sentence(rule),
        tone=tone,
        other_reading=_other_reading(explanation, rule, calendar),
        revisions=revisions or [],
    )


def _cell(mark: DayMark, explanation: Explanation, today: date) -> StripDay:
    special = mark.special
    return StripDay(
        date=mark.date,
        weekday=WEEKDAYS[mark.date.weekday()],
        day_text=f"{mark.date:%d/%m}",
        role=mark.role.value,
        number=mark.number,
        is_weekend=mark.is_weekend,
        name=special.name if special else "",
        source=special.legal_source if special else "",
        is_make_up=bool(special) and mark.is_working,
        is_provisional=bool(special) and special.provisional,
        is_last=mark.is_last,
        is_today=mark.date == today,
        is_past=mark.date < today,
        reading=f"{day_text(mark.date)}: {_part(mark, explanation)}",
    )


def _part(mark: DayMark, explanation: Explanation) -> str:
    """What a day does in the count, in words."""
    if mark.role is Role.EVENT:
        words = _("day of the event, not counted")
    elif mark.role is Role.DEEMED:
        words = _("deemed day of receipt, not counted")
    elif mark.role is Role.COUNTED:
        unit = explanation.unit is Unit.WORKING_DAY
        words = (_("working day %(n)d") if unit else _("day %(n)d")) % {"n": mark.number}
    elif mark.role is Role.ROLLED and mark.is_working:
        words = _("the next working day, on which the limit ends")
    else:
        words = _("not counted")
    if mark.special:
        kind = _("make-up working day") if mark.is_working else _("day off")
        words += f" ({kind}: {mark.special.name}; {mark.special.legal_source})"
    elif mark.is_weekend:
        words += " (" + _("weekend") + ")"
    if mark.is_last:
        words += " — " + _("end of the time limit, 24:00")
    return words


def _other_reading(explanation: Explanation, rule: LimitRule, calendar: Calendar) -> str:
    """For “02 ngày”: the end in working days where it differs, as people will ask."""
    if explanation.unit is Unit.WORKING_DAY:
        return ""
    try:
        other = counting.last_day(
            calendar,
            explanation.started_at,
            explanation.amount,
            Unit.WORKING_DAY,
            after_hours_from=rule.closing_time,
        )
    except CalendarNotPublished:
        return ""
    if other == explanation.last_day:
        return ""
    return _("Read as working days, the limit would end on %(day)s.") % {"day": day_text(other)}


def days_until_calendar_ends(calendar: Calendar, today: date) -> int:
    """How many days ahead the calendar is published; the pages warn before it runs out."""
    return (calendar.last_day - today) // timedelta(days=1)
