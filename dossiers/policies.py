"""Who may do what to which dossier. Buttons, views and verbs ask the same function."""

from accounts.actors import Actor
from accounts.rights import agencies_of, allows, reaches_city
from accounts.roles import Role
from dossiers.models import Dossier, Letter
from dossiers.states import MOVES, WITHIN

#: Verb → the act of the rights table that it needs. The order is that of the buttons.
ACT_OF = {
    "edit": "dossier_edit",
    "submit": "dossier_submit",
    "resubmit": "dossier_submit",
    "receive": "dossier_receive",
    "put_to_leader": "dossier_put_to_leader",
    "consult": "consultation_ask",
    "answer_consultation": "consultation_answer",
    "record_silence": "silence_record",
    "prepare_report": "response_draft",
    "report_back": "response_submit",
    "conclude": "conclusion_create",
    "direct_explanation": "directive_create",
    "call_meeting": "meeting_call",
    "issue_notice": "notice_issue",
    "attach_draft_version": "office_draft_add",
    "assign": "dossier_assign",
    "apologise": "apology_issue",
    "return_for_form": "dossier_return",
    "decide_withdrawal": "withdrawal_decide",
    "reject": "dossier_reject",
    "ask_withdrawal": "dossier_withdraw",
    "close": "dossier_close",
}


def may(by: Actor, verb: str, dossier: Dossier) -> bool:
    """Whether a post held today carries the right, whatever state the dossier is in.

    Only an opinion is given by another agency than the dossier's own: by one that was asked.
    """
    if verb == "answer_consultation":
        asked = agencies_of(by, ACT_OF[verb])
        return bool(asked) and dossier.consultations.filter(agency_id__in=asked).exists()
    return allows(by, ACT_OF[verb], dossier.agency_id)


def fits(verb: str, dossier: Dossier) -> bool:
    """Whether the verb starts from the state that the dossier is in."""
    sources = WITHIN.get(verb) or MOVES[verb][0]
    return dossier.state in sources


def possible(by: Actor, dossier: Dossier) -> list[str]:
    """The verbs that this person may do to this dossier now, in the order of the workflow."""
    return [verb for verb in ACT_OF if fits(verb, dossier) and may(by, verb, dossier)]


def may_void_letter(by: Actor, letter: Letter) -> bool:
    """Whether somebody may declare a letter void: a reminder alone, never whoever issued it. The
    City Office and the director of Home Affairs void what their own agency sent in its own name, a
    City leader any; what was sent in the name of the City, a City leader alone."""
    if letter.kind != Letter.Kind.REMINDER or by.user is None:
        return False
    series = letter.paper.series
    if letter.paper.issued_by_id == by.user.pk or series.holder is None:
        return False
    if series.symbol != series.holder.code:
        return by.holds(Role.CITY_LEADER)
    return allows(by, "letter_void", series.holder_id)


def sees_city_papers(by: Actor) -> bool:
    """Whether the City's own papers are shown: cover slips, its drafts, opinions word by word."""
    return reaches_city(by, "city_papers_view")
