"""The outbox against servers that refuse, hang and die (quality.md §5 F10), and side by side."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.mail import desk, sending
from accounts.mail.letters import Letter
from accounts.mail_models import Mail, MailItem
from deadlines import mailing
from tests.accounts.mail.postman import give_addresses, news, states
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)
BOTH = (Mail.Kind.NEWS, Mail.Kind.MORNING)


def letter(mail, now) -> Letter:
    return Letter(subject="Đúng Hạn: một tin", greeting="Chào bạn,", opening="Có một tin.")


@pytest.fixture
def told(world) -> World:
    """Lan and Hùng are asked to explain; the letters wait."""
    give_addresses(world)
    world.directed()
    return world


def after(minutes: float = 0):
    return NOW + minutes * MINUTE


class TestSent:
    def test_each_person_gets_one_letter_once(self, told, server):
        assert (mailing.run(after(1)).sent, mailing.run(after(2)).sent) == (2, 0)
        assert sorted(one["To"] for one in server.letters) == [
            "hung@hanoi.example", "lan@hanoi.example",
        ]  # fmt: skip
        assert {state for _who, state, _tries in states()} == {"sent"}

    def test_a_letter_names_itself_and_says_that_no_person_wrote_it(self, told, server):
        mailing.run(after(1))
        one = server.letters[0]
        row = Mail.objects.get(recipient__email=one["To"])
        assert one["Message-ID"].startswith(f"<{row.key}.") and one["Message-ID"].endswith(">")
        assert one["Auto-Submitted"] == "auto-generated"
        parts = [part.get_content_type() for part in one.walk()]
        assert parts == ["multipart/alternative", "text/plain", "text/html"]


class TestTriedAgain:
    def test_a_server_that_is_away_costs_no_letter_a_try(self, told, server, settings):
        mailing.run(after(1))  # the morning letters are out
        told.directed(after(2), matter="Việc khác")
        settings.EMAIL_PORT = 1  # nobody listens there
        for minute in range(3, 8):
            assert mailing.run(after(minute)).error == "ConnectionRefusedError"
        assert [tries for _who, state, tries in states() if state == "waiting"] == [0, 0]
        settings.EMAIL_PORT = server.port
        assert mailing.run(after(9)).sent == 2

    def test_one_that_hangs_holds_a_pass_for_its_timeout_and_nobody_longer(self, told, server):
        server.mode = "mute"
        assert mailing.run(after(1)).error == "SMTPServerDisconnected"
        assert server.callers == 1  # not once for every letter
        server.mode = "takes"
        assert mailing.run(after(2)).sent == 2

    def test_one_that_hangs_after_the_letter_costs_that_one_a_try(self, told, server):
        server.mode = "stalls"
        assert mailing.run(after(1)).failed == 1
        assert sorted(tries for _who, _state, tries in states()) == [0, 1]
        server.mode = "takes"
        assert mailing.run(after(1.5)).sent == 1
        assert mailing.run(after(2)).sent == 1

    def test_accepted_and_then_dead_is_sent_again_under_the_same_name(self, told, server):
        server.mode = "dies"
        for minute in (1, 2):
            mailing.run(after(minute))
        server.mode = "takes"
        mailing.run(after(10))
        names = [one["Message-ID"] for one in server.letters]
        assert len(names) == 4 and len(set(names)) == 2

    def test_the_waits_grow_and_after_ten_tries_it_is_given_up(self, told, server):
        Mail.objects.all().delete()
        server.mode = "later"
        mailing.run(after(1))
        row = Mail.objects.order_by("pk").first()
        waits, at = [], after(1)
        for _try in range(2, sending.MOST_TRIES + 1):
            waits.append(row.next_try_at - at)
            assert row.state == "waiting"
            at = row.next_try_at
            early = at - timedelta(microseconds=1)
            assert sending.send_waiting(now=early, kinds=BOTH, compose=letter).failed == 0
            sending.send_waiting(now=at, kinds=BOTH, compose=letter)
            row.refresh_from_db()
        assert tuple(waits) == sending.BACKOFF
        assert (row.state, row.tries, row.last_error) == ("dead", 10, "SMTPRecipientsRefused 450")
        assert row in desk.dead_letters()

    def test_a_person_whom_the_server_does_not_know_is_given_up_after_three(self, told, server):
        server.mode = "refuses"
        for minute in (1, 3, 20, 60, 120):
            mailing.run(after(minute))
        assert states() == [("hung", "dead", 3), ("lan", "dead", 3)]
        assert desk.state(after(120)).dead == 2
        server.mode = "takes"
        assert sending.revive(now=after(130)) == 2
        assert mailing.run(after(130)).sent == 2

    def test_no_error_that_is_kept_names_a_person(self, told, server, caplog):
        server.mode = "refuses"
        mailing.run(after(1))
        kept = " ".join(Mail.objects.values_list("last_error", flat=True))
        assert "550" in kept and "@" not in kept + caplog.text

    def test_a_letter_that_cannot_be_made_stops_no_other(self, told, server):
        def poisoned(mail, now):
            if mail.recipient == told.hung:
                raise ZeroDivisionError
            return letter(mail, now)

        mailing.run(after(1))
        Mail.objects.update(state="waiting", tries=0, next_try_at=after(1))
        done = sending.send_waiting(now=after(2), kinds=BOTH, compose=poisoned)
        assert (done.sent, done.failed) == (1, 1)
        assert ("hung", "waiting", 1) in states()


class TestCutOff:
    def test_killed_between_the_servers_word_and_ours_it_goes_again_under_the_same_name(
        self, told, server, monkeypatch
    ):
        class Killed(BaseException):
            pass

        def killed(*args, **values):
            raise Killed

        with monkeypatch.context() as cut:
            cut.setattr(sending, "_settle", killed)
            with pytest.raises(Killed):
                mailing.run(after(1))
        assert len(server.letters) == 1
        first = server.letters[0]
        assert mailing.run(after(2)).sent == 1  # the other one; this one is still claimed
        assert mailing.run(after(1) + sending.LEASE).sent == 1
        again = [one for one in server.letters if one["To"] == first["To"]]
        assert [one["Message-ID"] for one in again] == [first["Message-ID"]] * 2

    def test_who_wakes_up_after_its_claim_ran_out_does_not_undo_what_was_settled(
        self, told, server
    ):
        mailing.run(after(1))
        zombie = Mail.objects.first()
        zombie.tries -= 1  # as it was claimed before
        sending._failed(zombie, TimeoutError(), after(20))
        zombie.refresh_from_db()
        assert zombie.state == "sent"


@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    def test_four_workers_at_once_write_and_send_each_letter_once(self, server):
        world = World.build()
        people = (world.hung, world.lan, world.tuan, world.phuc, world.thu, world.minh)
        give_addresses(world, *people)
        news(people, count=3)
        start, errors = threading.Barrier(4), []

        def work(seconds: int) -> None:
            try:
                start.wait(10)
                for turn in range(3):
                    mailing.run(after(1) + timedelta(seconds=10 * turn + seconds))
            except Exception as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=[seconds]) for seconds in (0, 0, 1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert errors == []
        names = [one["Message-ID"] for one in server.letters]
        assert len(names) == len(set(names)) == len({one["To"] for one in server.letters}) == 6
        assert {state for _who, state, _tries in states()} <= {"sent", "dropped"}
        assert MailItem.objects.count() == 18


class TestTheCommand:
    def test_names_what_was_given_up_and_lets_it_try_again(self, told, server, capsys):
        server.mode = "refuses"
        for minute in (1, 3, 20):
            mailing.run(after(minute))
        call_command("outbox", "--json")
        said = json.loads(capsys.readouterr().out)
        assert (said["dead"], said["waiting"]) == (2, 0)
        one = said["dead_letters"][0]
        assert (one["tries"], one["error"]) == (3, "SMTPRecipientsRefused 550")
        assert "@hanoi.example" not in str(said)
        call_command("outbox", "--again", str(one["id"]))
        assert sorted(state for _who, state, _tries in states()) == ["dead", "waiting"]
        call_command("outbox", "--again")
        assert "1 will be tried again" in capsys.readouterr().out.splitlines()[-1]


def test_the_view_for_operators_says_what_became_of_each_letter(told, server):
    mailing.run(after(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient, kind, state, tries, messages FROM v_letters ORDER BY 1")
        assert cursor.fetchall() == [
            ("hung", "morning", "sent", 1, 1), ("lan", "morning", "sent", 1, 1),
        ]  # fmt: skip
