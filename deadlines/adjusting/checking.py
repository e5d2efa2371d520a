"""What the verbs share: rights, the locked limit, what must hold and the refusals that say why."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.querysets import HEAD_ROLES
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from deadlines import transitions
from deadlines.calendar import HANOI
from deadlines.counting import Unit, last_day
from deadlines.models import Adjustment, Suspension, TimeLimit
from deadlines.published import published
from deadlines.rules import MOST_DAYS
from deadlines.wording import day_text
from ledger import recording

#: Verb → the act of the rights table that it needs.
ACT_OF = {
    "ask_extension": "extension_ask",
    "propose": "adjustment_propose",
    "decide": "window_extend",
    "suspend": "window_suspend",
    "resume": "window_resume",
}
#: Verbs that decide: not for whoever holds a post in the agency that owes the limit.
DECISIONS = frozenset({"decide", "suspend", "resume"})


class Unfit(Refused):
    """What was entered does not fit; ``field`` says where, the sentence what to do."""

    def __init__(self, field: str, sentence: str):
        super().__init__(sentence)
        self.field = field


class AlreadyAsked(Conflict):
    """A request about this limit waits for its decision; there is one at a time."""


class AlreadyDecided(Conflict):
    """Somebody else decided meanwhile; the sentence names who and when."""


class Suspended(Conflict):
    """The limit stands still; its due date is known when that ends."""


class NotSuspended(Conflict):
    """The suspension has ended, by itself or by somebody else."""


class Overdue(Conflict):
    """The limit has passed its end: it can be extended, no longer suspended."""


def may(by: Actor, verb: str, limit: TimeLimit) -> bool:
    """Whether a post held today carries the right over this limit, whatever its state.

    Only the head of the owing agency asks; nobody decides for an agency in which they have a post.
    """
    if not allows(by, ACT_OF[verb], limit.agency_id):
        return False
    if verb == "ask_extension":
        return any(p.agency_id == limit.agency_id and p.role in HEAD_ROLES for p in by.posts)
    return verb not in DECISIONS or limit.agency_id not in by.agency_ids()


def end_of(day: date) -> datetime:
    """The exclusive end of a local day, in UTC: its midnight."""
    return datetime.combine(day + timedelta(days=1), time(), HANOI).astimezone(UTC)


def must_be_askable(limit: TimeLimit, now: datetime) -> None:
    """Open, running on, and nobody has asked yet."""
    must_be_open(limit)
    must_run(limit, now)
    asked = (
        Adjustment.objects.filter(time_limit=limit, state=Adjustment.State.ASKED)
        .select_related("asked_by")
        .first()
    )
    if asked:
        raise AlreadyAsked(
            _("%(name)s already asked at %(moment)s; that request waits for its decision.")
            % {"name": asked.asked_by.full_name, "moment": _moment(asked.asked_at)}
        )


def must_be_open(limit: TimeLimit) -> None:
    """Not met and not lifted."""
    if limit.lifted:
        raise transitions.AlreadyMet(_("This obligation has already fallen away."))
    if limit.met_at is not None:
        raise transitions.AlreadyMet(_("This time limit was already met."))


def must_run(limit: TimeLimit, now: datetime) -> None:
    """Not standing still."""
    if limit.is_suspended_on(local_day(now)):
        raise Suspended(
            _("The time limit is suspended to the end of %(day)s; until then it stays as it is.")
            % {"day": day_text(limit.suspended_until)}
        )


def must_be_undecided(adjustment: Adjustment) -> None:
    """Nobody has decided yet."""
    if adjustment.state == Adjustment.State.ASKED:
        return
    granted = _("%(name)s granted it at %(moment)s.")
    refused = _("%(name)s refused it at %(moment)s.")
    sentence = granted if adjustment.state == Adjustment.State.GRANTED else refused
    raise AlreadyDecided(
        sentence
        % {"name": adjustment.decided_by.full_name, "moment": _moment(adjustment.decided_at)}
    )


def must_be_suspendable(limit: TimeLimit, now: datetime) -> None:
    """Open, not overdue, not standing still already."""
    must_be_open(limit)
    if limit.is_overdue(now):
        raise Overdue(_("The time limit has passed; it can no longer be suspended."))
    must_run(limit, now)


def must_be_resumable(suspension: Suspension, limit: TimeLimit, now: datetime) -> None:
    """Standing still, beyond today, and nobody has let it run on."""
    must_be_open(limit)
    if suspension.resumed_at is not None:
        raise NotSuspended(
            _("%(name)s let the time limit run on at %(moment)s.")
            % {"name": suspension.resumed_by.full_name, "moment": _moment(suspension.resumed_at)}
        )
    if suspension.until_on <= local_day(now):
        raise NotSuspended(
            _("The suspension ends by itself at the end of %(day)s.")
            % {"day": day_text(suspension.until_on)}
        )


def changed_meanwhile() -> Conflict:
    """The refusal when a row is no longer as it was read, though nothing else speaks against it."""
    return Conflict(_("Somebody else changed this time limit meanwhile. Look at it again."))


def must_be_allowed(by: Actor, verb: str, limit: TimeLimit) -> None:
    """A post held today carries the right."""
    if not may(by, verb, limit):
        raise NotAllowed(_("Your post does not carry this right."))


def must_be_working_day(field: str, day: date) -> None:
    """Published, and worked. Raises ``Unfit`` and ``CalendarNotPublished``."""
    if not published().calendar.is_working_day(day):
        raise Unfit(
            field, _("%(day)s is not a working day. Choose another.") % {"day": day_text(day)}
        )


def must_be_new_last_day(
    limit: TimeLimit, kind: str, field: str, day: date | None, now: datetime
) -> None:
    """The new last day: a published working day, not past, later for an extension."""
    if day is None:
        raise Unfit(field, _("Write the new last day."))
    if day < local_day(now):
        raise Unfit(field, _("Choose today or a later day."))
    if kind == Adjustment.Kind.EXTENSION and day <= limit.due_on:
        raise Unfit(
            field,
            _("Choose a day after %(day)s, the present last day.")
            % {"day": day_text(limit.due_on)},
        )
    if day == limit.due_on:
        raise Unfit(field, _("That is the present last day."))
    if kind == Adjustment.Kind.EXTENSION:
        _must_be_within_the_law(limit, field, day)
    must_be_working_day(field, day)


def _must_be_within_the_law(limit: TimeLimit, field: str, day: date) -> None:
    """Some rules say how far an extension may reach, in days from the start."""
    most = MOST_DAYS.get(limit.rule.code)
    if most is None:
        return
    latest = last_day(published().calendar, limit.started_at, most, Unit.CALENDAR_DAY)
    if day > latest:
        raise Unfit(
            field,
            _("The law allows %(most)d days at most: to the end of %(day)s.")
            % {"most": most, "day": day_text(latest)},
        )


def locked(limit_id: int) -> TimeLimit:
    """The limit as it is now; nobody else changes it until the transaction ends."""
    return (
        TimeLimit.objects.select_for_update(of=("self",)).select_related("agency").get(pk=limit_id)
    )


@contextmanager
def acting(verb: str, limit: TimeLimit, by: Actor) -> Iterator[TimeLimit]:
    """The locked limit once the right is there; everything after is one transaction."""
    with recording.recorded():
        row = locked(limit.pk)
        must_be_allowed(by, verb, row)
        yield row


def enter(limit: TimeLimit, action: str, by: Actor, now: datetime, **facts: object) -> None:
    """One event in the ledger of the limit."""
    recording.append(
        by=by.author, action=action, kind="time_limit", code=limit.code, now=now, **facts
    )


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M %d/%m/%Y}"
