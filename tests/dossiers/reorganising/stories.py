"""Hoàn Kiếm ward is reorganised: Sơn prepares, Thu applies, on days around a Wednesday."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from accounts.models import Appointment
from agencies.models import Agency
from dossiers import reorganising
from dossiers.models import Reorganisation
from dossiers.reorganising import Heir
from tests.world import NOW, World

Kind, State = Reorganisation.Kind, Reorganisation.State
TODAY = date(2026, 11, 25)


def new(key: str = "1", code: str = "P-MOI", name: str = "UBND phường Hồ Gươm", **more) -> Heir:
    """A successor to be established."""
    return Heir(key=key, code=code, name=name, **more)


def existing(agency: Agency, key: str = "1") -> Heir:
    """A successor that is there already."""
    return Heir(key=key, code=agency.code, name=agency.name, agency_id=agency.pk)


def prepared(
    world: World,
    kind: Kind = Kind.RENAME,
    formers: Sequence[Agency] = (),
    heirs: Sequence[Heir] = (),
    day: date = TODAY,
    now: datetime = NOW,
) -> Reorganisation:
    """A plan that Sơn prepared: Hoàn Kiếm ward gets another name unless told otherwise."""
    return reorganising.prepare(
        kind=kind,
        formers=list(formers) or [world.ward],
        heirs=list(heirs) or [new()],
        effective_on=day,
        document="1656/NQ-UBTVQH15",
        document_on=date(2026, 11, 16),
        by=world.by(world.son, now),
        now=now,
    )


def put_forward(world: World, plan: Reorganisation, now: datetime = NOW, **choices: Any) -> None:
    """Sơn arranges what is named and hands the plan to the second person."""
    by = world.by(world.son, now)
    if choices:
        both = {**plan.choices, **choices}
        row = reorganising.arrange(plan, choices=both, version=plan.version, by=by, now=now)
        plan.version = row.version
    reorganising.put_forward(plan, version=plan.version, by=by, now=now)
    plan.refresh_from_db()


def applied(
    world: World, plan: Reorganisation, now: datetime = NOW, **choices: Any
) -> Reorganisation:
    """The plan, put forward by Sơn and applied or approved by Thu."""
    put_forward(world, plan, now, **choices)
    by = world.by(world.thu, now)
    row = reorganising.approve(plan, version=plan.version, by=by, now=now)
    row.refresh_from_db()
    return row


def heir_agency(plan: Reorganisation, key: str = "1") -> Agency:
    """The agency that a successor of an applied plan became."""
    [heir] = [heir for heir in reorganising.heirs_of(plan) if heir.key == key]
    return Agency.objects.get(pk=heir.agency_id)


def going(plan: Reorganisation, post: Appointment, key: str, **more: str) -> dict[str, Any]:
    """The choices for posts, with one of them going to a successor (or nowhere)."""
    facts = {"key": key, "role": post.role, "title": post.post, **more}
    return {**plan.choices["posts"], str(post.pk): facts}
