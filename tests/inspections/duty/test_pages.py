"""The pages, from the signal to the result, as people press them."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deadlines.models import TimeLimit
from deadlines.sweeping import flag_overdue
from inspections import duty
from inspections.models import Decision, Proposal, Recommendation, Record
from ledger.models import Event
from tests.inspections.duty.story import HUNGS, Duty, fresh
from tests.world import NOW, PASSWORD, hanoi

pytestmark = pytest.mark.once

BASE = "/kiem-tra/trach-nhiem"
#: Page of Dũng's → its queries, whatever the number of rows.
PINNED = {"": 19, "bien-ban/": 8, "de-xuat/": 8, "tin-hieu/": 8, "kien-nghi/": 7}


def press(browser, address: str, **data):
    """One press of a page's button; decisions bring the password. 302 when it had its effect."""
    data = {"form_key": str(uuid.uuid4()), "password": PASSWORD, **data}
    return browser.post(address, data)


def on(record: Record, page: str = "") -> str:
    return f"{BASE}/bien-ban/{record.public_id}/{page}"


def about(proposal: Proposal, page: str = "") -> str:
    return f"{BASE}/de-xuat/{proposal.public_id}/{page}"


class TestTheWholeWay:
    def test_from_the_signal_to_the_result(self, told: Duty, sign_in):
        """Signal, records of two heads, explanation, conclusion, proposal, decision, result:
        every page is opened and every button pressed."""
        hoa, dung, minh = (sign_in(user) for user in (told.world.hoa, told.dung, told.world.minh))
        seen = hoa.get(f"{BASE}/tin-hieu/").content.decode()
        assert "Nguyễn Văn Hùng" in seen
        assert "Mai Hải Yến" in seen
        ward = told.world.ward.pk
        draw = f"{BASE}/lap-bien-ban/"
        page = hoa.get(f"{draw}?don-vi={ward}&tu=01/10/2026&den=31/10/2026")
        assert page.content.decode().count("checked") == 3
        keys = [limit.pk for limit in told.limits]
        sent = press(hoa, draw, agency=ward, first="01/10/2026", last="31/10/2026", limits=keys)
        assert sent.status_code == 302
        record = Record.objects.get(head=told.world.hung)
        assert record.findings.count() == 2
        assert Record.objects.get(head=told.yen).findings.count() == 1

        assert hoa.get(on(record)).status_code == 200
        assert hoa.get(on(record, "yeu-cau-giai-trinh/")).status_code == 200
        asked = press(hoa, on(record, "yeu-cau-giai-trinh/"), text="Vì sao?", last_day="02/12/2026")
        assert asked.status_code == 302

        hung = sign_in(told.world.hung)
        assert "giai-trinh/" in hung.get(f"{BASE}/cua-toi/").content.decode()
        assert hung.get(on(record, "giai-trinh/")).status_code == 200
        said = {"text": "Thiếu người.", "cause": "objective", "exemption": "none"}
        assert press(hung, on(record, "giai-trinh/"), **said).status_code == 302
        assert "Thiếu người." in hung.get(f"{BASE}/cua-toi/").content.decode()

        remarks = {"shortcomings": "Chậm 02 hồ sơ.", "causes": "Phân công chưa rõ."}
        assert press(hoa, on(record, "nhan-xet/"), **remarks).status_code == 302
        assert hoa.get(on(record, "hoan-thanh/")).status_code == 200
        assert press(hoa, on(record, "hoan-thanh/")).status_code == 302

        line = {"what_1": "Phân công lại.", "who_1": told.world.ward.name, "until_1": "10/12/2026"}
        assert dung.get(on(record, "ket-luan/")).status_code == 200
        assert press(dung, on(record, "ket-luan/"), text="Chậm.", **line).status_code == 302

        assert hoa.get(on(record, "de-xuat/")).status_code == 200
        words = {"person_class": "elected", "assessment": "Chưa đôn đốc.", "asked": "Nhắc nhở."}
        assert press(hoa, on(record, "de-xuat/"), **words).status_code == 302
        proposal = Proposal.objects.get()
        for browser, pages in (
            (hoa, ("", "sua/", "trinh-giam-doc/")),
            (dung, ("",)),
        ):
            for one in pages:
                assert browser.get(about(proposal, one)).status_code == 200, one
        assert press(hoa, about(proposal, "trinh-giam-doc/")).status_code == 302
        assert dung.get(about(proposal, "trinh-thanh-pho/")).status_code == 200
        assert press(dung, about(proposal, "trinh-thanh-pho/")).status_code == 302
        assert minh.get(f"{BASE}/de-xuat/").status_code == 200
        assert minh.get(about(proposal, "quyet-dinh/")).status_code == 200
        verdict = {"kind": "approve", "outcome": "admonition", "reason": "Mức độ nhẹ."}
        assert press(minh, about(proposal, "quyet-dinh/"), **verdict).status_code == 302
        assert Decision.objects.get().outcome == "admonition"
        for browser in (minh, hung, hoa, dung):
            assert browser.get(about(proposal)).status_code == 200
        assert dung.get(about(proposal, "xin-gia-han/")).status_code == 200
        result = {"ref": "15/QĐ-UBND", "on": "25/11/2026", "text": "Đã nhắc nhở bằng văn bản."}
        assert press(hoa, about(proposal, "ket-qua/"), **result).status_code == 302
        limit = Decision.objects.get().time_limit
        assert limit.met_at == NOW

        owed = Recommendation.objects.get()
        yen = sign_in(told.yen)
        remedy = f"{BASE}/kien-nghi/{owed.public_id}/"
        assert yen.get(remedy).status_code == 200
        assert yen.get(f"{remedy}bao-cao/").status_code == 200
        duty.report_remedy(
            owed,
            text="Đã làm.",
            files=[told.world.staged(told.yen, "a.pdf")],
            version=None,
            by=told.by(told.yen),
            now=NOW,
        )
        assert hoa.get(f"{remedy}danh-gia/").status_code == 200
        assert press(hoa, f"{remedy}danh-gia/", verdict="accepted").status_code == 302
        assert fresh(owed).state == "done"
        assert hoa.get(f"{BASE}/kien-nghi/").status_code == 200
        assert hoa.get(f"{BASE}/bien-ban/").status_code == 200

    def test_every_paper_prints_for_whoever_may_read_it(self, told: Duty, sign_in):
        decision = told.decided()
        record = decision.proposal.record
        papers = [
            record.explanation.paper,
            record.paper,
            decision.proposal.paper,
            decision.paper,
        ]
        hoa, lan = sign_in(told.world.hoa), sign_in(told.world.lan)
        for paper in papers:
            address = f"{BASE}/van-ban/{paper.public_id}/"
            pdf = hoa.get(address)
            assert pdf.content.startswith(b"%PDF-")
            assert hoa.get(f"{address}?dang=docx").content.startswith(b"PK")
            assert lan.get(address).status_code == 404

    def test_no_paper_and_no_page_speaks_of_an_administrative_violation(self, told, sign_in):
        """Biên bản about public duty is never a biên bản vi phạm hành chính (domain.md §5.1)."""
        decision = told.decided()
        record, proposal = decision.proposal.record, decision.proposal
        wrong = "vi phạm hành chính"
        for paper in (record.explanation.paper, record.paper, proposal.paper, decision.paper):
            assert wrong not in str(paper.content).lower()
        hoa = sign_in(told.world.hoa)
        for address in (on(record), about(proposal), f"{BASE}/", f"{BASE}/tin-hieu/"):
            text = hoa.get(address).content.decode().lower()
            assert f"biên bản {wrong}" not in text


