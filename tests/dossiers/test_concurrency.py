"""Many at once, over real connections: one effect per form, one decision, no lost save, no gap.

quality.md §2 invariants 23 to 27. Threads post what browsers would; nothing waits on a clock.
"""

import threading
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import FormReceipt, Message, StagedFile
from accounts.refusals import Conflict
from accounts.roles import Role
from agencies.models import InternalUnit
from deadlines.models import TimeLimit
from documents.models import Paper, Series
from dossiers import transitions as verbs
from dossiers.letter_papers import Asked
from dossiers.models import Attachment, Direction, Dossier, Letter, Report
from dossiers.states import State
from ledger import recording
from ledger.models import Event
from tests.dossiers.desk import docx, fields, open_form, pdf, submission
from tests.dossiers.test_verbs import Crash, crash_at_write
from tests.world import NOW, person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that start together; what each returned or raised."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            results[place] = job()
        except BaseException as error:  # looked at by the test
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive(), "a thread hangs: a deadlock"
    return results


def posting(client: Client, where: str, form: dict[str, Any]) -> Callable[[], HttpResponse]:
    """A post of the form by a browser of its own with the same session."""
    own = Client()
    own.cookies = client.cookies.copy()
    return lambda: own.post(where, form)


class TestOneEffect:
    def test_a_form_with_files_pressed_five_times_logs_one_dossier(self, world, sign_in):
        lan, where = sign_in(world.lan), reverse("dossiers:log")
        form = submission(lan)
        presses = [
            posting(lan, where, {**form, "letter_file": pdf(), "draft_file": docx()})
            for _ in range(5)
        ]
        answers = at_once(*presses)
        assert [answer.status_code for answer in answers] == [302] * 5
        dossier = Dossier.objects.get()
        page = reverse("dossiers:detail", args=[dossier.code])
        assert {answer.headers["Location"] for answer in answers} == {page}
        assert (dossier.state, Series.objects.get(symbol="HS").last) == (State.SUBMITTED, 1)
        assert Attachment.objects.count() == 2
        assert FormReceipt.objects.get().location == page
        logged = Event.objects.filter(action__in=["dossier_logged", "dossier_submitted"])
        assert logged.count() == 2

    def test_also_when_its_files_had_come_with_an_earlier_try(self, world, sign_in):
        lan, where = sign_in(world.lan), reverse("dossiers:log")
        shown = fields(lan.post(where, submission(lan, matter="")))
        mended = {**shown, "matter": "Việc", "viec": "trinh"}
        answers = at_once(*(posting(lan, where, mended) for _ in range(5)))
        page = reverse("dossiers:detail", args=[Dossier.objects.get().code])
        assert [(a.status_code, a.headers.get("Location")) for a in answers] == [(302, page)] * 5
        assert Attachment.objects.count() == 2
        assert not StagedFile.objects.exists()

    def test_a_direction_pressed_five_times_starts_one_limit(self, world, sign_in):
        dossier, minh = world.submitted(), sign_in(world.minh)
        form = {**open_form(minh, "dossiers:direct_explanation", dossier.code), "text": "Vì sao?"}
        where = reverse("dossiers:direct_explanation", args=[dossier.code])
        answers = at_once(*(posting(minh, where, form) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [302] * 5
        assert (Direction.objects.count(), TimeLimit.objects.count()) == (1, 1)
        assert Message.objects.count() == 2  # Hùng and Lan, once each


class TestOneDecision:
    def test_of_two_leaders_one_directs_and_the_other_is_told(self, world, sign_in):
        dossier, minh = world.submitted(), sign_in(world.minh)
        where = reverse("dossiers:direct_explanation", args=[dossier.code])
        forms = [
            {**open_form(minh, "dossiers:direct_explanation", dossier.code), "text": text}
            for text in ("Câu hỏi A", "Câu hỏi B")
        ]
        assert forms[0]["form_key"] != forms[1]["form_key"]
        answers = at_once(*(posting(minh, where, form) for form in forms))
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        [refused] = [answer for answer in answers if answer.status_code == 409]
        assert Direction.objects.get().text in refused.content.decode()

    def test_of_two_saves_of_one_draft_one_is_stored_whole(self, world, sign_in):
        dossier = world.draft()
        where = reverse("dossiers:edit", args=[dossier.code])
        jobs = []
        for user, matter in ((world.lan, "Bản của Lan"), (world.hung, "Bản của Hùng")):
            client = sign_in(user)
            form = open_form(client, "dossiers:edit", dossier.code)
            jobs.append(posting(client, where, {**form, "matter": matter, "viec": "nhap"}))
        answers = at_once(*jobs)
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        winner = "Bản của Lan" if answers[0].status_code == 302 else "Bản của Hùng"
        dossier.refresh_from_db()
        assert (dossier.matter, dossier.version) == (winner, 2)
        assert Event.objects.filter(action="dossier_edited").count() == 1

    def test_verbs_that_race_without_a_form_end_in_one(self, world):
        """The guard is in the verb: three reports, then a conclusion against a direction."""
        direction = world.directed()
        facts = verbs.ReportFacts(text="Giải trình.")
        send = [
            lambda: verbs.report_back(
                direction, facts=facts, files={}, version=None, by=world.by(world.hung), now=NOW
            )
        ] * 3
        results = at_once(*send)
        assert sum(isinstance(result, Report) for result in results) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 2
        dossier = direction.dossier
        results = at_once(
            lambda: verbs.conclude(
                dossier, text="Đồng ý.", version=None, by=world.by(world.minh), now=NOW
            ),
            lambda: verbs.direct_explanation(
                dossier, kind="explain", text="Thêm", version=None, by=world.by(world.minh), now=NOW
            ),
        )
        assert sum(isinstance(result, verbs.WrongState) for result in results) == 1
        dossier.refresh_from_db()
        assert dossier.state in {State.OFFICE_DRAFTING, State.EXPLANATION_DUE}
        assert TimeLimit.objects.count() == 2


class TestNumbers:
    def test_codes_are_one_to_n_although_every_second_fails(self, world):
        def log(fails: bool) -> Dossier:
            by = world.by(world.lan)
            with crash_at_write(3 if fails else 0):
                return verbs.log_submission(
                    facts=world.facts(), agency=world.ward, files={}, by=by, now=NOW
                )

        results = at_once(*(lambda fails=n % 2: log(bool(fails)) for n in range(12)))
        assert sum(isinstance(result, Crash) for result in results) == 6
        codes = sorted(result.code for result in results if isinstance(result, Dossier))
        assert codes == [f"HS2026-{number:05d}" for number in range(1, 7)]
        assert Series.objects.get(symbol="HS").last == 6


class TestGuesses:
    def test_ten_guesses_at_once_close_the_brake(self, world, wall_clock):
        where = reverse("accounts:sign_in")
        wrong = {"username": "lan", "password": "đoán bừa"}
        at_once(*(posting(Client(), where, wrong) for _ in range(10)))
        answer = Client().post(where, {"username": "lan", "password": "một câu chỉ mình biết"})
        assert answer.status_code == 429

    def test_a_key_of_a_form_is_used_once_even_by_different_acts(self, world, sign_in):
        """A replayed key with another form attached to it leads to the first result."""
        lan, where = sign_in(world.lan), reverse("dossiers:log")
        key = str(uuid.uuid4())
        first = {**submission(lan), "form_key": key}
        second = {**submission(lan), "form_key": key, "matter": "Việc khác"}
        answers = at_once(posting(lan, where, first), posting(lan, where, second))
        assert [answer.status_code for answer in answers] == [302, 302]
        assert Dossier.objects.count() == 1


class TestLettersAtOnce:
    def test_two_hundred_reminders_of_two_units_of_which_every_fifth_fails(self, world):
        """quality.md §2 invariant 21 through the whole verb: letter, limits, news and entries.

        Two units of Home Affairs write, and the letters of a City leader go out between them: each
        sender has one row of numbers, in the order of issue. A letter that fails after its last
        write gives its number back, and a void one keeps its own.
        """
        one = world.directed(NOW - timedelta(days=20)).time_limit
        with recording.recorded(may_be_idle=True):
            dung = person("dung", "Vũ Tiến Dũng", Role.INSPECTOR, world.home_affairs, "Chuyên viên")
            for user, code in ((world.hoa, "CCVC"), (dung, "CCHC")):
                unit = InternalUnit.objects.create(
                    agency=world.home_affairs, name=f"Phòng {code}", code=code
                )
                user.appointments.update(unit=unit)
            fields = [field.attname for field in TimeLimit._meta.concrete_fields]
            facts = {name: getattr(one, name) for name in fields if name != "id"}
            late = TimeLimit.objects.bulk_create(
                TimeLimit(**facts | {"code": f"{one.code}-{n}"}) for n in range(200)
            )
        senders = [world.by(user) for user in (world.hoa, dung, world.minh)]

        def twenty(thread: int) -> None:
            for turn in range(20):
                place = thread * 20 + turn
                by, at = senders[place % 3], NOW + timedelta(seconds=place)

                def send(place=place, by=by, at=at) -> None:
                    verbs.remind_by_letter(
                        world.ward, limits=[late[place].pk],
                        asked=Asked(date(2026, 12, 1), text="Đề nghị báo cáo./."), by=by, now=at,
                    )  # fmt: skip

                if place % 5 == 0:
                    with pytest.raises(Crash), transaction.atomic():
                        send()
                        raise Crash
                else:
                    send()

        results = at_once(*(lambda thread=thread: twenty(thread) for thread in range(10)))
        assert results == [None] * 10
        papers = Paper.objects.select_related("series").order_by("pk")
        found: dict[str, list[Paper]] = {}
        for paper in papers:
            found.setdefault(paper.series.symbol, []).append(paper)
        assert {symbol: len(stored) for symbol, stored in found.items()} == {
            "SNV": 107, "UBND-TKBT": 53,
        }  # fmt: skip
        for stored in found.values():
            assert [paper.number for paper in stored] == list(range(1, len(stored) + 1))
            instants = [paper.issued_at for paper in stored]
            assert instants == sorted(instants)
        assert {paper.ref.partition("/")[2] for paper in found["SNV"]} == {"SNV-CCVC", "SNV-CCHC"}
        letters = Letter.objects.values_list("paper_id", "limits")
        assert len(letters) == 160 and len({limit for _paper, limit in letters}) == 160
        entered = Event.objects.filter(action="dossier_reminded").values_list("document", flat=True)
        assert sorted(entered) == sorted(paper.ref for paper in papers)
        wrong = found["SNV"][0]
        verbs.void_letter(wrong.letter, reason="Nhầm", by=world.by(world.minh), now=NOW)
        assert Series.objects.get(symbol="SNV").last == 107
