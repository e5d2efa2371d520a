"""Who may do what on records, recommendations and proposals. Buttons, views and verbs ask here.

Separation of duties (quality.md §4): S1 nobody endorses or decides what they drafted, edited or
proposed, whatever post they held then or hold now; S2 nobody decides about themselves or about an
agency in which they held a post since the period began, also if later promoted; S3 whoever holds
posts that could propose and decide at one time does neither; S6 nothing of this is done on behalf
of somebody else; S8 who has left the post has lost the right, and stays the author.
"""

from datetime import date
from typing import Any

from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from accounts.rights import allows
from accounts.roles import Role
from agencies.models import Agency
from inspections.models import Conclusion, Decision, Proposal, Recommendation, Record

_R, _P, _S = Record.State, Proposal.State, Recommendation.State

#: Verb on a record → the act of the rights table that it needs.
RECORD_ACTS = {
    "edit_record": "violation_draft",
    "ask_explanation": "violation_draft",
    "answer_explanation": "own_record",
    "record_silence": "violation_draft",
    "finalise": "violation_sign",
    "drop": "violation_draft",
    "void": "violation_void",
    "conclude": "inspection_conclude",
    "draft_proposal": "acc_propose",
}
#: Verb on a proposal → act, and the states from which it starts.
PROPOSAL_ACTS: dict[str, tuple[str, frozenset[str]]] = {
    "edit_proposal": ("acc_propose", frozenset({_P.DRAFTING, _P.RETURNED})),
    "propose": ("acc_propose", frozenset({_P.DRAFTING, _P.RETURNED})),
    "withdraw": ("acc_withdraw", frozenset({_P.DRAFTING, _P.RETURNED, _P.PROPOSED})),
    "endorse": ("acc_endorse", frozenset({_P.PROPOSED})),
    "return_proposal": ("acc_endorse", frozenset({_P.PROPOSED})),
    "decide": ("acc_approve", frozenset({_P.ENDORSED})),
    "enter_result": ("result_enter", frozenset({_P.DECIDED})),
    "ask_more_time": ("acc_endorse", frozenset({_P.DECIDED})),
    "decide_more_time": ("window_extend", frozenset({_P.DECIDED})),
    "draft_fresh": ("acc_propose", frozenset({_P.DECIDED})),
}
_PROPOSERS = (Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR)
_OF_THE_CITY = frozenset({"decide", "decide_more_time"})


# --- persons --------------------------------------------------------------------------------------


def is_party(by: Actor, record: Record, person_id: int | None = None) -> bool:
    """Whether it is about this person, or about an agency in which they hold a post or held one
    since the first day of the record, or about one before or after that agency (S2). One query, for
    people of other agencies."""
    if by.user is None or by.user.pk in {record.head_id, person_id}:
        return True
    if record.agency_id in by.agency_ids():
        return True
    return _held_since(by, record.agency_id, record.period_from)


def acts_for_another(by: Actor) -> bool:
    """Whether the person acts in somebody else's name: nothing here can be delegated (S6)."""
    return bool(by.author.on_behalf_of)


def proposes_and_decides(by: Actor) -> bool:
    """Whether posts held today could both propose and decide: such a person does neither (S3)."""
    return by.holds(Role.CITY_LEADER) and by.holds(*_PROPOSERS)


def has_a_hand_in(by: Actor, proposal: Proposal) -> bool:
    """Whether the person drafted, edited, proposed or endorsed it, in whatever post (S1)."""
    if by.user is None:
        return True
    if by.user.pk in {proposal.drafted_by_id, proposal.endorsed_by_id}:
        return True
    return proposal.hands.filter(user_id=by.user.pk).exists()


def explains(by: Actor, record: Record) -> bool:
    """Whether the person is whom the record names; where it names nobody, the present head, or the
    head of the agency that it went into. What a visit found in an agency that has ended since, the
    head of that one may explain too; the record goes on naming the person."""
    if by.user is None:
        return False
    if record.head_id is not None and record.head_id == by.user.pk:
        return True
    own = {post.agency_id for post in by.posts if post.role in HEAD_ROLES} - {None}
    if record.head_id is None and record.agency_id in own:
        return True
    if not own or record.head_id is not None and record.kind != Record.Kind.INSPECTION:
        return False
    former = Agency.objects.answered_for_by(own).exclude(pk__in=own)
    return former.filter(pk=record.agency_id).exists()


# --- records --------------------------------------------------------------------------------------


def may_on_record(by: Actor, verb: str, record: Record) -> bool:
    """Whether the person may do the act on this record, whatever state it is in."""
    if verb == "answer_explanation":
        return explains(by, record) and not acts_for_another(by)
    if not allows(by, RECORD_ACTS[verb]) or acts_for_another(by) or is_party(by, record):
        return False
    if verb in {"edit_record", "finalise", "drop"}:
        return is_author(by, record)
    if verb == "void":
        return by.user is not None and record.author_id != by.user.pk
    return not (verb == "draft_proposal" and proposes_and_decides(by))


