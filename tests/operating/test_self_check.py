"""Every night the open time limits are counted anew, and whatever contradicts itself is named.

The faults are made as a hand in the database would make them: past the verbs, which cannot.
"""

import dataclasses
import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Appointment
from config.models import SelfCheck
from config.operating import self_check
from deadlines.models import (
    CalendarAnnotation,
    CalendarChange,
    CalendarDay,
    CalendarEdition,
    TimeLimit,
)
from deadlines.published import make_edition
from deadlines.transitions import meet
from dossiers.models import Conclusion, Consultation, Direction, Dossier, Holding, Report, Running
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.test_verbs import IN_STATE
from tests.world import NOW, World, hanoi

LATER = NOW + timedelta(hours=1)


def found(now=LATER) -> dict[str, list[str]]:
    """Question → the codes that it found."""
    run = self_check.run(now, with_bytes=False)
    codes: dict[str, list[str]] = {}
    for one in run.findings.order_by("pk"):
        codes.setdefault(one.question, []).append(one.code)
    assert {slug: len(some) for slug, some in codes.items()} == {
        slug: number for slug, number in run.counts.items() if number
    }
    return codes


def a_limit(dossier: Dossier) -> TimeLimit:
    return TimeLimit.objects.get(subject_code=dossier.code, met_at__isnull=True)


# --- one fault each: what a hand does, and what is found ------------------------------------------


def due_a_day_later(world: World) -> dict[str, list[str]]:
    limit = world.directed().time_limit
    later = limit.due_at + timedelta(days=1)
    TimeLimit.objects.filter(pk=limit.pk).update(
        due_at=later, due_on=limit.due_on + timedelta(days=1)
    )
    return {"due-dates": [limit.code]}


def last_day_of_another_month(world: World) -> dict[str, list[str]]:
    limit = world.directed().time_limit
    TimeLimit.objects.filter(pk=limit.pk).update(due_month=date(2026, 10, 1))
    return {"last-days": [limit.code]}


def begun_tomorrow(world: World) -> dict[str, list[str]]:
    limit = world.directed().time_limit
    TimeLimit.objects.filter(pk=limit.pk).update(started_at=NOW + timedelta(hours=3))
    return {"future": [limit.code]}


def no_dossier(world: World) -> dict[str, list[str]]:
    return {"no-subject": [world.limit().code]}


def left_behind(world: World) -> dict[str, list[str]]:
    direction = world.directed()
    Dossier.objects.filter(pk=direction.dossier_id).update(state=State.WITH_LEADER)
    return {"left-behind": [direction.time_limit.code]}


def waits_without_limit(world: World) -> dict[str, list[str]]:
    dossier = world.put()
    Dossier.objects.filter(pk=dossier.pk).update(state=State.OFFICE_DRAFTING)
    return {"no-limit": [dossier.code]}


def answered_and_still_waiting(world: World) -> dict[str, list[str]]:
    direction = world.directed()
    meet(direction.time_limit, by=world.by(world.hung), now=NOW)
    return {"no-limit": [direction.dossier.code]}


def in_nobodys_hands(world: World) -> dict[str, list[str]]:
    dossier = world.submitted()
    Holding.objects.filter(dossier=dossier, to_at__isnull=True).update(to_at=NOW)
    return {"no-holder": [dossier.code]}


def held_after_its_end(world: World) -> dict[str, list[str]]:
    dossier = world.withdrawn()
    last = Holding.objects.filter(dossier=dossier).latest("pk")
    Holding.objects.filter(pk=last.pk).update(to_at=None)
    return {"no-holder": [dossier.code]}


def in_two_hands(world: World) -> dict[str, list[str]]:
    dossier = world.received()
    first = Holding.objects.filter(dossier=dossier).earliest("pk")
    Holding.objects.filter(pk=first.pk).update(to_at=NOW + timedelta(minutes=5))
    return {"holdings": [dossier.code]}


