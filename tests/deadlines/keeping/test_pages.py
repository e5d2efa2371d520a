"""The keeper's pages in a browser without JavaScript."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import sign_in as signing
from deadlines import keeping, sweeping
from deadlines.models import CalendarChange, CalendarDay, CalendarYear
from deadlines.published import published
from tests.deadlines.keeping.conftest import MONDAY, SWAP, off
from tests.world import NOW, PASSWORD, hanoi

pytestmark = pytest.mark.once

PROPOSE = "/lich/sua/de-nghi/"
THURSDAY = hanoi(2026, 12, 31, 9)


def filled(*rows: tuple[str, str, str], **changes: str) -> dict[str, str]:
    """The form as Phúc fills it in."""
    data = {
        "form_key": str(uuid.uuid4()),
        "document": "9999/VPCP-KGVX",
        "document_on": "20/11/2026",
        "source": "Công văn của Văn phòng Chính phủ",
        "reason": "Hoán đổi ngày làm việc dịp Tết Dương lịch.",
        "ngay-TOTAL_FORMS": str(len(rows)),
        "ngay-INITIAL_FORMS": "0",
        "viec": "xem-truoc",
    }
    for n, (day, kind, name) in enumerate(rows):
        data |= {f"ngay-{n}-day": day, f"ngay-{n}-kind": kind, f"ngay-{n}-name": name}
    return {**data, **changes}


SWAP_ROWS = (
    ("04/01/2027", "day_off", "Nghỉ hoán đổi"),
    ("T7 09/01/2027", "make_up_day", "Làm bù"),
    ("", "day_off", ""),
)


@pytest.fixture
def phuc(world, sign_in, wall_clock):
    wall_clock(THURSDAY)
    return sign_in(world.phuc)


@pytest.fixture
def minh(world, sign_in, wall_clock):
    """The password given just now, as after signing in."""
    wall_clock(THURSDAY)
    browser = sign_in(world.minh)
    fresh(browser)
    return browser


def fresh(browser, now=THURSDAY) -> None:
    session = browser.session
    session[signing.CONFIRMED] = int(now.timestamp())
    session.save()


def decide(browser, change, verb="ap-dung", **more):
    page = browser.get(f"/lich/sua/{change.public_id}/")
    form = page.context["form"]
    data = {"form_key": form["form_key"].value(), "seen": form["seen"].value(), "viec": verb}
    return browser.post(f"/lich/sua/{change.public_id}/", {**data, **more})


def test_the_swap_from_the_first_line_to_the_undo(world, phuc, minh):
    """ "T2 04/01/2027 nghỉ, T7 09/01/2027 làm bù": preview, proposal, application, undo."""
    limit = world.limit(THURSDAY)
    seen = phuc.post(PROPOSE, filled(*SWAP_ROWS))
    assert seen.status_code == 200
    for words in (limit.code, world.ward.name, "T3 05/01/2027", "T4 06/01/2027"):
        assert words in seen.text
    assert not CalendarChange.objects.exists()
    data = filled(*SWAP_ROWS, viec="de-nghi")
    sent = phuc.post(PROPOSE, data)
    change = CalendarChange.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/lich/sua/{change.public_id}/")
    assert phuc.post(PROPOSE, data)["Location"] == sent["Location"]  # the same form once more
    assert CalendarChange.objects.count() == 1
    assert 'value="ap-dung"' not in phuc.get(sent["Location"]).text

    page = minh.get(sent["Location"])
    for words in ('value="ap-dung"', limit.code, "T4 06/01/2027", "9999/VPCP-KGVX"):
        assert words in page.text
    assert decide(minh, change).status_code == 302
    limit.refresh_from_db()
    assert limit.due_on == date(2027, 1, 6)
    year = minh.get("/lich/2027/")
    assert year.text.count("is-changed") == 3  # two days and the legend
    assert "9999/VPCP-KGVX" in year.text

    undo = f"/lich/sua/{change.public_id}/hoan-tac/"
    assert phuc.get(undo).status_code == 200
    sent = phuc.post(undo, {"form_key": str(uuid.uuid4()), "reason": "Thông báo đã rút."})
    back = CalendarChange.objects.get(undoes=change)
    assert sent["Location"] == f"/lich/sua/{back.public_id}/"
    assert decide(minh, back).status_code == 302
    limit.refresh_from_db()
    assert limit.due_on == date(2027, 1, 5)
    assert "is-changed" not in minh.get("/lich/2027/").text
    listed = minh.get("/lich/sua/").text
    assert str(back.public_id) in listed
    assert phuc.get(undo).status_code == 409 or CalendarChange.objects.filter(undoes=change)


class TestProposing:
    def test_a_day_that_does_not_fit_is_said_beside_its_line(self, world, phuc):
        rows = (SWAP_ROWS[0], ("09/01/2027", "day_off", "Nghỉ"))
        answer = phuc.post(PROPOSE, filled(*rows, viec="de-nghi"))
        assert answer.status_code == 422
        assert 'href="#id_ngay-1-day"' in answer.text
        assert "Nghỉ hoán đổi" in answer.text
        assert not CalendarChange.objects.exists()

    @pytest.mark.parametrize(
        "change",
        [
            {"document": ""},
            {"document_on": "20/11/2099"},
            {"document_on": "khi nào"},
            {"source": ""},
            {"reason": ""},
            {"year": "2035"},
            {"ngay-0-day": "32/13/2027"},
            {"ngay-0-kind": "holiday"},
            {"ngay-0-day": ""},
            {"ngay-TOTAL_FORMS": "0"},
        ],
    )
    def test_bad_input_keeps_what_was_typed(self, phuc, change):
        answer = phuc.post(PROPOSE, filled(*SWAP_ROWS, **{"viec": "de-nghi", **change}))
        assert answer.status_code == 422
        assert not CalendarChange.objects.exists()
        if "reason" not in change:
            assert "Hoán đổi ngày làm việc dịp Tết Dương lịch." in answer.text

    def test_a_broken_list_is_no_error_page(self, phuc):
        for total in ("", "x", "-1", "9" * 9):
            answer = phuc.post(PROPOSE, filled(*SWAP_ROWS, **{"ngay-TOTAL_FORMS": total}))
            assert answer.status_code in {200, 422}

    def test_more_lines_keep_the_ones_that_are_there(self, phuc):
        answer = phuc.post(PROPOSE, filled(*SWAP_ROWS, viec="them-dong"))
        assert answer.status_code == 200
        assert 'value="T7 09/01/2027"' in answer.text
        assert answer.context["rows"].total_form_count() == 5

    def test_a_year_from_a_file(self, phuc, minh):
        text = (
            "date,kind,name,source\n"
            '2028-01-26,off,Tết Nguyên đán,"[A-] Công văn 1/VPCP ngày 01/10/2027 (thứ cấp)"\n'
            "2028-04-15,work,Làm bù,[B] Thông báo 2\n"
        )
        upload = SimpleUploadedFile("2028.csv", b"\xef\xbb\xbf" + text.encode())
        read = phuc.post(PROPOSE, {**filled(year="2028"), "file": upload})
        assert read.status_code == 200
        assert read.context["rows"].total_form_count() == 2
        data = filled(year="2028", viec="de-nghi")
        data["ngay-TOTAL_FORMS"] = "2"
        for n, row in enumerate(read.context["rows"]):
            for name in row.fields:
                value = row[name].value()
                if value:
                    data[f"ngay-{n}-{name}"] = value
        assert phuc.post(PROPOSE, data).status_code == 302
        assert decide(minh, CalendarChange.objects.get()).status_code == 302
        tet = CalendarDay.objects.get(date=date(2028, 1, 26))
        assert tet.legal_source == "Công văn 1/VPCP ngày 01/10/2027 (thứ cấp)"
        assert tet.provisional
        assert not CalendarDay.objects.get(date=date(2028, 4, 15)).provisional
        assert CalendarYear.objects.get(year=2028).source.startswith("Công văn của")
        assert published().calendar.last_day == date(2028, 12, 31)

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"\xff\xfe\x00d", b"PK\x03\x04 workbook", b"date;kind\n1;2\n",
            b"date,kind,name,source\n2028-01-26,off,T,no grade\n",
            b'date,kind,name,source\n2028-01-26,off,"T,[A] x\n2028-01-27,off,T,[A] x\n',
            b"date,kind,name,source\n2028-13-26,off,T,[A] x\n",
            b"date,kind,name,source\n2028-01-26,maybe,T,[A] x\n",
            b"date,kind,name,source\n2028-01-26,off\n",
            b"date,kind,name,source\n", b"x" * 300_000,
        ],
    )  # fmt: skip
    def test_a_file_that_is_no_calendar_is_refused_in_words(self, phuc, content):
        upload = SimpleUploadedFile("lich.csv", content)
        answer = phuc.post(PROPOSE, {**filled(*SWAP_ROWS), "file": upload})
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
        assert "Nghỉ hoán đổi" in answer.text

    @pytest.mark.parametrize("who", ["lan", "hung", "minh", "hoa", "an", "son"])
    def test_is_for_the_office_and_the_keeper(self, world, sign_in, who):
        browser = sign_in(getattr(world, who))
        assert browser.get(PROPOSE).status_code == 403
        assert browser.post(PROPOSE, filled(*SWAP_ROWS, viec="de-nghi")).status_code == 403
        assert not CalendarChange.objects.exists()


class TestDeciding:
    def test_an_outdated_preview_is_refused_with_the_new_one(self, world, keeper, minh, wall_clock):
        wall_clock(THURSDAY)
        limit = world.limit(THURSDAY)
        change = keeper.propose(*SWAP, now=THURSDAY)
        page = minh.get(f"/lich/sua/{change.public_id}/")
        seen = page.context["form"]["seen"].value()
        keeper.changed(off(date(2027, 1, 5)), now=THURSDAY)
        data = {"form_key": str(uuid.uuid4()), "seen": seen, "viec": "ap-dung"}
        answer = minh.post(f"/lich/sua/{change.public_id}/", data)
        assert answer.status_code == 409
        assert "T5 07/01/2027" in answer.text  # the new preview
        fresh_digest = answer.context["form"]["seen"].value()
        assert fresh_digest == keeping.present_digest() != seen
        again = minh.post(f"/lich/sua/{change.public_id}/", {**data, "seen": fresh_digest})
        assert again.status_code == 302
        limit.refresh_from_db()
        assert limit.due_on == date(2027, 1, 7)

    def test_the_second_leader_is_told_who_was_faster(self, world, keeper, minh, wall_clock):
        wall_clock(THURSDAY)
        change = keeper.propose(*SWAP, now=THURSDAY)
        data = {"form_key": str(uuid.uuid4()), "seen": keeping.present_digest(), "viec": "ap-dung"}
        keeper.apply(change, now=THURSDAY)
        answer = minh.post(f"/lich/sua/{change.public_id}/", data)
        assert answer.status_code == 409
        assert f"{world.minh.full_name} đã" in answer.text or world.minh.full_name in answer.text

    def test_a_refusal_needs_its_reason(self, world, keeper, minh, wall_clock):
        wall_clock(THURSDAY)
        change = keeper.propose(*SWAP, now=THURSDAY)
        assert decide(minh, change, "khong-ap-dung").status_code == 422
        assert decide(minh, change, "bay-bong").status_code == 422
        assert decide(minh, change, "khong-ap-dung", answer="Chưa đúng.").status_code == 302
        assert "Chưa đúng." in minh.get(f"/lich/sua/{change.public_id}/").text

    def test_the_proposer_is_forbidden_to_decide_and_may_withdraw(self, world, keeper, phuc):
        change = keeper.propose(*SWAP, now=THURSDAY)
        assert decide(phuc, change).status_code == 403
        assert decide(phuc, change, "rut").status_code == 302
        change.refresh_from_db()
        assert change.state == "withdrawn"

    def test_the_password_is_asked_again_after_ten_minutes(self, world, keeper, minh, wall_clock):
        change = keeper.propose(*SWAP, now=THURSDAY)
        wall_clock(THURSDAY + timedelta(minutes=11))
        assert decide(minh, change).status_code == 422
        assert decide(minh, change, password="không phải").status_code == 422
        change.refresh_from_db()
        assert change.state == "proposed"
        assert decide(minh, change, password=PASSWORD).status_code == 302

    @pytest.mark.parametrize("who", ["lan", "hung", "tuan", "hoa", "son"])
    def test_a_stranger_finds_no_change(self, world, keeper, sign_in, who):
        change = keeper.propose(*SWAP)
        browser = sign_in(getattr(world, who))
        for path in (f"/lich/sua/{change.public_id}/", f"/lich/sua/{change.public_id}/hoan-tac/"):
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"viec": "ap-dung"}).status_code == 404
        assert browser.get("/lich/sua/").status_code == 403

    def test_an_auditor_reads_and_cannot_act(self, world, keeper, sign_in):
        change = keeper.propose(*SWAP)
        an = sign_in(world.an)
        assert an.get(f"/lich/sua/{change.public_id}/").status_code == 200
        assert decide(an, change).status_code == 403
        assert decide(an, change, "rut").status_code == 403


class TestAnnotations:
    def test_an_agency_sees_its_own_alone(self, world, keeper, sign_in):
        mine = world.limit(hanoi(2026, 11, 16, 9))
        theirs = world.limit(hanoi(2026, 11, 16, 9), agency=world.other_ward)
        sweeping.flag_overdue(NOW)
        keeper.changed(off(date(2026, 11, 17), "Nghỉ bão"))
        lan, hoa = (sign_in(who).get("/lich/ghi-chu/").text for who in (world.lan, world.hoa))
        assert mine.code in lan
        assert theirs.code not in lan
        assert world.other_ward.name not in lan
        assert mine.code in hoa
        assert theirs.code in hoa
        assert "T5 19/11/2026" in hoa  # what it would be
        assert sign_in(world.son).get("/lich/ghi-chu/").status_code == 403


def test_the_missing_year_stands_on_the_pages(world, keeper, sign_in, wall_clock):
    wall_clock(hanoi(2027, 10, 1, 9))
    phuc = sign_in(world.phuc)
    for path in ("/lich/sua/", PROPOSE):
        assert "2028" in phuc.get(path).text
    assert "nam=2028" in phuc.get("/lich/2027/").text
    wall_clock(hanoi(2027, 9, 30, 9))
    assert "message--warning" not in phuc.get("/lich/sua/").text


@pytest.mark.parametrize(
    ("who", "path", "asked"),
    [
        ("minh", "/lich/sua/", 9),
        ("minh", "/lich/sua/{applied}/", 9),
        ("minh", "/lich/sua/{waiting}/", 22),
        ("hoa", "/lich/ghi-chu/", 8),
        ("phuc", "/lich/2027/", 10),
    ],
)
def test_pages_ask_the_same_whatever_they_show(
    world, keeper, sign_in, wall_clock, who, path, asked
):
    def one_more(n: int) -> tuple[CalendarChange, CalendarChange]:
        world.limit(THURSDAY)
        world.limit(hanoi(2026, 11, 16, 9))
        sweeping.flag_overdue(THURSDAY)
        day = date(2026, 11, 17) if not n else date(2027, 3, n)
        applied = keeper.changed(off(day), *((off(MONDAY),) if not n else ()), now=THURSDAY)
        return applied, keeper.propose(off(date(2027, 1, 5)), now=THURSDAY)

    wall_clock(THURSDAY)
    first = one_more(0)
    where = path.format(applied=first[0].public_id, waiting=first[1].public_id)
    browser = sign_in(getattr(world, who))

    def queries() -> int:
        browser.get(where)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(where).status_code == 200
        return len(seen)

    once = queries()
    for n in range(1, 6):
        one_more(n)
    assert queries() == once == asked
