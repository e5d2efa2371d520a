"""The verbs of plans: draft, change, select, add and take out by hand, approve.

drafting ──approve (director, not the drafter)──▶ approved, with its paper; nothing changes then
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import NotAllowed
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from documents import issuing
from documents.models import Paper
from inspections import drawing
from inspections.models import Plan, PlanItem
from inspections.papers import plan as plan_paper
from inspections.planning.history import candidates, histories
from inspections.planning.scoring import ranked, spread
from inspections.transitions.rows import (
    Unfit,
    acting,
    changes_between,
    enter,
    home_affairs,
    next_code,
    stale,
    write,
)
from ledger import recording

#: The months in which a yearly plan sends teams out: after Tết, before the year is closed.
MONTHS = tuple(range(3, 12))
_Chosen = PlanItem.Chosen


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What is entered of a plan. ``by_risk`` and ``by_chance``: how many agencies each way."""

    kind: str
    year: int
    title: str
    theme: str = ""
    by_risk: int = 0
    by_chance: int = 0


def draft_plan(*, facts: PlanFacts, by: Actor, now: datetime, seed: str = "") -> Plan:
    """A new plan without agencies. Its seed is made by the server, once, and never again: nobody
    draws until the result pleases. ``seed`` is for tests and for redoing a draw."""
    if not allows(by, "plan_draft"):
        raise NotAllowed(_("Your post does not carry this right."))
    _check(facts)
    with recording.recorded():
        plan = Plan.objects.create(
            code=next_code(Plan, f"KHKT{facts.year}", 2),
            **_columns(facts),
            seed=seed or secrets.token_hex(6),
            drafted_by=by.user,
            drafted_at=now,
        )
        enter(
            plan,
            "plan_drafted",
            by,
            now,
            after={**_columns(facts), "seed": plan.seed, "name": plan.title},
        )
    return plan


def edit_plan(
    plan: Plan, *, facts: PlanFacts, version: int | None, by: Actor, now: datetime
) -> Plan:
    """Change title, theme and numbers of a draft; its year and kind stay."""
    _check(facts)
    with acting(plan, "edit_plan", by, version) as row:
        new = {**_columns(facts), "kind": row.kind, "year": row.year}
        old = {name: getattr(row, name) for name in new}
        before, after = changes_between(old, new)
        write(row, "edit_plan", **new)
        enter(row, "plan_edited", by, now, before=before, after=after)
    return row


def select_agencies(plan: Plan, *, version: int | None, by: Actor, now: datetime) -> Plan:
    """Choose the agencies by risk and by the draw, as of ``now``; those chosen by hand stay.

    The riskiest come first in the year. The draw is among all others, so an agency without any
    late limit may be visited too.
    """
    with acting(plan, "edit_plan", by, version) as row:
        kept = set(row.items.filter(chosen=_Chosen.HAND).values_list("agency__code", flat=True))
        agencies = {agency.code: agency for agency in candidates(local_day(now))}
        free = [agency for code, agency in agencies.items() if code not in kept]
        scores = ranked(histories(free, now))
        risky = scores[: row.by_risk]
        rest = [score.agency for score in scores[row.by_risk :]]
        drawn = drawing.draw(row.seed, rest, row.by_chance)
        row.items.exclude(chosen=_Chosen.HAND).delete()
        months = _months_left(row, now)
        PlanItem.objects.bulk_create(
            [
                PlanItem(
                    plan=row,
                    agency=agencies[score.agency],
                    month=month,
                    theme=row.theme[:300],
                    chosen=_Chosen.RISK,
                    score=score.points,
                    reasons=[part.as_reason() for part in score.parts],
                )
                for score, month in zip(risky, spread(len(risky), months), strict=True)
            ]
            + [
                PlanItem(
                    plan=row,
                    agency=agencies[code],
                    month=month,
                    theme=row.theme[:300],
                    chosen=_Chosen.CHANCE,
                    reasons=[_drawn(place, len(rest), row.seed)],
                )
                for place, (code, month) in enumerate(
                    zip(drawn, spread(len(drawn), months), strict=True), 1
                )
            ]
        )
        write(row, "edit_plan")
        enter(
            row,
            "plan_selected",
            by,
            now,
            after={
                "seed": row.seed,
                "candidates": len(free),
                "by_risk": {score.agency: score.points for score in risky},
                "by_chance": drawn,
            },
        )
    return row


