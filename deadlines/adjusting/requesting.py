"""Extensions, corrections and waivers: one person asks, another decides."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from accounts.refusals import NotAllowed
from deadlines import sweeping, transitions
from deadlines.adjusting.checking import (
    Unfit,
    acting,
    changed_meanwhile,
    end_of,
    enter,
    locked,
    must_be_allowed,
    must_be_askable,
    must_be_new_last_day,
    must_be_open,
    must_be_undecided,
    must_run,
)
from deadlines.adjusting.telling import tell_agency, tell_leaders
from deadlines.models import Adjustment, DueDateRevision, OverdueFlag, TimeLimit
from ledger import recording

Kind, State = Adjustment.Kind, Adjustment.State

#: Kind → the action in the ledger when it is asked for.
ASKED = {
    Kind.EXTENSION: "extension_asked",
    Kind.CORRECTION: "correction_proposed",
    Kind.WAIVER: "waiver_proposed",
}


def ask_extension(
    limit: TimeLimit, *, wanted_on: date, reason_class: str, reason: str, by: Actor, now: datetime
) -> Adjustment:
    """The head of the owing agency asks for a later last day, a published working day.

    Raises ``NotAllowed``, ``AlreadyMet``, ``Suspended``, ``AlreadyAsked``, ``Unfit`` and
    ``CalendarNotPublished``.
    """
    with acting("ask_extension", limit, by) as row:
        return _ask(row, Kind.EXTENSION, wanted_on, reason_class, reason, by, now)


def ask_for(
    limit: TimeLimit, *, wanted_on: date, reason_class: str, reason: str, by: Actor, now: datetime
) -> Adjustment:
    """An extension asked by a desk above, whose own policy has said that this person may.

    Raises what ``ask_extension`` raises, but ``NotAllowed``.
    """
    with recording.recorded():
        row = locked(limit.pk)
        return _ask(row, Kind.EXTENSION, wanted_on, reason_class, reason, by, now)


def propose(
    limit: TimeLimit,
    *,
    kind: Adjustment.Kind,
    wanted_on: date | None,
    reason_class: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> Adjustment:
    """The City Office proposes another last day (correction), or that the obligation falls away
    (waiver). Raises what ``ask_extension`` raises."""
    if kind not in {Kind.CORRECTION, Kind.WAIVER}:
        raise Unfit("kind", _("The City Office proposes a correction or a waiver."))
    with acting("propose", limit, by) as row:
        return _ask(row, Kind(kind), wanted_on, reason_class, reason, by, now)


def decide(
    adjustment: Adjustment,
    *,
    grant: bool,
    granted_on: date | None,
    answer: str,
    document: str,
    by: Actor,
    now: datetime,
) -> Adjustment:
    """A City leader grants or refuses; the due date moves, or the obligation falls away, at once.

    An extension after the breach leaves the flag, and the limit is never met in time any more; a
    correction says that the date was never right, its flag stays on record. Whoever asked cannot
    decide. A refusal needs an answer. Of two decisions one is stored; the other raises
    ``AlreadyDecided`` and learns who and when. Raises ``AlreadyMet`` when the limit was met
    meanwhile.
    """
    with recording.recorded():
        limit = locked(adjustment.time_limit_id)
        row = Adjustment.objects.select_related("decided_by").get(pk=adjustment.pk)
        must_be_allowed(by, "decide", limit)
        if row.asked_by_id == by.author.id:
            raise NotAllowed(_("Nobody decides what they asked for themselves."))
        must_be_undecided(row)
        must_be_open(limit)
        granted_on = granted_on if grant and row.kind != Kind.WAIVER else None
        if grant and row.kind != Kind.WAIVER:
            must_run(limit, now)
            must_be_new_last_day(limit, row.kind, "granted_on", granted_on, now)
        if not grant and not answer:
            raise Unfit("answer", _("Say why it is refused; the person who asked will read it."))
        changed = Adjustment.objects.filter(pk=row.pk, state=State.ASKED).update(
            state=State.GRANTED if grant else State.REFUSED,
            decided_by=by.user,
            decided_at=now,
            granted_on=granted_on,
            answer=answer,
            document=document,
        )
        if not changed:
            must_be_undecided(Adjustment.objects.select_related("decided_by").get(pk=row.pk))
            raise changed_meanwhile()
        if granted_on:
            if row.kind == Kind.EXTENSION and limit.due_at <= now and limit.breached_at is None:
                TimeLimit.objects.filter(pk=limit.pk).update(breached_at=limit.due_at)
            transitions.revise_due(
                limit,
                to=end_of(granted_on),
                cause=DueDateRevision.Cause(row.kind),
                reason=row.reason,
                document=document,
                by=by,
                now=now,
            )
        elif grant:
            lift(limit, reason=row.reason, document=document, by=by, now=now)
        enter(
            limit,
            "adjustment_granted" if grant else "adjustment_refused",
            by,
            now,
            before={"state": State.ASKED},
            after={
                "kind": row.kind,
                "wanted_on": row.wanted_on,
                "granted_on": granted_on,
                "text": answer,
            },
            reason=row.reason,
            document=document,
        )
        row.refresh_from_db()
        news = MessageKind.REQUEST_GRANTED if granted_on else MessageKind.REQUEST_REFUSED
        if grant and not granted_on:
            news = MessageKind.LIFTED
        tell_agency(news, limit, by=by, now=now, asked_by_id=row.asked_by_id)
    return row


def _ask(
    limit: TimeLimit,
    kind: Adjustment.Kind,
    wanted_on: date | None,
    reason_class: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> Adjustment:
    must_be_askable(limit, now)
    if kind == Kind.WAIVER:
        wanted_on = None
    else:
        must_be_new_last_day(limit, kind, "wanted_on", wanted_on, now)
    if reason_class not in Adjustment.Reason.values:
        raise Unfit("reason_class", _("Choose a class of reasons."))
    if not reason:
        raise Unfit("reason", _("Give the reason."))
    adjustment = Adjustment.objects.create(
        time_limit=limit,
        kind=kind,
        reason_class=reason_class,
        reason=reason,
        wanted_on=wanted_on,
        asked_by=by.user,
        asked_at=now,
        asked_late=limit.due_at <= now,
    )
    enter(
        limit,
        ASKED[kind],
        by,
        now,
        after={
            "wanted_on": wanted_on,
            "due_at": limit.due_at,
            "late": adjustment.asked_late,
            "reason_class": reason_class,
        },
        reason=reason,
    )
    asked = kind == Kind.EXTENSION
    news = MessageKind.EXTENSION_ASKED if asked else MessageKind.CHANGE_PROPOSED
    tell_leaders(news, limit, by=by, now=now)
    return adjustment


def lift(limit: TimeLimit, *, reason: str, document: str, by: Actor, now: datetime) -> None:
    """The obligation falls away at ``now``: before its end it counts in no figure, after it the
    breach stays and is flagged here if no sweep came before. As in ``meet``, a flag is never
    contradicted by a request that began earlier."""
    lifted_at = max(now, limit.started_at)
    if lifted_at < limit.due_at:
        flag = OverdueFlag.objects.filter(time_limit=limit, due_at=limit.due_at).first()
        lifted_at = flag.flagged_at if flag else lifted_at
    changed = TimeLimit.objects.filter(pk=limit.pk, met_at__isnull=True).update(
        met_at=lifted_at, lifted=True, suspended_until=None
    )
    if not changed:
        must_be_open(locked(limit.pk))
        raise changed_meanwhile()
    late = lifted_at >= limit.due_at or limit.breached_at is not None
    enter(
        limit,
        "limit_lifted",
        by,
        now,
        before={"met_at": None},
        after={"met_at": lifted_at, "due_at": limit.due_at, "late": late},
        reason=reason,
        document=document,
    )
    if late:
        sweeping.flag_met_late(limit.pk, now=max(now, lifted_at))
    limit.met_at, limit.lifted = lifted_at, True
