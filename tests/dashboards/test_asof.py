"""Last Monday's briefing and today's page "as of last Monday" say the same, whatever came after."""

from datetime import timedelta

import pytest

from dashboards import asof
from deadlines.models import TimeLimit
from tests.dashboards import story
from tests.dashboards.story import DAY, LATER
from tests.deadlines.keeping.conftest import Keeper, off
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
