"""Who may do what on plans, inspections and their records. Buttons, views and verbs ask here.

``may`` is about the person, ``fits`` about the state. What follows a record (explanation,
conclusion, proposal, decision) and records of lateness without a visit have ``duty_policies``.
"""

from collections.abc import Iterable

from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.rights import agencies_of, allows
from agencies.models import Agency
from inspections.models import Inspection, Plan, Record, TeamMember

_P, _I, _R = Plan.State, Inspection.State, Record.State

#: Verb → the act of the rights table, and the states from which it starts.
ACTS: dict[str, tuple[str, frozenset[str]]] = {
    "edit_plan": ("plan_draft", frozenset({_P.DRAFTING})),
    "approve_plan": ("plan_approve", frozenset({_P.DRAFTING})),
    "edit_inspection": ("inspection_prepare", frozenset({_I.PREPARING})),
    "decide_inspection": ("inspection_decide", frozenset({_I.PREPARING})),
    "open_inspection": ("inspection_run", frozenset({_I.DECIDED})),
    "draw_sample": ("inspection_run", frozenset({_I.OPEN})),
    "raise_records": ("violation_draft", frozenset({_I.OPEN, _I.ENDED})),
    "end_inspection": ("inspection_run", frozenset({_I.OPEN})),
    "cancel_inspection": ("inspection_decide", frozenset({_I.PREPARING, _I.DECIDED})),
    "give_up_inspection": ("inspection_prepare", frozenset({_I.PREPARING})),
    "follow_up": ("inspection_prepare", frozenset({_I.ENDED})),
    "edit_record": ("violation_draft", frozenset({_R.DRAFTING})),
    "send_record": ("violation_draft", frozenset({_R.DRAFTING})),
    "take_back_record": ("violation_draft", frozenset({_R.SENT})),
    "give_opinion": ("own_record", frozenset({_R.SENT})),
    "sign_record": ("violation_draft", frozenset({_R.SENT})),
    "finalise_record": ("violation_sign", frozenset({_R.SENT})),
    "drop_record": ("violation_draft", frozenset({_R.DRAFTING, _R.SENT})),
    "void_record": ("violation_void", frozenset({_R.FINALISED})),
    "correct_record": ("violation_draft", frozenset({_R.FINALISED})),
}
#: Acts of the team alone: who prepared the inspection from a desk was not there.
OF_THE_TEAM = frozenset({"open_inspection", "draw_sample", "raise_records", "end_inspection"})
#: Acts on a record by its author or another member of the team.
OF_THE_WRITERS = frozenset(
    {"edit_record", "send_record", "take_back_record", "sign_record", "correct_record"}
)
#: Acts of the author alone.
OF_THE_AUTHOR = frozenset({"finalise_record", "drop_record"})


def may(by: Actor, verb: str, row: Plan | Inspection | Record) -> bool:
    """Whether the person may do it, whatever state the row is in; at most one query.

    Nobody decides what they drafted (S1); who belongs to the inspected agency, or did in the period
    inspected, takes no part in its inspection. A record is answered by the head named in it or by
    whoever heads the agency, or the one that it went into, whatever other post they hold.
    """
    act, _states = ACTS[verb]
    if by.user is None or not allows(by, act):
        return False
    if isinstance(row, Plan):
        return verb != "approve_plan" or row.drafted_by_id != by.user.pk
    if isinstance(row, Inspection):
        if verb == "decide_inspection":
            return row.created_by_id != by.user.pk
        if verb == "give_up_inspection":
            return row.created_by_id == by.user.pk
        return verb not in OF_THE_TEAM or in_team(by, row.pk)
    return _may_on_record(by, verb, row)


def _may_on_record(by: Actor, verb: str, row: Record) -> bool:
    mine = row.author_id == by.user.pk
    if row.kind != Record.Kind.INSPECTION:
        return False
    if verb == "give_opinion":
        named = row.head_id == by.user.pk
        return not mine and (named or heads_agency_or_heir(by, row.agency_id))
    if verb == "void_record":
        return not mine
    if verb in OF_THE_AUTHOR:
        return mine
    return mine or in_team(by, row.inspection_id)


def fits(verb: str, row: Plan | Inspection | Record) -> bool:
    """Whether the verb starts from the state that the row is in."""
    if row.state not in ACTS[verb][1]:
        return False
    if verb == "give_opinion":
        return row.opinion_at is None
    if verb == "take_back_record":
        return True
    if verb == "draw_sample":
        return not row.sample_size
    if verb in {"void_record", "correct_record"}:
        return not _is_settled(row)
    return True


def _is_settled(row: Record) -> bool:
    """Whether the record was declared void or corrected by another."""
    return (
        hasattr(row.paper, "void")
        or Record.objects.filter(corrects=row).exclude(state=Record.State.DROPPED).exists()
    )


def possible(by: Actor, row: Plan | Inspection | Record, verbs: Iterable[str]) -> list[str]:
    """Those of the verbs that this person may do to this row now, in their order."""
    return [verb for verb in verbs if fits(verb, row) and may(by, verb, row)]


def heads_agency_or_heir(by: Actor, agency_id: int) -> bool:
    """Whether the person heads the agency today, or the one that it went whole into."""
    own = agencies_of(by, "violation_answer")
    if not own or agency_id in own:
        return bool(own)
    return Agency.objects.answered_for_by(own).filter(pk=agency_id).exists()


def in_team(by: Actor, inspection_id: int | None) -> bool:
    """Whether the person is a member of the team of an inspection."""
    mine = TeamMember.objects.filter(inspection_id=inspection_id, user_id=by.author.id)
    return inspection_id is not None and mine.exists()


def belonging(user_ids: Iterable[int], inspection: Inspection, today: object) -> list[Appointment]:
    """Posts at the inspected agency, at one that went into it or into which it went, that these
    people hold today or on the day of the visit or held in the period inspected: whoever has one is
    not sent there."""
    agencies = Agency.objects.in_line_with(inspection.agency_id)
    held = Q()
    for first, last in (
        (inspection.period_from, inspection.period_to),
        (today, today),
        (inspection.planned_on, inspection.planned_on),
    ):
        ends = Q(ended_on__isnull=True) | Q(ended_on__gte=first)
        held |= Q(ends, started_on__lte=last)
    found = Appointment.objects.filter(
        held, user_id__in=list(user_ids), agency__in=agencies.values("pk")
    )
    return list(found.select_related("user", "agency").order_by("user_id", "pk"))
