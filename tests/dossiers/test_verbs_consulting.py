"""Other agencies are asked for their opinion, answer within their own limit, or stay silent."""

from datetime import date

import pytest

from accounts.models import Message, MessageKind
from accounts.refusals import NotAllowed
from agencies.models import Agency
from deadlines import transitions as limits
from deadlines.models import OverdueFlag, TimeLimit
from deadlines.rules import NotALastDay
from dossiers import transitions as verbs
from dossiers.models import Attachment, Consultation, Dossier
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.test_verbs import VerbStory, everything, people
from tests.dossiers.test_verbs_city import OFFICE
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db

#: Five working days from Wednesday 25/11 end with Wednesday 2/12; this is the morning after.
AFTER = hanoi(2026, 12, 3, 8, 0)
ASKED = (State.CONSULTING,)


class TestConsult(VerbStory):
    starts_from = {State.UNDER_VERIFICATION}
    leads_to = State.CONSULTING
    may = OFFICE
    acts_as = "phuc"
    entries = ["limit_started", "consultation_asked"]

    def act(self, world, dossier, by, files=None, agencies=None, due_on=None):
        return verbs.consult(
            dossier,
            agencies=agencies if agencies is not None else [world.other_ward],
            question="Cho ý kiến về phương án.",
            due_on=due_on,
            version=None,
            by=by,
            now=NOW,
        )

    def test_each_agency_gets_a_limit_of_its_own(self, world):
        dossier = world.received()
        self.act(
            world, dossier, world.by(world.phuc), agencies=[world.other_ward, world.home_affairs]
        )
        found = TimeLimit.objects.order_by("code")
        assert [(limit.code, limit.agency) for limit in found] == [
            (f"{dossier.code}/YK1", world.other_ward),
            (f"{dossier.code}/YK2", world.home_affairs),
        ]
        assert {(limit.rule.code, limit.due_at) for limit in found} == {
            ("consultation", hanoi(2026, 12, 3))
        }

    def test_a_day_that_the_request_states_counts_instead_of_the_rule(self, world):
        [asked] = self.act(world, world.received(), world.by(world.phuc), due_on=date(2026, 11, 27))
        limit = asked.time_limit
        assert (limit.due_at, limit.first_due_at) == (hanoi(2026, 11, 28),) * 2

    def test_a_day_that_is_past_or_not_worked_is_refused(self, world):
        dossier, by = world.received(), world.by(world.phuc)
        before = everything()
        for day in (date(2026, 11, 23), date(2026, 11, 28)):
            with pytest.raises(NotALastDay):
                self.act(world, dossier, by, due_on=day)
        assert everything() == before

    def test_nobody_twice_the_same_and_the_own_agency_are_refused(self, world):
        dossier, by = world.received(), world.by(world.phuc)
        gone = Agency.objects.filter(valid_to__isnull=False).first()
        before = everything()
        for agencies in ([], [world.other_ward] * 2, [world.ward], [gone]):
            with pytest.raises(verbs.WrongAgencies):
                self.act(world, dossier, by, agencies=agencies)
        assert everything() == before

    def test_head_and_clerks_of_the_agency_are_told(self, world):
        people(world)
        self.act(world, world.received(), world.by(world.phuc))
        told = Message.objects.filter(kind=MessageKind.CONSULTED)
        assert {message.recipient.username for message in told} == {"tuan", "hai"}

    def test_a_second_round_goes_on_with_the_numbers(self, world):
        dossier = world.consulted()
        people(world)
        _answer(world, dossier)
        self.act(world, dossier, world.by(world.phuc))
        codes = TimeLimit.objects.order_by("code").values_list("code", flat=True)
        assert list(codes) == [f"{dossier.code}/YK1", f"{dossier.code}/YK2"]


def _answer(world, dossier, by=None, **changes):
    return verbs.answer_consultation(
        Consultation.objects.filter(dossier=dossier).order_by("pk")[0],
        **{
            "position": "agrees", "text": "Thống nhất.", "ref": "45/UBND", "files": {},
            "version": None, "now": NOW, **changes,
        },
        by=by or people(world)["hai"],
    )  # fmt: skip


