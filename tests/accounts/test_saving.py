"""Filters under a name, and forms that survive a sign-out."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from accounts import autosave, saving
from accounts.models import AutosavedForm, SavedFilter
from tests.dossiers.desk import fields, submission
from tests.world import NOW

pytestmark = pytest.mark.django_db
SAVE, FILTERS, AUTOSAVE, LOG = "/ho-so/bo-loc/moi/", "/ho-so/bo-loc/", "/tu-luu/", "/ho-so/moi/"


def save(world, user, name="Khẩn của tôi", share=False, query="khan=urgent&sau=x"):
    return saving.save_filter(
        name=name, page="dossiers", query=query, share=share, by=world.by(user), now=NOW
    )


class TestSavedFilters:
    """Lan saves her list; Hùng sees it when she shares it; Tuấn never does."""

    def test_stand_above_the_list(self, world, sign_in):
        lan = sign_in(world.lan)
        response = lan.post(f"{SAVE}?khan=urgent&sau=x&q=", {"name": "Khẩn của tôi"})
        assert response.headers["Location"] == "/ho-so/?khan=urgent"
        shown = lan.get("/ho-so/?khan=urgent").content.decode()
        assert 'href="/ho-so/?khan=urgent" aria-current="true">Khẩn của tôi' in shown

    def test_are_seen_by_the_agency_when_shared(self, world, sign_in):
        save(world, world.lan, "Của Lan")
        save(world, world.lan, "Của phường", share=True)
        seen = {
            who: [row.name for row in saving.links(world.by(getattr(world, who)), "dossiers")]
            for who in ("lan", "hung", "tuan", "minh")
        }
        both = ["Của Lan", "Của phường"]
        assert seen == {"lan": both, "hung": ["Của phường"], "tuan": [], "minh": []}
        assert "Của phường" in sign_in(world.hung).get("/ho-so/").content.decode()

    def test_saving_again_under_a_name_replaces(self, world):
        save(world, world.lan)
        save(world, world.lan, query="khan=express")
        assert SavedFilter.objects.get().query == "khan=express"

    def test_an_unfiltered_list_is_not_worth_a_name(self, world, sign_in):
        response = sign_in(world.lan).post(f"{SAVE}?sau=x", {"name": "Tất cả"})
        assert response.status_code == 422
        assert not SavedFilter.objects.exists()

    def test_only_the_owner_changes_and_deletes(self, world, sign_in):
        saved = save(world, world.lan, share=True)
        hung, lan = sign_in(world.hung), sign_in(world.lan)
        for act in ("doi", "xoa"):
            data = {"bo-loc": saved.pk, "name": "Của Hùng", "viec": act}
            assert hung.post(FILTERS, data).status_code == 404
        assert (
            lan.post(FILTERS, {"bo-loc": saved.pk, "name": "Mới", "viec": "doi"}).status_code == 302
        )
        saved.refresh_from_db()
        assert (saved.name, saved.is_shared, saved.agency) == ("Mới", False, None)
        lan.post(FILTERS, {"bo-loc": saved.pk, "viec": "xoa"})
        assert not SavedFilter.objects.exists()

    def test_two_of_one_name_are_refused_in_words(self, world, sign_in):
        save(world, world.lan, "Một")
        two = save(world, world.lan, "Hai")
        data = {"bo-loc": two.pk, "name": "Một", "viec": "doi"}
        assert sign_in(world.lan).post(FILTERS, data).status_code == 422
        two.refresh_from_db()
        assert two.name == "Hai"

    def test_there_is_an_end_to_names(self, world, monkeypatch):
        monkeypatch.setattr(saving, "MOST", 1)
        save(world, world.lan, "Một")
        with pytest.raises(saving.TooMany):
            save(world, world.lan, "Hai")

    @pytest.mark.parametrize("key", ["", "x", "9" * 30, "-1"])
    def test_a_key_that_is_none_is_not_found(self, world, sign_in, key):
        assert sign_in(world.lan).post(FILTERS, {"bo-loc": key}).status_code == 404


class TestAutosave:
    """Lan is called away in the middle of a form; it is there when she comes back."""

    def keep(self, browser, data, path=LOG):
        return browser.post(AUTOSAVE, {"path": path, "data": data})

    def test_what_was_typed_is_offered_and_taken_up(self, world, sign_in):
        lan = sign_in(world.lan)
        typed = urlencode({"matter": "Cải tạo hồ", "letter_ref": "9/TTr-UBND", "password": "x"})
        assert self.keep(lan, typed).status_code == 204
        lan.post("/dang-xuat/")
        again = sign_in(world.lan)
        offered = again.get(LOG).content.decode()
        assert "09:00" in offered
        assert "Cải tạo hồ" not in offered
        taken = fields(again.get(f"{LOG}?dung-lai=1"))
        assert (taken["matter"], taken["letter_ref"]) == ("Cải tạo hồ", "9/TTr-UBND")
        assert taken["form_key"]
        assert "password" not in AutosavedForm.objects.get().data

    def test_goes_when_the_form_had_its_effect(self, world, sign_in):
        lan = sign_in(world.lan)
        self.keep(lan, "matter=a")
        assert lan.post(LOG, submission(lan)).status_code == 302
        assert not AutosavedForm.objects.exists()

    def test_stays_when_the_form_was_sent_back(self, world, sign_in):
        lan = sign_in(world.lan)
        self.keep(lan, "matter=a")
        assert lan.post(LOG, submission(lan, matter="")).status_code == 422
        assert AutosavedForm.objects.exists()

    def test_is_thrown_away_on_request(self, world, sign_in):
        lan = sign_in(world.lan)
        self.keep(lan, "matter=a")
        response = lan.post(AUTOSAVE, {"path": LOG, "viec": "bo"})
        assert response.headers["Location"] == LOG
        assert not AutosavedForm.objects.exists()

    def test_is_nobody_elses(self, world, sign_in):
        self.keep(sign_in(world.lan), "matter=Cai+tao+ho")
        hung = sign_in(world.hung)
        assert hung.get(LOG).context["autosaved"] is None
        assert "Cai tao ho" not in hung.get(f"{LOG}?dung-lai=1").content.decode()

    def test_an_act_on_a_dossier_keeps_its_text_too(self, world, sign_in):
        dossier = world.submitted()
        path = f"/ho-so/{dossier.code}/tra-lai/"
        phuc = sign_in(world.phuc)
        self.keep(phuc, urlencode({"text": "Thiếu bản vẽ"}), path)
        assert phuc.get(path).context["autosaved"]
        assert "Thiếu bản vẽ" in phuc.get(f"{path}?dung-lai=1").content.decode()

    def test_has_its_bounds(self, world, sign_in, wall_clock):
        lan = sign_in(world.lan)
        assert self.keep(lan, "a=" + "x" * autosave.MOST_BYTES).status_code == 413
        assert self.keep(lan, "a=1").status_code == 204
        assert self.keep(lan, "a=2").status_code == 429
        wall_clock(NOW + timedelta(seconds=3))
        assert self.keep(lan, "a=3").status_code == 204
        assert AutosavedForm.objects.get().data == "a=3"
        for path in ("/khong-co/", "//evil.example/", "x", "/" + "y" * 400, "/ho-so/\x00/"):
            assert self.keep(lan, "a=1", path).status_code == 400

    def test_only_the_latest_pages_are_kept(self, world, monkeypatch):
        monkeypatch.setattr(autosave, "MOST_PAGES", 2)
        for minute, path in enumerate(["/ho-so/", LOG, "/hop-thu/"]):
            at = NOW + timedelta(minutes=minute)
            autosave.keep(world.lan, path=path, data="a=1", now=at)
        kept = AutosavedForm.objects.order_by("saved_at").values_list("path", flat=True)
        assert list(kept) == [LOG, "/hop-thu/"]

    def test_throwing_away_leads_to_no_other_site(self, world, sign_in):
        lan = sign_in(world.lan)
        for path in ("//evil.example/", "/\\evil.example/", "https://evil.example/", "/x\x00/"):
            assert lan.post(AUTOSAVE, {"path": path, "viec": "bo"}).status_code == 400
