"""What is open goes over, clock running; what is met, closed or flagged stays where it was."""

from datetime import date, timedelta

import pytest

from accounts import actors, news
from accounts.models import Appointment, Message
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from agencies.models import Agency, InternalUnit
from deadlines import sweeping
from deadlines.models import OverdueFlag, TimeLimit
from dossiers import reorganising
from dossiers import transitions as verbs
from dossiers.models import Dossier, Holding
from dossiers.transitions import ReportFacts
from ledger import recording
from ledger.models import Event
from tests.dossiers.reorganising.stories import (
    TODAY,
    Kind,
    State,
    applied,
    existing,
    going,
    heir_agency,
    new,
    prepared,
    put_forward,
)
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db

BEFORE = hanoi(2026, 11, 18, 9)
CLOCK = ("started_at", "due_at", "first_due_at", "due_on", "rule_id", "head_at_start_id", "code")


def clock(limit: TimeLimit) -> dict:
    return TimeLimit.objects.filter(pk=limit.pk).values(*CLOCK).get()


class TestRenaming:
    def test_an_open_limit_goes_over_with_its_clock_running(self, world):
        limit = world.directed(hanoi(2026, 11, 25, 8)).time_limit
        before = clock(limit)
        plan = applied(world, prepared(world))
        limit.refresh_from_db()
        assert plan.state == State.APPLIED
        assert limit.agency == heir_agency(plan) != world.ward
        assert limit.charged_to is None
        assert clock(limit) == before
        assert limit.head_at_start == world.hung

    def test_the_dossier_goes_along_and_can_be_answered(self, world):
        direction = world.directed(hanoi(2026, 11, 25, 8))
        plan = applied(world, prepared(world))
        dossier = Dossier.objects.get(pk=direction.dossier_id)
        assert dossier.agency == heir_agency(plan)
        later = NOW + timedelta(hours=1)
        verbs.report_back(
            direction, facts=ReportFacts(text="Đã giải trình."), files={}, version=None,
            by=world.by(world.hung, later), now=later,
        )  # fmt: skip
        limit = TimeLimit.objects.get(pk=direction.time_limit_id)
        assert limit.met_at == later
        assert limit.agency == heir_agency(plan)

    def test_what_is_met_and_what_is_closed_stays_with_the_former_agency(self, world):
        met = world.reported(BEFORE)
        ended = world.rejected(BEFORE)
        applied(world, prepared(world))
        assert TimeLimit.objects.get(pk=met.time_limit_id).agency == world.ward
        assert Dossier.objects.get(pk=ended.pk).agency == world.ward
        assert Dossier.objects.get(pk=met.dossier_id).agency != world.ward

    def test_the_former_agency_ends_the_day_before_and_keeps_its_row(self, world):
        code = world.ward.code
        plan = applied(world, prepared(world, heirs=[new(code=code, name="UBND phường Hồ Gươm")]))
        world.ward.refresh_from_db()
        heir = heir_agency(plan)
        assert world.ward.valid_to == TODAY - timedelta(days=1)
        assert (heir.code, heir.valid_from, heir.valid_to) == (code, TODAY, None)
        assert list(world.ward.successors.all()) == [heir]
        assert Agency.objects.as_of(TODAY).get(code=code) == heir
        assert Agency.objects.as_of(TODAY - timedelta(days=1)).get(code=code) == world.ward

    def test_posts_end_and_begin_and_units_go_along(self, world):
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(agency=world.ward, name="Phòng Kinh tế")
            Appointment.objects.filter(user=world.lan).update(unit=unit)
        plan = applied(world, prepared(world))
        old, new_post = Appointment.objects.filter(user=world.lan).order_by("pk")
        assert (old.agency, old.ended_on) == (world.ward, TODAY - timedelta(days=1))
        assert new_post.agency == heir_agency(plan)
        assert (new_post.role, new_post.post, new_post.started_on, new_post.ended_on) == (
            Role.AGENCY_CLERK, "Văn thư", TODAY, None,
        )  # fmt: skip
        assert (new_post.unit.name, new_post.unit.agency) == ("Phòng Kinh tế", heir_agency(plan))
        assert unit.agency == world.ward

    def test_one_line_for_each_limit_and_dossier_and_one_for_the_whole(self, world):
        direction = world.directed(hanoi(2026, 11, 25, 8))
        draft = world.draft()
        known = Event.objects.count()
        plan = prepared(world)
        applied(world, plan)
        events = Event.objects.order_by("pk")[known:]
        lines = [(e.action, e.object_code) for e in events if "moved" in e.action]
        assert sorted(lines) == sorted(
            [
                ("limit_moved", direction.time_limit.code),
                ("dossier_moved", direction.dossier.code),
                ("dossier_moved", draft.code),
            ]
        )
        [whole] = [event for event in events if event.action == "agencies_reorganised"]
        assert whole.object_code == plan.code
        assert "1656/NQ-UBTVQH15" in whole.document
        assert whole.before == {"agencies": ["P-00070"]}
        assert whole.after["moved"]["limits"] == 1
        assert whole.actor_name == "Đỗ Minh Thu"


