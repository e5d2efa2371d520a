"""Every address of the resolver declares who may use it, answers only its methods, and never fails.

quality.md §2 invariant 38 and §3 rows 24, 25 and 50: what is added tomorrow is asked today.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.rights import RIGHTS
from accounts.roles import COLUMN_OF, Column, Role
from dossiers.models import Attachment, Dossier
from tests.dossiers.test_verbs import IN_STATE, everything, people

#: Pages for people who are not signed in.
PUBLIC = {"accounts:sign_in", "accounts:sign_out", "healthz", "set_language"}
#: Pages with a form.
POSTS = {
    "accounts:sign_in", "accounts:sign_out", "accounts:password", "accounts:inbox", "set_language",
    "dossiers:ask_extension", "dossiers:propose", "dossiers:decide", "dossiers:suspend",
    "dossiers:resume",
    "dossiers:log", "dossiers:edit", "dossiers:submit", "dossiers:receive",
    "dossiers:put_to_leader", "dossiers:direct_explanation", "dossiers:report",
    "dossiers:conclude", "dossiers:issue_notice", "dossiers:close",
    "dossiers:assign", "dossiers:return_for_form", "dossiers:resubmit", "dossiers:consult",
    "dossiers:answer", "dossiers:record_silence", "dossiers:call_meeting", "dossiers:reject",
    "dossiers:ask_withdrawal", "dossiers:decide_withdrawal", "dossiers:attach_draft_version",
    "dossiers:remind_agency", "dossiers:apologise",
    "tasks:give", "tasks:give_from", "tasks:assign", "tasks:report", "tasks:accept",
    "tasks:send_back",
    "accounts:autosave", "dossiers:bulk", "dossiers:export", "dossiers:filters",
    "dashboards:export_limits", "dashboards:saved", "dashboards:briefing",
    "tasks:export", "tasks:ask_extension", "tasks:decide",
    "tasks:propose", "tasks:suspend", "tasks:resume",
    "dossiers:save_filter", "dossiers:imports", "dossiers:import_session",
    "agencies:merge", "agencies:rename", "agencies:close", "agencies:split", "agencies:arrange",
    "agencies:apply", "agencies:withdraw",
    "deadlines:propose_change", "deadlines:change", "deadlines:undo_change",
    "inspections:draft_plan", "inspections:edit_plan", "inspections:select_agencies",
    "inspections:add_agency", "inspections:plan_item", "inspections:approve_plan",
    "inspections:prepare", "inspections:from_overdue", "inspections:follow_up",
    "inspections:edit_visit", "inspections:decide_visit", "inspections:open_visit",
    "inspections:draw_sample", "inspections:end_visit", "inspections:cancel_visit",
    "inspections:raise_records", "inspections:edit_record", "inspections:add_findings",
    "inspections:finding", "inspections:add_exhibits", "inspections:remove_exhibit",
    "inspections:send_record", "inspections:take_back_record", "inspections:give_opinion",
    "inspections:sign_record", "inspections:finalise_record", "inspections:drop_record",
    "inspections:void_record", "inspections:correct_record",
    "inspections:draw_up_lateness", "inspections:decide_more_time", "inspections:ask_explanation",
    "inspections:answer_explanation", "inspections:record_silence", "inspections:edit_remarks",
    "inspections:finalise_lateness", "inspections:drop_lateness", "inspections:void_lateness",
    "inspections:conclude_record", "inspections:draft_proposal", "inspections:report_remedy",
    "inspections:judge_remedy", "inspections:edit_proposal", "inspections:put_proposal",
    "inspections:withdraw_proposal", "inspections:return_proposal", "inspections:endorse_proposal",
    "inspections:decide_proposal", "inspections:enter_result", "inspections:ask_more_time",
    "inspections:draft_fresh", "inspections:evidence", "inspections:record_evidence",
    "accounts:propose_post", "accounts:proposal", "accounts:end_post",
}  # fmt: skip


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each named address with its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from patterns(entry, space)
        else:
            yield f"{prefix}{entry.name}", entry


EVERY = dict(patterns(get_resolver()))


def address(name: str, dossier: Dossier | None = None) -> str:
    """The page of the dossier, or one without an object."""
    file = dossier.attachments.first() if dossier else None
    values: dict[str, Any] = {
        "code": dossier.code if dossier else "HS2026-00001",
        "year": 2026,
        "item": 1,
        "public_id": file.public_id if file else uuid.UUID(int=1),
    }
    wanted = EVERY[name].pattern.converters
    return reverse(name, kwargs={key: values[key] for key in wanted})


@pytest.mark.parametrize("name", sorted(EVERY))
class TestEveryAddress:
    def test_has_a_name_and_declares_its_act(self, name):
        view = EVERY[name].callback
        assert "None" not in name
        if name in PUBLIC:
            assert view.login_required is False
        else:
            assert getattr(view, "login_required", True)
            assert view.act in RIGHTS

    @pytest.mark.django_db
    def test_anonymous_is_sent_to_sign_in(self, name, wall_clock):
        if name in PUBLIC:
            return
        for method in ("get", "head", "post"):
            response = getattr(Client(), method)(address(name))
            assert response.status_code == 302
            assert response.headers["Location"] == f"/dang-nhap/?next={address(name)}"

    @pytest.mark.django_db
    def test_methods_that_are_not_listed_are_refused(self, name, wall_clock):
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "INVENTED"):
            response = Client().generic(method, address(name))
            assert response.status_code == 405, method
            assert response.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.django_db
class TestPosting:
    @pytest.mark.once
    def test_without_the_forms_token_is_refused_everywhere(self, world, sign_in):
        """Sign-in, sign-out and language too: each counts as somebody else's page."""
        dossier = world.submitted()
        before = everything()
        lan = sign_in(world.lan, enforce_csrf_checks=True)
        lan.get("/ho-so/moi/")
        for name in sorted(EVERY):
            for headers in ({}, {"Origin": "https://evil.example"}, {"X-CSRFToken": "x" * 64}):
                data = {"csrfmiddlewaretoken": "y" * 64, "language": "en", "form_key": uuid.uuid4()}
                response = lan.post(address(name, dossier), data, headers=headers)
                assert response.status_code == 403, (name, headers)
        assert everything() == before

    def test_to_a_page_that_takes_no_form_is_no_method_of_it(self, world, sign_in):
        lan, dossier = sign_in(world.lan), world.submitted()
        for name in sorted(set(EVERY) - POSTS):
            assert lan.post(address(name, dossier)).status_code == 405, name


