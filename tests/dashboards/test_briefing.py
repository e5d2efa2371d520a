"""The morning page on paper and as a workbook: the figures of a moment that can be found again."""

import io
from datetime import timedelta

import pytest
from pdfminer.high_level import extract_text

from dashboards import asof, briefing
from dashboards.overview import Morning
from deadlines.models import TimeLimit
from documents import forms
from documents.layout import to_json
from dossiers.sheets import reading
from ledger.models import Event
from tests.dashboards import story
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TAKE = "/tong-quan/bao-cao-nhanh/"


def pages_of(content: bytes) -> list[str]:
    """The words of each page, whatever lines they stand in."""
    return [" ".join(page.split()) for page in extract_text(io.BytesIO(content)).split("\f")]


def test_prints_one_page_of_figures_then_lists_and_says_who_took_it(world, sign_in):
    story.begun(world)
    answer = sign_in(world.minh).post(f"{TAKE}?don-vi={world.ward.pk}", {"dang": "pdf"})
    assert 'filename="bao-cao-nhanh-2026-11-25T0900.pdf"' in answer["Content-Disposition"]
    pages = pages_of(answer.content)
    assert "BÁO CÁO NHANH" in pages[0] and "09 giờ 00 phút, ngày 25 tháng 11 năm 2026" in pages[0]
    assert world.hung.full_name in pages[0] and "Lê Thị Bích: 1" in pages[0]
    assert "Phụ lục I" in pages[1] and "Quá hạn (6)" in pages[1]
    event = Event.objects.get(action="list_exported")
    assert (event.actor_name, event.object_code) == (world.minh.full_name, "briefing")
    assert event.after["as_of"].startswith("2026-11-25T02:00:00")


def test_of_a_past_moment_says_what_it_said_then(world, found_again):
    before, after = found_again
    assert before == after
    assert "Đến hạn trong 2 ngày làm việc" in str(before)


@pytest.fixture
def found_again(world):
    """The paper of Wednesday morning, drawn up then and a week later."""

    def paper(present) -> dict:
        by, moment = world.by(world.minh), asof.at(NOW, present=present)
        page = Morning(
            TimeLimit.objects.all(), {}, moment, by, present=present, since=NOW - timedelta(days=7)
        )
        states = (*briefing.DAILY, *briefing.WEEKLY)
        return to_json(forms.briefing(briefing.said(page, by, [], states, weekly=True)))

    found = story.begun(world)
    before = paper(NOW)
    over = story.everything_happens(world, found, lambda now: None)
    return before, paper(over)


def test_the_workbook_holds_the_lists_of_a_week(world, sign_in):
    story.begun(world)
    answer = sign_in(world.thu).post(TAKE, {"dang": "xlsx", "ky": "tuan"})
    content = io.BytesIO(b"".join(answer.streaming_content))
    rows = list(reading.read(content, name="x.xlsx", required=frozenset()).rows())
    lists = [row.values[0] for row in rows]
    assert {name: lists.count(name) for name in lists} == {
        "Quá hạn": 7, "Đến hạn trong 2 ngày làm việc": 6, "Xong quá hạn": 1,
    }  # fmt: skip
    assert Event.objects.get(action="list_exported").after["rows"] == len(rows)


def test_an_agency_takes_its_own_alone(world, sign_in):
    story.begun(world)
    answer = sign_in(world.tuan).post(TAKE, {"dang": "pdf"})
    text = " ".join(pages_of(answer.content))
    assert world.other_ward.name in text
    assert world.hung.full_name not in text
    assert sign_in(world.son).post(TAKE, {"dang": "pdf"}).status_code == 403


def test_without_a_form_it_leads_to_the_page(world, sign_in):
    answer = sign_in(world.minh).get(f"{TAKE}?khan=urgent")
    assert answer.headers["Location"] == "/tong-quan/?khan=urgent"
