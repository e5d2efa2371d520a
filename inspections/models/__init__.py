"""Plans, inspections, records, and what follows them."""

from inspections.models.outcomes import (
    Conclusion,
    Decision,
    PersonClass,
    Proposal,
    ProposalHand,
    Recommendation,
    RemedyFile,
    RemedyReport,
)
from inspections.models.planning import Plan, PlanItem
from inspections.models.records import (
    Exhibit,
    ExplanationRequest,
    Finding,
    Record,
    Signature,
)
from inspections.models.visits import Inspection, SampledDossier, TeamMember

__all__ = [
    "Conclusion",
    "Decision",
    "Exhibit",
    "ExplanationRequest",
    "Finding",
    "Inspection",
    "PersonClass",
    "Plan",
    "PlanItem",
    "Proposal",
    "ProposalHand",
    "Recommendation",
    "Record",
    "RemedyFile",
    "RemedyReport",
    "SampledDossier",
    "Signature",
    "TeamMember",
]
