"""What nobody touched for a while: a prompt for the head first, for the City Office a day later."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from deadlines import adjusting
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import stagnation
from dossiers import transitions as verbs
from dossiers.models import Holding, Urgency
from dossiers.transitions import ReportFacts
from dossiers.views.holding import stagnation_part
from ledger import recording
from tests.dossiers.test_verbs import everything
from tests.world import NOW, hanoi, person

PAGE = "/ho-so/lau-chua-thao-tac/"
MINE = "/ho-so/viec-cua-toi/"
#: Monday to Friday without a day off between them.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (hanoi(2026, 11, day, 9) for day in range(16, 21))
NEXT_MONDAY = hanoi(2026, 11, 23, 0)


def shown(world, user, now: datetime) -> list[str]:
    """The codes of dossiers that a person is asked to look at."""
    moment = Moment(now, published().calendar)
    return [row.dossier.code for row in stagnation.shown_to(world.by(user, now), moment)]


class TestWhen:
    """Three whole working days for normal dossiers, one for urgent ones and above."""

    def test_the_head_sees_it_when_the_third_day_has_ended(self, world):
        """Touched on Monday: Tuesday, Wednesday and Thursday pass, on Friday it is there."""
        dossier = world.directed(MONDAY).dossier
        last_instant = hanoi(2026, 11, 19, 23, 59, 59)
        assert shown(world, world.hung, last_instant) == []
        assert shown(world, world.hung, hanoi(2026, 11, 20, 0)) == [dossier.code]

    def test_the_office_sees_it_one_working_day_later(self, world):
        dossier = world.directed(MONDAY).dossier
        assert shown(world, world.thu, FRIDAY) == []
        assert shown(world, world.thu, hanoi(2026, 11, 20, 23, 59)) == []
        assert shown(world, world.thu, hanoi(2026, 11, 21, 0)) == [dossier.code]

    @pytest.mark.parametrize("mark", [Urgency.URGENT, Urgency.VERY_URGENT, Urgency.EXPRESS])
    def test_an_urgent_one_after_one_day(self, world, mark):
        dossier = world.directed(MONDAY, urgency=mark).dossier
        assert shown(world, world.hung, TUESDAY) == []
        assert shown(world, world.hung, WEDNESDAY) == [dossier.code]
        assert shown(world, world.thu, WEDNESDAY) == []
        assert shown(world, world.thu, THURSDAY) == [dossier.code]

    def test_days_off_are_no_days_of_sleep(self, world):
        """Touched on the Thursday before Tết 2026: nine days off later nothing has slept yet."""
        dossier = world.directed(hanoi(2026, 2, 12, 9)).dossier
        assert shown(world, world.hung, hanoi(2026, 2, 23, 9)) == []
        assert shown(world, world.hung, hanoi(2026, 2, 26, 9)) == [dossier.code]

    def test_the_numbers_are_settings(self, world, settings):
        settings.STAGNATION_WORKING_DAYS = {
            "normal": 5, "urgent": 2, "very_urgent": 2, "express": 1,
        }  # fmt: skip
        dossier = world.directed(MONDAY).dossier
        assert shown(world, world.hung, NEXT_MONDAY) == []
        assert shown(world, world.hung, NEXT_MONDAY + timedelta(days=1)) == [dossier.code]

    def test_any_act_wakes_it(self, world):
        direction = world.directed(MONDAY)
        verbs.prepare_report(
            direction, facts=ReportFacts(text="Đang viết."), files={}, version=None,
            by=world.by(world.lan, THURSDAY), now=THURSDAY,
        )  # fmt: skip
        assert shown(world, world.hung, FRIDAY) == []

    def test_what_is_finished_sleeps_in_peace(self, world):
        verbs.reject(
            world.reported(MONDAY).dossier, text="Không phù hợp.", version=None,
            by=world.by(world.minh, MONDAY), now=MONDAY,
        )  # fmt: skip
        assert shown(world, world.minh, NOW) == []

    def test_days_shown_are_the_days_that_have_passed(self, world):
        world.directed(MONDAY)
        moment = Moment(FRIDAY, published().calendar)
        [row] = stagnation.shown_to(world.by(world.hung), moment)
        assert stagnation.working_days_idle(row, moment) == 3


class TestWhom:
    """Each desk has its head; nobody else is told before the City Office."""

    def test_the_chief_sees_the_offices_own_desks_first(self, world):
        dossier = world.submitted(MONDAY)
        assert shown(world, world.thu, FRIDAY) == [dossier.code]
        assert shown(world, world.phuc, FRIDAY) == []
        assert shown(world, world.phuc, NEXT_MONDAY) == [dossier.code]
        assert shown(world, world.hung, NEXT_MONDAY) == []  # it is not on his desk

    def test_a_leader_sees_what_lies_with_the_leadership(self, world):
        dossier = world.reported(MONDAY).dossier
        assert shown(world, world.minh, FRIDAY) == [dossier.code]
        assert shown(world, world.thu, FRIDAY) == []

    def test_nobody_of_another_agency_sees_it(self, world):
        with recording.recorded(may_be_idle=True):
            hai = person("hai", "Đinh Công Hải", Role.AGENCY_HEAD, world.other_ward, "Chủ tịch")
        world.directed(MONDAY)
        assert shown(world, hai, NOW) == []

    def test_the_city_is_not_told_of_what_an_agency_still_drafts(self, world):
        dossier = world.draft(MONDAY)
        assert shown(world, world.hung, NOW) == [dossier.code]
        assert shown(world, world.thu, NOW) == []

    @pytest.mark.parametrize(
        ("who", "status"),
        [("hung", 200), ("thu", 200), ("minh", 200), ("an", 200),
         ("lan", 403), ("hoa", 403), ("son", 403)],
    )  # fmt: skip
    def test_the_page_is_for_heads_office_leaders_and_the_auditor(
        self, world, sign_in, who, status
    ):
        """Inspectors do not read a prompt to look as a list of accused."""
        assert sign_in(getattr(world, who)).get(PAGE).status_code == status


class TestWhatStandsStill:
    """What waits by order, or for others who still have time, is nobody's sleep."""

    def test_while_the_limit_is_suspended(self, world):
        direction = world.directed(MONDAY)
        adjusting.suspend(
            direction.time_limit, until_on=date(2026, 11, 26), reason="Bão", document="9/CĐ",
            by=world.by(world.minh), now=MONDAY,
        )  # fmt: skip
        assert shown(world, world.hung, hanoi(2026, 11, 26, 23)) == []
        assert shown(world, world.hung, hanoi(2026, 11, 27, 0)) == [direction.dossier.code]

    def test_before_the_meeting_is_held(self, world):
        dossier = world.reported(MONDAY).dossier
        verbs.call_meeting(
            dossier, planned_at=hanoi(2026, 12, 1, 14), place="Phòng 1", agenda="", version=None,
            by=world.by(world.minh), now=MONDAY,
        )  # fmt: skip
        assert shown(world, world.minh, NOW) == []
        assert shown(world, world.minh, hanoi(2026, 12, 2, 9)) == [dossier.code]

    def test_while_asked_agencies_have_time(self, world):
        dossier = world.submitted(MONDAY)
        verbs.receive(dossier, version=None, by=world.by(world.phuc), now=MONDAY)
        verbs.consult(
            dossier, agencies=[world.home_affairs], question="Ý kiến?", due_on=date(2026, 11, 25),
            version=None, by=world.by(world.thu), now=MONDAY,
        )  # fmt: skip
        assert shown(world, world.thu, NOW) == []
        assert shown(world, world.thu, hanoi(2026, 11, 26, 0)) == [dossier.code]


