"""History from a file: in whole and marked, or not at all and with a reason for every row."""

import csv
import io
import json
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actors
from accounts.models import Message
from accounts.roles import Role
from agencies.models import Agency
from agencies.reference import keys_of
from deadlines import sweeping
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from deadlines.transitions import meet
from dossiers import importing
from dossiers import transitions as verbs
from dossiers.importing import FileRefused, import_sheet, read_sheet
from dossiers.models import Direction, Dossier, Report
from dossiers.states import State
from dossiers.transitions import ReportFacts
from ledger import recording
from ledger.models import Event
from tests.world import NOW, hanoi, person

HEADER = "dossier_code,agency_name,directed_at,reported_at"
JOB = actors.job("import/1")
#: On time, late, never answered and long past, still running at NOW (a day off lies in between).
GOOD = (
    "giay-1,UBND phường Hoàn Kiếm,2026-11-02T10:00:00+07:00,2026-11-04T23:59:59+07:00",
    "giay-2,P-00070,2026-11-02T10:00:00+07:00,2026-11-05T00:00:00+07:00",
    "giay-3,so noi vu,2026-11-02T10:00:00+07:00,",
    "giay-4,SNV,2026-11-23T10:00:00+07:00,",
)
TABLES = (Dossier, Direction, Report, TimeLimit, OverdueFlag, Message, SweepRun, Event)


def sheet(*rows: str, header: str = HEADER) -> importing.Sheet:
    return read_sheet("\n".join([header, *rows]).encode())


def bring_in(*rows: str, now=NOW, **kwargs) -> importing.Outcome:
    return import_sheet(sheet(*rows), by=JOB, now=now, **kwargs)


def reasons(*rows: str) -> list[tuple[int, str]]:
    """Where the rows are wrong; a wrong row saves nothing."""
    outcome = bring_in(*rows)
    assert outcome.accepted == 0
    assert outcome.rejected == len({error.row for error in outcome.errors}) > 0
    assert not Dossier.objects.exists()
    assert all(error.reason for error in outcome.errors)
    return [(error.row, error.column) for error in outcome.errors]


def counts() -> list[int]:
    return [table.objects.count() for table in TABLES]


