"""Somebody was faster, the calendar ends, the gate closed: said in words, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from deadlines.models import CalendarYear, TimeLimit
from dossiers import transitions as verbs
from dossiers.models import Direction, Report
from dossiers.states import State
from dossiers.transitions import ReportFacts
from tests.dossiers.desk import fields, in_english, open_form, pdf, text_of
from tests.world import NOW, hanoi

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def lan(world, sign_in) -> Client:
    return in_english(sign_in(world.lan))


class TestMeanwhile:
    """Invariant 23: a save based on an older version is refused, nothing typed is lost."""

    def test_a_stale_draft_shows_the_newer_value_and_keeps_what_was_typed(
        self, world, lan, sign_in
    ):
        dossier = world.draft()
        hung = in_english(sign_in(world.hung))
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
        minh = in_english(sign_in(world.minh))
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
        slow = in_english(sign_in(world.minh))
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
        hung = in_english(sign_in(world.hung))
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
        hung = in_english(sign_in(world.hung))
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
        hung = in_english(sign_in(world.hung))
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
        minh = in_english(sign_in(world.minh))
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
