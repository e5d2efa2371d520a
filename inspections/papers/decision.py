"""The decision on an inspection with its team, and the letter that tells the agency of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from agencies.dates import local_day
from agencies.models import Agency
from documents import printing
from documents.forms import Issuer, planning
from documents.models import Paper
from inspections.bases import bases_on
from inspections.models import Inspection, TeamMember
from inspections.papers import people
from inspections.transitions.rows import home_affairs

#: How a kind is named inside a sentence of a paper.
WAYS = {Inspection.Kind.CONTROL: "kiểm tra", Inspection.Kind.INSPECTORATE: "thanh tra"}


def title(inspection: Inspection) -> str:
    """What the decision is about, in one line."""
    suddenly = "" if inspection.announced else " đột xuất"
    return f"{WAYS[inspection.kind].capitalize()} công vụ{suddenly} tại {inspection.agency.name}"


def content(
    inspection: Inspection, members: Sequence[TeamMember], *, days: int, by: Actor, now: datetime
) -> Mapping[str, Any]:
    """What the issued decision keeps."""
    day = local_day(now)
    layout = planning.decision(
        planning.InspectionDecision(
            issuer=people.issuer(home_affairs(day)),
            signer=people.signer(by),
            agency=inspection.agency.name,
            bases=bases_on(inspection.kind, day),
            team=people.team(members),
            scope=inspection.scope,
            period_from=inspection.period_from,
            period_to=inspection.period_to,
            starts_on=inspection.planned_on,
            days=days,
            way=WAYS[inspection.kind],
            unannounced=not inspection.announced,
        )
    )
    return printing.content(
        layout,
        inspection=inspection.code,
        agency={"code": inspection.agency.code, "name": inspection.agency.name},
        seed=inspection.seed,
        team=[{"name": one.name, "post": one.post, "part": one.part} for one in members],
    )


def notice_issuer(inspection: Inspection, home: Agency, now: datetime) -> Issuer:
    """Home Affairs with the unit of whoever prepared the inspection: it drafts the letter."""
    return people.issuer(home, people.unit_of(inspection.created_by, home, local_day(now)))


def notice_content(
    inspection: Inspection, decision: Paper, *, by: Actor, now: datetime
) -> Mapping[str, Any]:
    """What the letter to the agency keeps."""
    layout = planning.notice_of_inspection(
        planning.InspectionNotice(
            issuer=notice_issuer(inspection, home_affairs(local_day(now)), now),
            signer=people.signer(by),
            agency=inspection.agency.name,
            decision_ref=decision.ref,
            decision_on=decision.issued_on,
            starts_on=inspection.planned_on,
            scope=inspection.scope,
            place=f"Trụ sở {inspection.agency.name}",
            way=WAYS[inspection.kind],
        )
    )
    return printing.content(layout, inspection=inspection.code)
