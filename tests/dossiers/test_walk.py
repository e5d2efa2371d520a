"""An automated walk over the table of moves: every state is reached through pages, and at every
state every act that does not fit is refused to everybody and changes nothing (invariant 26).

The forms are opened and filled in as a browser would; a form that somebody posts where the act does
not fit was built by hand or kept open since, so it carries whatever it needs.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from dossiers import policies
from dossiers.models import Dossier
from dossiers.states import MOVES, WITHIN, State
from ledger import recording
from tests.dossiers.desk import docx, open_form, pdf, submission
from tests.dossiers.test_verbs_letters import SORRY
from tests.world import NOW, World, hanoi, person

pytestmark = [pytest.mark.once, pytest.mark.django_db]

#: The morning after the last day of an opinion asked for at NOW.
AFTER = hanoi(2026, 12, 3, 8, 0)

#: Verb → its page, who does it, what is typed. Files are made anew for each post.
ACTS: dict[str, tuple[str, str, Callable[[], dict[str, Any]]]] = {
    "edit": ("edit", "lan", lambda: {"matter": "Bản sửa", "viec": "nhap"}),
    "submit": ("submit", "lan", dict),
    "resubmit": ("resubmit", "lan", dict),
    "receive": ("receive", "phuc", dict),
    "return_for_form": (
        "return_for_form", "phuc", lambda: {"reason": "initials", "text": "Thiếu ký tắt."},
    ),
    "put_to_leader": (
        "put_to_leader", "phuc", lambda: {"summary": "Đủ thành phần.", "proposal": "Trình."},
    ),
    "consult": ("consult", "phuc", lambda: {"question": "Cho ý kiến.", "agencies": []}),
    "answer_consultation": ("answer", "hai", lambda: {"position": "agrees"}),
    "record_silence": ("record_silence", "phuc", dict),
    "direct_explanation": (
        "direct_explanation", "minh", lambda: {"kind": "explain", "text": "Vì sao?"},
    ),
    "prepare_report": ("report", "lan", lambda: {"text": "Nháp.", "viec": "nhap"}),
    "apologise": ("apologise", "hung", lambda: dict(SORRY)),
    "report_back": ("report", "hung", lambda: {"text": "Vì thế.", "viec": "gui"}),
    "call_meeting": (
        "call_meeting", "minh", lambda: {"planned_at": "14:00 30/12/2026", "place": "Phòng số 2"},
    ),
    "conclude": ("conclude", "minh", lambda: {"text": "Đồng ý."}),
    "reject": ("reject", "minh", lambda: {"text": "Chưa đủ căn cứ."}),
    "ask_withdrawal": ("ask_withdrawal", "hung", lambda: {"reason": "Rà soát lại."}),
    "decide_withdrawal": ("decide_withdrawal", "phuc", lambda: {"decision": "agree"}),
    "assign": ("assign", "hung", lambda: {}),
    "attach_draft_version": (
        "attach_draft_version", "phuc", lambda: {"draft_version_file": docx()},
    ),
    "issue_notice": (
        "issue_notice", "phuc",
        lambda: {"ref": "12/TB-VP", "issued_on": "25/11/2026", "notice_file": pdf("tb.pdf")},
    ),
    "close": ("close", "phuc", dict),
}  # fmt: skip

#: State → the acts that lead there from logging on. Together they use every move of the table.
WAYS: dict[State, list[tuple[str, ...]]] = {
    State.DRAFTING: [("edit", "assign")],
    State.SUBMITTED: [("submit",), ("submit", "return_for_form", "edit", "resubmit")],
    State.FORM_RETURNED: [
        ("submit", "return_for_form"),
        ("submit", "receive", "return_for_form"),
    ],
    State.UNDER_VERIFICATION: [
        ("submit", "receive"),
        ("submit", "receive", "consult", "answer_consultation"),
        ("submit", "receive", "consult", "record_silence"),
    ],
    State.CONSULTING: [("submit", "receive", "consult")],
    State.WITH_LEADER: [
        ("submit", "receive", "put_to_leader"),
        ("submit", "direct_explanation", "prepare_report", "report_back"),
    ],
    State.EXPLANATION_DUE: [
        ("submit", "direct_explanation", "assign", "apologise"),
        ("submit", "receive", "direct_explanation"),
        ("submit", "receive", "put_to_leader", "direct_explanation"),
        ("submit", "receive", "put_to_leader", "call_meeting", "direct_explanation"),
    ],
    State.MEETING_SCHEDULED: [("submit", "receive", "put_to_leader", "call_meeting")],
    State.OFFICE_DRAFTING: [
        ("submit", "receive", "put_to_leader", "conclude", "attach_draft_version"),
        ("submit", "receive", "put_to_leader", "call_meeting", "conclude"),
    ],
    State.REJECTED: [
        ("submit", "receive", "put_to_leader", "reject"),
        ("submit", "receive", "put_to_leader", "call_meeting", "reject"),
    ],
    State.WITHDRAWN: [
        ("submit", "ask_withdrawal", "decide_withdrawal"),
        ("submit", "return_for_form", "ask_withdrawal", "decide_withdrawal"),
        ("submit", "receive", "ask_withdrawal", "decide_withdrawal"),
        ("submit", "receive", "ask_withdrawal", "consult", "decide_withdrawal"),
        ("submit", "receive", "put_to_leader", "ask_withdrawal", "decide_withdrawal"),
        (
            "submit", "receive", "put_to_leader", "ask_withdrawal", "call_meeting",
            "decide_withdrawal",
        ),
        ("submit", "direct_explanation", "ask_withdrawal", "decide_withdrawal"),
    ],
    State.ISSUED: [("submit", "receive", "put_to_leader", "conclude", "issue_notice")],
    State.CLOSED: [("submit", "receive", "put_to_leader", "conclude", "issue_notice", "close")],
}  # fmt: skip


class Walk:
    """A dossier on its way, moved by the right people through their pages."""

    def __init__(self, world: World, sign_in, wall_clock):
        self.world, self._sign_in, self._clock = world, sign_in, wall_clock
        with recording.recorded(may_be_idle=True):
            hai = person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
        self.people: dict[str, User] = {
            name: user for name, user in vars(world).items() if isinstance(user, User)
        } | {"hai": hai}
        self._browsers: dict[str, Client] = {}

    def browser(self, name: str) -> Client:
        if name not in self._browsers:
            self._browsers[name] = self._sign_in(self.people[name])
        return self._browsers[name]

    def go(self, *verbs: str) -> Dossier:
        """Log a dossier and do these acts with it."""
        self._clock(NOW)
        lan = self.browser("lan")
        number = Dossier.objects.count() + 1  # each letter has a number of its own
        form = submission(lan, viec="nhap", letter_ref=f"{number}/TTr-UBND")
        answer = lan.post(reverse("dossiers:log"), form)
        dossier = Dossier.objects.get(code=answer.headers["Location"].split("/")[2])
        for verb in verbs:
            self.act(dossier, verb)
        dossier.refresh_from_db()
        return dossier

    def act(self, dossier: Dossier, verb: str) -> None:
        view, who, typed = ACTS[verb]
        dossier.refresh_from_db()
        browser = self.browser(who)
        if verb == "record_silence":  # days later; the session of today has ended by then
            self._clock(AFTER)
            browser = self._sign_in(self.people[who])
        form = {**open_form(browser, f"dossiers:{view}", dossier.code), **self.typed(verb)}
        answer = browser.post(reverse(f"dossiers:{view}", args=[dossier.code]), form)
        assert answer.status_code == 302, (verb, dossier.state, answer.status_code)
        self._clock(NOW)

    def typed(self, verb: str) -> dict[str, Any]:
        facts = ACTS[verb][2]()
        if verb == "consult":
            facts["agencies"] = [str(self.world.other_ward.pk)]
        if verb == "assign":
            facts["officer"] = str(self.world.lan.pk)
        return facts


@pytest.fixture
def walk(world, sign_in, wall_clock) -> Walk:
    return Walk(world, sign_in, wall_clock)


def column_values(dossier: Dossier) -> dict[str, Any]:
    """Every column of the row."""
    return Dossier.objects.filter(pk=dossier.pk).values().get()


@pytest.mark.parametrize("state", list(WAYS))
def test_every_state_is_reached_by_allowed_moves(walk, state):
    for way in WAYS[state]:
        assert walk.go(*way).state == state, way


def test_the_ways_use_every_move_of_the_table_and_every_act_within_a_state():
    """A move added to the table and walked nowhere is found here."""
    walked: set[tuple[str, State]] = set()
    for ways in WAYS.values():
        for way in ways:
            state = State.DRAFTING
            for verb in way:
                walked.add((verb, state))
                state = MOVES[verb][1] if verb in MOVES else state
    moves = {(verb, state) for verb, (sources, _target) in MOVES.items() for state in sources}
    assert moves - walked == set()
    assert {verb for verb, _state in walked} == {*MOVES, *WITHIN}


def test_every_state_has_its_way_and_every_verb_its_page():
    assert set(WAYS) == set(State)
    assert set(ACTS) == set(policies.ACT_OF) == {*MOVES, *WITHIN}


#: Who reads and does no act on a dossier in any state, as ``test_what_fits_is_refused…`` shows.
READERS = {"hoa", "an", "son"}


@pytest.mark.parametrize("state", list(WAYS))
def test_what_does_not_fit_is_refused_to_everybody_and_changes_nothing(walk, state):
    dossier = walk.go(*WAYS[state][0])
    before = column_values(dossier)
    for verb, (view, _who, _typed) in ACTS.items():
        if state in (WITHIN.get(verb) or MOVES[verb][0]):
            continue
        where = reverse(f"dossiers:{view}", args=[dossier.code])
        for name in sorted(walk.people.keys() - READERS):
            form = {
                "form_key": str(uuid.uuid4()),
                "version": before["version"],
                "round": before["round"],
                **walk.typed(verb),
            }
            answer = walk.browser(name).post(where, form)
            assert answer.status_code in {403, 404, 409, 422}, (verb, name, answer.status_code)
            assert column_values(dossier) == before, (verb, name)


@pytest.mark.parametrize("state", list(WAYS))
def test_what_fits_is_refused_to_everybody_who_has_not_the_right(walk, state):
    dossier = walk.go(*WAYS[state][0])
    before = column_values(dossier)
    for verb, (view, _who, _typed) in ACTS.items():
        if state not in (WITHIN.get(verb) or MOVES[verb][0]):
            continue
        where = reverse(f"dossiers:{view}", args=[dossier.code])
        for name, user in walk.people.items():
            if policies.may(walk.world.by(user), verb, dossier):
                continue
            form = {
                "form_key": str(uuid.uuid4()),
                "version": before["version"],
                **walk.typed(verb),
            }
            answer = walk.browser(name).post(where, form)
            assert answer.status_code in {403, 404}, (verb, name, answer.status_code)
            assert column_values(dossier) == before, (verb, name)
