"""Random changes against a recount by hand: day by day, with a set of worked days and no tables.

The oracle shares nothing with the code under test but the rows that it reads.
"""

import random
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Count

from deadlines import adjusting, keeping, sweeping
from deadlines.models import (
    Adjustment,
    CalendarAnnotation,
    CalendarDay,
    DueDateRevision,
    OverdueFlag,
    Suspension,
    TimeLimit,
)
from deadlines.transitions import meet
from ledger.models import Event
from tests.deadlines.keeping.conftest import off, usual, worked
from tests.world import HANOI, hanoi

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 12, 14), date(2027, 1, 20)


class Oracle:
    """Counts one limit on the days of the calendar as they are in the table now."""

    def __init__(self) -> None:
        self.kinds = dict(CalendarDay.objects.values_list("date", "kind"))

    def works(self, day: date) -> bool:
        return {"day_off": False, "make_up_day": True}.get(self.kinds.get(day), day.weekday() < 5)

    def next_worked(self, day: date) -> date:
        while not self.works(day):
            day += DAY
        return day

    def forward(self, day: date, count: int) -> date:
        while count:
            day += DAY
            count -= self.works(day)
        return day

    def between(self, after: date, through: date) -> int:
        count = 0
        while after < through:
            after += DAY
            count += self.works(after)
        return count

    def last_day(self, limit: TimeLimit) -> date:
        started = limit.started_at.astimezone(HANOI).date()
        if limit.rule.code == "task_by_date":
            day = self.next_worked((limit.first_due_at.astimezone(HANOI) - DAY).date())
        elif limit.rule.unit == "working_day":
            day = self.forward(started, limit.rule.amount)
        else:
            day = self.next_worked(started + limit.rule.amount * DAY)
        for revision in limit.revisions.exclude(cause="calendar").order_by("pk"):
            if revision.cause == "suspension":
                stand = Suspension.objects.get(time_limit=limit, from_at=revision.at)
                began = stand.from_at.astimezone(HANOI).date()
                day = self.forward(day, self.between(began, stand.until_on))
            else:
                day = self.next_worked((revision.to_due_at.astimezone(HANOI) - DAY).date())
        return day


def end_of(day: date) -> datetime:
    day += DAY
    return hanoi(day.year, day.month, day.day)


def a_city(world, rng: random.Random) -> None:
    """Limits of three rules; some extended, some suspended, some met, some over and swept."""
    for _ in range(36):
        day = FIRST + rng.randrange(28) * DAY
        at = hanoi(day.year, day.month, day.day, rng.randrange(24), rng.randrange(60))
        rule = rng.choice(("agency_report", "office_draft", "consultation", "task_by_date"))
        oracle = Oracle()
        more = {}
        if rule == "task_by_date":
            more["last_day"] = oracle.next_worked(day + rng.randrange(12) * DAY)
        agency = rng.choice((world.ward, world.other_ward))
        limit = world.limit(at, rule_code=rule, agency=agency, **more)
        later = limit.due_on + rng.randrange(1, 8) * DAY
        fate = rng.randrange(6)
        if fate == 0:
            extend(world, limit, oracle.next_worked(later), at)
        elif fate == 1:
            adjusting.suspend(
                limit, until_on=oracle.next_worked(later), reason="Chờ.", document="2/UBND",
                by=world.by(world.minh, at), now=at,
            )  # fmt: skip
        elif fate == 2:
            meet(limit, by=world.by(world.hung), now=at + rng.randrange(0, 6) * DAY)


def extend(world, limit: TimeLimit, day: date, now: datetime) -> None:
    with_head = adjusting.propose(
        limit, kind=Adjustment.Kind.CORRECTION, wanted_on=day, reason_class="error",
        reason="Sai ngày.", by=world.by(world.phuc, now), now=now,
    )  # fmt: skip
    adjusting.decide(
        with_head, grant=True, granted_on=day, answer="", document="1/UBND",
        by=world.by(world.minh, now), now=now,
    )  # fmt: skip


