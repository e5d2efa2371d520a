"""Conclusion, recommendations, reports with evidence, verdicts (docs/decisions: remedies)."""

from datetime import date, timedelta

import pytest

from accounts.refusals import NotAllowed
from deadlines import sweeping
from deadlines.models import TimeLimit
from deadlines.rules import NotALastDay
from inspections import duty
from inspections.models import Conclusion, Recommendation, RemedyReport
from tests.inspections.duty.story import fresh
from tests.world import NOW, hanoi

V = RemedyReport.Verdict
LATER = hanoi(2026, 12, 14, 9)


def judge(told, owed, verdict, text="Thiếu danh sách.", now=NOW, by=None, **facts):
    return duty.judge_remedy(
        owed,
        verdict=verdict,
        text=text,
        version=None,
        by=by or told.by(told.khanh, now),
        now=now,
        **facts,
    )


class TestConclude:
    def test_each_recommendation_gets_its_limit(self, told):
        conclusion = told.concluded()
        assert conclusion.paper.ref == "01/TB-SNV"
        owed = conclusion.recommendations.get()
        assert owed.time_limit.due_on == date(2026, 12, 10)
        assert owed.time_limit.subject_title == "Thực hiện kiến nghị của Sở Nội vụ"

    def test_is_swept_like_every_limit(self, told):
        owed = told.owed()
        sweeping.flag_overdue(LATER)
        assert owed.time_limit.flags.count() == 1

    def test_all_or_nothing(self, told):
        """A last day that is not worked: no notice, no number, no recommendation."""
        record = told.final()
        lines = [
            duty.Asked(told.world.ward, "Một.", date(2026, 12, 10)),
            duty.Asked(told.world.ward, "Hai.", date(2026, 12, 12)),
        ]
        with pytest.raises(NotALastDay):
            duty.conclude(
                record, text="Chậm.", asked=lines, version=None, by=told.by(told.dung), now=NOW
            )
        assert not Conclusion.objects.exists()
        assert not Recommendation.objects.exists()

    def test_is_the_directors_alone(self, told):
        record = told.final()
        for user in (told.world.hoa, told.world.minh, told.world.hung, told.world.an):
            with pytest.raises(NotAllowed):
                duty.conclude(record, text="Chậm.", version=None, by=told.by(user), now=NOW)

    def test_happens_once(self, told):
        record = told.concluded().record
        with pytest.raises(duty.WrongState):
            duty.conclude(record, text="Lại.", version=None, by=told.by(told.dung), now=NOW)


class TestReport:
    def test_meets_the_limit_at_its_instant(self, told):
        owed = told.reported()
        assert owed.time_limit.met_at == NOW
        sweeping.flag_overdue(LATER)
        assert not owed.time_limit.flags.exists()

    @pytest.mark.parametrize(("text", "with_file"), [("", True), ("Đã làm.", False)])
    def test_an_empty_one_stops_no_clock(self, told, text, with_file):
        owed = told.owed()
        files = [told.world.staged(told.yen)] if with_file else []
        with pytest.raises(duty.Unfit):
            duty.report_remedy(
                owed, text=text, files=files, version=None, by=told.by(told.yen), now=NOW
            )
        assert fresh(owed).time_limit.met_at is None

    def test_the_head_of_the_agency_today_reports_and_nobody_else(self, told):
        """Not the former head, not the clerk, not another agency."""
        owed = told.owed()
        for user in (told.world.hung, told.world.lan, told.world.tuan, told.world.hoa):
            with pytest.raises(NotAllowed):
                duty.report_remedy(
                    owed,
                    text="Đã làm.",
                    files=[told.world.staged(user)],
                    version=None,
                    by=told.by(user),
                    now=NOW,
                )


class TestVerdict:
    def test_accepted_is_done_as_of_the_report(self, told):
        owed = told.reported()
        judge(told, owed, V.ACCEPTED, text="", now=LATER)
        owed = fresh(owed)
        assert owed.state == "done"
        assert owed.time_limit.met_at == NOW
        assert not owed.time_limit.met_late

    @pytest.mark.parametrize(("verdict", "state"), [(V.PARTLY, "partly"), (V.NOT, "not_done")])
    def test_what_is_missing_stays_owed_to_the_same_day(self, told, verdict, state):
        """An early report gains nothing: the last day stays."""
        owed = told.reported()
        judge(told, owed, verdict)
        owed = fresh(owed)
        assert owed.state == state
        assert owed.time_limit.met_at is None
        assert owed.time_limit.due_on == date(2026, 12, 10)
        assert Recommendation.objects.waiting().get() == owed
        owed = told.reported(owed)
        judge(told, owed, V.ACCEPTED)
        assert fresh(owed).state == "done"

    def test_after_the_last_day_what_is_missing_counts_as_late_for_ever(self, told):
        """A junk report in time buys nothing: the rest can no longer be done on time."""
        owed = told.reported()
        with pytest.raises(duty.Unfit) as refused:
            judge(told, owed, V.NOT, now=LATER)
        assert refused.value.field == "last_day"
        judge(told, owed, V.NOT, now=LATER, last_day=date(2026, 12, 21))
        owed = fresh(owed)
        assert owed.time_limit.due_on == date(2026, 12, 21)
        told.reported(owed, LATER + timedelta(days=1))
        assert fresh(owed).time_limit.met_late
        assert TimeLimit.objects.filter(subject_code=owed.time_limit.subject_code).count() == 2

    def test_needs_words_unless_accepted(self, told):
        owed = told.reported()
        with pytest.raises(duty.Unfit):
            judge(told, owed, V.PARTLY, text="")

    def test_is_for_inspectors_of_another_agency(self, told):
        owed = told.reported()
        for user in (told.yen, told.world.minh, told.dung, told.world.an, told.world.lan):
            with pytest.raises(NotAllowed):
                judge(told, owed, V.ACCEPTED, by=told.by(user))

    def test_happens_once(self, told):
        owed = told.reported()
        judge(told, owed, V.ACCEPTED)
        with pytest.raises(duty.WrongState):
            judge(told, owed, V.NOT)


def test_a_stranger_does_not_see_a_recommendation(told):
    owed = told.owed()
    for user, sees in (
        (told.yen, True), (told.world.lan, False), (told.world.tuan, False),
        (told.world.hung, False), (told.world.hoa, True), (told.world.minh, True),
        (told.world.thu, False),
    ):  # fmt: skip
        found = Recommendation.objects.visible_to(told.by(user)).filter(pk=owed.pk)
        assert found.exists() is sees, user.username
