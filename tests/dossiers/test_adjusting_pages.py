"""Pages on which due dates are asked for, decided and suspended: who sees what, and one effect."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from deadlines import adjusting
from deadlines.models import Adjustment, DueDateRevision, Suspension, TimeLimit
from deadlines.transitions import AlreadyMet, meet
from dossiers.adjusting import decide
from dossiers.models import Direction
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.desk import fields, open_form, text_of
from tests.dossiers.test_concurrency import at_once, posting
from tests.dossiers.test_verbs import everything, people
from tests.world import NOW, World, hanoi, person

pytestmark = pytest.mark.once

LIST = "/thoi-han/de-nghi/"
DUE = hanoi(2026, 11, 28)
WEDNESDAY = date(2026, 12, 2)
#: Page → what is typed on it, beside what it holds.
TYPED = {
    "ask_extension": {"wanted_on": "02/12/2026", "reason": "Sở Tài chính chưa trả lời."},
    "propose": {"kind": "correction", "wanted_on": "02/12/2026", "reason": "Nhập nhầm."},
    "decide": {"viec": "dong-y"},
    "suspend": {"until_on": "02/12/2026", "document": "513/UBND-TH", "reason": "Chờ Bộ."},
    "resume": {"reason": "Bộ đã trả lời."},
}


def asked(world: World, direction: Direction, now=NOW, **changes) -> Adjustment:
    """Hùng has asked for Wednesday."""
    facts = {"wanted_on": WEDNESDAY, "reason_class": "opinions", "reason": "Chưa có ý kiến."}
    by = world.by(world.hung, now)
    return adjusting.ask_extension(direction.time_limit, **{**facts, **changes}, by=by, now=now)


def waiver(world: World, direction: Direction, now=NOW) -> Adjustment:
    """Phúc has proposed to lift the duty to explain."""
    return adjusting.propose(
        direction.time_limit, kind="waiver", wanted_on=None, reason_class="other",
        reason="Đã giải trình đủ.", by=world.by(world.phuc, now), now=now,
    )  # fmt: skip


def suspended(world: World, direction: Direction, now=NOW) -> Suspension:
    """Minh lets it stand still until Wednesday."""
    return adjusting.suspend(
        direction.time_limit, until_on=WEDNESDAY, reason="Chờ Bộ.", document="513/UBND-TH",
        by=world.by(world.minh, now), now=now,
    )  # fmt: skip


def ready(world: World, page: str) -> Direction:
    """A dossier on which the page is open."""
    direction = world.directed(NOW - timedelta(hours=1))
    if page == "decide":
        asked(world, direction)
    if page == "resume":
        suspended(world, direction, NOW - timedelta(hours=1))
    return direction


def address(page: str, direction: Direction) -> str:
    return reverse(f"dossiers:{page}", args=[direction.dossier.code])


def moved() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Adjustment, Suspension, DueDateRevision))


class TestWhoMay:
    MAY = {
        "ask_extension": {"hung"},
        "propose": {"thu", "phuc", "quang"},
        "decide": {"minh"},
        "suspend": {"minh"},
        "resume": {"minh"},
    }

    @pytest.mark.parametrize("page", TYPED)
    def test_everybody_else_is_turned_away_and_nothing_changes(self, world, sign_in, page):
        direction = ready(world, page)
        actors = people(world)
        before = everything()
        count = moved()
        for name, by in actors.items():
            browser = sign_in(by.user)
            shown = browser.get(address(page, direction)).status_code
            if name in self.MAY[page]:
                assert shown == 200, name
            else:
                assert shown in {403, 404}, name
                key = {"form_key": uuid.uuid4()}
                answer = browser.post(address(page, direction), {**TYPED[page], **key})
                assert answer.status_code in {403, 404}, name
        assert everything() == before
        assert moved() == count

    @pytest.mark.parametrize("page", TYPED)
    def test_a_stranger_learns_nothing(self, world, sign_in, page):
        """Hải heads another ward: for him the dossier is not there."""
        direction = ready(world, page)
        hai = sign_in(people(world)["hai"].user)
        for where in (address(page, direction), address(page, direction) + "?han=1&so=1"):
            assert hai.get(where).status_code == 404
        assert "Hoàn Kiếm" not in text_of(hai.get(LIST))

    @pytest.mark.parametrize("page", TYPED)
    @pytest.mark.parametrize("query", ["?han=khong-co&so=999", "?han=9&so=abc", "?so=-1&han=%00x"])
    def test_what_is_not_there_is_not_found(self, world, sign_in, page, query):
        direction = ready(world, page)
        who = getattr(world, min(self.MAY[page]))
        assert sign_in(who).get(address(page, direction) + query).status_code in {400, 404}


class TestFromAskToGrant:
    def test_the_whole_way(self, world, sign_in):
        direction = world.directed()
        code = direction.dossier.code
        hung, minh = sign_in(world.hung), sign_in(world.minh)
        assert address("ask_extension", direction) in text_of(hung.get(f"/ho-so/{code}/"))

        form = open_form(hung, "dossiers:ask_extension", code)
        answer = hung.post(address("ask_extension", direction), {**form, **TYPED["ask_extension"]})
        assert answer.headers["Location"] == f"/ho-so/{code}/"
        assert address("ask_extension", direction) not in text_of(hung.get(f"/ho-so/{code}/"))

        [row] = minh.get(LIST).context["rows"]
        assert (row["by"], row["decider"]) == ("Nguyễn Văn Hùng", "Phạm Quang Minh")
        assert row["url"] in text_of(minh.get(f"/ho-so/{code}/"))

        shown = minh.get(row["url"])
        assert "27/11/2026" in shown.context["strip"].due_text  # the old strip
        assert shown.context["request_"]["new_text"] == "T4 02/12/2026"
        assert "3" in shown.context["request_"]["days_text"]
        answer = minh.post(row["url"], {**fields(shown), "viec": "dong-y"})
        assert answer.headers["Location"] == f"/ho-so/{code}/"

        limit = TimeLimit.objects.get()
        assert (limit.due_on, limit.first_due_at) == (WEDNESDAY, DUE)
        strip = minh.get(f"/ho-so/{code}/").context["latest"]["strip"]
        assert "02/12/2026" in strip.due_text
        assert "1" in strip.revisions[0]
        assert "27/11/2026" in strip.revisions[0]  # the first due date stays on view
        assert minh.get(LIST).context["rows"] == []

    def test_refused_the_answer_stands_in_the_timeline(self, world, sign_in):
        direction = world.directed()
        asked(world, direction)
        minh, where = sign_in(world.minh), address("decide", direction)
        form = {**fields(minh.get(where)), "viec": "khong-dong-y"}
        empty = minh.post(where, form)
        assert empty.status_code == 422
        assert "answer" in empty.context["form"].errors
        assert minh.post(where, {**form, "answer": "Chưa đủ căn cứ."}).status_code == 302
        page = text_of(sign_in(world.hung).get(f"/ho-so/{direction.dossier.code}/"))
        assert "Chưa đủ căn cứ." in page
        assert TimeLimit.objects.get().due_at == DUE

    def test_neither_button_decides_nothing(self, world, sign_in):
        direction = world.directed()
        asked(world, direction)
        minh, where = sign_in(world.minh), address("decide", direction)
        assert minh.post(where, fields(minh.get(where))).status_code == 422
        assert Adjustment.objects.get().state == "asked"

    @pytest.mark.parametrize("day", ["", "31/02/2026", "27/11/2026", "05/12/2026", "05/01/2099"])
    def test_a_day_that_does_not_fit_is_said_beside_the_field(self, world, sign_in, day):
        direction = world.directed()
        hung, where = sign_in(world.hung), address("ask_extension", direction)
        form = {**fields(hung.get(where)), **TYPED["ask_extension"], "wanted_on": day}
        answer = hung.post(where, form)
        assert answer.status_code == 422
        assert answer.context["form"].errors["wanted_on"]
        assert "Sở Tài chính chưa trả lời." in text_of(answer)
        assert not Adjustment.objects.exists()

    def test_the_chief_of_the_city_office_asks_for_the_offices_own(self, world, sign_in):
        dossier = world.concluded()
        where = reverse("dossiers:ask_extension", args=[dossier.code])
        assert sign_in(world.phuc).get(where).status_code == 403
        thu = sign_in(world.thu)
        form = {**fields(thu.get(where)), **TYPED["ask_extension"]}
        assert thu.post(where, form).status_code == 302
        assert Adjustment.objects.get().time_limit.agency == world.office
        assert sign_in(world.hung).get(LIST).context["rows"] == []


class TestPropose:
    def test_a_waiver_brings_the_dossier_back_to_the_leadership(self, world, sign_in):
        direction = world.directed()
        code = direction.dossier.code
        phuc, minh = sign_in(world.phuc), sign_in(world.minh)
        form = {**open_form(phuc, "dossiers:propose", code), "kind": "waiver", "reason": "Đủ rồi."}
        assert phuc.post(address("propose", direction), form).status_code == 302
        where = address("decide", direction)
        shown = minh.get(where)
        assert "granted_on" not in shown.context["form"].fields
        assert minh.post(where, {**fields(shown), "viec": "dong-y"}).status_code == 302

        direction.dossier.refresh_from_db()
        limit = TimeLimit.objects.get()
        assert direction.dossier.state == State.WITH_LEADER
        assert (limit.lifted, limit.met_at) == (True, NOW)
        page = minh.get(f"/ho-so/{code}/")
        assert page.context["latest"]["chip"].tone == "not_started"
        assert Event.objects.get(action="explanation_lifted").after["state"] == "with_leader"

    def test_answered_meanwhile_the_dossier_stays_where_it_is(self, world):
        direction = world.directed()
        proposal = waiver(world, direction)
        meet(direction.time_limit, by=world.by(world.hung), now=NOW)
        with pytest.raises(AlreadyMet):
            decide(
                proposal, grant=True, granted_on=None, answer="", document="",
                by=world.by(world.minh), now=NOW,
            )  # fmt: skip
        direction.dossier.refresh_from_db()
        assert direction.dossier.state == State.EXPLANATION_DUE

    def test_the_drafting_of_a_document_is_not_lifted(self, world, sign_in):
        dossier = world.concluded()
        phuc = sign_in(world.phuc)
        where = reverse("dossiers:propose", args=[dossier.code])
        form = {**fields(phuc.get(where)), "kind": "waiver", "reason": "Không cần nữa."}
        answer = phuc.post(where, form)
        assert answer.status_code == 422
        assert "kind" in answer.context["form"].errors

    def test_a_correction_needs_its_day(self, world, sign_in):
        direction = world.directed()
        phuc, where = sign_in(world.phuc), address("propose", direction)
        answer = phuc.post(where, {**fields(phuc.get(where)), "reason": "Nhầm."})
        assert "wanted_on" in answer.context["form"].errors


class TestSuspend:
    def test_the_new_due_date_is_shown_before_the_button(self, world, sign_in):
        direction = world.directed()
        minh, where = sign_in(world.minh), address("suspend", direction)
        assert minh.get(where).context["preview"] == {}
        preview = minh.get(where, {"until_on": "02/12/2026"}).context["preview"]
        assert preview["new_text"] == "T6 04/12/2026"
        assert "5" in preview["days_text"]
        off = minh.get(where, {"until_on": "05/12/2026"}).context["preview"]
        assert "05/12/2026" in off["refused"]
        assert not Suspension.objects.exists()

    def test_suspended_the_page_says_so_and_offers_to_let_it_run_on(self, world, sign_in):
        direction = world.directed()
        code = direction.dossier.code
        minh, where = sign_in(world.minh), address("suspend", direction)
        form = {**fields(minh.get(where)), **TYPED["suspend"]}
        assert minh.post(where, form).status_code == 302
        page = minh.get(f"/ho-so/{code}/")
        assert page.context["latest"]["chip"].tone == "suspended"
        assert address("resume", direction) in text_of(page)
        assert address("suspend", direction) not in text_of(page)

        shown = minh.get(address("resume", direction))
        assert shown.context["preview"]["new_text"] == "T6 27/11/2026"
        form = {**fields(shown), **TYPED["resume"]}
        assert minh.post(address("resume", direction), form).status_code == 302
        assert TimeLimit.objects.get().due_at == DUE

    @pytest.mark.parametrize("name", ["until_on", "document", "reason"])
    def test_never_without_end_document_and_reason(self, world, sign_in, name):
        direction = world.directed()
        minh, where = sign_in(world.minh), address("suspend", direction)
        answer = minh.post(where, {**fields(minh.get(where)), **TYPED["suspend"], name: ""})
        assert answer.status_code == 422
        assert name in answer.context["form"].errors
        assert not Suspension.objects.exists()

    def test_an_overdue_limit_is_not_offered_and_not_suspended(self, world, sign_in, wall_clock):
        direction = world.directed()
        form = fields(sign_in(world.minh).get(address("suspend", direction)))
        wall_clock(DUE)
        minh = sign_in(world.minh)
        assert address("suspend", direction) not in text_of(
            minh.get(f"/ho-so/{direction.dossier.code}/")
        )
        assert minh.get(address("suspend", direction)).status_code == 409
        answer = minh.post(address("suspend", direction), {**form, **TYPED["suspend"]})
        assert answer.status_code == 409
        assert not Suspension.objects.exists()


class TestMeanwhile:
    @pytest.mark.parametrize("page", TYPED)
    def test_a_form_pressed_twice_has_one_effect(self, world, sign_in, page):
        direction = ready(world, page)
        who = sign_in(getattr(world, min(TestWhoMay.MAY[page])))
        form = {**fields(who.get(address(page, direction))), **TYPED[page]}
        first = who.post(address(page, direction), form)
        count = moved()
        second = who.post(address(page, direction), form)
        assert (first.status_code, second.status_code) == (302, 302)
        assert first.headers["Location"] == second.headers["Location"]
        assert moved() == count

    @pytest.mark.parametrize("page", ["ask_extension", "propose", "decide", "suspend"])
    def test_answered_meanwhile_it_is_told_and_what_was_typed_is_kept(self, world, sign_in, page):
        direction = ready(world, page)
        who = sign_in(getattr(world, min(TestWhoMay.MAY[page])))
        form = {**fields(who.get(address(page, direction))), **TYPED[page]}
        form |= {"answer": "Những lời đã gõ"} if page == "decide" else {"reason": "Những lời đã gõ"}
        meet(direction.time_limit, by=world.by(world.hung), now=NOW)
        count = moved()
        answer = who.post(address(page, direction), form)
        assert answer.status_code == 409
        assert "Những lời đã gõ" in text_of(answer)
        assert answer.context["conflict"]
        assert moved() == count

    def test_the_second_leader_reads_who_decided_and_when(self, world, sign_in):
        direction = ready(world, "decide")
        minh, where = sign_in(world.minh), address("decide", direction)
        forms = [{**fields(minh.get(where)), "viec": "dong-y"} for _tab in range(2)]
        number = Adjustment.objects.get().pk
        assert minh.post(f"{where}?so={number}", forms[0]).status_code == 302
        late = minh.post(f"{where}?so={number}", forms[1])
        assert late.status_code == 409
        assert "Phạm Quang Minh" in late.context["conflict"]
        assert "09:00 25/11/2026" in late.context["conflict"]
        assert minh.get(f"{where}?so={number}").status_code == 409


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_leaders_one_decides_and_the_other_is_told(self, world, sign_in):
        oanh = person("oanh", "Trịnh Kim Oanh", Role.CITY_LEADER, None, "Phó Chủ tịch")
        direction = ready(world, "decide")
        where = address("decide", direction)
        jobs = []
        for user, what in ((world.minh, "dong-y"), (oanh, "khong-dong-y")):
            browser = sign_in(user)
            form = {**fields(browser.get(where)), "viec": what, "answer": "Ý kiến."}
            jobs.append(posting(browser, where, form))
        answers = at_once(*jobs)
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        [late] = [answer for answer in answers if answer.status_code == 409]
        decided = Adjustment.objects.select_related("decided_by").get()
        assert decided.decided_by.full_name in late.context["conflict"]
        assert DueDateRevision.objects.count() == (1 if decided.state == "granted" else 0)

    def test_an_answer_and_a_grant_end_in_one_state(self, world, sign_in):
        """Whichever comes first, the other is told; no limit is met and moved after."""
        direction = ready(world, "decide")
        request = Adjustment.objects.get()
        results = at_once(
            lambda: meet(direction.time_limit, by=world.by(world.hung), now=NOW),
            lambda: decide(
                request, grant=True, granted_on=WEDNESDAY, answer="", document="",
                by=world.by(world.minh), now=NOW,
            ),
        )  # fmt: skip
        limit = TimeLimit.objects.get()
        assert limit.met_at == NOW
        refusals = [result for result in results if isinstance(result, Exception)]
        assert len(refusals) == (0 if limit.revisions.exists() else 1)

    def test_five_requests_leave_one(self, world, sign_in):
        direction = world.directed()
        results = at_once(*[lambda: asked(world, direction)] * 5)
        assert sum(isinstance(result, Adjustment) for result in results) == 1
        assert sum(isinstance(result, adjusting.AlreadyAsked) for result in results) == 4
        assert Adjustment.objects.count() == 1


class TestList:
    def test_says_when_nothing_waits(self, world, sign_in):
        assert sign_in(world.minh).get(LIST).context["rows"] == []

    def test_the_oldest_first_with_the_button_for_leaders_alone(self, world, sign_in):
        second, first = world.directed(), world.directed()
        asked(world, first, NOW - timedelta(minutes=2))
        asked(world, second, NOW - timedelta(minutes=1))
        for user in (world.minh, world.thu, world.hoa, world.an, world.hung, world.lan):
            rows = sign_in(user).get(LIST).context["rows"]
            assert [row["limit"].subject_code for row in rows] == [
                first.dossier.code, second.dossier.code,
            ]  # fmt: skip
            assert all(bool(row["url"]) is (user == world.minh) for row in rows)
        assert sign_in(world.tuan).get(LIST).context["rows"] == []
        assert sign_in(world.son).get(LIST).status_code == 403

    def test_asks_the_same_questions_for_one_row_and_for_twenty(self, world, sign_in):
        asked(world, world.directed())
        minh = sign_in(world.minh)
        once = queries(minh, LIST)
        for _more in range(19):
            asked(world, world.directed())
        assert queries(minh, LIST) == once == 11

    def test_a_dossiers_page_asks_no_more_for_requests_and_suspensions(self, world, sign_in):
        direction = world.directed()
        minh, where = sign_in(world.minh), f"/ho-so/{direction.dossier.code}/"
        plain = queries(minh, where)
        request = asked(world, direction)
        assert queries(minh, where) == plain
        decide(
            request, grant=True, granted_on=WEDNESDAY, answer="", document="",
            by=world.by(world.minh), now=NOW,
        )  # fmt: skip
        suspended(world, direction)
        assert queries(minh, where) <= plain + 1  # whose hands: the days that stood still


def queries(browser, where: str) -> int:
    """The number of queries of one request."""
    browser.get(where)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(where).status_code == 200
    return len(found)
