"""The City leader's decision, the time it may take to carry it out, and the result."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from accounts.refusals import Conflict
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from deadlines import adjusting
from deadlines import transitions as limits
from deadlines.models import Adjustment, TimeLimit
from documents import issuing
from documents.models import Paper
from inspections import duty_policies as policies
from inspections import ladder
from inspections.duty import telling
from inspections.duty.acting import (
    Unfit,
    change,
    code_of,
    enter,
    not_allowed,
    on_proposal,
    stale,
)
from inspections.duty.proposing import must_stand
from inspections.models import Decision, Proposal
from inspections.papers import leader_decision as paper
from ledger import recording

RULE = "responsibility_processing"
#: The City's letters are numbered by its Office (domain.md §4.2).
OFFICE, SYMBOL = "VP", "UBND-TKBT"
SUPERSEDED = "Thay thế bằng quyết định mới"


class AlreadyDecided(Conflict):
    """Somebody else decided meanwhile; the sentence names who and when."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a City leader decides: ``kind`` of ``Decision``, ``outcome`` of the list of that day,
    empty on a refusal, and the reason."""

    kind: str
    outcome: str
    reason: str


def decide(
    proposal: Proposal, *, verdict: Verdict, version: int | None, by: Actor, now: datetime
) -> Decision:
    """A City leader approves, amends or refuses; exactly one decision is stored.

    Never one who drafted, edited, proposed or endorsed it (S1), the person concerned or one of that
    agency since the period began (S2), nor on behalf of somebody (S6). The outcome is of the list
    valid today for the person's class. Unless refused or without measure, carrying it out has a
    limit of its own. Raises ``AlreadyDecided`` and ``Unfit``.
    """
    with recording.recorded():
        _must_be_undecided(proposal, by)
        with on_proposal(proposal, "decide", by, version) as row:
            must_stand(row)
            outcome = _outcome(verdict, row, local_day(now))
            limit = _processing(row, outcome, by, now)
            office = Agency.objects.as_of(local_day(now)).get(code=OFFICE)
            issued = issuing.issue(
                kind=Paper.Kind.LETTER,
                holder=office,
                symbol=SYMBOL,
                about_kind="proposal",
                about_code=str(row.public_id),
                title="Ý kiến về đề xuất xử lý trách nhiệm",
                content=paper.content_of(
                    row, verdict=verdict, outcome=outcome, limit=limit, by=by, now=now
                ),
                by=by,
                now=now,
            )
            decision = Decision.objects.create(
                proposal=row,
                kind=verdict.kind,
                outcome=outcome.code if outcome else "",
                reason=verdict.reason,
                by=by.user,
                at=now,
                paper=issued,
                time_limit=limit,
            )
            before = {"state": row.state}
            change(row, state=Proposal.State.DECIDED)
            after = {
                "state": row.state,
                "kind": verdict.kind,
                "outcome": decision.outcome,
                "text": verdict.reason,
                "due_at": limit.due_at if limit else None,
                "sha256": issued.digest,
            }
            enter(row, "proposal_decided", by, now, before=before, after=after, document=issued.ref)
            _end_earlier(row, issued.ref, by, now)
            told = {row.drafted_by_id, row.endorsed_by_id, row.person_id} - {None}
            _tell(MessageKind.PROPOSAL_DECIDED, row, told, now)
    return decision


def enter_result(
    decision: Decision, *, ref: str, on: date, text: str, by: Actor, now: datetime
) -> Decision:
    """An inspector enters the document by which the decision was carried out; the limit is met."""
    with on_proposal(decision.proposal, "enter_result", by, None) as row:
        if not ref:
            raise Unfit("ref", _("Write the number and symbol of the document."))
        if not text:
            raise Unfit("text", _("Write what was done."))
        if on > local_day(now):
            raise Unfit("on", _("This date cannot be after today."))
        result = {"result_ref": ref, "result_on": on, "result_text": text}
        open_ = Decision.objects.filter(pk=decision.pk, result_at__isnull=True)
        if not open_.update(**result, result_by=by.user, result_at=now):
            raise stale()
        current = Decision.objects.select_related("time_limit").get(pk=decision.pk)
        late = False
        if current.time_limit and current.time_limit.met_at is None:
            late = limits.meet(current.time_limit, by=by, now=now).met_late
        change(row)
        after = {"ref": ref, "on": on, "text": text, "late": late}
        enter(row, "decision_carried_out", by, now, after=after, document=ref)
        told = {row.endorsed_by_id, current.by_id, row.person_id} - {None, by.author.id}
        _tell(MessageKind.RESULT_ENTERED, row, told, now)
    return current


def ask_more_time(
    decision: Decision, *, wanted_on: date, reason: str, by: Actor, now: datetime
) -> Adjustment:
    """The director asks for more time in a complex case, to the 150th day at most.

    The limit's own rule sets that bound (``deadlines.rules.MOST_DAYS``). Raises what
    ``adjusting.ask_extension`` raises.
    """
    with on_proposal(decision.proposal, "ask_more_time", by, None) as row:
        asked = adjusting.ask_for(
            decision.time_limit,
            wanted_on=wanted_on,
            reason_class=Adjustment.Reason.COMPLEX,
            reason=reason,
            by=by,
            now=now,
        )
        enter(row, "processing_extension_asked", by, now, after={"wanted_on": wanted_on})
        change(row)
    return asked


def decide_more_time(
    adjustment: Adjustment,
    *,
    grant: bool,
    granted_on: date | None,
    answer: str,
    document: str,
    by: Actor,
    now: datetime,
) -> Adjustment:
    """A City leader grants or refuses more time. Raises what ``adjusting.decide`` raises."""
    decision = Decision.objects.select_related("proposal").get(time_limit=adjustment.time_limit_id)
    if not policies.may_on_proposal(by, "decide_more_time", decision.proposal):
        raise not_allowed()
    return adjusting.decide(
        adjustment,
        grant=grant,
        granted_on=granted_on,
        answer=answer,
        document=document,
        by=by,
        now=now,
    )


def _must_be_undecided(proposal: Proposal, by: Actor) -> None:
    """Whoever may decide and comes second is told who was first; the lock is kept."""
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if row.state != Proposal.State.DECIDED or not policies.may_on_proposal(by, "decide", row):
        return
    decision = Decision.objects.select_related("by").get(proposal=row)
    at = f"{timezone.localtime(decision.at):%H:%M %d/%m/%Y}"
    sentence = {
        Decision.Kind.APPROVE: _("%(name)s approved it at %(moment)s."),
        Decision.Kind.AMEND: _("%(name)s approved it with changes at %(moment)s."),
        Decision.Kind.REFUSE: _("%(name)s refused it at %(moment)s."),
    }[Decision.Kind(decision.kind)]
    raise AlreadyDecided(sentence % {"name": decision.by.full_name, "moment": at})


def _outcome(verdict: Verdict, proposal: Proposal, day: date) -> ladder.Outcome | None:
    """The outcome chosen, of the list valid on that day; nothing on a refusal."""
    if verdict.kind not in Decision.Kind.values:
        raise Unfit("kind", _("Choose what you decide."))
    if not verdict.reason:
        raise Unfit("reason", _("Give the reason."))
    if verdict.kind == Decision.Kind.REFUSE:
        if verdict.outcome:
            raise Unfit("outcome", _("A proposal that is refused has no outcome."))
        return None
    allowed = {one.code: one for one in ladder.outcomes_for(proposal.person_class, day)}
    if verdict.outcome not in allowed:
        raise Unfit("outcome", _("Choose an outcome that the law knows for this person today."))
    return allowed[verdict.outcome]


def _processing(
    proposal: Proposal, outcome: ladder.Outcome | None, by: Actor, now: datetime
) -> TimeLimit | None:
    """The limit for carrying it out, owed by Home Affairs; none where nothing is to be done."""
    if outcome is None or outcome.nature == ladder.Nature.NONE:
        return None
    code = code_of(proposal)
    return limits.start_limit(
        code=f"{code}/xu-ly",
        rule_code=RULE,
        agency=proposal.paper.series.holder,
        subject=limits.Subject(code=code, title=telling.PROCESSING_TITLE),
        by=by,
        now=now,
    )


def _end_earlier(proposal: Proposal, ref: str, by: Actor, now: datetime) -> None:
    """What a superseded decision still asked for falls away."""
    earlier = proposal.after
    if earlier and earlier.time_limit and earlier.time_limit.met_at is None:
        adjusting.lift(earlier.time_limit, reason=SUPERSEDED, document=ref, by=by, now=now)


def _tell(kind: MessageKind, proposal: Proposal, people: set[int], now: datetime) -> None:
    everyone = people
    if kind == MessageKind.PROPOSAL_DECIDED:
        everyone = people | telling.holders(now, Role.HOME_AFFAIRS_DIRECTOR)
    code, agency = code_of(proposal), proposal.record.agency_name
    telling.of_row(kind, code, telling.PROPOSAL_TITLE, agency, everyone, now)
