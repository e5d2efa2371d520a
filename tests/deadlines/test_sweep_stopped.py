"""With every worker stopped: what is overdue is a question to two instants, and always answered."""

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Callable
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from dashboards import figures
from deadlines.models import CalendarEdition, LimitRule, OverdueFlag, SweepRun, TimeLimit
from ledger import recording
from tests.world import NOW, World, hanoi

DAY, INSTANT = dt.timedelta(days=1), dt.timedelta(microseconds=1)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Row:
    """A limit as the oracle sees it: three instants and nothing else."""

    def __init__(self, code, started_at, due_at, met_at):
        self.code, self.started_at, self.due_at, self.met_at = code, started_at, due_at, met_at

    def state(self, now: dt.datetime) -> str:
        if now < self.started_at:
            return "not yet"
        if self.met_at is not None and self.met_at <= now:
            return "on_time" if self.met_at < self.due_at else "late"
        return "running" if now < self.due_at else "overdue"


@pytest.fixture
def many(world: World) -> list[Row]:
    """Some hundred limits of two agencies whose instants fall on each other's boundaries."""
    chance = random.Random(4449)
    grid = [hanoi(2026, 11, day) + n * INSTANT for day in range(2, 28) for n in (-1, 0, 1)]
    rows = []
    for n in range(300):
        started_at = chance.choice(grid)
        due_at = chance.choice([t for t in grid if t > started_at] or [started_at + DAY])
        met_at = chance.choice([None, due_at - INSTANT, due_at, due_at + INSTANT, *grid])
        if met_at is not None and met_at < started_at:
            met_at = started_at
        rows.append(Row(f"TH-{n}", started_at, due_at, met_at))
    rule = LimitRule.objects.get(code="agency_report")
    edition = CalendarEdition.objects.latest("number")
    with recording.recorded(may_be_idle=True):
        TimeLimit.objects.bulk_create(
            TimeLimit(
                code=row.code,
                rule=rule,
                calendar_edition=edition,
                agency=world.ward if n % 3 else world.other_ward,
                subject_code=row.code,
                subject_title="Một việc",
                started_at=row.started_at,
                due_at=row.due_at,
                due_on=(row.due_at.astimezone(ZONE) - INSTANT).date(),
                due_month=(row.due_at.astimezone(ZONE) - INSTANT).date().replace(day=1),
                first_due_at=row.due_at,
                met_at=row.met_at,
            )
            for n, row in enumerate(rows)
        )
    return rows


def instants() -> list[dt.datetime]:
    chance = random.Random(2020)
    edges = [hanoi(2026, 11, day) + n * INSTANT for day in range(1, 30) for n in (-1, 0, 1)]
    return sorted(chance.sample(edges, 40)) + [NOW]


class TestReading:
    """Every worker stopped, nothing swept, no flag anywhere: what is overdue is known anyway."""

    def test_the_questions_answer_what_the_oracle_answers_at_any_instant(self, many):
        asked: dict[str, Callable] = {
            "overdue": TimeLimit.objects.overdue,
            "running": TimeLimit.objects.running,
            "on_time": TimeLimit.objects.met_on_time,
            "late": TimeLimit.objects.met_late,
        }
        for now in instants():
            expected = Counter()
            for name, question in asked.items():
                found = set(question(now).values_list("code", flat=True))
                right = {row.code for row in many if row.state(now) == name}
                assert found == right, (name, now)
                expected[name] = len(right)
            assert figures.total(TimeLimit.objects.all(), now).as_dict() == dict(expected)
            by_agency = figures.grouped(TimeLimit.objects.all(), now, ["agency", "month"])
            for name in asked:
                assert sum(row[name] for row in by_agency) == expected[name]
        assert not OverdueFlag.objects.exists()
        assert not SweepRun.objects.exists()

    def test_the_days_of_running_limits(self, many):
        now = NOW
        day, last = dt.date(2026, 11, 26), dt.date(2026, 11, 27)

        def right(first: dt.date, until: dt.date) -> set[str]:
            return {
                row.code
                for row in many
                if row.state(now) == "running"
                and first <= (row.due_at.astimezone(ZONE) - INSTANT).date() <= until
            }

        assert set(TimeLimit.objects.due_on(day, now).values_list("code", flat=True)) == right(
            day, day
        )
        between = TimeLimit.objects.due_between(day, last, now).values_list("code", flat=True)
        assert set(between) == right(day, last)
        assert right(day, last)

    def test_one_row_says_of_itself_what_the_questions_say(self, many):
        expected = {row.code: row for row in many}
        for limit in TimeLimit.objects.all():
            row = expected[limit.code]
            for now in (row.due_at - INSTANT, row.due_at, NOW):
                if row.met_at is None:
                    assert limit.is_overdue(now) == (now >= row.due_at)
            assert limit.met_late == (row.met_at is not None and row.met_at >= row.due_at)

    def test_page_list_and_command_show_the_same_set(self, many, world, sign_in):
        states = Counter(row.state(NOW) for row in many)
        with recording.recorded(may_be_idle=True):  # what comes later has not come yet
            TimeLimit.objects.filter(met_at__gt=NOW).update(met_at=None)
        leader = sign_in(world.minh)
        for slug, name in (
            ("qua-han", "overdue"),
            ("dang-chay", "running"),
            ("dung-han", "on_time"),
            ("xong-muon", "late"),
        ):
            page = leader.get("/thoi-han/", {"tinh-trang": slug}).context["page"]
            assert page.total == states[name], slug
        out = StringIO()
        call_command("figures", "--json", "--now", NOW.isoformat(), stdout=out)
        total = json.loads(out.getvalue())["total"]
        assert total == {name: states[name] for name in ("on_time", "late", "overdue", "running")}

    def test_an_agency_sees_its_own_alone(self, many, world):
        seen = TimeLimit.objects.visible_to(world.by(world.tuan)).overdue(NOW)
        right = {
            row.code for n, row in enumerate(many) if not n % 3 and row.state(NOW) == "overdue"
        }
        assert set(seen.values_list("code", flat=True)) == right
        assert set(seen.values_list("agency_id", flat=True)) == {world.other_ward.pk}
        everything = TimeLimit.objects.visible_to(world.by(world.minh))
        assert everything.count() == len(many)
