"""Pages of people and posts, with real forms: propose, confirm as the second person, end.

quality.md §4 rows ``user_list`` and ``user_role``, rules S7, S8 and S10; §2 invariants 24, 25, 37
and 40.
"""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts import appointing
from accounts.models import Appointment, AppointmentProposal, FormReceipt, Message, User
from accounts.roles import Role
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import fields, in_english, open_form, text_of
from tests.dossiers.test_concurrency import at_once, posting
from tests.world import NOW, PASSWORD, World, person

pytestmark = [pytest.mark.once, pytest.mark.django_db]
LATER = NOW + timedelta(minutes=10, seconds=1)
TYPED = {
    "role": "agency_head",
    "agency": "P-00004",
    "post": "Chủ tịch UBND phường",
    "started_on": "25/11/2026",
    "reason": "Quyết định 12/QĐ-UBND ngày 20/11/2026",
}
PEOPLE, PROPOSALS = "/nguoi-dung/", "/nguoi-dung/de-nghi/"


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def world(world) -> World:
    with recording.recorded(may_be_idle=True):
        world.binh = person(
            "binh", "Đào Duy Bình", Role.SYSTEM_ADMINISTRATOR, world.office, "Quản trị hệ thống"
        )
        world.quynh = User.objects.create(username="quynh", full_name="Tô Như Quỳnh")
    return world


@pytest.fixture
def at(world, sign_in):
    """A browser at which a person of the story sits."""
    return lambda who: in_english(sign_in(getattr(world, who)))


@pytest.fixture
def proposal(world) -> AppointmentProposal:
    return appointing.propose_appointment(
        world.quynh,
        role=Role.AGENCY_HEAD,
        post="Chủ tịch UBND phường",
        agency=world.other_ward,
        started_on=NOW.date(),
        reason="Quyết định 12/QĐ-UBND",
        by=world.by(world.son),
        now=NOW,
    )


def page_of(proposal: AppointmentProposal) -> str:
    return reverse("accounts:proposal", args=[proposal.public_id])


def ending(user: User) -> str:
    return reverse("accounts:end_post", args=[user.appointments.get().pk])


def test_from_the_proposal_to_the_first_page_of_the_new_head(world, at):
    son, thu, quynh = at("son"), at("thu"), at("quynh")
    assert quynh.get("/ho-so/").status_code == 403

    form = {**open_form(son, "accounts:propose_post", "quynh"), **TYPED}
    sent = son.post(reverse("accounts:propose_post", args=["quynh"]), form)
    proposal = AppointmentProposal.objects.get()
    assert sent.headers["Location"] == page_of(proposal)
    own = text_of(son.get(page_of(proposal)))
    assert "whoever proposes does not" in own and "Confirm the post" not in own
    assert quynh.get("/ho-so/").status_code == 403

    message = Message.objects.get(recipient=world.thu)
    assert page_of(proposal) in text_of(thu.get("/hop-thu/")), message
    shown = thu.get(page_of(proposal))
    assert "Tô Như Quỳnh" in text_of(shown) and "Quyết định 12/QĐ-UBND" in text_of(shown)
    decided = thu.post(page_of(proposal), {**fields(shown), "viec": "xac-nhan"})
    assert decided.status_code == 302
    assert "The post is given." in text_of(thu.get(page_of(proposal)))

    assert quynh.get("/ho-so/").status_code == 200  # the session that was open all the time
    assert "Chủ tịch UBND phường" in text_of(son.get("/nguoi-dung/quynh/"))
    assert "Đỗ Minh Thu" in text_of(son.get(PROPOSALS))