class TestForms:
    def test_a_double_press_has_one_effect(self, told: Duty, sign_in):
        record, key = told.drafted(), str(uuid.uuid4())
        hoa = sign_in(told.world.hoa)
        data = {"text": "Vì sao?", "last_day": "02/12/2026", "form_key": key}
        first = press(hoa, on(record, "yeu-cau-giai-trinh/"), **data)
        second = press(hoa, on(record, "yeu-cau-giai-trinh/"), **data)
        assert first["Location"] == second["Location"]
        entered = Event.objects.filter(action="record_explanation_asked")
        assert entered.count() == 1

    def test_a_stale_form_is_refused_and_keeps_what_was_typed(self, told: Duty, sign_in):
        record = told.answered()
        hoa = sign_in(told.world.hoa)
        version = record.version
        duty.edit_record(
            record,
            remarks=duty.Remarks(shortcomings="Bản mới."),
            version=None,
            by=told.by(told.world.hoa),
            now=NOW,
        )
        typed = {"shortcomings": "Chữ đã gõ.", "version": version}
        answer = press(hoa, on(record, "nhan-xet/"), **typed)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Chữ đã gõ." in page
        assert "Bản mới." in page
        assert fresh(record).shortcomings == "Bản mới."

    def test_a_decision_asks_for_the_password_again(self, told: Duty, sign_in, wall_clock):
        """S10: without it, or with a wrong one, nothing is decided and nothing typed is lost."""
        proposal, minh = told.endorsed(), sign_in(told.world.minh)
        wall_clock(NOW + timedelta(minutes=11))
        verdict = {"kind": "approve", "outcome": "admonition", "reason": "Lý do đã gõ."}
        for password in ("", "sai rồi sai rồi"):
            answer = press(minh, about(proposal, "quyet-dinh/"), password=password, **verdict)
            assert answer.status_code == 422
            assert "Lý do đã gõ." in answer.content.decode()
        assert not Decision.objects.exists()

    def test_the_page_offers_no_form_that_was_abolished(self, told: Duty, sign_in):
        """Giáng chức and hạ bậc lương end with 30/6/2025; a hand-made post is refused too."""
        proposal = told.endorsed(person_class="leading_official")
        minh = sign_in(told.world.minh)
        page = minh.get(about(proposal, "quyet-dinh/")).content.decode()
        assert 'value="demotion"' not in page
        assert 'value="salary_reduction"' not in page
        assert 'value="removal_from_post"' in page
        made = {"kind": "approve", "outcome": "demotion", "reason": "Vì."}
        assert press(minh, about(proposal, "quyet-dinh/"), **made).status_code == 422
        assert not Decision.objects.exists()

    def test_the_software_fills_in_no_proposal(self, told: Duty, sign_in):
        """What is asked is an empty field; no measure of the ladder stands anywhere on the page."""
        record = told.final()
        page = sign_in(told.world.hoa).get(on(record, "de-xuat/"))
        form = page.context["form"]
        assert [form.initial.get(name) for name in ("asked", "assessment", "person_class")] == [
            None, None, None,
        ]  # fmt: skip
        text = page.content.decode().lower()
        for measure in ("khiển trách", "cảnh cáo", "cách chức", "nhắc nhở nghiêm khắc", "phê bình"):
            assert measure not in text


