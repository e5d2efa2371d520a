"""How a dossier ends without a document: not accepted, or taken back; and what replaces it."""

import pytest

from accounts.models import Message, MessageKind
from accounts.refusals import NotAllowed
from deadlines.models import OverdueFlag, TimeLimit
from dossiers import transitions as verbs
from dossiers.models import Dossier, Withdrawal
from dossiers.states import State
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_verbs import IN_STATE, VerbStory, everything, people
from tests.dossiers.test_verbs_city import OFFICE
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

AFTER = hanoi(2026, 11, 28, 8, 0)  # the two working days of a direction of NOW have passed


class TestReject(VerbStory):
    starts_from = {State.WITH_LEADER, State.MEETING_SCHEDULED}
    leads_to = State.REJECTED
    may = {"minh"}
    acts_as = "minh"
    entries = ["dossier_rejected"]

    def act(self, world, dossier, by, files=None):
        return verbs.reject(dossier, text="Chưa đủ căn cứ.", version=None, by=by, now=NOW)

    def test_keeps_the_reason_and_tells_the_agency_and_the_office(self, world):
        people(world)
        rejection = self.act(world, world.put(), world.by(world.minh))
        assert (rejection.text, rejection.by) == ("Chưa đủ căn cứ.", world.minh)
        told = Message.objects.filter(kind=MessageKind.REJECTED)
        assert {message.recipient.username for message in told} == {"lan", "hung", *OFFICE}


class TestAskWithdrawal(VerbStory):
    starts_from = {
        State.SUBMITTED, State.FORM_RETURNED, State.UNDER_VERIFICATION, State.WITH_LEADER,
        State.EXPLANATION_DUE,
    }  # fmt: skip
    may = {"hung"}
    acts_as = "hung"
    entries = ["withdrawal_asked"]

    def start(self, world):
        return world.submitted()

    def act(self, world, dossier, by, files=None, now=NOW):
        return verbs.ask_withdrawal(
            dossier, reason="Rà soát lại phương án.", version=None, by=by, now=now
        )

    def test_nothing_stops_until_the_office_agrees(self, world):
        direction = world.directed()
        self.act(world, direction.dossier, world.by(world.hung))
        assert TimeLimit.objects.get().met_at is None

    def test_one_request_at_a_time(self, world):
        dossier, by = world.submitted(), world.by(world.hung)
        self.act(world, dossier, by)
        before = everything()
        with pytest.raises(verbs.AlreadyAsked):
            self.act(world, dossier, by)
        assert everything() == before