class TestWhoSeesWhat:
    def test_administrators_and_auditors_see_everybody(self, at):
        for who in ("son", "an"):
            shown = text_of(at(who).get(PEOPLE))
            for name in ("Trần Thị Lan", "Lê Anh Tuấn", "Tô Như Quỳnh", "Phạm Quang Minh"):
                assert name in shown

    def test_a_head_sees_the_own_agency_alone(self, at):
        hung = at("hung")
        shown = text_of(hung.get(PEOPLE))
        assert "Trần Thị Lan" in shown
        for name in ("Lê Anh Tuấn", "Tô Như Quỳnh", "Ngô Thanh Sơn"):
            assert name not in shown
        assert hung.get("/nguoi-dung/lan/").status_code == 200
        for code in ("tuan", "son", "khong-co"):
            assert hung.get(f"/nguoi-dung/{code}/").status_code == 404
        assert hung.get(PROPOSALS).status_code == 403

    def test_nobody_else_sees_people(self, at):
        for who in ("lan", "tuan", "minh", "thu", "phuc", "hoa"):
            browser = at(who)
            assert browser.get(PEOPLE).status_code == 403
            assert browser.get("/nguoi-dung/lan/").status_code == 404

    def test_proposals_are_for_the_second_persons_and_the_auditor(self, at, proposal):
        for who in ("son", "binh", "thu", "an"):
            assert at(who).get(page_of(proposal)).status_code == 200, who
        for who in ("lan", "hung", "minh", "hoa", "phuc", "quynh"):
            assert at(who).get(page_of(proposal)).status_code == 404, who
        assert "Tô Như Quỳnh" not in text_of(at("phuc").get(PROPOSALS))

    @pytest.mark.parametrize("who", ["an", "hung", "lan", "minh", "thu", "phuc"])
    def test_only_administrators_propose_and_end(self, world, at, who):
        browser = at(who)
        for address in ("/nguoi-dung/lan/chuc-vu/", ending(world.lan)):
            assert browser.get(address).status_code == 404
            assert browser.post(address, TYPED).status_code == 404
        assert not AppointmentProposal.objects.exists()

    def test_the_auditor_decides_nothing(self, at, proposal):
        answer = at("an").post(page_of(proposal), {"viec": "xac-nhan"})
        assert answer.status_code == 403
        assert not Appointment.objects.filter(user__username="quynh").exists()

    def test_people_are_found_by_words_without_marks_agency_and_role(self, at):
        son = at("son")

        def found(**asked) -> str:
            return text_of(son.get(PEOPLE, asked))

        assert "Tô Như Quỳnh" in found(q="nhu quynh")
        assert "Lê Anh Tuấn" not in found(q="nhu quynh")
        assert "Lê Anh Tuấn" in found(q="ba dinh")
        shown = found(**{"vai-tro": "inspector"})
        assert "Bùi Thị Hoa" in shown and "Lê Anh Tuấn" not in shown
        assert "Nobody matches" in found(q="không ai như thế")

    def test_twenty_people_cost_no_more_questions_than_few(self, world, at):
        son = at("son")

        def asked() -> int:
            son.get(PEOPLE)
            with CaptureQueriesContext(connection) as queries:
                assert son.get(PEOPLE).status_code == 200
            return len(queries)

        few = asked()
        with recording.recorded(may_be_idle=True):
            for number in range(20):
                user = person(f"nv{number}", "Đỗ An", Role.AGENCY_CLERK, world.ward, "Văn thư")
                AppointmentProposal.objects.create(
                    user=user, role=Role.INSPECTOR, post="x", agency=world.home_affairs,
                    started_on=NOW.date(), reason="x", proposed_by=world.binh, proposed_at=NOW,
                )  # fmt: skip
        assert asked() == few == 9


