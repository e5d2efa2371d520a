"""Noticing what has passed: flags, ledger events and messages, in one transaction; and the warnings
that come before it and after it (``laddering``).

Set-based: the number of statements does not grow with the rows. Safe twice, side by side, and after
any outage: the flag's unique key (limit, due date) lets each breach in once, and events and
messages are written for the flags of this run alone. There is no lower bound: whatever is past and
unflagged is found, however long nobody looked.

On PostgreSQL a limit that is being met in another transaction is locked; the sweep passes it over
and the next one reads it again. The flag has a foreign key to its limit: it costs the sweep time
(about 2.4 times, measured) and makes a flag without a limit impossible, which matters more here.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.messages import LADDER_COLUMNS, deliver_selected
from accounts.models import MessageKind
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.dates import local_day
from deadlines import clocks, laddering
from deadlines.models import Reminder, SweepRun
from deadlines.rungs import BREACH_TELLS, Told
from deadlines.sql import as_stored, as_stored_day, instant, rows_of
from ledger import recording

AUTHOR = recording.Author(name="system: sweep/1")

#: The records clerks of an agency; the City Office's own have a role of their own.
CLERK_ROLES = (Role.AGENCY_CLERK, Role.OFFICE_CLERK)

#: Posts that answer for the whole city, and as whom the ladder tells them.
_CITY_WIDE = {
    Role.OFFICE_CHIEF: Told.OFFICE,
    Role.CITY_LEADER: Told.LEADERS,
    Role.HOME_AFFAIRS_DIRECTOR: Told.HOME_AFFAIRS,
    Role.INSPECTOR: Told.HOME_AFFAIRS,
}

#: The periodic sweep looks as of a moment ago, so that a report which arrived in time and is being
#: stored right now is in the database when its limit is judged.
SETTLING = timedelta(seconds=5)


def flag_overdue(now: datetime) -> SweepRun:
    """Flag every limit that is due at or before ``now``, not met, and not yet flagged for this due
    date, and tell what the warning ladder has to say. Gives the run with the number of flags it
    set. ``now`` is aware."""
    where = "l.met_at IS NULL AND l.due_at <= %s"
    ladder = laddering.look(now)
    return _record(SweepRun.Kind.SWEEP, where, [as_stored(now)], now, ladder)


def flag_by_the_clock(now: datetime) -> SweepRun:
    """The periodic sweep: as of ``SETTLING`` before the clock on the wall, if it can be believed.

    Raises ``ClocksDisagree``; what is overdue shows as overdue all the same.
    """
    clocks.must_agree(now)
    return flag_overdue(now - SETTLING)


def flag_met_late(limit_id: int, now: datetime) -> SweepRun:
    """Flag one limit that was met too late before a sweep saw it. For ``meet()``."""
    return _record(SweepRun.Kind.MET_LATE, "l.id = %s AND l.met_at >= l.due_at", [limit_id], now)


def flag_before_revision(limit_id: int, now: datetime) -> SweepRun:
    """Flag one limit that had passed its end before a sweep saw it. For ``revise_due()``."""
    where = "l.id = %s AND l.met_at IS NULL AND l.due_at <= %s"
    return _record(SweepRun.Kind.REVISED, where, [limit_id, as_stored(now)], now)


def flag_before_move(limit_ids: Sequence[int], passed_by: datetime, now: datetime) -> SweepRun:
    """Flag those limits that had passed by an instant, while their agency still owes them.

    For the reorganisation of agencies: the flag names the agency and head of the last day.
    """
    marks = ", ".join(["%s"] * len(limit_ids)) or "NULL"
    where = f"l.id IN ({marks}) AND l.met_at IS NULL AND l.due_at <= %s"
    return _record(SweepRun.Kind.MOVED, where, [*limit_ids, as_stored(passed_by)], now)


def flag_imported(now: datetime) -> SweepRun:
    """Flag imported limits, of any batch, that were met too late. For the import."""
    where = "l.imported_batch IS NOT NULL AND l.met_at >= l.due_at"
    return _record(SweepRun.Kind.IMPORT, where, [], now)


def _record(
    kind: SweepRun.Kind,
    where: str,
    params: Sequence[Any],
    now: datetime,
    ladder: laddering.Ladder | None = None,
) -> SweepRun:
    with recording.recorded(may_be_idle=True):
        run = SweepRun.objects.create(kind=kind, swept_to=now)
        run.flagged = _insert_flags(run, where, params, now)
        if run.flagged:
            _insert_events(run, now)
            laddering.keep_breaches(run)
            run.save(update_fields=["flagged"])
        kept = laddering.keep(ladder, run) if ladder else 0
        if run.flagged or kept:
            _insert_messages(run, ladder.tells if ladder else (), now)
    return run


def _insert_flags(run: SweepRun, where: str, params: Sequence[Any], now: datetime) -> int:
    lock = "FOR UPDATE OF l SKIP LOCKED" if connection.vendor == "postgresql" else ""
    sql = f"""
        INSERT INTO deadlines_overdueflag
            (time_limit_id, due_at, flagged_at, run_id, agency_id, head_id, officer_id)
        SELECT l.id, l.due_at, %s, %s, l.agency_id,
            (SELECT a.user_id FROM accounts_appointment a
              WHERE a.agency_id = l.agency_id AND a.role IN (%s, %s)
                AND a.started_on <= l.due_on AND (a.ended_on IS NULL OR a.ended_on >= l.due_on)
              ORDER BY a.started_on DESC, a.id DESC LIMIT 1),
            l.officer_id
        FROM deadlines_timelimit l
        WHERE {where}
          AND NOT EXISTS (SELECT 1 FROM deadlines_overdueflag f
                           WHERE f.time_limit_id = l.id AND f.due_at = l.due_at)
        {lock}
        ON CONFLICT (time_limit_id, due_at) DO NOTHING"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [as_stored(now), run.pk, *HEAD_ROLES, *params])
        return int(cursor.rowcount)


