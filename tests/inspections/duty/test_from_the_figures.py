"""From what the leadership sees late to a record of it, and back: how many records name a limit."""

import pytest
from django.urls import reverse

from agencies.models import Agency
from tests.inspections.duty.story import Duty
from tests.world import NOW

pytestmark = [pytest.mark.once, pytest.mark.django_db]
OVERVIEW, LIMITS = reverse("dashboards:overview"), reverse("dashboards:limits")


def draw_url(told: Duty, agency: Agency | None = None) -> str:
    agency = agency or told.world.ward
    page = reverse("inspections:draw_up_lateness")
    return f"{page}?don-vi={agency.pk}&tu=05%2F10%2F2026"


class TestTheWayToARecord:
    def test_leads_from_the_agency_on_the_overview_and_in_the_list(self, told, sign_in):
        hoa = sign_in(told.world.hoa)
        [bar] = hoa.get(OVERVIEW).context["agencies"]
        assert bar.act_href == draw_url(told)
        page = hoa.get(LIMITS, {"don-vi": told.world.ward.pk, "tinh-trang": "qua-han"})
        assert page.context["draw_url"] == bar.act_href
        drawing = hoa.get(bar.act_href)
        assert sum(len(group["lines"]) for group in drawing.context["groups"]) == 3

    @pytest.mark.parametrize("who", ["minh", "thu", "an", "dung"])
    def test_is_shown_to_nobody_who_draws_up_nothing(self, told, sign_in, who):
        user = told.dung if who == "dung" else getattr(told.world, who)
        browser = sign_in(user)
        [bar] = browser.get(OVERVIEW).context["agencies"]
        assert bar.act_href == ""
        shown = browser.get(LIMITS, {"don-vi": told.world.ward.pk})
        assert "draw_url" in shown.context and shown.context["draw_url"] == ""
        assert reverse("inspections:draw_up_lateness") not in shown.content.decode()

    def test_ends_once_everything_stands_in_a_record(self, told, sign_in):
        told.drawn()
        hoa = sign_in(told.world.hoa)
        [bar] = hoa.get(OVERVIEW).context["agencies"]
        assert (bar.value, bar.act_href) == (3, "")

    def test_no_way_without_one_agency(self, told, sign_in):
        hoa = sign_in(told.world.hoa)
        for asked in ("", "x", "9" * 30):
            assert hoa.get(LIMITS, {"don-vi": asked}).context["draw_url"] == ""


class TestHowManyRecordsNameALimit:
    def counts(self, told, user, sign_in, asked: str) -> list[int]:
        page = sign_in(user).get(asked)
        lines = page.context["lines"] if asked == LIMITS else page.context["worst"]
        return sorted(line.records for line in lines if not line.subject.startswith("TN-"))

    @pytest.mark.parametrize("asked", [OVERVIEW, LIMITS])
    def test_leaders_see_the_number_and_nothing_more(self, told, sign_in, asked):
        assert self.counts(told, told.world.minh, sign_in, asked) == [0, 0, 0]
        record = told.asked()
        assert self.counts(told, told.world.minh, sign_in, asked) == [0, 1, 1]
        page = sign_in(told.world.minh).get(asked)
        assert str(record.public_id) not in page.content.decode()

    def test_the_agency_does_not(self, told, sign_in):
        told.asked()
        assert self.counts(told, told.world.lan, sign_in, LIMITS) == [0, 0, 0]

    def test_drafts_are_nobodys_business(self, told, sign_in):
        told.drawn(NOW)
        assert self.counts(told, told.world.minh, sign_in, LIMITS) == [0, 0, 0]
