"""The verbs of a calendar change: propose, withdraw, refuse, apply, undo. Always two persons.

Applying replaces the calendar and moves, in the same transaction, exactly the limits that are open
and not yet due. A limit whose instant has passed keeps its end, its flag and its figures for ever;
it gets an annotation for a person to judge.
"""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from deadlines.keeping import applying, telling
from deadlines.keeping.effects import Effect, effect_of
from deadlines.keeping.proposed import (
    DayWish,
    Edit,
    Proposed,
    Unfit,
    edits_of,
    proposed,
    read_edits,
    turned_round,
    write,
)
from deadlines.keeping.recounting import recount
from deadlines.models import CalendarChange, CalendarEdition
from deadlines.published import keep_from_all_others, make_edition
from ledger import recording

State = CalendarChange.State

#: How often an application that stands in somebody's way lets go of everything and begins anew.
ATTEMPTS = 5
#: How long it waits for a row that somebody else holds; the database looks for deadlocks later.
PATIENCE_MS = 500


class AlreadyDecided(Conflict):
    """Somebody decided or withdrew it meanwhile; the sentence names who and when."""


class PreviewOutdated(Conflict):
    """The calendar is no longer the one that the preview was made on."""


class Busy(Conflict):
    """Others hold the limits that would move, again and again."""


@dataclass(frozen=True, slots=True)
class Circular:
    """The text that orders the change: number and symbol, date, and whose it is."""

    document: str = ""
    document_on: date | None = None
    source: str = ""

    @property
    def line(self) -> str:
        """The citation, in the language of the record."""
        if not self.document:
            return self.source
        with translation.override(settings.LANGUAGE_CODE):
            return _("%(source)s No. %(document)s of %(day)s") % {
                "source": self.source,
                "document": self.document,
                "day": f"{self.document_on:%d/%m/%Y}" if self.document_on else "–",
            }


def propose(
    wishes: Iterable[DayWish],
    *,
    year: int | None = None,
    provisional: bool = False,
    circular: Circular,
    reason: str,
    by: Actor,
    now: datetime,
) -> CalendarChange:
    """Ask for other days, or for another year, on the calendar in force; nothing moves yet.

    Raises ``NotAllowed`` and ``Unfit``.
    """
    _must_be_allowed(by, "calendar_propose")
    if not (circular.document and circular.document_on and circular.source):
        raise Unfit(_("Name the circular: number and symbol, date, and who issued it."))
    with recording.recorded():
        base = keep_from_all_others()
        days, years = edits_of(wishes, year=year, provisional=provisional, source=circular.line)
        proposed(days, years)
        return _store(days, years, circular, reason, base, None, by, now)


def undo(
    change: CalendarChange, *, reason: str, document: str = "", by: Actor, now: datetime
) -> CalendarChange:
    """Ask to restore what an applied change altered; another person decides, as for any change.

    Raises ``NotAllowed``, ``AlreadyDecided`` when it is not in force or already being undone, and
    ``NoLongerFits`` when its days were changed again since.
    """
    _must_be_allowed(by, "calendar_propose")
    if not reason:
        raise Unfit(_("Give the reason."))
    with recording.recorded():
        base = keep_from_all_others()
        row = _locked(change)
        if row.state != State.APPLIED:
            raise AlreadyDecided(_("Only a change that is in force can be undone."))
        if row.undone_by.filter(state__in=[State.PROPOSED, State.APPLIED]).exists():
            raise AlreadyDecided(_("Somebody has already proposed to undo this change."))
        days, years = (turned_round(edits) for edits in read_edits(row))
        proposed(days, years)
        circular = Circular(document or row.document, row.document_on, row.source)
        return _store(days, years, circular, reason, base, row, by, now)


def withdraw(change: CalendarChange, *, by: Actor, now: datetime) -> CalendarChange:
    """Take back one's own proposal. Raises ``NotAllowed`` and ``AlreadyDecided``."""
    with recording.recorded():
        row = _locked(change)
        _must_be_allowed(by, "calendar_propose")
        if row.proposed_by_id != by.author.id:
            raise NotAllowed(_("Only whoever proposed it takes it back."))
        _must_be_undecided(row)
        _decide(row, State.WITHDRAWN, by, now)
        _enter("calendar_change_withdrawn", row, by, now)
    return row


def refuse(change: CalendarChange, *, answer: str, by: Actor, now: datetime) -> CalendarChange:
    """A City leader does not agree; the calendar stays. Raises as ``apply_change``."""
    with recording.recorded():
        row = _locked(change)
        _must_decide(row, by)
        _must_be_undecided(row)
        if not answer:
            raise Unfit(_("Say why it is refused; the person who asked will read it."))
        _decide(row, State.REFUSED, by, now, answer=answer)
        _enter("calendar_change_refused", row, by, now, after={"text": answer})
        telling.tell_proposer(row, by=by, now=now)
    return row