def a_change(rng: random.Random) -> list:
    """Up to five days that become something else."""
    kinds = dict(CalendarDay.objects.values_list("date", "kind"))
    days = rng.sample([FIRST + n * DAY for n in range((LAST - FIRST).days)], rng.randrange(1, 6))
    return [
        usual(day) if day in kinds else worked(day) if day.weekday() > 4 else off(day)
        for day in days
    ]


def rows(model, **filters) -> list[dict]:
    return list(model.objects.filter(**filters).order_by("pk").values())


@pytest.mark.parametrize("seed", range(14))
def test_exactly_the_open_limits_are_as_a_fresh_count_says(world, keeper, seed, capsys):
    rng = random.Random(seed)  # noqa: S311
    a_city(world, rng)
    day = FIRST + rng.randrange(26) * DAY
    now = hanoi(day.year, day.month, day.day, rng.randrange(24), 30)
    sweeping.flag_overdue(now - timedelta(hours=rng.randrange(30)))
    before = {one["id"]: one for one in rows(TimeLimit)}
    flags, days = rows(OverdueFlag), rows(CalendarDay)
    figures = told(capsys, now)
    change = keeper.propose(*a_change(rng), now=now)
    effect = keeping.preview(change, now=now)
    foretold = {line.code: line.new_on for line in effect.moving(0, 1000)}
    change = keeper.apply(change, now=now)

    oracle, flagged = Oracle(), {(flag["time_limit_id"], flag["due_at"]) for flag in flags}
    moved, noted = {}, set()
    for limit in TimeLimit.objects.select_related("rule"):
        was = before[limit.pk]
        fresh = oracle.last_day(limit)
        is_past = was["due_at"] <= now or (limit.pk, was["due_at"]) in flagged
        is_open = limit.met_at is None and not is_past
        if is_open and end_of(fresh) > now:
            assert limit.due_on == fresh, (limit.rule.code, limit.started_at)
            assert limit.due_at == end_of(fresh)
            assert limit.due_month == fresh.replace(day=1)
            if fresh != was["due_on"]:
                moved[limit.code] = fresh
                continue
        elif fresh != was["due_on"] and (is_open or limit.met_at is None or limit.met_late):
            noted.add(limit.pk)
        now_row = TimeLimit.objects.filter(pk=limit.pk).values().get()
        assert now_row == was
    assert foretold == moved
    assert change.moved == len(moved) == effect.moved
    assert rows(OverdueFlag) == flags
    assert set(CalendarAnnotation.objects.values_list("time_limit_id", flat=True)) == noted
    assert change.annotated == len(noted) == effect.annotated
    lines = Event.objects.filter(action="limit_revised", reason=change.reason)
    assert set(lines.values_list("object_code", flat=True)) == set(moved)
    assert lines.count() == len(moved)
    assert set(change.revisions.values_list("time_limit__code", flat=True)) == set(moved)
    assert told(capsys, now) == figures

    undone = keeping.undo(change, reason="Rút", by=world.by(world.phuc, now), now=now)
    keeper.apply(undone, now=now)
    for row in rows(TimeLimit):
        was = before[row["id"]]
        assert {**row, "calendar_edition_id": 0} == {**was, "calendar_edition_id": 0}
    assert rows(OverdueFlag) == flags
    assert [(d["date"], d["kind"], d["name"]) for d in sorted(rows(CalendarDay), key=_date)] == [
        (d["date"], d["kind"], d["name"]) for d in sorted(days, key=_date)
    ]
    each = DueDateRevision.objects.filter(cause="calendar").values("time_limit")
    assert set(each.annotate(n=Count("pk")).values_list("n", flat=True)) <= {2}


def _date(row: dict) -> date:
    return row["date"]


def told(capsys, now: datetime) -> str:
    """The dashboard's figures at an instant: nothing in them hangs on limits that still run."""
    call_command("figures", "--json", "--now", now.isoformat())
    return capsys.readouterr().out