def _insert_events(run: SweepRun, now: datetime) -> None:
    facts = {
        "overdue_since": _ISO[connection.vendor].format("f.due_at"),
        "subject": "l.subject_code",
        "agency": "g.code",
        "head": "h.full_name",
        "officer": "o.full_name",
    }
    pairs = ", ".join(f"'{name}', {value}" for name, value in facts.items())
    build = "jsonb_build_object" if connection.vendor == "postgresql" else "json_object"
    recording.append_selected(
        f"""
        SELECT %s, 'limit_overdue', 'time_limit', l.code, NULL, %s, '', '', '{{}}',
               {build}({pairs}), '', '', '', '', ''
        FROM deadlines_overdueflag f
        JOIN deadlines_timelimit l ON l.id = f.time_limit_id
        JOIN agencies_agency g ON g.id = f.agency_id
        LEFT JOIN accounts_user h ON h.id = f.head_id
        LEFT JOIN accounts_user o ON o.id = f.officer_id
        WHERE f.run_id = %s
        ORDER BY f.id""",  # noqa: S608
        [as_stored(now), AUTHOR.name, run.pk],
    )


def _insert_messages(run: SweepRun, tells: Sequence[dict[str, Any]], now: datetime) -> None:
    """Tell those whom the breach and the rungs of this run concern: one message for each person and
    limit, which names every level at once.

    Nobody is told of a limit that has been met meanwhile, nor a person who has left the post or
    whose account is closed. A warning before the end is left unsaid when the breach has been told
    before it. What passed is gathered first: a planner that knows nothing of fresh rows would else
    pair every level with every post before it looks at the limit.
    """
    breach, rung = Reminder.Kind.BREACH, Reminder.Kind.RUNG
    levels = f"""
        SELECT r.time_limit_id, r.kind, r.rung, l.rule_id, l.agency_id, l.officer_id
        FROM deadlines_reminder r
        JOIN deadlines_timelimit l ON l.id = r.time_limit_id AND l.met_at IS NULL
        WHERE r.run_id = %(run)s
          AND (r.kind = '{breach}' OR r.rung > 0 OR l.due_at > {instant("now")} OR EXISTS (
                SELECT 1 FROM deadlines_reminder b
                 WHERE b.time_limit_id = r.time_limit_id AND b.due_at = r.due_at
                   AND b.kind = '{breach}' AND b.run_id = r.run_id))"""  # noqa: S608
    of_breach = " UNION ALL ".join(f"SELECT '{told}' AS told" for told in BREACH_TELLS)
    of_rungs = rows_of("tells", rule="bigint", rung="smallint", told="text")
    wanted = f"""
        SELECT v.*, t.told FROM levels v CROSS JOIN ({of_breach}) t WHERE v.kind = '{breach}'
        UNION ALL
        SELECT v.*, t.told FROM levels v JOIN {of_rungs} t
          ON t.rule = v.rule_id AND t.rung = v.rung WHERE v.kind = '{rung}'"""  # noqa: S608
    offices = " ".join(f"WHEN '{role.value}' THEN '{told}'" for role, told in _CITY_WIDE.items())
    in_post = f"""
        SELECT a.user_id, a.agency_id, a.role, CASE a.role {offices} END AS told
        FROM accounts_appointment a
        JOIN accounts_user u ON u.id = a.user_id AND u.is_active
        WHERE a.started_on <= %(today)s AND (a.ended_on IS NULL OR a.ended_on >= %(today)s)"""  # noqa: S608
    told = "SELECT p.user_id, w.time_limit_id, w.kind, w.rung FROM wanted w JOIN in_post p ON "
    officer = "p.agency_id = w.agency_id AND p.user_id = w.officer_id"
    of_agency = "p.agency_id = w.agency_id AND p.role IN ({roles}) WHERE w.told = '{told}'"
    gone = f"NOT EXISTS (SELECT 1 FROM in_post p WHERE {officer})"  # noqa: S608
    people = " UNION ".join(
        told + whose
        for whose in (
            f"{officer} WHERE w.told = '{Told.OFFICER}'",
            of_agency.format(roles=_quoted(CLERK_ROLES), told=Told.OFFICER) + f" AND {gone}",
            of_agency.format(roles=_quoted(HEAD_ROLES), told=Told.HEAD),
            "p.told = w.told",
        )
    )
    is_breach = f"MAX(CASE WHEN t.kind = '{breach}' THEN 1 ELSE 0 END) = 1"
    deliver_selected(
        f"""
        WITH levels AS MATERIALIZED ({levels}), wanted AS MATERIALIZED ({wanted}),
             in_post AS MATERIALIZED ({in_post}), told AS ({people})
        SELECT t.user_id AS recipient_id,
               CASE WHEN {is_breach} THEN '{MessageKind.OVERDUE}'
                    WHEN MAX(t.rung) > 0 THEN '{MessageKind.ESCALATED}'
                    ELSE '{MessageKind.DUE_SOON}' END AS kind,
               CASE WHEN {is_breach} THEN 0 ELSE MAX(t.rung) END AS rung,
               l.code AS limit_code, l.due_at, l.subject_code AS about, l.subject_title AS title,
               g.name AS agency_name, {instant("now")} AS created_at,
               {_LEVELS[connection.vendor].format(breach=breach)} AS levels
        FROM (SELECT * FROM told ORDER BY time_limit_id, user_id, rung, kind DESC) t
        JOIN deadlines_timelimit l ON l.id = t.time_limit_id
        JOIN agencies_agency g ON g.id = l.agency_id
        GROUP BY t.user_id, l.id, l.code, l.due_at, l.subject_code, l.subject_title, g.name""",  # noqa: S608
        {
            "run": run.pk,
            "now": as_stored(now),
            "today": as_stored_day(local_day(now)),
            "tells": json.dumps(list(tells)),
        },
        LADDER_COLUMNS,
    )


def _quoted(roles: Sequence[Role]) -> str:
    return ", ".join(f"'{role.value}'" for role in roles)


#: The levels of one message, lowest first; the breach comes after the rung of the last day.
_LEVELS = {
    "postgresql": "string_agg(CASE WHEN t.kind = '{breach}' THEN '{breach}' "
    "ELSE CAST(t.rung AS text) END, ',' ORDER BY t.rung, t.kind DESC)",
    "sqlite": "group_concat(CASE WHEN t.kind = '{breach}' THEN '{breach}' "
    "ELSE CAST(t.rung AS text) END, ',')",
}

_ISO = {
    "postgresql": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    # Django keeps instants as text in UTC, without microseconds where there are none.
    "sqlite": "substr(replace({0}, ' ', 'T') || iif(instr({0}, '.'), '', '.000000'), 1, 26) || 'Z'",
}
