"""What people script against: explain_due, flag_overdue, load_reference, and their exit status."""

import csv
import datetime as dt
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from agencies.dates import local_day
from deadlines.counting import Unit
from deadlines.models import CalendarDay, CalendarEdition, LimitRule, OverdueFlag, SweepRun
from deadlines.published import make_edition
from ledger import recording
from ledger.models import Event
from tests.world import NOW, World, hanoi

from .test_worked_examples import ROWS as WORKED_EXAMPLES

pytestmark = pytest.mark.once

RULES = {"agency_report": Unit.WORKING_DAY, "office_draft": Unit.CALENDAR_DAY}
DUE = hanoi(2026, 11, 28)


def run(*words: str) -> str:
    """What the command prints, in English."""
    out = io.StringIO()
    with translation.override("en"):
        call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def refused(*words: str) -> str:
    """The sentence of a command that ends with exit status 1."""
    with pytest.raises(CommandError) as refusal:
        run(*words)
    assert refusal.value.returncode == 1
    return str(refusal.value)


def midnight_after(day: dt.date) -> str:
    return f"{day + dt.timedelta(days=1)}T00:00:00+07:00"


def examples() -> list[tuple[str, dt.date, dt.date]]:
    """Rule, day of the event, last day: the study's 26 rows under both rules."""
    return [
        (rule, event, last)
        for event, working, calendar, _differs in WORKED_EXAMPLES
        for rule, last in (("agency_report", working), ("office_draft", calendar))
    ]


class TestExplainDue:
    @pytest.mark.parametrize(("rule", "event", "last"), examples())
    def test_every_worked_example(self, db, rule, event, last):
        lines = run("explain_due", "--rule", rule, "--from", f"{event}T15:00+07:00").splitlines()
        assert lines[0] == f"due_at {midnight_after(last)}"
        assert f"{last:%d/%m/%Y}" in lines[1]
        days = lines[2 : 2 + (last - event).days + 1]
        assert f"{event:%d/%m/%Y}" in days[0]
        assert f"{last:%d/%m/%Y}" in days[-1]

    def test_every_worked_example_from_one_file(self, db, tmp_path):
        path, asked = tmp_path / "asked.csv", examples()
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["note", "started_at", "rule", "amount", "unit"])
            for rule, event, _last in asked:
                writer.writerow(["thử, có dấu phẩy", f"{event}T23:59:59+07:00", rule, "", ""])
                writer.writerow(["", f"{event}T00:00:00+07:00", rule, "2", RULES[rule].value])
        rows = list(csv.DictReader(io.StringIO(run("explain_due", "--csv", str(path)))))
        assert list(rows[0]) == ["note", "started_at", "rule", "amount", "unit", "due_at"]
        assert rows[0]["note"] == "thử, có dấu phẩy"
        expected = [midnight_after(last) for _rule, _event, last in asked for _ in range(2)]
        assert [row["due_at"] for row in rows] == expected

    def test_it_says_why(self, db):
        text = run("explain_due", "--from", "2026-11-20T15:00+07:00")
        assert "T3 24/11/2026" in text
        assert "Nghị quyết 28/2026/QH16" in text
        assert "4449/UBND-TKBT" in text
        office = run("explain_due", "--rule", "office_draft", "--from", "2026-11-20T15:00+07:00")
        assert "T4 25/11/2026" in office.splitlines()[-1]  # the other reading

    def test_another_amount_and_unit_and_nothing_is_stored(self, db):
        before = list(LimitRule.objects.values_list())
        words = ("explain_due", "--from", "2026-11-20T15:00+07:00", "--amount", "5")
        assert run(*words).startswith("due_at 2026-12-01T00:00:00+07:00")
        assert run(*words, "--unit", "calendar_day").startswith("due_at 2026-11-26")
        assert list(LimitRule.objects.values_list()) == before

    @pytest.mark.parametrize(
        ("text", "due"),
        [
            ("2026-11-20T23:30", "2026-11-26T00:00:00+07:00"),
            ("2026-11-20", "2026-11-26T00:00:00+07:00"),
            ("2026-11-20T17:00:00Z", "2026-11-26T00:00:00+07:00"),  # Saturday in Hanoi
            ("2026-11-20 16:59:59+00:00", "2026-11-26T00:00:00+07:00"),
            ("2026-11-22T12:00:00-05:00", "2026-11-27T00:00:00+07:00"),  # Monday in Hanoi
        ],
    )
    def test_an_instant_is_an_instant_and_without_zone_it_is_hanois(self, db, text, due):
        assert run("explain_due", "--from", text).startswith(f"due_at {due}")

    @pytest.mark.parametrize(
        "text", ["2019-12-31T09:00", "2027-12-30T09:00+07:00", "2035-01-01", "2100-02-28T00:00Z"]
    )
    @pytest.mark.parametrize("rule", RULES)
    def test_beyond_the_calendar_it_refuses_and_says_how_far_it_reaches(self, db, text, rule):
        sentence = refused("explain_due", "--rule", rule, "--from", text)
        assert "01/01/2020" in sentence
        assert "31/12/2027" in sentence

    @pytest.mark.parametrize(
        "text",
        [
            *("", "hôm nay", "2026-13-01", "2026-11-31T09:00", "24:00"),
            *("0001-01-01", "9999-12-31T23:59-07:00"),
        ],
    )
    def test_what_is_no_instant_is_quoted(self, db, text):
        if text:
            assert text in refused("explain_due", "--from", text)
        else:
            assert "--from" in refused("explain_due", "--from", text)

    @pytest.mark.parametrize("amount", ["0", "-1", "367"])
    def test_an_amount_out_of_range(self, db, amount):
        assert "366" in refused("explain_due", "--from", "2026-11-20", f"--amount={amount}")

    def test_a_rule_that_does_not_exist(self, db):
        assert "ba_ngay" in refused("explain_due", "--rule", "ba_ngay", "--from", "2026-11-20")

    def test_no_calendar_at_all_is_a_sentence_too(self, db):
        CalendarEdition.objects.all().delete()
        refused("explain_due", "--from", "2026-11-20")


