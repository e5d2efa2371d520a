"""A person's due dates as a calendar: valid, bounded, and dead with its link."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import transitions as people
from accounts.mail import links
from accounts.roles import Role
from deadlines.models import TimeLimit
from deadlines.transitions import meet, revise_due
from ledger import recording
from tests.world import NOW, World, hanoi, person


def link(world: World, user, now=NOW) -> str:
    secret = links.make_link(form_key=uuid.uuid4(), by=world.by(user, now), now=now)
    return f"/lich-han/{secret}.ics"


def read(where: str) -> str:
    answer = Client().get(where)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return answer.content.decode()


def events(text: str) -> list[dict[str, str]]:
    """Properties of each event, unfolded."""
    plain = text.replace("\r\n ", "")
    return [
        dict(line.split(":", 1) for line in one.strip().split("\r\n"))
        for one in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", plain, re.DOTALL)
    ]


@pytest.fixture
def owing(world, wall_clock) -> World:
    world.directed(hanoi(2026, 11, 20, 7), matter="Việc đã trễ; gấp, và “dài” " + "ữ" * 90)
    world.directed(NOW, matter="Việc của Dũng")
    world.other = world.limit(NOW, agency=world.other_ward)
    return world


class TestWhatItSays:
    def test_each_open_limit_of_the_own_desk_stands_on_its_last_day(self, owing):
        found = events(read(link(owing, owing.hung)))
        limits = TimeLimit.objects.filter(agency=owing.ward).order_by("due_at")
        assert [one["DTSTART;VALUE=DATE"] for one in found] == [
            f"{limit.due_on:%Y%m%d}" for limit in limits
        ]
        assert found[1]["DTEND;VALUE=DATE"] == "20261128" and "SEQUENCE" in found[0]
        assert [one["UID"] for one in found] == [f"{limit.code}@127.0.0.1" for limit in limits]
        assert "Việc của Dũng" in found[1]["DESCRIPTION"]

    def test_an_officer_sees_the_own_ones_alone(self, owing):
        with recording.recorded(may_be_idle=True):
            dung = person("dung", "Vũ Tiến Dũng", Role.AGENCY_OFFICER, owing.ward, "Chuyên viên")
            TimeLimit.objects.filter(subject_title="Việc của Dũng").update(officer=dung)
        assert len(events(read(link(owing, dung)))) == 1

    def test_what_home_affairs_asks_of_one_person_is_in_nobody_elses(self, owing):
        with recording.recorded(may_be_idle=True):
            TimeLimit.objects.filter(subject_title="Việc của Dũng").update(
                subject_code="TN-0123456789abcdef", officer=owing.hung
            )
        assert len(events(read(link(owing, owing.hung)))) == 2
        assert len(events(read(link(owing, owing.lan)))) == 1

    def test_whoever_has_no_desk_has_an_empty_calendar(self, owing):
        assert events(read(link(owing, owing.minh))) == []
        assert events(read(link(owing, owing.an))) == []

    def test_a_moved_date_keeps_its_name_and_raises_its_number(self, owing):
        where = link(owing, owing.lan)
        limit = TimeLimit.objects.get(subject_title="Việc của Dũng")
        before = events(read(where))[1]
        revise_due(
            limit,
            to=hanoi(2026, 12, 3),
            cause="extension",
            reason="Chờ số liệu",
            document="",
            by=owing.by(owing.minh),
            now=NOW + timedelta(hours=1),
        )
        after = events(read(where))[1]
        assert after["UID"] == before["UID"]
        assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
        assert after["DTSTART;VALUE=DATE"] == "20261202"
        assert after["DTSTAMP"] > before["DTSTAMP"]

    def test_what_is_met_leaves_it(self, owing):
        where = link(owing, owing.lan)
        limit = TimeLimit.objects.get(subject_title="Việc của Dũng")
        meet(limit, by=owing.by(owing.hung), now=NOW + timedelta(hours=1))
        assert len(events(read(where))) == 1


@pytest.mark.once
class TestTheFormat:
    """RFC 5545: octets, folding, escapes, line ends."""

    def test_lines_have_75_octets_at_most_and_cut_no_letter(self, owing):
        raw = Client().get(link(owing, owing.hung)).content
        assert raw.endswith(b"END:VCALENDAR\r\n") and b"\n" not in raw.replace(b"\r\n", b"")
        lines = raw.split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert all(line.decode() is not None for line in lines)  # each line is whole letters
        assert "ữ" * 90 in raw.decode().replace("\r\n ", "")

    def test_signs_of_the_format_are_escaped(self, owing):
        told = events(read(link(owing, owing.hung)))[0]["DESCRIPTION"]
        assert "Việc đã trễ\\; gấp\\, và" in told and told.count("\\n") == 2

    def test_it_is_a_calendar_that_says_how_often_to_ask(self, owing):
        text = read(link(owing, owing.hung))
        assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
        assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
        assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 2

    def test_is_bounded_and_asks_the_same_of_the_database_for_more_rows(self, owing, monkeypatch):
        where = link(owing, owing.hung)

        def asked() -> int:
            with CaptureQueriesContext(connection) as found:
                read(where)
            return len(found)

        read(where)
        first = asked()
        for number in range(10):
            owing.directed(NOW, matter=f"Thêm {number}")
        assert asked() == first <= 8
        monkeypatch.setattr("deadlines.mailing.feed.MOST_EVENTS", 5)
        assert len(events(read(where))) == 5


class TestWhoReads:
    def test_a_secret_that_nobody_has_is_nothing(self, owing):
        for secret in ("x" * 43, "a", "x" * 5000, "%00", "../etc"):
            assert Client().get(f"/lich-han/{secret}.ics").status_code in {400, 404}

    def test_the_digest_is_not_the_secret(self, owing):
        link(owing, owing.hung)
        digest = links.link_of(owing.by(owing.hung)).digest
        assert Client().get(f"/lich-han/{digest}.ics").status_code == 404

    def test_a_closed_account_and_an_ended_post_end_it(self, owing, wall_clock):
        hungs, lans = link(owing, owing.hung), link(owing, owing.lan)
        people.close_account(owing.hung, reason="Nghỉ", by=owing.by(owing.son), now=NOW)
        people.end_appointment(
            owing.lan.appointments.get(), ended_on=NOW.date(), reason="Chuyển",
            by=owing.by(owing.son), now=NOW,
        )  # fmt: skip
        assert [Client().get(where).status_code for where in (hungs, lans)] == [404, 404]

    def test_shows_the_rights_of_today(self, owing, wall_clock):
        """Moved to another agency, the link shows that one's dates."""
        where = link(owing, owing.hung)
        with recording.recorded(may_be_idle=True):
            post = owing.hung.appointments.get()
            post.agency = owing.other_ward
            post.save()
        assert [one["UID"] for one in events(read(where))] == [f"{owing.other.code}@127.0.0.1"]

    def test_reading_too_often_is_refused_until_later(self, owing, wall_clock):
        where = link(owing, owing.hung)
        answers = [Client().get(where) for _reading in range(links.MOST_READS + 1)]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429]
        assert answers[-1].headers["Retry-After"] == "600"
        wall_clock(NOW + links.WINDOW)
        assert Client().get(where).status_code == 200

    def test_no_other_method_and_no_cache(self, owing):
        where = link(owing, owing.hung)
        assert Client().post(where).status_code == 405
        assert "no-store" in Client().get(where).headers["Cache-Control"]