def between_two_hands(world: World) -> dict[str, list[str]]:
    dossier = world.received()
    first = Holding.objects.filter(dossier=dossier).earliest("pk")
    Holding.objects.filter(pk=first.pk).update(
        from_at=NOW - timedelta(hours=2), to_at=NOW - timedelta(hours=1)
    )
    return {"holdings": [dossier.code]}


def submitted_before_it_was_logged(world: World) -> dict[str, list[str]]:
    dossier = world.submitted()
    Dossier.objects.filter(pk=dossier.pk).update(submitted_at=NOW - timedelta(days=1))
    return {"order": [dossier.code]}


def answered_before_it_was_asked(world: World) -> dict[str, list[str]]:
    direction = world.reported()
    Report.objects.filter(direction=direction).update(sent_at=NOW - timedelta(days=1))
    return {"order": [direction.dossier.code]}


def nobody_answers(world: World) -> dict[str, list[str]]:
    world.directed()
    Appointment.objects.filter(user=world.hung).update(ended_on=date(2026, 11, 24))
    return {"no-head": [world.ward.code]}


def lists_say_another_day(world: World) -> dict[str, list[str]]:
    dossier = world.directed().dossier
    Running.objects.filter(dossier=dossier).update(due_at=NOW + timedelta(days=9))
    return {"lists": [dossier.code]}


def lists_miss_it(world: World) -> dict[str, list[str]]:
    dossier = world.directed().dossier
    Running.objects.filter(dossier=dossier).delete()
    return {"lists": [dossier.code]}


FAULTS: list[Callable[[World], dict[str, list[str]]]] = [
    due_a_day_later, last_day_of_another_month, begun_tomorrow, no_dossier, left_behind,
    waits_without_limit, answered_and_still_waiting, in_nobodys_hands, held_after_its_end,
    in_two_hands, between_two_hands, submitted_before_it_was_logged, answered_before_it_was_asked,
    nobody_answers, lists_say_another_day, lists_miss_it,
]  # fmt: skip


@pytest.mark.django_db
class TestWhatItFinds:
    def test_nothing_in_dossiers_of_every_state(self, world):
        for make in IN_STATE.values():
            make(world)
        # Tuấn's ward is asked for opinions, and in this world nobody heads it.
        assert found() == {"no-head": [world.other_ward.code]}

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
    def test_each_fault_and_nothing_beside_it(self, world, fault):
        world.directed()  # a whole one stands beside it
        expected = fault(world)
        assert found() == expected

    def test_a_breach_that_nobody_noticed(self, world):
        limit = world.directed().time_limit
        assert found(limit.due_at + timedelta(minutes=59)) == {}
        assert found(limit.due_at + timedelta(hours=1)) == {"unnoticed": [limit.code]}

    def test_a_day_taken_from_the_calendar_by_hand(self, world):
        """Without a new edition nothing can be counted; with one the end is another."""
        limit = world.directed().time_limit
        assert CalendarEdition.objects.exists()
        CalendarDay.objects.create(
            date=date(2026, 11, 26), kind="day_off", name="?", legal_source="?", entered_by="?"
        )
        make_edition(NOW)
        run = self_check.run(LATER, with_bytes=False)
        [one] = run.findings.all()
        assert (one.question, one.code) == ("due-dates", limit.code)
        assert one.facts == {
            "stored": "2026-11-27T17:00:00.000000Z", "computed": "2026-11-30T17:00:00.000000Z",
        }  # fmt: skip

    def test_a_breach_keeps_the_end_that_its_annotation_names(self, world):
        """A change of the calendar moves no limit that had passed; it leaves an annotation."""
        limit = world.directed().time_limit
        late = limit.due_at + timedelta(minutes=5)
        CalendarDay.objects.create(
            date=date(2026, 11, 26), kind="day_off", name="?", legal_source="?", entered_by="?"
        )
        edition = CalendarEdition.objects.latest("number")
        make_edition(NOW)
        assert found(late) == {"due-dates": [limit.code]}
        change = CalendarChange.objects.create(
            days=[], reason="?", base=edition, proposed_by=world.thu, proposed_at=NOW,
            state=CalendarChange.State.WITHDRAWN,
        )  # fmt: skip
        CalendarAnnotation.objects.create(
            time_limit=limit, change=change, why="passed", due_at=limit.due_at,
            would_be_at=limit.due_at + timedelta(days=3), at=late,
        )  # fmt: skip
        assert found(late) == {}

    def test_changes_nothing_but_its_own_rows_and_one_entry(self, world):
        for fault in (due_a_day_later, in_nobodys_hands):
            fault(world)
        tables = (TimeLimit, Dossier, Holding, Running, Direction, Conclusion, Consultation)
        before = [list(model.objects.order_by("pk").values()) for model in tables]
        entries = Event.objects.count()
        found()
        assert [list(model.objects.order_by("pk").values()) for model in tables] == before
        assert Event.objects.count() == entries + 1
        entry = Event.objects.latest("pk")
        assert (entry.action, entry.actor_name) == ("self_checked", "system: self-check/1")
        assert entry.after["found"] == 2
        assert entry.after["counts"]["due-dates"] == 1

    def test_a_question_that_fails_stops_no_other(self, world, monkeypatch):
        def broken(now):
            raise ValueError("a row that nobody foresaw")

        first = dataclasses.replace(self_check.QUESTIONS[0], find=broken)
        monkeypatch.setattr(self_check, "QUESTIONS", (first, *self_check.QUESTIONS[1:]))
        code = world.limit().code
        assert found() == {first.slug: [first.slug], "no-subject": [code]}

    def test_more_than_are_kept_are_all_counted(self, world, monkeypatch):
        monkeypatch.setattr(self_check, "MOST_KEPT", 2)
        for _turn in range(5):
            world.limit()
        run = self_check.run(LATER, with_bytes=False)
        assert (run.counts["no-subject"], run.findings.count()) == (5, 2)


