"""Official numbers: one to n of a series and year, in the order of storing, whatever fails.

quality.md §2 invariant 21; Nghị định 30/2020 Điều 15 khoản 1.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from os import environ

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import Agency
from documents import issuing, printing
from documents.issuing import AlreadyVoid, Faulty
from documents.layout import Paragraph, Words
from documents.models import Paper, PaperVoid, Series
from dossiers import numbering
from ledger import recording
from ledger.models import Event
from tests.documents.papers import SAMPLES
from tests.dossiers.test_concurrency import at_once
from tests.dossiers.test_verbs import Crash
from tests.world import NOW, World, hanoi

SYMBOL = "BB-SNV"


def issue(world: World, now=NOW, *, symbol: str = SYMBOL, holder=None, **facts) -> Paper:
    """A record of Home Affairs about one matter."""
    return issuing.issue(
        kind=Paper.Kind.RECORD,
        holder=holder or world.home_affairs,
        symbol=symbol,
        about_kind="record",
        about_code="một",
        title="Biên bản kiểm tra",
        content={"Nội dung": "Một việc"},
        by=world.by(world.hoa),
        now=now,
        **facts,
    )


def numbers(symbol: str = SYMBOL) -> list[int]:
    """The numbers of a series in the order in which their papers were stored."""
    papers = Paper.objects.filter(series__symbol=symbol).order_by("pk")
    return list(papers.values_list("number", flat=True))


def failing(job: Callable[[], object]) -> None:
    """Do the job in a transaction that fails after it."""
    with transaction.atomic():
        job()
        raise Crash


@pytest.mark.django_db
class TestOneAfterTheOther:
    @settings(
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(tries=st.lists(st.sampled_from(["kept", "failed", "void"]), max_size=12))
    def test_whatever_fails_or_is_void_the_kept_numbers_are_one_to_n(self, world, tries):
        with transaction.atomic():
            for outcome in tries:
                if outcome == "failed":
                    with pytest.raises(Crash):
                        failing(lambda: issue(world))
                else:
                    paper = issue(world)
                    if outcome == "void":
                        issuing.declare_void(paper, reason="Nhầm", by=world.by(world.hoa), now=NOW)
            kept = sum(outcome != "failed" for outcome in tries)
            assert numbers() == list(range(1, kept + 1))
            transaction.set_rollback(True)

    def test_each_series_counts_for_itself(self, world):
        other = Agency.objects.exclude(pk=world.home_affairs.pk).first()
        refs = [
            issue(world).ref,
            issue(world, symbol="QĐ-SNV").ref,
            issue(world, holder=other).ref,
            issue(world).ref,
        ]
        assert refs == ["01/BB-SNV", "01/QĐ-SNV", "01/BB-SNV", "02/BB-SNV"]

    def test_the_year_turns_at_local_midnight_and_not_at_that_of_utc(self, world):
        before, after = hanoi(2026, 12, 31, 23, 59, 59), hanoi(2027, 1, 1)
        assert before.utctimetuple().tm_year == after.utctimetuple().tm_year == 2026
        last, first, next_ = (issue(world, now) for now in (before, after, after))
        assert [(p.series.year, p.number) for p in (last, first, next_)] == [
            (2026, 1), (2027, 1), (2027, 2),
        ]  # fmt: skip
        assert [p.issued_on.year for p in (last, first)] == [2026, 2027]

    def test_a_clock_that_steps_back_gives_no_paper_an_earlier_instant_than_the_one_before(
        self, world
    ):
        first = issue(world, NOW)
        second = issue(world, NOW - timedelta(hours=1))
        assert (second.number, second.issued_at) == (2, first.issued_at)

    def test_a_void_paper_keeps_number_and_text_and_the_next_takes_the_next(self, world):
        wrong = issue(world)
        before = Paper.objects.filter(pk=wrong.pk).values().get()
        issuing.declare_void(wrong, reason="Ghi nhầm", by=world.by(world.hoa), now=NOW)
        assert Paper.objects.filter(pk=wrong.pk).values().get() == before
        assert issue(world).number == 2
        with pytest.raises(AlreadyVoid):
            issuing.declare_void(wrong, reason="Lần nữa", by=world.by(world.hoa), now=NOW)
        assert PaperVoid.objects.count() == 1

    def test_a_correction_has_a_number_of_its_own_and_is_made_once(self, world):
        wrong = issue(world)
        assert issue(world, corrects=wrong).number == 2
        with pytest.raises(AlreadyVoid):
            issue(world, corrects=wrong)
        assert issue(world).number == 3

    def test_the_number_stands_in_the_entry_of_the_same_transaction(self, world):
        paper = issue(world)
        entry = Event.objects.get(action="paper_issued")
        assert (entry.document, entry.after["sha256"]) == (paper.ref, paper.digest)
        with pytest.raises(recording.Unrecorded), recording.recorded():
            issuing.take_number(world.home_affairs, SYMBOL, NOW)  # a number without a paper
        assert issue(world).number == 2

    def test_the_view_for_auditors_says_the_same(self, world):
        void, corrected = issue(world), issue(world)
        issue(world, corrects=corrected)
        issuing.declare_void(void, reason="Nhầm", by=world.by(world.hoa), now=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT symbol, year, number, ref, digest, void_reason FROM v_numbers ORDER BY id"
            )
            rows = cursor.fetchall()
        assert rows == [
            (SYMBOL, 2026, paper.number, paper.ref, paper.digest, reason)
            for paper, reason in zip(
                Paper.objects.order_by("pk"), ["Nhầm", None, None], strict=True
            )
        ]

    def test_no_series_is_there_twice_with_or_without_holder(self, world):
        for holder in (world.home_affairs, None):
            with recording.recorded(may_be_idle=True):
                Series.objects.create(holder=holder, symbol="X", year=2026)
            with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
                Series.objects.create(holder=holder, symbol="X", year=2026)


@pytest.mark.django_db
class TestAPaperWithAFault:
    """Whatever verb issues it: nine places call ``issue``, the rule stands in it alone."""

    def issue(self, world, *texts: str, name: str = "notice", **changes) -> Paper:
        body = tuple(Paragraph(text=text) for text in texts) or SAMPLES[name].body
        layout = replace(SAMPLES[name], number=None, day=None, body=body, **changes)
        return issuing.issue(
            kind=Paper.Kind.NOTICE,
            holder=world.home_affairs,
            symbol="TB-SNV",
            about_kind="record",
            about_code="một",
            title="Thông báo",
            content=printing.content(layout),
            by=world.by(world.hoa),
            now=NOW,
        )

    @pytest.mark.parametrize(
        "text",
        ["Nội dung: ……", "Theo Quyết định số 5/QĐ-SNV.", "Ngày 5 tháng 10 năm 2026.",
         "Trong tháng 2 năm 2026.", "Đề nghị cách chức."],
    )  # fmt: skip
    def test_is_refused_and_gives_its_number_back(self, world, text):
        assert self.issue(world).number == 1
        before = Event.objects.count()
        with pytest.raises(Faulty):
            self.issue(world, text)
        assert Event.objects.count() == before
        assert self.issue(world).number == 2
        assert numbers("TB-SNV") == [1, 2]

    def test_every_fault_is_named_with_its_words(self, world):
        with pytest.raises(Faulty) as refused:
            self.issue(world, "Nội dung: ……", "Theo Quyết định số 5/QĐ-SNV.")
        assert "“Nội dung: ……”" in refused.value.sentence
        assert "số 5/QĐ-SNV" in refused.value.sentence

    def test_advice_stops_nothing(self, world):
        assert self.issue(world, "Theo ThS. Nguyễn Văn A.").number == 1

    def test_words_of_persons_stop_nothing(self, world):
        spoken = Words(text="Tôi chờ ý kiến … từ ngày 5/2/2026.", whose="Hùng")
        layout = replace(SAMPLES["notice"], body=(spoken,))
        assert self.issue(world).number == 1
        paper = issuing.issue(
            kind=Paper.Kind.NOTICE, holder=world.home_affairs, symbol="TB-SNV",
            about_kind="record", about_code="hai", title="Thông báo",
            content=printing.content(layout), by=world.by(world.hoa), now=NOW,
        )  # fmt: skip
        assert paper.number == 2


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_hundred_papers_from_ten_threads_of_which_every_fifth_fails(self, world):
        """No gap, no double, in order: of both symbols, under real concurrency."""

        def twenty(thread: int) -> None:
            for turn in range(20):
                symbol = (SYMBOL, "QĐ-SNV")[turn % 2]
                if turn % 5 == thread % 5:
                    with pytest.raises(Crash):
                        failing(lambda symbol=symbol: issue(world, symbol=symbol))
                else:
                    issue(world, NOW + timedelta(seconds=thread * 20 + turn), symbol=symbol)

        results = at_once(*(lambda thread=thread: twenty(thread) for thread in range(10)))
        assert results == [None] * 10
        assert Paper.objects.count() == 160
        for symbol in (SYMBOL, "QĐ-SNV"):
            series = Series.objects.get(symbol=symbol)
            papers = list(series.papers.order_by("number"))
            assert [paper.number for paper in papers] == list(range(1, series.last + 1))
            instants = [paper.issued_at for paper in papers]
            assert instants == sorted(instants)

    def test_two_hundred_at_once(self, world):
        results = at_once(*(lambda: [issue(world) for _ in range(10)] for _ in range(20)))
        taken = [paper.number for papers in results for paper in papers]
        assert sorted(taken) == list(range(1, 201))
        assert numbers() == sorted(taken), "stored in the order of their numbers"

    def test_a_void_and_a_correction_at_once_are_made_once_each(self, world):
        paper = issue(world)
        by = world.by(world.hoa)
        results = at_once(
            *[lambda: issuing.declare_void(paper, reason="Nhầm", by=by, now=NOW)] * 4,
            *[lambda: issue(world, corrects=paper)] * 4,
        )
        refused = [result for result in results if isinstance(result, AlreadyVoid)]
        assert len(refused) == 6
        assert (PaperVoid.objects.count(), numbers()) == (1, [1, 2])

    @pytest.mark.system
    def test_four_processes_take_fifty_each(self, world, database_url_for_subprocess):
        programme = (
            "import django; django.setup()\n"
            "from datetime import datetime, timezone\n"
            "from documents.issuing import take_number\n"
            "from ledger import recording\n"
            "for _ in range(50):\n"
            "    with recording.recorded():\n"
            "        taken = take_number(None, 'HS', datetime(2026, 11, 25, tzinfo=timezone.utc))\n"
            "        recording.append(by=recording.Author(name='x'), action='x', kind='x',\n"
            "                         code=str(taken.last), now=taken.last_at)\n"
        )
        environment = environ | {
            "DATABASE_URL": database_url_for_subprocess,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = [sys.executable, "-c", programme]
        started = [subprocess.Popen(command, env=environment) for _ in range(4)]
        assert [process.wait(120) for process in started] == [0] * 4
        assert Series.objects.get(symbol="HS").last == 200
        entered = Event.objects.filter(action="x").order_by("pk").values_list("object_code")
        assert [int(code) for (code,) in entered] == list(range(1, 201))


@pytest.mark.django_db
class TestCodesOfDossiersAndTasks:
    """One home for numbering: codes come from the city's own series."""

    def test_codes_keep_their_form_and_turn_with_the_local_year(self, world):
        with recording.recorded(may_be_idle=True):
            assert numbering.next_dossier_codes(2, NOW) == ["HS2026-00001", "HS2026-00002"]
            assert numbering.next_task_code(NOW) == "NV2026-00001"
            assert numbering.next_dossier_codes(1, hanoi(2027, 1, 1)) == ["HS2027-00001"]
            assert numbering.next_dossier_codes(1, hanoi(2026, 12, 31, 23, 59)) == ["HS2026-00003"]

    def test_a_dossier_that_is_not_stored_gives_its_code_back(self, world):
        with pytest.raises(Crash):
            failing(lambda: world.draft())
        assert world.draft().code == "HS2026-00001"
        assert Series.objects.get(holder=None, symbol="HS").last == 1

    def test_a_list_takes_its_codes_at_once_between_two_dossiers(self, world):
        first = world.draft().code
        with recording.recorded(may_be_idle=True):
            listed = numbering.next_dossier_codes(3, NOW)
        codes = [first, *listed, world.draft(letter_ref="124/TTr-UBND").code]
        assert codes == [f"HS2026-{n:05d}" for n in range(1, 6)]

    def test_withdrawn_and_rejected_dossiers_keep_theirs(self, world):
        gone = [world.withdrawn().code, world.rejected().code]
        assert [*gone, world.draft().code] == [f"HS2026-{n:05d}" for n in range(1, 4)]
