"""A record gets its number once all sides are entered, and says the same for ever."""

import json
from datetime import date, timedelta

import pytest

from accounts.models import Appointment, Message
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from deadlines.models import CalendarDay, TimeLimit
from documents import printing
from documents.models import Paper
from inspections import duty
from inspections.models import ExplanationRequest, Finding, Record, Signature
from inspections.papers.record import data_of
from inspections.transitions import answering, finalising, records
from inspections.transitions.answering import Signed
from inspections.transitions.finalising import AlreadyCorrected, NotComplete
from inspections.transitions.records import Written
from ledger import pins, recording
from tests.world import NOW, person

pytestmark = pytest.mark.django_db
_Side, _State = Signature.Side, Record.State


def new_head(world, on: date):
    Appointment.objects.filter(user=world.hung).update(ended_on=on - timedelta(days=1))
    return person(
        "dung", "Hoàng Tiến Dũng", Role.AGENCY_HEAD, world.ward, "Quyền Chủ tịch", since=on
    )


class TestFinalise:
    def test_number_frozen_content_and_digest_come_together(self, desk):
        record = desk.final()
        paper = record.paper
        assert (record.state, paper.ref, paper.kind) == (_State.FINALISED, "01/BB-SNV", "BB")
        said = paper.content["record"]
        assert said["findings"][0]["facts"]["late"]
        assert {one["side"] for one in said["signatures"]} == set(_Side.values)
        assert said["opinion_text"] == "Hồ sơ chậm do chờ ý kiến Sở Tài chính."
        assert paper.content["extracted_by"] == "Bùi Thị Hoa"
        assert Message.objects.filter(recipient=desk.world.hung, kind="record_served").exists()

    def test_an_exhibit_is_frozen_with_its_checksum(self, desk):
        record = desk.record()
        staged = desk.world.staged(desk.hoa, "anh.jpg")
        records.add_exhibits(
            record, caption="", files=[staged], version=None, by=desk.by(desk.hoa), now=NOW
        )
        final = desk.final(
            record=desk.signed(record=desk.answered(record=desk.sent(record=record)))
        )
        assert final.paper.content["record"]["exhibits"][0]["sha256"] == staged.sha256

    def test_no_side_is_left_out(self, desk):
        record = desk.answered()
        with pytest.raises(NotComplete):
            desk.final(record=record)
        assert not Paper.objects.filter(kind="BB").exists()

    def test_without_opinion_and_signature_the_reason_stands_in_the_record(self, desk):
        record = desk.sent()
        desk.sign(
            record, _Side.INSPECTED, "Nguyễn Văn Hùng", "Chủ tịch", signed_on=None,
            refused_reason="Không có mặt", witness="Ông Bình",
        )  # fmt: skip
        desk.sign(record, _Side.SECRETARY, "Đặng Thu Nga", "Thanh tra viên")
        desk.sign(record, _Side.LEAD, "Bùi Thị Hoa", "Chuyên viên")
        final = desk.final(record=record)
        said = json.dumps(final.paper.content["layout"], ensure_ascii=False)
        assert "không ký biên bản" in said and "Không có mặt" in said

    def test_not_while_an_explanation_is_awaited(self, desk):
        record = desk.signed()
        by = desk.by(desk.hoa)
        duty.ask_explanation(
            record, text="Vì sao chậm?", last_day=date(2026, 12, 1), version=None, by=by, now=NOW
        )
        record.refresh_from_db()
        with pytest.raises(NotComplete):
            desk.final(record=record)
        ExplanationRequest.objects.update(answered_at=NOW, answer="Do thiếu người.")
        assert desk.final(record=record).paper.ref == "01/BB-SNV"

    def test_the_author_alone(self, desk):
        record = desk.signed()
        for user in (desk.nga, desk.quang, desk.world.hung):
            with pytest.raises(NotAllowed):
                finalising.finalise(record, version=None, by=desk.by(user), now=NOW)

    def test_a_failure_gives_the_number_back(self, desk, monkeypatch):
        record = desk.signed()
        monkeypatch.setattr(finalising, "write", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.final(record=record)
        monkeypatch.undo()
        record.refresh_from_db()
        assert desk.final(record=record).paper.ref == "01/BB-SNV"

    def test_no_verb_changes_it_afterwards(self, desk):
        record = desk.final()
        finding = record.findings.get()
        before = (data_of(record), record.paper.digest)
        by = desk.by(desk.hoa)
        common = {"version": None, "by": by, "now": NOW}
        staged = desk.world.staged(desk.hoa, "anh.jpg")
        limits = list(TimeLimit.objects.all())
        signed = Signed(_Side.LEAD, "A", "B", signed_on=date(2026, 11, 25))
        for act in (
            lambda: records.edit_record(record, written=Written(), **common),
            lambda: records.add_findings(record, limits=limits, **common),
            lambda: records.note_finding(finding, note="x", **common),
            lambda: records.remove_finding(finding, reason="x", **common),
            lambda: records.add_exhibits(record, caption="", files=[staged], **common),
            lambda: answering.send(record, **common),
            lambda: answering.take_back(record, reason="x", **common),
            lambda: answering.sign(record, signed=signed, **common),
            lambda: answering.drop(record, reason="x", **common),
            lambda: finalising.finalise(record, **common),
        ):
            with pytest.raises(Conflict):
                act()
        record.refresh_from_db()
        assert (data_of(record), record.paper.digest) == before

    def test_what_changes_in_the_world_changes_nothing_in_it(self, desk):
        """Calendar, name of the agency, head and dossier move on; the record does not."""
        record = desk.final()
        paper = Paper.objects.get(pk=record.paper_id)
        content = json.dumps(paper.content, sort_keys=True)
        printed = printing.layout_of(paper)
        with recording.recorded(may_be_idle=True):
            CalendarDay.objects.filter(date__year=2026).delete()
            desk.world.ward.name = "UBND phường Đổi Tên"
            desk.world.ward.save()
            new_head(desk.world, date(2026, 10, 5))
            desk.world.hung.full_name = "Người Khác"
            desk.world.hung.save()
            dossier = record.inspection.sample.get().dossier
            dossier.matter = "Việc khác"
            dossier.save()
            TimeLimit.objects.update(due_on=date(2027, 1, 1), subject_title="Việc khác")
        record, paper = Record.objects.get(pk=record.pk), Paper.objects.get(pk=paper.pk)
        assert json.dumps(paper.content, sort_keys=True) == content
        assert printing.layout_of(paper) == printed
        assert (record.agency_name, record.head_name) == (
            "UBND phường Hoàn Kiếm",
            "Nguyễn Văn Hùng",
        )
        assert record.findings.get().facts["days_late"] == 29
        assert list(pins.faults()) == []

    @pytest.mark.parametrize("what", ["field", "facts", "signature", "opinion"])
    def test_a_row_edited_in_the_database_is_named(self, desk, what):
        record = desk.final()
        assert list(pins.faults()) == []
        with recording.recorded(may_be_idle=True):
            if what == "field":
                Record.objects.update(shortcomings="Không có tồn tại.")
            elif what == "opinion":
                Record.objects.update(opinion_text="Nhất trí.")
            elif what == "signature":
                Signature.objects.filter(side="lead").update(name="Người Khác")
            else:
                finding = record.findings.get()
                Finding.objects.update(facts={**finding.facts, "days_late": 0})
        [fault] = pins.faults()
        assert fault.name == "record" and fault.code == str(record.public_id)


class TestVoidAndCorrect:
    def test_the_director_declares_it_void_with_the_reason(self, desk):
        record = desk.final()
        finalising.void(
            record, reason="Nhầm đơn vị.", version=None, by=desk.by(desk.quang), now=NOW
        )
        record.refresh_from_db()
        assert record.paper.void.reason == "Nhầm đơn vị." and record.state == _State.FINALISED
        with pytest.raises(Conflict):
            finalising.void(record, reason="x", version=None, by=desk.by(desk.quang), now=NOW)
        assert list(pins.faults()) == []

    def test_never_its_author(self, desk):
        record = desk.final()
        Appointment.objects.create(
            user=desk.hoa, agency=desk.world.home_affairs, role=Role.HOME_AFFAIRS_DIRECTOR,
            post="Giám đốc", started_on=date(2026, 11, 25),
        )  # fmt: skip
        for user in (desk.hoa, desk.nga, desk.world.minh):
            with pytest.raises(NotAllowed):
                finalising.void(record, reason="x", version=None, by=desk.by(user), now=NOW)

    def test_a_correction_is_a_new_record_that_names_the_old(self, desk):
        old = desk.final()
        fresh = finalising.correct(
            old, reason="Sai ngày.", version=None, by=desk.by(desk.hoa), now=NOW
        )
        assert (fresh.state, fresh.corrects, fresh.findings.count()) == (_State.DRAFTING, old, 1)
        assert fresh.findings.get().facts == old.findings.get().facts
        final = desk.final(record=desk.signed(record=desk.answered(record=desk.sent(record=fresh))))
        assert final.paper.ref == "02/BB-SNV" and final.paper.corrects == old.paper
        old.refresh_from_db()
        assert old.paper.content["record"]["corrects"] == "" and old.state == _State.FINALISED

    def test_once(self, desk):
        old = desk.final()
        by = desk.by(desk.hoa)
        finalising.correct(old, reason="x", version=None, by=by, now=NOW)
        with pytest.raises((AlreadyCorrected, Conflict)):
            finalising.correct(old, reason="x", version=None, by=by, now=NOW)

    def test_a_dropped_draft_keeps_no_number(self, desk):
        record = desk.sent()
        with pytest.raises(NotAllowed):
            answering.drop(record, reason="x", version=None, by=desk.by(desk.nga), now=NOW)
        answering.drop(record, reason="Lập nhầm.", version=None, by=desk.by(desk.hoa), now=NOW)
        record.refresh_from_db()
        assert record.state == _State.DROPPED
        assert not Paper.objects.filter(kind="BB").exists()