class TestOverdueAtTheHandover:
    """Due 20/11 at the former ward, nobody answered, no sweep has run; the ward ends 24/11."""

    @pytest.fixture
    def late(self, world) -> TimeLimit:
        return world.directed(BEFORE).time_limit

    def test_its_flag_names_the_former_agency_and_head(self, world, late):
        assert late.due_on < TODAY
        applied(world, prepared(world))
        [flag] = OverdueFlag.objects.filter(time_limit=late)
        assert (flag.agency, flag.head, flag.due_at) == (world.ward, world.hung, late.due_at)
        sweeping.flag_overdue(NOW + timedelta(days=1))
        assert OverdueFlag.objects.filter(time_limit=late).count() == 1

    def test_the_successor_owes_it_and_the_former_agency_is_charged(self, world, late):
        plan = applied(world, prepared(world))
        late.refresh_from_db()
        assert (late.agency, late.charged_to) == (heir_agency(plan), world.ward)

    def test_the_last_day_of_the_former_agency_is_the_former_heads(self, world):
        limit = world.limit(hanoi(2026, 11, 20, 9))
        day_after = limit.due_on + timedelta(days=1)
        now = hanoi(day_after.year, day_after.month, day_after.day, 0, 1)
        applied(world, prepared(world, day=day_after, now=now), now)
        [flag] = OverdueFlag.objects.filter(time_limit=limit)
        assert (flag.agency, flag.head) == (world.ward, world.hung)
        limit.refresh_from_db()
        assert limit.charged_to == world.ward

    def test_what_falls_due_on_the_first_day_is_the_successors(self, world):
        limit = world.limit(hanoi(2026, 11, 20, 9))
        first = limit.due_on
        now = hanoi(first.year, first.month, first.day, 9)
        plan = prepared(world, day=first, now=now)
        plan = applied(world, plan, now)
        sweeping.flag_overdue(limit.due_at + timedelta(minutes=1))
        [flag] = OverdueFlag.objects.filter(time_limit=limit)
        assert (flag.agency, flag.head) == (heir_agency(plan), world.hung)
        limit.refresh_from_db()
        assert limit.charged_to is None


class TestWhoseHands:
    def test_the_days_before_stay_with_the_former_agency(self, world):
        dossier = world.directed(BEFORE).dossier
        plan = applied(world, prepared(world))
        *_earlier, at_ward, at_heir = Holding.objects.filter(dossier=dossier).order_by("pk")
        assert (at_ward.agency, at_ward.person) == (world.ward, world.hung)
        assert (at_heir.agency, at_heir.person) == (heir_agency(plan), world.hung)
        assert at_ward.to_at == at_heir.from_at == hanoi(2026, 11, 25) - timedelta(microseconds=1)
        assert at_heir.to_at is None


class TestMerging:
    @pytest.fixture
    def plan(self, world):
        return prepared(world, Kind.MERGE, [world.ward, world.other_ward], [new()])

    def test_both_end_and_one_follows(self, world, plan):
        mine = world.limit()
        theirs = world.limit(agency=world.other_ward)
        plan = applied(world, plan)
        for limit in (mine, theirs):
            limit.refresh_from_db()
            assert limit.agency == heir_agency(plan)
        assert set(heir_agency(plan).predecessors.all()) == {world.ward, world.other_ward}

    def test_nobody_is_head_until_somebody_is_chosen(self, world, plan):
        post = Appointment.objects.get(user=world.hung)
        assert plan.choices["posts"][str(post.pk)]["key"] == ""
        applied(world, plan, posts=going(plan, post, "1"))
        assert Appointment.objects.head_on(heir_agency(plan_of(plan)).pk, TODAY).user == world.hung

    def test_two_heads_are_refused_in_words(self, world, plan):
        with recording.recorded(may_be_idle=True):
            hai = person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
        for user in (world.hung, hai):
            post = Appointment.objects.get(user=user)
            plan.choices["posts"] = going(plan, post, "1")
        with pytest.raises(reorganising.checking.Unfit) as refusal:
            put_forward(world, plan, posts=plan.choices["posts"])
        assert refusal.value.field == "posts"

    def test_both_were_asked_about_one_dossier(self, world):
        """Each question keeps its limit: the successor answers both, and nothing is lost."""
        third = Agency.objects.as_of(TODAY).get(code="P-00008")
        dossier = world.consulted(agencies=[world.other_ward, third])
        limits = list(dossier.consultations.values_list("time_limit", flat=True))
        plan = applied(world, prepared(world, Kind.MERGE, [world.other_ward, third], [new()]))
        heir = heir_agency(plan)
        assert set(TimeLimit.objects.filter(pk__in=limits).values_list("agency", flat=True)) == {
            heir.pk
        }
        assert [asked.agency for asked in dossier.consultations.all()] == [heir, heir]


