"""Workers that enter what was confirmed: once, whoever dies in the middle and however many try."""

from datetime import timedelta

import pytest

from accounts import filestore
from accounts.models import Message, MessageKind
from documents.models import Series
from dossiers import importing
from dossiers.importing import sessions
from dossiers.importing.lists import IN_A_BROWSER
from dossiers.importing.looking import look
from dossiers.models import Dossier, ImportSession
from dossiers.tasks import enter_confirmed_imports
from ledger.models import Event
from tests.dossiers.desk import fields
from tests.dossiers.intake.lists import (
    HISTORY,
    SUBMISSIONS,
    history_rows,
    page,
    sent,
    submission_rows,
    workbook,
)
from tests.dossiers.test_concurrency import at_once, posting
from tests.world import NOW

LATER = NOW + timedelta(minutes=1)


class Killed(Exception):
    """The process dies here."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Ten rows a part, so that a short list has several."""
    monkeypatch.setattr(sessions, "PART", 10)


@pytest.fixture(params=["history", "submissions"])
def rows(request) -> bytes:
    """Thirty-five good rows and a bad one, of each kind of list."""
    if request.param == "history":
        good, bad = history_rows(35), ["giay-99", "Một nơi không có thật", "02/11/2026", ""]
        return workbook(HISTORY, [*good, bad])
    good = submission_rows(35)
    return workbook(SUBMISSIONS, [*good, [99, "", "99/TTr-UBND", "31/02/2026", "Sai ngày", ""]])


def confirmed(world, data: bytes, *, good_rows: bool) -> ImportSession:
    by = world.by(world.lan)
    sheet = importing.read_sheet(data, name="a.xlsx", limits=IN_A_BROWSER)
    stored = filestore.store([data])
    seen = look(sheet, by=by, now=NOW)
    session = sessions.take_in(sheet, seen, stored, name="a.xlsx", by=by, now=NOW)
    return sessions.confirm(session, good_rows=good_rows, now=NOW)


def dies(monkeypatch, at: int) -> None:
    """The n-th part that is written kills the worker, after it was written and before its end."""
    write, calls = importing.write, []

    def deadly(*args, **kwargs):
        write(*args, **kwargs)
        calls.append(1)
        if len(calls) == at:
            raise Killed

    monkeypatch.setattr(importing, "write", deadly)


@pytest.mark.django_db
class TestKilledInTheMiddle:
    def test_the_next_worker_goes_on_without_doubles(self, world, rows, monkeypatch):
        session = confirmed(world, rows, good_rows=True)
        dies(monkeypatch, at=3)
        with pytest.raises(Killed):
            sessions.enter_next(NOW)
        session.refresh_from_db()
        assert (session.state, session.done, session.accepted) == ("confirmed", 20, 20)
        assert Dossier.objects.count() == 20
        assert sessions.enter_next(LATER) == 1
        session.refresh_from_db()
        assert (session.state, session.accepted, session.unchanged) == ("finished", 35, 0)
        assert (session.rejected, session.done) == (1, 36)
        assert Dossier.objects.count() == 35
        assert len(set(Dossier.objects.values_list("code", flat=True))) == 35
        assert sessions.came_in(session, world.by(world.lan)).count() == 35
        assert Event.objects.filter(action="file_imported").count() == 1

    def test_a_silent_death_is_followed_after_the_lease(self, world, rows, monkeypatch):
        """SIGKILL: nobody lets go of the session."""
        session = confirmed(world, rows, good_rows=True)
        monkeypatch.setattr(sessions, "_let_go", lambda *args: None)
        dies(monkeypatch, at=2)
        with pytest.raises(Killed):
            sessions.enter_next(NOW)
        assert sessions.enter_next(NOW + sessions.LEASE) == 0
        assert sessions.enter_next(NOW + sessions.LEASE + timedelta(seconds=1)) == 1
        session.refresh_from_db()
        assert (session.state, Dossier.objects.count()) == ("finished", 35)

    def test_all_or_nothing_leaves_nothing_and_begins_anew(self, world, monkeypatch):
        session = confirmed(world, workbook(HISTORY, history_rows(35)), good_rows=False)
        dies(monkeypatch, at=1)
        with pytest.raises(Killed):
            sessions.enter_next(NOW)
        assert not Dossier.objects.exists()
        sessions.enter_next(LATER)
        session.refresh_from_db()
        assert (session.state, session.accepted) == ("finished", 35)
        assert Dossier.objects.count() == 35

    def test_what_fails_every_time_is_given_up_in_words(self, world, monkeypatch):
        session = confirmed(world, workbook(SUBMISSIONS, submission_rows(5)), good_rows=False)

        def broken(*args, **kwargs):
            raise Killed

        monkeypatch.setattr(importing, "write", broken)
        for _try in range(sessions.MOST_TRIES):
            with pytest.raises(Killed):
                sessions.enter_next(NOW)
        assert sessions.enter_next(NOW) == 0
        session.refresh_from_db()
        assert session.state == "failed"
        assert "3" in session.errors[0]["reason"]
        assert not Series.objects.exists()

    def test_a_worker_that_lost_the_session_writes_nothing(self, world, monkeypatch):
        """It slept through its lease; meanwhile another worker holds the session."""
        session = confirmed(world, workbook(SUBMISSIONS, submission_rows(15)), good_rows=True)
        write = importing.write

        def overtaken(*args, **kwargs):
            write(*args, **kwargs)
            ImportSession.objects.update(claimed_at=LATER)

        monkeypatch.setattr(importing, "write", overtaken)
        sessions.enter_next(NOW)
        assert not Dossier.objects.exists()
        session.refresh_from_db()
        assert (session.state, session.done) == ("confirmed", 0)

    def test_a_file_that_the_store_lost_is_said(self, world):
        session = confirmed(world, workbook(SUBMISSIONS, submission_rows(5)), good_rows=False)
        filestore.remove(session.path)
        sessions.enter_next(NOW)
        session.refresh_from_db()
        assert session.state == "failed"
        assert session.errors[0]["reason"]


