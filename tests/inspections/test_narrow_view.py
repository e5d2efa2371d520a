"""Records end careers: who reads them, every opening on record, and nobody else learns of them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import kept_files
from accounts.models import StagedFile
from inspections.models import Inspection, Record
from inspections.transitions import records
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import PDF, fields, in_english, open_form, text_of
from tests.inspections.desk import LONG_AGO
from tests.inspections.test_visit_pages import press
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db
#: Who reads a record of Hoa's in which state; the rest gets 404. Nga is in the team.
READERS = {
    "drafting": {"hoa", "nga", "quang"},
    "sent": {"hoa", "nga", "quang", "an", "hung"},
    "finalised": {"hoa", "nga", "quang", "an", "hung"},
}
DONE = {
    "approve_plan": "plan_approved",
    "decide_visit": "inspection_decided",
    "void_record": "record_voided",
}
EVERYONE = ("lan", "hung", "tuan", "minh", "thu", "phuc", "hoa", "an", "son", "nga", "quang")


def user_of(desk, name):
    return getattr(desk, name) if name in {"nga", "quang"} else getattr(desk.world, name)


@pytest.mark.parametrize("state", READERS)
class TestWhoReads:
    def test_page_print_and_exhibit(self, desk, sign_in, state, tmp_path, settings):
        record = desk.record()
        staged = desk.world.staged(desk.hoa, "anh.pdf")
        [exhibit] = records.add_exhibits(
            record, caption="", files=[staged], version=None, by=desk.by(desk.hoa), now=NOW
        )
        record.refresh_from_db()
        if state != "drafting":
            record = desk.sent(record=record)
        if state == "finalised":
            record = desk.final(record=desk.signed(record=desk.answered(record=record)))
        pages = [
            reverse("inspections:record", args=[record.public_id]),
            reverse("inspections:print_record", args=[record.public_id]) + "?dang=docx",
            reverse("inspections:exhibit", args=[exhibit.public_id]),
        ]
        for name in EVERYONE:
            browser = sign_in(user_of(desk, name))
            seen = {browser.get(page).status_code for page in pages}
            expected = {200, 410} if name in READERS[state] else {404}
            assert seen == expected, (name, state)
            listed = browser.get(reverse("inspections:records"))
            rows = listed.context["page"].total if listed.status_code == 200 else 0
            assert rows == (1 if name in READERS[state] else 0), name

    def test_every_opening_is_on_record_and_no_refusal_is(self, desk, sign_in, state):
        record = {"drafting": desk.record, "sent": desk.sent, "finalised": desk.final}[state]()
        page = reverse("inspections:record", args=[record.public_id])
        for name in EVERYONE:
            sign_in(user_of(desk, name)).get(page)
        openings = Event.objects.filter(action="record_opened")
        assert set(openings.values_list("actor_name", flat=True)) == {
            user_of(desk, name).full_name for name in READERS[state]
        }
        assert set(openings.values_list("object_code", flat=True)) == {str(record.public_id)}
        sign_in(desk.hoa).head(page)
        assert openings.count() == len(READERS[state])


@pytest.mark.once
class TestActsByAddress:
    """Each act asked for by its address, by everybody, on somebody else's record."""

    ACTS = (
        "edit_record", "add_findings", "add_exhibits", "remove_exhibit", "send_record",
        "take_back_record", "give_opinion", "sign_record", "finalise_record", "drop_record",
        "void_record", "correct_record",
    )  # fmt: skip

    @pytest.mark.parametrize("who", ["lan", "tuan", "minh", "thu", "phuc", "an", "son"])
    def test_outsiders_change_nothing(self, desk, sign_in, who):
        record = desk.final()
        browser = sign_in(user_of(desk, who))
        count = Event.objects.exclude(action="record_opened").count()
        for act in self.ACTS:
            address = reverse(f"inspections:{act}", args=[record.public_id])
            for response in (browser.get(address), browser.post(address, {"reason": "x"})):
                assert response.status_code in {403, 404}, act
        assert Event.objects.exclude(action="record_opened").count() == count

    def test_an_inspector_outside_the_team_reads_and_changes_nothing(self, desk, sign_in):
        record = desk.sent()
        record.inspection.team.filter(user=desk.nga).delete()
        nga = sign_in(desk.nga)
        assert nga.get(reverse("inspections:record", args=[record.public_id])).status_code == 200
        for act in self.ACTS:
            address = reverse(f"inspections:{act}", args=[record.public_id])
            assert nga.post(address, {"reason": "x"}).status_code in {403, 404}, act

    def test_acts_on_an_unseen_inspection_answer_not_found(self, desk, sign_in):
        inspection = desk.decided()
        hung = sign_in(desk.world.hung)
        for act in ("edit_visit", "decide_visit", "open_visit", "draw_sample", "end_visit",
                    "cancel_visit", "follow_up", "raise_records", "print_visit"):  # fmt: skip
            address = reverse(f"inspections:{act}", args=[inspection.public_id])
            assert hung.get(address).status_code == 404, act
        assert Inspection.objects.get().state == Inspection.State.DECIDED


