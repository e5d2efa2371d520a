"""What every verb of a dossier must keep; the classes of the single verbs inherit these tests.

The expectations are written out here by name, not read from the tables under test.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection

from accounts.actors import Actor
from accounts.models import FormReceipt, Message, StagedFile
from accounts.refusals import NotAllowed
from accounts.roles import Role
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from documents.models import Paper, Series
from dossiers import transitions as verbs
from dossiers.models import (
    Assignment,
    Attachment,
    Conclusion,
    Consultation,
    CoverSlip,
    Direction,
    Dossier,
    FormReturn,
    Holding,
    Letter,
    Meeting,
    Notice,
    Rejection,
    Report,
    Withdrawal,
)
from dossiers.states import MOVES, State
from ledger import recording
from ledger.models import Event
from tests.world import NOW, World, person

#: Everything that a verb may write.
TABLES = (
    Dossier, Series, Direction, Report, Conclusion, Notice, Attachment, StagedFile,
    Assignment, Assignment.cooperating.through, FormReturn, CoverSlip, Consultation, Meeting,
    Rejection, Withdrawal, Letter, Letter.limits.through, Paper, Holding, FormReceipt, TimeLimit,
    OverdueFlag, SweepRun, Message, Event,
)  # fmt: skip
WRITES = ("INSERT", "UPDATE", "DELETE")


class Crash(Exception):
    """The process dies here."""


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a verb may write, to see that nothing at all has changed."""
    return {
        model.__name__: list(model.objects.order_by(model._meta.pk.name).values())
        for model in TABLES
    }


@contextmanager
def crash_at_write(number: int) -> Iterator[list[str]]:
    """Let the n-th writing statement fail; yields the statements that were tried."""
    tried: list[str] = []

    def wrapper(execute, sql, params, many, context):
        if sql.lstrip().startswith(WRITES):
            tried.append(sql)
            if len(tried) == number:
                raise Crash
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield tried


def people(world: World) -> dict[str, Actor]:
    """One person for every role, strangers of another agency, and someone whose post has ended."""
    with recording.recorded(may_be_idle=True):
        dung = person("dung", "Vũ Tiến Dũng", Role.AGENCY_OFFICER, world.ward, "Chuyên viên")
        hai = person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
        quang = person("quang", "Lý Đăng Quang", Role.OFFICE_OFFICER, world.office, "Chuyên viên")
        kiet = person(
            "kiet", "Tạ Tuấn Kiệt", Role.HOME_AFFAIRS_DIRECTOR, world.home_affairs, "Giám đốc Sở"
        )
        ngan = person("ngan", "Mai Kim Ngân", Role.AGENCY_HEAD, world.office, "Trưởng phòng")
        vinh = person(
            "vinh", "Cao Thế Vinh", Role.AGENCY_HEAD, world.ward, "Chủ tịch",
            until=date(2026, 11, 24),
        )  # fmt: skip
    named = {name: getattr(world, name) for name in World.__dataclass_fields__}
    users = {name: user for name, user in named.items() if hasattr(user, "username")}
    users |= {"dung": dung, "hai": hai, "quang": quang, "kiet": kiet, "ngan": ngan, "vinh": vinh}
    return {name: world.by(user) for name, user in users.items()}


def with_leader(world: World) -> Dossier:
    return world.put()


def issued(world: World) -> Dossier:
    dossier = world.concluded()
    verbs.issue_notice(
        dossier, ref="12/TB-VP", issued_on=date(2026, 11, 25), late_reason="", files={},
        version=None, by=world.by(world.thu), now=NOW,
    )  # fmt: skip
    return dossier


#: State → a dossier that is there; where the way leads through a direction, it has been answered.
IN_STATE: dict[State, Callable[[World], Dossier]] = {
    State.DRAFTING: lambda world: world.draft(),
    State.SUBMITTED: lambda world: world.submitted(),
    State.FORM_RETURNED: lambda world: world.returned(),
    State.UNDER_VERIFICATION: lambda world: world.received(),
    State.CONSULTING: lambda world: world.consulted(),
    State.WITH_LEADER: lambda world: world.reported().dossier,
    State.EXPLANATION_DUE: lambda world: world.directed().dossier,
    State.MEETING_SCHEDULED: lambda world: world.meeting(),
    State.REJECTED: lambda world: world.rejected(),
    State.WITHDRAWN: lambda world: world.withdrawn(),
    State.OFFICE_DRAFTING: lambda world: world.concluded(),
    State.ISSUED: issued,
    State.CLOSED: lambda world: verbs.close(
        issued(world), version=None, by=world.by(world.phuc), now=NOW
    ),
}