@pytest.mark.django_db
class TestTheOwnerHears:
    """Lan sent a long list and went on with her day."""

    @pytest.fixture(autouse=True)
    def long_lists(self, monkeypatch):
        monkeypatch.setattr(sessions, "AT_ONCE", 5)

    def test_once_that_it_is_in(self, world, rows, sign_in):
        session = confirmed(world, rows, good_rows=True)
        sessions.enter_next(NOW)
        assert sessions.enter_next(LATER) == 0
        [message] = Message.objects.all()
        assert (message.recipient, message.kind) == (world.lan, MessageKind.IMPORT_FINISHED)
        inbox = sign_in(world.lan).get("/hop-thu/")
        assert page(session) in inbox.text
        assert session.name in inbox.text

    def test_that_it_could_not_be_entered(self, world):
        session = confirmed(world, workbook(SUBMISSIONS, submission_rows(6)), good_rows=False)
        filestore.remove(session.path)
        sessions.enter_next(NOW)
        assert Message.objects.get().kind == MessageKind.IMPORT_FAILED

    def test_nothing_of_what_she_waited_for(self, world):
        confirmed(world, workbook(SUBMISSIONS, submission_rows(4)), good_rows=False)
        sessions.enter_next(NOW)
        assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    def test_of_two_workers_one_enters(self, world):
        session = confirmed(world, workbook(SUBMISSIONS, submission_rows(25)), good_rows=True)
        results = at_once(*[lambda: sessions.enter_next(NOW)] * 2)
        assert sorted(results) == [0, 1]
        session.refresh_from_db()
        assert (session.state, session.accepted) == ("finished", 25)
        assert Dossier.objects.count() == 25

    def test_confirmed_five_times_at_once_it_is_entered_once(self, world, sign_in):
        lan = sign_in(world.lan)
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(4)))
        form = {**fields(lan.get(page(session))), "viec": "nhap"}
        answers = at_once(*(posting(lan, page(session), form) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [302] * 5
        assert Dossier.objects.count() == 4
        assert Event.objects.filter(action="file_imported").count() == 1

    def test_the_task_reads_the_clock_and_enters(self, world):
        session = confirmed(world, workbook(HISTORY, history_rows(5)), good_rows=False)
        assert enter_confirmed_imports() == 1
        session.refresh_from_db()
        assert session.state == "finished"

    def test_the_oldest_first(self, world):
        first = confirmed(world, workbook(SUBMISSIONS, submission_rows(1)), good_rows=False)
        confirmed(world, workbook(SUBMISSIONS, submission_rows(1, first=2)), good_rows=False)
        sessions.enter_next(NOW)
        first.refresh_from_db()
        assert first.state == "finished"
