"""The City leader's decision on a proposal, as the letter that says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.actors import Actor
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.models import TimeLimit
from documents import printing
from documents.forms import Issuer, LeaderDecision, Person, Signer, leader_decision
from documents.layout import Layout
from inspections import ladder
from inspections.models import Proposal

#: The City People's Committee has no governing body; its Office numbers its letters.
ISSUER = Issuer(name="UBND thành phố Hà Nội", code="UBND", governing="", unit="TKBT")


def paper_of(
    proposal: Proposal,
    *,
    verdict: Any,
    outcome: ladder.Outcome | None,
    limit: TimeLimit | None,
    by: Actor,
    now: datetime,
) -> Layout:
    """The letter as it would be issued now; without number and day. ``verdict`` has ``kind`` and
    ``reason``."""
    submission = proposal.paper
    return leader_decision(
        LeaderDecision(
            issuer=ISSUER,
            signer=_signer(by),
            kind=verdict.kind,
            proposal_ref=submission.ref,
            proposal_on=submission.issued_on,
            proposer=submission.series.holder.name,
            person=Person(name=proposal.person_name, post=proposal.person_post),
            agency=proposal.record.agency_name,
            reason=verdict.reason,
            outcome=_named(outcome),
            basis=_basis(outcome, now),
            due_on=limit.due_on if limit else None,
        )
    )


def content_of(
    proposal: Proposal,
    *,
    verdict: Any,
    outcome: ladder.Outcome | None,
    limit: TimeLimit | None,
    by: Actor,
    now: datetime,
) -> Mapping[str, Any]:
    """What the issued letter keeps."""
    return printing.content(
        paper_of(proposal, verdict=verdict, outcome=outcome, limit=limit, by=by, now=now),
        proposal=str(proposal.public_id),
        proposal_ref=proposal.paper.ref,
        person=proposal.person_name,
        kind=str(verdict.kind),
        outcome=outcome.code if outcome else "",
        nature=str(outcome.nature) if outcome else "",
        reason=verdict.reason,
    )


def _named(outcome: ladder.Outcome | None) -> str:
    """The outcome with what it is in law, in the words of papers."""
    if outcome is None:
        return ""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{outcome.name} ({ladder.NATURES[outcome.nature]})"


def _basis(outcome: ladder.Outcome | None, now: datetime) -> str:
    """The law on discipline stands under a form of discipline alone."""
    if outcome is None or outcome.nature != ladder.Nature.DISCIPLINE:
        return ""
    return ladder.basis_on(local_day(now))


def _signer(by: Actor) -> Signer:
    """The chair, or a vice chair for the chair."""
    post = next((p.post for p in by.posts if p.role == Role.CITY_LEADER), "")
    name = by.user.full_name if by.user else ""
    if post.startswith("Phó"):
        return Signer(name=name, post="Phó Chủ tịch", capacity="KT.", body="Chủ tịch")
    return Signer(name=name, post="Chủ tịch")