class TestTheFormOfAProposal:
    def test_for_oneself_shows_why_not(self, at):
        son = at("son")
        assert "Another administrator does." in text_of(son.get("/nguoi-dung/son/chuc-vu/"))
        answer = son.post("/nguoi-dung/son/chuc-vu/", {**TYPED, "form_key": uuid.uuid4()})
        assert answer.status_code == 403
        assert not AppointmentProposal.objects.exists()

    @pytest.mark.parametrize(
        "slip",
        [
            {"started_on": "31/2/2026"},
            {"ended_on": "1/1/2026"},
            {"role": "city_leader"},
            {"agency": ""},
            {"agency": "KHÔNG-CÓ"},
            {"role": "emperor"},
            {"reason": ""},
        ],
    )
    def test_a_slip_keeps_what_was_typed(self, at, slip):
        son = at("son")
        form = {**open_form(son, "accounts:propose_post", "quynh"), **TYPED, **slip}
        answer = son.post("/nguoi-dung/quynh/chuc-vu/", form)
        assert answer.status_code == 422
        assert fields(answer)["post"] == TYPED["post"]
        assert not AppointmentProposal.objects.exists()

    def test_what_was_proposed_meanwhile_is_a_conflict_that_keeps_the_text(self, at, proposal):
        binh = at("binh")
        form = {**open_form(binh, "accounts:propose_post", "quynh"), **TYPED}
        answer = binh.post("/nguoi-dung/quynh/chuc-vu/", form)
        assert answer.status_code == 409
        assert fields(answer)["reason"] == TYPED["reason"]


class TestDeciding:
    def test_a_refusal_needs_its_reason(self, at, proposal):
        thu = at("thu")
        form = {**fields(thu.get(page_of(proposal))), "viec": "tu-choi"}
        assert thu.post(page_of(proposal), form).status_code == 422
        assert thu.post(page_of(proposal), {**form, "answer": "Chưa ký."}).status_code == 302
        assert "Chưa ký." in text_of(at("son").get(page_of(proposal)))

    def test_no_button_no_decision(self, at, proposal):
        thu = at("thu")
        assert thu.post(page_of(proposal), fields(thu.get(page_of(proposal)))).status_code == 422
        assert AppointmentProposal.objects.get().state == "proposed"

    def test_the_proposer_cannot_confirm_by_posting(self, at, proposal):
        for viec in ("xac-nhan", "tu-choi"):
            answer = at("son").post(page_of(proposal), {"viec": viec, "answer": "x"})
            assert answer.status_code == 403
        assert AppointmentProposal.objects.get().state == "proposed"

    def test_the_proposer_takes_it_back(self, at, proposal):
        son = at("son")
        form = {**fields(son.get(page_of(proposal))), "viec": "rut"}
        assert son.post(page_of(proposal), form).status_code == 302
        assert AppointmentProposal.objects.get().state == "withdrawn"

    def test_whoever_comes_second_is_told_who_decided(self, at, proposal):
        thu, binh = at("thu"), at("binh")
        late = {**fields(binh.get(page_of(proposal))), "viec": "tu-choi", "answer": "Không."}
        thu.post(page_of(proposal), {**fields(thu.get(page_of(proposal))), "viec": "xac-nhan"})
        answer = binh.post(page_of(proposal), late)
        assert answer.status_code == 409
        assert "Đỗ Minh Thu" in text_of(answer)
        assert AppointmentProposal.objects.get().state == "confirmed"

    def test_posts_given_meanwhile_are_looked_at_again(self, world, at, proposal):
        with recording.recorded(may_be_idle=True):
            person("quynh", "", Role.AUDITOR, world.office, "Kiểm toán")
        thu = at("thu")
        form = {**fields(thu.get(page_of(proposal))), "viec": "xac-nhan"}
        answer = thu.post(page_of(proposal), form)
        assert answer.status_code == 422
        assert "hold no other post" in text_of(answer)


