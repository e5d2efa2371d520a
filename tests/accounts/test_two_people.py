"""A post is proposed by one person and given by another; the last of the watchers stays.

quality.md §4 rules S1, S3, S5, S7 and S8; §2 invariants 24, 39 and 40.
"""

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import actors, appointing, transitions
from accounts.models import Appointment, AppointmentProposal, Message, User
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.roles import Role
from accounts.transitions import AppointmentRefused, LastOne
from ledger import recording
from ledger.models import Event
from tests.dossiers.test_concurrency import at_once
from tests.world import NOW, World, person

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
TOMORROW = TODAY + timedelta(days=1)
State = AppointmentProposal.State
#: Roles with power over others' cases, and a person of the stories who might get each (S7).
DECIDING = {
    Role.CITY_LEADER: ("hung", None),
    Role.HOME_AFFAIRS_DIRECTOR: ("hung", "home_affairs"),
    Role.AUDITOR: ("quynh", "office"),
    Role.SYSTEM_ADMINISTRATOR: ("quynh", "office"),
}


@pytest.fixture
def world(world) -> World:
    """Bình is the second administrator; Quỳnh has an account and no post yet."""
    with recording.recorded(may_be_idle=True):
        world.binh = person(
            "binh", "Đào Duy Bình", Role.SYSTEM_ADMINISTRATOR, world.office, "Quản trị hệ thống"
        )
        world.quynh = User.objects.create(username="quynh", full_name="Tô Như Quỳnh")
    return world


def propose(world: World, who="quynh", by="son", **changes) -> AppointmentProposal:
    facts = {
        "role": Role.AGENCY_CLERK,
        "post": "Văn thư",
        "agency": world.ward,
        "started_on": TODAY,
        "reason": "Quyết định 12/QĐ-UBND",
    }
    return appointing.propose_appointment(
        getattr(world, who), **{**facts, **changes}, by=world.by(getattr(world, by)), now=NOW
    )


def confirm(world: World, proposal: AppointmentProposal, by: str) -> Appointment:
    return appointing.confirm_appointment(proposal, by=world.by(getattr(world, by)), now=NOW)


def end(world: World, user: User, by: str, ended_on: date = TODAY) -> None:
    post = user.appointments.get()
    appointing.end_post(
        post,
        ended_on=ended_on,
        reason="Điều động",
        seen=post.ended_on,
        by=world.by(getattr(world, by)),
        now=NOW,
    )


def everyone(world: World) -> list[str]:
    return [name for name, value in vars(world).items() if isinstance(value, User)]