class TestGoodFile:
    def test_goes_in_whole_and_is_marked(self, world):
        assert bring_in(*GOOD) == importing.Outcome(4, 0, 0, [])
        batches = set(Dossier.objects.values_list("imported_batch", flat=True))
        assert batches == set(TimeLimit.objects.values_list("imported_batch", flat=True))
        assert len(batches) == 1
        assert None not in batches
        answered = Dossier.objects.get(code="giay-1")
        assert (answered.state, answered.agency) == (State.CLOSED, world.ward)
        assert answered.closed_at == hanoi(2026, 11, 4, 23, 59, 59)
        assert Dossier.objects.get(code="giay-3").state == State.EXPLANATION_DUE
        assert Report.objects.count() == 2

    def test_limits_are_counted_by_the_engine(self, world):
        bring_in(*GOOD)
        due = dict(TimeLimit.objects.values_list("code", "due_on"))
        # 24/11/2026 is a day off: two working days after Monday the 23rd end on the 26th.
        assert due["giay-1/1"] == date(2026, 11, 4)
        assert due["giay-4/1"] == date(2026, 11, 26)
        limit = TimeLimit.objects.get(code="giay-4/1")
        assert limit.due_at == hanoi(2026, 11, 27)
        assert limit.first_due_at == limit.due_at
        assert limit.due_month == date(2026, 11, 1)
        assert str(limit.rule) == "agency_report/1"

    def test_the_head_is_whoever_held_the_post_that_day(self, world):
        with recording.recorded(may_be_idle=True):
            former = world.hung.appointments.get()
            former.ended_on = date(2026, 11, 10)
            former.save()
            heir = person(
                "heir", "Trần Văn Kế", Role.AGENCY_HEAD, world.ward, "Chủ tịch UBND phường",
                since=date(2026, 11, 11),
            )  # fmt: skip
        bring_in(GOOD[0], "giay-5,P-00070,2026-11-12T10:00:00+07:00,")
        heads = dict(TimeLimit.objects.values_list("code", "head_at_start"))
        assert heads == {"giay-1/1": world.hung.pk, "giay-5/1": heir.pk}

    def test_the_ledger_says_imported_for_each(self, world):
        bring_in(*GOOD)
        for action, kind in (("dossier_imported", "dossier"), ("limit_imported", "time_limit")):
            events = Event.objects.filter(action=action, object_kind=kind)
            assert events.count() == 4
            assert all(e.after["imported"] and e.actor_name == "system: import/1" for e in events)
        event = Event.objects.get(action="limit_imported", object_code="giay-2/1")
        assert event.at == NOW
        assert event.stated_at == hanoi(2026, 11, 2, 10)
        assert event.after["head"] == "Nguyễn Văn Hùng"
        assert Event.objects.filter(action="file_imported").count() == 1

    def test_what_was_late_is_flagged_at_once_and_tells_nobody(self, world):
        bring_in(*GOOD)
        flag = OverdueFlag.objects.get()
        assert flag.time_limit.code == "giay-2/1"
        assert (flag.due_at, flag.flagged_at) == (hanoi(2026, 11, 5), NOW)
        assert flag.head == world.hung
        assert flag.run.kind == SweepRun.Kind.IMPORT
        assert not Message.objects.exists()

    def test_what_is_open_and_past_is_flagged_by_the_next_sweep_once(self, world):
        bring_in(*GOOD)
        for _again in range(3):
            sweeping.flag_overdue(NOW)
        flags = dict(OverdueFlag.objects.values_list("time_limit__code", "due_at"))
        assert flags == {"giay-2/1": hanoi(2026, 11, 5), "giay-3/1": hanoi(2026, 11, 5)}
        assert Event.objects.filter(action="limit_overdue").count() == 2

    def test_instants_without_zone_are_hanoi_time(self, world):
        bring_in("giay-1,P-00070,2026-11-02T10:00,2026-11-03T09:00", "giay-2,P-00070,2026-11-02,")
        limit = TimeLimit.objects.get(code="giay-1/1")
        assert limit.started_at == datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
        assert TimeLimit.objects.get(code="giay-2/1").started_at == hanoi(2026, 11, 2)

    def test_the_agency_is_the_one_of_that_day(self, world):
        bring_in(
            "cu-1,Sở Nội vụ,2025-02-27T09:00+07:00,2025-02-28T09:00+07:00",
            "moi-1,Sở Nội vụ,2025-03-03T09:00+07:00,2025-03-04T09:00+07:00",
        )
        old, new = (Dossier.objects.get(code=code).agency for code in ("cu-1", "moi-1"))
        assert (old.code, old.valid_to) == ("SNV", date(2025, 2, 28))
        assert (new.code, new.valid_from) == ("SNV", date(2025, 3, 1))

    @pytest.mark.parametrize(
        "name",
        [
            "UBND phường Hoàn Kiếm",
            "ủy ban nhân dân phường hoàn kiếm",
            "UBND PHUONG HOAN KIEM",
            unicodedata.normalize("NFD", "UBND phường Hoàn Kiếm"),
            "  p-00070 ",
        ],
    )
    def test_an_agency_is_found_as_people_write_it(self, world, name):
        assert bring_in(f"giay-1,{name},2026-11-02T10:00,").accepted == 1
        assert Dossier.objects.get().agency == world.ward

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize("separator", [",", ";"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_any_clean_csv_will_do(self, world, encoding, separator, end):
        text = end.join([HEADER, *GOOD, ""]).replace(",", separator)
        outcome = import_sheet(read_sheet(text.encode(encoding)), by=JOB, now=NOW)
        assert outcome.accepted == 4

    def test_other_columns_are_left_aside_in_any_order(self, world):
        header = "ghi chú;reported_at;agency_name;Dossier_Code;directed_at"
        row = '"Một ghi chú; có dấu";;P-00070;giay-1;2026-11-02T10:00'
        assert import_sheet(sheet(row, header=header), by=JOB, now=NOW).accepted == 1

    @pytest.mark.parametrize(
        "mapping",
        [
            '{"dossier_code": "Mã hồ sơ", "agency_name": "Đơn vị", "directed_at": "Ngày chỉ đạo"}',
            "dossier_code,Mã hồ sơ\nagency_name,Đơn vị\ndirected_at,Ngày chỉ đạo\n",
        ],
    )
    def test_a_mapping_names_the_columns_of_the_file(self, world, mapping):
        text = "Mã hồ sơ;Đơn vị;ngày chỉ đạo;reported_at\ngiay-1;P-00070;2026-11-02T10:00;"
        names = importing.read_mapping(mapping.encode())
        assert import_sheet(read_sheet(text.encode(), names), by=JOB, now=NOW).accepted == 1


class TestAgain:
    def test_the_same_file_twice_changes_nothing(self, world):
        bring_in(*GOOD)
        sweeping.flag_overdue(NOW)
        before = counts()
        assert bring_in(*GOOD) == importing.Outcome(0, 0, 4, [])
        assert counts() == before

    def test_a_larger_file_brings_in_what_is_new(self, world):
        bring_in(*GOOD[:2])
        assert bring_in(*GOOD) == importing.Outcome(2, 0, 2, [])
        assert len(set(Dossier.objects.values_list("imported_batch", flat=True))) == 2

    def test_a_later_file_brings_the_answer_of_an_open_case(self, world):
        bring_in(*GOOD)
        later = NOW + timedelta(days=1)
        answered = f"{GOOD[3]}2026-11-25T16:00+07:00"
        assert bring_in(answered, now=later) == importing.Outcome(1, 0, 0, [])
        limit = TimeLimit.objects.get(code="giay-4/1")
        assert limit.met_at == hanoi(2026, 11, 25, 16)
        assert not limit.flags.exists()
        dossier = Dossier.objects.get(code="giay-4")
        assert (dossier.state, dossier.closed_at) == (State.CLOSED, limit.met_at)
        assert Report.objects.get(direction__dossier=dossier).sent_at == limit.met_at
        event = Event.objects.get(action="limit_met")
        assert event.after["imported"]
        assert event.stated_at == limit.met_at
        assert bring_in(*GOOD[:3], answered, now=later).unchanged == 4
        assert bring_in(*GOOD, now=later).unchanged == 4  # the older file takes nothing back

    def test_a_late_answer_of_a_later_file_is_flagged(self, world):
        bring_in(GOOD[2])
        assert bring_in(f"{GOOD[2]}2026-11-10T16:00+07:00").accepted == 1
        flag = OverdueFlag.objects.get()
        assert (flag.due_at, flag.flagged_at) == (hanoi(2026, 11, 5), NOW)

    def test_a_late_answer_after_the_sweep_keeps_the_flag(self, world):
        bring_in(GOOD[2])
        sweeping.flag_overdue(NOW)
        assert bring_in(f"{GOOD[2]}2026-11-10T16:00+07:00").accepted == 1
        assert OverdueFlag.objects.count() == 1

    def test_an_answer_in_time_cannot_come_after_the_flag(self, world):
        bring_in(GOOD[2])
        sweeping.flag_overdue(NOW)
        outcome = bring_in(f"{GOOD[2]}2026-11-03T16:00+07:00")
        assert [(error.row, error.column) for error in outcome.errors] == [(2, "reported_at")]
        assert TimeLimit.objects.get().met_at is None

    @pytest.mark.parametrize(
        "row",
        [
            "giay-1,UBND phường Ba Đình,2026-11-02T10:00:00+07:00,2026-11-04T23:59:59+07:00",
            "giay-1,P-00070,2026-11-02T10:00:01+07:00,2026-11-04T23:59:59+07:00",
            "giay-1,P-00070,2026-11-02T10:00:00+07:00,2026-11-04T23:59:58+07:00",
        ],
    )
    def test_other_data_under_the_same_code_is_an_error(self, world, row):
        bring_in(GOOD[0])
        before = counts()
        outcome = bring_in(row, GOOD[1])
        assert [(error.row, error.column) for error in outcome.errors] == [(2, "dossier_code")]
        assert outcome.accepted == 0
        assert counts() == before

    def test_a_code_that_was_not_imported_is_never_touched(self, world):
        own = world.directed().dossier
        with recording.recorded(may_be_idle=True):
            Dossier.objects.filter(pk=own.pk).update(code="giay-1")
        outcome = bring_in(GOOD[0])
        assert [(error.row, error.column) for error in outcome.errors] == [(2, "dossier_code")]

    def test_the_head_answers_an_open_case_in_the_browser(self, world, sign_in):
        bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,")
        page = reverse("dossiers:detail", args=["giay-9"])
        for person_ in (world.hung, world.lan, world.minh, world.thu):
            assert sign_in(person_).get(page).status_code == 200
        assert sign_in(world.tuan).get(page).status_code == 404
        direction = Direction.objects.get()
        verbs.report_back(
            direction,
            facts=ReportFacts(text="Đã bổ sung.", ref="1/BC-UBND"),
            files={},
            version=None,
            by=world.by(world.hung),
            now=NOW,
        )
        assert TimeLimit.objects.get().met_at == NOW
        assert Dossier.objects.get().state == State.WITH_LEADER
        again = bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,")
        assert (again.unchanged, again.errors) == (1, [])
        other = bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,2026-11-24T10:00:00+07:00")
        assert other.rejected == 1

    def test_a_draft_of_the_answer_becomes_the_answer(self, world):
        bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,")
        facts = ReportFacts(text="Bản nháp của Lan.")
        verbs.prepare_report(
            Direction.objects.get(), facts=facts, files={}, version=None,
            by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,2026-11-25T08:00:00+07:00")
        report = Report.objects.get()
        assert (report.text, report.sent_at) == (facts.text, hanoi(2026, 11, 25, 8))

    def test_an_answer_that_came_meanwhile_wins(self, world, monkeypatch):
        """Between reading and writing, the head answers in the browser."""
        bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,")
        compare = importing._compare

        def slowly(cases):
            plan = compare(cases)
            meet(TimeLimit.objects.get(), by=world.by(world.hung), now=NOW)
            return plan

        monkeypatch.setattr(importing, "_compare", slowly)
        with pytest.raises(importing.Meanwhile):
            bring_in("giay-9,P-00070,2026-11-23T10:00:00+07:00,2026-11-25T08:00:00+07:00")
        assert not Report.objects.exists()


class TestRowErrors:
    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (",P-00070,2026-11-02T10:00,", "dossier_code"),
            ("giay-1,,2026-11-02T10:00,", "agency_name"),
            ("giay-1,P-00070,,", "directed_at"),
            ("giay-1,P-00070,02/13/2026,", "directed_at"),
            ("giay-1,P-00070,2026-02-30T10:00,", "directed_at"),
            ("giay-1,P-00070,0001-01-01T00:00,", "directed_at"),
            ("giay-1,P-00070,9999-12-31T23:59,", "directed_at"),
            ("giay-1,P-00070,2026-11-25T09:01+07:00,", "directed_at"),
            ("giay-1,P-00070,2019-11-25T09:01+07:00,", "directed_at"),
            ("giay-1,P-00070,2026-11-02T10:00,hôm qua", "reported_at"),
            ("giay-1,P-00070,2026-11-02T10:00,2026-11-02T09:59", "reported_at"),
            ("giay-1,P-00070,2026-11-02T10:00,2026-11-26T10:00", "reported_at"),
            ("giay-1,UBND phường Hoàn Kiêm 2,2026-11-02T10:00,", "agency_name"),
            ("giay-1,Một nơi không có thật,2026-11-02T10:00,", "agency_name"),
            ("giay-1,UBND quận Hoàn Kiếm,2026-11-02T10:00,", "agency_name"),
            ("giay-1,UBND phường Hoàn Kiếm,2025-06-02T10:00,", "agency_name"),
            ("HS2026-00001,P-00070,2026-11-02T10:00,", "dossier_code"),
            ("hs2026-1,P-00070,2026-11-02T10:00,", "dossier_code"),
            ("12/TTr,P-00070,2026-11-02T10:00,", "dossier_code"),
            ("moi,P-00070,2026-11-02T10:00,", "dossier_code"),
            (f"{'1' * 61},P-00070,2026-11-02T10:00,", "dossier_code"),
            ("giay\x07-1,P-00070,2026-11-02T10:00,", "dossier_code"),
            ("giay-\u202e1,P-00070,2026-11-02T10:00,", "dossier_code"),
            ('giay-1,"P-\n00070",2026-11-02T10:00,', "agency_name"),
            ("giay-1,P-00070,2026-11-02T10:00", ""),
            ("giay-1,P-00070,2026-11-02T10:00,,x", ""),
        ],
    )
    def test_name_the_row_and_the_column(self, world, row, column):
        assert reasons(row, GOOD[1]) == [(2, column)]

    def test_every_fault_of_a_row_is_named(self, world):
        found = reasons("HS2026-1,không có,hôm qua,mai", GOOD[0])
        assert found == [
            (2, "dossier_code"),
            (2, "directed_at"),
            (2, "reported_at"),
            (2, "agency_name"),
        ]

    def test_a_code_twice_in_the_file(self, world):
        assert reasons(*GOOD, GOOD[1]) == [(6, "dossier_code")]

    def test_a_name_spelt_wrong_gets_the_near_ones(self, world):
        [error] = bring_in("giay-1,UBND phường Hoàn Kiếmm,2026-11-02T10:00,").errors
        assert "UBND phường Hoàn Kiếm (P-00070)" in error.reason

    def test_an_agency_that_was_not_there_yet_gets_those_of_that_day(self, world):
        [error] = bring_in("giay-1,UBND phường Hoàn Kiếm,2025-06-02T10:00,").errors
        assert "UBND quận Hoàn Kiếm" in error.reason
        assert "02/06/2025" in error.reason

    def test_a_name_of_two_agencies_asks_for_the_code(self, world):
        for code in ("X-1", "X-2"):
            with recording.recorded(may_be_idle=True):
                Agency.objects.create(
                    code=code, name="Ban Trùng Tên", name_en="", kind="so", source="test",
                    **keys_of(code, "Ban Trùng Tên", ""),
                )  # fmt: skip
        [error] = bring_in("giay-1,Ban Trùng Tên,2026-11-02T10:00,").errors
        assert error.column == "agency_name"
        assert "X-1" in error.reason
        assert bring_in("giay-1,X-2,2026-11-02T10:00,").accepted == 1


class TestAllOrNothing:
    def test_one_bad_row_keeps_all_out(self, world):
        before = counts()
        outcome = bring_in(*GOOD, "giay-5,không có,2026-11-02T10:00,")
        assert (outcome.accepted, outcome.rejected, outcome.unchanged) == (0, 1, 0)
        assert counts() == before

    def test_a_fault_at_the_last_step_undoes_the_first(self, world, monkeypatch):
        before = counts()

        def fail(**_facts):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr("ledger.recording.append", fail)
        with pytest.raises(RuntimeError):
            bring_in(*GOOD)
        assert counts() == before

    def test_a_dry_run_says_what_would_happen(self, world):
        before = counts()
        assert bring_in(*GOOD, dry_run=True) == importing.Outcome(4, 0, 0, [])
        assert counts() == before

    def test_the_number_of_statements_does_not_grow_with_the_rows(self, world):
        def statements(first: int, count: int) -> int:
            rows = [
                f"n-{n},{'P-00070' if n % 2 else 'SNV'},2026-{n % 9 + 1:02d}-05T10:00,"
                + (f"2026-{n % 9 + 1:02d}-{n % 9 + 10}T10:00" if n % 3 else "")
                for n in range(first, first + count)
            ]
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert bring_in(*rows).accepted == count
            return len(caught)

        assert statements(0, 36) == statements(100, 9)


class TestFileRefused:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\n \n",
            HEADER.encode(),
            f"{HEADER}\n{GOOD[0]}\ngiay\x00-1,P-00070,2026-11-02T10:00,".encode(),
            b"PK\x03\x04 a workbook",
            b"code,agency\n1,2\n",
            f"{HEADER},dossier_code\n{GOOD[0]},x".encode(),
            f'{HEADER}\n"giay-1,P-00070,2026-11-02T10:00,\n{GOOD[0]}'.encode(),
            f'{HEADER}\ngi"ay"-1,P-00070,2026-11-02T10:00,\n"a"b,,,'.encode(),
            f"{HEADER}\ngiay-1,{'x' * 200_000},2026-11-02T10:00,".encode(),
        ],
    )
    def test_with_a_sentence(self, data):
        with pytest.raises(FileRefused) as refusal:
            read_sheet(data)
        assert len(refusal.value.sentence) > 20

    def test_the_columns_that_are_missing_are_named(self):
        with pytest.raises(FileRefused, match="directed_at, reported_at"):
            read_sheet(b"dossier_code,agency_name\n1,2\n")

    @pytest.mark.parametrize(
        "mapping", ["{", "[1]", '{"due_at": "Hạn"}', "dossier_code,Mã,thừa", "due_at,Hạn"]
    )
    def test_a_bad_mapping_is_refused(self, mapping):
        with pytest.raises(FileRefused):
            importing.read_mapping(mapping.encode())


