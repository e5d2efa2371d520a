"""What the pages of the workflow say and refuse; what the verbs do is told beside the verbs."""

import pytest
from django.urls import reverse

from dossiers import transitions as verbs
from dossiers.models import Assignment, Dossier, Meeting, Withdrawal
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.desk import docx, open_form, submission, text_of
from tests.dossiers.test_verbs_assigning import unit
from tests.world import NOW, hanoi

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def detail(browser, dossier) -> str:
    return text_of(browser.get(reverse("dossiers:detail", args=[dossier.code])))


class TestAssigning:
    def test_the_form_offers_the_agencys_own_units_and_people(self, world, sign_in):
        own, foreign = unit(world.ward), unit(world.other_ward, "Phòng Văn hóa")
        dossier, hung = world.draft(), sign_in(world.hung)
        where = reverse("dossiers:assign", args=[dossier.code])
        page = text_of(hung.get(where))
        assert own.name in page and "Trần Thị Lan" in page
        assert foreign.name not in page and "Lê Anh Tuấn" not in page
        form = open_form(hung, "dossiers:assign", dossier.code)
        forged = [{"unit": str(foreign.pk)}, {"officer": str(world.tuan.pk)}, {}]
        for typed in forged:
            assert hung.post(where, {**form, **typed}).status_code == 422, typed
        typed = {"unit": str(own.pk), "officer": str(world.lan.pk), "internal_due_on": "26/11"}
        assert hung.post(where, {**form, **typed}).status_code == 302
        assert Assignment.objects.get().unit == own
        page = detail(hung, dossier)
        assert "Phòng Kinh tế, Trần Thị Lan" in page and "26/11/2026" in page

    def test_where_an_agency_has_no_units_a_person_is_needed(self, world, sign_in):
        dossier, hung = world.draft(), sign_in(world.hung)
        form = open_form(hung, "dossiers:assign", dossier.code)
        assert "unit" not in form
        where = reverse("dossiers:assign", args=[dossier.code])
        assert hung.post(where, {**form, "officer": ""}).status_code == 422

    def test_an_internal_day_does_not_lie_behind(self, world, sign_in):
        dossier, hung = world.draft(), sign_in(world.hung)
        form = open_form(hung, "dossiers:assign", dossier.code)
        typed = {"officer": str(world.lan.pk), "internal_due_on": "24/11/2026"}
        where = reverse("dossiers:assign", args=[dossier.code])
        assert hung.post(where, {**form, **typed}).status_code == 422


