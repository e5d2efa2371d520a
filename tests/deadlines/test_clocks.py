"""When application and database disagree about the time, nothing is flagged and all is shown.

quality.md §2 invariant 12, §5 fault F19.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from deadlines import clocks, sweeping
from deadlines.models import OverdueFlag, SweepRun, TimeLimit

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("ahead", [-3, 3, 3600, -5 * 86400])
def test_nothing_is_flagged_and_no_run_is_entered(world, monkeypatch, ahead):
    limit = world.directed().time_limit
    late = limit.due_at + timedelta(hours=1)
    monkeypatch.setattr(clocks, "drift", lambda now: ahead * SECOND)
    with pytest.raises(clocks.ClocksDisagree):
        sweeping.flag_by_the_clock(late)
    assert not OverdueFlag.objects.exists()
    assert not SweepRun.objects.exists()
    assert TimeLimit.objects.overdue(late).get() == limit
    monkeypatch.setattr(clocks, "drift", lambda now: 2 * SECOND)
    assert sweeping.flag_by_the_clock(late).flagged == 1


def test_the_clock_of_the_database_is_asked(db):
    now = timezone.now()
    assert abs(clocks.drift(now)) <= clocks.DRIFT
    far = clocks.drift(now - timedelta(hours=1))
    if connection.vendor == "postgresql":
        assert timedelta(minutes=59) < far < timedelta(minutes=61)
    else:
        assert far == timedelta()  # there is one clock
