"""Records of lateness without a visit: who is named for which days, and once."""

from datetime import date

import pytest

from accounts.refusals import Conflict, NotAllowed
from agencies.models import Agency
from deadlines.models import TimeLimit
from documents.models import Paper
from inspections import duty
from inspections.duty import signals
from inspections.models import Finding, Record
from ledger import recording
from tests.inspections.duty.story import PERIOD, fresh
from tests.world import NOW


def draw(told, limits, by=None, period=PERIOD):
    return duty.draw_up(
        limits=[limit.pk for limit in limits],
        agency=told.world.ward,
        period=period,
        by=by or told.by(told.world.hoa),
        now=NOW,
    )


class TestTwoHeads:
    def test_each_is_named_for_their_own_days(self, told):
        """A head changed in mid-period: a record for each, with their own limits."""
        records = {record.head_name: record for record in told.drawn()}
        assert set(records) == {"Nguyễn Văn Hùng", "Mai Hải Yến"}
        of = {
            name: set(record.findings.values_list("time_limit_id", flat=True))
            for name, record in records.items()
        }
        assert of["Nguyễn Văn Hùng"] == {limit.pk for limit in told.limits[:2]}
        assert of["Mai Hải Yến"] == {told.limits[2].pk}

    def test_the_facts_are_copied_and_name_the_head_of_that_day(self, told):
        record = told.drafted()
        facts = record.findings.order_by("position").first().facts
        assert facts["head"]["name"] == "Nguyễn Văn Hùng"
        assert facts["breach_on"] == "2026-10-05"
        assert facts["days_late"] > 0

    def test_a_final_record_keeps_its_words_whatever_changes(self, told):
        """Agency renamed, dossier and limit changed afterwards: nothing moves (line 2)."""
        record = told.final()
        before = record.paper.content
        with recording.recorded():
            recording.append(
                by=recording.Author(name="test"), action="t", kind="t", code="t", now=NOW
            )
            Agency.objects.filter(pk=told.world.ward.pk).update(name="Tên khác")
            TimeLimit.objects.filter(pk=told.limits[0].pk).update(subject_title="Việc khác")
        record = fresh(record)
        assert record.paper.content == before
        assert record.agency_name == "UBND phường Hoàn Kiếm"
        assert record.findings.first().facts["matter"] == "Một việc"


class TestOnce:
    def test_a_limit_stands_in_one_record_of_its_head(self, told):
        told.drawn()
        with pytest.raises(duty.Recorded):
            told.drawn()
        assert Finding.objects.count() == 3

    def test_all_or_none(self, told):
        draw(told, told.limits[:1])
        with pytest.raises(duty.Recorded):
            told.drawn()
        assert Record.objects.count() == 1

    def test_what_was_dropped_or_declared_void_can_be_taken_up_again(self, told):
        record = told.drafted()
        duty.drop(record, reason="Nhầm.", version=None, by=told.by(told.world.hoa), now=NOW)
        assert signals.unrecorded().count() == 2
        assert draw(told, told.limits[:2])

    def test_a_void_record_frees_its_limits_and_keeps_its_number(self, told):
        record = told.final()
        duty.void(record, reason="Sai số liệu.", by=told.by(told.dung), now=NOW)
        assert signals.unrecorded().count() == 2
        assert Paper.objects.get(kind=Paper.Kind.RECORD).ref == "01/BB-SNV"

    def test_a_limit_that_is_not_late_or_out_of_the_period_is_refused(self, told):
        running = told.world.limit(NOW)
        with pytest.raises(duty.Recorded):
            draw(told, [running])
        with pytest.raises(duty.Recorded):
            draw(told, told.limits, period=duty.Period(date(2026, 11, 1), date(2026, 11, 30)))
        assert not Record.objects.exists()

    def test_requests_of_home_affairs_are_no_signals(self, told):
        """An explanation that came late is settled in its own record."""
        record = told.asked()
        limit = record.explanation.time_limit
        late = duty.Answer("Vì", "objective", late_reason="Muộn.")
        duty.answer_explanation(
            record, answer=late, version=None, by=told.by(told.world.hung), now=limit.due_at
        )
        assert limit.flags.exists()
        assert not signals.flagged().filter(time_limit=limit).exists()


class TestRights:
    def test_inspectors_draft_and_nobody_else(self, told):
        people = (told.dung, told.world.minh, told.world.thu, told.world.an, told.yen)
        for user in people:
            with pytest.raises(NotAllowed):
                draw(told, told.limits, by=told.by(user))

    def test_the_author_does_not_declare_void(self, told):
        record = told.final()
        for user in (told.world.hoa, told.khanh, told.world.minh, told.world.hung):
            with pytest.raises(NotAllowed):
                duty.void(record, reason="Sai.", by=told.by(user), now=NOW)

    def test_a_void_record_carries_nothing(self, told):
        record = told.final()
        duty.void(record, reason="Sai số liệu.", by=told.by(told.dung), now=NOW)
        record = fresh(record)
        with pytest.raises(duty.WrongState):
            duty.conclude(record, text="Chậm.", version=None, by=told.by(told.dung), now=NOW)
        with pytest.raises(duty.WrongState):
            duty.draft_proposal(
                record, draft=told.draft(), version=None, by=told.by(told.world.hoa), now=NOW
            )

    def test_a_record_under_an_open_proposal_cannot_be_declared_void(self, told):
        proposal = told.proposed()
        with pytest.raises(Conflict):
            duty.void(proposal.record, reason="Sai.", by=told.by(told.dung), now=NOW)


def test_numbers_follow_one_another_without_a_gap(told):
    """A refused act gives its number back."""
    record = told.final()
    assert record.paper.ref == "01/BB-SNV"
    with pytest.raises(duty.WrongState):
        duty.finalise(record, version=None, by=told.by(told.world.hoa), now=NOW)
    yens = Record.objects.get(head=told.yen)
    duty.ask_explanation(
        yens,
        text="Vì sao?",
        last_day=date(2026, 12, 2),
        version=None,
        by=told.by(told.world.hoa),
        now=NOW,
    )
    duty.answer_explanation(
        yens,
        answer=duty.Answer("Vì", "objective"),
        version=None,
        by=told.by(told.yen),
        now=NOW,
    )
    duty.finalise(yens, version=None, by=told.by(told.world.hoa), now=NOW)
    assert fresh(yens).paper.ref == "02/BB-SNV"
