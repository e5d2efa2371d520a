"""Suspensions: a limit stands still, and gets back exactly the working days that it lost."""

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from agencies.dates import local_day
from deadlines import transitions
from deadlines.adjusting.checking import (
    Unfit,
    acting,
    changed_meanwhile,
    end_of,
    enter,
    locked,
    must_be_allowed,
    must_be_resumable,
    must_be_suspendable,
    must_be_working_day,
)
from deadlines.adjusting.telling import tell_agency
from deadlines.models import DueDateRevision, Suspension, TimeLimit
from deadlines.published import published
from ledger import recording


def suspend(
    limit: TimeLimit, *, until_on: date, reason: str, document: str, by: Actor, now: datetime
) -> Suspension:
    """A City leader lets a running limit stand still to the end of a published working day.

    The working days after today up to that day are given back at once, so the limit is not overdue
    while it stands still, and its natural end needs no act. Raises ``NotAllowed``, ``AlreadyMet``,
    ``Overdue``, ``Suspended``, ``Unfit`` and ``CalendarNotPublished``.
    """
    with acting("suspend", limit, by) as row:
        must_be_suspendable(row, now)
        if not reason:
            raise Unfit("reason", _("Give the reason."))
        if not document:
            raise Unfit("document", _("A suspension needs the document that orders it."))
        given_back, due_on = after_suspension(row, until_on, now)
        still = Q(suspended_until__isnull=True) | Q(suspended_until__lt=local_day(now))
        changed = TimeLimit.objects.filter(still, pk=row.pk, met_at__isnull=True).update(
            suspended_until=until_on
        )
        if not changed:
            must_be_suspendable(locked(row.pk), now)
            raise changed_meanwhile()
        suspension = Suspension.objects.create(
            time_limit=row,
            reason=reason,
            document=document,
            decided_by=by.user,
            from_at=now,
            until_on=until_on,
            due_on_before=row.due_on,
            given_back=given_back,
        )
        _move(row, due_on, reason, document, by, now)
        enter(
            row,
            "limit_suspended",
            by,
            now,
            before={"suspended_until": None},
            after={"suspended_until": until_on, "given_back": given_back},
            reason=reason,
            document=document,
        )
        tell_agency(MessageKind.SUSPENDED, row, by=by, now=now)
    limit.suspended_until, limit.due_at, limit.due_on = until_on, row.due_at, row.due_on
    return suspension


def resume(suspension: Suspension, *, reason: str, by: Actor, now: datetime) -> Suspension:
    """A City leader ends a suspension early: the limit ends as many working days after its earlier
    last day as were lost after the day of the suspension, today included.

    Raises ``NotAllowed``, ``AlreadyMet``, ``NotSuspended`` and ``Unfit``.
    """
    with recording.recorded():
        limit = locked(suspension.time_limit_id)
        row = Suspension.objects.select_related("resumed_by").get(pk=suspension.pk)
        must_be_allowed(by, "resume", limit)
        must_be_resumable(row, limit, now)
        if not reason:
            raise Unfit("reason", _("Give the reason."))
        lost, due_on = after_resumption(row, now)
        changed = Suspension.objects.filter(pk=row.pk, resumed_at__isnull=True).update(
            resumed_by=by.user, resumed_at=now, given_back=lost
        )
        if not changed:
            must_be_resumable(Suspension.objects.get(pk=row.pk), limit, now)
            raise changed_meanwhile()
        TimeLimit.objects.filter(pk=limit.pk).update(suspended_until=None)
        _move(limit, due_on, reason, row.document, by, now)
        enter(
            limit,
            "limit_resumed",
            by,
            now,
            before={"suspended_until": row.until_on, "given_back": row.given_back},
            after={"suspended_until": None, "given_back": lost},
            reason=reason,
            document=row.document,
        )
        row.refresh_from_db()
        tell_agency(MessageKind.RESUMED, limit, by=by, now=now)
    return row


def after_suspension(limit: TimeLimit, until_on: date, now: datetime) -> tuple[int, date]:
    """The working days that a suspension from today to the end of ``until_on`` would give back, and
    the last day then. Raises ``Unfit`` and ``CalendarNotPublished``."""
    calendar, today = published().calendar, local_day(now)
    if until_on is None or until_on <= today:
        raise Unfit("until_on", _("Choose a day after today."))
    must_be_working_day("until_on", until_on)
    days = calendar.working_days_between(today, until_on)
    return days, calendar.add_working_days(limit.due_on, days)


def after_resumption(suspension: Suspension, now: datetime) -> tuple[int, date]:
    """The working days lost until today, and the last day if the limit ran on from here.

    Raises ``Unfit`` on a day off when no working day was left: its end would already have passed.
    """
    calendar, today = published().calendar, local_day(now)
    lost = max(0, calendar.working_days_between(local_day(suspension.from_at), today))
    due_on = calendar.add_working_days(suspension.due_on_before, lost)
    if due_on < today:
        raise Unfit("reason", _("Today is a day off. Let the limit run on from a working day."))
    return lost, due_on


def _move(
    limit: TimeLimit, due_on: date, reason: str, document: str, by: Actor, now: datetime
) -> None:
    transitions.revise_due(
        limit,
        to=end_of(due_on),
        cause=DueDateRevision.Cause.SUSPENSION,
        reason=reason,
        document=document,
        by=by,
        now=now,
    )
