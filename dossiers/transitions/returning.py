"""The City Office returns a dossier for form; the agency mends it and submits it again."""

from datetime import datetime

from accounts.actors import Actor
from accounts.models import MessageKind
from dossiers import news
from dossiers.models import Dossier, FormReturn
from dossiers.states import State
from dossiers.transitions.acting import acting, enter, move
from dossiers.transitions.agency import must_pass_gate


def return_for_form(
    dossier: Dossier, *, reason: str, text: str, version: int | None, by: Actor, now: datetime
) -> FormReturn:
    """Send a dossier back to its agency for form, authority or missing papers.

    The same dossier continues under its number: nothing resets its age (domain.md §3.5).
    """
    with acting(dossier, "return_for_form", by, version) as row:
        before = row.state
        returned = FormReturn.objects.create(
            dossier=row, reason=reason, text=text, by=by.user, at=now
        )
        move(row, "return_for_form")
        enter(
            row,
            "form_returned",
            by,
            now,
            before={"state": before},
            after={"state": State.FORM_RETURNED, "class": reason, "text": text},
        )
        news.tell(MessageKind.FORM_RETURNED, row, news.people_of(row, now), now=now)
    return returned


def resubmit(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """Send a mended dossier again; the gate must be open. The first ``submitted_at`` stays.

    Raises ``GateClosed`` with every fault.
    """
    with acting(dossier, "resubmit", by, version) as row:
        must_pass_gate(row, now)
        row.form_returns.filter(resubmitted_at=None).update(resubmitted_at=now)
        move(row, "resubmit")
        enter(
            row,
            "dossier_resubmitted",
            by,
            now,
            before={"state": State.FORM_RETURNED},
            after={
                "state": State.SUBMITTED,
                "times_submitted": times_submitted(row),
                "gate_exception": bool(row.gate_exception),
            },
            reason=row.gate_exception,
        )
        news.tell(MessageKind.RESUBMITTED, row, news.office_people(now), now=now)
    return row


def times_submitted(dossier: Dossier) -> int:
    """How often the agency has submitted the dossier: once, and again after each return."""
    again = dossier.form_returns.filter(resubmitted_at__isnull=False).count()
    return (1 if dossier.submitted_at else 0) + again
