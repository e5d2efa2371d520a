"""States of a dossier and the moves between them (domain.md §3.3).

    drafting → submitted → under_verification → with_leader → office_drafting → issued → closed

    submitted, under_verification                → form_returned → submitted (the same dossier)
    under_verification                           → consulting → under_verification
    submitted, under_verification, with_leader   → explanation_due → with_leader
    with_leader                                  → meeting_scheduled → explanation_due
                                                                     → office_drafting, rejected
    with_leader                                  → rejected
    whatever the City has not concluded          → withdrawn

A leader may ask for an explanation as soon as a dossier has been submitted; a conclusion is drawn
on a dossier that lies with the leader or after the meeting on it. Resubmission keeps the dossier
and its age. The last answer, or the last silence recorded, ends a consultation; those before it
leave the state as it is. A withdrawal is asked by the head and decided by the City Office: asking
and refusing leave the state as it is.
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


#: A dossier that ended without a document may be followed by another one that replaces it.
REPLACEABLE = frozenset({State.WITHDRAWN, State.REJECTED})

#: Where a head may ask for the dossier back; where the City Office may then still agree.
WITHDRAWABLE = frozenset(
    {
        State.SUBMITTED,
        State.FORM_RETURNED,
        State.UNDER_VERIFICATION,
        State.WITH_LEADER,
        State.EXPLANATION_DUE,
    }
)

#: Verb → the states it starts from and the state it leads to.
MOVES: dict[str, tuple[frozenset[State], State]] = {
    "submit": (frozenset({State.DRAFTING}), State.SUBMITTED),
    "resubmit": (frozenset({State.FORM_RETURNED}), State.SUBMITTED),
    "receive": (frozenset({State.SUBMITTED}), State.UNDER_VERIFICATION),
    "return_for_form": (
        frozenset({State.SUBMITTED, State.UNDER_VERIFICATION}),
        State.FORM_RETURNED,
    ),
    "put_to_leader": (frozenset({State.UNDER_VERIFICATION}), State.WITH_LEADER),
    "consult": (frozenset({State.UNDER_VERIFICATION}), State.CONSULTING),
    "answer_consultation": (frozenset({State.CONSULTING}), State.UNDER_VERIFICATION),
    "record_silence": (frozenset({State.CONSULTING}), State.UNDER_VERIFICATION),
    "direct_explanation": (
        frozenset(
            {
                State.SUBMITTED,
                State.UNDER_VERIFICATION,
                State.WITH_LEADER,
                State.MEETING_SCHEDULED,
            }
        ),
        State.EXPLANATION_DUE,
    ),
    "report_back": (frozenset({State.EXPLANATION_DUE}), State.WITH_LEADER),
    "call_meeting": (frozenset({State.WITH_LEADER}), State.MEETING_SCHEDULED),
    "conclude": (
        frozenset({State.WITH_LEADER, State.MEETING_SCHEDULED}),
        State.OFFICE_DRAFTING,
    ),
    "reject": (frozenset({State.WITH_LEADER, State.MEETING_SCHEDULED}), State.REJECTED),
    "decide_withdrawal": (
        WITHDRAWABLE | {State.CONSULTING, State.MEETING_SCHEDULED},
        State.WITHDRAWN,
    ),
    "issue_notice": (frozenset({State.OFFICE_DRAFTING}), State.ISSUED),
    "close": (frozenset({State.ISSUED}), State.CLOSED),
}

#: Verbs that leave the state as it is → the states in which they make sense.
WITHIN: dict[str, frozenset[State]] = {
    "edit": frozenset({State.DRAFTING, State.FORM_RETURNED}),
    "assign": frozenset({State.DRAFTING, State.FORM_RETURNED, State.EXPLANATION_DUE}),
    "prepare_report": frozenset({State.EXPLANATION_DUE}),
    "attach_draft_version": frozenset({State.OFFICE_DRAFTING}),
    "ask_withdrawal": WITHDRAWABLE,
    "apologise": frozenset({State.EXPLANATION_DUE}),
}
