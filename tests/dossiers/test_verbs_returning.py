"""The City Office returns a dossier for form; the agency mends it and submits it again."""

import pytest

from accounts.models import Message, MessageKind
from dossiers import transitions as verbs
from dossiers.models import Dossier, FormReturn
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.test_verbs import VerbStory, everything, people
from tests.dossiers.test_verbs_city import OFFICE
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db


class TestReturnForForm(VerbStory):
    starts_from = {State.SUBMITTED, State.UNDER_VERIFICATION}
    leads_to = State.FORM_RETURNED
    may = OFFICE
    acts_as = "phuc"
    entries = ["form_returned"]

    def act(self, world, dossier, by, files=None):
        return verbs.return_for_form(
            dossier, reason="initials", text="Thiếu ký tắt.", version=None, by=by, now=NOW
        )

    def test_keeps_the_class_of_reason_the_words_and_who(self, world):
        returned = self.act(world, world.submitted(), world.by(world.phuc))
        assert (returned.reason, returned.text) == ("initials", "Thiếu ký tắt.")
        assert (returned.by, returned.at, returned.resubmitted_at) == (world.phuc, NOW, None)
        assert Event.objects.get(action="form_returned").after["class"] == "initials"

    def test_the_agency_is_told(self, world):
        people(world)
        self.act(world, world.submitted(), world.by(world.phuc))
        told = Message.objects.filter(kind=MessageKind.FORM_RETURNED)
        assert {message.recipient.username for message in told} == {"lan", "hung"}


class TestResubmit(VerbStory):
    starts_from = {State.FORM_RETURNED}
    leads_to = State.SUBMITTED
    may = {"lan", "hung", "dung"}
    acts_as = "lan"
    entries = ["dossier_resubmitted"]

    def act(self, world, dossier, by, files=None, now=NOW):
        return verbs.resubmit(dossier, version=None, by=by, now=now)

    def test_is_the_same_dossier_with_its_age_and_one_round_more(self, world):
        dossier, later = world.returned(), hanoi(2026, 11, 30, 10, 0)
        self.act(world, dossier, world.by(world.lan, later), now=later)
        dossier.refresh_from_db()
        assert Dossier.objects.count() == 1
        assert (dossier.submitted_at, dossier.state) == (NOW, State.SUBMITTED)
        assert FormReturn.objects.get().resubmitted_at == later
        assert verbs.times_submitted(dossier) == 2
        assert Event.objects.get(action="dossier_resubmitted").after["times_submitted"] == 2

    def test_the_gate_stands_here_too(self, world):
        dossier, by = world.returned(), world.by(world.lan)
        facts = world.facts(initialled_by="", initialled_on=None)
        version = Dossier.objects.get().version
        verbs.edit(dossier, facts=facts, files={}, version=version, by=by, now=NOW)
        before = everything()
        with pytest.raises(verbs.GateClosed):
            self.act(world, dossier, by)
        assert everything() == before

    def test_it_can_come_back_a_second_time(self, world):
        dossier = world.returned()
        self.act(world, dossier, world.by(world.lan))
        TestReturnForForm().act(world, dossier, world.by(world.phuc))
        assert [bool(r.resubmitted_at) for r in FormReturn.objects.order_by("pk")] == [True, False]

    def test_everybody_at_the_offices_desk_is_told(self, world):
        people(world)
        self.act(world, world.returned(), world.by(world.lan))
        told = Message.objects.filter(kind=MessageKind.RESUBMITTED)
        assert {message.recipient.username for message in told} == OFFICE
