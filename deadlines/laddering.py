"""The warning ladder: which rungs have passed, kept once each, for every open limit.

Set-based like the sweep of which it is a part: the number of statements does not grow with the
rows. A rung is let in once by the unique key (limit, due date, rung); there is no lower bound, so
after an outage every rung that passed meanwhile is kept with its own instant. Silent are limits
that are met, lifted, suspended today, or not begun; on PostgreSQL a limit that another transaction
holds is passed over and read again by the next sweep.

Days are counted here, on the published calendar, once for each pair of a last day and a rung; the
database compares instants. What cannot be counted or read is left out, and said in the log: it
stops neither the other limits nor the flags.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.refusals import Conflict
from agencies.dates import local_day
from deadlines import rungs
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.models import LimitRule, Reminder, SweepRun, TimeLimit
from deadlines.published import published
from deadlines.rungs import BadRungs, Rung
from deadlines.sql import as_date, as_json, as_stored, as_stored_day, instant, rows_of
from ledger import recording

_FIRST_DAY = date(2020, 1, 1)
_LOG = logging.getLogger(__name__)

#: Limits about which nobody is warned: ``l`` is the limit, the parameters an instant and its day.
_SPEAKS = """l.met_at IS NULL AND l.started_at <= {now}
    AND (l.suspended_until IS NULL OR l.suspended_until < {today})"""


@dataclass(frozen=True, slots=True)
class Ladder:
    """What has passed by ``now`` and is not kept yet: for each rule version and last day the rungs
    with their instants; and whom each rung tells."""

    now: datetime
    passed: list[dict[str, Any]] = field(default_factory=list)
    tells: list[dict[str, Any]] = field(default_factory=list)


def look(now: datetime) -> Ladder:
    """Find what has passed. Three small queries when nothing has."""
    try:
        calendar = published().calendar
    except (CalendarNotPublished, Conflict):
        _LOG.exception("no warnings: the working calendar cannot be read")
        return Ladder(now)
    ladders = _ladders()
    passed = []
    for rule_id, due_on in _pending(ladders, calendar, now):
        passed += _steps(rule_id, due_on, ladders[rule_id], calendar, now)
    tells = [
        {"rule": rule_id, "rung": rung.days, "told": name.value}
        for rule_id in sorted({step["rule"] for step in passed})
        for rung in ladders[rule_id]
        for name in rung.told
    ]
    return Ladder(now, passed, tells)


def keep(ladder: Ladder, run: SweepRun) -> int:
    """Keep the rungs that have passed, each with its own instant, and enter them in the ledger;
    how many were new. Must run inside ``recorded()``, after the flags of the run.

    No rung of a limit that has passed its end is kept before its flag: the order holds.
    """
    if not ladder.passed:
        return 0
    lock = "FOR UPDATE OF l SKIP LOCKED" if connection.vendor == "postgresql" else ""
    steps = rows_of("passed", rule="bigint", rung="smallint", first="timestamptz",
                    last="timestamptz", at="timestamptz")  # fmt: skip
    speaks = _SPEAKS.format(now=instant("now"), today="%(today)s")
    sql = f"""
        INSERT INTO deadlines_reminder
            (time_limit_id, due_at, kind, rung, at, written_at, run_id)
        SELECT l.id, l.due_at, '{Reminder.Kind.RUNG}', s.rung, s.at, {instant("now")}, %(run)s
        FROM {steps} s
        CROSS JOIN deadlines_timelimit l
        WHERE l.rule_id = s.rule AND l.due_at > s.first AND l.due_at <= s.last
          AND {speaks}
          AND (l.due_at > {instant("now")} OR EXISTS (
                SELECT 1 FROM deadlines_overdueflag f
                 WHERE f.time_limit_id = l.id AND f.due_at = l.due_at))
          AND {_not_kept("s.rung")}
        {lock}
        ON CONFLICT DO NOTHING"""  # noqa: S608
    params = {
        "passed": json.dumps(ladder.passed),
        "now": as_stored(ladder.now),
        "today": as_stored_day(local_day(ladder.now)),
        "run": run.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        kept = int(cursor.rowcount)
    if kept:
        _enter(run, ladder.now)
    return kept


def keep_breaches(run: SweepRun) -> None:
    """Keep that the breach was told, for the flags of a run whose limits are still open."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO deadlines_reminder
                (time_limit_id, due_at, kind, rung, at, written_at, run_id)
            SELECT f.time_limit_id, f.due_at, '{Reminder.Kind.BREACH}', 0, f.due_at, f.flagged_at,
                   f.run_id
            FROM deadlines_overdueflag f
            JOIN deadlines_timelimit l ON l.id = f.time_limit_id AND l.met_at IS NULL
            WHERE f.run_id = %s
            ON CONFLICT DO NOTHING""",  # noqa: S608
            [run.pk],
        )


def note(limits: Iterable[TimeLimit], *, kind: Reminder.Kind, now: datetime) -> None:
    """Keep that people reminded of limits, by hand or by letter; once a day for each. Must run
    inside ``recorded()``, in the transaction of the act."""
    day = day_number(now)
    Reminder.objects.bulk_create(
        [
            Reminder(
                time_limit=limit, due_at=limit.due_at, kind=kind, rung=day, at=now, written_at=now
            )
            for limit in limits
        ],
        ignore_conflicts=True,
    )


def day_number(now: datetime) -> int:
    """The local day of an instant as reminders of people count it: days since 1/1/2020."""
    return (local_day(now) - _FIRST_DAY).days


def _ladders() -> dict[int, tuple[Rung, ...]]:
    """The ladder of each rule version that has one."""
    found = {}
    for rule in LimitRule.objects.order_by("pk"):
        try:
            if ladder := rungs.read(rule.warning_rungs):
                found[rule.pk] = ladder
        except BadRungs:
            _LOG.exception("no warnings under rule %s", rule)
    return found


def _pending(
    ladders: dict[int, tuple[Rung, ...]], calendar: Calendar, now: datetime
) -> list[tuple[int, date]]:
    """Rule versions and last days of limits whose highest rung passed so far is not kept yet.

    One statement: a range of the index of open limits (the sum keeps that of rules out of it, which
    holds every limit there ever was), and one look into the index of reminders for each of them.
    Rungs are kept in their order, so the highest speaks for those below it.
    """
    alike: dict[tuple[int, ...], list[int]] = {}
    for rule_id, ladder in ladders.items():
        alike.setdefault(tuple(rung.days for rung in ladder), []).append(rule_id)
    parts, params = [], []
    for days, rule_ids in alike.items():
        bounds = _bounds(days, calendar, local_day(now))
        if not bounds:
            continue
        cases = " ".join("WHEN l.due_at <= %s THEN %s" for _ in bounds)
        speaks = _SPEAKS.format(now="%s", today="%s")
        parts.append(
            f"""SELECT DISTINCT l.rule_id, l.due_on
            FROM deadlines_timelimit l
            WHERE l.due_at <= %s AND l.rule_id + 0 IN ({", ".join(map(str, rule_ids))})
              AND {speaks}
              AND {_not_kept(f"CASE {cases} END")}"""  # noqa: S608
        )
        params += [bounds[-1][1], as_stored(now), as_stored_day(local_day(now))]
        for rung, until in bounds:
            params += [until, rung]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), params)
        return sorted((rule_id, as_date(due_on)) for rule_id, due_on in cursor.fetchall())


def _not_kept(rung: str) -> str:
    """The condition that a rung of the limit is not kept yet: one look into the unique index.

    A value, not NOT EXISTS, which PostgreSQL would turn into a join: without statistics, or with
    ten times as many reminders as open limits, it then reads all that were ever kept.
    """
    return f"""(SELECT 1 FROM deadlines_reminder r
        WHERE r.time_limit_id = l.id AND r.due_at = l.due_at
          AND r.kind = '{Reminder.Kind.RUNG}' AND r.rung = {rung}) IS NULL"""  # noqa: S608


def _bounds(days: Sequence[int], calendar: Calendar, today: date) -> list[tuple[int, Any]]:
    """Each rung with the latest end of which it has passed, the highest rung first."""
    found = []
    for rung in sorted(days, reverse=True):
        try:
            last = rungs.reach(calendar, today, rung)
        except CalendarNotPublished:  # so early that no limit can have come so far
            continue
        found.append((rung, as_stored(rungs.end_of(last))))
    return found


def _steps(
    rule_id: int, due_on: date, ladder: Sequence[Rung], calendar: Calendar, now: datetime
) -> list[dict[str, Any]]:
    """The rungs that have passed for limits of one rule version and last day."""
    found = []
    for rung in ladder:
        try:
            at = rungs.passes_at(calendar, due_on, rung.days)
        except CalendarNotPublished:
            if rung.days <= 0 or due_on < calendar.first_day:
                _LOG.exception("no warning for limits that end on %s: rung %s", due_on, rung.days)
            continue
        if at <= now:
            found.append(
                {
                    "rule": rule_id,
                    "rung": rung.days,
                    "first": as_json(rungs.begin_of(due_on)),
                    "last": as_json(rungs.end_of(due_on)),
                    "at": as_json(at),
                }
            )
    return found


def _enter(run: SweepRun, now: datetime) -> None:
    """One entry for each limit of the run: which rungs have passed."""
    postgres = connection.vendor == "postgresql"
    build = "jsonb_build_object" if postgres else "json_object"
    recording.append_selected(
        f"""
        SELECT %s, CASE WHEN MAX(r.rung) > 0 THEN 'limit_escalated' ELSE 'limit_warned' END,
               'time_limit', l.code, NULL, %s, '', '', '{{}}',
               {build}('subject', l.subject_code, 'agency', g.code, 'first_rung', MIN(r.rung),
                       'last_rung', MAX(r.rung), 'rungs', COUNT(*)),
               '', '', '', '', ''
        FROM deadlines_reminder r
        JOIN deadlines_timelimit l ON l.id = r.time_limit_id
        JOIN agencies_agency g ON g.id = l.agency_id
        WHERE r.run_id = %s AND r.kind = '{Reminder.Kind.RUNG}'
        GROUP BY l.id, l.code, l.subject_code, g.code
        ORDER BY l.id""",  # noqa: S608
        [as_stored(now), "system: sweep/1", run.pk],
    )