class TestPages:
    def test_the_head_finds_it_in_my_work_with_its_age_and_who_has_it(self, world, sign_in):
        dossier = world.directed(NOW - timedelta(days=9)).dossier
        part = sign_in(world.hung).get(MINE).context["idle"]
        assert (part["count"], [line.dossier for line in part["lines"]]) == (1, [dossier])
        [line] = part["lines"]
        assert (line.name, line.idle_text) == ("Nguyễn Văn Hùng", "5 ngày làm việc")

    def test_my_work_shows_the_first_few_and_counts_them_all(
        self, world, sign_in, django_assert_num_queries
    ):
        for day in range(8):
            world.directed(NOW - timedelta(days=30 + day))
        moment, hung = Moment(NOW, published().calendar), world.by(world.hung)
        with django_assert_num_queries(2):
            part = stagnation_part(hung, moment)
        assert (part["count"], len(part["lines"]), part["has_more"]) == (8, 5, True)
        page = sign_in(world.hung).get(MINE)
        assert page.context["idle"]["url"] == PAGE

    def test_a_clerk_has_no_such_part(self, world, sign_in):
        world.directed(NOW - timedelta(days=9))
        assert sign_in(world.lan).get(MINE).context["idle"] is None

    def test_the_longest_stands_first_and_the_page_filters(self, world, sign_in):
        young = world.directed(NOW - timedelta(days=12)).dossier
        old = world.directed(NOW - timedelta(days=20), urgency=Urgency.URGENT).dossier
        browser = sign_in(world.thu)
        assert [line.dossier for line in browser.get(PAGE).context["lines"]] == [old, young]
        urgent = browser.get(f"{PAGE}?khan=urgent").context
        assert [line.dossier for line in urgent["lines"]] == [old]
        assert [chip["remove_url"] for chip in urgent["filters"]] == ["?"]
        assert browser.get(f"{PAGE}?don-vi=ba+dinh").context["lines"] == []

    def test_reading_changes_nothing(self, world, sign_in):
        world.directed(NOW - timedelta(days=20))
        before = everything(), list(Holding.objects.order_by("pk").values())
        sign_in(world.thu).get(PAGE)
        assert (everything(), list(Holding.objects.order_by("pk").values())) == before

    @pytest.mark.parametrize(("who", "expected"), [("hung", 8), ("thu", 8), ("minh", 8)])
    def test_asks_the_same_for_one_row_and_for_twenty(self, world, sign_in, who, expected):
        browser = sign_in(getattr(world, who))

        def asked() -> int:
            browser.get(PAGE)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(PAGE).status_code == 200
            return len(queries)

        world.directed(NOW - timedelta(days=60))
        once = asked()
        for day in range(19):
            world.directed(NOW - timedelta(days=40 + day))
        assert asked() == once == expected

    def test_before_the_first_published_day_nothing_is_asked(self, world):
        """A calendar that does not reach back stops the prompt, not the page."""
        world.directed(MONDAY)
        assert shown(world, world.hung, hanoi(2020, 1, 2, 9)) == []