@pytest.mark.django_db
class TestEveryNight:
    def test_once_whatever_number_of_workers_ask(self, world, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        assert self_check.run_tonight(hanoi(2026, 11, 26, 0, 59)) is None
        run = self_check.run_tonight(hanoi(2026, 11, 26, 1))
        assert (run.night, run.with_bytes) == (date(2026, 11, 26), True)
        assert {"files", "chain", "pinned"} <= set(run.counts)
        assert self_check.run_tonight(hanoi(2026, 11, 26, 1, 10)) is None
        assert self_check.run_tonight(hanoi(2026, 11, 27, 1, 10)).pk != run.pk
        assert Event.objects.filter(action="self_checked").count() == 2

    def test_is_taken_over_from_a_worker_that_died_in_it(self, world, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        began = hanoi(2026, 11, 26, 1)
        SelfCheck.objects.create(night=date(2026, 11, 26), started_at=began, with_bytes=True)
        assert self_check.run_tonight(began + timedelta(hours=6)) is None
        run = self_check.run_tonight(began + timedelta(hours=6, seconds=1))
        assert run.took_ms is not None
        assert SelfCheck.objects.count() == 1

    def test_old_runs_go(self, world, monkeypatch):
        monkeypatch.setattr(self_check, "RUNS_KEPT", 2)
        runs = [self_check.run(NOW + timedelta(days=n), with_bytes=False) for n in range(3)]
        kept = set(SelfCheck.objects.values_list("pk", flat=True))
        assert kept == {run.pk for run in runs[1:]}


@pytest.mark.django_db
class TestTheCommand:
    def test_says_all_is_well_with_exit_status_0(self, world):
        said = StringIO()
        call_command("self_check", stdout=said)
        assert said.getvalue().startswith("examined: 0 open time limits, 0 dossiers; found: 0;")

    def test_names_each_finding_with_exit_status_1(self, world):
        code = world.limit().code
        said = StringIO()
        with pytest.raises(CommandError) as refusal:
            call_command("self_check", "--json", stdout=said)
        assert refusal.value.returncode == 1
        body = json.loads(said.getvalue())
        assert body["counts"]["no-subject"] == 1
        assert body["examined"] == {"limits": 1, "dossiers": 0}
        assert [one["code"] for one in body["findings"] if one["question"] == "no-subject"] == [
            code
        ]
