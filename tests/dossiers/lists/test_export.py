"""The list as a file: complete, the same rows as the page, safe in Excel, on record."""

import csv
import html
import io
import re
import zipfile
from datetime import timedelta

import pytest

from ledger.models import Event
from tests.dossiers.lists.test_lists import of_other_ward
from tests.world import NOW

pytestmark = pytest.mark.django_db
EXPORT = "/ho-so/xuat/"


def as_csv(browser, words: str = "") -> list[list[str]]:
    response = browser.post(f"{EXPORT}?{words}", {"dang": "csv"})
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def as_xlsx(browser, words: str = "") -> list[list[str]]:
    """The texts of each row as the sheet's XML holds them, in its order."""
    response = browser.post(f"{EXPORT}?{words}", {"dang": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = re.findall(r"<row .*?</row>", sheet, re.S)
    return [[html.unescape(text) for text in re.findall(r"<t[^>]*>(.*?)</t>", row)] for row in rows]


class TestExport:
    """Lan takes her list home; the ledger knows."""

    def test_holds_every_row_and_not_the_page_alone(self, world, sign_in):
        for minute in range(30):
            world.draft(NOW - timedelta(minutes=minute))
        lan = sign_in(world.lan)
        first = lan.get("/ho-so/").context["page"].rows[0].code
        for rows in (as_csv(lan), as_xlsx(lan)):
            assert len(rows) == 31
            assert rows[1][0] == first

    def test_keeps_the_filter_and_the_order(self, world, sign_in):
        late = world.directed(NOW - timedelta(days=9)).dossier
        soon = world.directed(NOW).dossier
        world.submitted()
        rows = as_csv(sign_in(world.minh), "sap-xep=han")
        assert [row[0] for row in rows[1:]] == [late.code, soon.code]
        assert rows[1][14] == "Quá hạn 4 ngày làm việc"
        assert rows[1][12] == "18/11/2026"

    def test_holds_nothing_of_another_agency(self, world, sign_in):
        world.submitted()
        his = of_other_ward(world)
        assert [row[0] for row in as_csv(sign_in(world.tuan))[1:]] == [his.code]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@"])
    def test_a_formula_stays_text(self, world, sign_in, start):
        matter = f"{start}HYPERLINK(1)"
        world.submitted(matter=matter)
        lan = sign_in(world.lan)
        assert as_csv(lan)[1][4] == f"'{matter}"
        assert matter in as_xlsx(lan)[1]

    def test_says_who_took_what(self, world, sign_in):
        world.submitted()
        as_csv(sign_in(world.lan), "trang-thai=submitted&sau=x")
        event = Event.objects.get(action="list_exported")
        assert event.actor_name == "Trần Thị Lan"
        assert event.after == {"filter": "trang-thai=submitted", "rows": 1, "format": "csv"}

    def test_whoever_reads_no_list_takes_none(self, world, sign_in):
        assert sign_in(world.son).post(EXPORT, {"dang": "csv"}).status_code == 403

    def test_coming_back_after_signing_in_leads_to_the_list(self, world, sign_in):
        response = sign_in(world.lan).get(f"{EXPORT}?trang-thai=drafting")
        assert response.headers["Location"] == "/ho-so/?trang-thai=drafting"
        assert not Event.objects.filter(action="list_exported").exists()
