"""The pages about e-mail: what one gets, where to, the calendar link; the bell that asks again."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail as box
from django.test import Client

from accounts.mail import choices
from accounts.mail_models import CalendarLink, Mail
from accounts.models import FormReceipt
from deadlines import mailing
from ledger.models import Event
from tests.accounts.mail.postman import give_addresses, news
from tests.world import NOW, PASSWORD, hanoi

pytestmark = pytest.mark.once
HERE, LINK = "/thu-bao/", "/thu-bao/lich/"
NIGHT = hanoi(2026, 11, 28, 23)


def form(**fields) -> dict[str, str]:
    return {"form_key": str(uuid.uuid4()), **fields}


class TestWhatOneGets:
    def test_the_choice_is_kept_and_shown(self, world, sign_in):
        hung = sign_in(world.hung)
        assert re.search(r'value="morning"[^>]*checked', hung.get(HERE).text)
        answer = hung.post(HERE, form(viec="tin", news="none"))
        assert (answer.status_code, answer.headers["Location"]) == (302, HERE)
        assert choices.choice_of(world.hung) == "none"
        assert re.search(r'value="none"[^>]*checked', hung.get(HERE).text)

    def test_an_invented_choice_is_refused_in_words(self, world, sign_in):
        answer = sign_in(world.hung).post(HERE, form(viec="tin", news="evil"))
        assert answer.status_code == 422 and choices.choice_of(world.hung) == "morning"

    def test_everybody_with_a_post_has_the_page(self, world, sign_in):
        for user in (world.lan, world.minh, world.son, world.an):
            assert sign_in(user).get(HERE).status_code == 200


class TestWhereTo:
    def test_the_former_address_and_the_new_one_are_told_at_any_hour(
        self, world, sign_in, wall_clock
    ):
        give_addresses(world, world.hung)
        hung = sign_in(world.hung)
        answer = hung.post(HERE, form(viec="dia-chi", address="moi@hanoi.example"))
        assert answer.status_code == 302
        world.hung.refresh_from_db()
        assert world.hung.email == "moi@hanoi.example"
        assert box.outbox == []  # a request writes rows and sends nothing
        mailing.run(NIGHT)
        assert sorted(one.to[0] for one in box.outbox) == [
            "hung@hanoi.example", "moi@hanoi.example",
        ]  # fmt: skip
        assert all("quản trị hệ thống" in one.body for one in box.outbox)
        assert world.hung.messages.get().kind == "address_changed"
        entry = Event.objects.get(action="address_changed")
        assert entry.after == {"email": "moi@hanoi.example"}

    def test_asks_for_the_password_when_it_is_old(self, world, sign_in, wall_clock):
        hung = sign_in(world.hung)
        wall_clock(NOW + timedelta(minutes=20))
        session = hung.session
        session["confirmed_at"] = int(NOW.timestamp())
        session.save()
        typed = form(viec="dia-chi", address="moi@hanoi.example")
        answer = hung.post(HERE, typed)
        assert answer.status_code == 422 and "moi@hanoi.example" in answer.text
        assert hung.post(HERE, {**typed, "password": PASSWORD}).status_code == 302

    @pytest.mark.parametrize(
        "address", ["khong-phai", "a@b.vn\r\nBcc: c@d.vn", "a@b.vn, c@d.vn", "lê@hanoi.example"]
    )
    def test_what_is_no_address_is_refused_and_stays_on_the_page(self, world, sign_in, address):
        answer = sign_in(world.hung).post(HERE, form(viec="dia-chi", address=address))
        assert answer.status_code == 422
        world.hung.refresh_from_db()
        assert world.hung.email == ""

    def test_pressed_four_times_it_is_told_once(self, world, sign_in):
        give_addresses(world, world.hung)
        hung, typed = sign_in(world.hung), form(viec="dia-chi", address="moi@hanoi.example")
        answers = [hung.post(HERE, typed) for _press in range(4)]
        assert {answer.status_code for answer in answers} == {302}
        assert Mail.objects.count() == 2


def test_a_changed_password_is_told_to_whoever_holds_the_account(world, sign_in):
    give_addresses(world, world.lan)
    new = "một câu khác chỉ mình Lan biết"
    sign_in(world.lan).post(
        "/mat-khau/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    mailing.run(NIGHT)
    assert [one.to for one in box.outbox] == [["lan@hanoi.example"]]
    assert "lan đã được đổi lúc 09:00 25/11/2026" in box.outbox[0].body
    mailing.run(hanoi(2026, 11, 30, 8))
    assert len(box.outbox) == 1  # not once more as news


class TestTheLink:
    def made(self, browser: Client, **fields) -> str:
        answer = browser.post(LINK, form(viec="tao", **fields))
        assert answer.status_code == 200
        return re.search(r'value="http://127.0.0.1:8000(/lich-han/[\w-]+\.ics)"', answer.text)[1]

    def test_is_shown_once_and_only_its_digest_is_kept(self, world, sign_in):
        hung = sign_in(world.hung)
        where = self.made(hung)
        secret = where.split("/")[-1].removesuffix(".ics")
        assert len(secret) >= 43 and secret not in str(list(CalendarLink.objects.values()))
        assert secret not in str(list(Event.objects.values("before", "after", "object_code")))
        assert secret not in str(list(FormReceipt.objects.values()))
        assert secret not in hung.get(HERE).text

    def test_a_new_one_ends_the_old_one(self, world, sign_in):
        hung = sign_in(world.hung)
        old, new = self.made(hung), self.made(hung)
        assert old != new
        assert [Client().get(where).status_code for where in (old, new)] == [404, 200]

    def test_one_form_makes_one_link_however_often_it_is_pressed(self, world, sign_in):
        hung, key = sign_in(world.hung), str(uuid.uuid4())
        first, again = (self.made(hung, form_key=key) for _press in range(2))
        assert first == again
        assert Event.objects.filter(action="calendar_link_made").count() == 1
        self.made(hung)
        answer = hung.post(LINK, {"form_key": key, "viec": "tao"})
        assert answer.status_code == 302  # its link has been replaced: nothing comes back to life
        assert Client().get(first).status_code == 404

    def test_taken_back_it_is_gone(self, world, sign_in):
        hung = sign_in(world.hung)
        where = self.made(hung)
        assert hung.post(LINK, form(viec="thu-hoi")).status_code == 302
        assert Client().get(where).status_code == 404
        assert Event.objects.filter(action="calendar_link_revoked").count() == 1

    def test_asks_for_the_password_when_it_is_old(self, world, sign_in, wall_clock):
        hung = sign_in(world.hung)
        session = hung.session
        session["confirmed_at"] = int((NOW - timedelta(minutes=20)).timestamp())
        session.save()
        assert hung.post(LINK, form(viec="tao")).status_code == 422
        assert not CalendarLink.objects.exists()

    def test_whoever_sees_no_time_limit_gets_none(self, world, sign_in):
        assert sign_in(world.son).post(LINK, form(viec="tao")).status_code == 403


class TestTheBell:
    def test_shows_the_count_and_asks_again(self, world, sign_in):
        lan = sign_in(world.lan)
        news([world.lan], count=3)
        page = lan.get("/ho-so/")
        assert 'hx-get="/hop-thu/so-moi/"' in page.text and 'hx-trigger="every 60s"' in page.text
        news([world.lan])
        bell = lan.get("/hop-thu/so-moi/", headers={"HX-Request": "true"}).text
        assert 'data-unread="4"' in bell and "<html" not in bell

    def test_keeps_no_session_alive(self, world, sign_in, wall_clock):
        lan = sign_in(world.lan)
        lan.get("/ho-so/")
        for minute in range(1, 31):
            wall_clock(NOW + timedelta(minutes=minute))
            assert lan.get("/hop-thu/so-moi/", headers={"HX-Request": "true"}).status_code == 200
        wall_clock(NOW + timedelta(minutes=31))
        answer = lan.get("/hop-thu/so-moi/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.content) == (204, b"")  # the open page stays as it is
        assert lan.get("/ho-so/").status_code == 302