@pytest.mark.django_db
class TestReadingChangesNothing:
    @pytest.mark.production
    @pytest.mark.parametrize("third", range(3))
    def test_whoever_reads_whatever_page(self, world, sign_in, third):
        """GET of every page by every role, and of a dossier's pages in every state by somebody: no
        row moves, nothing fails."""
        dossiers = [make(world) for make in IN_STATE.values()]
        actors = list(enumerate(people(world).values()))
        assert 2 * len(actors) >= len(dossiers)
        Attachment.objects.update(path="none/none")
        before = everything()
        for place, by in actors[third::3]:
            browser = sign_in(by.user)
            two = [dossiers[(2 * place + one) % len(dossiers)] for one in (0, 1)]
            for name in sorted(set(EVERY) - {"accounts:sign_out"}):
                wanted = two if "code" in EVERY[name].pattern.converters else dossiers[1:2]
                for dossier in wanted:
                    response = browser.get(address(name, dossier))
                    expected = {200, 302, 403, 404, 405, 409, 410}
                    if name == "healthz":
                        expected = {503}
                    assert response.status_code in expected, (by.author.name, name)
        assert everything() == before

    @pytest.mark.once
    def test_a_head_is_answered_like_a_get(self, world, sign_in):
        dossier = world.submitted()
        lan = sign_in(world.lan)
        for name in sorted(set(EVERY) - {"accounts:sign_out", "set_language"}):
            seen, told = lan.get(address(name, dossier)), lan.head(address(name, dossier))
            assert seen.status_code == told.status_code, name