class TestClosing:
    def test_everything_goes_to_the_named_agency(self, world):
        limit = world.limit()
        plan = prepared(world, Kind.CLOSE, [world.ward], [existing(world.other_ward)])
        applied(world, plan)
        limit.refresh_from_db()
        assert limit.agency == world.other_ward
        assert list(world.ward.successors.all()) == [world.other_ward]
        lan = actors.person(world.lan, TODAY)
        assert [post.agency for post in lan.posts] == [world.other_ward]


class TestDividing:
    @pytest.fixture
    def unit(self, world) -> InternalUnit:
        with recording.recorded(may_be_idle=True):
            return InternalUnit.objects.create(agency=world.ward, name="Phòng Đô thị", code="ĐT")

    @pytest.fixture
    def plan(self, world, unit):
        heirs = [new("1", "P-A", "UBND phường A"), new("2", "P-B", "UBND phường B")]
        return prepared(world, Kind.SPLIT, [world.ward], heirs)

    def test_units_lead_and_single_matters_may_go_elsewhere(self, world, unit, plan):
        first, second, third = (world.directed(hanoi(2026, 11, 25, 8, n)) for n in range(3))
        with recording.recorded(may_be_idle=True):
            Dossier.objects.filter(pk=second.dossier_id).update(unit=unit)
        plan = applied(world, plan, units={str(unit.pk): "2"}, items={third.dossier.code: "2"})
        a, b = heir_agency(plan, "1"), heir_agency(plan, "2")
        for direction, agency in ((first, a), (second, b), (third, b)):
            assert Dossier.objects.get(pk=direction.dossier_id).agency == agency
            assert TimeLimit.objects.get(pk=direction.time_limit_id).agency == agency
        moved = Dossier.objects.get(pk=second.dossier_id)
        assert (moved.unit.name, moved.unit.code) == ("Phòng Đô thị", "ĐT")
        assert moved.unit.agency == b
        assert not a.units.exists()
        assert set(world.ward.successors.all()) == {a, b}


class TestWhoMaySeeIt:
    def test_the_clerk_of_the_former_agency_loses_it_and_the_successors_gains_it(self, world):
        dossier = world.directed(hanoi(2026, 11, 25, 8)).dossier
        plan = prepared(world, Kind.CLOSE, [world.ward], [existing(world.other_ward)])
        post = Appointment.objects.get(user=world.lan)
        tuan = world.by(world.tuan)
        assert not Dossier.objects.visible_to(tuan).exists()
        applied(world, plan, posts=going(plan, post, ""))
        lan, tuan = world.by(world.lan), world.by(world.tuan)
        assert not Dossier.objects.visible_to(lan).exists()
        assert not TimeLimit.objects.visible_to(lan).exists()
        assert list(Dossier.objects.visible_to(tuan)) == [dossier]
        assert TimeLimit.objects.visible_to(tuan).count() == 1


