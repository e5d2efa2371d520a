"""What people see: rows alone for htmx, what happened meanwhile, whom an act will tell."""

from datetime import timedelta

import pytest

from dossiers import transitions as verbs
from tests.world import NOW

pytestmark = pytest.mark.once

LIST = "/ho-so/"


class TestList:
    """The list of dossiers, whole and as the fragment that htmx exchanges."""

    def test_htmx_gets_the_rows_and_the_new_count_alone(self, world, sign_in):
        dossier = world.submitted()
        page = sign_in(world.phuc).get(LIST, headers={"HX-Request": "true"}).content.decode()
        assert dossier.code in page
        assert "<html" not in page
        assert 'hx-swap-oob="true">1<' in page

    def test_going_back_in_history_gets_the_whole_page(self, world, sign_in):
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        page = sign_in(world.phuc).get(LIST, headers=headers).content.decode()
        assert "<html" in page

    def test_a_filter_comes_off_and_leaves_the_others(self, world, sign_in):
        shown = sign_in(world.phuc).get(f"{LIST}?q=quy&trang-thai=submitted&sau=x").context
        assert [chip["remove_url"] for chip in shown["filters"]] == [
            "?trang-thai=submitted",
            "?q=quy",
        ]

    def test_pages_say_which_rows_they_show(self, world, sign_in):
        for minute in range(30):
            world.draft(NOW - timedelta(minutes=minute))
        browser = sign_in(world.lan)
        first = browser.get(LIST).context["page"]
        second = browser.get(LIST + first.next_url).context["page"]
        assert (first.from_, first.to, first.total) == (1, 25, 30)
        assert (second.from_, second.to, second.next_url) == (26, 30, "")
        assert browser.get(LIST + second.previous_url).context["page"].rows == first.rows


class TestMeanwhile:
    """Two people at one dossier: nobody loses a word."""

    def test_the_newer_values_are_shown_and_the_next_press_decides(self, world, sign_in):
        dossier = world.draft()
        lan, hung = sign_in(world.lan), sign_in(world.hung)
        address = f"/ho-so/{dossier.code}/sua/"
        form = lan.get(address).context["form"]
        typed = {
            name: form[name].value() or ""
            for name in form.fields
            if not name.endswith(("_file", "_files"))
        } | {"agency": world.ward.pk, "viec": "nhap"}
        other = {**typed, "matter": "Trích yếu của anh Hùng", "form_key": ""}
        assert hung.post(address, other).status_code == 302

        typed["matter"] = "Trích yếu của chị Lan"
        refused = lan.post(address, typed)
        assert refused.status_code == 409
        page = refused.content.decode()
        assert "Trích yếu của anh Hùng" in page
        assert "Trích yếu của chị Lan" in page
        assert refused.context["meanwhile"].who == "Nguyễn Văn Hùng"

        typed["version"] = refused.context["form"]["version"].value()
        assert lan.post(address, typed).status_code == 302
        dossier.refresh_from_db()
        assert dossier.matter == "Trích yếu của chị Lan"

    def test_a_step_that_is_no_longer_open_cannot_be_pressed_again(self, world, sign_in):
        dossier = world.reported().dossier
        verbs.direct_explanation(
            dossier, kind="explain", text="Còn gì?", version=None, by=world.by(world.minh), now=NOW
        )
        answer = sign_in(world.minh).post(
            f"/ho-so/{dossier.code}/ket-luan/", {"text": "Đồng ý.", "version": 1, "round": 1}
        )
        assert answer.status_code == 409
        assert not answer.context["may_retry"]
        assert "Đồng ý." in answer.content.decode()


class TestBeforeSending:
    """A consequential act shows its due date and who will hear of it."""

    def test_the_leader_sees_the_date_and_the_people(self, world, sign_in):
        dossier = world.submitted()
        page = sign_in(world.minh).get(f"/ho-so/{dossier.code}/chi-dao/")
        assert "27/11/2026" in page.context["strip"].due_text
        assert [line.split(",")[0] for line in page.context["told"]] == [
            "Trần Thị Lan",
            "Nguyễn Văn Hùng",
        ]

    def test_exactly_those_people_are_told(self, world):
        world.directed()
        told = [person for person in vars(world).values() if hasattr(person, "messages")]
        assert {person.username for person in told if person.messages.exists()} == {"lan", "hung"}


@pytest.mark.parametrize(("who", "sees"), [("lan", True), ("minh", False)])
def test_a_report_that_is_still_drafted_is_the_agencys_own(world, sign_in, who, sees):
    direction = world.directed()
    verbs.prepare_report(
        direction,
        facts=verbs.ReportFacts(text="Bản nháp chưa ai duyệt"),
        files={},
        version=None,
        by=world.by(world.lan),
        now=NOW,
    )
    page = sign_in(getattr(world, who)).get(f"/ho-so/{direction.dossier.code}/")
    assert "Bản nháp chưa ai duyệt" not in page.content.decode()
    assert bool(page.context["directions"][0]["draft"]) is sees
