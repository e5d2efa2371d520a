"""States of a dossier and the moves between them.

    drafting → submitted → under_verification → with_leader ─┬→ explanation_due → with_leader
                   │               │                         └→ office_drafting → issued → closed
                   └───────────────┴→ explanation_due

A leader may ask for an explanation as soon as a dossier has been submitted; a conclusion is drawn
on a dossier that lies with the leader. Resubmission keeps the dossier: its round grows.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a dossier is, in the words that its readers know."""

    DRAFTING = "drafting", _("Being drafted at the agency")
    SUBMITTED = "submitted", _("Submitted, waiting to be received")
    FORM_RETURNED = "form_returned", _("Returned for form or missing documents")
    UNDER_VERIFICATION = "under_verification", _("Under verification at the City Office")
    WITH_LEADER = "with_leader", _("With the City leadership")
    CONSULTING = "consulting", _("Opinions of agencies are being asked")
    EXPLANATION_DUE = "explanation_due", _("Waiting for explanation or supplement")
    MEETING_SCHEDULED = "meeting_scheduled", _("Waiting for the meeting")
    OFFICE_DRAFTING = "office_drafting", _("City Office is drafting the notice or document")
    ISSUED = "issued", _("Issued")
    CLOSED = "closed", _("Closed")
    REJECTED = "rejected", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Verb → the states it starts from and the state it leads to.
MOVES: dict[str, tuple[frozenset[State], State]] = {
    "submit": (frozenset({State.DRAFTING}), State.SUBMITTED),
    "receive": (frozenset({State.SUBMITTED}), State.UNDER_VERIFICATION),
    "put_to_leader": (frozenset({State.UNDER_VERIFICATION}), State.WITH_LEADER),
    "direct_explanation": (
        frozenset({State.SUBMITTED, State.UNDER_VERIFICATION, State.WITH_LEADER}),
        State.EXPLANATION_DUE,
    ),
    "report_back": (frozenset({State.EXPLANATION_DUE}), State.WITH_LEADER),
    "conclude": (frozenset({State.WITH_LEADER}), State.OFFICE_DRAFTING),
    "issue_notice": (frozenset({State.OFFICE_DRAFTING}), State.ISSUED),
    "close": (frozenset({State.ISSUED}), State.CLOSED),
}
