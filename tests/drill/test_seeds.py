"""Whatever goes wrong, in whatever order: the same flags, reminders, messages and letters.

Four seeds here; ``drill_seeds.py`` plays five hundred.
"""

import pytest

from tests.drill.faults import drawn
from tests.world import hanoi


def test_a_calm_play_is_the_story(as_it_should_be):
    """What the plays are compared with, said by hand."""
    limits = {code: (due_on, met_at) for code, due_on, met_at in as_it_should_be.limits}
    late = {code for code, _due_at, _head in as_it_should_be.flags}
    assert len(limits) == 9
    assert late == {"SATURDAY", "EXTENDED", "SUSPENDED", "FRIDAY", "TET"} | {
        code for code, (_due_on, met_at) in limits.items() if met_at == hanoi(2027, 1, 15, 14)
    }
    assert limits["MOVED"] == (hanoi(2027, 1, 6).date(), hanoi(2027, 1, 6, 15))
    rungs = sorted(
        (at, kind, rung)
        for code, _due_at, kind, rung, at in as_it_should_be.reminders
        if code == "TET"
    )
    assert rungs == [
        (hanoi(2027, 2, 2), "rung", -1),
        (hanoi(2027, 2, 3), "rung", 0),
        (hanoi(2027, 2, 4), "breach", 0),
        (hanoi(2027, 2, 12), "rung", 1),
        (hanoi(2027, 2, 16), "rung", 3),
    ]
    assert set(as_it_should_be.told.values()) == {1}
    assert as_it_should_be.differences(as_it_should_be) == []


@pytest.mark.parametrize("seed", range(4))
def test_whatever_goes_wrong_the_same_is_left(theatre, as_it_should_be, seed):
    assert theatre(drawn(seed)).differences(as_it_should_be) == []
