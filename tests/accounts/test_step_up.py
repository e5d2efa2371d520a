"""A decision asks for the password again after ten minutes; nothing typed is lost meanwhile.

quality.md §4 rule S10 and §3 row 49.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import SignInFailure
from accounts.sign_in import MOST_FAILURES
from deadlines.models import Adjustment, DueDateRevision, Suspension
from dossiers import transitions as verbs
from dossiers.models import Dossier
from dossiers.states import State
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import fields, in_english, open_form, text_of
from tests.dossiers.test_adjusting_pages import TYPED, ready
from tests.dossiers.test_concurrency import at_once, posting
from tests.world import NOW, PASSWORD, World

pytestmark = [pytest.mark.once, pytest.mark.django_db]

JUST = timedelta(minutes=10)
LATER = NOW + JUST + timedelta(seconds=1)
WRONG = "không phải mật khẩu"


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


def on_limit(page: str) -> Callable[[World], Dossier]:
    return lambda world: ready(world, page).dossier


def asked_back(world: World) -> Dossier:
    dossier = world.submitted()
    verbs.ask_withdrawal(
        dossier, reason="Rà soát lại.", version=None, by=world.by(world.hung), now=NOW
    )
    return dossier


#: Decision → how it comes to be open, who decides, what is typed. A new decision belongs here.
DECISIONS: dict[str, tuple[Callable[[World], Dossier], str, dict[str, Any]]] = {
    "decide": (on_limit("decide"), "minh", TYPED["decide"]),
    "suspend": (on_limit("suspend"), "minh", TYPED["suspend"]),
    "resume": (on_limit("resume"), "minh", TYPED["resume"]),
    "reject": (lambda world: world.put(), "minh", {"text": "Chưa đủ căn cứ."}),
    "decide_withdrawal": (asked_back, "thu", {"decision": "agree"}),
}


class Desk:
    """A person before the open page of a decision, eleven minutes after the last password."""

    def __init__(self, world: World, name: str, sign_in, wall_clock, now=LATER):
        make, who, typed = DECISIONS[name]
        self.dossier = make(world)
        self.where = reverse(f"dossiers:{name}", args=[self.dossier.code])
        self.browser: Client = in_english(sign_in(getattr(world, who)))
        wall_clock(now)
        self.form = {**open_form(self.browser, f"dossiers:{name}", self.dossier.code), **typed}

    def send(self, **changes: Any):
        return self.browser.post(self.where, {**self.form, **changes})


@pytest.fixture
def desk(world, sign_in, wall_clock) -> Callable[..., Desk]:
    return lambda name="decide", now=LATER: Desk(world, name, sign_in, wall_clock, now)


def done() -> tuple[int, ...]:
    return (
        DueDateRevision.objects.count(),
        Adjustment.objects.exclude(state="asked").count(),
        Suspension.objects.filter(resumed_by__isnull=False).count(),
        Dossier.objects.filter(state__in=[State.REJECTED, State.WITHDRAWN]).count(),
        Suspension.objects.count(),
    )


@pytest.mark.parametrize("name", DECISIONS)
class TestEveryDecision:
    def test_asks_for_the_password_and_decides_nothing_without_it(self, desk, name):
        at = desk(name)
        assert at.form["password"] == ""
        before = done()
        for typed in ("", WRONG):
            answer = at.send(password=typed)
            assert answer.status_code == 422
            assert done() == before
            shown = fields(answer)
            assert shown["password"] == ""
            for field, value in at.form.items():
                if field in shown and field not in {"password", "csrfmiddlewaretoken"}:
                    assert shown[field] == value, field
        assert at.send(password=PASSWORD).status_code == 302
        assert done() != before

    def test_does_not_ask_within_ten_minutes(self, desk, name):
        at = desk(name, now=NOW + JUST)
        assert "password" not in at.form
        assert at.send().status_code == 302

    def test_a_form_without_the_field_is_no_way_around(self, desk, name):
        at = desk(name)
        before = done()
        del at.form["password"]
        assert at.send().status_code == 422
        assert at.send(confirmed_at="9999999999", password_confirmed="1").status_code == 422
        assert done() == before

    def test_whoever_may_not_decide_is_not_even_asked(self, world, sign_in, desk, name):
        at = desk(name)
        lan = sign_in(world.lan)
        answer = lan.post(at.where, {**at.form, "password": PASSWORD})
        assert answer.status_code in {403, 404}
        assert not Event.objects.filter(action="password_confirmed").exists()


class TestThePassword:
    def test_holds_ten_minutes_for_all_decisions_of_the_session(self, world, desk, wall_clock):
        at = desk("suspend")
        assert at.send(password=PASSWORD).status_code == 302
        wall_clock(LATER + JUST)
        resume = open_form(at.browser, "dossiers:resume", at.dossier.code)
        assert "password" not in resume
        wall_clock(LATER + JUST + timedelta(seconds=1))
        assert "password" in open_form(at.browser, "dossiers:resume", at.dossier.code)

    def test_is_kept_nowhere(self, desk, world):
        at = desk()
        answer = at.send(password=PASSWORD, granted_on="31/2/2026")
        assert answer.status_code == 422
        assert PASSWORD not in answer.content.decode()
        assert "password" not in fields(answer), "it was right: it is not asked for twice"
        stored = [
            str(row)
            for model in (Event, Adjustment)
            for row in model.objects.values()
        ]  # fmt: skip
        assert not any(PASSWORD in row for row in stored)
        assert PASSWORD not in str(dict(at.browser.session))

    def test_wrong_ones_count_like_those_at_the_sign_in_page(self, desk):
        at = desk()
        for _ in range(MOST_FAILURES):
            answer = at.send(password=WRONG)
        assert SignInFailure.objects.filter(username="minh").count() == MOST_FAILURES
        assert Event.objects.filter(action="sign_in_braked").count() == 1
        answer = at.send(password=PASSWORD)
        assert answer.status_code == 422
        assert "Too many wrong tries." in text_of(answer)
        assert Adjustment.objects.get().state == "asked"
        signing_in = {"username": "minh", "password": PASSWORD}
        assert Client().post(reverse("accounts:sign_in"), signing_in).status_code == 429

    def test_each_try_is_entered_with_the_person(self, desk):
        at = desk()
        at.send(password=WRONG)
        at.send(password=PASSWORD)
        actions = Event.objects.filter(object_kind="account", object_code="minh")
        assert list(actions.order_by("pk").values_list("action", flat=True)) == [
            "sign_in_refused", "password_confirmed",
        ]  # fmt: skip
        assert actions.get(action="password_confirmed").actor_name == "Phạm Quang Minh"

    def test_of_somebody_else_is_wrong(self, world, desk):
        at = desk()
        with recording.recorded(may_be_idle=True):
            world.thu.set_password("một câu khác hẳn của Thu")
            world.thu.save()
        assert at.send(password="một câu khác hẳn của Thu").status_code == 422

    def test_signing_in_counts_and_signing_out_ends_it(self, world, wall_clock):
        dossier = ready(world, "decide").dossier
        wall_clock(NOW)
        browser = Client()
        signing_in = {"username": "minh", "password": PASSWORD}
        browser.post(reverse("accounts:sign_in"), signing_in)
        where = reverse("dossiers:decide", args=[dossier.code])
        assert "password" not in fields(browser.get(where))
        browser.post(reverse("accounts:sign_out"))
        assert "confirmed_at" not in browser.session

    def test_a_clock_that_stepped_back_makes_it_due(self, desk):
        at = desk(now=NOW - timedelta(minutes=1))
        assert "password" in at.form


class TestTabsReplaysAndEndedSessions:
    def test_two_tabs_each_decide_once_and_the_second_is_told(self, desk, world):
        at = desk()
        second = open_form(at.browser, "dossiers:decide", at.dossier.code)
        assert at.send(password=PASSWORD).status_code == 302
        late = at.browser.post(at.where, {**second, **TYPED["decide"], "password": ""})
        assert late.status_code == 409  # no password is due any more, and it is decided
        assert DueDateRevision.objects.count() == 1

    def test_a_form_that_had_its_effect_leads_to_it_without_a_password(self, desk, wall_clock):
        at = desk()
        first = at.send(password=PASSWORD)
        wall_clock(LATER + timedelta(minutes=12))
        again = at.send(password="")
        assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
        assert DueDateRevision.objects.count() == 1

    def test_what_was_typed_when_the_session_ended_comes_back_without_the_password(
        self, world, sign_in, wall_clock
    ):
        dossier = ready(world, "decide").dossier
        where = reverse("dossiers:decide", args=[dossier.code])
        browser, wrote = Client(), {"username": "minh", "password": PASSWORD}
        wall_clock(NOW)
        browser.post(reverse("accounts:sign_in"), wrote)
        form = {**fields(browser.get(where)), **TYPED["decide"], "answer": "Đồng ý một lần."}
        wall_clock(NOW + timedelta(minutes=16))  # a leader's session ends after fifteen
        answer = browser.post(where, {**form, "password": PASSWORD})
        assert answer.status_code == 302 and "dang-nhap" in answer.headers["Location"]
        assert PASSWORD not in str(dict(browser.session))
        browser.post(answer.headers["Location"], {**wrote, "next": where})
        shown = fields(browser.get(where))
        assert shown["answer"] == "Đồng ý một lần."
        assert "password" not in shown  # signing in just now is the confirmation
        assert browser.post(where, {**shown, "viec": "dong-y"}).status_code == 302

    def test_ending_the_session_elsewhere_ends_the_confirmation(self, world, desk):
        at = desk()
        with recording.recorded(may_be_idle=True):
            world.minh.set_password("một câu mới chỉ mình biết")
            world.minh.save()
        answer = at.send(password=PASSWORD)
        assert answer.status_code == 302 and "dang-nhap" in answer.headers["Location"]
        assert DueDateRevision.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_nine_presses_with_the_password_decide_once(self, desk):
        at = desk()
        form = {**at.form, "password": PASSWORD}
        answers = at_once(*(posting(at.browser, at.where, form) for _ in range(9)))
        assert {answer.status_code for answer in answers} == {302}
        assert DueDateRevision.objects.count() == 1

    def test_guesses_at_once_decide_nothing_and_close_the_brake(self, desk):
        at = desk()
        form = {**at.form, "password": WRONG}
        answers = at_once(*(posting(at.browser, at.where, form) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {422}
        assert at.send(password=PASSWORD).status_code == 422
        assert DueDateRevision.objects.count() == 0
