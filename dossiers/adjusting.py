"""What a decision about a time limit does to its dossier."""

from datetime import date, datetime

from accounts.actors import Actor
from deadlines import adjusting
from deadlines.models import Adjustment
from dossiers.models import Direction, Dossier
from dossiers.states import State
from dossiers.transitions.acting import enter, move
from ledger import recording


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
    """Decide a request; when the duty to explain falls away, the dossier goes back to the City
    leadership, who waited for the explanation. One transaction; raises what the decision of
    ``deadlines.adjusting`` raises.
    """
    with recording.recorded():
        # the dossier first, as in all verbs: two that lock in other orders would wait for ever
        code = adjustment.time_limit.subject_code
        row = Dossier.objects.select_for_update().filter(code=code).first()
        decided = adjusting.decide(
            adjustment,
            grant=grant,
            granted_on=granted_on,
            answer=answer,
            document=document,
            by=by,
            now=now,
        )
        if row and _frees_explanation(row, decided):
            move(row, "report_back")  # the same move: nothing is owed any more
            enter(
                row,
                "explanation_lifted",
                by,
                now,
                before={"state": State.EXPLANATION_DUE},
                after={"state": State.WITH_LEADER, "text": answer},
                reason=decided.reason,
                document=document,
            )
    return decided


def _frees_explanation(dossier: Dossier, decided: Adjustment) -> bool:
    """Whether the waiver concerns the direction that the dossier waits for."""
    lifted = decided.kind == Adjustment.Kind.WAIVER and decided.state == Adjustment.State.GRANTED
    if not lifted or dossier.state != State.EXPLANATION_DUE:
        return False
    return Direction.objects.filter(
        dossier=dossier, round=dossier.round, time_limit=decided.time_limit_id
    ).exists()
