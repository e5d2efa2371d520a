"""One act on many rows: each by itself, each with its answer, once a form."""

import uuid
from datetime import timedelta

import pytest

from accounts.models import Message, MessageKind
from dossiers import transitions
from dossiers.states import State
from dossiers.transitions import reminding
from dossiers.transitions.reminding import remind
from ledger.models import Event
from tests.dossiers.lists.test_lists import of_other_ward
from tests.world import NOW

pytestmark = pytest.mark.django_db
BULK = "/ho-so/hang-loat/"


def press(browser, act: str, *dossiers, key: str = ""):
    data = {"viec": act, "ma": [d.code for d in dossiers], "form_key": key or str(uuid.uuid4())}
    return browser.post(BULK, data)


def results(response) -> list[bool]:
    return [line["is_done"] for line in response.context["lines"]]


class TestReceive:
    """Phúc receives the morning's dossiers in one go."""

    def test_each_row_has_its_answer(self, world, sign_in):
        good, gone = world.submitted(), world.submitted()
        transitions.receive(gone, version=None, by=world.by(world.phuc), now=NOW)
        response = press(sign_in(world.phuc), "tiep-nhan", good, gone)
        assert response.status_code == 200
        assert results(response) == [True, False]
        good.refresh_from_db()
        assert good.state == State.UNDER_VERIFICATION
        assert Event.objects.filter(action="dossier_received", object_code=good.code).count() == 1

    def test_the_same_form_acts_once(self, world, sign_in):
        dossier, key = world.submitted(), str(uuid.uuid4())
        phuc = sign_in(world.phuc)
        for _ in range(3):
            assert results(press(phuc, "tiep-nhan", dossier, dossier, key=key)) == [True]
        received = Event.objects.filter(action="dossier_received", object_code=dossier.code)
        assert received.count() == 1

    def test_nobody_acts_beyond_the_post(self, world, sign_in):
        dossier = world.submitted()
        assert press(sign_in(world.lan), "tiep-nhan", dossier).status_code == 403
        assert press(sign_in(world.phuc), "xoa", dossier).status_code == 403
        dossier.refresh_from_db()
        assert dossier.state == State.SUBMITTED

    def test_a_dossier_one_may_not_see_is_as_none(self, world, sign_in):
        draft = world.draft()
        response = press(sign_in(world.phuc), "tiep-nhan", draft)
        assert response.context["lines"] == []
        assert draft.code not in response.content.decode()

    def test_nothing_chosen_says_how(self, world, sign_in):
        assert press(sign_in(world.phuc), "tiep-nhan").status_code == 200

    def test_boxes_are_there_for_who_can_use_them(self, world, sign_in):
        world.submitted()
        assert 'class="pick"' in sign_in(world.phuc).get("/ho-so/").content.decode()
        assert 'class="pick"' not in sign_in(world.lan).get("/ho-so/").content.decode()


class TestRemind:
    """Hoa reminds; Hùng and Lan hear of it once a day."""

    def test_tells_the_agency_and_leaves_an_entry(self, world, sign_in):
        dossier = world.directed(NOW - timedelta(days=9)).dossier
        before = (dossier.version, dossier.state)
        assert results(press(sign_in(world.hoa), "nhac", dossier)) == [True]
        told = Message.objects.filter(kind=MessageKind.REMINDED)
        assert {m.recipient for m in told} == {world.lan, world.hung}
        event = Event.objects.get(action="dossier_reminded")
        assert (event.actor_name, event.object_code) == ("Bùi Thị Hoa", dossier.code)
        dossier.refresh_from_db()
        assert (dossier.version, dossier.state) == before

    def test_once_a_person_and_day(self, world):
        dossier = world.directed(NOW - timedelta(days=9)).dossier
        assert remind(dossier, by=world.by(world.hoa), now=NOW) == 2
        with pytest.raises(reminding.RemindedToday):
            remind(dossier, by=world.by(world.minh), now=NOW + timedelta(hours=3))
        tomorrow = NOW + timedelta(days=1)
        assert remind(dossier, by=world.by(world.minh, tomorrow), now=tomorrow) == 2

    def test_of_nothing_there_is_no_reminder(self, world):
        answered = world.reported(NOW - timedelta(days=9)).dossier
        with pytest.raises(reminding.NothingOwed):
            remind(answered, by=world.by(world.hoa), now=NOW)

    def test_a_hand_that_slips_is_stopped(self, world, monkeypatch):
        monkeypatch.setattr(reminding, "MOST_A_DAY", 1)
        first, second = world.directed().dossier, world.directed().dossier
        remind(first, by=world.by(world.hoa), now=NOW)
        with pytest.raises(reminding.RemindedEnough):
            remind(second, by=world.by(world.hoa), now=NOW)
        tomorrow = NOW + timedelta(days=1)
        assert remind(second, by=world.by(world.hoa, tomorrow), now=tomorrow)

    def test_an_agency_reminds_nobody(self, world, sign_in):
        dossier = of_other_ward(world)
        assert press(sign_in(world.tuan), "nhac", dossier).status_code == 403

    def test_the_inbox_says_it_in_words(self, world, sign_in):
        dossier = world.directed(NOW - timedelta(days=9)).dossier
        remind(dossier, by=world.by(world.hoa), now=NOW)
        assert dossier.code in sign_in(world.hung).get("/hop-thu/").content.decode()
