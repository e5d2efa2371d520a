"""The explanation comes first and cannot be skipped, by any entrance (domain.md §9 item 8)."""

import uuid
from datetime import date, timedelta

import pytest

from accounts.models import Appointment, Message, MessageKind
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from agencies.models import InternalUnit
from deadlines import sweeping
from deadlines.models import OverdueFlag, TimeLimit
from documents.models import Paper
from inspections import duty
from inspections.models import Exhibit, ExplanationRequest, Proposal, Record
from ledger import recording
from ledger.models import Event
from tests.inspections.duty.story import ANSWER_BY, fresh
from tests.world import NOW, hanoi, person

AFTER = hanoi(2026, 12, 3, 8)
ANSWER = duty.Answer("Thiếu cán bộ địa chính.", "objective", "objective", "Đã báo cáo trước.")


def answer(told, record, by=None, now=NOW, **changes):
    facts = {"answer": ANSWER, "version": None, "now": now, **changes}
    by = by or told.by(told.world.hung, now)
    return duty.answer_explanation(record, by=by, **facts)


class TestAsking:
    def test_starts_a_limit_of_its_own_issues_a_letter_and_serves_the_record(self, told):
        record = told.asked()
        asked = record.explanation
        assert record.state == Record.State.SENT
        assert asked.time_limit.due_on == ANSWER_BY
        assert asked.time_limit.rule.code == "task_by_date"
        assert asked.time_limit.code == f"TN-{record.public_id.hex}/giai-trinh"
        assert asked.paper.kind == Paper.Kind.LETTER
        assert asked.paper.ref == "01/SNV"
        assert asked.paper.content["person"] == "Nguyễn Văn Hùng"

    def test_the_letter_names_the_unit_of_whoever_asks_and_its_numbers_run_on(self, told):
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(
                agency=told.world.home_affairs, name="Phòng Công chức, viên chức", code="CCVC"
            )
            told.world.hoa.appointments.update(unit=unit)
        hoa = told.by(told.world.hoa)
        papers = [
            duty.ask_explanation(
                record, text="Vì sao?", last_day=ANSWER_BY, version=None, by=hoa, now=NOW
            ).paper
            for record in told.drawn()
        ]
        assert [paper.ref for paper in papers] == ["01/SNV-CCVC", "02/SNV-CCVC"]
        assert papers[0].series.symbol == "SNV"

    def test_tells_the_person_alone(self, told):
        told.asked()
        news = Message.objects.filter(kind=MessageKind.EXPLANATION_ASKED)
        assert [one.recipient.username for one in news] == ["hung"]

    def test_says_nothing_in_lists_of_the_agency(self, told):
        """A clerk of the ward sees a limit with a neutral title and nothing of the request."""
        record = told.yen_asked()
        seen = TimeLimit.objects.visible_to(told.by(told.world.lan)).get(
            subject_code=f"TN-{record.public_id.hex}"
        )
        assert seen.subject_title == "Yêu cầu giải trình của Sở Nội vụ"

    def test_the_limit_follows_a_person_who_moved(self, told):
        """Yến, who heads the ward now, is not reminded of what Hùng owes in his new post."""
        asked = told.asked().explanation
        assert asked.time_limit.agency == told.world.other_ward
        assert asked.time_limit.officer == told.world.hung

    def test_needs_a_text_and_a_later_working_day(self, told):
        record, by = told.drafted(), told.by(told.world.hoa)
        for text, day in (("", ANSWER_BY), ("Giải trình.", NOW.date())):
            with pytest.raises(duty.Unfit):
                duty.ask_explanation(record, text=text, last_day=day, version=None, by=by, now=NOW)
        assert not ExplanationRequest.objects.exists()

    def test_is_done_once(self, told):
        record = told.asked()
        with pytest.raises(duty.WrongState):
            duty.ask_explanation(
                record,
                text="Lần hai.",
                last_day=ANSWER_BY,
                version=None,
                by=told.by(told.world.hoa),
                now=NOW,
            )

    def test_is_for_inspectors_of_home_affairs(self, told):
        record = told.drafted()
        others = (told.world.hung, told.yen, told.world.minh, told.dung, told.world.an)
        for user in others:
            with pytest.raises(NotAllowed):
                duty.ask_explanation(
                    record,
                    text="Giải trình.",
                    last_day=ANSWER_BY,
                    version=None,
                    by=told.by(user),
                    now=NOW,
                )


