"""One act on many rows: each by itself, each with its answer, once a form."""

import uuid
from datetime import timedelta

import pytest

from accounts.models import Message, MessageKind
from accounts.roles import Role
from dossiers import transitions
from dossiers.models import Assignment
from dossiers.states import State
from dossiers.transitions import Hands, reminding
from dossiers.transitions.reminding import remind
from ledger.models import Event
from tests.dossiers.lists.test_lists import of_other_ward
from tests.world import NOW, person

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
        assert 'class="pick"' in sign_in(world.lan).get("/ho-so/").content.decode()
        assert 'class="pick"' not in sign_in(world.an).get("/ho-so/").content.decode()


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


class TestAssign:
    """Lan hands the morning's dossiers to Nam: chosen once, done row by row."""

    @pytest.fixture
    def nam(self, world):
        return person("nam", "Đặng Văn Nam", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")

    def choose(self, browser, who, *dossiers, key: str = "", **changes):
        data = {
            "viec": "phan-cong",
            "phan-cong-cho": "1",
            "ma": [d.code for d in dossiers],
            "phien": [f"{d.code} {d.version}" for d in dossiers],
            "officer": who.pk,
            "form_key": key or str(uuid.uuid4()),
        }
        return browser.post(BULK, {**data, **changes})

    def test_asks_first_whose_work_it_is(self, world, sign_in, nam):
        first, second = world.draft(), world.submitted()
        response = press(sign_in(world.lan), "phan-cong", first, second)
        assert response.status_code == 200
        said = response.content.decode()
        assert first.code in said
        assert second.code in said
        assert nam.full_name in said
        assert world.tuan.full_name not in said
        assert not Assignment.objects.exists()

    def test_each_row_has_its_answer(self, world, sign_in, nam):
        good, done = world.draft(), world.rejected()
        response = self.choose(sign_in(world.lan), nam, good, done)
        assert results(response) == [True, False]
        good.refresh_from_db()
        assert good.officer == nam
        assert Message.objects.get(kind=MessageKind.ASSIGNED).recipient == nam

    def test_the_same_form_acts_once(self, world, sign_in, nam):
        dossier, key = world.draft(), str(uuid.uuid4())
        lan = sign_in(world.lan)
        for _ in range(2):
            assert results(self.choose(lan, nam, dossier, key=key)) == [True]
        assert Assignment.objects.count() == 1

    def test_what_somebody_changed_meanwhile_stays(self, world, sign_in, nam):
        seen, other = world.draft(), world.draft()
        transitions.assign(
            seen, hands=Hands(officer=world.lan), version=None, by=world.by(world.hung), now=NOW
        )
        response = self.choose(sign_in(world.lan), nam, seen, other)
        assert results(response) == [False, True]
        seen.refresh_from_db()
        assert seen.officer == world.lan

    def test_nobody_of_another_agency_is_chosen(self, world, sign_in):
        dossier = world.draft()
        response = self.choose(sign_in(world.lan), world.tuan, dossier)
        assert response.status_code == 422
        assert not Assignment.objects.exists()

    def test_a_choice_left_open_keeps_the_rest(self, world, sign_in, nam):
        dossier = world.draft()
        response = self.choose(
            sign_in(world.lan), nam, dossier, officer="", internal_due_on="27/11/2026"
        )
        assert response.status_code == 422
        said = response.content.decode()
        assert "27/11/2026" in said
        assert dossier.code in said

    def test_a_dossier_of_another_agency_is_as_none(self, world, sign_in, nam):
        his = of_other_ward(world)
        response = self.choose(sign_in(world.lan), nam, his)
        assert response.context["lines"] == []
        assert not Assignment.objects.exists()

    def test_the_city_assigns_nothing(self, world, sign_in, nam):
        assert self.choose(sign_in(world.phuc), nam, world.submitted()).status_code == 403
