"""Tasks, questions, requests, filters: whatever hangs on an agency ends in a clear state."""

from datetime import date, timedelta

import pytest

from accounts.models import Appointment, SavedFilter
from accounts.refusals import Refused
from accounts.roles import Role
from agencies.models import Agency
from agencies.reference import load_agencies
from deadlines import adjusting
from deadlines.adjusting import Unfit
from deadlines.models import Adjustment, TimeLimit
from dossiers import transitions as verbs
from dossiers.models import Dossier, Task
from dossiers.transitions import tasks as task_verbs
from ledger import recording
from ledger.models import Event
from tests.dossiers.reorganising.stories import (
    TODAY,
    Kind,
    applied,
    existing,
    heir_agency,
    new,
    prepared,
)
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db


class TestTasks:
    def given(self, world, lead: Agency, cooperating: list[Agency]) -> Task:
        line = task_verbs.TaskLine(
            text="Rà soát quy hoạch",
            product="Báo cáo",
            lead=lead,
            cooperating=tuple(cooperating),
            due=task_verbs.Due(on=date(2026, 12, 1)),
        )
        [task] = task_verbs.give_tasks(
            source=task_verbs.Source(ref="15/TB-VP"),
            lines=[line],
            by=world.by(world.minh),
            now=NOW,
        )
        return task

    def test_the_lead_and_its_limit_go_over(self, world):
        task = self.given(world, world.ward, [world.other_ward])
        plan = applied(world, prepared(world))
        task.refresh_from_db()
        assert task.lead == task.time_limit.agency == heir_agency(plan)
        assert list(task.cooperating.all()) == [world.other_ward]
        assert Event.objects.filter(action="task_moved", object_code=task.code).count() == 1

    def test_whoever_cooperates_is_followed(self, world):
        task = self.given(world, world.other_ward, [world.ward])
        plan = applied(world, prepared(world))
        assert list(task.cooperating.all()) == [heir_agency(plan)]

    def test_nobody_cooperates_with_itself(self, world):
        task = self.given(world, world.other_ward, [world.ward])
        applied(world, prepared(world, Kind.CLOSE, heirs=[existing(world.other_ward)]))
        assert not task.cooperating.exists()
        task.refresh_from_db()
        assert task.lead == world.other_ward

    def test_an_accepted_one_stays(self, world):
        task = self.given(world, world.ward, [])
        Task.objects.filter(pk=task.pk).update(state=Task.State.ACCEPTED)
        applied(world, prepared(world))
        task.refresh_from_db()
        assert task.lead == world.ward


class TestQuestions:
    def test_the_successor_answers(self, world):
        dossier = world.consulted()
        plan = applied(world, prepared(world, formers=[world.other_ward]))
        with recording.recorded(may_be_idle=True):
            hai = person("hai", "Hai", Role.AGENCY_HEAD, heir_agency(plan), "Chủ tịch", since=TODAY)
        [asked] = dossier.consultations.all()
        verbs.answer_consultation(
            asked, position="agrees", text="Thống nhất.", ref="", files={}, version=None,
            by=world.by(hai), now=NOW,
        )  # fmt: skip
        asked.refresh_from_db()
        assert asked.answered_by == hai
        assert asked.time_limit.agency == heir_agency(plan)


