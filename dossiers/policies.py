"""Who may do what to which dossier. Buttons, views and verbs ask the same function."""

from accounts.actors import Actor
from accounts.rights import allows
from dossiers.models import Dossier
from dossiers.states import MOVES, State

#: Verb → the act of the rights table that it needs.
ACT_OF = {
    "edit": "dossier_edit",
    "submit": "dossier_submit",
    "receive": "dossier_receive",
    "put_to_leader": "dossier_put_to_leader",
    "direct_explanation": "directive_create",
    "prepare_report": "response_draft",
    "report_back": "response_submit",
    "conclude": "conclusion_create",
    "issue_notice": "notice_issue",
    "close": "dossier_close",
}

#: Verbs that leave the state as it is → the states in which they make sense.
WITHIN = {
    "edit": frozenset({State.DRAFTING}),
    "prepare_report": frozenset({State.EXPLANATION_DUE}),
}


def may(by: Actor, verb: str, dossier: Dossier) -> bool:
    """Whether a post held today carries the right, whatever state the dossier is in."""
    return allows(by, ACT_OF[verb], dossier.agency_id)


def fits(verb: str, dossier: Dossier) -> bool:
    """Whether the verb starts from the state that the dossier is in."""
    sources = WITHIN.get(verb) or MOVES[verb][0]
    return dossier.state in sources


def possible(by: Actor, dossier: Dossier) -> list[str]:
    """The verbs that this person may do to this dossier now, in the order of the workflow."""
    return [verb for verb in ACT_OF if fits(verb, dossier) and may(by, verb, dossier)]
