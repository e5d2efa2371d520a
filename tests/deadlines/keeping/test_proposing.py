"""Who proposes, who decides, what is refused and what is foretold."""

from datetime import date, timedelta

import pytest

from accounts.models import Message
from accounts.refusals import NotAllowed
from accounts.roles import Role
from deadlines import keeping
from deadlines.calendar import DayKind
from deadlines.keeping import Circular, DayWish, Unfit
from deadlines.models import CalendarAnnotation, CalendarChange, CalendarDay, CalendarYear
from deadlines.published import published
from deadlines.transitions import meet
from ledger import recording
from ledger.models import Event
from tests.deadlines.keeping.conftest import MONDAY, SATURDAY, SWAP, off, usual, worked
from tests.world import NOW, hanoi, person

THURSDAY = hanoi(2026, 12, 31, 9)


class TestTwoPersons:
    @pytest.mark.parametrize("who", ["thu", "phuc"])
    def test_the_city_office_proposes(self, world, keeper, who):
        change = keeper.propose(*SWAP, who=getattr(world, who))
        assert (change.state, change.proposed_by) == ("proposed", getattr(world, who))
        assert change.base.number == published().edition
        assert published().calendar.is_working_day(MONDAY)
        event = Event.objects.get(action="calendar_change_proposed")
        assert event.after["2027-01-04"]["kind"] == "day_off"
        assert event.before == {"2027-01-04": None, "2027-01-09": None}

    def test_the_keeper_proposes(self, world, keeper):
        with recording.recorded(may_be_idle=True):
            mai = person("mai", "Vũ Thị Mai", Role.CALENDAR_KEEPER, world.office, "Chuyên viên")
        assert keeper.propose(*SWAP, who=mai).proposed_by == mai

    @pytest.mark.parametrize("who", ["lan", "hung", "tuan", "minh", "hoa", "an", "son"])
    def test_nobody_else_does(self, world, keeper, who):
        with pytest.raises(NotAllowed):
            keeper.propose(*SWAP, who=getattr(world, who))
        assert not CalendarChange.objects.exists()

    @pytest.mark.parametrize("who", ["lan", "hung", "tuan", "thu", "phuc", "hoa", "an", "son"])
    def test_only_a_city_leader_applies_or_refuses(self, world, keeper, who):
        change, by = keeper.propose(*SWAP), world.by(getattr(world, who))
        for act in (
            lambda: keeping.apply_change(change, seen=keeping.present_digest(), by=by, now=NOW),
            lambda: keeping.refuse(change, answer="Không", by=by, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()
        change.refresh_from_db()
        assert (change.state, change.decided_by) == ("proposed", None)

    def test_a_leader_who_also_keeps_the_calendar_does_not_decide_his_own(self, world, keeper):
        with recording.recorded(may_be_idle=True):
            person("minh", "Phạm Quang Minh", Role.CALENDAR_KEEPER, world.office, "Kiêm nhiệm")
        change = keeper.propose(*SWAP, who=world.minh)
        with pytest.raises(NotAllowed):
            keeper.apply(change)
        with pytest.raises(NotAllowed):
            keeping.refuse(change, answer="Không", by=world.by(world.minh), now=NOW)
        assert not keeping.may_decide(world.by(world.minh), change)

    def test_whoever_proposed_takes_it_back_and_nobody_else(self, world, keeper):
        change = keeper.propose(*SWAP)
        with pytest.raises(NotAllowed):
            keeping.withdraw(change, by=world.by(world.thu), now=NOW)
        assert keeping.withdraw(change, by=world.by(world.phuc), now=NOW).state == "withdrawn"
        with pytest.raises(keeping.AlreadyDecided, match="Vũ Hồng Phúc"):
            keeper.apply(change)

    def test_a_refusal_says_why_and_is_final(self, world, keeper):
        change = keeper.propose(*SWAP)
        by = world.by(world.minh)
        with pytest.raises(Unfit):
            keeping.refuse(change, answer="", by=by, now=NOW)
        keeping.refuse(change, answer="Chưa có thông báo.", by=by, now=NOW)
        with pytest.raises(keeping.AlreadyDecided, match=world.minh.full_name):
            keeper.apply(change)
        assert published().calendar.is_working_day(MONDAY)

    def test_leaders_hear_of_a_proposal_and_its_author_of_the_decision(self, world, keeper):
        one, other = keeper.propose(*SWAP), keeper.propose(off(date(2027, 1, 5)))
        keeper.apply(one)
        keeping.refuse(other, answer="Không", by=world.by(world.minh), now=NOW)
        told = Message.objects.filter(kind__startswith="calendar_").values_list(
            "recipient__username", "kind", "about"
        )
        assert set(told) == {
            ("minh", "calendar_proposed", str(one.public_id)),
            ("minh", "calendar_proposed", str(other.public_id)),
            ("phuc", "calendar_applied", str(one.public_id)),
            ("phuc", "calendar_refused", str(other.public_id)),
        }


class TestWhatDoesNotFit:
    @pytest.mark.parametrize(
        "wish",
        [
            off(SATURDAY),
            worked(MONDAY),
            off(MONDAY, ""),
            usual(MONDAY),
            off(date(2028, 1, 3)),
            off(date(2019, 1, 3)),
        ],
    )
    def test_a_day_that_cannot_be_so(self, keeper, wish):
        with pytest.raises(Unfit) as refusal:
            keeper.propose(off(date(2027, 1, 5)), wish)
        assert refusal.value.row == 1

    def test_a_day_twice_and_nothing_at_all(self, keeper):
        with pytest.raises(Unfit):
            keeper.propose(off(MONDAY), off(MONDAY, "Khác"))
        with pytest.raises(Unfit):
            keeper.propose()
        row = CalendarDay.objects.get(date=date(2027, 2, 4))
        same = DayWish(row.date, DayKind.DAY_OFF, row.name, row.legal_source, row.provisional)
        with pytest.raises(Unfit):
            keeper.propose(same)

    @pytest.mark.parametrize("year", [2019 - 1, 2026, 2029])
    def test_a_year_that_is_there_or_leaves_a_gap(self, keeper, year):
        with pytest.raises(Unfit):
            keeper.propose(year=year)

    @pytest.mark.parametrize("lacks", ["document", "document_on", "source"])
    def test_without_the_circular(self, keeper, lacks):
        facts = {"document": "1/VPCP", "document_on": date(2026, 11, 1), "source": "Công văn"}
        with pytest.raises(Unfit):
            keeper.propose(*SWAP, circular=Circular(**{**facts, lacks: None}))

    def test_the_preview_was_made_on_another_calendar(self, world, keeper):
        change, seen = keeper.propose(*SWAP), keeping.present_digest()
        keeper.changed(off(date(2027, 3, 1)))
        with pytest.raises(keeping.PreviewOutdated):
            keeper.apply(change, seen=seen)
        change.refresh_from_db()
        assert change.state == "proposed"
        assert published().calendar.is_working_day(MONDAY)
        assert keeper.apply(change).state == "applied"  # with the new preview

    def test_its_own_days_were_changed_meanwhile(self, world, keeper):
        change = keeper.propose(*SWAP)
        keeper.changed(off(MONDAY, "Nghỉ bão"))
        for act in (lambda: keeper.apply(change), lambda: keeping.preview(change, now=NOW)):
            with pytest.raises(keeping.NoLongerFits, match="04/01/2027"):
                act()
        keeping.withdraw(change, by=world.by(world.phuc), now=NOW)


class TestPreview:
    def test_says_what_applying_then_does(self, world, keeper):
        mine = [world.limit(THURSDAY - timedelta(days=n)) for n in range(4)]
        world.limit(THURSDAY, agency=world.other_ward)
        met = world.limit(THURSDAY)
        meet(met, by=world.by(world.hung), now=THURSDAY)
        late = world.limit(hanoi(2026, 12, 21, 9))  # over since the end of Wednesday 23
        change = keeper.propose(*SWAP, off(date(2026, 12, 22), "Nghỉ bão"), now=THURSDAY)
        effect = keeping.preview(change, now=THURSDAY)
        lines = effect.moving()
        assert effect.moved == len(lines) == 3
        assert {(a.agency, a.count, a.least, a.most) for a in effect.agencies} == {
            (world.ward.name, 2, 1, 1), (world.other_ward.name, 1, 1, 1),
        }  # fmt: skip
        assert [(n.code, n.why, n.old_on, n.new_on) for n in effect.noted()] == [
            (late.code, "passed", date(2026, 12, 23), date(2026, 12, 24))
        ]
        assert effect.annotated == 1
        assert effect.moving(1, 1) == lines[1:2]
        keeper.apply(change, now=THURSDAY)
        change.refresh_from_db()
        assert (change.moved, change.annotated) == (3, 1)
        moved = change.revisions.values_list("time_limit__code", flat=True)
        assert set(moved) == {line.code for line in lines}
        assert CalendarAnnotation.objects.get().time_limit == late
        for limit in mine[:2]:
            line = next(line for line in lines if line.code == limit.code)
            limit.refresh_from_db()
            assert (line.new_on, line.days) == (limit.due_on, 1)

    def test_writes_nothing(self, world, keeper):
        world.limit(THURSDAY)
        events = Event.objects.count()
        circular = Circular("1/VPCP", date(2026, 11, 1), "Công văn")
        effect = keeping.preview_of(SWAP, year=None, circular=circular, now=THURSDAY)
        assert effect.moved == 1
        assert Event.objects.count() == events
        assert published().calendar.is_working_day(MONDAY)


class TestTheMissingYear:
    """From 1 October on the next year must be there; the keepers hear of it once a week."""

    @pytest.fixture
    def mai(self, world):
        with recording.recorded(may_be_idle=True):
            return person("mai", "Vũ Thị Mai", Role.CALENDAR_KEEPER, world.office, "Chuyên viên")

    @pytest.fixture
    def without_2027(self, db):
        with recording.recorded(may_be_idle=True):
            CalendarYear.objects.filter(year=2027).delete()

    @pytest.mark.parametrize(
        ("today", "missing"),
        [
            (date(2026, 9, 30), None),
            (date(2026, 10, 1), 2027),
            (date(2026, 12, 31), 2027),
            (date(2027, 1, 1), 2027),
        ],
    )
    def test_counts_from_the_first_of_october(self, without_2027, today, missing):
        assert keeping.missing_year(today) == missing

    def test_is_told_to_the_keeper_once_a_week(self, without_2027, mai):
        start = hanoi(2026, 10, 1, 0, 1)
        assert keeping.warn_keepers(start - timedelta(minutes=2)) == 0
        told = [keeping.warn_keepers(start + timedelta(days=n)) for n in range(15)]
        assert told == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
        messages = Message.objects.filter(kind="calendar_missing")
        assert set(messages.values_list("recipient__username", "about")) == {("mai", "2027")}

    def test_without_a_keeper_the_chief_hears_of_it(self, world, without_2027):
        keeping.warn_keepers(NOW)
        assert Message.objects.get(kind="calendar_missing").recipient == world.thu

    def test_is_no_news_once_the_year_is_published(self, mai):
        assert keeping.warn_keepers(NOW) == 0