class TestTheEndOfAPost:
    def test_ends_the_rights_of_an_open_session_at_once(self, world, at):
        hung, son = at("hung"), at("son")
        assert hung.get("/ho-so/").status_code == 200
        form = {**fields(son.get(ending(world.hung))), "reason": "Quyết định 9/QĐ-UBND"}
        assert form["ended_on"] == "25/11/2026"
        assert son.post(ending(world.hung), form).status_code == 302
        assert hung.get("/ho-so/").status_code == 403
        assert hung.get(PEOPLE).status_code == 403
        shown = text_of(son.get("/nguoi-dung/hung/"))
        assert "without rights since 09:00" in shown

    def test_of_the_last_auditor_is_refused_in_words(self, world, at):
        son = at("son")
        form = {**fields(son.get(ending(world.an))), "reason": "x"}
        answer = son.post(ending(world.an), form)
        assert answer.status_code == 422
        assert "Appoint another person first." in text_of(answer)

    def test_seen_by_another_with_another_end_is_a_conflict(self, world, at):
        son, binh = at("son"), at("binh")
        late = {**fields(binh.get(ending(world.hung))), "reason": "Lý do của Bình"}
        first = {**fields(son.get(ending(world.hung))), "reason": "x", "ended_on": "30/11/2026"}
        assert son.post(ending(world.hung), first).status_code == 302
        answer = binh.post(ending(world.hung), late)
        assert answer.status_code == 409
        assert fields(answer)["reason"] == "Lý do của Bình"
        assert str(world.hung.appointments.get().ended_on) == "2026-11-30"

    def test_that_is_over_is_told(self, world, at):
        son = at("son")
        form = {**fields(son.get(ending(world.hung))), "reason": "x"}
        son.post(ending(world.hung), form)
        assert son.get(ending(world.hung)).status_code == 409


class TestThePassword:
    """S10: confirming, refusing and ending ask for it when it is older than ten minutes."""

    @pytest.fixture
    def acts(self, world, at, proposal):
        """Page → the browser of who acts there, and what is typed."""
        return {
            page_of(proposal): (at("thu"), {"viec": "xac-nhan"}),
            ending(world.hung): (at("son"), {"reason": "x"}),
        }

    def test_is_asked_for_and_without_it_nothing_happens(self, world, acts, wall_clock):
        wall_clock(LATER)
        for address, (browser, typed) in acts.items():
            form = {**fields(browser.get(address)), **typed}
            assert form["password"] == ""
            for given in ("", "không phải mật khẩu"):
                before = Event.objects.filter(action__startswith="appoint").count()
                answer = browser.post(address, {**form, "password": given})
                assert answer.status_code == 422
                assert Event.objects.filter(action__startswith="appoint").count() == before
            del form["password"]
            assert browser.post(address, form).status_code == 422
            assert browser.post(address, {**form, "password": PASSWORD}).status_code == 302

    def test_is_not_asked_for_within_ten_minutes(self, acts, wall_clock):
        wall_clock(NOW + timedelta(minutes=10))
        for address, (browser, typed) in acts.items():
            form = {**fields(browser.get(address)), **typed}
            assert "password" not in form
            assert browser.post(address, form).status_code == 302


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(params=["propose", "confirm", "end"])
    def form(self, request, world, at, proposal):
        """A filled form before its person: the browser, the address, the fields, the effect."""
        if request.param == "propose":
            typed = {**TYPED, "agency": "P-00070", "role": "agency_clerk"}
            who, address, action = "son", "/nguoi-dung/quynh/chuc-vu/", "appointment_proposed"
        elif request.param == "confirm":
            who, address, action = "thu", page_of(proposal), "appointment_confirmed"
            typed = {"viec": "xac-nhan"}
        else:
            who, address, action = "son", ending(world.hung), "appointment_ended"
            typed = {"reason": "x"}
        browser = at(who)
        return browser, address, {**fields(browser.get(address)), **typed}, action

    def test_four_presses_and_one_later_are_one_act(self, form):
        browser, address, typed, action = form
        before = Event.objects.filter(action=action).count()
        answers = at_once(*(posting(browser, address, typed) for _ in range(4)))
        assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 4
        assert len({answer.headers["Location"] for answer in answers}) == 1
        again = browser.post(address, typed)
        assert again.headers["Location"] == answers[0].headers["Location"]
        assert Event.objects.filter(action=action).count() == before + 1
        assert FormReceipt.objects.count() == 1

    def test_of_two_forms_one_acts_and_the_other_is_told(self, form):
        browser, address, typed, action = form
        before = Event.objects.filter(action=action).count()
        forms = [{**typed, "form_key": str(uuid.uuid4())} for _ in range(2)]
        answers = at_once(*(posting(browser, address, one) for one in forms))
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        assert Event.objects.filter(action=action).count() == before + 1
