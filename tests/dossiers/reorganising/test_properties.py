"""After any sequence of reorganisations nothing is lost or doubled, no due date moved, and the days
in all hands still add up."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from agencies.models import Agency, InternalUnit
from dashboards import figures
from deadlines.models import OverdueFlag, TimeLimit
from deadlines.published import published
from dossiers import holding
from dossiers.models import Dossier, Holding
from dossiers.reorganising.lying import OPEN_STATES
from ledger import recording
from ledger.models import Event
from tests.dossiers.reorganising.stories import Kind, applied, existing, new, prepared
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

CLOCK = ("pk", "code", "rule_id", "started_at", "due_at", "first_due_at", "due_on", "due_month",
         "head_at_start_id", "met_at", "suspended_until", "breached_at")  # fmt: skip


def clocks() -> list[dict]:
    return list(TimeLimit.objects.order_by("pk").values(*CLOCK))


def of_the_past(before: date) -> dict:
    """The figures by agency of everything that fell due before a day."""
    rows = figures.grouped(
        TimeLimit.objects.filter(due_on__lt=before), NOW + timedelta(days=60), ["agency", "month"]
    )
    return {(row["agency_id"], row["month"]): row["overdue"] + row["late"] + row["on_time"]
            for row in rows}  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence(world, seed):
    rng = random.Random(seed)  # noqa: S311
    with recording.recorded(may_be_idle=True):
        units = [InternalUnit.objects.create(agency=world.ward, name=name) for name in "ABC"]
    for number in range(8):
        started = hanoi(2026, 11, rng.choice((16, 18, 20, 23, 25)), 8, number)
        rng.choice((world.directed, world.reported, world.draft, world.submitted))(started)
        world.limit(started, agency=rng.choice((world.ward, world.other_ward)))
        if rng.random() < 0.5:
            chosen = Dossier.objects.order_by("-pk").first()
            with recording.recorded(may_be_idle=True):
                Dossier.objects.filter(pk=chosen.pk).update(unit=rng.choice(units))
    world.consulted(hanoi(2026, 11, 25, 8, 30))
    before, dossiers = clocks(), set(Dossier.objects.values_list("pk", flat=True))
    living = [world.ward, world.other_ward]
    day = NOW.date()
    for turn in range(5):
        day += timedelta(days=rng.randint(1, 9))
        now = hanoi(day.year, day.month, day.day, rng.choice((0, 9, 16)), 1)
        past, flags = of_the_past(day), OverdueFlag.objects.count()
        living = reorganise(world, rng, living, day, now, turn)
        assert of_the_past(day) == past
        assert OverdueFlag.objects.count() >= flags
        assert clocks() == before
        assert set(Dossier.objects.values_list("pk", flat=True)) == dossiers
        alive = {agency.pk for agency in living} | {world.office.pk}
        open_limits = TimeLimit.objects.filter(met_at__isnull=True)
        assert set(open_limits.values_list("agency_id", flat=True)) <= alive
        open_dossiers = Dossier.objects.filter(state__in=OPEN_STATES)
        assert set(open_dossiers.values_list("agency_id", flat=True)) <= alive
        for limit in open_limits.filter(direction__isnull=False).select_related(
            "direction__dossier"
        ):
            assert limit.agency_id == limit.direction.dossier.agency_id
        the_days_add_up(now)
    for flag in OverdueFlag.objects.select_related("agency", "time_limit"):
        assert flag.agency.is_valid_on(flag.time_limit.due_on)
    lines = Counter(Event.objects.filter(action="limit_moved").values_list("object_code", "at"))
    assert set(lines.values()) <= {1}


def reorganise(world, rng, living: list[Agency], day: date, now, turn: int) -> list[Agency]:
    """One reorganisation of those that live; those that live after it."""
    kinds = [Kind.RENAME, Kind.SPLIT]
    if len(living) > 1:
        kinds += [Kind.MERGE, Kind.CLOSE]
    kind = rng.choice(kinds)
    formers = rng.sample(living, 2) if kind == Kind.MERGE else [rng.choice(living)]
    heirs = [new("1", f"P-M{turn}", f"UBND phường M{turn}")]
    if kind == Kind.CLOSE:
        heirs = [existing(rng.choice([a for a in living if a not in formers]))]
    if kind == Kind.SPLIT:
        heirs.append(new("2", f"P-N{turn}", f"UBND phường N{turn}"))
    plan = prepared(world, kind, formers, heirs, day=day, now=now)
    units = InternalUnit.objects.filter(agency__in=formers)
    choices = {
        "units": {str(unit.pk): rng.choice(heirs).key for unit in units},
        "items": {
            code: rng.choice(heirs).key
            for code in Dossier.objects.values_list("code", flat=True)
            if rng.random() < 0.3
        },
    }
    plan = applied(world, plan, now, **choices)
    follow = Agency.objects.filter(pk__in=[facts["agency_id"] for facts in plan.heirs])
    return [agency for agency in living if agency not in formers and agency not in follow] + list(
        follow
    )


def the_days_add_up(now) -> None:
    calendar = published().calendar
    for dossier in Dossier.objects.all():
        rows = list(Holding.objects.filter(dossier=dossier).order_by("pk"))
        for one, next_one in zip(rows, rows[1:], strict=False):
            assert one.to_at == next_one.from_at
        division = holding.divide(rows, [], today=now.date(), calendar=calendar)
        last = rows[-1].to_at.date() if rows[-1].to_at else now.date()
        elapsed = calendar.working_days_between(dossier.created_at.astimezone(now.tzinfo).date(),
                                                last)  # fmt: skip
        assert division.total == elapsed
