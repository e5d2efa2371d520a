"""What a finalised record, a draw and a separation of duties must withstand, by every way in.

The verbs have their own stories; here the same is asked of pages, addresses, papers and commands.
"""

import hashlib
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Appointment
from accounts.roles import Role
from agencies.models import Agency
from deadlines.models import CalendarDay, LimitRule, TimeLimit
from documents import printing
from documents.models import Paper
from dossiers.models import Dossier
from inspections import drawing
from inspections.models import Exhibit, Inspection, Plan, PlanItem, Record
from inspections.transitions import planning, records, visiting
from inspections.transitions.planning import PlanFacts
from ledger import chain, recording
from tests.dossiers.desk import fields, open_form
from tests.inspections.desk import LONG_AGO, SEED
from tests.inspections.duty.story import Duty, fresh
from tests.inspections.evidence.story import kept, late
from tests.ledger.conftest import behind_the_guards
from tests.world import NOW, hanoi, person

__all__ = ["behind_the_guards"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world) -> Duty:
    return Duty.build(world)


@pytest.fixture
def store(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def content_of(page: bytes) -> str:
    """What a page says, without the frame (who reads, counts of the inbox) and form keys."""
    text = page.decode()
    start = text.index('id="content"')
    end = text.find('id="readings-title"', start)  # every opening is listed below, this one too
    return text[start : end if end > 0 else None]


def part_of(page: str, name: str) -> str:
    """One section of a page."""
    start = page.index(f'id="{name}"')
    return page[start : page.index("</section>", start)]


def everything_moves(world, record: Record) -> None:
    """Calendar, rule, name of the agency, head, names of people, dossiers and limits change."""
    with recording.recorded(may_be_idle=True):
        CalendarDay.objects.filter(date__year=2026).delete()
        LimitRule.objects.update(name="Quy tắc khác", legal_source="Văn bản khác")
        Agency.objects.filter(pk=world.ward.pk).update(name="UBND phường Đổi Tên", code="P-X")
        Agency.objects.filter(pk=world.home_affairs.pk).update(name="Sở Khác")
        Appointment.objects.filter(agency=world.ward, user=world.hung).update(
            ended_on=date(2026, 10, 4), post="Chức vụ khác"
        )
        person("hieu", "Ngô Trung Hiếu", Role.AGENCY_HEAD, world.ward, "Chủ tịch",
               since=date(2026, 10, 5))  # fmt: skip
        type(world.hung).objects.filter(pk=world.hung.pk).update(full_name="Người Khác")
        Dossier.objects.update(matter="Việc khác")
        TimeLimit.objects.filter(started_at__lt=NOW).update(
            due_on=date(2027, 1, 1), subject_title="Việc khác", met_at=NOW
        )


@pytest.mark.once
class TestAFinalRecordStaysWhatItWas:
    """Line 2: whatever changes afterwards changes no byte of paper and no word of the page."""

    def asked(self, browser: Client, record: Record, pages: tuple[str, ...]) -> list:
        shown = [browser.get(reverse(name, args=[record.public_id])) for name in pages]
        assert [one.status_code for one in shown] == [200] * len(pages)
        paper = Paper.objects.select_related("series").get(pk=record.paper_id)
        return [
            content_of(shown[0].content),
            *(one.content for one in shown[1:]),
            printing.pdf_of(paper),
            printing.docx_of(paper),
        ]

    def test_of_an_inspection(self, desk, sign_in):
        record = desk.final()
        pages = ("inspections:record", "inspections:print_record")
        browser = sign_in(desk.hoa)
        before = self.asked(browser, record, pages)
        everything_moves(desk.world, record)
        after = self.asked(browser, record, pages)
        assert after[0] == before[0]
        assert after[1:] == before[1:]

    def test_of_lateness(self, told, sign_in):
        record = told.final()
        browser = sign_in(told.world.hoa)
        pages = ("inspections:duty_record",)
        before = self.asked(browser, record, pages)
        everything_moves(told.world, record)
        after = self.asked(browser, record, pages)
        assert after[1:] == before[1:]
        printed = reverse("inspections:duty_paper", args=[record.paper.public_id])
        assert browser.get(printed).content == after[1]
        for part in ("thoi-han", "giai-trinh"):
            assert part_of(after[0], part) == part_of(before[0], part)
        for words in ("UBND phường Hoàn Kiếm", "Nguyễn Văn Hùng", "Một việc"):
            assert words in after[0], words
        for words in ("Đổi Tên", "Người Khác", "Việc khác", "Văn bản khác", "Chức vụ khác"):
            assert words not in after[0], words


class TestWhoeverRewritesTheDatabaseIsNamed:
    """Line 2: by the command that the auditor runs, whatever was rewritten, row or file."""

    #: What is rewritten: a statement on one row of the story. ``{hex}`` is the record's public id.
    ROWS = {
        "field": "UPDATE inspections_record SET shortcomings = 'Không có.'",
        "head": "UPDATE inspections_record SET head_name = 'Người Khác'",
        "opinion": "UPDATE inspections_record SET opinion_text = 'Nhất trí.'",
        "finding": "UPDATE inspections_finding SET note = 'Không chậm.'",
        "finding gone": "DELETE FROM inspections_finding",
        "signature": "UPDATE inspections_signature SET name = 'Người Khác'",
        "exhibit": "UPDATE inspections_exhibit SET sha256 = '" + "0" * 64 + "'",
        "exhibit gone": "DELETE FROM inspections_exhibit",
        "paper": "UPDATE documents_paper SET title = 'Khác' WHERE kind = 'BB'",
        "number": "UPDATE documents_paper SET ref = '09/BB-SNV' WHERE kind = 'BB'",
        "state": "UPDATE inspections_record SET state = 'drafting', paper_id = NULL, "
        "finalised_at = NULL",
    }

    #: The same for a record of lateness, its explanation and what followed it.
    OF_LATENESS = {
        "remarks": "UPDATE inspections_record SET causes = 'Khách quan.'",
        "finding": "UPDATE inspections_finding SET note = 'Không chậm.'",
        "question": "UPDATE inspections_explanationrequest SET text = 'Khác.'",
        "answer": "UPDATE inspections_explanationrequest SET answer = 'Tôi nhận lỗi.'",
        "cause": "UPDATE inspections_explanationrequest SET cause = 'objective'",
        "proposal": "UPDATE inspections_proposal SET asked = 'Cách chức.'",
        "decision": "UPDATE inspections_decision SET outcome = 'recall'",
        "reason": "UPDATE inspections_decision SET reason = 'Khác.'",
        "decision gone": "DELETE FROM inspections_decision",
    }

    @pytest.mark.parametrize("what", OF_LATENESS)
    def test_of_what_followed_lateness(self, told, behind_the_guards, what):
        decision = told.decided()
        chain.seal_all()
        verify()
        behind_the_guards(self.OF_LATENESS[what], [])
        with pytest.raises(CommandError, match="BROKEN") as refusal:
            verify()
        proposal = decision.proposal
        codes = (proposal.public_id, proposal.record.public_id)
        assert any(str(code) in str(refusal.value) for code in codes)

    def test_of_a_conclusion(self, told, behind_the_guards):
        conclusion = told.concluded()
        chain.seal_all()
        behind_the_guards("UPDATE inspections_conclusion SET text = 'Không chậm.'", [])
        with pytest.raises(CommandError, match="conclusion on a record") as refusal:
            verify()
        assert str(conclusion.record.public_id) in str(refusal.value)

    @pytest.fixture
    def final(self, desk, store) -> Record:
        late(desk.world)
        record = desk.written(*desk.records())
        staged = kept(desk.hoa, "anh.png", "PNG anh")
        records.add_exhibits(
            record, caption="Tủ", files=[staged], version=None, by=desk.by(desk.hoa), now=NOW
        )
        record.refresh_from_db()
        record = desk.final(
            record=desk.signed(record=desk.answered(record=desk.sent(record=record)))
        )
        chain.seal_all()
        verify("--files")
        return record

    @pytest.mark.parametrize("what", ROWS)
    def test_of_a_row(self, final, behind_the_guards, what):
        behind_the_guards(self.ROWS[what], [])
        with pytest.raises(CommandError, match="BROKEN") as refusal:
            verify()
        named = str(refusal.value)
        assert str(final.public_id) in named or str(final.paper.public_id) in named

    def test_of_the_bytes_of_an_exhibit(self, final, store):
        exhibit = Exhibit.objects.get()
        (store / exhibit.path).write_bytes(b"PNG gia")
        with pytest.raises(CommandError, match="BROKEN") as refusal:
            verify("--files")
        assert str(exhibit.public_id) in str(refusal.value)

    def test_of_a_file_and_its_checksum_together(self, final, store, behind_the_guards):
        exhibit = Exhibit.objects.get()
        forged = b"PNG gia"
        (store / exhibit.path).write_bytes(forged)
        behind_the_guards(
            "UPDATE inspections_exhibit SET sha256 = %s, size = %s",
            [hashlib.sha256(forged).hexdigest(), len(forged)],
        )
        with pytest.raises(CommandError, match="BROKEN") as refusal:
            verify()
        assert str(final.public_id) in str(refusal.value)


def verify(*words: str) -> None:
    call_command("verify_ledger", *words, stdout=StringIO())


@pytest.mark.once
class TestTheDrawExplainedToTheHead:
    """Line 4: the same seed, the same result; and the head of the agency reads why."""

    def visited(self, desk, plan: Plan) -> Inspection:
        planning.approve_plan(plan, version=None, by=desk.by(desk.quang), now=NOW)
        item = PlanItem.objects.get(plan=plan.pk, agency=desk.world.ward)
        made = desk.decided(trigger="plan", plan_item=item, evidence="")
        return visiting.open_visit(made, version=None, by=desk.by(desk.hoa), now=NOW)

    def plan(self, desk, **facts) -> Plan:
        facts = {"kind": "yearly", "year": 2026, "title": "Kế hoạch năm 2026", **facts}
        by = desk.by(desk.hoa)
        plan = planning.draft_plan(facts=PlanFacts(**facts), by=by, now=NOW, seed=SEED)
        return planning.select_agencies(plan, version=None, by=by, now=NOW)

    def seen(self, visit: Inspection, browser: Client) -> str:
        answer = browser.get(reverse("inspections:detail", args=[visit.public_id]))
        assert answer.status_code == 200
        return content_of(answer.content)

    def test_chosen_by_lot(self, desk, sign_in, wall_clock):
        plan = self.plan(desk, by_risk=0, by_chance=200)
        visit = self.visited(desk, plan)
        figure = visit.plan_item.reasons[0]["figure"]
        lot = drawing.ticket(SEED, "P-00070")
        hung = sign_in(desk.world.hung)
        shown = self.seen(visit, hung)
        assert f"số {figure['place']} trong {figure['total']} đơn vị" in shown and lot in shown
        assert SEED not in shown, "the seed would tell where the other visits go"

        wall_clock(hanoi(2027, 1, 4, 9))
        again = self.seen(visit, sign_in(desk.world.hung))
        assert f"{SEED}:P-00070" in again and lot in again
        told = hashlib.sha256(f"{SEED}:P-00070".encode()).hexdigest()
        assert told == lot

    def test_chosen_by_risk(self, desk, sign_in):
        for hour in range(6):
            desk.world.directed(LONG_AGO.replace(hour=9 + hour))
        visit = self.visited(desk, self.plan(desk, by_risk=1, by_chance=1))
        shown = part_of(self.seen(visit, sign_in(desk.world.hung)), "vi-sao")
        assert f"{visit.plan_item.score}" in shown and "6 trên 6" in shown
        assert SEED not in shown

    def test_what_a_person_wrote_is_not_told(self, desk, sign_in):
        plan = desk.approved(year=2026)
        item = plan.items.get()
        visit = desk.opened(trigger="plan", plan_item=item, evidence="")
        assert "phản ánh của báo chí" in str(item.reasons)
        assert "phản ánh của báo chí" not in self.seen(visit, sign_in(desk.world.hung))

    def test_the_same_seed_draws_the_same_sample_whatever_was_entered_first(self, desk):
        """Two inspections of one period with one seed draw the same dossiers into the same places,
        another seed others."""
        for hour in range(10):
            desk.world.submitted(LONG_AGO.replace(hour=8 + hour))
        drawn = []
        for seed in (SEED, SEED, "hat-giong-02"):
            visit = visiting.prepare(visit=desk.visit(), by=desk.by(desk.hoa), now=NOW, seed=seed)
            visiting.decide(visit, days=2, version=None, by=desk.by(desk.quang), now=NOW)
            visiting.open_visit(visit, version=None, by=desk.by(desk.hoa), now=NOW)
            visiting.draw_sample(visit, size=4, version=None, by=desk.by(desk.hoa), now=NOW)
            rows = visit.sample.order_by("position").values_list("dossier__code", flat=True)
            drawn.append(list(rows))
        assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.once
class TestThroughTheForms:
    """Lines 3 and 5: what the verbs refuse, the pages refuse too, and nothing typed is lost."""

    def test_nobody_is_sent_to_the_own_agency(self, desk, sign_in):
        with recording.recorded(may_be_idle=True):
            Appointment.objects.create(
                user=desk.nga, agency=desk.world.ward, role=Role.AGENCY_OFFICER,
                post="Chuyên viên", started_on=date(2026, 10, 1), ended_on=date(2026, 10, 31),
            )  # fmt: skip
        hoa = sign_in(desk.hoa)
        form = {
            **open_form(hoa, "inspections:prepare"),
            "agency": "P-00070", "trigger": "order", "evidence": "Theo Công văn số 12/UBND-NC.",
            "scope": "Việc chấp hành thời hạn", "period_from": "01/10/2026",
            "period_to": "25/11/2026", "planned_on": "26/11/2026", "announced": "no",
            f"team_{desk.hoa.pk}": "lead", f"team_{desk.nga.pk}": "secretary",
        }  # fmt: skip
        answer = hoa.post(reverse("inspections:prepare"), form)
        assert answer.status_code == 422 and not Inspection.objects.exists()
        assert "Đặng Thu Nga" in answer.content.decode()
        assert fields(answer)["scope"] == "Việc chấp hành thời hạn"

    @pytest.mark.parametrize("page", ["decide_visit", "approve_plan"])
    def test_who_prepared_it_and_became_director_does_not_decide_it(self, desk, sign_in, page):
        """S1 with a change of role, by address: visit and plan."""
        key = desk.prepared().public_id if page == "decide_visit" else desk.plan().code
        with recording.recorded(may_be_idle=True):
            desk.hoa.appointments.update(role=Role.HOME_AFFAIRS_DIRECTOR, post="Giám đốc")
        hoa, address = sign_in(desk.hoa), reverse(f"inspections:{page}", args=[key])
        for answer in (hoa.get(address), hoa.post(address, {"days": 2})):
            assert answer.status_code == 403
        assert not Paper.objects.exists()

    def test_the_author_who_became_director_does_not_void_the_record(self, desk, sign_in):
        record = desk.final()
        with recording.recorded(may_be_idle=True):
            desk.hoa.appointments.update(role=Role.HOME_AFFAIRS_DIRECTOR, post="Giám đốc")
        address = reverse("inspections:void_record", args=[record.public_id])
        assert sign_in(desk.hoa).post(address, {"reason": "Nhầm."}).status_code == 403
        assert not hasattr(Paper.objects.get(pk=record.paper_id), "void")

    def test_who_was_transferred_writes_no_more_and_stays_the_author(self, desk, sign_in):
        """S8: Hoa goes to the ward that she inspects, in the middle of her session."""
        record = desk.sent()
        hoa = sign_in(desk.hoa)
        page = reverse("inspections:record", args=[record.public_id])
        assert hoa.get(page).status_code == 200
        with recording.recorded(may_be_idle=True):
            desk.hoa.appointments.update(ended_on=NOW.date() - timedelta(days=1))
            person("hoa", "", Role.AGENCY_CLERK, desk.world.ward, "Văn thư", since=NOW.date())
        for name in ("sign_record", "take_back_record", "finalise_record", "add_exhibits"):
            address = reverse(f"inspections:{name}", args=[record.public_id])
            assert hoa.post(address, {"reason": "x"}).status_code in {403, 404}, name
        assert hoa.get(page).status_code == 404
        assert fresh(record).author == desk.hoa
        assert fresh(record).state == Record.State.SENT


@pytest.mark.once
class TestTwoHeadsOnThePaper:
    """Line 6: the paper of each names the person, the post and the days of that person alone."""

    def test_each_is_named_for_their_own_days(self, told, sign_in):
        hungs, yens = sorted(told.drawn(), key=lambda one: one.head_id != told.world.hung.pk)
        khanh = sign_in(told.world.hoa)
        for record, mine, other in ((hungs, told.limits[:2], told.limits[2:]),
                                    (yens, told.limits[2:], told.limits[:2])):  # fmt: skip
            page = content_of(
                khanh.get(reverse("inspections:duty_record", args=[record.public_id])).content
            )
            assert record.head_name in page
            for limit in mine:
                assert f"{limit.due_on:%d/%m/%Y}" in page
            for limit in other:
                assert f"{limit.due_on:%d/%m/%Y}" not in page