class TestAnswering:
    def test_meets_the_limit_and_keeps_every_word(self, told):
        record = told.asked()
        asked = answer(told, record)
        assert asked.answer == ANSWER.text
        assert (asked.cause, asked.exemption) == ("objective", "objective")
        assert asked.time_limit.met_at == NOW
        assert asked.answered_by == told.world.hung

    def test_keeps_files_as_exhibits(self, told):
        record = told.asked()
        answer(told, record, files=[told.world.staged(told.world.hung, "cong-van.pdf")])
        assert Exhibit.objects.get().record == record

    def test_nobody_answers_for_the_person(self, told):
        """Neither the present head of the ward, nor its clerk, nor Home Affairs."""
        record = told.asked()
        others = (told.yen, told.world.lan, told.world.tuan, told.world.hoa, told.dung)
        for user in others:
            with pytest.raises(NotAllowed):
                answer(told, record, by=told.by(user))

    def test_a_person_who_moved_or_has_no_post_answers(self, told):
        """Whatever post Hùng holds now, he is the one who was head."""
        record = told.asked()
        Appointment.objects.filter(user=told.world.hung, ended_on=None).delete()
        assert not told.by(told.world.hung).posts
        assert answer(told, record).is_settled

    def test_late_needs_a_reason(self, told):
        record = told.asked()
        with pytest.raises(duty.Unfit) as refused:
            answer(told, record, now=AFTER)
        assert refused.value.field == "late_reason"
        late = duty.Answer("Thiếu cán bộ.", "subjective", late_reason="Đi công tác.")
        asked = answer(told, record, now=AFTER, answer=late)
        assert asked.late_reason == "Đi công tác."
        assert asked.time_limit.met_late

    def test_the_last_instant_counts_the_due_instant_is_late(self, told):
        record = told.asked()
        due = record.explanation.time_limit.due_at
        with pytest.raises(duty.Unfit):
            answer(told, record, now=due)
        asked = answer(told, record, now=due - timedelta(microseconds=1))
        assert not asked.time_limit.met_late

    def test_needs_words_and_a_cause(self, told):
        record = told.asked()
        for said in (duty.Answer("", "objective"), duty.Answer("Vì", ""), duty.Answer("Vì", "x")):
            with pytest.raises(duty.Unfit):
                answer(told, record, answer=said)
        with pytest.raises(duty.Unfit):
            answer(told, record, answer=duty.Answer("Vì", "objective", "no such ground"))

    def test_happens_once(self, told):
        record = told.answered()
        with pytest.raises(Conflict):
            answer(told, record)


class TestSilence:
    def test_is_recorded_after_the_due_instant_only(self, told):
        record = told.asked()
        due, by = record.explanation.time_limit.due_at, told.by(told.world.hoa, AFTER)
        with pytest.raises(duty.TooEarly):
            duty.record_silence(record, version=None, by=by, now=due - timedelta(microseconds=1))
        asked = duty.record_silence(record, version=None, by=by, now=due)
        assert asked.silent_at == due

    def test_meets_nothing_the_breach_stays(self, told):
        record = told.asked()
        by = told.by(told.khanh, AFTER)
        asked = duty.record_silence(record, version=None, by=by, now=AFTER)
        asked.time_limit.refresh_from_db()
        assert asked.time_limit.lifted
        assert asked.time_limit.met_late
        assert OverdueFlag.objects.filter(time_limit=asked.time_limit).count() == 1
        assert sweeping.flag_overdue(AFTER + timedelta(days=1)).flagged == 0

    def test_nothing_can_be_answered_after_it(self, told):
        record = told.asked()
        duty.record_silence(record, version=None, by=told.by(told.world.hoa, AFTER), now=AFTER)
        late = duty.Answer("Vì", "objective", late_reason="Muộn.")
        with pytest.raises(duty.WrongState):
            answer(told, record, now=AFTER, answer=late)

    def test_is_for_inspectors(self, told):
        record = told.asked()
        for user in (told.world.hung, told.yen, told.world.minh, told.dung):
            with pytest.raises(NotAllowed):
                duty.record_silence(record, version=None, by=told.by(user, AFTER), now=AFTER)