class TestReturned:
    def test_lan_reads_why_mends_the_form_and_submits_it_again_in_one_step(self, world, sign_in):
        dossier, lan = world.returned(), sign_in(world.lan)
        where = reverse("dossiers:edit", args=[dossier.code])
        page = lan.get(where)
        assert "Thiếu bản vẽ tổng mặt bằng." in text_of(page)
        form = open_form(lan, "dossiers:edit", dossier.code)
        mended = {**form, "matter": "Đã bổ sung bản vẽ", "viec": "trinh"}
        assert lan.post(where, mended).status_code == 302
        dossier.refresh_from_db()
        assert (dossier.state, dossier.matter) == (State.SUBMITTED, "Đã bổ sung bản vẽ")
        assert Event.objects.filter(action="dossier_resubmitted").count() == 1

    def test_a_closed_gate_leads_back_to_the_form(self, world, sign_in):
        dossier, lan = world.returned(), sign_in(world.lan)
        version = Dossier.objects.get().version
        verbs.edit(
            dossier, facts=world.facts(initialled_by="", initialled_on=None), files={},
            version=version, by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        form = open_form(lan, "dossiers:resubmit", dossier.code)
        answer = lan.post(reverse("dossiers:resubmit", args=[dossier.code]), form)
        assert answer.headers["Location"] == reverse("dossiers:edit", args=[dossier.code])
        dossier.refresh_from_db()
        assert dossier.state == State.FORM_RETURNED

    def test_the_page_tells_how_often_it_was_submitted(self, world, sign_in):
        dossier = world.returned()
        verbs.resubmit(dossier, version=None, by=world.by(world.lan), now=NOW)
        story = sign_in(world.phuc).get(f"/ho-so/{dossier.code}/").context["story"]
        assert story["times_submitted"] == 2


class TestConsulting:
    def test_the_submitting_agency_is_not_offered_and_wards_open_on_demand(self, world, sign_in):
        dossier, phuc = world.received(), sign_in(world.phuc)
        page = phuc.get(reverse("dossiers:consult", args=[dossier.code]))
        kinds = page.context["form"].kinds
        labels = [box.choice_label for kind in kinds for box in kind.boxes]
        assert world.ward.name not in labels and world.office.name not in labels
        assert world.other_ward.name in labels
        assert [kind.is_open for kind in kinds] == [len(kind.boxes) <= 20 for kind in kinds]

    def test_an_agency_that_was_not_offered_is_refused(self, world, sign_in):
        dossier, phuc = world.received(), sign_in(world.phuc)
        form = open_form(phuc, "dossiers:consult", dossier.code)
        where = reverse("dossiers:consult", args=[dossier.code])
        for chosen in ([], [str(world.ward.pk)], ["0"], ["x"]):
            typed = {"question": "Cho ý kiến.", "agencies": chosen}
            assert phuc.post(where, {**form, **typed}).status_code == 422, chosen

    @pytest.mark.parametrize("day", ["24/11/2026", "28/11/2026", "1/1/2031"])
    def test_a_day_that_cannot_be_a_last_day_is_explained_and_nothing_is_lost(
        self, world, sign_in, day
    ):
        dossier, phuc = world.received(), sign_in(world.phuc)
        form = open_form(phuc, "dossiers:consult", dossier.code)
        typed = {
            "question": "Câu hỏi dài", "agencies": [str(world.other_ward.pk)], "due_on": day,
        }  # fmt: skip
        answer = phuc.post(reverse("dossiers:consult", args=[dossier.code]), {**form, **typed})
        assert answer.status_code == 422
        assert "Câu hỏi dài" in text_of(answer)

    def test_silence_can_be_recorded_only_when_somebody_is_silent(self, world, sign_in, wall_clock):
        dossier, phuc = world.consulted(), sign_in(world.phuc)
        where = reverse("dossiers:record_silence", args=[dossier.code])
        assert where not in detail(phuc, dossier)
        assert phuc.get(where).context["nobody"] is True
        wall_clock(hanoi(2026, 12, 3, 8, 0))
        later = sign_in(world.phuc)
        wall_clock(hanoi(2026, 12, 3, 8, 0))
        assert where in later.get(f"/ho-so/{dossier.code}/").content.decode()


class TestMeetings:
    @pytest.mark.parametrize("at", ["", "25/11/2026 08:00", "hôm qua", "32/13"])
    def test_a_meeting_lies_ahead(self, world, sign_in, at):
        dossier, minh = world.put(), sign_in(world.minh)
        form = open_form(minh, "dossiers:call_meeting", dossier.code)
        typed = {"planned_at": at, "place": "Phòng họp"}
        answer = minh.post(reverse("dossiers:call_meeting", args=[dossier.code]), {**form, **typed})
        assert answer.status_code == 422
        assert not Meeting.objects.exists()

    def test_the_page_says_when_and_where(self, world, sign_in):
        page = detail(sign_in(world.lan), world.meeting())
        assert "09:00 27/11/2026" in page and "Phòng họp số 2" in page


class TestWithdrawing:
    def test_the_buttons_follow_the_request(self, world, sign_in):
        dossier = world.submitted()
        hung, phuc = sign_in(world.hung), sign_in(world.phuc)
        ask = reverse("dossiers:ask_withdrawal", args=[dossier.code])
        decide = reverse("dossiers:decide_withdrawal", args=[dossier.code])
        address = f"/ho-so/{dossier.code}/"
        assert f'href="{ask}"' in hung.get(address).content.decode()
        assert f'href="{decide}"' not in phuc.get(address).content.decode()
        form = open_form(hung, "dossiers:ask_withdrawal", dossier.code)
        assert hung.post(ask, {**form, "reason": "Rà soát lại."}).status_code == 302
        assert f'href="{ask}"' not in hung.get(address).content.decode()
        assert f'href="{decide}"' in phuc.get(address).content.decode()
        assert "Rà soát lại." in text_of(phuc.get(decide))

    def test_a_refusal_without_a_word_is_sent_back(self, world, sign_in):
        dossier, phuc = world.submitted(), sign_in(world.phuc)
        verbs.ask_withdrawal(
            dossier, reason="Rà soát.", version=None, by=world.by(world.hung), now=NOW
        )
        form = open_form(phuc, "dossiers:decide_withdrawal", dossier.code)
        where = reverse("dossiers:decide_withdrawal", args=[dossier.code])
        assert phuc.post(where, {**form, "decision": "refuse"}).status_code == 422
        refused = {**form, "decision": "refuse", "answer": "Đang trình lãnh đạo."}
        assert phuc.post(where, refused).status_code == 302
        assert Withdrawal.objects.get().agreed is False
        assert "Đang trình lãnh đạo." in detail(sign_in(world.hung), dossier)

    def test_the_second_of_two_who_decide_is_told(self, world, sign_in):
        dossier = world.submitted()
        verbs.ask_withdrawal(
            dossier, reason="Rà soát.", version=None, by=world.by(world.hung), now=NOW
        )
        thu, phuc = sign_in(world.thu), sign_in(world.phuc)
        forms = [
            {**open_form(browser, "dossiers:decide_withdrawal", dossier.code), "decision": "agree"}
            for browser in (thu, phuc)
        ]
        where = reverse("dossiers:decide_withdrawal", args=[dossier.code])
        answers = [
            browser.post(where, form) for browser, form in zip((thu, phuc), forms, strict=True)
        ]
        assert [answer.status_code for answer in answers] == [302, 409]
        assert "Đỗ Minh Thu" in text_of(answers[1])


class TestReplacing:
    def test_nothing_is_asked_where_nothing_can_be_replaced(self, world, sign_in):
        world.submitted()
        page = sign_in(world.lan).get(reverse("dossiers:log"))
        assert "replaces" not in page.context["form"].fields

    def test_the_new_dossier_shows_whose_place_it_takes(self, world, sign_in):
        old, lan = world.withdrawn(NOW), sign_in(world.lan)
        form = submission(lan, replaces=str(old.pk), letter_ref="124/TTr-UBND")
        assert lan.post(reverse("dossiers:log"), form).status_code == 302
        new = Dossier.objects.get(replaces=old)
        page = detail(lan, new)
        assert old.code in page and "25/11/2026" in page
        assert new.code in detail(lan, old)
        taken = sign_in(world.hung).get(reverse("dossiers:log"))
        assert "replaces" not in taken.context["form"].fields

    def test_one_of_another_agency_is_no_choice(self, world, sign_in):
        old, tuan = world.withdrawn(), sign_in(world.tuan)
        form = submission(tuan, replaces=str(old.pk))
        tuan.post(reverse("dossiers:log"), form)
        assert not Dossier.objects.filter(replaces=old).exists()


class TestExceptions:
    def test_their_number_of_the_year_stands_beside_the_field(self, world, sign_in):
        for _ in range(2):
            world.submitted(initialled_by="", initialled_on=None, gate_exception="Đi công tác.")
        world.draft(gate_exception="Chưa trình.")
        world.submitted(hanoi(2025, 12, 31, 9, 0), gate_exception="Năm trước.")
        page = sign_in(world.lan).get(reverse("dossiers:log"))
        assert "2" in page.context["form"].fields["gate_exception"].help_text.split()


class TestDraftVersions:
    def test_versions_stand_side_by_side(self, world, sign_in):
        dossier, phuc = world.concluded(), sign_in(world.phuc)
        where = reverse("dossiers:attach_draft_version", args=[dossier.code])
        for name in ("ban-1.docx", "ban-2.docx"):
            form = open_form(phuc, "dossiers:attach_draft_version", dossier.code)
            sent = {**form, "draft_version_file": docx(name)}
            assert phuc.post(where, sent).status_code == 302
        page = text_of(phuc.get(where))
        assert "ban-1.docx" in page and "ban-2.docx" in page

    def test_a_version_is_a_file(self, world, sign_in):
        dossier, phuc = world.concluded(), sign_in(world.phuc)
        form = open_form(phuc, "dossiers:attach_draft_version", dossier.code)
        where = reverse("dossiers:attach_draft_version", args=[dossier.code])
        assert phuc.post(where, form).status_code == 422