class TestNarrowView:
    def test_strangers_get_404_from_every_page(self, told: Duty, sign_in):
        """Opening another's record by its address (issue 4, line 3)."""
        decision = told.decided()
        proposal = decision.proposal
        record = proposal.record
        pages = [
            on(record, page)
            for page in ("", "giai-trinh/", "yeu-cau-giai-trinh/", "nhan-xet/", "hoan-thanh/",
                         "ket-luan/", "de-xuat/", "huy/", "thoi-lap/", "khong-giai-trinh/")
        ] + [
            about(proposal, page)
            for page in ("", "sua/", "trinh-giam-doc/", "rut/", "tra-lai/", "trinh-thanh-pho/",
                         "quyet-dinh/", "ket-qua/", "xin-gia-han/", "thay-the/")
        ]  # fmt: skip
        for user in (told.world.lan, told.world.tuan, told.world.thu, told.world.phuc,
                     told.yen, told.world.son):  # fmt: skip
            browser = sign_in(user)
            for page in pages:
                assert browser.get(page).status_code == 404, (user.username, page)
                assert press(browser, page).status_code in {404, 405}, (user.username, page)

    def test_the_person_reads_the_record_from_the_request_on_and_the_proposal_once_decided(
        self, told: Duty, sign_in
    ):
        hung = sign_in(told.world.hung)
        record = told.drafted()
        assert hung.get(on(record)).status_code == 404
        duty.ask_explanation(
            record, text="Vì sao?", last_day=NOW.date() + timedelta(days=7), version=None,
            by=told.by(told.world.hoa), now=NOW,
        )  # fmt: skip
        assert hung.get(on(record)).status_code == 200

    def test_the_proposal_is_hidden_from_the_person_until_it_is_decided(self, told, sign_in):
        proposal, hung = told.endorsed(), sign_in(told.world.hung)
        assert hung.get(about(proposal)).status_code == 404
        told.decided(proposal=proposal)
        assert hung.get(about(proposal)).status_code == 200

    def test_a_leader_reads_what_was_put_to_them_alone(self, told: Duty, sign_in):
        proposal, minh = told.proposed(), sign_in(told.world.minh)
        assert minh.get(about(proposal)).status_code == 404
        assert minh.get(on(proposal.record)).status_code == 404
        duty.endorse(proposal, version=None, by=told.by(told.dung), now=NOW)
        assert minh.get(about(proposal)).status_code == 200
        assert minh.get(on(proposal.record)).status_code == 200

    def test_every_opening_is_entered(self, told: Duty, sign_in):
        """Page, paper and file: who, when, what."""
        decision = told.decided()
        proposal = decision.proposal
        record = proposal.record
        minh = sign_in(told.world.minh)
        minh.get(about(proposal))
        minh.get(on(record))
        minh.get(f"{BASE}/van-ban/{decision.paper.public_id}/")
        entered = Event.objects.filter(action="record_opened").order_by("pk")
        assert [(e.actor_name, e.object_kind, e.after["what"]) for e in entered] == [
            ("Phạm Quang Minh", "proposal", "page"),
            ("Phạm Quang Minh", "record", "page"),
            ("Phạm Quang Minh", "proposal", "pdf"),
        ]

    def test_a_clerk_sees_until_when_and_not_what(self, told: Duty, sign_in):
        record = told.yen_asked()
        code = f"TN-{record.public_id.hex}"
        lan = sign_in(told.world.lan)
        listed = lan.get("/thoi-han/").content.decode()
        assert "Yêu cầu giải trình của Sở Nội vụ" in listed
        page = lan.get(f"{BASE}/viec/{code}/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "Đề nghị nêu rõ nguyên nhân" not in text
        assert "biên bản" not in text.lower()
        assert lan.get(f"/ho-so/{code}/", follow=True).status_code == 200
        assert sign_in(told.world.tuan).get(f"{BASE}/viec/{code}/").status_code == 404
        lead = sign_in(told.yen).get(f"{BASE}/viec/{code}/")
        assert lead["Location"] == on(record)

    def test_a_dossier_shows_a_count_to_readers_of_the_city_alone(self, told: Duty, sign_in):
        told.world.directed(hanoi(2026, 10, 1, 9))
        flag_overdue(NOW)
        limit = TimeLimit.objects.get(code__startswith="HS2026-00001/")
        [record] = told.drawn(limits=[limit])
        duty.ask_explanation(
            record, text="Vì sao?", last_day=NOW.date() + timedelta(days=7), version=None,
            by=told.by(told.world.hoa), now=NOW,
        )  # fmt: skip
        page = f"/ho-so/{limit.subject_code}/"
        assert "1 biên bản" in sign_in(told.world.minh).get(page).content.decode()
        text = sign_in(told.world.lan).get(page).content.decode()
        assert "1 biên bản" not in text


class TestPipeline:
    def test_every_number_leads_to_exactly_its_rows(self, told: Duty, sign_in):
        told.owed()
        told.world.limit(HUNGS[0], code="TH-them")
        dung = sign_in(told.dung)
        page = dung.get(f"{BASE}/")
        counts = {}
        for group in page.context["groups"]:
            for row in group["rows"]:
                counts[row["stage"].slug] = row["count"]
                listed = dung.get(row["url"]).context["page"].total
                assert listed == row["count"], row["stage"].slug
        assert counts["soan"] == 1
        assert counts["cho-don-vi"] == 1
        assert counts["cho-ket-luan"] == 0

    def test_it_asks_the_same_questions_for_one_record_and_for_many(self, told: Duty, sign_in):
        told.endorsed()
        dung = sign_in(told.dung)
        before = {page: queries(dung, f"{BASE}/{page}") for page in PINNED}
        assert before == PINNED
        for month in (3, 4, 5, 6, 7, 8):
            limits = [told.world.limit(hanoi(2026, month, day, 9)) for day in (4, 11)]
            flag_overdue(NOW)
            duty.draw_up(
                limits=[one.pk for one in limits],
                agency=told.world.ward,
                period=duty.Period(limits[0].due_on.replace(day=1), limits[1].due_on),
                by=told.by(told.world.hoa),
                now=NOW,
            )
        assert {page: queries(dung, f"{BASE}/{page}") for page in PINNED} == before


def queries(browser, address: str) -> int:
    """The number of queries of one request."""
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)