def add_agency(
    plan: Plan,
    *,
    agency: Agency,
    month: int,
    theme: str,
    reason: str,
    version: int | None,
    by: Actor,
    now: datetime,
) -> PlanItem:
    """Put an agency into a draft by hand, with the reason. Raises ``Unfit`` when it is there."""
    with acting(plan, "edit_plan", by, version) as row:
        if not candidates(local_day(now)).filter(pk=agency.pk).exists():
            raise Unfit(
                _("%(agency)s cannot be inspected by Home Affairs now.") % {"agency": agency.name}
            )
        try:
            with transaction.atomic():
                item = PlanItem.objects.create(
                    plan=row,
                    agency=agency,
                    month=month,
                    theme=theme or row.theme[:300],
                    chosen=_Chosen.HAND,
                    reasons=[{"reason": "hand", "figure": {"text": reason}}],
                )
        except IntegrityError as error:
            raise Unfit(
                _("%(agency)s is in the plan for this month already.") % {"agency": agency.name}
            ) from error
        write(row, "edit_plan")
        enter(
            row,
            "plan_agency_added",
            by,
            now,
            after={"agency": agency.name, "month": month},
            reason=reason,
        )
    return item


def change_item(
    item: PlanItem,
    *,
    month: int | None,
    theme: str = "",
    reason: str,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Move an agency of a draft to another month, or with ``month=None`` take it out; with the
    reason, so that what the draw gave cannot vanish silently."""
    with acting(item.plan, "edit_plan", by, version) as row:
        mine = PlanItem.objects.select_related("agency").filter(pk=item.pk, plan=row)
        found = mine.first()
        if found is None:
            raise stale()
        before = {"agency": found.agency.name, "month": found.month, "chosen": found.chosen}
        if month is None:
            mine.delete()
        else:
            try:
                with transaction.atomic():
                    mine.update(month=month, theme=theme)
            except IntegrityError as error:
                raise Unfit(
                    _("%(agency)s is in the plan for this month already.")
                    % {"agency": found.agency.name}
                ) from error
        write(row, "edit_plan")
        enter(
            row,
            "plan_agency_removed" if month is None else "plan_edited",
            by,
            now,
            before=before,
            after={} if month is None else {"agency": found.agency.name, "month": month},
            reason=reason,
        )


def approve_plan(plan: Plan, *, version: int | None, by: Actor, now: datetime) -> Plan:
    """The director approves a plan that somebody else drafted: it gets its number and is frozen."""
    with acting(plan, "approve_plan", by, version) as row:
        items = items_of(row)
        if not items:
            raise Unfit(_("A plan without agencies cannot be approved. Choose agencies first."))
        holder = home_affairs(local_day(now))
        paper = issuing.issue(
            kind=Paper.Kind.PLAN,
            holder=holder,
            symbol=f"KH-{holder.code}",
            about_kind="plan",
            about_code=row.code,
            title=row.title,
            content=plan_paper.content(row, items, by=by, now=now),
            by=by,
            now=now,
        )
        write(
            row,
            "approve_plan",
            state=Plan.State.APPROVED,
            approved_by=by.user,
            approved_at=now,
            paper=paper,
        )
        enter(
            row,
            "plan_approved",
            by,
            now,
            after={"ref": paper.ref, "agencies": len(items)},
            document=paper.ref,
        )
    return row


def items_of(plan: Plan) -> Sequence[PlanItem]:
    """The agencies of a plan in the order of the year."""
    found = plan.items.select_related("agency").order_by("month", "agency__sort_key", "pk")
    return list(found)


def _columns(facts: PlanFacts) -> dict:
    return {name: getattr(facts, name) for name in PlanFacts.__dataclass_fields__}


def _check(facts: PlanFacts) -> None:
    if facts.kind == Plan.Kind.THEMATIC and not facts.theme.strip():
        raise Unfit(_("A thematic plan names its theme."))


def _months_left(plan: Plan, now: datetime) -> list[int]:
    """The months of the plan that are not past; in a year almost over, the present one."""
    day = local_day(now)
    if plan.year != day.year:
        return list(MONTHS)
    return [month for month in MONTHS if month >= day.month] or [day.month]


def _drawn(place: int, total: int, seed: str) -> dict:
    return {"reason": "draw", "figure": {"place": place, "total": total, "seed": seed}}
