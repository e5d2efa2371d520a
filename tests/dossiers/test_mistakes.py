"""What clerks do by mistake: each ends in a clear sentence, nothing lost and nothing doubled.

All of it goes through the pages as a browser would send it.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import FormReceipt, StagedFile
from accounts.unfinished import SESSION_KEY
from deadlines.models import CalendarYear, TimeLimit
from dossiers import transitions as verbs
from dossiers.forms import NoticeForm, SubmissionForm
from dossiers.models import Attachment, Direction, Dossier, Report
from dossiers.states import State
from dossiers.transitions import ReportFacts
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import docx, fields, open_form, pdf, submission, text_of
from tests.world import NOW, PASSWORD, hanoi

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def lan(world, sign_in) -> Client:
    return browser(sign_in(world.lan))


def browser(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def log(client: Client, form: dict) -> object:
    return client.post(reverse("dossiers:log"), form)


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
        log(lan, submission(lan))
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
        stolen = {**submission(thief), "form_key": form["form_key"]}
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
            ("put_to_leader", world.phuc, {}),
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


class TestMeanwhile:
    """Invariant 23: a save based on an older version is refused, nothing typed is lost."""

    def test_a_stale_draft_shows_the_newer_value_and_keeps_what_was_typed(
        self, world, lan, sign_in
    ):
        dossier = world.draft()
        hung = browser(sign_in(world.hung))
        hers = open_form(lan, "dossiers:edit", dossier.code)
        his = open_form(hung, "dossiers:edit", dossier.code)
        where = reverse("dossiers:edit", args=[dossier.code])
        hung.post(where, {**his, "matter": "Bản của Hùng", "viec": "nhap"})
        typed = {**hers, "matter": "Bản của Lan", "annex_files": pdf("a.pdf"), "viec": "nhap"}
        response = lan.post(where, typed)
        assert response.status_code == 409
        page = text_of(response)
        assert "Somebody changed this dossier since you opened the form." in page
        assert "Bản của Hùng" in page and "Nguyễn Văn Hùng" in page
        shown = fields(response)
        assert shown["matter"] == "Bản của Lan"
        assert shown["annex_files_staged"]
        dossier.refresh_from_db()
        assert dossier.matter == "Bản của Hùng"
        again = lan.post(where, {**shown, "viec": "nhap"})  # she has seen it and decides
        assert again.status_code == 302
        dossier.refresh_from_db()
        assert dossier.matter == "Bản của Lan"
        assert dossier.attachments.filter(name="a.pdf").exists()

    def test_a_form_without_its_version_saves_nothing_over_a_draft(self, world, lan):
        dossier = world.draft()
        form = {**open_form(lan, "dossiers:edit", dossier.code), "matter": "Khác", "version": ""}
        response = lan.post(reverse("dossiers:edit", args=[dossier.code]), form)
        assert response.status_code == 409
        dossier.refresh_from_db()
        assert dossier.matter != "Khác"

    def test_a_dossier_that_has_moved_on_says_where_it_is(self, world, sign_in):
        dossier = world.submitted()
        minh = browser(sign_in(world.minh))
        form = open_form(minh, "dossiers:direct_explanation", dossier.code)
        verbs.receive(dossier, version=None, by=world.by(world.phuc), now=NOW)
        where = reverse("dossiers:direct_explanation", args=[dossier.code])
        response = minh.post(where, {**form, "text": "Câu hỏi dài đã gõ"})
        assert response.status_code == 409
        assert "Received the dossier and began to verify" in text_of(response)
        assert fields(response)["text"] == "Câu hỏi dài đã gõ"
        assert not Direction.objects.exists()

    def test_the_slower_of_two_leaders_is_told_who_was_first(self, world, sign_in):
        dossier = world.submitted()
        slow = browser(sign_in(world.minh))
        form = open_form(slow, "dossiers:direct_explanation", dossier.code)
        verbs.direct_explanation(
            dossier, kind="explain", text="Câu hỏi của người trước", version=None,
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        where = reverse("dossiers:direct_explanation", args=[dossier.code])
        response = slow.post(where, {**form, "text": "Câu hỏi của tôi"})
        assert response.status_code == 409
        page = text_of(response)
        assert "Waiting for explanation or supplement" in page
        assert "Phạm Quang Minh" in page and "Câu hỏi của người trước" in page
        assert "Câu hỏi của tôi" in page
        assert Direction.objects.count() == 1

    def test_an_answer_to_the_first_round_is_not_sent_as_answer_to_the_second(self, world, sign_in):
        first = world.directed()
        hung = browser(sign_in(world.hung))
        form = open_form(hung, "dossiers:report", first.dossier.code)
        verbs.report_back(
            first, facts=ReportFacts(text="Bản gửi từ máy khác"), files={}, version=None,
            by=world.by(world.hung), now=NOW,
        )  # fmt: skip
        second = verbs.direct_explanation(
            first.dossier, kind="supplement", text="Câu hỏi vòng hai", version=None,
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        where = reverse("dossiers:report", args=[first.dossier.code])
        response = hung.post(where, {**form, "text": "Trả lời vòng một", "viec": "gui"})
        assert response.status_code == 409
        assert "Trả lời vòng một" in text_of(response)
        second.time_limit.refresh_from_db()
        assert second.time_limit.met_at is None

    def test_an_empty_report_is_said_beside_its_field(self, world, sign_in):
        direction = world.directed()
        hung = browser(sign_in(world.hung))
        form = open_form(hung, "dossiers:report", direction.dossier.code)
        where = reverse("dossiers:report", args=[direction.dossier.code])
        response = hung.post(where, {**form, "ref": "45/BC-UBND", "viec": "gui"})
        assert response.status_code == 422
        assert "An empty report stops no clock." in text_of(response)
        assert fields(response)["ref"] == "45/BC-UBND"
        assert TimeLimit.objects.get().met_at is None
        assert not Report.objects.exists()

    def test_a_late_report_needs_its_reason(self, world, sign_in, wall_clock):
        direction = world.directed()
        wall_clock(NOW + timedelta(days=5))
        hung = browser(sign_in(world.hung))
        wall_clock(NOW + timedelta(days=5))
        form = open_form(hung, "dossiers:report", direction.dossier.code)
        where = reverse("dossiers:report", args=[direction.dossier.code])
        response = hung.post(where, {**form, "text": "Giải trình.", "viec": "gui"})
        assert response.status_code == 422
        assert "Say why, then send the report." in text_of(response)
        sent = {**fields(response), "late_reason": "Cán bộ nghỉ ốm", "viec": "gui"}
        assert hung.post(where, sent).status_code == 302
        assert Report.objects.get().late_reason == "Cán bộ nghỉ ốm"

    def test_a_clerk_who_presses_send_sends_nothing(self, world, lan):
        direction = world.directed()
        form = open_form(lan, "dossiers:report", direction.dossier.code)
        where = reverse("dossiers:report", args=[direction.dossier.code])
        response = lan.post(where, {**form, "text": "Giải trình.", "viec": "gui"})
        assert response.status_code == 403
        assert "Only the head of the agency sends the report." in text_of(response)
        assert not Report.objects.exists()

    def test_where_the_calendar_ends_the_leader_reads_whom_to_ask(self, world, sign_in, wall_clock):
        dossier = world.submitted()
        last_year = CalendarYear.objects.order_by("-year")[0].year
        minh = browser(sign_in(world.minh))
        wall_clock(hanoi(last_year, 12, 31, 9, 0))
        minh.force_login(world.minh)
        form = open_form(minh, "dossiers:direct_explanation", dossier.code)
        where = reverse("dossiers:direct_explanation", args=[dossier.code])
        response = minh.post(where, {**form, "text": "Câu hỏi đã gõ"})
        assert response.status_code == 422
        assert "Ask the calendar keeper to enter the missing year." in text_of(response)
        assert fields(response)["text"] == "Câu hỏi đã gõ"
        assert not TimeLimit.objects.exists()

    def test_a_gate_that_closed_since_leads_back_to_the_form(self, world, lan):
        dossier = world.draft(initialled_by="")
        form = open_form(lan, "dossiers:submit", dossier.code)
        where = reverse("dossiers:submit", args=[dossier.code])
        response = lan.post(where, form, follow=True)
        assert response.redirect_chain == [(reverse("dossiers:edit", args=[dossier.code]), 302)]
        assert "The draft lacks the head's initials." in text_of(response)
        dossier.refresh_from_db()
        assert dossier.state == State.DRAFTING


class TestTheSessionEnded:
    """Typed for half an hour, then the session was gone: text and files come back, to her alone."""

    @pytest.fixture(autouse=True)
    def cheap_hashes(self, monkeypatch):
        monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
        monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
        monkeypatch.setattr("tests.world._HASH", [])

    def signed_in(self, user) -> Client:
        client = browser(Client())
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
        hung = browser(sign_in(world.hung))
        form = submission(hung, letter_file="", letter_file_staged=str(token))
        response = log(hung, form)
        assert response.status_code == 422
        assert "to-trinh.pdf" not in text_of(response)
        assert StagedFile.objects.filter(token=token, owner=world.lan).exists()

    def test_a_browser_in_which_nobody_had_signed_in_keeps_nothing(self, wall_clock):
        client = browser(Client())
        response = log(client, {"matter": "Nặc danh", "letter_file": pdf()})
        assert response.status_code == 302
        assert SESSION_KEY not in client.session
        assert not StagedFile.objects.exists()

    def test_a_forged_memory_of_who_was_here_keeps_nothing(self, world, wall_clock):
        client = browser(Client())
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
        lan.cookies["sessionid"] = "abcdefgh\x00ijkl"
        assert lan.get("/").status_code == 400

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
