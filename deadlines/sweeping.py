"""Noticing what has passed: flags, ledger events and messages, in one transaction.

Set-based: the number of statements does not grow with the rows. Safe twice, side by side, and after
any outage: the flag's unique key (limit, due date) lets each breach in once, and events and
messages are written for the flags of this run alone. There is no lower bound: whatever is past and
unflagged is found, however long nobody looked.

On PostgreSQL a limit that is being met in another transaction is locked; the sweep passes it over
and the next one reads it again. The flag has a foreign key to its limit: it costs the sweep time
(about 2.4 times, measured) and makes a flag without a limit impossible, which matters more here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.messages import deliver_selected
from accounts.models import MessageKind
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.dates import local_day
from deadlines import clocks
from deadlines.models import SweepRun
from ledger import recording

AUTHOR = recording.Author(name="system: sweep/1")

#: The records clerks of an agency; the City Office's own have a role of their own.
CLERK_ROLES = (Role.AGENCY_CLERK, Role.OFFICE_CLERK)

#: The periodic sweep looks as of a moment ago, so that a report which arrived in time and is being
#: stored right now is in the database when its limit is judged.
SETTLING = timedelta(seconds=5)


def flag_overdue(now: datetime) -> SweepRun:
    """Flag every limit that is due at or before ``now``, not met, and not yet flagged for this due
    date. Gives the run with the number of flags it set. ``now`` is aware."""
    return _record(SweepRun.Kind.SWEEP, "l.met_at IS NULL AND l.due_at <= %s", [_sql(now)], now)


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
    return _record(SweepRun.Kind.REVISED, where, [limit_id, _sql(now)], now)


def flag_before_move(limit_ids: Sequence[int], passed_by: datetime, now: datetime) -> SweepRun:
    """Flag those limits that had passed by an instant, while their agency still owes them.

    For the reorganisation of agencies: the flag names the agency and head of the last day.
    """
    marks = ", ".join(["%s"] * len(limit_ids)) or "NULL"
    where = f"l.id IN ({marks}) AND l.met_at IS NULL AND l.due_at <= %s"
    return _record(SweepRun.Kind.MOVED, where, [*limit_ids, _sql(passed_by)], now)


def flag_imported(now: datetime) -> SweepRun:
    """Flag imported limits, of any batch, that were met too late. For the import."""
    where = "l.imported_batch IS NOT NULL AND l.met_at >= l.due_at"
    return _record(SweepRun.Kind.IMPORT, where, [], now)


def _record(kind: SweepRun.Kind, where: str, params: Sequence[Any], now: datetime) -> SweepRun:
    with recording.recorded(may_be_idle=True):
        run = SweepRun.objects.create(kind=kind, swept_to=now)
        run.flagged = _insert_flags(run, where, params, now)
        if run.flagged:
            _insert_events(run, now)
            _insert_messages(run, now)
            run.save(update_fields=["flagged"])
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
        cursor.execute(sql, [_sql(now), run.pk, *HEAD_ROLES, *params])
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
        [_sql(now), AUTHOR.name, run.pk],
    )


def _insert_messages(run: SweepRun, now: datetime) -> None:
    """Tell the officer (or, with none in post, the clerks), the head and the City Office.

    Nobody is told of a limit that has been met meanwhile, nor a person who has left the post or
    whose account is closed. The breaches are gathered first: a planner that knows nothing of fresh
    rows would else pair every flag with every post before it looks at the limit.
    """
    clock = "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"
    breaches = f"""
        SELECT %s AS kind, 0 AS rung, l.code AS limit_code, f.due_at, l.subject_code AS about,
               l.subject_title AS title, g.name AS agency_name, {clock} AS created_at,
               l.agency_id, l.officer_id
        FROM deadlines_overdueflag f
        JOIN deadlines_timelimit l ON l.id = f.time_limit_id AND l.met_at IS NULL
        JOIN agencies_agency g ON g.id = f.agency_id
        WHERE f.run_id = %s"""  # noqa: S608
    in_post = """
        SELECT a.user_id, a.agency_id, a.role
        FROM accounts_appointment a
        JOIN accounts_user u ON u.id = a.user_id AND u.is_active
        WHERE a.started_on <= %s AND (a.ended_on IS NULL OR a.ended_on >= %s)"""
    told = """
        SELECT p.user_id AS recipient_id, b.kind, b.rung, b.limit_code, b.due_at, b.about, b.title,
               b.agency_name, b.created_at
        FROM breaches b JOIN in_post p ON {whose}"""
    officer = "p.agency_id = b.agency_id AND p.user_id = b.officer_id"
    of_agency = "p.agency_id = b.agency_id AND p.role IN (%s, %s)"
    gone = f"NOT EXISTS (SELECT 1 FROM in_post p WHERE {officer})"  # noqa: S608
    parts = (
        told.format(whose=officer),
        told.format(whose=of_agency),
        told.format(whose=of_agency) + f" WHERE {gone}",
        told.format(whose="p.role = %s"),
    )
    today = local_day(now)
    deliver_selected(
        f"WITH breaches AS MATERIALIZED ({breaches}), in_post AS MATERIALIZED ({in_post}) "
        + " UNION ".join(parts),
        [
            *(MessageKind.OVERDUE, _sql(now), run.pk, today, today),
            *(*HEAD_ROLES, *CLERK_ROLES, Role.OFFICE_CHIEF),
        ],
    )


_ISO = {
    "postgresql": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    # Django keeps instants as text in UTC, without microseconds where there are none.
    "sqlite": "substr(replace({0}, ' ', 'T') || iif(instr({0}, '.'), '', '.000000'), 1, 26) || 'Z'",
}


def _sql(moment: datetime) -> Any:
    """An instant as the database stores it; SQLite keeps text in UTC."""
    return connection.ops.adapt_datetimefield_value(moment)
