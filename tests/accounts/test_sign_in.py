"""Signing in and out: no hint who exists, a brake on guessing, sessions that end when they must.

quality.md §3 rows 16, 26, 38 to 48 and 66.
"""

import functools
import logging
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import SignInFailure
from accounts.sign_in import MOST_FAILURES, UNKNOWN
from accounts.unfinished import WHO_COOKIE
from ledger import recording
from ledger.models import Event
from tests import world as world_module
from tests.dossiers.desk import text_of
from tests.world import NOW, PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]

WHERE = "/dang-nhap/"
WRONG = "User name or password is not right. Check both and try again."
BRAKED = "Too many wrong tries. Wait 15 minutes, then try again."


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """The same hash, less dear: these tests try passwords by the hundred."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
    monkeypatch.setattr(world_module, "hashed", functools.cache(world_module.hashed.__wrapped__))


@pytest.fixture
def visitor(wall_clock) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def sign_in(client: Client, username: str = "lan", password: str = PASSWORD, **more):
    return client.post(WHERE, {"username": username, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get(reverse("dossiers:mine")).status_code == 200


def actions() -> list[tuple[str, str]]:
    found = Event.objects.filter(object_kind="account").order_by("pk")
    return list(found.values_list("action", "object_code"))


class TestTheDoor:
    def test_opens_with_the_right_password_whatever_the_case_of_the_name(self, world, visitor):
        assert sign_in(visitor, " LAN ").status_code == 302
        assert is_in(visitor)

    def test_says_the_same_to_every_wrong_pair(self, world, visitor):
        with recording.recorded(may_be_idle=True):
            world.tuan.is_active = False
            world.tuan.save()
        pairs = [
            ("lan", "sai mật khẩu"), ("khong-ai", "sai mật khẩu"), ("khong-ai", PASSWORD),
            ("tuan", PASSWORD),
        ]  # fmt: skip
        for username, password in pairs:
            response = sign_in(visitor, username, password)
            assert (response.status_code, WRONG in text_of(response)) == (200, True), username
            assert password not in text_of(response)
            assert not is_in(visitor)

    def test_takes_as_long_for_an_unknown_name(self, world, visitor, monkeypatch):
        """Not measured: counted. The password is hashed once in both cases."""
        hashed = []
        verify, encode = Argon2PasswordHasher.verify, Argon2PasswordHasher.encode
        monkeypatch.setattr(
            Argon2PasswordHasher, "verify",
            lambda *args: hashed.append("known") or verify(*args),
        )  # fmt: skip
        monkeypatch.setattr(
            Argon2PasswordHasher, "encode",
            lambda *args: hashed.append("unknown") or encode(*args),
        )  # fmt: skip
        sign_in(visitor, "lan", "sai")
        sign_in(visitor, "khong-ai", "sai")
        assert hashed == ["known", "unknown"]

    @pytest.mark.parametrize("username", ["", "lan\x00", "x" * 151, "x" * 10_000])
    def test_a_name_that_nobody_can_have_is_no_500(self, world, visitor, username):
        assert sign_in(visitor, username).status_code in {200, 400}
        assert not is_in(visitor)

    @pytest.mark.parametrize("length", [61, 120, 121, 150])
    def test_a_long_unknown_name_is_answered_like_a_short_one(self, world, visitor, length):
        assert WRONG in text_of(sign_in(visitor, "x" * length))

    def test_a_megabyte_of_password_is_not_hashed(self, world, visitor):
        response = sign_in(visitor, "lan", "x" * 1_000_000)
        assert response.status_code == 200
        assert not SignInFailure.objects.exists()

    def test_who_is_in_already_is_sent_on(self, world, visitor):
        sign_in(visitor)
        assert visitor.get(WHERE).headers["Location"] == "/"


class TestTheBrake:
    def fail(self, client, times, username="lan"):
        for _ in range(times):
            answer = sign_in(client, username, "đoán bừa")
        return answer

    def test_ten_wrong_tries_brake_the_account_even_for_the_right_password(self, world, visitor):
        self.fail(visitor, MOST_FAILURES)
        response = sign_in(visitor)
        assert (response.status_code, BRAKED in text_of(response)) == (429, True)
        assert not is_in(visitor)

    def test_nine_do_not(self, world, visitor):
        self.fail(visitor, MOST_FAILURES - 1)
        assert sign_in(visitor).status_code == 302

    def test_others_are_not_braked(self, world, visitor):
        self.fail(visitor, MOST_FAILURES)
        assert sign_in(visitor, "hung").status_code == 302

    def test_the_writing_of_the_name_does_not_get_around_it(self, world, visitor):
        for username in ("lan", "LAN", " lan", "Lan ", "lAn") * 2:
            sign_in(visitor, username, "đoán bừa")
        assert sign_in(visitor).status_code == 429

    def test_it_opens_a_quarter_of_an_hour_later(self, world, visitor, wall_clock):
        self.fail(visitor, MOST_FAILURES)
        wall_clock(NOW + timedelta(minutes=14, seconds=59))
        assert sign_in(visitor).status_code == 429
        wall_clock(NOW + timedelta(minutes=15))
        assert sign_in(visitor).status_code == 302

    def test_a_braked_try_does_not_prolong_it(self, world, visitor, wall_clock):
        self.fail(visitor, MOST_FAILURES)
        wall_clock(NOW + timedelta(minutes=10))
        self.fail(visitor, 5)
        wall_clock(NOW + timedelta(minutes=15))
        assert sign_in(visitor).status_code == 302

    def test_an_unknown_name_is_braked_alike(self, world, visitor):
        self.fail(visitor, MOST_FAILURES, "khong-ai")
        assert sign_in(visitor, "khong-ai").status_code == 429

    def test_it_is_an_alarm_in_the_ledger_once(self, world, visitor):
        self.fail(visitor, MOST_FAILURES + 3)
        assert actions() == [("sign_in_refused", "lan")] * 10 + [("sign_in_braked", "lan")]

    def test_what_it_no_longer_needs_is_forgotten(self, world, visitor, wall_clock):
        self.fail(visitor, 3)
        wall_clock(NOW + timedelta(minutes=16))
        self.fail(visitor, 1)
        assert SignInFailure.objects.count() == 1


class TestWhatIsRecorded:
    def test_in_out_and_refused_with_person_post_and_address(self, world, visitor):
        sign_in(visitor, "lan", "sai")
        sign_in(visitor)
        visitor.post(reverse("accounts:sign_out"))
        assert actions() == [
            ("sign_in_refused", "lan"), ("signed_in", "lan"), ("signed_out", "lan"),
        ]  # fmt: skip
        refused, entered, left = Event.objects.filter(object_kind="account").order_by("pk")
        assert (refused.actor_id, refused.actor_name) == (None, "anonymous")
        assert entered.actor_name == left.actor_name == "Trần Thị Lan"
        assert entered.actor_post == "Văn thư · UBND phường Hoàn Kiếm"
        for event in (refused, entered, left):
            assert event.address == "127.0.0.1"
            assert len(event.request_id) == 32

    def test_a_password_typed_into_the_wrong_field_is_written_nowhere(self, world, visitor, caplog):
        caplog.set_level(logging.DEBUG)
        secret = "Mật-khẩu-thật-của-Lan-2026"
        sign_in(visitor, secret, "gì đó")
        sign_in(visitor, "lan", secret)
        assert actions()[0] == ("sign_in_refused", UNKNOWN)
        written = str(list(Event.objects.values())).lower() + caplog.text.lower()
        assert secret.lower() not in written

    def test_a_new_password_is_recorded_as_a_fact_alone(self, world, visitor, caplog):
        caplog.set_level(logging.DEBUG)
        sign_in(visitor)
        new = "một câu khác hẳn câu trước"
        TestPassword().change(visitor, new)
        assert actions()[-1] == ("password_changed", "lan")
        written = str(list(Event.objects.values())) + caplog.text
        assert new not in written and PASSWORD not in written


class TestSessions:
    def test_signing_in_begins_a_new_one(self, world, visitor):
        """Fixation: an id that was planted before is worth nothing after."""
        visitor.session.save()
        session = visitor.session
        session["planted"] = True
        session.save()
        visitor.cookies["sessionid"] = planted = session.session_key
        sign_in(visitor)
        assert visitor.cookies["sessionid"].value != planted
        thief = Client()
        thief.cookies["sessionid"] = planted
        assert not is_in(thief)

    def test_an_invented_id_is_not_adopted(self, world, visitor):
        visitor.cookies["sessionid"] = "a" * 32
        sign_in(visitor)
        assert visitor.cookies["sessionid"].value != "a" * 32

    def test_signing_out_ends_it_on_the_server(self, world, visitor):
        sign_in(visitor)
        copied = Client()
        copied.cookies["sessionid"] = visitor.cookies["sessionid"].value
        visitor.post(reverse("accounts:sign_out"))
        assert not is_in(copied)
        assert not Session.objects.exists()

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_a_link_signs_nobody_out(self, world, visitor, method):
        sign_in(visitor)
        assert getattr(visitor, method)(reverse("accounts:sign_out")).status_code == 405
        assert is_in(visitor)

    @pytest.mark.parametrize(("who", "minutes"), [("lan", 30), ("thu", 30), ("minh", 15)])
    def test_idleness_ends_it_leaders_sooner(self, world, visitor, wall_clock, who, minutes):
        page = reverse("accounts:inbox")
        sign_in(visitor, who)
        wall_clock(NOW + timedelta(minutes=minutes))
        assert visitor.get(page).status_code == 200
        wall_clock(NOW + timedelta(minutes=2 * minutes))
        assert visitor.get(page).status_code == 200
        wall_clock(NOW + timedelta(minutes=3 * minutes, seconds=1))
        response = visitor.get(page)
        assert response.headers["Location"] == f"/dang-nhap/?next={page}"
        assert not Session.objects.filter(pk=visitor.cookies["sessionid"].value).exists()

    def test_ten_hours_end_it_however_busy_it_is(self, world, visitor, wall_clock):
        sign_in(visitor)
        for quarter in range(1, 41):
            wall_clock(NOW + timedelta(minutes=15 * quarter))
            assert is_in(visitor), quarter
        wall_clock(NOW + timedelta(hours=10, seconds=1))
        assert not is_in(visitor)

    def test_signing_in_again_gives_ten_more(self, world, visitor, wall_clock):
        sign_in(visitor)
        wall_clock(NOW + timedelta(hours=9, minutes=59))
        sign_in(visitor)
        wall_clock(NOW + timedelta(hours=10, minutes=20))
        assert is_in(visitor)

    def test_a_clock_set_back_ends_nothing(self, world, visitor, wall_clock):
        sign_in(visitor)
        wall_clock(NOW - timedelta(minutes=5))
        assert is_in(visitor)

    def test_another_person_at_the_desk_gets_a_session_of_their_own(self, world, visitor):
        sign_in(visitor)
        first = visitor.cookies["sessionid"].value
        sign_in(visitor, "hung")
        assert visitor.cookies["sessionid"].value != first
        assert not Session.objects.filter(pk=first).exists()
        assert visitor.get("/", follow=True).context["request"].user == world.hung


class TestPassword:
    def change(self, client, new, old=PASSWORD, again=None):
        form = {"old_password": old, "new_password1": new, "new_password2": again or new}
        return client.post(reverse("accounts:password"), form)

    def test_ends_every_other_session_and_keeps_this_one(self, world, visitor):
        other = Client()
        sign_in(other)
        sign_in(visitor)
        assert self.change(visitor, "một câu khác hẳn câu trước").status_code == 302
        assert is_in(visitor)
        assert not is_in(other)
        assert sign_in(Client()).status_code == 200
        assert sign_in(Client(), password="một câu khác hẳn câu trước").status_code == 302

    @pytest.mark.parametrize(
        "new",
        [
            "ngắn quá",  # under twelve
            "qwerty123456",  # common
            "ubndhanoi2026",  # what everybody here would try first
            "Sở Nội Vụ 123",
            "mat khau 1234",
            "tran thi lan 1",  # her own name
        ],
    )
    def test_a_guessable_one_is_refused(self, world, visitor, new):
        sign_in(visitor)
        assert self.change(visitor, new).status_code == 422
        assert sign_in(Client()).status_code == 302

    def test_needs_the_present_one_and_twice_the_same(self, world, visitor):
        sign_in(visitor)
        good = "một câu khác hẳn câu trước"
        assert self.change(visitor, good, old="sai").status_code == 422
        assert self.change(visitor, good, again="câu khác nữa cơ").status_code == 422
        assert not Event.objects.filter(action="password_changed").exists()

    def test_a_long_sentence_with_blanks_is_welcome(self, world, visitor):
        sign_in(visitor)
        assert self.change(visitor, "một câu dài " * 8).status_code == 302


class TestTheWayOn:
    @pytest.mark.parametrize(
        "path", ["/ho-so/moi/", "/ho-so/?q=a&trang-thai=closed", "/lich/2026/"]
    )
    def test_leads_to_the_page_that_was_asked_for(self, world, visitor, path):
        asked = visitor.get(path)
        page = visitor.get(asked.headers["Location"])
        response = sign_in(visitor, next=page.context["next"])
        assert response.headers["Location"] == path

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example/", "http://evil.example", "//evil.example", "///evil.example",
            "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
            "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
            "https:evil.example", "https:/evil.example", "https:///evil.example", "http:\\\\evil",
            "//evil.example@testserver/", "https://testserver@evil.example/",
            "https://testserver.evil.example/", "https://testserver:pw@evil.example",
            "//testserver@evil.example", "http://[::1", "//[", "evil.example", "?next=//evil",
            "\x00//evil.example", "\x1b//evil.example", "／／evil.example", "/／evil.example",
            "http://testserver/ho-so/", "https://testserver/", "//testserver/ho-so/", ".", "..",
            "%2f%2fevil.example", "/%09/evil.example", "/%5cevil.example", "",
        ],
    )  # fmt: skip
    def test_leads_to_no_other_place(self, world, visitor, elsewhere):
        response = sign_in(visitor, next=elsewhere)
        where = response.headers["Location"]
        assert response.status_code == 302
        assert where == "/" or (where.startswith("/") and where[1:2] not in {"/", "\\"}), where
        assert "\n" not in where and "\r" not in where and "\t" not in where
        client = Client()
        sign_in(client)
        again = client.get(WHERE, {"next": elsewhere.replace("\x00", "")})
        assert again.headers["Location"].startswith("/")

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil"])
    def test_nor_does_the_choice_of_language(self, visitor, elsewhere):
        response = visitor.post(reverse("set_language"), {"language": "en", "next": elsewhere})
        assert "evil" not in response.headers["Location"]


class TestCookies:
    def test_are_for_this_site_alone_and_out_of_reach_of_scripts(self, world, visitor):
        sign_in(visitor)
        visitor.get(reverse("dossiers:log"))
        visitor.post(reverse("set_language"), {"language": "vi", "next": "/"})
        assert {"sessionid", "csrftoken", WHO_COOKIE, "django_language"} <= set(visitor.cookies)
        for name, cookie in visitor.cookies.items():
            assert cookie["httponly"], name
            assert cookie["samesite"] == "Lax", name
            assert not cookie["domain"], name

    def test_who_was_here_is_signed(self, world, visitor):
        sign_in(visitor)
        assert visitor.cookies[WHO_COOKIE].value.partition(":")[0] == str(world.lan.pk)
        assert len(visitor.cookies[WHO_COOKIE].value) > 40


class TestTheInbox:
    def test_shows_ones_own_news_and_marks_only_those(self, world, sign_in):
        world.directed()
        lan, hung = sign_in(world.lan), sign_in(world.hung)
        hers, his = world.lan.messages.get(), world.hung.messages.get()
        assert lan.get(reverse("accounts:inbox")).status_code == 200
        lan.post(reverse("accounts:inbox"), {"shown": [hers.pk, his.pk]})
        hers.refresh_from_db()
        his.refresh_from_db()
        assert (hers.read_at, his.read_at) == (NOW, None)
        assert hung.get(reverse("accounts:inbox")).status_code == 200

    def test_reading_the_page_marks_nothing(self, world, sign_in):
        world.directed()
        sign_in(world.lan).get(reverse("accounts:inbox"))
        assert world.lan.messages.get().read_at is None

    def test_who_holds_no_post_any_more_is_told_so(self, world, sign_in):
        with recording.recorded(may_be_idle=True):
            world.lan.appointments.update(ended_on=NOW.date() - timedelta(days=1))
        assert sign_in(world.lan).get(reverse("accounts:inbox")).status_code == 403
