"""What the pages share: finding the row that a person may see, and addresses."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.rights import allows
from inspections.models import Proposal, Recommendation, Record

RECORD_JOINS = (
    "agency", "head", "author", "paper__void", "inspection", "explanation__paper",
    "explanation__time_limit__rule", "explanation__answered_by", "explanation__asked_by",
    "explanation__silent_by", "conclusion__paper", "conclusion__by",
)  # fmt: skip


def record_of(request: HttpRequest, public_id: Any) -> Record:
    """The record, if this person may see it; 404 otherwise."""
    visible = Record.objects.visible_to(request.actor).values("pk")
    rows = Record.objects.filter(pk__in=visible).select_related(*RECORD_JOINS)
    return get_object_or_404(rows, public_id=public_id)


def proposal_of(request: HttpRequest, public_id: Any) -> Proposal:
    """The proposal, if this person may see it; 404 otherwise."""
    rows = Proposal.objects.visible_to(request.actor).select_related(
        "record__agency", "record__explanation__time_limit", "record__paper__void", "person",
        "drafted_by", "endorsed_by", "paper__series__holder", "decision__by", "decision__paper",
        "decision__time_limit__rule", "decision__result_by", "after__proposal",
    )  # fmt: skip
    return get_object_or_404(rows, public_id=public_id)


def remedy_of(request: HttpRequest, public_id: Any) -> Recommendation:
    """The recommendation, if this person may see it; 404 otherwise."""
    rows = Recommendation.objects.visible_to(request.actor).select_related(
        "agency", "time_limit__rule", "conclusion__paper", "conclusion__record__agency",
        "conclusion__by",
    )  # fmt: skip
    return get_object_or_404(rows, public_id=public_id)


def record_url(record: Record) -> str:
    return reverse("inspections:duty_record", args=[record.public_id])


def proposal_url(proposal: Proposal) -> str:
    return reverse("inspections:proposal", args=[proposal.public_id])


def remedy_url(owed: Recommendation) -> str:
    return reverse("inspections:remedy", args=[owed.public_id])


def home_crumbs(by: Actor) -> list[tuple[Any, str]]:
    """Where this person came from: the desk of Home Affairs, or one's own file."""
    if allows(by, "duty_pipeline"):
        return [(gettext_lazy("Responsibility"), reverse("inspections:pipeline"))]
    if allows(by, "acc_approve"):
        return [(gettext_lazy("Proposals"), reverse("inspections:proposals"))]
    return [(gettext_lazy("My file on responsibility"), reverse("inspections:mine"))]