class TestExplainManyRows:
    def write(self, tmp_path: Path, text: str | bytes) -> str:
        path = tmp_path / "asked.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def answer(self, path: str) -> tuple[int, list[dict[str, str]], str]:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        with translation.override("en"):
            try:
                call_command("explain_due", "--csv", path, stdout=out, stderr=err)
            except SystemExit as end:
                status = end.code
        return status, list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()

    def test_a_row_that_cannot_be_counted_is_named_and_stops_no_other(self, db, tmp_path):
        bad = [
            "2027-12-31T09:00+07:00,agency_report,,",
            "hôm qua,agency_report,,",
            "2026-11-20,ba_ngay,,",
            "2026-11-20,agency_report,hai,",
            "2026-11-20,agency_report,400,",
            "2026-11-20,agency_report,,tuần",
            ",agency_report,,",
            "2026-11-20",
            "2026-11-20,agency_report,2,working_day,thừa",
        ]
        good = "2026-11-20T15:00+07:00,agency_report,,"
        lines = ["started_at,rule,amount,unit", good, *bad, good]
        status, rows, said = self.answer(self.write(tmp_path, "\n".join(lines)))
        assert status == 1
        assert [row["due_at"] for row in rows] == [
            "2026-11-26T00:00:00+07:00", *[""] * len(bad), "2026-11-26T00:00:00+07:00"
        ]  # fmt: skip
        named = [int(line.split(":")[1]) for line in said.strip().splitlines()]
        assert named == list(range(3, 3 + len(bad)))
        for word in ("31/12/2027", "hôm qua", "ba_ngay", "hai", "366", "tuần"):
            assert word in said

    def test_a_byte_order_mark_and_windows_line_ends(self, db, tmp_path):
        text = "\ufeffstarted_at,rule\r\n2026-11-20T15:00+07:00,agency_report\r\n"
        status, rows, _said = self.answer(self.write(tmp_path, text))
        assert (status, rows[0]["due_at"]) == (0, "2026-11-26T00:00:00+07:00")

    @pytest.mark.parametrize(
        "content",
        [
            b"rule,amount\nagency_report,2\n",
            b"",
            b'started_at,rule\n"2026-11-20,agency_report\n',
            "started_at,rule\n2026-11-20,agency_report\n".encode("utf-16"),
        ],
    )
    def test_a_file_that_is_none_is_refused_as_a_whole(self, db, tmp_path, content):
        refused("explain_due", "--csv", self.write(tmp_path, content))

    def test_a_file_that_is_not_there(self, db, tmp_path):
        refused("explain_due", "--csv", str(tmp_path / "khong-co.csv"))

    def test_nothing_asked(self, db):
        refused("explain_due")


class TestFlagOverdue:
    def test_it_prints_what_it_flagged_and_how_many(self, world):
        limit = world.limit(code="HS2026-00001/1")
        lines = run("flag_overdue", "--now", "2026-11-28T00:00:00+07:00").splitlines()
        assert lines[-1] == "flagged: 1"
        assert lines[0].split("\t") == [
            "HS2026-00001/1", world.ward.name, "T6 27/11/2026", "2026-11-28T00:00:00+07:00"
        ]  # fmt: skip
        assert limit.flags.get().flagged_at == DUE
        assert run("flag_overdue", "--now", "2026-11-28T00:01:00+07:00") == "flagged: 0\n"

    @pytest.mark.parametrize(
        ("text", "flagged"),
        [
            ("2026-11-28T00:00:00", 1),  # without zone it is Hanoi's
            ("2026-11-28", 1),
            ("2026-11-27T23:59:59.999999", 0),
            ("2026-11-27T17:00:00Z", 1),
            ("2026-11-27T16:59:59Z", 0),
        ],
    )
    def test_as_of_an_instant(self, world, text, flagged):
        world.limit()
        assert run("flag_overdue", "--now", text).splitlines()[-1] == f"flagged: {flagged}"

    @pytest.mark.parametrize("text", ["", "mai", "2026-11-31", "25/11/2026", "0001-01-01"])
    def test_what_is_no_instant_is_refused_and_nothing_is_swept(self, world, text):
        world.limit()
        refused("flag_overdue", "--now", text)
        assert not OverdueFlag.objects.exists()
        assert not SweepRun.objects.exists()

    def test_in_production_nothing_is_flagged_ahead_of_the_clock(self, world, settings):
        settings.PRODUCTION = True
        world.limit()
        refused("flag_overdue", "--now", "2099-01-01T00:00:00+07:00")
        assert not SweepRun.objects.exists()

    def test_without_an_instant_it_looks_now(self, world):
        before = dt.datetime.now(dt.UTC)
        run("flag_overdue")
        assert before <= SweepRun.objects.get().swept_to <= dt.datetime.now(dt.UTC)