class TestProposeAppointment:
    def test_gives_nothing_yet_and_tells_the_second_persons(self, world):
        proposal = propose(world)
        assert world.by(world.quynh).posts == ()
        assert proposal.state == State.PROPOSED
        told = Message.objects.filter(kind="post_proposed").values_list(
            "recipient__username", flat=True
        )
        assert set(told) == {"thu", "binh"}
        entry = Event.objects.get(action="appointment_proposed")
        assert (entry.actor_name, entry.object_code) == ("Ngô Thanh Sơn", "quynh")
        assert entry.reason == "Quyết định 12/QĐ-UBND"

    def test_is_for_administrators_alone(self, world):
        for name in set(everyone(world)) - {"son", "binh", "quynh"}:
            with pytest.raises(NotAllowed):
                propose(world, by=name)
        assert not AppointmentProposal.objects.exists()

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.AGENCY_HEAD])
    def test_never_for_oneself(self, world, role):
        with pytest.raises(NotAllowed):
            propose(world, who="son", role=role)
        facts = {
            "user": world.son, "role": role, "post": "x", "agency": world.ward,
            "started_on": TODAY, "reason": "x", "proposed_by": world.son, "proposed_at": NOW,
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            AppointmentProposal.objects.create(**facts)

    def test_once_while_it_waits(self, world):
        propose(world)
        with pytest.raises(Conflict):
            propose(world, by="binh")
        assert AppointmentProposal.objects.count() == 1
        propose(world, role=Role.CITY_LEADER, agency=None)
        with pytest.raises(Conflict):
            propose(world, role=Role.CITY_LEADER, agency=None, by="binh")

    def test_not_what_the_person_holds_already(self, world):
        with pytest.raises(AppointmentRefused):
            propose(world, who="lan")

    def test_not_for_a_closed_account(self, world):
        transitions.close_account(world.quynh, reason="Nghỉ việc", by=world.by(world.son), now=NOW)
        with pytest.raises(AppointmentRefused):
            propose(world)


class TestConfirmAppointment:
    @pytest.mark.parametrize("role", DECIDING)
    @pytest.mark.parametrize("second", ["binh", "thu"])
    def test_two_administrators_or_one_and_the_office_give_a_deciding_role(
        self, world, role, second
    ):
        who, agency = DECIDING[role]
        if who == "hung":
            end(world, world.hung, "son", date(2026, 11, 24))
        place = getattr(world, agency) if agency else None
        proposal = propose(world, who, role=role, agency=place)
        user = getattr(world, who)
        assert not world.by(user).holds(role)
        confirm(world, proposal, second)
        assert world.by(user).holds(role)
        proposal.refresh_from_db()
        assert proposal.state == State.CONFIRMED
        assert proposal.decided_by == getattr(world, second)
        entry = Event.objects.get(action="appointment_confirmed")
        assert (entry.actor_name, entry.object_code) == (getattr(world, second).full_name, who)

    def test_not_whoever_proposed_it_nor_whoever_gets_it_nor_anybody_else(self, world):
        proposal = propose(world)
        for name in set(everyone(world)) - {"binh", "thu"}:
            with pytest.raises(NotAllowed):
                confirm(world, proposal, name)
        assert world.by(world.quynh).posts == ()

    def test_nobody_confirms_a_post_of_their_own(self, world):
        end(world, world.binh, "son", date(2026, 11, 30))
        proposal = propose(
            world, "binh", role=Role.AGENCY_HEAD, agency=world.ward, started_on=date(2026, 12, 1)
        )
        with pytest.raises(NotAllowed):
            confirm(world, proposal, "binh")
        with pytest.raises(IntegrityError), transaction.atomic():
            AppointmentProposal.objects.filter(pk=proposal.pk).update(
                state=State.REFUSED, decided_by=world.binh
            )

    def test_the_database_itself_wants_two_people(self, world):
        proposal = propose(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            AppointmentProposal.objects.filter(pk=proposal.pk).update(
                state=State.REFUSED, decided_by=world.son
            )

    def test_a_proposer_whose_post_ended_meanwhile_still_does_not_confirm(self, world):
        """S1 follows the person, not the post: Sơn becomes chief of the Office the next day."""
        proposal = propose(world)
        end(world, world.son, "binh")
        later = NOW + timedelta(days=1)
        with recording.recorded(may_be_idle=True):
            person("son", "", Role.OFFICE_CHIEF, world.office, "Chánh Văn phòng", since=TOMORROW)
        with pytest.raises(NotAllowed):
            appointing.confirm_appointment(proposal, by=world.by(world.son, later), now=later)

    def test_decides_once(self, world):
        proposal = propose(world)
        confirm(world, proposal, "binh")
        for again in (
            lambda: confirm(world, proposal, "thu"),
            lambda: appointing.refuse_appointment(
                proposal, answer="Không", by=world.by(world.thu), now=NOW
            ),
            lambda: appointing.withdraw_proposal(proposal, by=world.by(world.son), now=NOW),
        ):
            with pytest.raises(Conflict, match="Đào Duy Bình"):
                again()
        assert world.quynh.appointments.count() == 1

    def test_looks_again_at_the_persons_other_posts(self, world):
        """Both were free to propose; only one of the two may become true (S3)."""
        inspector = propose(world, role=Role.INSPECTOR, agency=world.home_affairs)
        leader = propose(world, role=Role.CITY_LEADER, agency=None)
        confirm(world, inspector, "thu")
        with pytest.raises(AppointmentRefused):
            confirm(world, leader, "thu")
        assert world.by(world.quynh).holds(Role.INSPECTOR)
        assert not world.by(world.quynh).holds(Role.CITY_LEADER)

    def test_or_nothing_at_all(self, world, monkeypatch):
        proposal = propose(world)

        def fail(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(appointing, "deliver", fail)
        events = Event.objects.count()
        with pytest.raises(RuntimeError):
            confirm(world, proposal, "thu")
        proposal.refresh_from_db()
        assert proposal.state == State.PROPOSED
        assert not world.quynh.appointments.exists()
        assert Event.objects.count() == events


class TestRefuseAndWithdraw:
    def test_a_refusal_says_why_and_gives_nothing(self, world):
        proposal = propose(world)
        with pytest.raises(Refused):
            appointing.refuse_appointment(proposal, answer=" ", by=world.by(world.thu), now=NOW)
        appointing.refuse_appointment(
            proposal, answer="Chưa có quyết định.", by=world.by(world.thu), now=NOW
        )
        proposal.refresh_from_db()
        assert (proposal.state, proposal.answer) == (State.REFUSED, "Chưa có quyết định.")
        assert not world.quynh.appointments.exists()
        assert Message.objects.get(kind="post_decided").recipient == world.son
        propose(world)  # and it may be proposed again

    def test_only_the_proposer_takes_it_back(self, world):
        proposal = propose(world)
        with pytest.raises(NotAllowed):
            appointing.withdraw_proposal(proposal, by=world.by(world.binh), now=NOW)
        appointing.withdraw_proposal(proposal, by=world.by(world.son), now=NOW)
        proposal.refresh_from_db()
        assert proposal.state == State.WITHDRAWN


class TestEndPost:
    def test_today_takes_the_rights_at_once_and_leaves_the_day(self, world):
        end(world, world.hung, "son")
        post = world.hung.appointments.get()
        assert world.by(world.hung).posts == ()
        assert Appointment.objects.head_on(world.ward.pk, TODAY) == post
        assert Appointment.objects.head_on(world.ward.pk, TOMORROW) is None
        entry = Event.objects.get(action="appointment_ended")
        assert (entry.reason, entry.actor_name) == ("Điều động", "Ngô Thanh Sơn")
        assert Message.objects.get(kind="post_ended").recipient == world.hung

    def test_a_later_day_keeps_the_rights_until_its_end(self, world):
        end(world, world.hung, "son", TOMORROW)
        assert world.by(world.hung).holds(Role.AGENCY_HEAD)
        assert world.by(world.hung, NOW + timedelta(days=1)).holds(Role.AGENCY_HEAD)
        assert not world.by(world.hung, NOW + timedelta(days=2)).posts

    def test_is_for_administrators_alone(self, world):
        for name in set(everyone(world)) - {"son", "binh", "quynh"}:
            with pytest.raises(NotAllowed):
                end(world, world.lan, name)

    def test_tells_whoever_saw_another_end(self, world):
        end(world, world.hung, "son", TOMORROW)
        post = world.hung.appointments.get()
        with pytest.raises(Conflict):
            appointing.end_post(
                post, ended_on=TODAY, reason="x", seen=None, by=world.by(world.binh), now=NOW
            )


class TestTheLastOneStays:
    def test_the_last_administrator(self, world):
        end(world, world.binh, "son")
        with pytest.raises(LastOne):
            end(world, world.son, "son")
        with pytest.raises(LastOne):
            transitions.close_account(world.son, reason="x", by=world.by(world.son), now=NOW)
        assert world.by(world.son).holds(Role.SYSTEM_ADMINISTRATOR)

    def test_the_last_auditor(self, world):
        with pytest.raises(LastOne):
            end(world, world.an, "son", date(2030, 1, 1))
        with pytest.raises(LastOne):
            transitions.close_account(world.an, reason="x", by=world.by(world.son), now=NOW)

    def test_another_whose_account_is_closed_does_not_count(self, world):
        transitions.close_account(world.binh, reason="x", by=world.by(world.son), now=NOW)
        with pytest.raises(LastOne):
            end(world, world.son, "son")

    def test_another_whose_post_ends_before_does_not_count(self, world):
        end(world, world.binh, "son", date(2026, 11, 30))
        with pytest.raises(LastOne):
            end(world, world.son, "binh", date(2026, 12, 31))
        with pytest.raises(LastOne):
            end(world, world.son, "binh", date(2026, 11, 30))
        end(world, world.son, "binh", date(2026, 11, 29))

    def test_a_second_auditor_lets_the_first_go(self, world):
        confirm(world, propose(world, role=Role.AUDITOR, agency=world.office), "thu")
        end(world, world.an, "son")
        assert world.by(world.an).posts == ()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def together(self, *acts) -> list[str]:
        """What each act said: "done" or the name of its refusal."""
        said = at_once(*acts)
        return sorted(type(one).__name__ if isinstance(one, Exception) else "done" for one in said)

    def test_two_administrators_cannot_end_each_other(self, world):
        said = self.together(
            lambda: end(world, world.son, "binh"), lambda: end(world, world.binh, "son")
        )
        # Whoever comes when the other has acted holds the post no more.
        assert said in (["LastOne", "done"], ["NotAllowed", "done"])

    def test_one_of_two_decisions_counts(self, world):
        proposal = propose(world)
        said = self.together(
            lambda: confirm(world, proposal, "thu"),
            lambda: appointing.refuse_appointment(
                proposal, answer="Không", by=world.by(world.binh), now=NOW
            ),
        )
        assert said == ["Conflict", "done"]

    def test_posts_that_exclude_each_other_are_not_confirmed_side_by_side(self, world):
        inspector = propose(world, role=Role.INSPECTOR, agency=world.home_affairs)
        leader = propose(world, role=Role.CITY_LEADER, agency=None)
        said = self.together(
            lambda: confirm(world, inspector, "thu"), lambda: confirm(world, leader, "binh")
        )
        assert said == ["AppointmentRefused", "done"]
        assert world.quynh.appointments.count() == 1


#: Pairs that no account holds on one day (S3, S5), in either order.
APART = [
    (Role.CITY_LEADER, Role.INSPECTOR),
    (Role.CITY_LEADER, Role.HOME_AFFAIRS_DIRECTOR),
    (Role.CITY_LEADER, Role.OFFICE_CHIEF),
    (Role.CITY_LEADER, Role.CALENDAR_KEEPER),
    (Role.HOME_AFFAIRS_DIRECTOR, Role.INSPECTOR),
    (Role.AUDITOR, Role.AGENCY_CLERK),
    (Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR),
    (Role.SYSTEM_ADMINISTRATOR, Role.AGENCY_HEAD),
    (Role.SYSTEM_ADMINISTRATOR, Role.OFFICE_CHIEF),
]


@pytest.mark.parametrize("pair", [*APART, *(pair[::-1] for pair in APART)])
def test_no_account_holds_what_proposes_and_what_decides(world, pair):
    def give(role: Role, started_on: date) -> None:
        transitions.appoint(
            world.quynh, role=role, post="Chức vụ", started_on=started_on,
            agency=None if role == Role.CITY_LEADER else world.office,
            by=actors.job("test/1"), now=NOW,
        )  # fmt: skip

    give(pair[0], TODAY)
    with pytest.raises(AppointmentRefused):
        give(pair[1], TOMORROW)


class TestTheCommandAfterTheFounding:
    """The terminal founds an installation; from then on posts are given by two people."""

    def test_gives_no_post_when_two_could(self, world):
        with pytest.raises(CommandError):
            call_command(
                "appoint", "quynh", "--role", "city_leader", "--post", "Chủ tịch",
                stdout=io.StringIO(),
            )  # fmt: skip
        assert not world.quynh.appointments.exists()

    def test_still_opens_accounts(self, world, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("một câu chỉ mình biết\n"))
        call_command("appoint", "Mai", "--name", "Lưu Ngọc Mai", stdout=io.StringIO())
        assert world.by(User.objects.get(username="mai")).posts == ()

    def test_gives_posts_while_there_is_nobody_to_ask(self, world):
        with recording.recorded(may_be_idle=True):
            others = Appointment.objects.filter(user__in=[world.thu, world.binh])
            others.update(ended_on=TODAY, withdrawn_at=NOW)
        call_command(
            "appoint", "quynh", "--role", "office_chief", "--post", "Chánh Văn phòng",
            "--agency", "VP", "--from", "2026-11-25", stdout=io.StringIO(),
        )  # fmt: skip
        assert world.quynh.appointments.get().role == Role.OFFICE_CHIEF
