"""The pages of assigned tasks, as a browser meets them: once only, nothing typed is lost, 404 for
whoever has no part in it."""

from datetime import date

import pytest
from django.urls import reverse

from dossiers import transitions as verbs
from dossiers.models import Task, TaskFile, TaskReport
from dossiers.task_giving import agencies_named
from dossiers.task_urls import urlpatterns
from dossiers.transitions import Due, Source
from dossiers.views.tasks import CLASSES, SOURCES
from ledger import recording
from tests.dossiers.desk import fields, open_form, pdf, text_of
from tests.dossiers.tasks.story import (
    PRODUCT,
    TEXT,
    accepted,
    conclusion,
    given,
    reported,
    sent_back,
    third,
)
from tests.pages.test_query_counts import queries
from tests.world import NOW, Role, hanoi, person

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def giving(browser, *args, view: str = "tasks:give", **changes) -> dict:
    """The form filled in with one task."""
    return {
        **open_form(browser, view, *args),
        "source_ref": "310/TB-UBND",
        "l0_text": TEXT,
        "l0_product": PRODUCT,
        "l0_lead": "UBND phường Hoàn Kiếm",
        "l0_cooperating": "snv; ba dinh",
        "l0_due_on": "07/12/2026",
        "viec": "giao",
        **changes,
    }


GIVE = "/nhiem-vu/giao/"


class TestGiving:
    def test_a_leader_gives_one_and_lands_on_it(self, world, sign_in):
        minh = sign_in(world.minh)
        answer = minh.post(GIVE, giving(minh, l0_cooperating="SNV; P-00004"))
        task = Task.objects.get()
        assert answer.headers["Location"] == reverse("tasks:detail", args=[task.code])
        assert (task.lead, task.source_ref) == (world.ward, "310/TB-UBND")
        assert set(task.cooperating.all()) == {world.home_affairs, world.other_ward}
        page = text_of(minh.get(answer.headers["Location"]))
        assert TEXT in page
        assert PRODUCT in page
        assert "07/12/2026" in page

    def test_the_same_form_twice_gives_once_and_leads_to_the_same_place(self, world, sign_in):
        minh = sign_in(world.minh)
        form = giving(minh, l0_cooperating="")
        first, second = minh.post(GIVE, form), minh.post(GIVE, form)
        assert first.headers["Location"] == second.headers["Location"]
        assert Task.objects.count() == 1

    def test_lines_are_added_by_a_button_and_nothing_typed_is_lost(self, world, sign_in):
        minh = sign_in(world.minh)
        form = giving(minh, l0_cooperating="SNV", viec="them-dong")
        for number in range(2, 11):
            page = minh.post(GIVE, form)
            assert page.status_code == 200
            form = {**fields(page), "viec": "them-dong"}
            assert form["lines"] == str(number)
        assert 'value="them-dong"' not in page.text  # ten are the most
        assert (form["l0_text"], form["l0_cooperating"]) == (TEXT, "SNV")
        form |= {
            "l9_text": "Việc thứ mười", "l9_product": "Báo cáo", "l9_lead": "STC",
            "l9_working_days": "5", "viec": "giao",
        }  # fmt: skip
        assert minh.post(GIVE, form).status_code == 302
        assert [task.lead.code for task in Task.objects.order_by("pk")] == ["P-00070", "STC"]

    def test_several_agencies_are_offered_to_choose_from(self, world, sign_in):
        minh = sign_in(world.minh)
        form = giving(minh, l0_lead="ban quan ly du an", l0_cooperating="")
        page = minh.post(GIVE, form)
        assert page.status_code == 422
        choice = agencies_named("ban quan ly du an", date(2026, 11, 25))[1]
        assert f'<option value="{choice.pk}">{choice.name} ({choice.code})</option>' in page.text
        answer = minh.post(GIVE, {**fields(page), "l0_lead_pick": choice.pk, "viec": "giao"})
        assert answer.status_code == 302
        assert Task.objects.get().lead == choice

    @pytest.mark.parametrize("words", ["hoan kiem", "P-00070", "phuong hoan kiem"])
    def test_an_agency_is_found_by_code_name_and_words_without_marks(self, world, sign_in, words):
        minh = sign_in(world.minh)
        assert minh.post(GIVE, giving(minh, l0_lead=words, l0_cooperating="")).status_code == 302
        assert Task.objects.get().lead == world.ward

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"l0_due_on": "06/12/2026"}, "06/12/2026"),
            ({"l0_due_on": "20/11/2026"}, "20/11/2026"),
            ({"l0_due_on": "05/01/2031"}, "31/12/2027"),
            ({"l0_lead": "khong co co quan nay"}, "khong co co quan nay"),
            ({"source_ref": ""}, "source_ref"),
            ({"l0_text": ""}, "l0_text"),
            ({"l0_working_days": "5"}, "l0_due_on"),
            ({"l0_due_on": ""}, "l0_due_on"),
            ({"l0_working_days": "0", "l0_due_on": ""}, "l0_working_days"),
        ],
    )
    def test_what_does_not_fit_is_said_beside_its_field(self, world, sign_in, changes, said):
        minh = sign_in(world.minh)
        form = giving(minh, l0_cooperating="", **changes)
        page = minh.post(GIVE, form)
        assert page.status_code == 422
        assert said in page.text
        assert not Task.objects.exists()
        kept = fields(page)
        assert kept["l0_product"] == PRODUCT
        assert {name: kept[name] for name in changes} == changes

    def test_a_look_at_the_due_dates_gives_nothing_yet(self, world, sign_in):
        minh = sign_in(world.minh)
        form = giving(minh, l0_cooperating="", l0_due_on="", l0_working_days="5", viec="xem-han")
        page = minh.post(GIVE, form)
        assert page.status_code == 200
        assert "T4 02/12/2026" in text_of(page)
        assert not Task.objects.exists()

    def test_from_a_conclusion_the_dossier_lists_its_tasks(self, world, sign_in):
        dossier = conclusion(world).dossier
        minh = sign_in(world.minh)
        form = giving(minh, dossier.code, view="tasks:give_from", source_ref="", l0_cooperating="")
        answer = minh.post(reverse("tasks:give_from", args=[dossier.code]), form)
        assert answer.status_code == 302
        page = text_of(minh.get(reverse("dossiers:detail", args=[dossier.code])))
        assert "NV2026-00001" in page
        assert TEXT in page

    def test_a_dossier_without_a_conclusion_gives_no_tasks(self, world, sign_in):
        dossier = world.submitted()
        answer = sign_in(world.minh).get(reverse("tasks:give_from", args=[dossier.code]))
        assert answer.status_code == 404

    def test_an_agency_does_not_give_tasks(self, world, sign_in):
        assert sign_in(world.hung).get(GIVE).status_code == 403