class TestLoadReference:
    def test_twice_changes_nothing(self, db):
        assert run("load_reference") == "agencies: 0 changed, days: 0 changed, rules: 0 changed\n"

    def test_it_mends_what_is_missing_and_leaves_what_the_city_entered(self, db):
        with recording.recorded(may_be_idle=True):
            CalendarDay.objects.filter(date=dt.date(2026, 11, 24)).delete()
            CalendarDay.objects.filter(date=dt.date(2026, 9, 2)).update(name="Tên khác")
            CalendarDay.objects.create(
                date=dt.date(2027, 10, 11), kind="day_off", name="Nghỉ bù",
                legal_source="Thông báo mới", entered_by="Thu",
            )  # fmt: skip
            make_edition(NOW)
        number = CalendarEdition.objects.latest("number").number
        assert "days: 1 changed" in run("load_reference")
        assert CalendarDay.objects.get(date=dt.date(2026, 9, 2)).name == "Tên khác"
        assert CalendarDay.objects.filter(date=dt.date(2027, 10, 11)).exists()
        assert CalendarEdition.objects.latest("number").number == number + 1


@pytest.fixture
def process_in_new_york(monkeypatch) -> Iterator[None]:
    """What Django sets for the process at its start is overruled, as a library may do it."""
    with monkeypatch.context() as environment:
        environment.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.system
class TestZone:
    """The zone of the server says nothing: same dates, same flags, same print."""

    def manage(self, url: str, zone: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            env=os.environ | {"DATABASE_URL": url, "TZ": zone},
            capture_output=True,
            text=True,
        )

    def test_a_server_in_new_york_counts_and_prints_in_hanoi(
        self, database_url_for_subprocess, tmp_path
    ):
        limit = World.build().limit(hanoi(2026, 11, 25, 23, 59), code="TH-1")
        path = tmp_path / "asked.csv"
        path.write_text(
            "started_at,rule\n"
            "2026-11-20T23:59:59,agency_report\n"  # without zone: Hanoi's, not New York's
            "2026-11-21,office_draft\n"
            "2026-11-19T16:59:59Z,agency_report\n"  # still Thursday in Hanoi
            "2026-11-19T17:00:00Z,agency_report\n"
        )
        explain = ("explain_due", "--csv", str(path))
        sweep = ("flag_overdue", "--now", "2026-11-28")
        explained, swept = (
            self.manage(database_url_for_subprocess, "America/New_York", *words)
            for words in (explain, sweep)
        )
        assert (explained.returncode, swept.returncode) == (0, 0), swept.stderr
        due = [line.rpartition(",")[2] for line in explained.stdout.splitlines()[1:]]
        assert due == [
            "2026-11-26T00:00:00+07:00",
            "2026-11-24T00:00:00+07:00",
            "2026-11-24T00:00:00+07:00",
            "2026-11-26T00:00:00+07:00",
        ]
        assert "T6 27/11/2026\t2026-11-28T00:00:00+07:00" in swept.stdout
        assert limit.due_at == DUE
        assert list(OverdueFlag.objects.values_list("due_at", "flagged_at")) == [(DUE, DUE)]

    def test_nor_does_the_zone_of_the_process(self, world, process_in_new_york):
        assert dt.datetime(2026, 11, 25, 12).astimezone().utcoffset() == dt.timedelta(hours=-5)
        early = hanoi(2026, 11, 25, 5)  # still Tuesday in New York
        assert local_day(early) == dt.date(2026, 11, 25)
        limit = world.limit(early)
        assert (limit.due_at, limit.due_on) == (DUE, dt.date(2026, 11, 27))
        assert run("explain_due", "--from", "2026-11-20T00:30").startswith("due_at 2026-11-26")
        assert "2026-11-28T00:00:00+07:00" in run("flag_overdue", "--now", "2026-11-28")
        entry = Event.objects.get(action="limit_overdue")
        assert entry.after["overdue_since"] == "2026-11-27T17:00:00.000000Z"

    def test_a_refusal_is_exit_status_1_and_one_sentence(self, database_url_for_subprocess):
        done = self.manage(
            database_url_for_subprocess, "UTC", "explain_due", "--from", "2027-12-31T09:00+07:00"
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert "31/12/2027" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
