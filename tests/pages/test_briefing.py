"""Báo cáo giao ban as leaders read it, and as a file."""

import csv
from datetime import timedelta

import pytest
from django.urls import reverse

from deadlines.sweeping import flag_overdue
from tests.world import NOW

pytestmark = pytest.mark.once

LONG_AGO = NOW - timedelta(days=20)


@pytest.fixture
def reminded(world):
    """Two dossiers of two wards that nobody answered, each reminded of by every rung."""
    late = world.directed(LONG_AGO).dossier
    world.limit(LONG_AGO, agency=world.other_ward)
    flag_overdue(NOW)
    return late


def test_a_leader_sees_the_agency_its_head_the_reminders_and_how_late(world, sign_in, reminded):
    page = sign_in(world.minh).get("/giao-ban/")
    rows = {row.line.agency: row for row in page.context["rows"]}
    row = rows[world.ward.name]
    assert (row.head, row.reminders) == ("Nguyễn Văn Hùng", 5)
    assert row.url == reverse("dossiers:detail", args=[reminded.code])
    assert row.line.chip.tone.startswith("overdue")
    assert rows[world.other_ward.name].head == ""
    assert reminded.code in page.content.decode()


def test_the_way_to_it_stands_in_the_navigation_of_whoever_reads_the_whole_city(
    world, sign_in, reminded
):
    for who, shown in ((world.minh, True), (world.thu, True), (world.hoa, True)):
        assert ('href="/giao-ban/"' in sign_in(who).get("/giao-ban/").content.decode()) is shown
    page = sign_in(world.lan).get("/giao-ban/")
    assert [row.line.agency for row in page.context["rows"]] == [world.ward.name]
    assert sign_in(world.son).get("/giao-ban/").status_code == 403


def test_nothing_to_take_up_is_said_in_words(world, sign_in):
    page = sign_in(world.minh).get("/giao-ban/")
    assert not page.context["rows"]
    assert "empty" in page.content.decode()


def test_the_file_holds_the_same_rows(world, sign_in, reminded):
    browser = sign_in(world.thu)
    assert browser.get("/giao-ban/xuat/").status_code == 302
    answer = browser.post("/giao-ban/xuat/", {"dang": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    assert len(rows) == 3
    assert {row[3] for row in rows[1:]} == {world.ward.name, world.other_ward.name}
    assert {row[5] for row in rows[1:]} == {"5"}