class TestActs:
    def test_the_head_reports_with_a_file_and_the_city_accepts(self, world, sign_in):
        task = given(world)
        hung, thu = sign_in(world.hung), sign_in(world.thu)
        where = reverse("tasks:report", args=[task.code])
        form = {**open_form(hung, "tasks:report", task.code), "report_files": pdf("bao-cao.pdf")}
        assert hung.post(where, form).status_code == 302
        assert hung.post(where, form).status_code == 302  # the same form again
        assert TaskReport.objects.count() == 1
        file = TaskFile.objects.get()
        got = thu.get(reverse("tasks:file", args=[file.public_id]))
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert b"".join(got.streaming_content).startswith(b"%PDF")
        form = open_form(thu, "tasks:accept", task.code)
        assert thu.post(reverse("tasks:accept", args=[task.code]), form).status_code == 302
        page = text_of(thu.get(reverse("tasks:detail", args=[task.code])))
        assert "bao-cao.pdf" in page

    def test_an_empty_report_is_refused_with_what_was_typed(self, world, sign_in):
        task = given(world)
        hung = sign_in(world.hung)
        form = {**open_form(hung, "tasks:report", task.code), "ref": "45/BC-UBND"}
        page = hung.post(reverse("tasks:report", args=[task.code]), form)
        assert page.status_code == 422
        assert fields(page)["ref"] == "45/BC-UBND"

    def test_a_late_report_asks_for_the_reason(self, world, sign_in, wall_clock):
        task = given(world)
        wall_clock(hanoi(2026, 12, 8, 9, 0))
        hung = sign_in(world.hung)
        wall_clock(hanoi(2026, 12, 8, 9, 0))
        form = {**open_form(hung, "tasks:report", task.code), "text": "Đã xong."}
        page = hung.post(reverse("tasks:report", args=[task.code]), form)
        assert page.status_code == 422
        form = {**fields(page), "late_reason": "Chờ số liệu."}
        assert hung.post(reverse("tasks:report", args=[task.code]), form).status_code == 302

    def test_a_look_at_the_new_due_date_sends_nothing_back(self, world, sign_in):
        task = reported(world).task
        thu = sign_in(world.thu)
        form = {
            **open_form(thu, "tasks:send_back", task.code),
            "text": "Thiếu phụ lục.", "working_days": "3", "viec": "xem-han",
        }  # fmt: skip
        page = thu.post(reverse("tasks:send_back", args=[task.code]), form)
        assert page.status_code == 200
        assert "T2 30/11/2026" in text_of(page)
        assert Task.objects.get().state == Task.State.REPORTED

    def test_sending_back_shows_the_new_round(self, world, sign_in):
        task = reported(world).task
        thu = sign_in(world.thu)
        form = {
            **open_form(thu, "tasks:send_back", task.code),
            "text": "Thiếu phụ lục.", "working_days": "3",
        }  # fmt: skip
        where = reverse("tasks:send_back", args=[task.code])
        answer = thu.post(where, form)
        assert answer.status_code == 302
        page = text_of(thu.get(answer.headers["Location"]))
        assert "Thiếu phụ lục." in page
        assert "30/11/2026" in page

    def test_the_second_of_two_deciders_is_told_what_the_first_did(self, world, sign_in):
        task = reported(world).task
        thu, minh = sign_in(world.thu), sign_in(world.minh)
        form = {**open_form(minh, "tasks:accept", task.code), "text": "Đạt yêu cầu."}
        thu.post(
            reverse("tasks:accept", args=[task.code]), open_form(thu, "tasks:accept", task.code)
        )
        page = minh.post(reverse("tasks:accept", args=[task.code]), form)
        assert page.status_code == 409
        assert world.thu.full_name in page.text
        assert "Đạt yêu cầu." in page.text

    def test_the_head_assigns_an_officer_of_the_agency_alone(self, world, sign_in):
        task = given(world)
        hung = sign_in(world.hung)
        where = reverse("tasks:assign", args=[task.code])
        form = {**open_form(hung, "tasks:assign", task.code), "officer": world.tuan.pk}
        assert hung.post(where, form).status_code == 422
        form |= {"officer": world.lan.pk, "internal_due_on": "1/12"}
        assert hung.post(where, form).status_code == 302
        page = text_of(hung.get(reverse("tasks:detail", args=[task.code])))
        assert world.lan.full_name in page
        assert "01/12/2026" in page

    def test_an_act_that_does_not_fit_the_state_is_a_409(self, world, sign_in):
        task = accepted(world)
        for user, view in ((world.hung, "report"), (world.thu, "accept"), (world.thu, "send_back")):
            where = reverse(f"tasks:{view}", args=[task.code])
            assert sign_in(user).get(where).status_code == 409, view

    def test_a_link_to_the_limit_of_a_task_leads_to_the_task(self, world, sign_in):
        task = given(world)
        answer = sign_in(world.hung).get(reverse("dossiers:detail", args=[task.code]))
        assert answer.headers["Location"] == reverse("tasks:detail", args=[task.code])