class VerbStory:
    """The tests that every verb shares. ``act`` runs the verb on a dossier as a person."""

    starts_from: ClassVar[set[State]]
    leads_to: ClassVar[State | None] = None  # None: the state stays
    #: Everybody of ``people`` who may; all others may not.
    may: ClassVar[set[str]]
    acts_as: ClassVar[str]
    #: The events that one run leaves, in order.
    entries: ClassVar[list[str]]
    #: States in which the verb can be called at all (it may need a direction to answer).
    callable_in: ClassVar[tuple[State, ...]] = tuple(State)
    grows: ClassVar[int] = 1
    #: The purpose of the file that comes with it.
    brings: ClassVar[str] = ""

    def act(self, world: World, dossier: Dossier, by: Actor, files: verbs.Files) -> object:
        raise NotImplementedError

    def files(self, world: World, by: Actor) -> verbs.Files:
        return {self.brings: [world.staged(by.user)]} if self.brings else {}

    def start(self, world: World) -> Dossier:
        return IN_STATE[sorted(self.starts_from)[0]](world)

    def actor(self, world: World) -> Actor:
        return world.by(getattr(world, self.acts_as))

    @pytest.mark.once
    def test_is_allowed_from_these_states_and_refused_from_all_others(self, world):
        by = self.actor(world)
        assert self.starts_from <= set(self.callable_in)
        for state in self.callable_in:
            dossier = IN_STATE[state](world)
            files = self.files(world, by)
            before = everything()
            if state in self.starts_from:
                self.act(world, dossier, by, files)
                dossier.refresh_from_db()
                assert dossier.state == (self.leads_to or state)
            else:
                with pytest.raises(verbs.WrongState):
                    self.act(world, dossier, by, files)
                assert everything() == before, state

    def test_is_refused_to_every_other_role_and_to_other_agencies(self, world):
        dossier, actors = self.start(world), people(world)
        for name, by in actors.items():
            if name not in self.may:
                files = self.files(world, by)
                before = everything()
                with pytest.raises(NotAllowed):
                    self.act(world, dossier, by, files)
                assert everything() == before, name

    def test_is_allowed_to_every_role_that_has_the_right(self, world):
        actors = people(world)
        for name in sorted(self.may):
            self.act(world, self.start(world), actors[name], self.files(world, actors[name]))

    def test_happens_whole_or_not_at_all(self, world):
        dossier, by = self.start(world), self.actor(world)
        files = self.files(world, by)
        before = everything()
        with crash_at_write(0) as writes, pytest.raises(Crash), recording.recorded():
            self.act(world, dossier, by, files)
            raise Crash
        assert everything() == before
        assert len(writes) > 1
        for number in range(1, len(writes) + 1):
            with crash_at_write(number), pytest.raises(Crash):
                self.act(world, dossier, by, files)
            assert everything() == before, writes[number - 1]

    def test_leaves_its_entries_with_the_person_and_the_post_of_that_moment(self, world):
        dossier, by = self.start(world), self.actor(world)
        last = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
        self.act(world, dossier, by, self.files(world, by))
        events = Event.objects.filter(pk__gt=last).order_by("pk")
        assert [event.action for event in events] == self.entries
        for event in events:
            assert event.at == NOW
            if event.actor_id is not None:
                assert (event.actor_id, event.actor_name) == (by.user.pk, by.user.full_name)
                assert event.actor_post == by.posts[0].line()

    def test_the_version_grows_with_every_change(self, world):
        dossier, by = self.start(world), self.actor(world)
        before = Dossier.objects.get(pk=dossier.pk).version
        self.act(world, dossier, by, self.files(world, by))
        assert Dossier.objects.get(pk=dossier.pk).version == before + self.grows


def test_every_verb_of_the_table_has_its_class():
    """A verb added later cannot be forgotten: its class stands in some ``test_verbs_….py``."""
    modules = [
        importlib.import_module(f"tests.dossiers.{path.stem}")
        for path in Path(__file__).parent.glob("test_verbs_*.py")
    ]
    classes = {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, VerbStory)
    }
    wanted = {f"Test{''.join(word.title() for word in verb.split('_'))}" for verb in MOVES}
    assert wanted - classes == set()


def test_every_state_that_a_verb_leads_to_can_be_reached_here():
    """A state added later is one from which every other verb has to be refused."""
    assert {target for _, target in MOVES.values()} - set(IN_STATE) == set()
