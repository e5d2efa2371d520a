"""Pages of letters: chosen from the list, drafted, looked at, issued, handed out."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from documents.models import PaperVoid
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked
from dossiers.models import Letter
from tests.dossiers.desk import fields, open_form
from tests.dossiers.test_verbs_letters import NEW_DAY, SORRY
from tests.pages.test_query_counts import queries
from tests.world import NOW, PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]

LONG_AGO = NOW - timedelta(days=20)
PAGE = "/ho-so/don-doc/P-00070/"


@pytest.fixture
def late(world):
    for day in range(3):
        world.directed(LONG_AGO + timedelta(days=day))
    return list(verbs.late_of(world.ward, NOW))


def letter_of(world, limits, who="thu") -> Letter:
    return verbs.remind_by_letter(
        world.ward, limits=[one.pk for one in limits], asked=Asked(NEW_DAY),
        by=world.by(getattr(world, who)), now=NOW,
    )  # fmt: skip


class TestReminder:
    def test_from_the_list_of_late_limits_to_the_letter_in_the_hands_of_the_head(
        self, world, sign_in, wall_clock, late
    ):
        thu = sign_in(world.thu)
        listed = thu.get(f"/thoi-han/?tinh-trang=qua-han&don-vi={world.ward.pk}")
        assert PAGE in listed.content.decode()
        filled = open_form(thu, "dossiers:remind_agency", "P-00070")
        assert "còn 03 hồ sơ" in filled["text"]
        answer = thu.post(PAGE, {**filled, "viec": "gui"})
        letter = Letter.objects.get()
        assert answer.headers["Location"] == f"/ho-so/cong-van/{letter.public_id}/"

        hung = sign_in(world.hung)
        inbox = hung.get("/hop-thu/").content.decode()
        assert f"/ho-so/cong-van/{letter.public_id}/" in inbox
        shown = hung.get(f"/ho-so/cong-van/{letter.public_id}/").content.decode()
        assert "01/VP" in shown and late[0].subject_title in shown
        dossier = hung.get(f"/ho-so/{late[0].subject_code}/").content.decode()
        assert "01/VP" in dossier
        assert "01/VP" in hung.get("/ho-so/cong-van/").content.decode()

        where = f"/ho-so/cong-van/{letter.public_id}/in/"
        assert hung.get(where).content.startswith(b"%PDF")
        word = hung.get(f"{where}?dang=docx").content
        assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(word)).namelist()

    def test_of_another_agency_there_is_no_such_letter(self, world, sign_in, late):
        letter = letter_of(world, late)
        tuan = sign_in(world.tuan)
        for where in ("letter", "print_letter"):
            assert (
                tuan.get(reverse(f"dossiers:{where}", args=[letter.public_id])).status_code == 404
            )
        assert "01/VP" not in tuan.get("/ho-so/cong-van/").content.decode()

    def test_a_choice_that_the_text_was_not_drafted_for_is_not_issued_unseen(
        self, world, sign_in, late
    ):
        thu = sign_in(world.thu)
        filled = {**open_form(thu, "dossiers:remind_agency", "P-00070"), "viec": "gui"}
        two = {**filled, "limits": [late[0].pk, late[1].pk]}
        answer = thu.post(PAGE, two)
        assert answer.status_code == 422 and not Letter.objects.exists()
        assert fields(answer)["text"] == filled["text"].replace("\r", "")
        anew = thu.post(PAGE, {**two, "viec": "soan-lai"})
        assert "còn 02 hồ sơ" in fields(anew)["text"]
        assert thu.post(PAGE, {**fields(anew), "viec": "gui"}).status_code == 302
        assert Letter.objects.get().limits.count() == 2

    def test_one_limit_named_by_the_address_is_chosen_alone(self, world, sign_in, late):
        shown = sign_in(world.minh).get(f"{PAGE}?han={late[1].pk}")
        assert late[1].subject_code in fields(shown)["text"]
        assert late[0].subject_code not in fields(shown)["text"]

    def test_a_fault_is_named_on_the_page_and_the_text_is_kept(self, world, sign_in, late):
        thu = sign_in(world.thu)
        filled = open_form(thu, "dossiers:remind_agency", "P-00070")
        text = "Báo cáo trước ngày 5 tháng 2 năm 2027 ….\nTheo ThS. Lan./."
        answer = thu.post(PAGE, {**filled, "text": text, "viec": "gui"})
        body = answer.content.decode()
        assert answer.status_code == 422 and not Letter.objects.exists()
        assert fields(answer)["text"] == text
        assert "“Báo cáo trước ngày 5 tháng 2 năm" in body and "ThS. Lan" in body

    def test_the_draft_is_a_paper_marked_as_such_and_nothing_is_kept(self, world, sign_in, late):
        thu = sign_in(world.thu)
        filled = open_form(thu, "dossiers:remind_agency", "P-00070")
        answer = thu.post(PAGE, {**filled, "viec": "xem"})
        assert answer.content.startswith(b"%PDF") and not Letter.objects.exists()

    def test_whoever_is_on_time_has_no_letter_to_get(self, world, sign_in):
        assert 'value="gui"' not in sign_in(world.thu).get(PAGE).content.decode()
        assert sign_in(world.thu).get("/ho-so/don-doc/P-99999/").status_code == 404

    @pytest.mark.parametrize("who", ["lan", "hung", "tuan", "an"])
    def test_is_offered_to_those_alone_who_may(self, world, sign_in, late, who):
        browser = sign_in(getattr(world, who))
        assert browser.get(PAGE).status_code == 404
        assert browser.get("/ho-so/don-doc/").status_code == 403
        assert "/ho-so/don-doc/" not in browser.get("/thoi-han/").content.decode()


class TestApology:
    def test_from_the_page_of_the_late_dossier_to_the_slip(self, world, sign_in, late):
        code = late[0].subject_code
        hung = sign_in(world.hung)
        assert f"/ho-so/{code}/xin-loi/" in hung.get(f"/ho-so/{code}/").content.decode()
        filled = open_form(hung, "dossiers:apologise", code)
        assert filled["matter"] == late[0].subject_title
        answer = hung.post(f"/ho-so/{code}/xin-loi/", {**filled, **SORRY})
        assert answer.status_code == 302
        letter = Letter.objects.get()
        assert "01/PXL-UBND" in hung.get(f"/ho-so/{code}/").content.decode()
        handed = hung.get(f"/ho-so/cong-van/{letter.public_id}/in/")
        assert handed.content.startswith(b"%PDF")

    def test_days_in_the_wrong_order_stand_beside_their_fields(self, world, sign_in, late):
        code = late[0].subject_code
        hung = sign_in(world.hung)
        filled = open_form(hung, "dossiers:apologise", code)
        answer = hung.post(f"/ho-so/{code}/xin-loi/", {**filled, **SORRY, "new_on": "24/11/2026"})
        assert answer.status_code == 422 and not Letter.objects.exists()
        assert fields(answer)["reason"] == SORRY["reason"]

    def test_a_clerk_does_not_sign_it(self, world, sign_in, late):
        code = late[0].subject_code
        lan = sign_in(world.lan)
        assert lan.get(f"/ho-so/{code}/xin-loi/").status_code == 404
        assert "xin-loi" not in lan.get(f"/ho-so/{code}/").content.decode()


class TestVoid:
    def test_is_offered_to_those_who_may_and_marks_the_letter_everywhere(
        self, world, sign_in, wall_clock, late
    ):
        letter = letter_of(world, late)
        where = reverse("dossiers:void_letter", args=[letter.public_id])
        page = reverse("dossiers:letter", args=[letter.public_id])
        for who in ("thu", "hung", "hoa", "an"):
            assert where not in sign_in(getattr(world, who)).get(page).content.decode(), who
        phuc = sign_in(world.phuc)
        assert where in phuc.get(page).content.decode()
        filled = {**open_form(phuc, "dossiers:void_letter", letter.public_id), "reason": "Nhầm"}
        assert phuc.post(where, {**filled, "reason": " "}).status_code == 422
        assert phuc.post(where, filled).headers["Location"] == page

        hung = sign_in(world.hung)
        for shown in (page, "/ho-so/cong-van/", f"/ho-so/{late[0].subject_code}/"):
            assert "flagged" in hung.get(shown).content.decode(), shown
        assert f"/ho-so/cong-van/{letter.public_id}/" in hung.get("/hop-thu/").content.decode()
        assert where not in phuc.get(page).content.decode()
        assert phuc.get(where).status_code == 409

    def test_asks_for_the_password_again_and_keeps_the_reason(
        self, world, sign_in, wall_clock, late
    ):
        letter = letter_of(world, late)
        where = reverse("dossiers:void_letter", args=[letter.public_id])
        phuc = sign_in(world.phuc)
        wall_clock(NOW + timedelta(minutes=11))
        filled = {**open_form(phuc, "dossiers:void_letter", letter.public_id), "reason": "Nhầm"}
        for typed in ("", "không phải mật khẩu"):
            answer = phuc.post(where, {**filled, "password": typed})
            assert answer.status_code == 422 and fields(answer)["reason"] == "Nhầm"
        assert not PaperVoid.objects.exists()
        assert phuc.post(where, {**filled, "password": PASSWORD}).status_code == 302
        assert PaperVoid.objects.get().paper == letter.paper

    @pytest.mark.parametrize(
        ("who", "status"), [("tuan", 404), ("hung", 404), ("thu", 403), ("hoa", 404), ("an", 404)]
    )
    def test_by_its_address_it_is_refused_to_everybody_else(
        self, world, sign_in, late, who, status
    ):
        letter = letter_of(world, late)
        where = reverse("dossiers:void_letter", args=[letter.public_id])
        browser = sign_in(getattr(world, who))
        for answer in (browser.get(where), browser.post(where, {"reason": "Nhầm"})):
            assert answer.status_code == status
        assert not PaperVoid.objects.exists()


def test_the_register_asks_the_same_for_one_letter_and_for_many(world, sign_in, late):
    """quality.md §6: six are the frame's and the count's."""
    hung = sign_in(world.hung)
    letter_of(world, late[:1])
    assert queries(hung, "/ho-so/cong-van/") == 7
    letter_of(world, late[1:2])
    letter_of(world, late[2:])
    assert queries(hung, "/ho-so/cong-van/") == 7
