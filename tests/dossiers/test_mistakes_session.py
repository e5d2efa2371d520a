"""The session ended in the middle of a form: text and files come back, to their owner alone."""

import functools
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import StagedFile
from accounts.unfinished import SESSION_KEY
from dossiers import transitions as verbs
from dossiers.models import Dossier
from ledger import recording
from tests import world as world_module
from tests.dossiers.desk import fields, in_english, log, open_form, pdf, submission, text_of
from tests.world import NOW, PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def lan(world, sign_in) -> Client:
    return in_english(sign_in(world.lan))


class TestTheSessionEnded:
    """Typed for half an hour, then the session was gone: text and files come back, to her alone."""

    @pytest.fixture(autouse=True)
    def cheap_hashes(self, monkeypatch):
        monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
        monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
        monkeypatch.setattr(
            world_module, "hashed", functools.cache(world_module.hashed.__wrapped__)
        )

    def signed_in(self, user) -> Client:
        client = in_english(Client())
        client.post(reverse("accounts:sign_in"), {"username": user.username, "password": PASSWORD})
        return client

    @pytest.fixture
    def ended(self, world, wall_clock):
        """Lan pressed “Submit” with text and files 31 minutes after her last page."""
        client = self.signed_in(world.lan)
        form = submission(client, matter="Nửa giờ gõ phím", annex_files=[pdf("phu-luc.pdf")])
        wall_clock(NOW + timedelta(minutes=31))
        response = log(client, form)
        assert response.status_code == 302
        return client, response.headers["Location"], form

    def sign_in_again(self, client, user, where):
        page = client.get(where)
        again = {"username": user.username, "password": PASSWORD, "next": page.context["next"]}
        return client.post(reverse("accounts:sign_in"), again, follow=True)

    def test_she_is_told_that_nothing_is_lost(self, ended):
        client, where, _ = ended
        assert "What you typed is kept: sign in to go on." in text_of(client.get(where))
        assert not Dossier.objects.exists()

    def test_after_signing_in_the_form_is_back_with_text_and_files(self, world, ended):
        client, where, form = ended
        page = self.sign_in_again(client, world.lan, where)
        assert page.redirect_chain[-1][0] == reverse("dossiers:log")
        assert "What you typed is still here" in text_of(page)
        shown = fields(page)
        assert shown["matter"] == "Nửa giờ gõ phím"
        assert shown["form_key"] == form["form_key"]
        assert {"to-trinh.pdf", "du-thao.docx", "phu-luc.pdf"} == set(
            StagedFile.objects.filter(owner=world.lan).values_list("name", flat=True)
        )
        assert log(client, {**shown, "viec": "trinh"}).status_code == 302
        assert Dossier.objects.get().attachments.count() == 3

    def test_another_person_at_the_same_desk_sees_nothing_of_it(self, world, ended):
        client, where, _ = ended
        page = self.sign_in_again(client, world.hung, where)
        assert page.status_code == 200
        for trace in ("Nửa giờ gõ phím", "phu-luc.pdf", "What you typed is still here"):
            assert trace not in text_of(page)
        assert fields(page)["matter"] == ""
        assert SESSION_KEY not in client.session

    def test_a_token_of_her_file_is_of_no_use_to_another(self, world, ended, sign_in):
        token = StagedFile.objects.get(name="to-trinh.pdf").token
        hung = in_english(sign_in(world.hung))
        form = submission(hung, letter_file="", letter_file_staged=str(token))
        response = log(hung, form)
        assert response.status_code == 422
        assert "to-trinh.pdf" not in text_of(response)
        assert StagedFile.objects.filter(token=token, owner=world.lan).exists()

    def test_a_browser_in_which_nobody_had_signed_in_keeps_nothing(self, wall_clock):
        client = in_english(Client())
        response = log(client, {"matter": "Nặc danh", "letter_file": pdf()})
        assert response.status_code == 302
        assert SESSION_KEY not in client.session
        assert not StagedFile.objects.exists()

    def test_a_forged_memory_of_who_was_here_keeps_nothing(self, world, wall_clock):
        client = in_english(Client())
        client.cookies["dunghan_who"] = f"{world.lan.pk}:forged"
        log(client, {"matter": "Giả mạo", "letter_file": pdf()})
        assert not StagedFile.objects.exists()

    def test_a_closed_account_keeps_nothing(self, world, ended):
        client, _, _ = ended
        StagedFile.objects.all().delete()
        with recording.recorded(may_be_idle=True):
            world.lan.is_active = False
            world.lan.save()
        log(client, {"matter": "Sau khi khóa", "letter_file": pdf()})
        assert not StagedFile.objects.exists()

    def test_passwords_are_never_kept(self, world, wall_clock):
        client = self.signed_in(world.lan)
        wall_clock(NOW + timedelta(minutes=31))
        client.post(
            reverse("accounts:password"),
            {"old_password": PASSWORD, "new_password1": "bí mật mới", "new_password2": "bí mật"},
        )
        assert "m%E1%BA%ADt" not in str(client.session[SESSION_KEY])
        assert PASSWORD not in str(client.session[SESSION_KEY])

    def test_a_draft_that_was_submitted_meanwhile_still_shows_the_text(self, world, wall_clock):
        dossier = world.draft()
        client = self.signed_in(world.lan)
        form = open_form(client, "dossiers:edit", dossier.code)
        wall_clock(NOW + timedelta(minutes=31))
        where = reverse("dossiers:edit", args=[dossier.code])
        response = client.post(where, {**form, "matter": "Bản của Lan", "viec": "nhap"})
        verbs.submit(dossier, version=None, by=world.by(world.hung), now=NOW)
        page = self.sign_in_again(client, world.lan, response.headers["Location"])
        assert page.status_code == 409
        assert "Bản của Lan" in text_of(page)

    def test_pressing_sign_out_after_it_ended_is_no_error(self, world, wall_clock):
        client = self.signed_in(world.lan)
        wall_clock(NOW + timedelta(minutes=31))
        response = client.post(reverse("accounts:sign_out"), follow=True)
        assert response.redirect_chain == [(reverse("accounts:sign_in"), 302)]
        assert response.status_code == 200
