"""A record: drafted, sent, answered in its own words, signed or not."""

from datetime import date, timedelta

import pytest

from accounts.models import Appointment, Message
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from agencies.models import Agency
from inspections.models import Finding, Inspection, Record, Signature
from inspections.transitions import answering, beginning, records
from inspections.transitions.records import Written
from inspections.transitions.rows import Stale, Unfit
from ledger.models import Event
from tests.inspections.desk import LAST, LONG_AGO
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db
_Side, _State = Signature.Side, Record.State


def new_head(world, on: date):
    Appointment.objects.filter(user=world.hung).update(ended_on=on - timedelta(days=1))
    return person(
        "dung", "Hoàng Tiến Dũng", Role.AGENCY_HEAD, world.ward, "Quyền Chủ tịch", since=on
    )


class TestRaise:
    def test_the_record_names_the_head_and_copies_the_facts(self, desk):
        record = desk.record()
        assert (record.head, record.head_name) == (desk.world.hung, "Nguyễn Văn Hùng")
        assert (record.period_from, record.period_to) == (date(2026, 10, 1), LAST)
        finding = record.findings.get()
        assert finding.facts["late"] and finding.time_limit.subject_code == "HS2026-00001"
        assert [one["name"] for one in record.present if one["side"] == "team"] == [
            "Bùi Thị Hoa", "Đặng Thu Nga",
        ]  # fmt: skip

    def test_a_head_changed_in_mid_period_gives_two_records(self, desk):
        first = desk.world.directed(LONG_AGO).time_limit
        dung = new_head(desk.world, date(2026, 11, 2))
        second = desk.world.directed(hanoi(2026, 11, 9, 9), signed_by=dung.full_name,
                                     initialled_by=dung.full_name).time_limit  # fmt: skip
        made = desk.records()
        by_head = {record.head_name: record for record in made}
        assert set(by_head) == {"Nguyễn Văn Hùng", "Hoàng Tiến Dũng"}
        hung, dung_ = by_head["Nguyễn Văn Hùng"], by_head["Hoàng Tiến Dũng"]
        assert [one.time_limit for one in hung.findings.all()] == [first]
        assert [one.time_limit for one in dung_.findings.all()] == [second]
        assert (hung.period_from, hung.period_to) == (date(2026, 10, 1), date(2026, 11, 1))
        assert (dung_.period_from, dung_.period_to) == (date(2026, 11, 2), LAST)

    def test_a_head_who_came_later_answers_for_no_day_before(self, desk):
        desk.world.directed(LONG_AGO)
        dung = new_head(desk.world, date(2026, 11, 2))
        desk.records()
        mine = Record.objects.get(head=dung)
        assert not mine.findings.exists()  # Dũng is there on the day, and nothing is Dũng's
        assert Record.objects.get(head=desk.world.hung).findings.count() == 1

    def test_heads_of_agencies_that_went_into_it_are_known_for_their_days(self, desk):
        heir = Agency.objects.filter(
            predecessors__valid_to=date(2025, 6, 30), valid_to__isnull=True
        ).first()
        former = heir.predecessors.filter(valid_to=date(2025, 6, 30)).first()
        person(
            "ba", "Lý Văn Ba", Role.AGENCY_HEAD, former, "Chủ tịch", since=date(2024, 1, 1),
            until=date(2025, 6, 30),
        )  # fmt: skip
        person("tu", "Lý Văn Tư", Role.AGENCY_HEAD, heir, "Chủ tịch", since=date(2025, 7, 1))
        inspection = desk.prepared(
            agency=heir, period_from=date(2025, 5, 1), period_to=date(2025, 8, 31)
        )
        found = [
            (term.post.user.full_name, term.first, term.last)
            for term in beginning.terms_of(inspection).values()
        ]
        assert found == [
            ("Lý Văn Ba", date(2025, 5, 1), date(2025, 6, 30)),
            ("Lý Văn Tư", date(2025, 7, 1), date(2025, 8, 31)),
        ]

    def test_each_head_gets_one_record(self, desk):
        record = desk.record()
        inspection = record.inspection
        with pytest.raises(Unfit):
            beginning.raise_records(inspection, version=None, by=desk.by(desk.hoa), now=NOW)
        assert Record.objects.count() == 1

    def test_only_the_team_writes(self, desk):
        inspection = desk.opened()
        inspection.team.filter(user=desk.hoa).delete()
        with pytest.raises(NotAllowed):
            beginning.raise_records(inspection, version=None, by=desk.by(desk.hoa), now=NOW)

    def test_after_overdue_limits_each_of_them_is_a_finding(self, desk):
        for hour in range(3):
            desk.world.directed(LONG_AGO.replace(hour=9 + hour))
        inspection = desk.opened(trigger=Inspection.Trigger.SIGNAL)
        [record] = beginning.raise_records(inspection, version=None, by=desk.by(desk.hoa), now=NOW)
        assert record.findings.count() == 3


