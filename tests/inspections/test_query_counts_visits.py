"""How many queries the pages of inspections ask, at one row and at twenty."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from inspections.transitions import beginning, planning
from tests.inspections.desk import LONG_AGO
from tests.pages.test_query_counts import queries
from tests.world import NOW

pytestmark = pytest.mark.django_db

#: Page → who opens it, its address, its queries.
PAGES = {
    "inspections": ("hoa", "inspections:list", 7),
    "inspections, head": ("hung", "inspections:list", 7),
    "records": ("hoa", "inspections:records", 7),
    "records, head": ("hung", "inspections:records", 7),
    "plans": ("hoa", "inspections:plans", 9),
    "visits by quarter": ("minh", "inspections:coverage", 8),
}


def test_lists_ask_the_same_for_one_row_and_for_twenty(desk, sign_in):
    browsers = {who: sign_in(getattr(desk.world, who)) for who, _view, _expected in PAGES.values()}
    expected = {name: number for name, (_who, _view, number) in PAGES.items()}

    def asked() -> dict[str, int]:
        return {
            name: queries(browsers[who], reverse(view)) for name, (who, view, _n) in PAGES.items()
        }

    one_of_each(desk)
    assert asked() == expected
    for _n in range(19):
        one_of_each(desk)
    assert asked() == expected


def one_of_each(desk) -> None:
    desk.approved(year=2026)
    inspection = desk.opened()
    [record] = beginning.raise_records(inspection, version=None, by=desk.by(desk.hoa), now=NOW)
    desk.sent(record=desk.written(record))


class TestPages:
    def test_an_inspection_asks_the_same_for_a_small_and_a_large_sample(self, desk, sign_in):
        counts = []
        for dossiers in (1, 15):
            for n in range(dossiers):
                desk.world.directed(LONG_AGO + timedelta(hours=n))
            inspection = desk.sampled()
            browser = sign_in(desk.hoa)
            address = reverse("inspections:detail", args=[inspection.public_id])
            counts.append(queries(browser, address))
        assert counts[0] == counts[1] == 15

    def test_a_record_asks_the_same_for_one_finding_and_for_many(self, desk, sign_in):
        counts = []
        for dossiers in (1, 15):
            for n in range(dossiers):
                desk.world.directed(LONG_AGO + timedelta(hours=n))
            [record] = desk.records()
            browser = sign_in(desk.hoa)
            address = reverse("inspections:record", args=[record.public_id])
            counts.append(queries(browser, address))
        marks = 2 if connection.vendor == "postgresql" else 0  # the opening is written down
        assert counts[0] == counts[1] == 17 + marks

    def test_a_plan_asks_the_same_for_one_agency_and_for_many(self, desk, sign_in):
        plan = desk.plan(by_risk=30, by_chance=10)
        browser = sign_in(desk.hoa)
        address = reverse("inspections:plan", args=[plan.code])
        once = queries(browser, address)
        planning.select_agencies(plan, version=None, by=desk.by(desk.hoa), now=NOW)
        assert queries(browser, address) == once == 8