class TestTwoPeople:
    def test_whoever_prepared_it_cannot_apply_it(self, world):
        plan = prepared(world)
        put_forward(world, plan)
        with pytest.raises(NotAllowed):
            reorganising.approve(plan, version=plan.version, by=world.by(world.son), now=NOW)

    def test_another_administrator_may(self, world):
        with recording.recorded(may_be_idle=True):
            binh = person("binh", "Lê Thanh Bình", Role.SYSTEM_ADMINISTRATOR, world.office, "QTHT")
        plan = prepared(world)
        put_forward(world, plan)
        by = world.by(binh)
        row = reorganising.approve(plan, version=plan.version, by=by, now=NOW)
        assert row.state == State.APPLIED

    @pytest.mark.parametrize("name", ["lan", "hung", "minh", "phuc", "hoa", "an"])
    def test_nobody_else_may(self, world, name):
        plan = prepared(world)
        put_forward(world, plan)
        by = world.by(getattr(world, name))
        with pytest.raises(NotAllowed):
            reorganising.approve(plan, version=plan.version, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            reorganising.take_back(plan, version=plan.version, by=by, now=NOW)

    def test_nobody_gives_themselves_a_post(self, world):
        with recording.recorded(may_be_idle=True):
            person("thu", "", Role.AGENCY_OFFICER, world.ward, "Biệt phái")
        plan = prepared(world)
        put_forward(world, plan)
        with pytest.raises(NotAllowed):
            reorganising.approve(plan, version=plan.version, by=world.by(world.thu), now=NOW)

    def test_applied_twice_it_has_one_effect_and_the_second_is_told(self, world):
        world.limit()
        plan = prepared(world)
        row = applied(world, plan)
        known = Event.objects.count()
        with pytest.raises(Conflict) as refusal:
            reorganising.approve(plan, version=plan.version, by=world.by(world.thu), now=NOW)
        assert "Đỗ Minh Thu" in refusal.value.sentence
        assert Event.objects.count() == known
        assert Agency.objects.filter(code="P-MOI").count() == 1
        assert row.moved["limits"] == 1


class TestWhoIsTold:
    def test_the_second_persons_and_then_the_staff(self, world):
        applied(world, prepared(world))
        told = Message.objects.values_list("kind", "recipient__username").order_by("kind", "pk")
        assert list(told) == [
            ("reorganisation_put", "thu"),
            ("reorganised", "lan"),
            ("reorganised", "hung"),
        ]
        lines = [news.item(message) for message in Message.objects.order_by("pk")]
        assert lines[0].url.startswith("/don-vi/to-chuc-lai/")
        assert lines[1].url == "/ho-so/"
        assert "P-00070" in lines[1].sentence


class TestOnItsDay:
    DAY = date(2026, 12, 1)
    MIDNIGHT = hanoi(2026, 12, 1, 0, 1)

    def test_nothing_moves_before_it(self, world):
        limit = world.limit()
        plan = applied(world, prepared(world, day=self.DAY))
        assert plan.state == State.APPROVED
        assert reorganising.apply_due(hanoi(2026, 11, 30, 23, 59)) == 0
        limit.refresh_from_db()
        assert limit.agency == world.ward

    def test_the_system_carries_it_out_once(self, world):
        limit = world.limit(hanoi(2026, 11, 30, 9))
        plan = applied(world, prepared(world, day=self.DAY))
        assert reorganising.apply_due(self.MIDNIGHT) == 1
        assert reorganising.apply_due(self.MIDNIGHT) == 0
        limit.refresh_from_db()
        plan.refresh_from_db()
        assert plan.state == State.APPLIED
        assert limit.agency == heir_agency(plan)
        event = Event.objects.get(action="agencies_reorganised")
        assert event.actor_name == "system: reorganisation/1"

    def test_it_stops_in_words_when_somebody_got_a_post_meanwhile(self, world):
        limit = world.limit(hanoi(2026, 11, 30, 9))
        plan = applied(world, prepared(world, day=self.DAY))
        with recording.recorded(may_be_idle=True):
            person("moi", "Đào Văn Mới", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
        assert reorganising.apply_due(self.MIDNIGHT) == 0
        plan.refresh_from_db()
        limit.refresh_from_db()
        assert plan.state == State.STOPPED
        assert plan.remark
        assert limit.agency == world.ward
        later = self.MIDNIGHT + timedelta(hours=9)
        row = reorganising.take_back(
            plan, version=plan.version, by=world.by(world.son, later), now=later
        )
        assert applied(world, row, later).state == State.APPLIED

    def test_what_came_to_the_former_agency_too_late_follows(self, world):
        """A request that began before the handover stores its limit after it."""
        plan = applied(world, prepared(world))
        straggler = world.limit(agency=world.ward)
        later = NOW + timedelta(minutes=1)
        reorganising.apply_due(later)
        reorganising.apply_due(later)
        straggler.refresh_from_db()
        assert straggler.agency == heir_agency(plan)
        lines = Event.objects.filter(action="limit_moved", object_code=straggler.code)
        assert lines.count() == 1


def plan_of(plan):
    plan.refresh_from_db()
    return plan