class TestDecideWithdrawal(VerbStory):
    starts_from = {
        State.SUBMITTED, State.FORM_RETURNED, State.UNDER_VERIFICATION, State.WITH_LEADER,
        State.EXPLANATION_DUE, State.CONSULTING, State.MEETING_SCHEDULED,
    }  # fmt: skip
    leads_to = State.WITHDRAWN
    may = OFFICE
    acts_as = "phuc"
    entries = ["withdrawal_agreed"]

    def start(self, world):
        dossier = world.submitted()
        self.files(world, world.by(world.hung))
        return dossier

    def files(self, world, by):
        """Hùng asks for the newest dossier back, in whatever state it came to be since."""
        dossier = Dossier.objects.order_by("-pk")[0]
        if not dossier.withdrawals.filter(agreed=None).exists():
            with recording.recorded(may_be_idle=True):
                Withdrawal.objects.create(
                    dossier=dossier, reason="Rà soát.", asked_by=world.hung, asked_at=NOW
                )
        return {}

    def act(self, world, dossier, by, files=None, agree=True, answer="", now=NOW):
        return verbs.decide_withdrawal(
            dossier, agree=agree, answer=answer, version=None, by=by, now=now
        )

    def test_limits_that_still_run_fall_away_and_count_nowhere(self, world):
        direction = world.directed()
        TestAskWithdrawal().act(world, direction.dossier, world.by(world.hung))
        self.act(world, direction.dossier, world.by(world.phuc))
        limit = TimeLimit.objects.get()
        assert (limit.lifted, limit.met_at, limit.met_late) == (True, NOW, False)
        assert not OverdueFlag.objects.exists()

    def test_a_breach_that_has_happened_stays(self, world):
        direction = world.directed()
        TestAskWithdrawal().act(world, direction.dossier, world.by(world.hung))
        self.act(world, direction.dossier, world.by(world.phuc, AFTER), now=AFTER)
        limit = TimeLimit.objects.get()
        assert (limit.lifted, limit.met_late) == (True, True)
        assert OverdueFlag.objects.get().due_at == hanoi(2026, 11, 28)

    def test_a_refusal_needs_its_answer_and_the_dossier_goes_on(self, world):
        dossier, by = self.start(world), world.by(world.phuc)
        before = everything()
        with pytest.raises(verbs.AnswerNeeded):
            self.act(world, dossier, by, agree=False)
        assert everything() == before
        withdrawal = self.act(world, dossier, by, agree=False, answer="Đang trình lãnh đạo.")
        dossier.refresh_from_db()
        assert (dossier.state, withdrawal.agreed) == (State.SUBMITTED, False)
        assert Event.objects.filter(action="withdrawal_refused").exists()

    def test_where_nobody_asked_there_is_nothing_to_decide(self, world):
        with pytest.raises(verbs.NothingAsked):
            self.act(world, world.submitted(), world.by(world.phuc))

    def test_nobody_decides_what_they_asked_for(self, world):
        dossier = self.start(world)
        with recording.recorded(may_be_idle=True):
            Withdrawal.objects.update(asked_by=world.phuc)
        with pytest.raises(NotAllowed):
            self.act(world, dossier, world.by(world.phuc))

    def test_the_agency_is_told(self, world):
        dossier = self.start(world)
        self.act(world, dossier, world.by(world.phuc))
        told = Message.objects.filter(kind=MessageKind.WITHDRAWAL_DECIDED)
        assert {message.recipient.username for message in told} == {"lan", "hung"}


class TestReplacing:
    """A dossier that takes the place of one that left names it: the age of the matter goes on."""

    def log(self, world, old, by=None):
        by = by or world.by(world.lan)
        return verbs.log_submission(
            facts=world.facts(replaces=old), agency=world.ward, files={}, by=by, now=NOW
        )

    @pytest.mark.parametrize("state", [State.WITHDRAWN, State.REJECTED])
    def test_a_new_dossier_names_the_one_that_left(self, world, state):
        old = IN_STATE[state](world)
        new = self.log(world, old)
        assert new.replaces == old
        logged = Event.objects.filter(action="dossier_logged").order_by("-pk")[0]
        assert logged.after["replaces"] == old.code

    def test_one_that_goes_on_or_was_replaced_already_is_refused(self, world):
        going_on, gone = world.submitted(), world.withdrawn()
        self.log(world, gone)
        before = everything()
        for old in (going_on, gone):
            with pytest.raises(verbs.NotReplaceable):
                self.log(world, old)
        assert everything() == before

    def test_one_of_another_agency_is_refused(self, world):
        old = world.withdrawn()
        tuan = world.by(world.tuan)
        with pytest.raises(verbs.NotReplaceable):
            verbs.log_submission(
                facts=world.facts(replaces=old), agency=world.other_ward, files={}, by=tuan,
                now=NOW,
            )  # fmt: skip

    def test_the_draft_can_be_saved_again_with_it_and_without(self, world):
        old, by = world.rejected(), world.by(world.lan)
        new = self.log(world, old)
        kept = verbs.edit(new, facts=world.facts(replaces=old), files={}, version=1, by=by, now=NOW)
        assert kept.replaces == old
        freed = verbs.edit(new, facts=world.facts(), files={}, version=2, by=by, now=NOW)
        assert freed.replaces is None