def apply_change(change: CalendarChange, *, seen: str, by: Actor, now: datetime) -> CalendarChange:
    """A City leader puts the change in force: a new edition, and every open limit on it, at once.

    ``seen`` is the digest of the edition whose preview was shown. Raises ``NotAllowed`` (also for
    one's own proposal), ``AlreadyDecided``, ``PreviewOutdated``, ``NoLongerFits``, ``Refused`` when
    an open limit could not be counted any more, and ``Busy``. Of two who apply it one has the
    effect. Nobody else is ever the victim of a deadlock: this act lets go and begins anew.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with recording.recorded(), _patience():
                return _apply(change, seen=seen, by=by, now=now)
        except applying.Overtaken:
            pass
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != "55P03":  # lock_not_available
                raise
    raise Busy(
        _("Many people are saving at this moment and the calendar waits. Press again in a minute.")
    )


def preview(change: CalendarChange, *, now: datetime) -> Effect:
    """What applying it would do at an instant, on the calendar in force.

    Raises ``NoLongerFits`` and ``CalendarNotPublished``.
    """
    plan = proposed(*read_edits(change))
    return effect_of(plan, base=present_digest(), now=now)


def preview_of(
    wishes: Sequence[DayWish], *, year: int | None, circular: Circular, now: datetime
) -> Effect:
    """What wishes would do that nobody has proposed yet. Raises ``Unfit``."""
    days, years = edits_of(wishes, year=year, source=circular.line)
    return effect_of(proposed(days, years), base=present_digest(), now=now)


def present_digest() -> str:
    """The digest of the edition in force, or nothing."""
    return (
        CalendarEdition.objects.order_by("-number").values_list("digest", flat=True).first() or ""
    )


def may_decide(by: Actor, change: CalendarChange) -> bool:
    """Whether this person can apply or refuse it: a City leader, and not whoever proposed it."""
    return allows(by, "calendar_approve") and change.proposed_by_id != by.author.id


def _apply(change: CalendarChange, *, seen: str, by: Actor, now: datetime) -> CalendarChange:
    base = keep_from_all_others()
    row = _locked(change)
    _must_decide(row, by)
    _must_be_undecided(row)
    if base.digest != seen:
        raise PreviewOutdated(
            _("The calendar was changed meanwhile. Look at the new preview below, then decide.")
        )
    days, years = read_edits(row)
    plan = proposed(days, years)
    _must_be_countable(plan, counted := recount(plan, now))
    write(days, years, entered_by=by.author.name)
    make_edition(now)
    edition = CalendarEdition.objects.order_by("-number").first()
    moved, annotated = applying.move(counted, row, edition=edition.number, by=by, now=now)
    _decide(row, State.APPLIED, by, now, edition=edition, moved=moved, annotated=annotated)
    _enter(
        "calendar_change_applied",
        row,
        by,
        now,
        before={"edition": base.number},
        after={"edition": edition.number, "moved": moved, "annotated": annotated},
    )
    telling.tell_proposer(row, by=by, now=now)
    return row


def _must_be_countable(plan: Proposed, counted: Any) -> None:
    if counted.uncountable:
        raise Refused(
            ngettext(
                "%(n)d open time limit could not be counted any more: with this change the "
                "calendar would end on %(day)s.",
                "%(n)d open time limits could not be counted any more: with this change the "
                "calendar would end on %(day)s.",
                counted.uncountable,
            )
            % {"n": counted.uncountable, "day": f"{plan.calendar.last_day:%d/%m/%Y}"}
        )


def _store(
    days: list[Edit],
    years: list[Edit],
    circular: Circular,
    reason: str,
    base: CalendarEdition,
    undoes: CalendarChange | None,
    by: Actor,
    now: datetime,
) -> CalendarChange:
    try:
        with transaction.atomic():
            row = CalendarChange.objects.create(
                days=[edit.as_json() for edit in days],
                years=[edit.as_json() for edit in years],
                document=circular.document,
                document_on=circular.document_on,
                source=circular.source,
                reason=reason,
                base=base,
                undoes=undoes,
                proposed_by=by.user,
                proposed_at=now,
            )
    except IntegrityError as error:
        raise AlreadyDecided(_("Somebody has already proposed to undo this change.")) from error
    _enter(
        "calendar_change_proposed",
        row,
        by,
        now,
        before={edit.key: edit.before for edit in (*days, *years)},
        after={edit.key: edit.after for edit in (*days, *years)},
    )
    telling.tell_leaders(row, by=by, now=now)
    return row


def _decide(row: CalendarChange, state: str, by: Actor, now: datetime, **facts: Any) -> None:
    waiting = CalendarChange.objects.filter(pk=row.pk, state=State.PROPOSED)
    if not waiting.update(state=state, decided_by=by.user, decided_at=now, **facts):
        _must_be_undecided(_locked(row))
    row.refresh_from_db()


def _must_be_allowed(by: Actor, act: str) -> None:
    if by.user is None or not allows(by, act):
        raise NotAllowed(_("Your post does not carry this right."))


def _must_decide(row: CalendarChange, by: Actor) -> None:
    _must_be_allowed(by, "calendar_approve")
    if row.proposed_by_id == by.author.id:
        raise NotAllowed(_("Nobody decides what they asked for themselves."))


def _must_be_undecided(row: CalendarChange) -> None:
    if row.state == State.PROPOSED:
        return
    sentence = {
        State.APPLIED: _("%(name)s applied it at %(moment)s."),
        State.REFUSED: _("%(name)s refused it at %(moment)s."),
        State.WITHDRAWN: _("%(name)s withdrew it at %(moment)s."),
    }[State(row.state)]
    moment = f"{timezone.localtime(row.decided_at):%H:%M %d/%m/%Y}"
    raise AlreadyDecided(sentence % {"name": row.decided_by.full_name, "moment": moment})


def _locked(change: CalendarChange) -> CalendarChange:
    rows = CalendarChange.objects.select_related("proposed_by", "decided_by", "undoes")
    return rows.select_for_update(of=("self",)).get(pk=change.pk)


def _enter(action: str, row: CalendarChange, by: Actor, now: datetime, **facts: Any) -> None:
    recording.append(
        by=by.author,
        action=action,
        kind="calendar_change",
        code=str(row.public_id),
        now=now,
        stated_at=None,
        reason=row.reason,
        document=row.document,
        **facts,
    )


@contextmanager
def _patience() -> Any:
    """On PostgreSQL wait for rows of others for a moment only, in this transaction alone."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE_MS}ms"])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
