"""What clerks do by mistake: each ends in a clear sentence, nothing lost and nothing doubled.

All of it goes through the pages as a browser would send it.
"""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import FormReceipt, StagedFile
from dossiers.forms import NoticeForm, SubmissionForm
from dossiers.models import Attachment, Direction, Dossier, Report
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.desk import docx, fields, in_english, log, open_form, pdf, submission, text_of
from tests.world import NOW

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def lan(world, sign_in) -> Client:
    return in_english(sign_in(world.lan))


def code_in(response) -> str:
    return re.search(r"/ho-so/(HS[\d-]+)/", response.headers["Location"])[1]


class TestAtTheSubmissionForm:
    def test_everything_right_is_submitted(self, lan):
        response = log(lan, submission(lan))
        assert response.status_code == 302
        dossier = Dossier.objects.get()
        assert (code_in(response), dossier.state) == (dossier.code, State.SUBMITTED)
        assert not StagedFile.objects.exists()

    @pytest.mark.parametrize(
        ("slip", "sentence"),
        [
            ({"initialled_by": "", "initialled_on": ""}, "The draft lacks the head's initials."),
            ({"signed_by": ""}, "The head must sign the submission letter in person."),
            ({"signed_by": "Lê Thị Phó"}, "Lê Thị Phó is not the head of the agency on that day"),
            ({"letter_on": "26/11/2026"}, "This date cannot be after today (25/11/2026)."),
            ({"signed_on": "26/11"}, "This date cannot be after today (25/11/2026)."),
            ({"letter_on": "31/2/2026"}, "Write the date as day/month/year"),
            ({"letter_on": "99999/1/1"}, "Write the date as day/month/year"),
            ({"letter_ref": "một hai ba"}, "Write number and symbol as on the paper"),
            ({"letter_ref": ""}, "Enter the number and symbol of the submission letter."),
            ({"matter": ""}, "This field is required."),
            ({"matter": "x" * 501}, "Ensure this value has at most 500 characters (it has 501)."),
            ({"urgency": "soon"}, "Select a valid choice."),
            ({"secrecy": "secret"}, "Secret dossiers are not kept here."),
            ({"agency": "1"}, "Select a valid choice."),
            ({"agency": "\x00"}, "Null characters are not allowed."),
            ({"agency": "9" * 40}, "Select a valid choice."),
            ({"draft_file": ""}, "Attach the initialled draft."),
        ],
    )
    def test_a_slip_is_named_beside_its_field_and_nothing_is_lost(self, lan, slip, sentence):
        form = submission(lan, **slip)
        response = log(lan, form)
        assert response.status_code == 422
        assert sentence in text_of(response)
        assert not Dossier.objects.exists() and not FormReceipt.objects.exists()
        shown = fields(response)
        typed = {name for name, value in form.items() if isinstance(value, str)}
        for name in typed & set(shown) - {"agency", "urgency", "csrfmiddlewaretoken"}:
            assert shown[name] == form[name], name
        assert shown["letter_file_staged"], "the good file is on the server"

        good = {name: value for name, value in submission(lan).items() if isinstance(value, str)}
        mended = {**shown, **{name: good[name] for name in slip if name in good}, "viec": "trinh"}
        if "draft_file" in slip:
            mended["draft_file"] = docx()
        assert log(lan, mended).status_code == 302
        dossier = Dossier.objects.get()
        assert dossier.state == State.SUBMITTED
        assert sorted(dossier.attachments.values_list("purpose", flat=True)) == ["draft", "letter"]

    @pytest.mark.parametrize(
        ("bad", "sentence"),
        [
            (SimpleUploadedFile("du-thao.pdf", b""), "“du-thao.pdf” is empty (0 bytes)."),
            (SimpleUploadedFile("du-thao.exe", b"MZ"), "“du-thao.exe” is not a kind of file"),
            (SimpleUploadedFile("du-thao.pdf", b"PK"), "The content of “du-thao.pdf” is not what"),
        ],
    )
    def test_a_bad_file_is_named_and_the_good_ones_stay(self, lan, bad, sentence):
        bad.seek(0)
        annexes = [pdf("phu-luc-1.pdf"), pdf("phu-luc-2.pdf")]
        response = log(lan, submission(lan, draft_file=bad, annex_files=annexes))
        assert response.status_code == 422
        assert sentence in text_of(response)
        shown = fields(response)
        assert len(shown["annex_files_staged"]) == 2
        mended = {**shown, "draft_file": docx(), "viec": "trinh"}
        assert log(lan, mended).status_code == 302
        assert Attachment.objects.count() == 4
        assert not StagedFile.objects.exists()

    def test_a_staged_file_can_be_left_out_and_exchanged(self, lan):
        form = submission(lan, matter="", annex_files=[pdf("a.pdf"), pdf("b.pdf")])
        shown = fields(log(lan, form))
        first = shown["annex_files_staged"][0]
        mended = {**shown, "matter": "Việc", "annex_files_drop": first, "viec": "trinh"}
        mended["letter_file"] = pdf("to-trinh-moi.pdf")
        assert log(lan, mended).status_code == 302
        assert sorted(Attachment.objects.values_list("name", flat=True)) == [
            "b.pdf", "du-thao.docx", "to-trinh-moi.pdf",
        ]  # fmt: skip

    def test_too_many_files_at_once_are_refused_in_words(self, lan, settings):
        many = [pdf(f"{number}.pdf") for number in range(settings.MAX_FILES_PER_FORM + 1)]
        response = log(lan, submission(lan, annex_files=many))
        assert response.status_code == 422
        assert "Too many files at once." in text_of(response)

    def test_a_nul_and_direction_signs_are_dropped_and_the_rest_is_kept(self, lan):
        log(lan, submission(lan, matter="Quy\x00 hoạch\u202e phố cổ\x1b[2J", viec="nhap"))
        assert Dossier.objects.get().matter == "Quy hoạch phố cổ[2J"

    def test_text_is_stored_in_one_normal_form(self, lan):
        decomposed = "Tho\u0302ng qua ke\u0302\u0301 hoa\u0323ch"
        log(lan, submission(lan, matter=decomposed, viec="nhap"))
        dossier = Dossier.objects.get()
        assert dossier.matter == "Thông qua kế hoạch"
        assert Dossier.objects.search("ke hoach").get() == dossier

    def test_markup_in_a_matter_is_shown_as_it_was_written(self, lan):
        response = log(lan, submission(lan, matter="<script>alert(1)</script> & {{ 7*7 }}"))
        page = lan.get(response.headers["Location"]).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7*7 }}" in page


