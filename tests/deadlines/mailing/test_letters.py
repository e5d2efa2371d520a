"""What a letter says: one each morning to whoever has something, urgent news at once, the rest as
the person chose, and never a person's words in a header."""

import re
from datetime import timedelta
from email import message_from_string

import pytest
from django.core import mail as box
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import transitions as people
from accounts.mail import choices
from accounts.mail.weights import LADDER, MUST_COME, URGENT
from accounts.mail_models import Mail, MailChoice, MailItem
from accounts.models import MessageKind
from accounts.roles import Role
from deadlines import mailing, sweeping
from deadlines.models import TimeLimit
from ledger import recording
from tests.accounts.mail.postman import give_addresses, news
from tests.world import World, hanoi, person

MORNING = hanoi(2026, 11, 25, 7, 30)
LATER = hanoi(2026, 11, 25, 10)
NEXT = hanoi(2026, 11, 26, 7, 30)


@pytest.fixture
def desk(world) -> World:
    give_addresses(world)
    return world


def subjects(user) -> list[str]:
    return [one.subject for one in box.outbox if one.to == [user.email]]


class TestTheMorning:
    @pytest.fixture
    def owing(self, desk) -> World:
        """One limit late since Friday, one that ends today, one within two working days, one far
        off."""
        for day, number in ((18, 1), (20, 2), (24, 3), (25, 4)):
            desk.directed(hanoi(2026, 11, day, 7), matter=f"Việc số {number}")
        sweeping.flag_overdue(hanoi(2026, 11, 21, 0, 0, 30))
        return desk

    def test_tells_what_is_late_what_ends_today_and_what_ends_soon(self, owing):
        mailing.run(MORNING)
        said = subjects(owing.hung)
        assert len(said) == 1
        text = next(one.body for one in box.outbox if one.to == [owing.hung.email])
        heads = ["Quá hạn (1)", "Hết hạn hôm nay (1)", "Đến hạn trong hai ngày làm việc (2)"]
        places = [text.index(head) for head in heads]
        assert places == sorted(places)
        assert text.index("Việc số 1") < places[1] < text.index("Việc số 2") < places[2]
        assert text.count("Việc số 1") == 2  # in the list, and that it was asked for; no third time
        assert "25/11/2026" in said[0] and "1 việc quá hạn" in said[0]

    def test_comes_once_a_day_and_to_nobody_for_nothing(self, owing):
        give_addresses(owing, owing.tuan, owing.an)
        for minute in range(0, 300, 20):
            mailing.run(MORNING + timedelta(minutes=minute))
        assert len(subjects(owing.hung)) == len(subjects(owing.lan)) == 1
        assert subjects(owing.tuan) == subjects(owing.an) == []
        mailing.run(NEXT)
        assert len(subjects(owing.hung)) == 2

    def test_a_worker_that_was_away_writes_it_when_it_comes_back(self, owing):
        mailing.run(hanoi(2026, 11, 25, 15))
        assert len(subjects(owing.hung)) == 1

    def test_what_was_met_is_not_asked_for(self, desk):
        desk.reported(hanoi(2026, 11, 20, 7), at=hanoi(2026, 11, 23, 7))
        desk.hung.messages.update(read_at=LATER)
        mailing.run(MORNING)
        assert subjects(desk.hung) == []

    def test_gathers_the_news_of_the_night_and_what_could_wait(self, desk):
        mailing.run(MORNING)
        news([desk.hung], kind=MessageKind.REPORTED, at=LATER, title="Tin thường")
        mailing.run(LATER)
        assert subjects(desk.hung) == []
        news([desk.hung], kind=MessageKind.OVERDUE, at=hanoi(2026, 11, 26, 0, 0, 30), count=30)
        mailing.run(NEXT)
        assert len(subjects(desk.hung)) == 1
        assert "31 tin mới" in subjects(desk.hung)[0]

    def test_news_that_was_read_meanwhile_is_not_told_again(self, desk):
        news([desk.hung], kind=MessageKind.REPORTED, at=LATER)
        desk.hung.messages.update(read_at=LATER)
        mailing.run(NEXT)
        assert subjects(desk.hung) == []

    def test_an_officers_letter_is_of_the_own_desk(self, owing):
        with recording.recorded(may_be_idle=True):
            dung = person("dung", "Vũ Tiến Dũng", Role.AGENCY_OFFICER, owing.ward, "Chuyên viên")
            TimeLimit.objects.filter(subject_title="Việc số 2").update(officer=dung)
        give_addresses(owing, dung)
        mailing.run(MORNING)
        text = next(one.body for one in box.outbox if one.to == [dung.email])
        assert re.findall(r"Việc số \d", text) == ["Việc số 2"]