class TestWhoSeesWhat:
    """The lead and those who cooperate see a task; for every other agency it does not exist."""

    @pytest.fixture
    def nga(self, world):
        with recording.recorded(may_be_idle=True):
            return person("nga", "Lương Thúy Nga", Role.AGENCY_HEAD, third(world), "Giám đốc Sở")

    def addresses(self, task: Task) -> list[str]:
        found = [
            reverse(f"tasks:{pattern.name}", args=[task.code])
            for pattern in urlpatterns
            if "code" in pattern.pattern.converters and pattern.name != "give_from"
        ]
        file = TaskFile.objects.get(report__task=task)
        return [*found, reverse("tasks:file", args=[file.public_id])]

    @pytest.fixture
    def task(self, world) -> Task:
        source = Source(conclusion=conclusion(world), ref="310/TB-UBND")
        task = given(world, source=source)
        verbs.report_task(
            task, facts=verbs.TaskReportFacts(text="Đã xong."), files=[world.staged(world.hung)],
            version=None, by=world.by(world.hung), now=NOW,
        )  # fmt: skip
        return Task.objects.get(pk=task.pk)

    def test_for_another_agency_nothing_of_it_exists(self, world, sign_in, nga, task):
        browser = sign_in(nga)
        for address in self.addresses(task):
            for method in ("get", "post"):
                assert getattr(browser, method)(address).status_code in {404, 405}, address
        for address in ("/nhiem-vu/", "/nhiem-vu/?q=chung+cu", "/thoi-han/", "/hop-thu/"):
            page = text_of(browser.get(address))
            assert TEXT not in page
            assert task.code not in page

    def test_who_cooperates_reads_and_acts_on_nothing(self, world, sign_in, task):
        tuan = sign_in(world.tuan)
        page = tuan.get(reverse("tasks:detail", args=[task.code]))
        assert TEXT in text_of(page)
        assert task.conclusion.dossier.code not in page.text
        for view in ("assign", "report", "accept", "send_back"):
            assert tuan.get(reverse(f"tasks:{view}", args=[task.code])).status_code in {403, 404}

    def test_readers_of_the_city_see_it(self, world, sign_in, task):
        for user in (world.minh, world.thu, world.hoa, world.an):
            page = sign_in(user).get(reverse("tasks:detail", args=[task.code]))
            assert page.status_code == 200
            assert task.conclusion.dossier.code in page.text

    def test_the_administrator_does_not(self, world, sign_in, task):
        assert sign_in(world.son).get("/nhiem-vu/").status_code == 403


