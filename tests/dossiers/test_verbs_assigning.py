"""The agency hands a dossier to its own unit and officer."""

from datetime import date

import pytest

from accounts.models import Message, MessageKind
from agencies.models import InternalUnit
from deadlines.models import TimeLimit
from dossiers import transitions as verbs
from dossiers.models import Assignment
from dossiers.states import State
from dossiers.transitions import Hands
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import VerbStory, everything, people
from tests.world import NOW

pytestmark = pytest.mark.django_db


def unit(agency, name: str = "Phòng Kinh tế") -> InternalUnit:
    with recording.recorded(may_be_idle=True):
        return InternalUnit.objects.get_or_create(agency=agency, name=name)[0]


class TestAssign(VerbStory):
    starts_from = {State.DRAFTING, State.FORM_RETURNED, State.EXPLANATION_DUE}
    may = {"lan", "hung", "dung"}
    acts_as = "hung"
    entries = ["dossier_assigned"]

    def start(self, world):
        return world.draft()

    def act(self, world, dossier, by, files=None, **changes):
        hands = Hands(**{"officer": world.lan, **changes})
        return verbs.assign(dossier, hands=hands, version=None, by=by, now=NOW)

    def test_names_unit_officer_cooperating_units_and_the_agencys_own_last_day(self, world):
        lead, other = unit(world.ward), unit(world.ward, "Văn phòng")
        dossier = world.draft()
        self.act(
            world, dossier, world.by(world.hung), unit=lead, cooperating=[other],
            internal_due_on=date(2026, 11, 26),
        )  # fmt: skip
        dossier.refresh_from_db()
        assert (dossier.unit, dossier.officer) == (lead, world.lan)
        assignment = Assignment.objects.get()
        assert list(assignment.cooperating.all()) == [other]
        assert assignment.internal_due_on == date(2026, 11, 26)
        event = Event.objects.get(action="dossier_assigned")
        assert event.after["text"] == "Phòng Kinh tế, Trần Thị Lan"
        assert event.after["cooperating"] == ["Văn phòng"]

    def test_what_the_agency_owes_is_listed_under_the_new_names_and_due_as_before(self, world):
        direction = world.directed()
        due_at = direction.time_limit.due_at
        lead = unit(world.ward)
        self.act(world, direction.dossier, world.by(world.hung), unit=lead)
        limit = TimeLimit.objects.get(pk=direction.time_limit_id)
        assert (limit.unit, limit.officer, limit.due_at) == (lead, world.lan, due_at)

    def test_each_assignment_stays_and_the_latest_counts(self, world):
        dossier = world.draft()
        for user in (world.lan, world.hung):
            self.act(world, dossier, world.by(world.hung), officer=user)
        dossier.refresh_from_db()
        assert dossier.officer == world.hung
        assert [a.officer for a in Assignment.objects.order_by("pk")] == [world.lan, world.hung]

    def test_the_person_is_told_unless_it_is_the_one_who_assigns(self, world):
        dossier = world.draft()
        self.act(world, dossier, world.by(world.hung), officer=world.hung)
        assert not Message.objects.filter(kind=MessageKind.ASSIGNED).exists()
        self.act(world, dossier, world.by(world.hung))
        assert Message.objects.get(kind=MessageKind.ASSIGNED).recipient == world.lan

    def test_units_and_people_of_other_agencies_are_refused(self, world):
        dossier, by, foreign = world.draft(), world.by(world.hung), unit(world.other_ward)
        people(world)
        before = everything()
        for changes in (
            {"officer": world.tuan},
            {"unit": foreign},
            {"cooperating": [foreign]},
        ):
            with pytest.raises(verbs.NotOfThisAgency):
                self.act(world, dossier, by, **changes)
        with pytest.raises(verbs.NothingAssigned):
            self.act(world, dossier, by, officer=None)
        assert everything() == before
