"""A later last day for a task: the head of the lead agency asks, a City leader decides."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Message, MessageKind
from accounts.roles import Role
from deadlines.models import Adjustment, DueDateRevision
from dossiers import transitions as verbs
from dossiers.models import Task
from dossiers.transitions import Hands
from ledger.models import Event
from tests.dossiers.desk import open_form, text_of
from tests.dossiers.tasks.story import given, reported
from tests.world import NOW, hanoi, person

pytestmark = [pytest.mark.once, pytest.mark.django_db]
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


class TestTheOtherActs:
    """A correction by two persons; a limit that stands still."""

    CORRECTED = {
        "kind": "correction", "wanted_on": "11/12/2026", "reason_class": "error",
        "reason": "Nhập nhầm ngày trong kết luận.",
    }  # fmt: skip
    STOOD = {"until_on": "30/11/2026", "document": "513/UBND-TH", "reason": "Chờ ý kiến của Bộ."}

    def post(self, browser, view, task, typed):
        form = {**open_form(browser, f"tasks:{view}", task.code), **typed}
        answer = browser.post(page(view, task), form)
        task.time_limit.refresh_from_db()
        return answer

    def test_the_office_proposes_a_correction_and_a_leader_grants_it(self, world, sign_in):
        task = given(world)
        phuc, minh = sign_in(world.phuc), sign_in(world.minh)
        assert page("propose", task) in phuc.get(page("detail", task)).text
        assert self.post(phuc, "propose", task, self.CORRECTED).status_code == 302
        assert task.time_limit.due_on == date(2026, 12, 7)
        decide(minh, task)
        task.time_limit.refresh_from_db()
        assert task.time_limit.due_on == date(2026, 12, 11)
        assert DueDateRevision.objects.get().cause == "correction"

    def test_no_duty_to_explain_can_be_lifted_from_a_task(self, world, sign_in):
        task = given(world)
        lifted = {**self.CORRECTED, "kind": "waiver", "wanted_on": ""}
        assert self.post(sign_in(world.phuc), "propose", task, lifted).status_code == 422
        assert not Adjustment.objects.exists()

    def test_a_leader_lets_it_stand_and_run_on(self, world, sign_in):
        task = given(world)
        minh = sign_in(world.minh)
        assert page("suspend", task) in minh.get(page("detail", task)).text
        assert self.post(minh, "suspend", task, self.STOOD).status_code == 302
        # three working days lost: 25, 26 and 27/11
        assert task.time_limit.due_on == date(2026, 12, 10)
        assert page("resume", task) in minh.get(page("detail", task)).text
        assert page("suspend", task) not in minh.get(page("detail", task)).text
        ran_on = self.post(minh, "resume", task, {"reason": "Bộ đã trả lời."})
        assert ran_on.status_code == 302
        assert task.time_limit.due_on == date(2026, 12, 7)

    def test_what_never_stood_runs_on_nowhere(self, world, sign_in):
        assert sign_in(world.minh).get(page("resume", given(world))).status_code == 404

    @pytest.mark.parametrize(
        ("who", "view"),
        [
            ("hung", "propose"), ("minh", "propose"), ("tuan", "propose"), ("phuc", "suspend"),
            ("hung", "suspend"), ("phuc", "resume"), ("tuan", "resume"),
        ],
    )  # fmt: skip
    def test_nobody_else(self, world, sign_in, who, view):
        task = given(world)
        self.post(sign_in(world.minh), "suspend", task, self.STOOD)
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

    def test_a_task_in_hand_stands_there_long_before_its_end(self, world, sign_in):
        """With the head until it is handed on, then with whoever works on it."""
        task = given(world)

        def have_it() -> list[str]:
            people = (world.hung, world.lan, world.tuan, world.minh, world.thu)
            pages = {user.username: sign_in(user).get("/ho-so/viec-cua-toi/") for user in people}
            return [name for name, shown in pages.items() if shown.context["tasks"]]

        assert have_it() == ["hung"]
        hands = Hands(officer=world.lan)
        verbs.assign_task(task, hands=hands, version=None, by=world.by(world.hung), now=NOW)
        assert have_it() == ["lan"]
        shown = sign_in(world.lan).get("/ho-so/viec-cua-toi/")
        assert page("detail", task) in shown.text
        assert not shown.context["empty"]
        reported(world, task=task)
        assert have_it() == []