class TestWriting:
    def test_a_form_of_an_older_version_is_refused(self, desk):
        record = desk.record()
        with pytest.raises(Stale):
            records.edit_record(
                record, written=Written(), version=record.version - 1, by=desk.by(desk.nga), now=NOW
            )

    def test_the_team_stays_as_decided(self, desk):
        record = desk.record()
        desk.written(record, present=[{"side": "witness", "name": "Ông Bình", "post": "Tổ trưởng"}])
        record.refresh_from_db()
        assert [one["side"] for one in record.present] == ["team", "team", "witness"]

    def test_a_finding_of_another_head_does_not_come_in(self, desk):
        record = desk.record()
        dung = new_head(desk.world, date(2026, 11, 2))
        limit = desk.world.directed(hanoi(2026, 11, 9, 9), signed_by=dung.full_name,
                                    initialled_by=dung.full_name).time_limit  # fmt: skip
        with pytest.raises(Unfit) as refusal:
            records.add_findings(
                record, limits=[limit], version=None, by=desk.by(desk.hoa), now=NOW
            )
        assert "Hoàng Tiến Dũng" in refusal.value.sentence

    def test_nor_one_of_another_agency(self, desk):
        record = desk.record()
        limit = desk.world.limit(LONG_AGO, agency=desk.world.other_ward)
        with pytest.raises(Unfit):
            records.add_findings(
                record, limits=[limit], version=None, by=desk.by(desk.hoa), now=NOW
            )

    def test_a_finding_is_noted_and_taken_out_with_the_reason(self, desk):
        finding = desk.record().findings.get()
        facts = finding.facts
        by = desk.by(desk.nga)
        records.note_finding(finding, note="Không có sổ.", version=None, by=by, now=NOW)
        finding.refresh_from_db()
        assert (finding.note, finding.facts) == ("Không có sổ.", facts)
        records.remove_finding(finding, reason="Trùng.", version=None, by=by, now=NOW)
        assert not Finding.objects.exists()
        assert Event.objects.get(action="finding_removed").reason == "Trùng."

    def test_exhibits_keep_their_checksum_and_leave_a_trace(self, desk):
        record = desk.record()
        staged = desk.world.staged(desk.hoa, "anh.jpg")
        [exhibit] = records.add_exhibits(
            record, caption="Tủ hồ sơ", files=[staged], version=None, by=desk.by(desk.hoa), now=NOW
        )
        assert exhibit.sha256 == staged.sha256
        records.remove_exhibit(exhibit, reason="Mờ.", version=None, by=desk.by(desk.hoa), now=NOW)
        assert Event.objects.get(action="exhibit_removed").before["sha256"] == staged.sha256

    def test_an_incomplete_record_is_not_sent(self, desk):
        record = desk.written(desk.record(), place="", method="")
        with pytest.raises(Unfit):
            answering.send(record, version=None, by=desk.by(desk.hoa), now=NOW)


