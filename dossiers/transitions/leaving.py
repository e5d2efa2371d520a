"""How a dossier ends without a document: a leader does not accept it, or its head takes it back.

Neither erases anything. Limits that still ran fall away at that instant; the breach of one that had
passed stays (domain.md §3.3: "stays in statistics with the clock state at that moment").
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from accounts.refusals import Conflict, NotAllowed, Refused
from deadlines import adjusting
from deadlines.models import TimeLimit
from dossiers import news
from dossiers.models import Dossier, Rejection, Withdrawal
from dossiers.states import State
from dossiers.transitions.acting import acting, enter, move, touch
from dossiers.transitions.meeting import mark_held


class AlreadyAsked(Conflict):
    """A request to withdraw waits for its decision."""


class NothingAsked(Conflict):
    """No request to withdraw waits; perhaps somebody else has decided it."""


class AnswerNeeded(Refused):
    """A refusal without a word to the head who asked."""


def reject(
    dossier: Dossier, *, text: str, version: int | None, by: Actor, now: datetime
) -> Rejection:
    """A City leader does not accept the dossier, and says why."""
    with acting(dossier, "reject", by, version) as row:
        before = row.state
        rejection = Rejection.objects.create(dossier=row, text=text, by=by.user, at=now)
        mark_held(row, before, now)
        _let_limits_fall(row, text, by, now)
        move(row, "reject")
        enter(
            row,
            "dossier_rejected",
            by,
            now,
            before={"state": before},
            after={"state": State.REJECTED, "text": text},
        )
        told = news.people_of(row, now) | news.office_people(now)
        news.tell(MessageKind.REJECTED, row, told, now=now)
    return rejection


def ask_withdrawal(
    dossier: Dossier, *, reason: str, version: int | None, by: Actor, now: datetime
) -> Withdrawal:
    """The head asks for the dossier back; until the City Office agrees nothing stops.

    Raises ``AlreadyAsked`` while an earlier request waits.
    """
    with acting(dossier, "ask_withdrawal", by, version) as row:
        if row.withdrawals.filter(agreed=None).exists():
            raise AlreadyAsked(_("A request to withdraw this dossier already waits."))
        withdrawal = Withdrawal.objects.create(
            dossier=row, reason=reason, asked_by=by.user, asked_at=now
        )
        touch(row, "ask_withdrawal")
        enter(row, "withdrawal_asked", by, now, after={"text": reason})
        news.tell(MessageKind.WITHDRAWAL_ASKED, row, news.office_people(now), now=now)
    return withdrawal


def decide_withdrawal(
    dossier: Dossier, *, agree: bool, answer: str, version: int | None, by: Actor, now: datetime
) -> Withdrawal:
    """The City Office agrees, and the dossier is withdrawn, or refuses with an answer.

    Whoever asked cannot decide. Raises ``NothingAsked`` and ``AnswerNeeded``.
    """
    with acting(dossier, "decide_withdrawal", by, version) as row:
        asked = row.withdrawals.select_for_update().filter(agreed=None).first()
        if asked is None:
            raise NothingAsked(_("No request to withdraw this dossier waits for a decision."))
        if asked.asked_by_id == by.author.id:
            raise NotAllowed(_("Nobody decides what they asked for themselves."))
        if not agree and not answer:
            raise AnswerNeeded(_("Say why it is refused; the person who asked will read it."))
        decided = row.withdrawals.filter(pk=asked.pk, agreed=None).update(
            agreed=agree, answer=answer, decided_by=by.user, decided_at=now
        )
        if not decided:
            raise NothingAsked(_("No request to withdraw this dossier waits for a decision."))
        before = row.state
        if agree:
            _let_limits_fall(row, asked.reason, by, now)
            move(row, "decide_withdrawal")
        else:
            touch(row, "decide_withdrawal")
        enter(
            row,
            "withdrawal_agreed" if agree else "withdrawal_refused",
            by,
            now,
            before={"state": before},
            after={"state": row.state, "text": answer},
            reason=asked.reason,
        )
        news.tell(MessageKind.WITHDRAWAL_DECIDED, row, news.people_of(row, now), now=now)
    asked.refresh_from_db()
    return asked


def open_withdrawal(dossier: Dossier) -> Withdrawal | None:
    """The request that waits for the City Office, if there is one; one query."""
    return dossier.withdrawals.filter(agreed=None).select_related("asked_by").first()


def _let_limits_fall(row: Dossier, reason: str, by: Actor, now: datetime) -> None:
    """All are locked before the first changes, and before the dossier moves: whoever holds one of
    them waits for nothing that is held here."""
    still_open = TimeLimit.objects.select_for_update().filter(subject_code=row.code, met_at=None)
    for limit in list(still_open.order_by("pk")):
        adjusting.lift(limit, reason=reason, document="", by=by, now=now)