class TestAtOnce:
    def test_urgent_news_of_one_pass_stands_in_one_letter(self, desk):
        mailing.run(MORNING)
        for number in range(3):
            desk.directed(LATER, matter=f"Việc {number}")
        mailing.run(LATER + timedelta(seconds=20))
        mailing.run(LATER + timedelta(seconds=50))
        assert subjects(desk.hung) == ["Đúng Hạn: 3 tin mới"]
        text = box.outbox[0].body
        assert all(f"Việc {number}" in text for number in range(3))

    def test_tells_the_dossier_the_date_why_and_where(self, desk, settings):
        settings.PUBLIC_URL = "https://dunghan.example.vn"
        mailing.run(MORNING)
        direction = desk.directed(LATER)
        mailing.run(LATER + timedelta(minutes=1))
        letter = next(one for one in box.outbox if one.to == [desk.lan.email])
        code, text = direction.dossier.code, letter.body
        label = "Yêu cầu giải trình, bổ sung"
        assert letter.subject == f"Đúng Hạn: {label} – {code}"
        for said in (
            direction.dossier.matter,
            "hết ngày T6 27/11/2026",
            "02 ngày làm việc",
            f"https://dunghan.example.vn/ho-so/{code}/",
            "T5 26/11/2026  ngày làm việc thứ 1",
            "https://dunghan.example.vn/thu-bao/",
            "Văn thư · UBND phường Hoàn Kiếm",
        ):
            assert said in text, said
        html = letter.alternatives[0][0]
        assert f"https://dunghan.example.vn/ho-so/{code}/" in html and "<img" not in html

    def test_what_slow_hands_store_late_is_found_by_the_next_pass(self, desk):
        mailing.run(LATER)
        news([desk.hung], at=LATER - timedelta(minutes=30))  # committed after the pass looked
        mailing.run(LATER + timedelta(minutes=1))
        assert len(subjects(desk.hung)) == 1

    def test_each_piece_of_news_travels_once(self, desk):
        news([desk.hung, desk.lan], at=LATER, count=5)
        for minute in range(5):
            mailing.run(LATER + timedelta(minutes=minute))
        mailing.run(NEXT)
        assert MailItem.objects.count() == 10
        assert len(subjects(desk.hung)) == 1


class TestStatements:
    """Letters are written by statements over sets, and made with few questions."""

    def test_writing_asks_the_same_for_one_piece_of_news_and_for_many(self, desk, monkeypatch):
        monkeypatch.setattr("accounts.mail.sending.MOST_A_PASS", 0)

        def asked(at, count: int) -> int:
            news([desk.hung, desk.lan, desk.tuan][: 1 + count], at=at, count=count)
            with CaptureQueriesContext(connection) as found:
                assert mailing.run(at).written
            return len(found)

        give_addresses(desk, desk.tuan)
        mailing.run(hanoi(2026, 11, 23, 9))  # the calendar is read, and the outbox has its row
        assert asked(MORNING, 1) == asked(NEXT, 20)
        assert asked(LATER, 1) == asked(LATER + timedelta(minutes=1), 20)

    def test_a_letter_of_many_lines_asks_no_more_than_one_of_few(self, desk):
        def asked(at) -> int:
            with CaptureQueriesContext(connection) as found:
                mailing.run(at)
            return len(found)

        desk.directed(hanoi(2026, 11, 20, 7))
        mailing.run(MORNING - timedelta(hours=1))
        first = asked(MORNING)
        for number in range(8):
            desk.directed(hanoi(2026, 11, 20, 7), matter=f"Việc {number}")
        assert asked(NEXT) == first


