"""The proposal on responsibility: written by inspectors, put to the City leadership by the
director.

What is asked for is written by people, in their own words: nothing here suggests, ranks or fills in
a measure, and no form of discipline is named before a City leader names one.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from accounts.refusals import Conflict
from accounts.roles import Role
from documents import issuing
from documents.models import Paper
from inspections import duty_policies as policies
from inspections.duty import telling
from inspections.duty.acting import (
    NotSettled,
    Unfit,
    WrongState,
    change,
    code_of,
    enter,
    home_of,
    must_be_settled,
    on_proposal,
    on_record,
)
from inspections.models import Decision, PersonClass, Proposal, ProposalHand, Record
from inspections.papers import submission as paper
from inspections.pinned import PINNED, proposal_digest


@dataclass(frozen=True, slots=True)
class Draft:
    """What the people who propose say: the law that applies to the person, their view, the
    circumstances, and what they ask for."""

    person_class: str
    assessment: str
    asked: str
    circumstances: str = ""


def draft_proposal(
    record: Record, *, draft: Draft, version: int | None, by: Actor, now: datetime
) -> Proposal:
    """An inspector drafts a proposal on the person whom a final record names.

    Raises ``NotSettled`` when that person was not asked first, and ``Unfit``.
    """
    with on_record(record, "draft_proposal", by, version) as row:
        return _draft(row, draft, None, by, now)


def draft_fresh(
    decision: Decision, *, draft: Draft, version: int | None, by: Actor, now: datetime
) -> Proposal:
    """An inspector drafts what is to supersede a decision: a proposal of its own, to be endorsed
    and decided anew. A decision is never edited."""
    with on_proposal(decision.proposal, "draft_fresh", by, version) as earlier:
        must_stand(earlier)
        return _draft(earlier.record, draft, earlier.decision, by, now)


def edit_proposal(
    proposal: Proposal, *, draft: Draft, version: int | None, by: Actor, now: datetime
) -> Proposal:
    """An inspector changes it, and is one of those who may not endorse or decide it ever after."""
    with on_proposal(proposal, "edit_proposal", by, version) as row:
        _must_be_whole(draft)
        before = {name: getattr(row, name) for name in asdict(draft)}
        change(row, **asdict(draft))
        _hand(row, by, now)
        enter(row, "proposal_edited", by, now, before=before, after=asdict(draft))
    return row


def propose(proposal: Proposal, *, version: int | None, by: Actor, now: datetime) -> Proposal:
    """An inspector puts it to the director."""
    with on_proposal(proposal, "propose", by, version) as row:
        must_stand(row)
        before = {"state": row.state}
        change(row, state=Proposal.State.PROPOSED, proposed_at=now)
        _hand(row, by, now)
        enter(row, "proposal_proposed", by, now, before=before, after={"state": row.state})
        directors = telling.holders(now, Role.HOME_AFFAIRS_DIRECTOR)
        _tell(MessageKind.PROPOSAL_PUT, row, directors - {by.author.id or 0}, now)
    return row


def withdraw(
    proposal: Proposal, *, reason: str, version: int | None, by: Actor, now: datetime
) -> Proposal:
    """Whoever drafted it withdraws it, until the director has put it to the City leadership."""
    with on_proposal(proposal, "withdraw", by, version) as row:
        if not reason:
            raise Unfit("reason", _("Give the reason."))
        before = {"state": row.state}
        change(row, state=Proposal.State.WITHDRAWN)
        after = {"state": row.state}
        enter(row, "proposal_withdrawn", by, now, before=before, after=after, reason=reason)
    return row


def return_proposal(
    proposal: Proposal, *, text: str, version: int | None, by: Actor, now: datetime
) -> Proposal:
    """The director sends it back and says what is missing."""
    with on_proposal(proposal, "return_proposal", by, version) as row:
        if not text:
            raise Unfit("text", _("Say what is missing."))
        before = {"state": row.state}
        change(row, state=Proposal.State.RETURNED, returned_text=text)
        after = {"state": row.state}
        enter(row, "proposal_returned", by, now, before=before, after=after, reason=text)
        _tell(MessageKind.PROPOSAL_RETURNED, row, {row.drafted_by_id}, now)
    return row


def endorse(proposal: Proposal, *, version: int | None, by: Actor, now: datetime) -> Proposal:
    """The director puts it to the City leadership under a number of its own.

    Never one who drafted, edited or proposed it (S1), nor the person concerned or one of that
    agency (S2).
    """
    with on_proposal(proposal, "endorse", by, version) as row:
        must_stand(row)
        home = home_of(by)
        issued = issuing.issue(
            kind=Paper.Kind.SUBMISSION,
            holder=home,
            symbol=f"TTr-{home.code}",
            about_kind="proposal",
            about_code=str(row.public_id),
            title="Tờ trình đề xuất xử lý trách nhiệm",
            content=paper.content_of(row, home=home, by=by, now=now),
            by=by,
            now=now,
        )
        before = {"state": row.state}
        endorsed = {"endorsed_by": by.user, "endorsed_at": now, "paper": issued}
        change(row, state=Proposal.State.ENDORSED, **endorsed)
        after = {
            "state": row.state,
            "ref": issued.ref,
            "sha256": issued.digest,
            PINNED: proposal_digest(row),
        }
        enter(row, "proposal_endorsed", by, now, before=before, after=after, document=issued.ref)
        _tell(MessageKind.PROPOSAL_ENDORSED, row, telling.holders(now, Role.CITY_LEADER), now)
    return row


def _draft(
    record: Record, draft: Draft, after: Decision | None, by: Actor, now: datetime
) -> Proposal:
    _must_be_whole(draft)
    if record.proposals.exclude(state__in=["withdrawn", "decided"]).exists():
        raise WrongState(_("A proposal about this record is open already."))
    proposal = Proposal.objects.create(
        record=record,
        person=record.head,
        person_name=record.head_name,
        person_post=record.head_post,
        drafted_by=by.user,
        drafted_at=now,
        after=after,
        **asdict(draft),
    )
    _hand(proposal, by, now)
    said = {"person": record.head_name, "record": str(record.public_id), **asdict(draft)}
    if after is not None:
        said["supersedes"] = str(after.public_id)
    enter(proposal, "proposal_drafted", by, now, after=said)
    return proposal


def _must_be_whole(draft: Draft) -> None:
    if draft.person_class not in PersonClass.values:
        raise Unfit("person_class", _("Choose which law applies to the person."))
    if not draft.assessment:
        raise Unfit("assessment", _("Write the assessment."))
    if not draft.asked:
        raise Unfit("asked", _("Write what is asked for, in your own words."))


def must_stand(proposal: Proposal) -> None:
    """The record beneath it is final, settled and not void."""
    record = Record.objects.select_related("paper__void").get(pk=proposal.record_id)
    must_be_settled(record, "draft_proposal")
    if record.state != Record.State.FINALISED:
        raise NotSettled(_("The record is not final yet."))
    if policies.is_void(record):
        raise Conflict(_("The record was declared void; nothing can rest on it."))


def _hand(proposal: Proposal, by: Actor, now: datetime) -> None:
    """Keep who had a hand in it, with the post held at that time; the first time counts."""
    ProposalHand.objects.get_or_create(
        proposal=proposal, user=by.user, defaults={"post": by.author.post, "at": now}
    )


def _tell(kind: MessageKind, proposal: Proposal, people: set[int], now: datetime) -> None:
    code, agency = code_of(proposal), proposal.record.agency_name
    telling.of_row(kind, code, telling.PROPOSAL_TITLE, agency, people, now)
