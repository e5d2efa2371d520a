"""Plans: drafted by one person, chosen by risk, lot and hand, approved by another, then frozen."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.refusals import Conflict, NotAllowed
from inspections import drawing
from inspections.models import Plan, PlanItem
from inspections.planning.coverage import coverage
from inspections.planning.history import candidates, histories, year_before
from inspections.planning.scoring import ranked
from inspections.planning.wording import why
from inspections.transitions import planning
from inspections.transitions.planning import PlanFacts
from inspections.transitions.rows import Stale, Unfit
from ledger.models import Event
from tests.inspections.desk import LONG_AGO, SEED
from tests.world import NOW

pytestmark = pytest.mark.django_db


def select(desk, plan, **changes):
    facts = {"version": None, "by": desk.by(desk.hoa), "now": NOW, **changes}
    return planning.select_agencies(plan, **facts)


class TestDraft:
    def test_an_inspector_drafts_and_the_server_makes_the_seed(self, desk):
        facts = PlanFacts("yearly", 2027, "Kiểm tra công vụ năm 2027")
        made = [planning.draft_plan(facts=facts, by=desk.by(desk.hoa), now=NOW) for _n in range(2)]
        assert [plan.code for plan in made] == ["KHKT2027-01", "KHKT2027-02"]
        assert made[0].seed != made[1].seed and len(made[0].seed) == 12

    @pytest.mark.parametrize("who", ["lan", "hung", "minh", "thu", "an", "son"])
    def test_nobody_else_does(self, desk, who):
        facts = PlanFacts("yearly", 2027, "Kiểm tra công vụ năm 2027")
        with pytest.raises(NotAllowed):
            planning.draft_plan(facts=facts, by=desk.by(getattr(desk.world, who)), now=NOW)
        assert not Plan.objects.exists()

    def test_a_thematic_plan_names_its_theme(self, desk):
        facts = PlanFacts("thematic", 2027, "Kiểm tra chuyên đề")
        with pytest.raises(Unfit):
            planning.draft_plan(facts=facts, by=desk.by(desk.hoa), now=NOW)

    def test_nothing_in_a_form_changes_the_seed(self, desk):
        plan = desk.plan()
        facts = PlanFacts("yearly", 2027, "Tên khác", by_risk=9)
        planning.edit_plan(plan, facts=facts, version=None, by=desk.by(desk.nga), now=NOW)
        plan.refresh_from_db()
        assert (plan.title, plan.by_risk, plan.seed) == ("Tên khác", 9, SEED)


class TestSelection:
    def test_the_riskiest_come_first_with_their_figures(self, desk):
        for hour in range(6):
            desk.world.directed(LONG_AGO.replace(hour=9 + hour))
        plan = desk.plan()
        plan.items.all().delete()
        select(desk, plan)
        risky = list(plan.items.filter(chosen="risk").order_by("month", "pk"))
        assert risky[0].agency == desk.world.ward and risky[0].score == 50 + 15 + 20
        assert risky[0].reasons[0] == {
            "reason": "late", "figure": {"late": 6, "due": 6}, "points": 50, "most": 50,
        }  # fmt: skip
        assert "6" in why(risky[0]) and "100" in why(risky[0])
        assert len(risky) == 3 and plan.items.filter(chosen="chance").count() == 2

    def test_the_same_seed_draws_the_same_agencies(self, desk):
        chosen = []
        for _n in range(2):
            plan = desk.plan()
            select(desk, plan)
            select(desk, plan)
            chosen.append(set(plan.items.values_list("agency__code", "chosen", "month")))
        assert chosen[0] == chosen[1]

    def test_the_draw_can_be_redone_from_the_ledger_alone(self, desk):
        plan = select(desk, desk.plan())
        event = Event.objects.get(action="plan_selected")
        risky = set(event.after["by_risk"])
        rest = {a.code for a in candidates(date(2026, 11, 25))} - risky - {desk.world.ward.code}
        assert drawing.draw(plan.seed, rest, 2) == event.after["by_chance"]

    def test_agencies_added_by_hand_stay(self, desk):
        plan = desk.plan()
        select(desk, plan)
        assert plan.items.get(chosen="hand").agency == desk.world.ward
        assert plan.items.filter(agency=desk.world.ward).count() == 1

    def test_home_affairs_does_not_inspect_itself(self, desk):
        assert desk.world.home_affairs not in candidates(date(2026, 11, 25))
        with pytest.raises(Unfit):
            planning.add_agency(
                desk.plan(), agency=desk.world.home_affairs, month=3, theme="", reason="Thử",
                version=None, by=desk.by(desk.hoa), now=NOW,
            )  # fmt: skip

    def test_asks_the_same_for_one_agency_and_for_the_city(self, desk, django_assert_num_queries):
        agencies = list(candidates(date(2026, 11, 25)))
        assert len(agencies) > 100
        for some in (agencies[:1], agencies):
            with django_assert_num_queries(5):
                assert len(histories(some, NOW)) == len(some)

    def test_a_limit_belongs_to_the_twelve_months_of_its_last_day(self, desk):
        desk.world.directed(LONG_AGO.replace(year=2025, month=9))
        [found] = histories([desk.world.ward], NOW)
        assert (found.due, found.late) == (0, 0)
        assert year_before(date(2026, 11, 25)) == date(2025, 11, 26)

    def test_a_visit_lowers_the_score(self, desk):
        before = ranked(histories([desk.world.ward], NOW))[0].points
        desk.opened()
        assert ranked(histories([desk.world.ward], NOW))[0].points == before - 20


class TestByHand:
    def test_needs_a_reason_that_stands_in_the_plan(self, desk):
        item = desk.plan().items.get()
        assert why(item) == "Có phản ánh của báo chí."

    def test_what_the_draw_gave_does_not_vanish_silently(self, desk):
        plan = desk.plan()
        select(desk, plan)
        item = plan.items.filter(chosen="chance").first()
        planning.change_item(
            item, month=None, reason="Vừa được thanh tra.", version=None, by=desk.by(desk.hoa),
            now=NOW,
        )  # fmt: skip
        event = Event.objects.get(action="plan_agency_removed")
        assert event.before["agency"] == item.agency.name and event.before["chosen"] == "chance"
        assert event.reason == "Vừa được thanh tra."

    def test_an_agency_stands_once_in_a_month(self, desk):
        with pytest.raises(Unfit):
            planning.add_agency(
                desk.plan(), agency=desk.world.ward, month=4, theme="", reason="Nữa",
                version=None, by=desk.by(desk.hoa), now=NOW,
            )  # fmt: skip

    def test_an_older_form_is_refused(self, desk):
        plan = desk.plan()
        with pytest.raises(Stale):
            select(desk, plan, version=plan.version - 1)


class TestApproval:
    def test_the_director_approves_and_the_plan_has_its_number(self, desk):
        plan = desk.approved()
        assert plan.state == Plan.State.APPROVED and plan.approved_by == desk.quang
        assert plan.paper.ref == "01/KH-SNV"
        assert plan.paper.content["items"][0]["agency"] == desk.world.ward.code
        assert plan.paper.content["seed"] == SEED

    def test_neither_drafter_nor_another_inspector_approves(self, desk):
        plan = desk.plan()
        for user in (desk.hoa, desk.nga, desk.world.minh):
            with pytest.raises(NotAllowed):
                planning.approve_plan(plan, version=None, by=desk.by(user), now=NOW)

    def test_a_director_does_not_approve_what_they_drafted_before(self, desk):
        plan = desk.plan()
        Plan.objects.filter(pk=plan.pk).update(drafted_by=desk.quang)
        with pytest.raises(NotAllowed):
            planning.approve_plan(plan, version=None, by=desk.by(desk.quang), now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Plan.objects.filter(pk=plan.pk).update(approved_by=desk.quang, approved_at=NOW)

    def test_an_approved_plan_changes_no_more(self, desk):
        plan = desk.approved()
        by = desk.by(desk.hoa)
        facts = PlanFacts("yearly", 2027, "Tên khác")
        item = plan.items.get()
        for act in (
            lambda: planning.edit_plan(plan, facts=facts, version=None, by=by, now=NOW),
            lambda: select(desk, plan),
            lambda: planning.change_item(item, month=5, reason="x", version=None, by=by, now=NOW),
            lambda: planning.approve_plan(plan, version=None, by=desk.by(desk.quang), now=NOW),
        ):
            with pytest.raises(Conflict):
                act()
        assert Plan.objects.get().title == plan.title and PlanItem.objects.get().month == 4

    def test_an_empty_plan_is_not_approved(self, desk):
        plan = desk.plan()
        plan.items.all().delete()
        with pytest.raises(Unfit):
            planning.approve_plan(plan, version=None, by=desk.by(desk.quang), now=NOW)


class TestCoverage:
    def test_shows_visits_and_approved_months_by_quarter(self, desk):
        desk.opened()
        desk.approved(year=2026, title="Năm nay")
        found = coverage(2026, only_visited=True)
        [line] = found.lines
        assert line.agency == desk.world.ward
        assert [bool(cell.done) for cell in line.quarters] == [False, False, False, True]
        assert [cell.planned for cell in line.quarters] == [[], [4], [], []]
        assert (found.visited, found.planned) == (1, 1)

    def test_nobody_reads_from_it_where_the_next_visit_goes(self, desk):
        desk.decided()
        assert coverage(2026, only_visited=True).lines == []

    def test_asks_three_questions(self, desk, django_assert_num_queries):
        desk.opened()
        with django_assert_num_queries(3):
            assert len(coverage(2026).lines) > 100
