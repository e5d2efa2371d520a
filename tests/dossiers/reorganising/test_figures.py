"""Last month's and last year's figures, lists and flags show the agency of then, for ever."""

from collections import Counter
from datetime import date, timedelta

import pytest

from dashboards import figures, overview
from dashboards.selection import select
from deadlines import sweeping
from deadlines import transitions as limits
from deadlines.models import DueDateRevision, OverdueFlag, TimeLimit
from deadlines.moments import Moment
from deadlines.moving import handover_of
from deadlines.published import published
from tests.dossiers.reorganising.stories import TODAY, applied, heir_agency, new, prepared
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

COUNTS = ("on_time", "late", "overdue", "running")


@pytest.fixture
def moment(world) -> Moment:
    return Moment(NOW, published().calendar)


@pytest.fixture
def october(world) -> dict[str, TimeLimit]:
    """Hoàn Kiếm ward in October: one met in time, one met late, one never met."""
    by = world.by(world.hung)
    found = {name: world.limit(hanoi(2026, 10, 5, 9)) for name in ("met", "late", "open")}
    limits.meet(found["met"], by=by, now=hanoi(2026, 10, 6, 9))
    limits.meet(found["late"], by=by, now=hanoi(2026, 10, 20, 9))
    sweeping.flag_overdue(hanoi(2026, 10, 8))
    return found


def by_agency(first: date, last: date, now=NOW) -> dict[str, tuple[int, ...]]:
    found = TimeLimit.objects.falling_due(first, last)
    rows = figures.grouped(found, now, ["agency"])
    return {row["agency_code"]: tuple(row[name] for name in COUNTS) for row in rows}


def whole_october(now=NOW) -> dict[str, tuple[int, ...]]:
    return by_agency(date(2026, 10, 1), date(2026, 10, 31), now)


class TestPeriodsBeforeTheHandover:
    def test_say_the_same_before_and_after_it(self, world, october):
        before = whole_october()
        assert before == {"P-00070": (1, 1, 1, 0)}
        applied(world, prepared(world))
        assert whole_october() == before

    def test_still_say_it_when_the_successor_answers_what_was_overdue(self, world, october):
        applied(world, prepared(world))
        later = NOW + timedelta(hours=1)
        limit = TimeLimit.objects.get(pk=october["open"].pk)
        limits.meet(limit, by=world.by(world.hung), now=later)
        assert whole_october(later) == {"P-00070": (1, 2, 0, 0)}

    def test_each_number_leads_to_exactly_its_rows(self, world, october, moment):
        plan = applied(world, prepared(world))
        asked = {"don-vi": str(world.ward.pk), "tinh-trang": "qua-han"}
        assert list(select(TimeLimit.objects.all(), asked, moment)) == [october["open"]]
        asked["don-vi"] = str(heir_agency(plan).pk)
        assert not select(TimeLimit.objects.all(), asked, moment).exists()

    def test_flags_are_not_touched(self, world, october):
        before = list(OverdueFlag.objects.order_by("pk").values())
        applied(world, prepared(world))
        assert list(OverdueFlag.objects.order_by("pk").values()) == before
        assert {flag["agency_id"] for flag in before} == {world.ward.pk}

    def test_the_overview_names_the_agency_that_ended(self, world, october, moment):
        applied(world, prepared(world))
        by = world.by(world.minh)
        page = overview.Morning(TimeLimit.objects.all(), {}, moment, by, present=NOW)
        [bar] = page.agencies()
        assert world.ward.name in bar.label
        assert "24/11/2026" in bar.label
        assert f"don-vi={world.ward.pk}" in bar.href


class TestPeriodsAfterIt:
    def test_count_for_the_successor(self, world):
        running = world.limit(NOW)
        plan = applied(world, prepared(world))
        period = (TODAY, running.due_on)
        assert by_agency(*period) == {heir_agency(plan).code: (0, 0, 0, 1)}
        running.refresh_from_db()
        late = running.due_at + timedelta(hours=1)
        sweeping.flag_overdue(late)
        assert by_agency(*period, late) == {heir_agency(plan).code: (0, 0, 1, 0)}

    def test_what_was_extended_after_a_breach_stays_the_former_agencys(self, world, october):
        """The breach was the former head's: in time for the new date is late all the same."""
        by = world.by(world.minh)
        TimeLimit.objects.filter(pk=october["open"].pk).update(breached_at=october["open"].due_at)
        limits.revise_due(
            october["open"], to=handover_of(date(2026, 12, 1)), reason="Chờ ý kiến", document="",
            cause=DueDateRevision.Cause.EXTENSION, by=by, now=NOW,
        )  # fmt: skip
        applied(world, prepared(world))
        limit = TimeLimit.objects.get(pk=october["open"].pk)
        assert limit.charged_to == world.ward

    def test_a_date_that_was_never_right_is_charged_to_nobody(self, world, october):
        plan = applied(world, prepared(world))
        limit = TimeLimit.objects.get(pk=october["open"].pk)
        limits.revise_due(
            limit, to=handover_of(date(2026, 12, 1)), reason="Nhập sai", document="",
            cause=DueDateRevision.Cause.CORRECTION, by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        assert by_agency(date(2026, 11, 1), date(2026, 11, 30)) == {
            heir_agency(plan).code: (0, 0, 0, 1)
        }

    def test_a_second_handover_leaves_the_breach_with_the_first_agency(self, world, october):
        first = applied(world, prepared(world))
        later = NOW + timedelta(days=7)
        day, third = TODAY + timedelta(days=7), new(code="P-BA", name="UBND phường Đồng Xuân")
        second = prepared(world, formers=[heir_agency(first)], heirs=[third], day=day, now=later)
        second = applied(world, second, later)
        limit = TimeLimit.objects.get(pk=october["open"].pk)
        assert (limit.agency, limit.charged_to) == (heir_agency(second), world.ward)
        assert whole_october(later) == {"P-00070": (1, 1, 1, 0)}


def test_nothing_is_counted_twice_or_lost(world, october):
    world.limit(NOW)
    world.limit(hanoi(2026, 11, 18, 9), agency=world.other_ward)
    before = figures.total(TimeLimit.objects.all(), NOW)
    applied(world, prepared(world))
    assert figures.total(TimeLimit.objects.all(), NOW) == before
    rows = figures.grouped(TimeLimit.objects.all(), NOW, ["agency"])
    sums: Counter = Counter()
    for row in rows:
        sums.update({name: row[name] for name in COUNTS})
    assert {name: sums[name] for name in COUNTS} == before.as_dict()