class TestTheList:
    def test_each_class_shows_its_tasks_and_no_other(self, world, sign_in, wall_clock):
        tasks = {
            "hoan-thanh-truoc-han": accepted(world),
            "hoan-thanh-dung-han": accepted(world, hanoi(2026, 12, 7, 23, 0)),
            "chua-xong-trong-han": given(world, due=Due(working_days=60)),
            "chua-xong-qua-han": given(world),
        }
        wall_clock(hanoi(2026, 12, 8, 9, 0))
        minh = sign_in(world.minh)
        wall_clock(hanoi(2026, 12, 8, 9, 0))
        for slug in CLASSES:
            page = minh.get("/nhiem-vu/", {"ket-qua": slug})
            shown = {row["task"].pk for row in page.context["rows"]}
            assert shown == ({tasks[slug].pk} if slug in tasks else set()), slug

    def test_reports_that_wait_for_a_decision(self, world, sign_in):
        given(world)
        accepted(world)
        waiting = reported(world).task
        page = sign_in(world.thu).get("/nhiem-vu/", {"ket-qua": "cho-chap-nhan"})
        assert [row["task"].pk for row in page.context["rows"]] == [waiting.pk]

    def test_mine_my_agencys_and_all(self, world, sign_in):
        task = given(world)
        given(world, lead=third(world), cooperating=())
        verbs.assign_task(
            task, hands=verbs.Hands(officer=world.lan), version=None, by=world.by(world.hung),
            now=NOW,
        )  # fmt: skip
        seen = {
            (user.username, scope): sign_in(user)
            .get("/nhiem-vu/", {"pham-vi": scope})
            .context["page"]
            .total
            for user in (world.lan, world.hung, world.tuan, world.minh)
            for scope in ("cua-toi", "don-vi", "")
        }
        assert seen == {
            ("lan", "cua-toi"): 1, ("lan", "don-vi"): 1, ("lan", ""): 1,
            ("hung", "cua-toi"): 0, ("hung", "don-vi"): 1, ("hung", ""): 1,
            ("tuan", "cua-toi"): 0, ("tuan", "don-vi"): 1, ("tuan", ""): 1,
            ("minh", "cua-toi"): 2, ("minh", "don-vi"): 0, ("minh", ""): 2,
        }  # fmt: skip

    def test_by_source_agency_and_words_without_marks(self, world, sign_in):
        given(world)
        given(world, source=Source(conclusion=conclusion(world)), lead=third(world))
        given(world, source=Source(level=Task.Level.SUPERIOR, ref="88/CT-TTg"))
        minh = sign_in(world.minh)

        def total(**asked) -> int:
            return minh.get("/nhiem-vu/", asked).context["page"].total

        assert [total(nguon=slug) for slug in SOURCES] == [1, 1, 1]
        assert total(q="chung cu cu") == 3
        assert total(q="88 ct ttg") == 1
        assert total(**{"don-vi": "hoan kiem"}) == 2
        assert total(**{"don-vi": "ba dinh"}) == 3  # it cooperates
        assert total(q="không có") == 0

    def test_pages_by_key(self, world, sign_in):
        for _ in range(30):
            given(world)
        minh = sign_in(world.minh)
        first = minh.get("/nhiem-vu/")
        second = minh.get("/nhiem-vu/" + first.context["page"].next_url)
        codes = [row["task"].code for page in (first, second) for row in page.context["rows"]]
        assert codes == sorted(codes, reverse=True)
        assert len(set(codes)) == 30

    @pytest.mark.parametrize(
        ("who", "address", "expected"),
        [
            ("minh", "/nhiem-vu/", 8),
            ("hung", "/nhiem-vu/?pham-vi=cua-toi", 8),
            ("minh", "/nhiem-vu/?ket-qua=chua-xong-qua-han&don-vi=hoan+kiem&q=nha", 8),
        ],
    )
    def test_asks_the_same_questions_for_one_task_and_for_twenty(
        self, world, sign_in, who, address, expected
    ):
        early = hanoi(2026, 10, 1, 9, 0)
        given(world, early, due=Due(working_days=3))
        browser = sign_in(getattr(world, who))
        assert queries(browser, address) == expected
        for _ in range(19):
            given(world, early, due=Due(working_days=3))
        assert queries(browser, address) == expected

    def test_the_page_of_a_task_asks_the_same_after_many_rounds(self, world, sign_in):
        task = sent_back(world)
        minh = sign_in(world.minh)
        address = reverse("tasks:detail", args=[task.code])
        once = queries(minh, address)
        for _ in range(4):
            reported(world, task=task)
            verbs.send_back_task(
                task, reason="Thiếu.", due=Due(working_days=3), version=None,
                by=world.by(world.thu), now=NOW,
            )  # fmt: skip
        assert queries(minh, address) == once
