"""The lists of time limits and of tasks as files: complete, one's own rows, on record."""

import csv
import io
from datetime import timedelta

import pytest

from ledger.models import Event
from tests.dossiers.tasks.story import TEXT, given, third
from tests.world import NOW

pytestmark = pytest.mark.django_db
LIMITS, TASKS = "/thoi-han/xuat/", "/nhiem-vu/xuat/"


def rows(browser, address: str, words: str = "", kind: str = "csv") -> list[list[str]]:
    response = browser.post(f"{address}?{words}", {"dang": kind})
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    if kind == "xlsx":
        assert content.startswith(b"PK")
        return []
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


class TestTimeLimits:
    def test_every_row_in_the_order_of_the_page_with_its_filter(self, world, sign_in):
        late = [world.directed(NOW - timedelta(days=20, minutes=n)).dossier for n in range(60)]
        world.directed()
        found = rows(sign_in(world.minh), LIMITS, "tinh-trang=qua-han")
        assert len(found) == 61
        assert {row[0] for row in found[1:]} == {dossier.code for dossier in late}
        page = sign_in(world.minh).get("/thoi-han/?tinh-trang=qua-han")
        shown = [line.subject for line in page.context["lines"]]
        assert [row[0] for row in found[1:51]] == shown
        assert "Quá hạn" in found[1][8]

    def test_an_agency_takes_its_own(self, world, sign_in):
        world.directed()
        assert len(rows(sign_in(world.hung), LIMITS)) == 2
        assert len(rows(sign_in(world.tuan), LIMITS)) == 1

    def test_says_who_took_what(self, world, sign_in):
        world.directed()
        rows(sign_in(world.lan), LIMITS, "quy-tac=agency_report", "xlsx")
        event = Event.objects.get(action="list_exported")
        assert (event.actor_name, event.object_code) == ("Trần Thị Lan", "time_limits")
        assert event.after == {"filter": "quy-tac=agency_report", "rows": 1, "format": "xlsx"}


class TestTasks:
    def test_every_row_with_its_filter(self, world, sign_in):
        mine = [given(world) for _ in range(30)]
        given(world, lead=third(world), cooperating=())
        found = rows(sign_in(world.minh), TASKS, "don-vi=hoan+kiem")
        assert [row[0] for row in found[1:]] == [task.code for task in reversed(mine)]
        assert found[1][1] == TEXT
        assert found[1][7] == world.other_ward.name

    def test_an_agency_takes_what_it_leads_or_shares(self, world, sign_in):
        given(world)
        given(world, lead=third(world), cooperating=())
        assert len(rows(sign_in(world.hung), TASKS)) == 2
        assert len(rows(sign_in(world.tuan), TASKS)) == 2

    def test_a_formula_stays_text(self, world, sign_in):
        given(world, text="=HYPERLINK(1)")
        assert rows(sign_in(world.hung), TASKS)[1][1] == "'=HYPERLINK(1)"

    def test_as_a_workbook_and_on_record(self, world, sign_in):
        given(world)
        rows(sign_in(world.hung), TASKS, "pham-vi=cua-toi", "xlsx")
        assert Event.objects.get(action="list_exported").object_code == "tasks"


@pytest.mark.parametrize("address", [LIMITS, TASKS])
def test_whoever_reads_no_list_takes_none(world, sign_in, address):
    assert sign_in(world.son).post(address, {"dang": "csv"}).status_code == 403
    assert sign_in(world.lan).get(f"{address}?q=x").status_code == 302
