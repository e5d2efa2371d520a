"""A later last day for a task: the head of the lead agency asks, a City leader decides."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Message, MessageKind
from accounts.roles import Role
from deadlines.models import Adjustment, DueDateRevision
from dossiers.models import Task
from ledger.models import Event
from tests.dossiers.desk import open_form, text_of
from tests.dossiers.tasks.story import given, reported
from tests.world import NOW, hanoi, person

pytestmark = pytest.mark.django_db
WISHED = {"wanted_on": "14/12/2026", "reason_class": "opinions", "reason": "Chờ số liệu của tổ."}
AFTER = hanoi(2026, 12, 9, 9, 0)


def page(view: str, task: Task) -> str:
    return reverse(f"tasks:{view}", args=[task.code])


def ask(browser, task: Task, **changes):
    form = {**open_form(browser, "tasks:ask_extension", task.code), **WISHED, **changes}
    return browser.post(page("ask_extension", task), form)


def decide(browser, task: Task, act: str = "dong-y", **changes):
    form = {**open_form(browser, "tasks:decide", task.code), "viec": act, **changes}
    return browser.post(page("decide", task), form)


class TestAskAndDecide:
    def test_from_the_page_of_the_task_to_the_new_last_day(self, world, sign_in):
        task = given(world)
        hung, minh = sign_in(world.hung), sign_in(world.minh)
        assert page("ask_extension", task) in hung.get(page("detail", task)).text
        assert ask(hung, task).headers["Location"] == page("detail", task)
        assert page("decide", task) in minh.get(page("detail", task)).text
        assert decide(minh, task).headers["Location"] == page("detail", task)
        task.time_limit.refresh_from_db()
        assert task.time_limit.due_on == date(2026, 12, 14)
        assert DueDateRevision.objects.get().cause == "extension"
        assert "14/12/2026" in text_of(hung.get(page("detail", task)))

    def test_the_news_speak_of_a_task_and_lead_to_it(self, world, sign_in):
        task = given(world)
        ask(sign_in(world.hung), task)
        decide(sign_in(world.minh), task)
        for user, kind in ((world.minh, "EXTENSION_ASKED"), (world.lan, "REQUEST_GRANTED")):
            assert Message.objects.filter(recipient=user, kind=MessageKind[kind]).count() == 1
            inbox = sign_in(user).get("/hop-thu/")
            sentence = next(i.sentence for i in inbox.context["items"] if task.code in i.sentence)
            assert "hồ sơ" not in sentence
            assert page("detail", task) in inbox.text

    def test_a_refusal_leaves_the_last_day_and_needs_an_answer(self, world, sign_in):
        task = given(world)
        ask(sign_in(world.hung), task)
        minh = sign_in(world.minh)
        assert decide(minh, task, "khong-dong-y").status_code == 422
        assert decide(minh, task, "khong-dong-y", answer="Chưa đủ lý do.").status_code == 302
        assert Adjustment.objects.get().state == "refused"
        assert Task.objects.get().time_limit.due_on == date(2026, 12, 7)

    def test_after_the_breach_the_breach_stays(self, world, sign_in, wall_clock):
        task = given(world)
        wall_clock(AFTER)
        ask(sign_in(world.hung), task, wanted_on="18/12/2026")
        decide(sign_in(world.minh), task)
        task.time_limit.refresh_from_db()
        assert task.time_limit.due_on == date(2026, 12, 18)
        assert task.time_limit.breached_at == hanoi(2026, 12, 8)

    def test_the_same_form_twice_asks_once(self, world, sign_in):
        task = given(world)
        hung = sign_in(world.hung)
        form = {**open_form(hung, "tasks:ask_extension", task.code), **WISHED}
        for _ in range(3):
            assert hung.post(page("ask_extension", task), form).status_code == 302
        assert Adjustment.objects.count() == 1

    def test_a_second_request_is_told_of_the_first(self, world, sign_in):
        task = given(world)
        hung = sign_in(world.hung)
        ask(hung, task)
        answer = hung.get(page("ask_extension", task))
        assert answer.status_code == 409
        assert world.hung.full_name in text_of(answer)

    def test_of_a_reported_task_nothing_is_asked(self, world, sign_in):
        task = given(world)
        reported(world, NOW, task)
        hung = sign_in(world.hung)
        assert hung.get(page("ask_extension", task)).status_code == 409
        assert page("ask_extension", task) not in hung.get(page("detail", task)).text

    def test_it_stands_among_the_requests(self, world, sign_in):
        task = given(world)
        ask(sign_in(world.hung), task)
        said = sign_in(world.minh).get("/thoi-han/de-nghi/").text
        assert page("decide", task) in said
        assert world.minh.full_name in said  # who gave the task decides

    @pytest.mark.parametrize(
        ("who", "view"),
        [
            ("lan", "ask_extension"), ("tuan", "ask_extension"), ("phuc", "ask_extension"),
            ("minh", "ask_extension"), ("hung", "decide"), ("phuc", "decide"), ("tuan", "decide"),
        ],
    )  # fmt: skip
    def test_nobody_else_asks_or_decides(self, world, sign_in, who, view):
        task = given(world)
        ask(sign_in(world.hung), task)
        before = Event.objects.count()
        browser = sign_in(getattr(world, who))
        for method in ("get", "post"):
            assert getattr(browser, method)(page(view, task)).status_code in {403, 404}
        assert Event.objects.count() == before


class TestMyWork:
    """What waits for a decision stands in the work of whoever decides."""

    def test_a_request_waits_for_the_leader(self, world, sign_in):
        task = given(world)
        direction = world.directed()
        hung = sign_in(world.hung)
        ask(hung, task)
        dossier = direction.dossier
        form = {**open_form(hung, "dossiers:ask_extension", dossier.code), **WISHED}
        hung.post(reverse("dossiers:ask_extension", args=[dossier.code]), form)
        shown = sign_in(world.minh).get("/ho-so/viec-cua-toi/").context["to_decide"]
        assert [row["limit"].subject_code for row in shown["requests"]] == [task.code, dossier.code]
        for user in (world.hung, world.lan, world.phuc, world.an):
            assert not sign_in(user).get("/ho-so/viec-cua-toi/").context["to_decide"]["requests"]

    def test_a_report_waits_for_whoever_gave_the_task_and_for_the_office(self, world, sign_in):
        waiting = reported(world).task
        given(world)
        for user in (world.minh, world.thu):
            shown = sign_in(user).get("/ho-so/viec-cua-toi/")
            assert [row["task"].code for row in shown.context["to_decide"]["reports"]] == [
                waiting.code
            ]
            assert page("detail", waiting) in shown.text
        kim = person("kim", "Trịnh Thị Kim", Role.CITY_LEADER, None, "Phó Chủ tịch UBND Thành phố")
        for user in (world.hung, world.hoa, kim):
            assert not sign_in(user).get("/ho-so/viec-cua-toi/").context["to_decide"]["reports"]
