"""The paper of a plan (kế hoạch kiểm tra công vụ)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.actors import Actor
from agencies.dates import local_day
from documents import printing
from documents.forms import planning
from documents.layout import Layout
from inspections.bases import bases_on
from inspections.models import Inspection, Plan, PlanItem
from inspections.papers import people
from inspections.planning.wording import why
from inspections.transitions.rows import home_affairs


def paper_of(plan: Plan, items: Sequence[PlanItem], *, by: Actor, now: datetime) -> Layout:
    """The plan as it would be issued now, signed by ``by``; without number and day."""
    day = local_day(now)
    with translation.override(settings.LANGUAGE_CODE):
        visits = [
            planning.Visit(
                agency=item.agency.name,
                month=item.month,
                theme=item.theme,
                why=why(item),
            )
            for item in items
        ]
    return planning.plan(
        planning.Plan(
            issuer=people.issuer(home_affairs(day)),
            signer=people.signer(by),
            title=plan.title,
            year=plan.year,
            visits=visits,
            bases=bases_on(Inspection.Kind.CONTROL, day),
            theme=plan.theme,
            by_risk=sum(item.chosen == PlanItem.Chosen.RISK for item in items),
            by_chance=sum(item.chosen == PlanItem.Chosen.CHANCE for item in items),
            seed=plan.seed,
        )
    )


def content(
    plan: Plan, items: Sequence[PlanItem], *, by: Actor, now: datetime
) -> Mapping[str, Any]:
    """What the issued paper keeps: its layout, and beside it the choice with its figures."""
    return printing.content(
        paper_of(plan, items, by=by, now=now),
        plan=plan.code,
        seed=plan.seed,
        items=[
            {
                "agency": item.agency.code,
                "name": item.agency.name,
                "month": item.month,
                "theme": item.theme,
                "chosen": item.chosen,
                "score": item.score,
                "reasons": item.reasons,
            }
            for item in items
        ],
    )
