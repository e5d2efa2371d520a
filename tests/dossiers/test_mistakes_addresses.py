"""Addresses typed by hand and bodies that are too large: an answer in words, never a 500."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from dossiers.models import Dossier
from tests.dossiers.desk import in_english, text_of

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def lan(world, sign_in) -> Client:
    return in_english(sign_in(world.lan))


class TestAddressesTypedByHand:
    @pytest.mark.parametrize(
        "query",
        [
            "q=" + "a" * 100_000,
            "q=" + "a%20" * 25_000,
            "q=%FF%FE%80",
            "q=%ED%A0%80",
            "q=%25_%5C'%22;--",
            "sau=rubbish",
            "sau=2026-11-25T09:00:00%2B07:00_999999999999999999",
            "sau=2026-11-25T09:00:00%2B07:00_" + "9" * 5000,
            "sau=0001-01-01T00:00:00%2B14:00_1",
            "sau=9999-12-31T23:59:59-14:00_1",
            "truoc=2026-13-45T99:00:00%2B07:00_1",
            "sau=2026-11-25_1",
            "truoc=_",
            "trang-thai=nowhere",
            "don-vi=" + "b" * 5000,
            "&".join(f"q=x{number}" for number in range(900)),
            "trang=1000000000",
        ],
    )
    def test_a_list_answers_whatever_it_is_asked(self, world, lan, query):
        world.submitted()
        for view in ("dossiers:list", "dossiers:mine", "dashboards:limits", "accounts:inbox"):
            assert lan.get(f"{reverse(view)}?{query}").status_code == 200, view

    @pytest.mark.parametrize("path", ["/ho-so/%00/", "/ho-so/HS2026%00/sua/", "/ho-so/?q=a%00b"])
    def test_a_nul_is_refused(self, lan, path):
        response = lan.get(path)
        assert response.status_code == 400
        assert "The page could not read what was sent" in text_of(response)

    def test_a_nul_in_a_cookie_is_refused(self, lan):
        lan.cookies.clear()
        sent = {"Cookie": 'sessionid="abcdefgh\\000ijkl"'}  # as a browser may write it
        assert lan.get("/", headers=sent).status_code == 400

    def test_more_fields_than_any_form_has_are_refused(self, lan):
        query = "&".join(f"f{number}=1" for number in range(1100))
        assert lan.get(f"/ho-so/?{query}").status_code == 400
        many = {f"f{number}": "1" for number in range(1100)}
        assert lan.post(reverse("dossiers:log"), many).status_code == 400

    def test_text_beyond_what_a_form_may_carry_is_too_large(self, lan, settings):
        long = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        response = lan.post(reverse("dossiers:log"), {"matter": long})
        assert response.status_code == 413

    def test_news_numbers_that_no_inbox_has_change_nothing(self, lan):
        shown = ["1", "x", "-1", "9" * 30, "9" * 6000, "١"]
        assert lan.post(reverse("accounts:inbox"), {"shown": shown}).status_code == 302


class TestBodiesThatAreTooLarge:
    """Refused by what the head of the request says, before a byte of the body is read."""

    class Unread:
        """A body that must not be touched."""

        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    @pytest.mark.parametrize("length", ["220200961", "9" * 30, "9" * 5000, "-1", "abc", "1e3"])
    def test_by_the_length_that_they_announce(self, lan, length):
        response = lan.generic(
            "POST", reverse("dossiers:log"), b"", "multipart/form-data; boundary=x",
            CONTENT_LENGTH=length, **{"wsgi.input": self.Unread()},
        )  # fmt: skip
        assert response.status_code == 413
        assert not Dossier.objects.exists()

    def test_when_they_announce_none(self, lan):
        response = lan.generic(
            "POST", reverse("dossiers:log"), b"", "multipart/form-data; boundary=x",
            HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": self.Unread()},
        )  # fmt: skip
        assert response.status_code == 413

    def test_a_body_cut_in_the_middle_leaves_nothing(self, lan):
        body = '--x\r\nContent-Disposition: form-data; name="matter"\r\n\r\nnửa chừ'
        response = lan.generic(
            "POST", reverse("dossiers:log"), body.encode(), "multipart/form-data; boundary=x"
        )
        assert response.status_code in {400, 422}
        assert not Dossier.objects.exists()