class TestAnswerConsultation(VerbStory):
    starts_from = {State.CONSULTING}
    leads_to = State.UNDER_VERIFICATION
    may = {"hai"}
    acts_as = "hai"
    entries = ["limit_met", "consultation_answered", "file_attached"]
    callable_in = ASKED
    brings = Attachment.Purpose.OPINION

    def actor(self, world):
        return people(world)["hai"]

    def act(self, world, dossier, by, files=None):
        return _answer(world, dossier, by, files=files or {})

    def test_meets_its_limit_and_keeps_position_words_and_number(self, world):
        dossier = world.consulted()
        asked = _answer(world, dossier, position="disagrees", text="Chưa phù hợp quy hoạch.")
        assert (asked.position, asked.text, asked.ref) == (
            "disagrees", "Chưa phù hợp quy hoạch.", "45/UBND",
        )  # fmt: skip
        assert (asked.answered_by.username, asked.answered_at) == ("hai", NOW)
        assert TimeLimit.objects.get().met_at == NOW

    def test_only_the_last_of_several_leads_back_to_verification(self, world):
        dossier = world.consulted(agencies=[world.other_ward, world.home_affairs])
        _answer(world, dossier)
        dossier.refresh_from_db()
        assert dossier.state == State.CONSULTING
        second = Consultation.objects.order_by("pk")[1]
        with pytest.raises(NotAllowed):
            verbs.answer_consultation(
                second, position="agrees", text="", ref="", files={}, version=None,
                by=world.by(world.tuan), now=NOW,
            )  # fmt: skip
        verbs.record_silence(
            dossier, consultations=[second], version=None, by=world.by(world.phuc, AFTER),
            now=AFTER,
        )  # fmt: skip
        dossier.refresh_from_db()
        assert dossier.state == State.UNDER_VERIFICATION

    def test_an_agency_does_not_answer_for_another(self, world):
        dossier = world.consulted(agencies=[world.home_affairs, world.other_ward])
        hai = people(world)["hai"]
        before = everything()
        with pytest.raises(NotAllowed):
            _answer(world, dossier, hai)  # the first question is Home Affairs'
        assert everything() == before

    def test_a_second_answer_changes_nothing(self, world):
        dossier = world.consulted(agencies=[world.other_ward, world.home_affairs])
        hai = people(world)["hai"]
        _answer(world, dossier, hai)
        before = everything()
        with pytest.raises(verbs.AlreadyAnswered):
            _answer(world, dossier, hai, position="disagrees")
        assert everything() == before

    def test_a_late_answer_is_flagged_like_every_other_breach(self, world):
        dossier, hai = world.consulted(), people(world)["hai"]
        _answer(world, dossier, hai, now=AFTER)
        flag = OverdueFlag.objects.get()
        assert (flag.agency, flag.due_at) == (world.other_ward, hanoi(2026, 12, 3))

    def test_the_office_is_told(self, world):
        dossier = world.consulted()
        _answer(world, dossier)
        told = Message.objects.filter(kind=MessageKind.OPINION)
        assert {message.recipient.username for message in told} == OFFICE


class TestRecordSilence(VerbStory):
    starts_from = {State.CONSULTING}
    leads_to = State.UNDER_VERIFICATION
    may = OFFICE
    acts_as = "phuc"
    entries = ["limit_lifted", "limit_overdue", "silence_recorded"]

    def act(self, world, dossier, by, files=None, now=AFTER):
        return verbs.record_silence(
            dossier,
            consultations=list(Consultation.objects.filter(dossier=dossier)),
            version=None,
            by=by,
            now=now,
        )

    def test_leaves_its_entries_with_the_person_and_the_post_of_that_moment(self, world):
        dossier, by = self.start(world), self.actor(world)
        last = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
        self.act(world, dossier, by)
        events = Event.objects.filter(pk__gt=last).order_by("pk")
        assert [event.action for event in events] == self.entries
        assert {event.at for event in events} == {AFTER}

    def test_the_breach_stays_one_and_nobody_can_answer_any_more(self, world):
        dossier = world.consulted()
        self.act(world, dossier, world.by(world.phuc, AFTER))
        limit = TimeLimit.objects.get()
        assert (limit.lifted, limit.met_late) == (True, True)
        assert OverdueFlag.objects.get().due_at == hanoi(2026, 12, 3)
        assert Consultation.objects.get().silent_at == AFTER
        with pytest.raises(verbs.WrongState):
            _answer(world, dossier, now=AFTER)

    def test_is_refused_to_the_last_instant_of_the_limit(self, world):
        dossier = world.consulted()
        last = hanoi(2026, 12, 2, 23, 59, 59)
        before = everything()
        with pytest.raises(verbs.NotYetDue):
            self.act(world, dossier, world.by(world.phuc, last), now=last)
        assert everything() == before

    def test_an_answered_one_is_no_silence(self, world):
        dossier = world.consulted(agencies=[world.other_ward, world.home_affairs])
        _answer(world, dossier)
        before = everything()
        with pytest.raises(verbs.AlreadyAnswered):
            self.act(world, dossier, world.by(world.phuc, AFTER))
        assert everything() == before

    def test_questions_of_another_dossier_are_refused(self, world):
        first, second = world.consulted(), world.consulted()
        others = list(Consultation.objects.filter(dossier=second))
        with pytest.raises(verbs.WrongAgencies):
            verbs.record_silence(
                first, consultations=others, version=None, by=world.by(world.phuc, AFTER),
                now=AFTER,
            )  # fmt: skip
        assert Dossier.objects.filter(state=State.CONSULTING).count() == 2

    def test_one_whose_limit_a_waiver_lifted_does_not_hold_the_dossier_for_ever(self, world):
        dossier = world.consulted()
        limit = TimeLimit.objects.get()
        limits.meet(limit, by=world.by(world.minh), now=NOW)
        self.act(world, dossier, world.by(world.phuc), now=NOW)
        dossier.refresh_from_db()
        assert dossier.state == State.UNDER_VERIFICATION