@pytest.mark.once
class TestForms:
    def test_a_form_that_lost_the_race_keeps_what_was_typed(self, desk, sign_in):
        record = desk.record()
        hoa, nga = in_english(sign_in(desk.hoa)), sign_in(desk.nga)
        typed = open_form(hoa, "inspections:edit_record", record.public_id)
        press(nga, "inspections:edit_record", [record.public_id], causes="Thiếu người.")
        answer = hoa.post(
            reverse("inspections:edit_record", args=[record.public_id]),
            {**typed, "causes": "Do phần mềm.", "shortcomings": "Chậm 30 ngày."},
        )
        assert answer.status_code == 409
        page = text_of(answer)
        assert "Do phần mềm." in page and "Chậm 30 ngày." in page
        assert "Thiếu người." in page and "Đặng Thu Nga" in page
        again = hoa.post(
            reverse("inspections:edit_record", args=[record.public_id]), fields(answer)
        )
        assert again.status_code == 302
        record.refresh_from_db()
        assert record.causes == "Do phần mềm."

    def test_the_same_form_has_one_effect(self, desk, sign_in):
        record = desk.sent()
        hung = sign_in(desk.world.hung)
        form = {
            **open_form(hung, "inspections:give_opinion", record.public_id),
            "opinion": "agrees",
        }
        address = reverse("inspections:give_opinion", args=[record.public_id])
        answers = [hung.post(address, form) for _n in range(3)]
        assert {a.headers["Location"] for a in answers} == {
            reverse("inspections:record", args=[record.public_id])
        }
        assert Event.objects.filter(action="record_answered").count() == 1

    def test_a_bad_form_keeps_its_files(self, desk, sign_in, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        record = desk.record()
        hoa = sign_in(desk.hoa)
        address = reverse("inspections:add_exhibits", args=[record.public_id])
        form = open_form(hoa, "inspections:add_exhibits", record.public_id)
        bad = hoa.post(
            address,
            {**form, "caption": "x" * 400, "exhibits": SimpleUploadedFile("anh.pdf", PDF)},
        )
        assert bad.status_code == 422 and StagedFile.objects.count() == 1
        good = hoa.post(address, {**fields(bad), "caption": "Tủ hồ sơ"})
        assert good.status_code == 302
        assert record.exhibits.get().name == "anh.pdf"

    def test_typed_text_comes_back_after_the_session_ended(self, desk, sign_in, wall_clock):
        record = desk.sent()
        hung = sign_in(desk.world.hung)
        form = open_form(hung, "inspections:give_opinion", record.public_id)
        wall_clock(NOW + timedelta(days=1))
        answer = hung.post(
            reverse("inspections:give_opinion", args=[record.public_id]),
            {**form, "opinion": "partly", "text": "Viết dở."},
        )
        assert answer.status_code == 302
        record.refresh_from_db()
        assert record.opinion_at is None

    def test_posts_of_hidden_fields_change_nothing(self, desk, sign_in):
        record = desk.record()
        hoa = sign_in(desk.hoa)
        press(
            hoa,
            "inspections:edit_record",
            [record.public_id],
            state="finalised",
            author=str(desk.nga.pk),
            head_name="Ai Đó",
            agency_name="Khác",
            paper="1",
        )
        record.refresh_from_db()
        assert (record.state, record.author, record.head_name) == (
            Record.State.DRAFTING, desk.hoa, "Nguyễn Văn Hùng",
        )  # fmt: skip


def test_the_page_of_a_final_record_is_made_from_its_paper(desk, sign_in):
    record = desk.final()
    with recording.recorded(may_be_idle=True):
        Record.objects.update(shortcomings="Không có tồn tại nào.", opinion_text="Nhất trí.")
        record.findings.all().delete()
    page = text_of(sign_in(desk.hoa).get(reverse("inspections:record", args=[record.public_id])))
    assert "Một hồ sơ chậm giải trình." in page and "chờ ý kiến Sở Tài chính" in page
    assert "Không có tồn tại nào." not in page and "HS2026-00001" in page


class TestTheFilesOfRecords:
    def test_are_registered_with_the_check_of_every_night(self):
        assert "inspections.Exhibit" in {model._meta.label for model in kept_files.tables()}


def test_a_record_of_a_late_dossier_says_when_and_why(desk, sign_in):
    desk.world.directed(LONG_AGO)
    record = desk.sent()
    page = text_of(in_english(sign_in(desk.hoa)).get(
        reverse("inspections:record", args=[record.public_id])
    ))  # fmt: skip
    assert "Head on the last day" in page and "Nguyễn Văn Hùng" in page
    assert "4449/UBND-TKBT" in page


class TestDecisionsAskAgain:
    """S10: what the director decides asks for the password once ten minutes have passed."""

    @pytest.mark.parametrize("act", DONE)
    def test_and_nothing_typed_is_lost(self, desk, sign_in, wall_clock, act):
        made = {
            "approve_plan": lambda: [desk.plan().code],
            "decide_visit": lambda: [desk.prepared().public_id],
            "void_record": lambda: [desk.final().public_id],
        }[act]()
        quang = in_english(sign_in(desk.quang))
        wall_clock(NOW + timedelta(minutes=11))
        address = reverse(f"inspections:{act}", args=made)
        page = quang.get(address)
        assert "Your password" in text_of(page)
        form = {**fields(page), "reason": "Nhầm đơn vị."}
        refused = quang.post(address, {**form, "password": "sai"})
        assert refused.status_code == 422 and not Event.objects.filter(action=DONE[act]).exists()
        if act == "void_record":
            assert "Nhầm đơn vị." in text_of(refused)
        done = quang.post(address, {**fields(refused), "password": PASSWORD})
        assert done.status_code == 302
        assert Event.objects.filter(action=DONE[act]).exists()
