"""Last Monday's briefing and today's page "as of last Monday" say the same, whatever came after."""

from datetime import timedelta

import pytest

from dashboards import asof
from dashboards.selection import select
from deadlines.models import TimeLimit
from deadlines.transitions import meet
from tests.dashboards import story
from tests.dashboards.story import DAY, LATER
from tests.deadlines.keeping.conftest import Keeper, off
from tests.dossiers.reorganising.stories import Kind, applied, existing, heir_agency, prepared
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(world) -> dict[str, TimeLimit]:
    return story.begun(world)


def test_what_came_later_changes_nothing_of_what_was_known(world, found):
    def keeper(now):
        Keeper(world).changed(off(hanoi(2026, 11, 26).date()), now=now)

    instants = [NOW, NOW - timedelta(hours=20), NOW - 2 * DAY]
    before = {at: story.picture(world, asof.at(at, present=NOW), NOW) for at in instants}
    assert before[NOW]["total"].as_dict() == {"on_time": 1, "late": 1, "overdue": 7, "running": 7}
    over = story.everything_happens(world, found, keeper)
    between = {
        at: story.picture(world, asof.at(at, present=over), over)
        for at in (LATER + timedelta(minutes=1),)
    }
    for at in instants:
        after = story.picture(world, asof.at(at, present=over), over)
        for part, said in before[at].items():
            assert after[part] == said, (at, part)
    now = story.picture(world, asof.at(over, present=over), over)
    assert now["figures"] != before[NOW]["figures"]
    assert between[LATER + timedelta(minutes=1)]["total"] != before[NOW]["total"]


def test_between_two_reorganisations_a_breach_is_charged_as_it_was_then(world):
    """Hoàn Kiếm ward gets another name, and a week later goes into another ward. One date turns out
    to have been wrong, which takes its charge away: but only from then on."""
    limits = {name: world.limit(story.LONG_AGO, name) for name in ("stays", "wrong", "met")}
    limits["running"] = world.limit(NOW, "running")
    first = NOW + DAY
    heir = heir_agency(applied(world, prepared(world, day=first.date(), now=first), first))
    between = first + timedelta(hours=1)
    before = story.picture(world, asof.at(between, present=between), between)
    counted = {(row["agency_code"], row["overdue"], row["running"]) for row in before["figures"]}
    assert counted == {(world.ward.code, 3, 0), (heir.code, 0, 1)}

    story.granted(world, TimeLimit.objects.get(code="wrong"), "correction", first + 2 * DAY)
    meet(TimeLimit.objects.get(code="met"), by=world.by(world.hung), now=first + 2 * DAY)
    second = first + 7 * DAY
    into = [existing(world.other_ward)]
    plan = prepared(world, Kind.CLOSE, formers=[heir], heirs=into, day=second.date(), now=second)
    applied(world, plan, second)
    present = second + timedelta(hours=1)
    after = story.picture(world, asof.at(between, present=present), present)
    assert after == before
    asked = {"don-vi": str(world.ward.pk), "tinh-trang": "qua-han"}
    then = select(TimeLimit.objects.all(), asked, asof.at(between, present=present))
    assert {limit.code for limit in then} == {"stays", "wrong", "met"}
    now = select(TimeLimit.objects.all(), asked, asof.at(present, present=present))
    assert {limit.code for limit in now} == {"stays"}
