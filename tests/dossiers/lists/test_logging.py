"""Thirty submissions a day: the next one at once, and the same letter never twice unseen."""

from datetime import timedelta

import pytest

from dossiers.models import Dossier
from tests.dossiers.desk import fields, log, open_form, submission
from tests.dossiers.lists.test_lists import of_other_ward
from tests.world import NOW

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def lan(world, sign_in):
    return sign_in(world.lan)


class TestTheNextOne:
    """Lan has a pile of papers before her."""

    def test_opens_an_empty_form_at_once(self, lan):
        response = log(lan, submission(lan, viec="trinh-tiep"))
        assert response.headers["Location"] == "/ho-so/moi/"
        assert Dossier.objects.get().state == "submitted"

    def test_remembers_who_signed_and_initialled(self, lan):
        log(lan, submission(lan, initialled_by="Nguyễn Văn Hùng", viec="trinh-tiep"))
        form = open_form(lan, "dossiers:log")
        assert form["initialled_by"] == "Nguyễn Văn Hùng"
        assert form["signed_by"] == "Nguyễn Văn Hùng"
        assert form["matter"] == form["letter_ref"] == ""

    def test_a_second_press_leads_to_the_dossier(self, lan):
        form = submission(lan, viec="trinh-tiep")
        log(lan, form)
        again = log(lan, form)
        assert again.headers["Location"] == f"/ho-so/{Dossier.objects.get().code}/"


class TestTheSameLetterTwice:
    """123/TTr-UBND of this year is in the book already."""

    def test_is_asked_once_and_then_logged(self, world, lan):
        earlier = world.submitted()
        asked = log(lan, submission(lan))
        assert asked.status_code == 422
        assert f"/ho-so/{earlier.code}/" in asked.content.decode()
        assert Dossier.objects.count() == 1
        again = {**fields(asked), "twin_known": "on", "viec": "trinh"}
        assert log(lan, again).status_code == 302
        assert Dossier.objects.count() == 2

    def test_a_draft_is_asked_too(self, world, lan):
        world.draft()
        assert log(lan, submission(lan, viec="nhap")).status_code == 422

    def test_other_number_year_or_agency_is_none(self, world, lan):
        world.submitted(letter_ref="9/TTr-UBND")
        world.submitted(letter_on=(NOW - timedelta(days=400)).date())
        of_other_ward(world)
        assert log(lan, submission(lan)).status_code == 302

    def test_changing_a_draft_asks_only_for_a_new_number(self, world, lan):
        world.submitted()
        draft = world.draft(letter_ref="9/TTr-UBND")
        address = f"/ho-so/{draft.code}/sua/"
        form = {**open_form(lan, "dossiers:edit", draft.code), "viec": "nhap"}
        assert lan.post(address, {**form, "letter_ref": "123/TTr-UBND"}).status_code == 422
        assert lan.post(address, {**form, "matter": "Việc khác"}).status_code == 302

    def test_nothing_of_another_agency_shows(self, world, sign_in, lan):
        world.submitted(matter="Cải tạo hồ Thiền Quang")
        tuan = sign_in(world.tuan)
        shown = log(tuan, submission(tuan, signed_by="Ai đó", initialled_by="Ai đó"))
        assert "Thiền Quang" not in shown.content.decode()