class TestTwice:
    """Invariant 25: one effect per form, and each answer leads to the same object."""

    def test_a_double_click_logs_once(self, lan):
        form = submission(lan)
        first = log(lan, form)
        form["letter_file"].seek(0)
        form["draft_file"].seek(0)
        second = log(lan, form)
        assert first.headers["Location"] == second.headers["Location"]
        assert Dossier.objects.count() == 1
        assert Attachment.objects.count() == 2
        assert Event.objects.filter(action="dossier_submitted").count() == 1

    def test_the_back_button_and_the_next_morning_lead_to_the_same_dossier(self, lan, wall_clock):
        form = submission(lan)
        first = log(lan, form)
        wall_clock(NOW + timedelta(minutes=25))
        changed = {**form, "matter": "Sửa sau khi bấm quay lại"}
        for file in ("letter_file", "draft_file"):
            form[file].seek(0)
        later = lan.post(reverse("dossiers:log"), changed, follow=True)
        assert later.redirect_chain[0][0] == first.headers["Location"]
        assert "This form was already sent; here is its result." in text_of(later)
        assert Dossier.objects.get().matter == "Điều chỉnh quy hoạch chi tiết khu phố cổ"

    def test_a_twin_that_was_faster_and_took_the_files_leads_to_the_same_dossier(
        self, world, lan, monkeypatch
    ):
        """The first press is stored after the second was let in and before it is read."""
        shown = fields(log(lan, submission(lan, matter="")))
        form = {**shown, "matter": "Việc", "viec": "trinh"}
        read, faster = SubmissionForm.is_valid, []

        def is_valid(self):
            if not faster:
                faster.append(None)
                faster.append(log(lan, form))
            return read(self)

        monkeypatch.setattr(SubmissionForm, "is_valid", is_valid)
        slower = log(lan, form)
        assert (faster[1].status_code, slower.status_code) == (302, 302)
        assert slower.headers["Location"] == faster[1].headers["Location"]
        assert Dossier.objects.count() == 1

    def test_so_does_a_twin_of_the_notice_with_its_file(self, world, sign_in, monkeypatch):
        dossier = world.concluded()
        phuc = sign_in(world.phuc)
        where = reverse("dossiers:issue_notice", args=[dossier.code])
        form = open_form(phuc, "dossiers:issue_notice", dossier.code)
        shown = fields(phuc.post(where, {**form, "notice_file": pdf("thong-bao.pdf")}))
        mended = {**shown, "ref": "12/TB-VP"}
        read, faster = NoticeForm.is_valid, []

        def is_valid(self):
            if not faster:
                faster.append(None)
                faster.append(phuc.post(where, mended))
            return read(self)

        monkeypatch.setattr(NoticeForm, "is_valid", is_valid)
        slower = phuc.post(where, mended)
        assert (faster[1].status_code, slower.status_code) == (302, 302)
        assert dossier.attachments.filter(purpose="notice").count() == 1

    def test_a_new_form_is_a_new_dossier(self, lan):
        log(lan, submission(lan))
        log(lan, submission(lan, letter_ref="124/TTr-UBND"))
        assert Dossier.objects.count() == 2

    def test_a_form_that_failed_may_still_act(self, lan):
        form = submission(lan, matter="")
        shown = fields(log(lan, form))
        assert shown["form_key"] == form["form_key"]
        assert log(lan, {**shown, "matter": "Việc", "viec": "trinh"}).status_code == 302
        assert Dossier.objects.count() == 1

    def test_somebody_elses_key_acts_for_nobody(self, world, lan, sign_in):
        form = submission(lan)
        log(lan, form)
        thief = sign_in(world.hung)
        stolen = {**submission(thief, letter_ref="9/TTr-UBND"), "form_key": form["form_key"]}
        response = log(thief, stolen)
        assert response.headers["Location"] == "/"
        assert Dossier.objects.count() == 1

    @pytest.mark.parametrize("key", ["", "not-a-key", "0" * 32, "\x00"])
    def test_a_broken_key_is_no_500(self, lan, key):
        assert log(lan, submission(lan, form_key=key)).status_code in {302, 422}

    def test_every_act_on_a_dossier_acts_once(self, world, sign_in):
        """Receive, put to the leader, direct: each form posted three times."""
        dossier = world.submitted()
        acts = [
            ("receive", world.phuc, {}),
            ("put_to_leader", world.phuc, {"summary": "Đủ.", "proposal": "Trình."}),
            ("direct_explanation", world.minh, {"kind": "explain", "text": "Vì sao?"}),
            ("report", world.hung, {"text": "Vì thế.", "viec": "gui"}),
            ("conclude", world.minh, {"text": "Đồng ý."}),
        ]
        for name, user, typed in acts:
            view, client = f"dossiers:{name}", sign_in(user)
            form = {**open_form(client, view, dossier.code), **typed}
            where = reverse(view, args=[dossier.code])
            before = Event.objects.count()
            answers = [client.post(where, form) for _ in range(3)]
            assert {a.status_code for a in answers} == {302}, name
            assert len({a.headers["Location"] for a in answers}) == 1
            actions = Event.objects.order_by("-pk")[: Event.objects.count() - before]
            assert len({event.action for event in actions}) == len(actions), name
        dossier.refresh_from_db()
        assert dossier.state == State.OFFICE_DRAFTING
        assert (Direction.objects.count(), Report.objects.count()) == (1, 1)