@pytest.mark.usefixtures("wall_clock")
class TestCommand:
    @pytest.fixture
    def file(self, tmp_path):
        def write(*rows: str):
            path = tmp_path / "cases.csv"
            path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
            return path

        return write

    @staticmethod
    def run(*args) -> tuple[int, str, str]:
        """Exit status, output and error output."""
        out, err, status = io.StringIO(), io.StringIO(), 0
        try:
            call_command("import_dossiers", *map(str, args), stdout=out, stderr=err)
        except SystemExit as end:
            status = end.code
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return status, out.getvalue(), err.getvalue()

    def test_all_in(self, world, file):
        status, out, err = self.run(file(*GOOD), "--json")
        assert (status, err) == (0, "")
        assert json.loads(out) == {"accepted": 4, "rejected": 0, "unchanged": 0, "errors": []}
        status, out, _err = self.run(file(*GOOD), "--json")
        assert (status, json.loads(out)["unchanged"]) == (0, 4)

    def test_the_good_rows_alone(self, world, file, tmp_path):
        errors = tmp_path / "errors.xlsx"
        path = file(*GOOD, "giay-5,không có,2026-11-02T10:00,")
        status, out, _err = self.run(path, "--json", "--good-rows", "--errors", errors)
        body = json.loads(out)
        assert status == 1
        assert (body["accepted"], body["rejected"], body["unchanged"]) == (4, 1, 0)
        assert Dossier.objects.count() == 4
        mended = read_sheet(errors.read_bytes(), name="errors.xlsx")
        assert [row.cells["dossier_code"].value for row in mended.rows] == ["giay-5"]
        status, out, _err = self.run(path, "--json", "--good-rows")
        assert (status, json.loads(out)["unchanged"]) == (1, 4)

    def test_some_rows_refused(self, world, file, tmp_path):
        bad = 'giay-5,"không, có",2026-11-02T10:00,'
        errors = tmp_path / "errors.csv"
        status, out, _err = self.run(file(*GOOD, bad), "--json", "--errors", errors)
        body = json.loads(out)
        assert status == 1
        assert (body["accepted"], body["rejected"], body["unchanged"]) == (0, 1, 0)
        assert [(e["row"], e["column"]) for e in body["errors"]] == [(6, "agency_name")]
        [row] = csv.DictReader(errors.read_text(encoding="utf-8-sig").splitlines())
        assert (row["dossier_code"], row["agency_name"]) == ("giay-5", "không, có")
        assert body["errors"][0]["reason"] in row["reason"]
        assert not Dossier.objects.exists()

    def test_words_for_people(self, world, file):
        status, out, err = self.run(file(*GOOD, "giay-5,không có,2026-11-02T10:00,"))
        assert (status, bool(out)) == (1, True)
        assert "agency_name" in err

    def test_a_file_without_errors_leaves_no_rows_in_the_errors_file(self, world, file, tmp_path):
        errors = tmp_path / "errors.csv"
        errors.write_text("from last time")
        self.run(file(*GOOD), "--errors", errors)
        assert errors.read_text(encoding="utf-8-sig").splitlines() == [f"{HEADER},reason"]

    def test_a_refused_file(self, world, tmp_path):
        path = tmp_path / "cases.csv"
        path.write_bytes(b"code,agency\n1,2\n")
        status, out, err = self.run(path, "--json")
        assert status == 2
        assert "dossier_code" in err
        assert json.loads(out)["errors"][0]["row"] is None

    def test_a_file_that_is_not_there(self, world, tmp_path):
        assert self.run(tmp_path / "none.csv")[0] == 2

    def test_an_errors_file_that_cannot_be_written_stops_the_import(self, world, file, tmp_path):
        status, _out, err = self.run(file(*GOOD), "--errors", tmp_path / "no" / "errors.csv")
        assert status == 2
        assert "errors.csv" in err
        assert not Dossier.objects.exists()

    def test_dry_run_and_mapping(self, world, tmp_path):
        path, mapping = tmp_path / "cases.csv", tmp_path / "mapping.csv"
        path.write_text("mã,agency_name,directed_at,reported_at\ngiay-1,SNV,2026-11-02T10:00,\n")
        mapping.write_text("dossier_code,Mã\n")
        status, out, _err = self.run(path, "--mapping", mapping, "--dry-run", "--json")
        assert (status, json.loads(out)["accepted"]) == (0, 1)
        assert not Dossier.objects.exists()

    def test_a_person_answers_for_the_file(self, world, file):
        assert self.run(file(*GOOD), "--user", "Thu")[0] == 0
        event = Event.objects.filter(action="dossier_imported").first()
        assert (event.actor_name, event.actor_id) == (world.thu.full_name, world.thu.pk)
        assert "Chánh Văn phòng" in event.actor_post

    def test_an_unknown_person_does_not(self, world, file):
        assert self.run(file(*GOOD), "--user", "ai")[0] == 2
        assert not Dossier.objects.exists()