class TestTheTableOfRights:
    """design.md §4 and quality.md §4, written out once more: role → what it may do."""

    READ = {
        "dossier_list", "dossier_view", "window_view", "file_get", "export_dossiers", "task_list",
        "task_view", "hands_view", "orders_view",
    }  # fmt: skip
    ALL = {"own_account", "own_record", "calendar_view", "agency_view"}
    CLERK = ALL | READ | {
        "dossier_create", "dossier_edit", "dossier_assign", "dossier_submit", "response_draft",
        "dash_own", "import_csv", "import_view",
    }  # fmt: skip
    CITY = ALL | READ | {"dash_own", "dash_city", "city_papers_view"}
    NARROW = {
        "inspection_list", "violation_list", "violation_view", "remedy_view", "decision_view",
    }  # fmt: skip
    EXPECTED = {
        Column.CLERK: CLERK,
        Column.HEAD: CLERK | {
            "response_submit", "dossier_withdraw", "consultation_answer", "extension_ask",
            "apology_issue",
            "stagnation_view", "task_assign", "task_report", "violation_answer", "remedy_report",
            "user_list",
        } | NARROW,
        Column.LEADER: CITY | NARROW | {
            "plan_view", "violation_counts", "acc_approve", "acc_reject", "decision_supersede",
            "directive_create", "conclusion_create", "dossier_reject", "meeting_call",
            "window_extend", "window_suspend", "window_resume", "stagnation_view",
            "remind", "task_give", "task_decide", "calendar_changes_view", "calendar_approve",
        },
        Column.OFFICE: CITY | {
            "dossier_receive", "dossier_put_to_leader", "dossier_return", "withdrawal_decide",
            "consultation_ask", "silence_record", "office_draft_add", "notice_issue",
            "dossier_close", "extension_ask", "adjustment_propose", "stagnation_view",
            "remind", "task_give", "task_decide", "task_assign", "task_report", "import_history",
            "import_view", "violation_counts", "reorganisation_view", "reorganisation_apply",
            "calendar_changes_view", "calendar_propose", "user_role_view", "user_role_confirm",
        },
        Column.INSPECTOR: CITY | NARROW | {
            "remind", "plan_view", "plan_draft", "inspection_prepare", "inspection_run",
            "violation_counts", "violation_draft", "violation_sign", "remedy_judge", "acc_propose",
            "acc_withdraw", "result_enter", "evidence_pack", "duty_pipeline",
        },
        Column.DIRECTOR: CITY | NARROW | {
            "plan_view", "plan_approve", "inspection_decide", "violation_counts", "violation_void",
            "inspection_conclude", "acc_endorse", "evidence_pack", "duty_pipeline",
        },
        Column.AUDITOR: CITY | NARROW | {
            "stagnation_view", "plan_view", "violation_counts", "evidence_pack",
            "duty_pipeline",
            "reorganisation_view", "calendar_changes_view", "user_list", "user_role_view",
        },
        Column.SYSADMIN: ALL | {
            "reorganisation_view", "reorganisation_apply", "agency_edit", "user_list", "user_role",
            "user_role_view", "user_role_confirm",
        },
        Column.KEEPER: ALL | {"calendar_changes_view", "calendar_propose"},
    }  # fmt: skip

    @pytest.mark.parametrize("column", Column.values)
    def test_gives_each_role_these_acts_and_no_other(self, column):
        given = {act for act, scopes in RIGHTS.items() if Column(column) in scopes}
        assert given == self.EXPECTED[Column(column)] & set(RIGHTS)

    def test_knows_no_act_that_is_not_written_out_here(self):
        assert set(RIGHTS) - set().union(*self.EXPECTED.values()) == set()

    def test_agencies_reach_their_own_rows_alone(self):
        for act in (self.EXPECTED[Column.HEAD] - self.ALL) & set(RIGHTS):
            for column in (Column.CLERK, Column.HEAD):
                assert RIGHTS[act].get(column) in {None, "own"}, act

    def test_every_role_has_its_column(self):
        assert set(COLUMN_OF) == set(Role)

    def test_whoever_reads_only_writes_nothing(self):
        """Auditor, keeper and system administrator act on nothing (S5), but that the administrator
        reorganises agencies and gives posts, and the keeper changes the calendar, with a second
        person."""
        reading = self.CITY | self.NARROW | {
            "stagnation_view", "plan_view", "violation_counts", "evidence_pack", "duty_pipeline",
            "reorganisation_view", "calendar_changes_view", "user_list", "user_role_view",
        }  # fmt: skip
        organising = {"agency_edit", "reorganisation_apply", "user_role", "user_role_confirm"}
        for column in (Column.AUDITOR, Column.KEEPER):
            keeping = {"calendar_propose"} if column == Column.KEEPER else set()
            assert self.EXPECTED[column] - keeping <= reading, column
        assert self.EXPECTED[Column.SYSADMIN] - organising <= reading

    def test_home_affairs_acts_on_no_dossier(self):
        at_the_desk = set().union(
            *(self.EXPECTED[column] for column in (Column.CLERK, Column.OFFICE))
        )
        for column in (Column.INSPECTOR, Column.DIRECTOR):
            both = self.EXPECTED[column] & at_the_desk
            assert both <= self.CITY | {"remind", "violation_counts"}, column
