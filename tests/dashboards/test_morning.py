"""The page before the meeting: what is late, whose, what is new since yesterday, and the way on."""

import re
from datetime import timedelta

import pytest

from accounts.models import Appointment, SavedFilter
from accounts.roles import Role
from dashboards import asof
from dashboards.overview import Morning
from deadlines import sweeping
from deadlines import transitions as limits
from deadlines.models import TimeLimit
from dossiers.models import Dossier
from ledger import recording
from tests.dashboards.story import granted
from tests.world import NOW, hanoi, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

#: Tuesday the 24th was a day off: the working day before ``NOW`` is the Monday.
SINCE = hanoi(2026, 11, 23, 9)


def page_of(world, asked=None, now=NOW) -> Morning:
    by = world.by(world.minh, now)
    return Morning(TimeLimit.objects.all(), asked or {}, asof.at(now, present=now), by, present=now)


class TestNews:
    def test_is_what_happened_since_the_same_hour_of_the_last_working_day(self, world):
        by = world.by(world.hung)
        long_ago, in_time = hanoi(2026, 11, 10, 9), hanoi(2026, 11, 20, 9)
        world.directed(hanoi(2026, 11, 24, 9))
        world.directed(SINCE)  # began with the hour: not after it
        thursday = hanoi(2026, 11, 19, 9)  # until the end of Monday
        before, late, soon, extended, kept = (
            world.limit(at) for at in (long_ago, long_ago, in_time, thursday, thursday)
        )
        limits.meet(kept, by=by, now=SINCE + timedelta(hours=1))
        limits.meet(before, by=by, now=SINCE - timedelta(minutes=1))
        limits.meet(late, by=by, now=SINCE + timedelta(minutes=1))
        limits.meet(soon, by=by, now=hanoi(2026, 11, 24, 9))
        granted(world, extended, "extension", hanoi(2026, 11, 24, 10))  # a day after its breach
        world.limit(in_time)  # ends with the 25th: not yet
        world.limit(thursday)
        page = page_of(world)
        assert page.since == SINCE
        assert [tile.value for tile in page.news()] == ["2", "1", "2", "1"]
        assert "23/11" in page.tiles()[0].change_text

    def test_a_flag_more_or_less_changes_nothing(self, world):
        """The page asks the limits, not who noticed: it is right with every worker dead."""
        world.limit(hanoi(2026, 11, 19, 9))
        before = [tile.value for tile in page_of(world).news()]
        sweeping.flag_overdue(NOW)
        assert [tile.value for tile in page_of(world).news()] == before


class TestWhoAnswers:
    def test_the_head_in_post_now_with_what_was_found_there(self, world):
        old = world.limit(hanoi(2026, 10, 1, 9))
        world.limit(hanoi(2026, 11, 3, 9))
        limits.hand_to(old, unit=None, officer=world.lan, by=world.by(world.hung), now=SINCE)
        with recording.recorded(may_be_idle=True):
            Appointment.objects.filter(user=world.hung).update(ended_on=hanoi(2026, 10, 31).date())
            person(
                "dao", "Vũ Thị Đào", Role.AGENCY_HEAD, world.ward, "Chủ tịch UBND phường",
                since=hanoi(2026, 11, 1).date(),
            )  # fmt: skip
        [row] = page_of(world).heads()
        assert (row.head, row.agency) == ("Vũ Thị Đào", world.ward.name)
        assert [count.value for count in row.counts] == ["2", "0", "0"]
        assert "01/11/2026" in row.note and row.note.startswith("1 ")
        assert row.desks == ["Trần Thị Lan: 1", "chưa phân công: 1"]
        assert row.oldest_text == "T2 05/10/2026"

    def test_the_city_office_stands_on_the_page_by_the_same_rule(self, world):
        for _n in range(2):
            world.limit(hanoi(2026, 11, 3, 9))
        world.limit(hanoi(2026, 11, 3, 9), agency=world.office, rule_code="office_draft")
        page = page_of(world)
        assert [row.head for row in page.heads(most=1)] == ["Nguyễn Văn Hùng", "Đỗ Minh Thu"]
        assert [bar.value for bar in page.agencies(most=1)] == [2, 1]