class TestSkipping:
    """Every way past the explanation is closed: verb, state, page."""

    def test_by_the_verbs(self, told):
        by = told.by(told.world.hoa)
        for record in told.unsettled():
            with pytest.raises(duty.NotSettled):
                duty.finalise(record, version=None, by=by, now=NOW)
            with pytest.raises(duty.NotSettled):
                duty.conclude(record, text="Kết luận.", version=None, by=told.by(told.dung),
                              now=NOW)  # fmt: skip
            with pytest.raises(duty.NotSettled):
                duty.draft_proposal(record, draft=told.draft(), version=None, by=by, now=NOW)
        assert not Paper.objects.filter(kind=Paper.Kind.RECORD).exists()

    def test_by_the_state_in_the_database(self, told):
        """A record that somebody marked as settled by its state alone stays unsettled."""
        record = told.asked()
        with recording.recorded():
            recording.append(
                by=recording.Author(name="test"), action="t", kind="t", code="t", now=NOW
            )
            Record.objects.filter(pk=record.pk).update(state=Record.State.SENT)
        with pytest.raises(duty.NotSettled):
            duty.finalise(fresh(record), version=None, by=told.by(told.world.hoa), now=AFTER)

    @pytest.mark.parametrize("page", ["hoan-thanh", "ket-luan", "de-xuat"])
    def test_by_the_address(self, told, sign_in, page):
        record = told.asked()
        user = told.dung if page == "ket-luan" else told.world.hoa
        browser = sign_in(user)
        address = f"/kiem-tra/trach-nhiem/bien-ban/{record.public_id}/{page}/"
        assert browser.get(address).status_code == 409
        data = {
            "form_key": uuid.uuid4(),
            "text": "Kết luận.",
            "person_class": "elected",
            "assessment": "Nhận xét.",
            "asked": "Đề nghị.",
        }
        assert browser.post(address, data).status_code in {409, 422}
        record = fresh(record)
        assert record.state == Record.State.SENT
        assert record.paper is None
        assert not Proposal.objects.exists()

    def test_what_was_explained_is_in_the_record_for_ever(self, told):
        record = told.final()
        said = record.paper.content["explanation"]
        assert said["answer"] == "Phường thiếu cán bộ địa chính trong tháng 10."
        assert said["ref"] == "01/SNV"

    def test_every_step_is_in_the_ledger(self, told):
        record = told.final()
        actions = Event.objects.filter(object_kind="record", object_code=str(record.public_id))
        assert list(actions.order_by("pk").values_list("action", flat=True)) == [
            "record_drafted", "record_explanation_asked", "record_explained", "record_finalised",
        ]  # fmt: skip


def test_a_transferred_inspector_asks_nobody_any_more(told):
    """Hoa has left the desk: she stays the author, another inspector goes on (S8)."""
    record = told.asked()
    answer(told, record)
    with recording.recorded(may_be_idle=True):
        Appointment.objects.filter(user=told.world.hoa).update(ended_on=date(2026, 11, 25))
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(NotAllowed):
        duty.finalise(record, version=None, by=told.by(told.world.hoa, tomorrow), now=tomorrow)
    done = duty.finalise(record, version=None, by=told.by(told.khanh, tomorrow), now=tomorrow)
    assert fresh(done).author == told.world.hoa


def test_while_the_author_is_there_nobody_else_finalises(told):
    record = told.answered()
    with pytest.raises(NotAllowed):
        duty.finalise(record, version=None, by=told.by(told.khanh), now=NOW)


def test_an_inspector_who_came_from_the_agency_takes_no_part(told):
    """Nam was the ward's officer in October: no record of his about its head."""
    nam = person(
        "nam", "Tạ Hoài Nam", Role.AGENCY_OFFICER, told.world.ward, "Chuyên viên",
        until=date(2026, 10, 20),
    )  # fmt: skip
    person(
        "nam", "", Role.INSPECTOR, told.world.home_affairs, "Chuyên viên", since=date(2026, 11, 1)
    )
    with pytest.raises(NotAllowed):
        duty.draw_up(
            limits=[told.limits[2].pk],
            agency=told.world.ward,
            period=duty.Period(date(2026, 10, 1), date(2026, 10, 31)),
            by=told.by(nam),
            now=NOW,
        )
    record = told.drafted()
    with pytest.raises(NotAllowed):
        duty.ask_explanation(
            record, text="Vì sao?", last_day=ANSWER_BY, version=None, by=told.by(nam), now=NOW
        )
