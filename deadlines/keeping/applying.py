"""Moving the limits of an applied change: a fixed number of statements, whatever their number.

The revisions come first: they are the list of what moves, and everything else follows them.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from accounts.actors import Actor
from accounts.messages import deliver_selected
from accounts.models import MessageKind
from accounts.querysets import HEAD_ROLES
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.keeping.recounting import (
    MOVES,
    NEW_DUE,
    PASSED,
    WOULD_HAVE_PASSED,
    Recount,
)
from deadlines.models import CalendarAnnotation, CalendarChange, DueDateRevision, Suspension
from ledger import recording
from ledger.plain import plain

_CLERKS = (Role.AGENCY_CLERK, Role.OFFICE_CLERK)


class Overtaken(Exception):
    """A sweep flagged one of the limits while they were being moved; count again."""


def move(
    counted: Recount, change: CalendarChange, *, edition: int, by: Actor, now: datetime
) -> tuple[int, int]:
    """Move the open limits, annotate those that may not be touched; how many of each.

    Inside ``recorded()``, with the calendar kept from all others. Raises ``Overtaken``.
    """
    params = {
        **counted.params(),
        "change": change.pk,
        "edition": edition,
        "reason": plain(change.reason),
        "document": plain(document_line(change)),
        "by": by.author.id,
    }
    annotated = _annotate(counted, params)
    moved = _revise(counted, params)
    if moved:
        _must_not_be_flagged(change)
        _set_due_dates(params)
        _enter(change, by, now, params)
        _tell(change, now, params)
    for stand in counted.stands:  # running suspensions: a handful in the whole city
        running = Suspension.objects.filter(pk=stand.suspension_id, until_on__gte=local_day(now))
        running.update(due_on_before=stand.due_on_before, given_back=stand.given_back)
    return moved, annotated


def document_line(change: CalendarChange) -> str:
    """The circular in one line, within the column of revisions."""
    return change.document[:200]


def _execute(sql: str, params: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def _revise(counted: Recount, params: dict[str, Any]) -> int:
    if not (counted.by_day or counted.single):
        return 0
    lock = "FOR UPDATE OF l" if connection.vendor == "postgresql" else ""
    # sorted, so that the whole list is made before the table that it also asks begins to grow
    return _execute(
        f"""
        INSERT INTO deadlines_duedaterevision
            (time_limit_id, from_due_at, to_due_at, cause, reason, document, decided_by_id, at,
             calendar_change_id)
        SELECT l.id, l.due_at, {NEW_DUE}, '{DueDateRevision.Cause.CALENDAR}', %(reason)s,
               %(document)s, %(by)s, {_instant("now")}, %(change)s
        {counted.from_sql} AND {MOVES}
        ORDER BY l.id {lock}""",  # noqa: S608
        params,
    )


def _must_not_be_flagged(change: CalendarChange) -> None:
    """The statement before looked for flags as of its beginning, and may have waited for a row."""
    flagged = DueDateRevision.objects.filter(
        calendar_change=change,
        time_limit__flags__due_at=F("from_due_at"),
    )
    if flagged.exists():
        raise Overtaken


def _set_due_dates(params: dict[str, Any]) -> None:
    # the end is a local midnight: the last day is the one before
    day, month = {
        "postgresql": (
            "((r.to_due_at AT TIME ZONE INTERVAL '+07:00')::date - 1)",
            "date_trunc('month', {0})::date",
        ),
        "sqlite": ("date(r.to_due_at, '+7 hours', '-1 day')", "date({0}, 'start of month')"),
    }[connection.vendor]
    _execute(
        f"""
        UPDATE deadlines_timelimit
        SET due_at = r.to_due_at, due_on = {day}, due_month = {month.format(day)},
            calendar_edition_id = %(edition)s
        FROM deadlines_duedaterevision r
        WHERE r.calendar_change_id = %(change)s AND r.time_limit_id = deadlines_timelimit.id""",  # noqa: S608
        params,
    )


def _enter(change: CalendarChange, by: Actor, now: datetime, params: dict[str, Any]) -> None:
    """One line for each limit, as ``transitions.revise_due`` writes it."""
    build = "jsonb_build_object" if connection.vendor == "postgresql" else "json_object"
    iso = _ISO[connection.vendor]
    author = by.author
    recording.append_selected(
        f"""
        SELECT %(now)s, 'limit_revised', 'time_limit', l.code, %(by)s, %(name)s, %(post)s,
               %(on_behalf_of)s, {build}('due_at', {iso.format("r.from_due_at")}),
               {build}('due_at', {iso.format("r.to_due_at")}, 'cause', 'calendar',
                       'calendar_edition', {_integer("edition")}),
               %(reason)s, %(document)s, %(request_id)s, %(address)s, %(session)s
        FROM deadlines_duedaterevision r
        JOIN deadlines_timelimit l ON l.id = r.time_limit_id
        WHERE r.calendar_change_id = %(change)s
        ORDER BY r.id""",  # noqa: S608
        {
            **params,
            "name": plain(author.name),
            "post": plain(author.post),
            "on_behalf_of": plain(author.on_behalf_of),
            "request_id": author.request_id,
            "address": author.address,
            "session": author.session,
        },
    )


def _tell(change: CalendarChange, now: datetime, params: dict[str, Any]) -> None:
    """The officer (or, with none in post, the clerks) and the head of whoever owes the limit."""
    in_post = """{whose} AND a.started_on <= %(today)s
        AND (a.ended_on IS NULL OR a.ended_on >= %(today)s)"""
    officer = "a.agency_id = l.agency_id AND a.user_id = l.officer_id"
    heads = f"a.agency_id = l.agency_id AND a.role IN ({_quoted(HEAD_ROLES)})"
    clerks = f"a.agency_id = l.agency_id AND a.role IN ({_quoted(_CLERKS)})"
    no_officer = f"""AND NOT EXISTS (
        SELECT 1 FROM accounts_appointment a
        JOIN accounts_user u ON u.id = a.user_id AND u.is_active
        WHERE {in_post.format(whose=officer)})"""  # noqa: S608
    parts = [
        f"""
        SELECT a.user_id AS recipient_id, '{MessageKind.CALENDAR_MOVED}' AS kind,
               {_integer("change")} AS rung, l.code AS limit_code, l.due_at,
               l.subject_code AS about, l.subject_title AS title, g.name AS agency_name,
               {_instant("now")} AS created_at
        FROM deadlines_duedaterevision r
        JOIN deadlines_timelimit l ON l.id = r.time_limit_id
        JOIN agencies_agency g ON g.id = l.agency_id
        JOIN accounts_appointment a ON {in_post.format(whose=whose)}
        JOIN accounts_user u ON u.id = a.user_id AND u.is_active
        WHERE r.calendar_change_id = %(change)s {condition}"""  # noqa: S608
        for whose, condition in ((officer, ""), (heads, ""), (clerks, no_officer))
    ]
    deliver_selected(" UNION ".join(parts), {**params, "today": local_day(now)})


def _annotate(counted: Recount, params: dict[str, Any]) -> int:
    """Before anything moves: what passed, or would have passed, is compared with its old end."""
    into = """
        INSERT INTO deadlines_calendarannotation
            (time_limit_id, change_id, why, due_at, would_be_at, at)"""
    passed, would = CalendarAnnotation.Why.PASSED, CalendarAnnotation.Why.WOULD_HAVE_PASSED
    written = 0
    if counted.by_day or counted.single:
        written += _execute(
            f"""{into}
            SELECT l.id, %(change)s,
                   CASE WHEN {WOULD_HAVE_PASSED} THEN '{would}' ELSE '{passed}' END,
                   l.due_at, {NEW_DUE}, {_instant("now")}
            {counted.from_sql} AND ({PASSED} OR {WOULD_HAVE_PASSED})""",  # noqa: S608
            params,
        )
    if counted.earlier:
        written += _execute(
            f"""{into}
            SELECT l.id, %(change)s, '{passed}', l.breached_at, e.due, {_instant("now")}
            {counted.earlier_sql}""",  # noqa: S608
            params,
        )
    return written


def _quoted(roles: tuple[Role, ...]) -> str:
    return ", ".join(f"'{role.value}'" for role in roles)


def _instant(name: str) -> str:
    """A parameter that is an instant, where the database cannot tell its type."""
    cast = connection.vendor == "postgresql"
    return f"CAST(%({name})s AS timestamptz)" if cast else f"%({name})s"


def _integer(name: str) -> str:
    return f"CAST(%({name})s AS integer)"


_ISO = {
    "postgresql": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    "sqlite": "substr(replace({0}, ' ', 'T') || iif(instr({0}, '.'), '', '.000000'), 1, 26) || 'Z'",
}