class TestLookingBack:
    @pytest.mark.parametrize("luc", ["2027-01-01T00:00", "hôm qua", "0001-01-01T00:00", "%00"])
    def test_what_is_no_past_instant_shows_now(self, world, sign_in, luc):
        page = sign_in(world.minh).get(f"/tong-quan/?luc={luc}")
        if luc == "%00":
            assert page.status_code == 400
            return
        assert page.context["as_of"] == NOW and page.context["luc"] == ""

    def test_the_page_says_that_it_looks_back_and_how_to_return(self, world, sign_in):
        page = sign_in(world.minh).get("/tong-quan/?luc=2026-11-23T07:30&khan=urgent")
        assert page.context["luc"] == "2026-11-23T07:30"
        assert page.context["now_url"] == "/tong-quan/?khan=urgent"
        assert "luc=2026-11-23T07%3A30" in page.context["tiles"][0].href
        assert "07:30 T2 23/11/2026" in page.content.decode()


class TestTheWayOn:
    def test_two_presses_to_the_dossier_and_back_without_losing_the_place(self, world, sign_in):
        dossier = world.directed(hanoi(2026, 11, 3, 9)).dossier
        minh = sign_in(world.minh)
        page = minh.get(f"/tong-quan/?don-vi={world.ward.pk}&quy-tac=agency_report")
        listed = minh.get(page.context["tiles"][0].href)
        content = listed.content.decode()
        assert f'href="/ho-so/{dossier.code}/"' in content
        back = re.search(r'href="(/tong-quan/\?[^"]*)"', content).group(1).replace("&amp;", "&")
        again = minh.get(back)
        assert again.context["asked"] == page.context["asked"]

    def test_filters_in_force_are_named_and_each_is_taken_out_alone(self, world, sign_in):
        words = f"loai=phuong&noi-giu={world.ward.pk}&khan=urgent&linh-vuc=Y tế&tu=1/11/2026"
        page = sign_in(world.minh).get(f"/tong-quan/?{words}")
        labels = [chip["label"] for chip in page.context["filters"]]
        assert len(labels) == 5 and "Y tế" in labels
        assert all(chip["remove_url"].count("=") == 4 for chip in page.context["filters"])

    def test_fields_are_those_of_dossiers_that_one_may_see(self, world, sign_in):
        mine, other = world.draft(), world.draft()
        with recording.recorded(may_be_idle=True):
            Dossier.objects.filter(pk=mine.pk).update(field="Đất đai")
            Dossier.objects.filter(pk=other.pk).update(field="Y tế", agency=world.other_ward)
        assert sign_in(world.minh).get("/tong-quan/").context["fields"] == ["Y tế", "Đất đai"]
        assert sign_in(world.lan).get("/tong-quan/").context["fields"] == ["Đất đai"]


class TestSavedFilters:
    ADDRESS = "/tong-quan/bo-loc/"

    def test_are_kept_opened_and_deleted(self, world, sign_in):
        minh = sign_in(world.minh)
        answer = minh.post(f"{self.ADDRESS}?khan=urgent&trang=2", {"name": "Việc khẩn"})
        assert answer.headers["Location"] == "/tong-quan/?khan=urgent"
        page = minh.get("/tong-quan/?khan=urgent")
        assert [(s["name"], s["is_current"]) for s in page.context["saved"]] == [
            ("Việc khẩn", True)
        ]
        key = SavedFilter.objects.get().pk
        assert (
            sign_in(world.thu).post(self.ADDRESS, {"viec": "xoa", "bo-loc": key}).status_code == 404
        )
        minh.post(self.ADDRESS, {"viec": "xoa", "bo-loc": key})
        assert not SavedFilter.objects.exists()

    def test_of_a_list_open_the_list(self, world, sign_in):
        answer = sign_in(world.thu).post(
            f"{self.ADDRESS}?tinh-trang=qua-han", {"name": "Quá hạn", "share": "on"}
        )
        assert answer.headers["Location"] == "/thoi-han/?tinh-trang=qua-han"
        assert [s["name"] for s in sign_in(world.phuc).get("/tong-quan/").context["saved"]] == [
            "Quá hạn"
        ]

    def test_without_a_name_or_a_filter_nothing_is_kept(self, world, sign_in):
        minh = sign_in(world.minh)
        assert minh.post(f"{self.ADDRESS}?khan=urgent", {"name": ""}).status_code == 422
        assert minh.post(self.ADDRESS, {"name": "Tất cả"}).status_code == 422
        assert not SavedFilter.objects.exists()
