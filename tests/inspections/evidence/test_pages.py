"""The page of packs and the button on records: one press, a download, an entry."""

import io
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections import evidence
from inspections.evidence import gathering, verifying
from inspections.transitions import beginning
from ledger.models import Event
from tests.dossiers.desk import _Fields, in_english, text_of
from tests.inspections.evidence.story import FIRST, LAST, lines, members
from tests.pages.test_query_counts import queries

pytestmark = [pytest.mark.once, pytest.mark.django_db]

#: Who makes packs, and who does not.
MAKERS = ("hoa", "khanh", "dung", "an")
OTHERS = ("lan", "hung", "yen", "tuan", "minh", "binh", "thu", "phuc", "son")
PAGE = "/kiem-tra/chung-cu/"


def user_of(told, name):
    return getattr(told, name, None) or getattr(told.world, name)


def chosen(told, **changes) -> dict[str, str]:
    """What the page asks for: Hùng's and Yến's ward, the autumn of 2026."""
    words = {"agency": told.world.ward.name, "first": f"{FIRST:%d/%m/%Y}"}
    return {**words, "last": f"{LAST:%d/%m/%Y}", **changes}


def buttons(page: str) -> Iterator[dict[str, str]]:
    """The hidden fields of each form that makes a pack."""
    reader = _Fields()
    reader.feed(page)
    for form in reader.forms:
        if "unit" in form:
            yield {name: values[0] for name, values in form.items()}


class TestRights:
    def test_of_the_page(self, told, sign_in):
        for name in MAKERS:
            assert sign_in(user_of(told, name)).get(PAGE, chosen(told)).status_code == 200, name
        for name in OTHERS:
            browser = sign_in(user_of(told, name))
            assert browser.get(PAGE, chosen(told)).status_code == 403, name
            assert browser.post(PAGE, chosen(told)).status_code == 403, name
        assert not Event.objects.filter(action="evidence_packed").exists()

    def test_of_a_record(self, told, sign_in):
        record = told.final()
        address = reverse("inspections:record_evidence", args=[record.public_id])
        for name in OTHERS:
            assert sign_in(user_of(told, name)).post(address).status_code == 404, name
        assert not Event.objects.filter(action="evidence_packed").exists()
        for name in MAKERS:
            assert sign_in(user_of(told, name)).post(address).status_code == 200, name
        made = Event.objects.filter(action="evidence_packed")
        assert set(made.values_list("actor_name", flat=True)) == {
            user_of(told, name).full_name for name in MAKERS
        }

    def test_of_a_draft_that_is_somebody_elses(self, told, sign_in):
        record = told.drafted()
        address = reverse("inspections:record_evidence", args=[record.public_id])
        assert sign_in(told.khanh).post(address).status_code == 404
        assert sign_in(told.world.an).get(address).status_code == 404
        assert sign_in(told.world.hoa).post(address).status_code == 200

    def test_only_whoever_makes_packs_sees_the_button(self, told, desk, sign_in):
        world = told.world
        lateness = told.final()
        visit = desk.opened(agency=world.other_ward)
        [inspection] = beginning.raise_records(
            visit, version=None, by=desk.by(world.hoa), now=visit.opened_at
        )
        for record, page in (
            (lateness, reverse("inspections:duty_record", args=[lateness.public_id])),
            (inspection, reverse("inspections:record", args=[inspection.public_id])),
        ):
            address = reverse("inspections:record_evidence", args=[record.public_id])
            assert address in text_of(sign_in(world.hoa).get(page))
        page = reverse("inspections:duty_record", args=[lateness.public_id])
        assert "chung-cu" not in text_of(sign_in(world.hung).get(page))


