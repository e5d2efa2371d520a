"""Which limits are named at the briefing: open after more than three reminders of any kind."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deadlines import reminded
from deadlines.models import DueDateRevision, Reminder, TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.rungs import Rung, Told
from deadlines.sweeping import flag_overdue
from deadlines.transitions import meet, revise_due
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked
from dossiers.transitions.reminding import remind
from tests.deadlines.ladder import new_version
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

BEFORE, DAY, DUE = hanoi(2026, 11, 26), hanoi(2026, 11, 27), hanoi(2026, 11, 28)
ONE, THREE = hanoi(2026, 12, 1), hanoi(2026, 12, 3)


def named(now, by=None) -> list[tuple[str, int]]:
    """Code and number of reminders of each limit on the list."""
    limits = TimeLimit.objects.visible_to(by) if by else TimeLimit.objects.all()
    moment = Moment(now, published().calendar)
    return [(row.code, row.reminder_count) for row in reminded.unanswered(limits, moment)]


def test_three_are_not_yet_many_and_the_fourth_is(world):
    limit = world.limit()
    for now, count in ((BEFORE, 0), (DAY, 0), (DUE, 0), (ONE, 4), (THREE, 5)):
        flag_overdue(now)
        assert named(now) == ([(limit.code, count)] if count else [])
    meet(limit, by=world.by(world.hung), now=THREE)
    assert named(THREE) == []


def test_people_who_remind_count_as_well_as_rungs_do_and_once_a_day(world):
    """Thu reminds on two days, the City writes a letter on a third; two rungs had passed."""
    dossier = world.directed().dossier
    limit = TimeLimit.objects.get(subject_code=dossier.code)
    for at in (NOW + timedelta(hours=1), BEFORE + timedelta(hours=9)):
        remind(dossier, by=world.by(world.thu, at), now=at)
    flag_overdue(DUE)
    assert named(DUE) == [(limit.code, 5)]
    asked = Asked(new_due_on=date(2026, 12, 2))
    at = DUE + timedelta(days=2, hours=9)
    verbs.remind_by_letter(
        world.ward, limits=[limit.pk], asked=asked, by=world.by(world.thu, at), now=at
    )
    assert named(at) == [(limit.code, 6)]
    kinds = Counter(limit.reminders.values_list("kind", flat=True))
    assert kinds == {"rung": 2, "person": 2, "breach": 1, "letter": 1}


def test_four_by_hand_long_before_the_end_are_as_many(world):
    limit = world.limit(rule_code="task_by_date", last_day=date(2026, 12, 31))
    for day in range(4):
        at = NOW + timedelta(days=day)
        Reminder.objects.create(
            time_limit=limit, due_at=limit.due_at, kind="person", rung=2520 + day, at=at,
            written_at=at,
        )  # fmt: skip
    flag_overdue(NOW + timedelta(days=5))
    assert named(NOW + timedelta(days=5)) == [(limit.code, 4)]


def test_four_rungs_before_the_end_are_as_many(world):
    ladder = [Rung(days, (Told.OFFICER,)) for days in (-9, -8, -7, -6)]
    new_version("consultation", ladder, date(2026, 11, 25))
    limit = world.limit(rule_code="consultation")
    flag_overdue(NOW)
    assert named(NOW) == [(limit.code, 4)]


def test_another_due_date_begins_anew(world):
    limit = world.limit()
    flag_overdue(ONE)
    revise_due(
        limit, to=hanoi(2026, 12, 5), cause=DueDateRevision.Cause.EXTENSION, reason="Gia hạn",
        document="1/UBND", by=world.by(world.minh, ONE), now=ONE,
    )  # fmt: skip
    assert named(ONE) == []


def test_whoever_sees_the_limits_of_an_agency_sees_no_others(world):
    ours, theirs = world.limit(), world.limit(agency=world.other_ward)
    flag_overdue(ONE)
    for who in (world.minh, world.thu, world.hoa, world.an):
        assert {code for code, _n in named(ONE, world.by(who))} == {ours.code, theirs.code}
    assert {code for code, _n in named(ONE, world.by(world.hung))} == {ours.code}
    assert {code for code, _n in named(ONE, world.by(world.tuan))} == {theirs.code}
    assert named(ONE, world.by(world.son)) == []


def test_one_statement_for_the_rules_and_one_for_the_list(world):
    world.limit()
    flag_overdue(THREE)
    moment = Moment(THREE, published().calendar)
    with CaptureQueriesContext(connection) as queries:
        assert len(list(reminded.unanswered(TimeLimit.objects.all(), moment))) == 1
    assert len(queries) == 2