class TestRequests:
    def test_an_extension_that_was_asked_is_decided_all_the_same(self, world):
        limit = world.directed(hanoi(2026, 11, 25, 8)).time_limit
        asked = adjusting.ask_extension(
            limit, wanted_on=date(2026, 12, 2), reason_class="complex", reason="Phức tạp",
            by=world.by(world.hung), now=NOW,
        )  # fmt: skip
        applied(world, prepared(world))
        adjusting.decide(
            asked, grant=True, granted_on=date(2026, 12, 2), answer="", document="",
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        limit.refresh_from_db()
        assert limit.due_on == date(2026, 12, 2)
        assert Adjustment.objects.get().state == Adjustment.State.GRANTED


class TestFilters:
    def test_what_was_shared_is_shared_in_the_successor(self, world):
        SavedFilter.objects.create(
            owner=world.lan, agency=world.ward, name="Gấp", page="dossiers:list", query="q=gap",
            is_shared=True, saved_at=NOW,
        )  # fmt: skip
        plan = applied(world, prepared(world))
        assert SavedFilter.objects.get().agency == heir_agency(plan)


class TestFinding:
    def test_words_of_both_names_find_a_dossier(self, world):
        dossier = world.draft()
        applied(world, prepared(world))
        for words in ("hoan kiem", "ho guom"):
            assert list(Dossier.objects.search(words)) == [dossier]


class TestOfficers:
    def test_an_officer_who_stays_behind_leaves_it_to_the_head(self, world):
        with recording.recorded(may_be_idle=True):
            dung = person("dung", "Vũ Tiến Dũng", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
            for direction in (world.directed(hanoi(2026, 11, 25, 8, n)) for n in range(2)):
                TimeLimit.objects.filter(pk=direction.time_limit_id).update(officer=dung)
                Dossier.objects.filter(pk=direction.dossier_id).update(officer=dung)
        plan = prepared(world)
        del plan.choices["posts"][str(Appointment.objects.get(user=dung).pk)]
        applied(world, plan, posts=plan.choices["posts"])
        assert set(TimeLimit.objects.values_list("officer", flat=True)) == {None}
        assert set(Dossier.objects.values_list("officer", flat=True)) == {None}
        assert not world.by(dung).posts


class TestAPastDay:
    DAY = date(2026, 11, 23)

    def test_is_possible_while_nothing_was_counted_since(self, world):
        limit = world.limit(hanoi(2026, 11, 20, 9))
        plan = applied(world, prepared(world, day=self.DAY))
        limit.refresh_from_db()
        assert limit.agency == heir_agency(plan)
        assert heir_agency(plan).valid_from == self.DAY

    @pytest.mark.parametrize("what", ["begun", "met", "logged"])
    def test_is_refused_when_something_counts_for_the_former_agency(self, world, what):
        at = hanoi(2026, 11, 23, 10)
        if what == "begun":
            world.limit(at)
        elif what == "met":
            limit = world.limit(hanoi(2026, 11, 20, 9))
            TimeLimit.objects.filter(pk=limit.pk).update(met_at=at)
        else:
            world.draft(at)
        with pytest.raises(Unfit) as refusal:
            prepared(world, day=self.DAY)
        assert refusal.value.field == "effective_on"

    def test_todays_acts_do_not_hinder_today(self, world):
        world.reported(hanoi(2026, 11, 25, 8))
        assert applied(world, prepared(world)).applied_at == NOW

    def test_a_post_that_begins_later_hinders(self, world):
        with recording.recorded(may_be_idle=True):
            person("sau", "Sau", Role.AGENCY_OFFICER, world.ward, "CV", since=date(2026, 12, 1))
        with pytest.raises(Refused):
            prepared(world)


class TestReferenceData:
    def test_loading_it_again_reopens_nobody(self, world):
        plan = applied(world, prepared(world, heirs=[new(code="P-00070")]))
        links = set(Agency.successors.through.objects.values_list("from_agency", "to_agency"))
        with recording.recorded(may_be_idle=True):
            assert load_agencies() == 0
        world.ward.refresh_from_db()
        assert world.ward.valid_to == TODAY - timedelta(days=1)
        after = set(Agency.successors.through.objects.values_list("from_agency", "to_agency"))
        assert after == links
        assert Agency.objects.as_of(TODAY).get(code="P-00070") == heir_agency(plan)


def test_all_or_nothing(world, monkeypatch):
    """It dies after the limits have moved: nothing at all has changed."""
    limit = world.limit()

    def crash(*_args, **_kwargs) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dossiers.holding.hand_over", crash)
    plan = prepared(world)
    with pytest.raises(ZeroDivisionError):
        applied(world, plan)
    limit.refresh_from_db()
    plan.refresh_from_db()
    assert limit.agency == world.ward
    assert plan.state == "ready"
    assert not Agency.objects.filter(code="P-MOI").exists()
    assert Appointment.objects.filter(agency=world.ward, ended_on__isnull=True).exists()