class TestOpinion:
    def test_the_head_says_it_in_own_words_once(self, desk):
        record = desk.answered()
        assert record.opinion_text == "Hồ sơ chậm do chờ ý kiến Sở Tài chính."
        assert Message.objects.filter(recipient=desk.hoa, kind="record_answered").exists()
        with pytest.raises(Conflict):
            desk.answered(record=record)

    def test_who_disagrees_says_what_with(self, desk):
        with pytest.raises(Unfit):
            answering.give_opinion(
                desk.sent(), opinion="disagrees", text=" ", version=None,
                by=desk.by(desk.world.hung), now=NOW,
            )  # fmt: skip

    @pytest.mark.parametrize("who", ["lan", "tuan", "minh", "thu", "an"])
    def test_nobody_else_answers(self, desk, who):
        record = desk.sent()
        with pytest.raises(NotAllowed):
            answering.give_opinion(
                record, opinion="agrees", text="", version=None,
                by=desk.by(getattr(desk.world, who)), now=NOW,
            )  # fmt: skip

    def test_the_author_does_not_answer_the_own_record(self, desk):
        with pytest.raises(NotAllowed):
            answering.give_opinion(
                desk.sent(), opinion="agrees", text="", version=None, by=desk.by(desk.hoa), now=NOW
            )

    def test_a_head_who_left_still_answers_for_the_own_days(self, desk):
        record = desk.sent()
        new_head(desk.world, date(2026, 11, 26))  # and Hùng has another post elsewhere
        later = NOW + timedelta(days=2)
        person(
            "hung", "", Role.AGENCY_OFFICER, desk.world.other_ward, "Chuyên viên",
            since=date(2026, 11, 26),
        )  # fmt: skip
        by = desk.by(desk.world.hung, later)
        assert Record.objects.visible_to(by).filter(pk=record.pk).exists()
        answering.give_opinion(record, opinion="agrees", text="", version=None, by=by, now=later)

    def test_taking_the_record_back_keeps_the_words_in_the_ledger(self, desk):
        record = desk.signed()
        answering.take_back(
            record, reason="Bổ sung số liệu.", version=None, by=desk.by(desk.hoa), now=NOW
        )
        record.refresh_from_db()
        assert (record.state, record.opinion_text) == (_State.DRAFTING, "")
        event = Event.objects.get(action="record_taken_back")
        assert event.before["opinion_text"] == "Hồ sơ chậm do chờ ý kiến Sở Tài chính."
        assert len(event.before["signatures"]) == 3 and not record.signatures.exists()


class TestSignatures:
    def test_not_signing_needs_reason_and_witness(self, desk):
        record = desk.sent()
        with pytest.raises(Unfit):
            desk.sign(
                record, _Side.INSPECTED, "A", "B", signed_on=None, refused_reason="Không nhất trí"
            )
        with pytest.raises(Unfit):
            desk.sign(record, _Side.INSPECTED, "A", "B", refused_reason="x", witness="y")
        made = desk.sign(
            record, _Side.INSPECTED, "A", "B", signed_on=None, refused_reason="Không nhất trí",
            witness="Ông Bình, Tổ trưởng dân phố",
        )  # fmt: skip
        assert made.refused_reason == "Không nhất trí"

    @pytest.mark.parametrize("side", [_Side.SECRETARY, _Side.LEAD])
    def test_the_team_cannot_decline(self, desk, side):
        with pytest.raises(Unfit):
            desk.sign(desk.sent(), side, "A", "B", signed_on=None, refused_reason="x", witness="y")

    def test_nobody_signs_ahead_or_before_the_visit(self, desk):
        record = desk.sent()
        for day in (date(2026, 11, 26), date(2026, 11, 24)):
            with pytest.raises(Unfit):
                desk.sign(record, _Side.LEAD, "A", "B", signed_on=day)

    def test_entered_again_it_replaces_and_the_ledger_keeps_both(self, desk):
        record = desk.sent()
        desk.sign(record, _Side.LEAD, "Nhầm tên", "B")
        desk.sign(record, _Side.LEAD, "Bùi Thị Hoa", "B")
        assert record.signatures.get().name == "Bùi Thị Hoa"
        last = Event.objects.filter(action="record_signed").order_by("-pk").first()
        assert (last.before["name"], last.after["name"]) == ("Nhầm tên", "Bùi Thị Hoa")
