"""The list of dossiers: scopes, orders, filters and their counts, pages by key."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from accounts.models import Appointment
from accounts.roles import Role
from agencies.models import InternalUnit
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import listing, paging, transitions
from dossiers.models import Dossier
from ledger import recording
from tests.world import NOW, person

pytestmark = pytest.mark.django_db
LIST = "/ho-so/"


def codes(browser, words: str = "") -> list[str]:
    return [row.code for row in browser.get(f"{LIST}?{words}").context["page"].rows]


def facet(browser, title: str, words: str = "") -> dict[str, int]:
    shown = browser.get(f"{LIST}?{words}", headers={"Accept-Language": "vi"}).context["facets"]
    counts = [{str(c.label): c.count for c in one.choices} for one in shown if one.title == title]
    return counts[0] if counts else {}


def of_other_ward(world, at=NOW, **changes) -> Dossier:
    """A dossier that Tuấn submitted for his ward."""
    by = world.by(world.tuan, at)
    files = {
        "letter": [world.staged(world.tuan, "to-trinh.pdf", at)],
        "draft": [world.staged(world.tuan, "du-thao.pdf", at)],
    }
    dossier = transitions.log_submission(
        facts=world.facts(at, gate_exception="Chủ tịch đi công tác", **changes),
        agency=world.other_ward,
        files=files,
        by=by,
        now=at,
    )
    return transitions.submit(dossier, version=None, by=by, now=at)


class TestOrders:
    """Each order is the same forwards and backwards, without gap or double."""

    @pytest.fixture
    def many(self, world):
        """Sixty dossiers of two wards, some at one instant, some with a limit running."""
        for day in range(15):
            at = NOW - timedelta(days=40 - day)
            world.directed(at)
            world.submitted(at)
            of_other_ward(world, at)
            of_other_ward(world, at)

    @pytest.mark.parametrize("order", list(listing.ORDERS))
    def test_pages_follow_each_other(self, world, many, sign_in, order):
        browser = sign_in(world.minh)
        address, seen, turns = f"?sap-xep={order}", [], []
        while address:
            page = browser.get(LIST + address).context["page"]
            assert page.from_ == len(seen) + 1
            seen += [row.code for row in page.rows]
            turns.append(address)
            address = page.next_url
        expected = 15 if order == "han" else 60
        assert len(seen) == len(set(seen)) == expected
        back = browser.get(LIST + turns[-1]).context["page"]
        while back.previous_url:
            back = browser.get(LIST + back.previous_url).context["page"]
        assert [row.code for row in back.rows] == seen[:25]
        moment = Moment(NOW, published().calendar)
        asked = listing.read(QueryDict(f"sap-xep={order}"), world.by(world.minh), moment)
        assert [row.code for row in asked.all_rows()] == seen
        assert asked.count() == expected

    def test_what_ends_first_stands_first(self, world, sign_in):
        late = world.directed(NOW - timedelta(days=9)).dossier
        soon = world.directed(NOW - timedelta(hours=1)).dossier
        world.submitted()
        assert codes(sign_in(world.minh), "sap-xep=han") == [late.code, soon.code]

    def test_agencies_stand_in_vietnamese_order(self, world, sign_in):
        hers, his = world.submitted(), of_other_ward(world)
        assert codes(sign_in(world.minh), "sap-xep=don-vi") == [his.code, hers.code]

    def test_heads_say_how_the_list_is_sorted(self, world, sign_in):
        world.submitted()
        page = sign_in(world.minh).get(f"{LIST}?sap-xep=cu").content.decode()
        assert page.count("aria-sort=") == 1
        assert 'aria-sort="ascending"><a class="sort" href="?sap-xep=moi"' in page

    @pytest.mark.parametrize("place", ["x", "2026-01-01T00:00:00_1", "_", "2026-01-01_1_1_1"])
    def test_a_place_that_is_none_shows_the_first_page(self, world, sign_in, place):
        dossier = world.submitted()
        for order in listing.ORDERS:
            shown = codes(sign_in(world.minh), f"sap-xep={order}&sau={place}")
            assert shown == ([] if order == "han" else [dossier.code])


class TestFilters:
    """What an address chooses, and the chips that take it out again."""

    def test_by_the_limit_that_ends_first(self, world, sign_in):
        overdue = world.directed(NOW - timedelta(days=9)).dossier
        today = world.directed(NOW - timedelta(days=5)).dossier
        soon = world.directed(NOW).dossier
        world.reported(NOW - timedelta(days=9))
        minh = sign_in(world.minh)
        assert codes(minh, "han=qua-han") == [overdue.code]
        assert codes(minh, "han=hom-nay") == [today.code]
        assert codes(minh, "han=sap-den-han") == [soon.code]
        assert codes(minh, "han=dang-chay") == [today.code, soon.code]
        assert codes(minh, "han=qua-han&sap-xep=moi") == [overdue.code]

    def test_by_urgency_kind_and_words(self, world, sign_in):
        express = world.submitted(urgency="express")
        plain = world.submitted(letter_ref="777/TTr-UBND")
        minh = sign_in(world.minh)
        assert codes(minh, "khan=express") == [express.code]
        assert set(codes(minh, "loai=phuong")) == {express.code, plain.code}
        assert codes(minh, "loai=so") == []
        assert codes(minh, "q=777/ttr ubnd") == [plain.code]
        assert codes(minh, f"q={plain.code}") == [plain.code]
        assert set(codes(minh, "q=DIEU CHINH pho co")) == {express.code, plain.code}

    def test_words_that_nobody_knows_narrow_nothing(self, world, sign_in):
        dossier = world.submitted()
        words = "trang-thai=x&khan=x&loai=x&han=x&pham-vi=x&sap-xep=x"
        assert codes(sign_in(world.minh), words) == [dossier.code]

    def test_scopes(self, world, sign_in):
        with recording.recorded(may_be_idle=True):
            unit = InternalUnit.objects.create(agency=world.ward, name="Phòng Kinh tế")
            Appointment.objects.filter(user=world.lan).update(unit=unit)
        units, hers, other = world.draft(), world.draft(), world.draft()
        by = world.by(world.lan)
        for dossier, hands in (
            (units, transitions.Hands(unit=unit)),
            (hers, transitions.Hands(officer=world.lan)),
        ):
            transitions.assign(dossier, hands=hands, version=None, by=by, now=NOW)
        lan = sign_in(world.lan)
        assert codes(lan, "pham-vi=phong-toi") == [units.code]
        assert codes(lan, "pham-vi=toi-giu") == [hers.code]
        assert len(codes(lan)) == 3
        assert other.code in codes(lan)

    def test_the_form_keeps_what_it_does_not_show(self, world, sign_in):
        world.submitted()
        page = sign_in(world.minh).get(f"{LIST}?khan=normal&sap-xep=cu").content.decode()
        assert '<input type="hidden" name="khan" value="normal">' in page
        assert '<input type="hidden" name="sap-xep" value="cu">' in page


class TestFacets:
    """Counts stand inside what is found, and agree with the list behind their link."""

    def test_each_count_is_the_list_behind_it(self, world, sign_in):
        world.directed(NOW - timedelta(days=9))
        world.directed(NOW, urgency="express")
        world.submitted()
        world.draft()
        for who in (world.minh, world.lan):
            browser = sign_in(who)
            shown = browser.get(LIST).context["facets"]
            assert shown
            for one in shown:
                for choice in one.choices:
                    assert browser.get(LIST + choice.url).context["page"].total == choice.count

    def test_a_filter_in_force_is_not_offered_again(self, world, sign_in):
        world.submitted()
        shown = sign_in(world.minh).get(f"{LIST}?trang-thai=submitted").context["facets"]
        assert all("trang-thai=submitted" in c.url for one in shown for c in one.choices)

    def test_a_long_list_offers_choices_without_counts(self, world, sign_in, monkeypatch):
        monkeypatch.setattr(paging, "COUNT_UP_TO", 1)
        world.draft()
        world.draft()
        shown = sign_in(world.lan).get(LIST).context["facets"]
        assert {choice.count for one in shown for choice in one.choices} == {None}

    def test_another_agency_is_in_no_count(self, world, sign_in):
        world.directed(NOW - timedelta(days=9), urgency="express")
        of_other_ward(world)
        tuan = sign_in(world.tuan)
        page = tuan.get(LIST)
        assert page.context["page"].total == 1
        assert [c.count for one in page.context["facets"] for c in one.choices] == [1, 1]
        for words in ("han=qua-han", "khan=express", "sap-xep=han", "don-vi=hoan+kiem"):
            shown = tuan.get(f"{LIST}?{words}")
            assert shown.context["page"].total == 0
            assert "Hoàn Kiếm" not in shown.content.decode()

    def test_the_administrator_sees_no_list(self, world, sign_in):
        assert sign_in(world.son).get(LIST).status_code == 403


def test_one_instant_decides_the_state_of_a_limit(world, sign_in, wall_clock):
    dossier = world.directed(NOW - timedelta(days=2)).dossier
    end = dossier.directions.get().time_limit.due_at
    wall_clock(end - timedelta(microseconds=1))
    minh = sign_in(world.minh)
    assert codes(minh, "han=hom-nay") == [dossier.code]
    assert codes(minh, "han=qua-han") == []
    wall_clock(end)
    assert codes(minh, "han=qua-han") == [dossier.code]
    assert codes(minh, "han=hom-nay") == []


def test_a_deputy_with_two_posts_sees_both_agencies(world, sign_in):
    with recording.recorded(may_be_idle=True):
        person("lan", "Trần Thị Lan", Role.AGENCY_CLERK, world.other_ward, "Văn thư kiêm nhiệm")
    hers, his = world.submitted(), of_other_ward(world)
    assert set(codes(sign_in(world.lan))) == {hers.code, his.code}
