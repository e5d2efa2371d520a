"""One effect per form, one decision, no lost update: asked of every page of the workflow.

quality.md §2 invariants 23, 24, 25; §5 faults F24, F25 and F26.
"""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from accounts.models import FormReceipt
from dossiers.models import Dossier, Task
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import fields
from tests.dossiers.test_concurrency import at_once, posting
from tests.invariants.desks import DESKS, ELSEWHERE, Open
from tests.test_every_url import POSTS

#: Pages whose form names no version of the dossier: what it answers is what it competes for.
UNVERSIONED = {
    "give", "report_draft", "report", "answer", "ask_extension", "propose", "decide", "suspend",
    "resume", "task_ask_extension", "task_decide_extension", "task_propose", "task_suspend",
    "task_resume", "remind_agency", "void_letter",
}  # fmt: skip


@pytest.fixture
def opened(world, sign_in, wall_clock):
    return lambda name: Open(world, name, sign_in, wall_clock)


def entries(after: int) -> list[tuple]:
    """What was entered since, apart from what accounts do."""
    found = Event.objects.filter(pk__gt=after).exclude(object_kind="account").order_by("pk")
    return [(e.action, e.object_code, str(e.after)) for e in found]


def last() -> int:
    return Event.objects.latest("pk").pk


def test_every_page_that_posts_is_asked():
    # pages of other desks have their own table
    mine = {name for name in POSTS if name.startswith(("dossiers:", "tasks:", "accounts:"))}
    assert mine - {desk.page for desk in DESKS.values()} - ELSEWHERE == set()


@pytest.mark.django_db(transaction=True)
class TestOneEffect:
    @pytest.mark.parametrize("name", DESKS)
    def test_four_presses_at_once_and_one_later_are_one_act(self, opened, name, wall_clock):
        at = opened(name)
        start = last()
        presses = [posting(at.browser, at.where, at.form()) for _ in range(4)]
        answers = at_once(*presses)
        assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 4
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert FormReceipt.objects.count() == 1
        entered = entries(start)
        assert entered and max(Counter(entered).values()) == 1, entered

        wall_clock(at.desk.now + timedelta(minutes=14))
        again = at.send()
        assert (again.status_code, again.headers["Location"]) == (
            302, answers[0].headers["Location"],
        )  # fmt: skip
        assert entries(start) == entered

    @pytest.mark.parametrize(
        "name",
        sorted(set(DESKS) - {"edit", "assign", "report_draft", "attach_draft_version", "give",
                             "task_assign"}),
    )  # fmt: skip
    def test_of_two_forms_opened_side_by_side_one_acts_and_the_other_is_told(self, opened, name):
        """Two tabs, two people at one desk: each form has a key of its own."""
        at = opened(name)
        start = last()
        forms = [{**at.form(), "form_key": str(uuid.uuid4())} for _ in range(2)]
        answers = at_once(*(posting(at.browser, at.where, form) for form in forms))
        assert sorted(answer.status_code for answer in answers) == [302, 409], name
        assert max(Counter(entries(start)).values()) == 1


@pytest.mark.django_db
class TestNoLostUpdate:
    @pytest.mark.parametrize("name", sorted(set(DESKS) - UNVERSIONED))
    def test_a_form_opened_before_somebody_saved_is_refused_and_keeps_its_text(self, opened, name):
        at = opened(name)
        model = Task if name.startswith("task_") else Dossier
        with recording.recorded(may_be_idle=True):  # somebody saved meanwhile
            model.objects.filter(code=at.code).update(version=F("version") + 1)
        before = model.objects.filter(code=at.code).values().get()
        start = last()
        answer = at.send()
        assert answer.status_code == 409
        assert model.objects.filter(code=at.code).values().get() == before
        assert entries(start) == []
        assert at.desk.text in str(fields(answer).values())

        seen = {**at.form(), **{k: v for k, v in fields(answer).items() if k == "version"}}
        again = at.browser.post(at.where, seen)  # seen and decided: the next press acts
        assert again.status_code == 302, name

    @pytest.mark.parametrize("name", sorted(set(DESKS) - {"give"}))
    def test_a_form_that_was_open_when_its_act_was_done_by_another_is_refused(self, opened, name):
        at = opened(name)
        if name in {"edit", "assign", "report_draft", "attach_draft_version", "task_assign"}:
            return  # may be done again; the test above asks what happens to an older form
        first, second = at.form(), {**at.form(), "form_key": str(uuid.uuid4())}
        assert at.browser.post(at.where, first).status_code == 302
        start = last()
        assert at.browser.post(at.where, second).status_code == 409
        assert entries(start) == []