def is_author(by: Actor, record: Record) -> bool:
    """Whether the record is this person's; an inspector takes over what its author, who has left
    the desk or whose leaving is entered, did not finish. The author named on it stays (S8)."""
    if by.user is None or record.author_id == by.user.pk:
        return by.user is not None
    at_the_desk = Appointment.objects.filter(
        user_id=record.author_id, user__is_active=True, role=Role.INSPECTOR, ended_on__isnull=True
    )
    return not at_the_desk.exists()


def fits_record(verb: str, record: Record) -> bool:
    """Whether the verb starts from where the record and what follows it are."""
    late = record.kind == Record.Kind.LATENESS
    asked = explanation_of(record)
    if verb == "ask_explanation":
        start = {_R.DRAFTING} if late else {_R.SENT, _R.FINALISED}
        return asked is None and record.state in start and not is_void(record)
    if verb in {"answer_explanation", "record_silence"}:
        served = record.state in {_R.DRAFTING, _R.SENT, _R.FINALISED}
        return served and asked is not None and not asked.is_settled
    if verb in {"edit_record", "drop"}:
        return late and record.state in {_R.DRAFTING, _R.SENT}
    if verb == "finalise":
        return late and record.state == _R.SENT and is_settled(record)
    if record.state != _R.FINALISED or is_void(record):
        return False
    if verb == "void":
        return late
    if verb == "conclude":
        return is_settled(record) and not Conclusion.objects.filter(record=record).exists()
    return is_settled(record) and not record.proposals.exclude(state=_P.WITHDRAWN).exists()


def explanation_of(record: Record) -> Any:
    """The request for an explanation of a record, or nothing."""
    return getattr(record, "explanation", None)


def is_settled(record: Record) -> bool:
    """Whether the person was asked and has answered, or silence was recorded."""
    asked = explanation_of(record)
    return asked is not None and asked.is_settled


def is_void(record: Record) -> bool:
    """Whether the paper of a finalised record was declared void."""
    return record.paper is not None and hasattr(record.paper, "void")


# --- proposals ------------------------------------------------------------------------------------


def may_on_proposal(by: Actor, verb: str, proposal: Proposal) -> bool:
    """Whether the person may do the act on this proposal, whatever state it is in."""
    if not allows(by, PROPOSAL_ACTS[verb][0]) or acts_for_another(by):
        return False
    if verb in _OF_THE_CITY and not by.holds(Role.CITY_LEADER):
        return False
    if is_party(by, proposal.record, proposal.person_id) or proposes_and_decides(by):
        return False
    if verb == "withdraw":
        return by.user is not None and proposal.drafted_by_id == by.user.pk
    if verb in {"endorse", "return_proposal", "decide"}:
        if verb == "decide" and proposal.after_id and not allows(by, "decision_supersede"):
            return False
        return not has_a_hand_in(by, proposal)
    return True


def fits_proposal(verb: str, proposal: Proposal) -> bool:
    """Whether the verb starts from the state that the proposal is in."""
    if proposal.state not in PROPOSAL_ACTS[verb][1]:
        return False
    if proposal.state != _P.DECIDED:
        return True
    decision = proposal.decision
    if verb == "draft_fresh":
        open_ = proposal.record.proposals.exclude(state__in=[_P.WITHDRAWN, _P.DECIDED])
        return not Proposal.objects.filter(after=decision).exists() and not open_.exists()
    if verb == "enter_result":
        return needs_result(decision)
    return needs_result(decision) and decision.time_limit.met_at is None


def needs_result(decision: Decision) -> bool:
    """Whether the decision still waits for the document that carries it out."""
    limit = decision.time_limit
    return limit is not None and decision.result_at is None and not limit.lifted


# --- remedies -------------------------------------------------------------------------------------


def may_on_remedy(by: Actor, verb: str, owed: Recommendation) -> bool:
    """The head of the owing agency reports; an inspector of another agency judges."""
    if acts_for_another(by):
        return False
    if verb == "report_remedy":
        return any(
            p.agency_id == owed.time_limit.agency_id and p.role in HEAD_ROLES for p in by.posts
        )
    return allows(by, "remedy_judge") and owed.time_limit.agency_id not in by.agency_ids()


def fits_remedy(verb: str, owed: Recommendation) -> bool:
    """Whether the verb starts from the state of the remedy."""
    if verb == "report_remedy":
        return owed.state in {_S.OPEN, _S.PARTLY, _S.NOT_DONE} and not owed.time_limit.lifted
    return owed.state == _S.REPORTED


def _held_since(by: Actor, agency_id: int, day: date) -> bool:
    since = Q(ended_on__isnull=True) | Q(ended_on__gte=day)
    line = Agency.objects.in_line_with(agency_id)
    held = Appointment.objects.filter(since, user=by.user, agency__in=line.values("pk"))
    return held.exists()