class TestThePage:
    def test_says_whose_late_limits_there_are(self, told, sign_in):
        page = text_of(in_english(sign_in(told.world.hoa)).get(PAGE, chosen(told)))
        assert "Nguyễn Văn Hùng" in page and "Mai Hải Yến" in page
        assert "The whole agency" in page

    def test_finds_the_agency_by_code_and_without_marks(self, told, sign_in):
        browser = sign_in(told.world.hoa)
        for words in ("P-00070", "hoan kiem", "UBND phường Hoàn Kiếm"):
            page = browser.get(PAGE, chosen(told, agency=words))
            assert page.context["agency"] == told.world.ward, words

    def test_finds_an_agency_that_is_no_more_in_its_own_time(self, told, sign_in):
        asked = {"agency": "Q-002", "first": "01/01/2025", "last": "30/06/2025"}
        page = sign_in(told.world.hoa).get(PAGE, asked)
        assert page.context["agency"].name == "UBND quận Hoàn Kiếm"

    def test_keeps_what_was_typed_when_it_cannot_be_read(self, told, sign_in):
        browser = in_english(sign_in(told.world.hoa))
        for wrong, words in (
            ({"agency": "không có"}, "No agency fits"),
            ({"last": "31/02/2026"}, "Write the date as day/month/year"),
            ({"first": "01/12/2026"}, "The period ends before it begins"),
        ):
            answer = browser.get(PAGE, chosen(told, **wrong))
            assert answer.status_code == 422
            page = text_of(answer)
            assert words in page and next(iter(wrong.values())) in page

    def test_reading_it_makes_nothing(self, told, sign_in):
        before = Event.objects.count()
        browser = sign_in(told.world.hoa)
        record = told.final()
        made = Event.objects.count()
        browser.get(PAGE, chosen(told))
        browser.head(PAGE, chosen(told))
        address = reverse("inspections:record_evidence", args=[record.public_id])
        answer = browser.get(address)
        assert answer.headers["Location"] == reverse(
            "inspections:duty_record", args=[record.public_id]
        )
        assert before < made == Event.objects.count()

    def test_too_many_limits_are_told_before_and_after_the_press(self, told, sign_in, monkeypatch):
        monkeypatch.setattr(gathering, "MOST_LIMITS", 2)
        monkeypatch.setattr(evidence, "MOST_LIMITS", 2)
        browser = in_english(sign_in(told.world.hoa))
        page = browser.get(PAGE, chosen(told))
        assert "Choose a shorter period" in text_of(page)
        assert not list(buttons(page.content.decode()))
        answer = browser.post(PAGE, chosen(told))
        assert answer.status_code == 422 and "Choose a shorter period" in text_of(answer)
        assert not Event.objects.filter(action="evidence_packed").exists()

    def test_asks_the_same_for_one_late_limit_and_for_many(self, told, sign_in):
        browser = sign_in(told.world.hoa)
        address = f"{PAGE}?agency=P-00070&first={FIRST:%d/%m/%Y}&last={LAST:%d/%m/%Y}"
        once = queries(browser, address)
        for _n in range(17):
            told.world.limit(told.limits[0].started_at)
        assert queries(browser, address) == once == 10


class TestThePress:
    def pack(self, browser: Client, form: dict[str, str], tmp_path) -> dict[str, bytes]:
        answer = browser.post(PAGE, form)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]
        path = tmp_path / "goi.zip"
        path.write_bytes(io.BytesIO(b"".join(answer.streaming_content)).read())
        assert verifying.verify(path).faults == []
        return members(path.read_bytes())

    def test_hands_out_the_pack_of_each_button(self, told, sign_in, tmp_path):
        browser = sign_in(told.world.hoa)
        forms = list(buttons(browser.get(PAGE, chosen(told)).content.decode()))
        packs = [self.pack(browser, form, tmp_path) for form in forms]
        counts = [len(lines(pack["thoi-han.jsonl"])) for pack in packs]
        assert counts == [2, 1, 3]

    def test_of_a_head_who_never_was_one_there_is_not_found(self, told, sign_in):
        browser = sign_in(told.world.hoa)
        for head in (str(told.world.minh.pk), "0", "x", "9" * 30):
            assert browser.post(PAGE, chosen(told, head=head)).status_code == 404, head

    def test_twice_is_entered_twice_and_gives_the_same(self, told, sign_in, tmp_path):
        browser = sign_in(told.world.hoa)
        once = self.pack(browser, chosen(told), tmp_path)
        assert self.pack(browser, chosen(told), tmp_path) == once
        made = Event.objects.filter(action="evidence_packed")
        assert len({one.after["manifest_sha256"] for one in made}) == 1 and made.count() == 2

    def test_of_a_record_asks_little(self, told, sign_in):
        record = told.final()
        browser = sign_in(told.world.hoa)
        address = reverse("inspections:record_evidence", args=[record.public_id])
        with CaptureQueriesContext(connection) as asked:
            assert browser.post(address).status_code == 200
        assert len(asked) < 45
