"""Every limit counted anew on a calendar that is only proposed: what would move, and whose.

What a due date is counted from:

* under a rule that counts: the local day of the event;
* where a document named the last day (rule ``task_by_date``, an extension, a correction): that
  day. It stays while it is worked; when it becomes a day off the limit ends with the next working
  day (Bộ luật Dân sự 2015, Điều 148 khoản 5), and returns to the named day when that is worked
  again;
* after a suspension: the end that the limit would have had, and the working days of the interval.

Most limits never had another due date. They share their count with all limits of the same rule and
day, so the calendar is asked once for each pair, and one statement compares them all. Those with a
history of their own are counted one by one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from agencies.dates import local_day
from deadlines import rules
from deadlines.calendar import HANOI, Calendar, CalendarNotPublished
from deadlines.counting import last_day_before
from deadlines.keeping.proposed import Proposed
from deadlines.models import DueDateRevision, LimitRule, Suspension, TimeLimit
from deadlines.sql import as_date, rows_of

_DAY = timedelta(days=1)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class NewStand:
    """A running suspension whose given-back days and end before it are others now."""

    suspension_id: int
    due_on_before: date
    given_back: int


@dataclass(frozen=True, slots=True)
class Recount:
    """The new ends, ready to be joined with the limits.

    ``by_day``: rule and key day → end, where any limit has another. ``single``: ends of limits with
    a history of their own. ``earlier``: limits whose first end had passed before another was
    granted, with what it would have been. ``uncountable``: open limits that the proposed calendar
    cannot count.
    """

    now: datetime
    first: datetime
    last: datetime
    named_rules: tuple[int, ...]
    by_day: list[tuple[int, date, datetime]] = field(default_factory=list)
    single: list[tuple[int, datetime]] = field(default_factory=list)
    earlier: list[tuple[int, datetime]] = field(default_factory=list)
    stands: list[NewStand] = field(default_factory=list)
    uncountable: int = 0

    def params(self) -> dict[str, Any]:
        """What ``FROM`` asks for."""
        return {
            "now": at(self.now),
            "first": at(self.first),
            "last": at(self.last),
            "by_day": json.dumps(
                [{"rule": r, "day": str(d), "due": _text(due)} for r, d, due in self.by_day]
            ),
            "single": json.dumps([{"id": pk, "due": _text(due)} for pk, due in self.single]),
            "earlier": json.dumps([{"id": pk, "due": _text(due)} for pk, due in self.earlier]),
        }

    @property
    def from_sql(self) -> str:
        """``FROM`` and ``WHERE`` of the limits whose end would be another, ``NEW_DUE``."""
        return f"""
            FROM deadlines_timelimit l
            LEFT JOIN {rows_of("by_day", rule="bigint", day="date", due="timestamptz")} p
              ON p.rule = l.rule_id AND p.day = {_key(self.named_rules)}
            LEFT JOIN {rows_of("single", id="bigint", due="timestamptz")} s ON s.id = l.id
            WHERE l.due_at > %(first)s AND l.started_at < %(last)s
              AND {NEW_DUE} <> l.due_at
              AND (s.id IS NOT NULL OR {_NEVER_REVISED})"""  # noqa: S608

    @property
    def earlier_sql(self) -> str:
        """``FROM`` of the limits whose first end had passed, with the end it would have had."""
        return f"""
            FROM {rows_of("earlier", id="bigint", due="timestamptz")} e
            JOIN deadlines_timelimit l ON l.id = e.id"""


#: The end on the proposed calendar, in a query with ``from_sql``.
NEW_DUE = "COALESCE(s.due, p.due)"
_NEVER_REVISED = """NOT EXISTS (
    SELECT 1 FROM deadlines_duedaterevision d WHERE d.time_limit_id = l.id AND d.cause <> 'calendar'
)"""
_FLAGGED = """EXISTS (
    SELECT 1 FROM deadlines_overdueflag f WHERE f.time_limit_id = l.id AND f.due_at = l.due_at)"""
_IS_OPEN = f"l.met_at IS NULL AND l.due_at > %(now)s AND NOT {_FLAGGED}"
#: Conditions to add to ``from_sql``. A limit whose instant has passed, by the clock or because a
#: sweep with a faster clock has flagged it, is never moved; nor is one moved into the past.
MOVES = f"{_IS_OPEN} AND {NEW_DUE} > %(now)s"
WOULD_HAVE_PASSED = f"{_IS_OPEN} AND {NEW_DUE} <= %(now)s"
PASSED = f"""(l.due_at <= %(now)s OR {_FLAGGED})
    AND (l.met_at IS NULL OR l.met_at >= l.due_at)"""


def recount(plan: Proposed, now: datetime) -> Recount:
    """Count every limit anew that the proposed days can concern, open or breached."""
    first, last = _midnight(plan.first), _midnight(plan.last + _DAY)
    versions = {rule.pk: rule for rule in LimitRule.objects.all()}
    named = tuple(pk for pk, rule in versions.items() if rule.code == rules.BY_DATE)
    result = Recount(now, first, last, named)
    uncountable = _count_by_day(result, plan.calendar, versions)
    uncountable += _count_single(result, plan.calendar, versions)
    return Recount(
        now, first, last, named, result.by_day, result.single, result.earlier, result.stands,
        uncountable,
    )  # fmt: skip


def at(moment: datetime) -> Any:
    """An instant as a parameter; SQLite keeps text in UTC."""
    return connection.ops.adapt_datetimefield_value(moment)


def _count_by_day(result: Recount, calendar: Calendar, versions: dict[int, LimitRule]) -> int:
    """Ask the calendar once for each rule and day that limits share; how many it cannot count."""
    sql = f"""
        SELECT l.rule_id, {_key(result.named_rules)} AS day, l.due_at, COUNT(*),
               SUM(CASE WHEN l.met_at IS NULL AND l.due_at > %(now)s THEN 1 ELSE 0 END)
        FROM deadlines_timelimit l
        WHERE l.due_at > %(first)s AND l.started_at < %(last)s
          AND (l.met_at IS NULL OR l.met_at >= l.due_at) AND {_NEVER_REVISED}
        GROUP BY 1, 2, 3"""  # noqa: S608
    params = {"now": at(result.now), "first": at(result.first), "last": at(result.last)}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        groups = cursor.fetchall()
    uncountable, ends = 0, {}
    for rule_id, day, due_at, _count, open_ in groups:
        rule, day = versions[rule_id], as_date(day)
        if rule.closing_time:
            continue
        try:
            end = _end_by_day(calendar, rule, day)
        except CalendarNotPublished:
            uncountable += open_
            continue
        if end != as_instant(due_at):
            ends[rule_id, day] = end
    result.by_day.extend((rule_id, day, end) for (rule_id, day), end in ends.items())
    return uncountable


def _end_by_day(calendar: Calendar, rule: LimitRule, day: date) -> datetime:
    if rule.code == rules.BY_DATE:  # the key is the midnight that ends the named day
        return end_of_named(calendar, day - _DAY)
    return rules.due_at(calendar, rule, datetime.combine(day, _NOON, HANOI))


def end_of_named(calendar: Calendar, day: date) -> datetime:
    """The exclusive end of a day that a document names, or of the next working day."""
    worked = day if calendar.is_working_day(day) else calendar.next_working_day(day)
    return _midnight(worked + _DAY)


def _count_single(result: Recount, calendar: Calendar, versions: dict[int, LimitRule]) -> int:
    """Count those with a history of their own, one by one; how many cannot be counted."""
    granted = DueDateRevision.objects.exclude(cause=DueDateRevision.Cause.CALENDAR)
    own = Exists(granted.filter(time_limit=OuterRef("pk")))
    closing = Q(rule__closing_time__isnull=False)
    found = TimeLimit.objects.filter(
        own | closing, due_at__gt=result.first, started_at__lt=result.last
    ).exclude(met_at__isnull=False, breached_at__isnull=True, met_at__lt=F("due_at"))
    limits = list(found)
    revisions = _by_limit(granted.filter(time_limit__in=found).order_by("at", "pk"))
    suspensions = _by_limit(Suspension.objects.filter(time_limit__in=found).order_by("pk"))
    uncountable = 0
    for limit in limits:
        rule = versions[limit.rule_id]
        history = _History(limit, rule, revisions.get(limit.pk, ()), suspensions.get(limit.pk, ()))
        try:
            end = history.end(calendar, result.stands)
        except CalendarNotPublished:
            uncountable += limit.met_at is None and limit.due_at > result.now
            continue
        if end != limit.due_at:
            result.single.append((limit.pk, end))
        if limit.breached_at == limit.first_due_at and history.first(calendar) != limit.breached_at:
            result.earlier.append((limit.pk, history.first(calendar)))
    return uncountable


@dataclass(slots=True)
class _History:
    """One limit with what changed its due date, in order."""

    limit: TimeLimit
    rule: LimitRule
    revisions: Iterable[DueDateRevision]
    suspensions: Iterable[Suspension]

    def first(self, calendar: Calendar) -> datetime:
        """The end that it began with."""
        if self.rule.code == rules.BY_DATE:
            return end_of_named(calendar, last_day_before(self.limit.first_due_at))
        return rules.due_at(calendar, self.rule, self.limit.started_at)

    def end(self, calendar: Calendar, stands: list[NewStand]) -> datetime:
        """The end now; running suspensions whose numbers change are added to ``stands``."""
        end = self.first(calendar)
        begun = {suspension.from_at: suspension for suspension in self.suspensions}
        ended = {
            suspension.resumed_at: suspension
            for suspension in self.suspensions
            if suspension.resumed_at
        }
        before: dict[int, date] = {}
        for revision in self.revisions:
            if revision.cause != DueDateRevision.Cause.SUSPENSION:
                end = end_of_named(calendar, last_day_before(revision.to_due_at))
            elif suspension := begun.get(revision.at):
                before[suspension.pk] = due_on = last_day_before(end)
                lost = calendar.working_days_between(
                    local_day(suspension.from_at), suspension.until_on
                )
                end = _midnight(calendar.add_working_days(due_on, lost) + _DAY)
                is_other = (due_on, lost) != (suspension.due_on_before, suspension.given_back)
                if is_other and suspension.resumed_at is None:
                    stands.append(NewStand(suspension.pk, due_on, lost))
            elif suspension := ended.get(revision.at):
                lost = calendar.working_days_between(
                    local_day(suspension.from_at), local_day(suspension.resumed_at)
                )
                due_on = before.get(suspension.pk, suspension.due_on_before)
                end = _midnight(calendar.add_working_days(due_on, max(0, lost)) + _DAY)
        return end


def _by_limit(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.time_limit_id, []).append(row)
    return found


def _key(named_rules: Iterable[int]) -> str:
    """The day that a limit is counted from: of the event, or after the day that is named."""
    local = {
        "postgresql": "({0} AT TIME ZONE INTERVAL '+07:00')::date",
        "sqlite": "date({0}, '+7 hours')",
    }[connection.vendor]
    named = ", ".join(str(pk) for pk in named_rules) or "NULL"
    return (
        f"CASE WHEN l.rule_id IN ({named}) THEN {local.format('l.first_due_at')} "
        f"ELSE {local.format('l.started_at')} END"
    )


def _text(moment: datetime) -> str:
    """An instant inside a JSON parameter."""
    return str(at(moment)) if connection.vendor == "sqlite" else moment.isoformat()


def as_instant(value: Any) -> datetime:
    """An instant as a bare cursor gives it: SQLite's is text in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI).astimezone(UTC)