class TestChoices:
    def choose(self, world, user, news_) -> None:
        choices.choose(news=news_, by=world.by(user))

    def told(self, world, user) -> tuple[int, int]:
        """Letters at once and next morning, for a report, a direction and a breach."""
        mailing.run(MORNING)
        box.outbox.clear()
        for kind in (MessageKind.REPORTED, MessageKind.DIRECTED, MessageKind.OVERDUE):
            news([user], kind=kind, at=LATER)
        mailing.run(LATER)
        at_once = MailItem.objects.filter(message__recipient=user).count()
        mailing.run(NEXT)
        return at_once, MailItem.objects.filter(message__recipient=user).count()

    @pytest.mark.parametrize(
        ("chosen", "expected"),
        [(None, (2, 3)), ("morning", (2, 3)), ("at_once", (3, 3)), ("none", (1, 1))],
    )
    def test_say_what_comes_at_once_in_the_morning_or_not(self, desk, chosen, expected):
        if chosen:
            self.choose(desk, desk.hung, chosen)
        assert self.told(desk, desk.hung) == expected

    @pytest.mark.parametrize("kind", sorted(MUST_COME & set(MessageKind.values)))
    @pytest.mark.once
    def test_what_must_come_comes_to_whoever_wants_nothing(self, desk, kind):
        self.choose(desk, desk.hung, "none")
        mailing.run(MORNING)
        news([desk.hung], kind=kind, at=LATER, about="" if "post" in kind else "TN-" + "0" * 8)
        mailing.run(LATER)
        assert len(subjects(desk.hung)) == 1

    def test_whoever_wants_nothing_gets_no_list_of_the_desk_either(self, desk):
        self.choose(desk, desk.hung, "none")
        desk.directed(hanoi(2026, 11, 20, 7))
        desk.hung.messages.update(read_at=LATER)
        mailing.run(MORNING)
        assert subjects(desk.hung) == [] and len(subjects(desk.lan)) == 1

    def test_weights_name_kinds_that_exist_and_none_twice(self):
        assert set(MessageKind.values) | LADDER >= MUST_COME | URGENT
        assert not MUST_COME & URGENT


class TestWhomNothingReaches:
    def test_without_an_address_nothing_is_written(self, world):
        world.directed(LATER)
        assert mailing.run(LATER).written == 0

    def test_a_closed_account_gets_nothing_even_if_the_letter_was_written(self, desk, monkeypatch):
        mailing.run(MORNING)
        news([desk.hung], kind=MessageKind.OVERDUE, at=LATER)
        with monkeypatch.context() as cut:
            cut.setattr("accounts.mail.sending.MOST_A_PASS", 0)
            mailing.run(LATER)
        people.close_account(desk.hung, reason="Nghỉ", by=desk.by(desk.son), now=LATER)
        mailing.run(LATER + timedelta(minutes=1))
        assert subjects(desk.hung) == []
        assert Mail.objects.get().state == "dropped"

    def test_whoever_left_every_post_hears_only_what_names_them(self, desk):
        post = desk.hung.appointments.get()
        people.end_appointment(
            post, ended_on=MORNING.date(), reason="Chuyển", by=desk.by(desk.son), now=MORNING
        )
        kinds = (MessageKind.REPORTED, MessageKind.DIRECTED, MessageKind.RECORD_FINALISED)
        for kind in kinds:
            news([desk.hung], kind=kind, at=LATER, about="TN-" + "0" * 8)
        mailing.run(LATER)
        items = MailItem.objects.filter(mail__recipient=desk.hung)
        assert [item.message.kind for item in items] == ["record_finalised"]

    def test_a_new_address_is_not_flooded_with_what_was_before_it(self, world):
        news([world.hung], at=LATER, count=3)
        choices.change_address(
            address="hung@hanoi.example", by=world.by(world.hung), now=LATER + timedelta(minutes=1)
        )
        mailing.run(LATER + timedelta(minutes=2))
        assert not MailItem.objects.exists()
        assert MailChoice.objects.get().news == "morning"


@pytest.mark.once
class TestHeaders:
    """quality.md §3 row 6: a subject is fixed words with a number or a code of ours."""

    EVIL = "Xem\r\nBcc: ai@evil.example\r\n\r\n<script>alert(1)</script>{{ 7|add:7 }} %(n)s"

    @pytest.mark.parametrize("about", ["HS2026-00001", "HS2026-1<b>", "HS2026-1 Bcc: x@evil.vn"])
    def test_nothing_that_a_person_typed_comes_into_one(self, desk, about):
        mailing.run(MORNING)
        evil = {"title": self.EVIL, "agency_name": self.EVIL, "about": about}
        news([desk.hung], at=LATER, **evil)
        news([desk.lan], kind=MessageKind.REPORTED, at=LATER, **evil)
        mailing.run(LATER)
        mailing.run(NEXT)
        assert len(box.outbox) == 2
        for sent in box.outbox:
            parsed = message_from_string(sent.message().as_string())
            assert "evil" not in str(parsed.items()) and "1428" not in sent.body
            assert {name for name, _value in parsed.items()} == {
                "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
                "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language",
            }  # fmt: skip
            html = sent.alternatives[0][0]
            assert "{{ 7|add:7 }}" in sent.body
            assert "<script" not in html and "&lt;script&gt;" in html
