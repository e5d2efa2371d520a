"""A clerk's list from the first look to the desk, through HTTP."""

import io
import os
import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers.files import remove_orphans
from dossiers.importing import sessions
from dossiers.models import Dossier, Holding, ImportSession, Urgency
from dossiers.sheets.reading import read
from dossiers.states import State
from ledger.models import Event
from tests.dossiers.desk import fields, in_english, text_of
from tests.dossiers.intake.lists import (
    HISTORY,
    SUBMISSIONS,
    WARD,
    decide,
    history_rows,
    page,
    send,
    sent,
    submission_rows,
    workbook,
)
from tests.world import NOW

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def lan(world, sign_in):
    return in_english(sign_in(world.lan))


@pytest.fixture
def tuan(world, sign_in):
    return in_english(sign_in(world.tuan))


@pytest.fixture
def phuc(world, sign_in):
    return in_english(sign_in(world.phuc))


class TestSubmissions:
    def test_become_drafts_of_the_clerks_agency(self, world, lan):
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(3)))
        assert (session.state, session.accepted, session.rejected) == ("read", 3, 0)
        assert not Dossier.objects.exists()
        answer = decide(lan, session, "nhap")
        assert "The whole list is entered." in text_of(answer)
        first = Dossier.objects.order_by("pk").first()
        assert (first.state, first.agency, first.created_by) == (
            State.DRAFTING, world.ward, world.lan,
        )  # fmt: skip
        assert (first.letter_ref, first.letter_on) == ("1/TTr-UBND", date(2026, 2, 5))
        assert (first.urgency, first.imported_batch) == (Urgency.URGENT, None)
        assert [d.code for d in Dossier.objects.order_by("pk")] == [
            f"HS2026-{n:05d}" for n in (1, 2, 3)
        ]
        assert Holding.objects.filter(to_at__isnull=True, person=world.hung).count() == 3
        assert Event.objects.filter(action="dossier_logged", actor_id=world.lan.pk).count() == 3
        page_of_first = lan.get(reverse("dossiers:detail", args=[first.code]))
        assert "Logged the submission" in text_of(page_of_first)
        came_in = lan.get(page(session, "imported"))
        assert came_in.context["page"].total == 3

    def test_a_near_name_is_chosen_and_remembered(self, lan):
        rows = submission_rows(2, "UBND phường Hoàn Kiêmm") + submission_rows(1, first=9)
        session = sent(lan, workbook(SUBMISSIONS, rows))
        assert (session.accepted, session.rejected) == (1, 2)
        [name] = session.found["unknown"]
        assert (name["name"], name["rows"]) == ("UBND phường Hoàn Kiêmm", 2)
        [(key, label)] = name["near"]
        assert WARD in label
        answer = decide(lan, session, "kiem-tra", **{name["field"]: key})
        assert "checked again" in text_of(answer)
        session.refresh_from_db()
        assert (session.accepted, session.rejected) == (3, 0)
        assert fields(answer)[name["field"]] == str(key)
        decide(lan, session, "nhap")
        assert Dossier.objects.count() == 3

    def test_a_choice_that_was_not_checked_is_looked_at_first(self, lan):
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(2, "UBND P. Hoàn Kiếm")))
        [name] = session.found["unknown"]
        decide(lan, session, "nhap", **{name["field"]: name["near"][0][0]})
        session.refresh_from_db()
        assert (session.state, session.accepted) == ("read", 2)
        assert not Dossier.objects.exists()

    def test_without_a_column_of_agencies_they_are_the_clerks_own(self, world, lan):
        rows = [["12/TTr-UBND", "Về việc chợ"], ["13/TTr-UBND", "Về việc cầu"]]
        session = sent(lan, workbook(["Số tờ trình", "Trích yếu"], rows))
        decide(lan, session, "nhap")
        assert set(Dossier.objects.values_list("agency", flat=True)) == {world.ward.pk}

    def test_a_row_of_another_agency_is_an_error(self, lan):
        rows = submission_rows(1) + submission_rows(1, "UBND phường Ba Đình", first=2)
        session = sent(lan, workbook(SUBMISSIONS, rows))
        assert [(e["row"], e["column"], e["place"]) for e in session.errors] == [
            (5, "agency_name", "B5")
        ]
        assert "Ba Đình" in session.errors[0]["reason"]

    def test_what_is_logged_already_is_left_as_it_is(self, world, lan):
        kept = world.draft(letter_ref="2/TTr-UBND", letter_on=date(2026, 3, 9))
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(3)))
        assert (session.accepted, session.unchanged) == (2, 1)
        decide(lan, session, "nhap")
        assert Dossier.objects.filter(letter_ref="2/TTr-UBND").get() == kept

    def test_secret_dossiers_are_refused(self, lan):
        rows = [["1/TTr-UBND", "Việc thường", "Không"], ["2/TTr-UBND", "Việc kín", "Tối mật"]]
        session = sent(lan, workbook(["Số tờ trình", "Trích yếu", "Độ mật"], rows))
        assert [e["row"] for e in session.errors] == [5]

    @pytest.mark.parametrize(
        ("change", "column"),
        [
            ({1: "Một nơi không có thật"}, "agency_name"),
            ({2: "số mười hai"}, "letter_ref"),
            ({2: "1/TTr-UBND"}, "letter_ref"),
            ({3: "31/02/2026"}, "letter_on"),
            ({3: "26/11/2026"}, "letter_on"),
            ({4: ""}, "matter"),
            ({4: "x" * 501}, "matter"),
            ({5: "rất vội"}, "urgency"),
        ],
    )
    def test_each_fault_is_named_with_its_cell(self, lan, change, column):
        rows = submission_rows(2)
        for place, value in change.items():
            rows[1][place] = value
        session = sent(lan, workbook(SUBMISSIONS, rows))
        [error] = session.errors
        letter = "BCDEF"[next(iter(change)) - 1]
        assert (error["row"], error["column"], error["place"]) == (5, column, f"{letter}5")
        assert f"cell {letter}5" in text_of(lan.get(page(session)))


class TestHistory:
    def test_a_clerk_enters_the_agencys_own(self, world, lan):
        session = sent(lan, workbook(HISTORY, history_rows(4)))
        decide(lan, session, "nhap")
        assert Dossier.objects.filter(agency=world.ward, imported_batch__isnull=False).count() == 4
        assert lan.get(page(session, "imported")).context["page"].total == 4

    def test_of_all_agencies_the_city_office_enters_it(self, world, phuc):
        rows = history_rows(2) + [["so-1", "Sở Nội vụ", "02/11/2026", ""]]
        session = sent(phuc, workbook(HISTORY, rows))
        assert (session.accepted, session.rejected) == (3, 0)
        decide(phuc, session, "nhap")
        assert Dossier.objects.filter(agency=world.home_affairs).count() == 1

    def test_a_clerk_enters_no_other_agencys(self, lan):
        session = sent(lan, workbook(HISTORY, [["so-1", "Sở Nội vụ", "02/11/2026", ""]]))
        assert [e["column"] for e in session.errors] == ["agency_name"]

    def test_the_city_office_drafts_for_nobody(self, phuc):
        answer = send(phuc, workbook(SUBMISSIONS, submission_rows(1)))
        assert answer.status_code == 422
        assert not ImportSession.objects.exists()

    def test_near_names_of_the_whole_city_are_offered(self, phuc):
        session = sent(phuc, workbook(HISTORY, history_rows(1, "UBND phường Hoàn Kiêmm")))
        assert WARD in session.found["unknown"][0]["near"][0][1]


class TestRowsWithErrors:
    ROWS = submission_rows(3) + [[4, WARD, "4/TTr-UBND", "31/02/2026", "Sai ngày", ""]]

    def test_all_or_nothing_enters_nothing(self, lan):
        session = sent(lan, workbook(SUBMISSIONS, self.ROWS))
        answer = decide(lan, session, "nhap", cach="tat-ca")
        assert "Some rows have errors" in text_of(answer)
        session.refresh_from_db()
        assert session.state == "read"
        assert not Dossier.objects.exists()

    def test_the_good_rows_alone_and_the_others_come_back(self, lan):
        session = sent(lan, workbook(SUBMISSIONS, self.ROWS))
        decide(lan, session, "nhap", cach="dong-tot")
        session.refresh_from_db()
        assert (session.state, session.accepted, session.rejected) == ("finished", 3, 1)
        assert Dossier.objects.count() == 3
        file = b"".join(lan.get(page(session, "import_errors")).streaming_content)
        [row] = read(io.BytesIO(file), name="loi.xlsx").rows()
        assert row.cells["letter_ref"].value == "4/TTr-UBND"
        assert "31/02/2026" in row.values[-1]

    def test_the_mended_file_goes_in(self, lan):
        session = sent(lan, workbook(SUBMISSIONS, self.ROWS))
        decide(lan, session, "nhap", cach="dong-tot")
        mended = submission_rows(3) + [[4, WARD, "4/TTr-UBND", "28/02/2026", "Đúng ngày", ""]]
        again = sent(lan, workbook(SUBMISSIONS, mended))
        assert (again.accepted, again.unchanged, again.rejected) == (1, 3, 0)
        decide(lan, again, "nhap")
        assert Dossier.objects.count() == 4

    def test_a_row_that_became_wrong_meanwhile_keeps_all_out(self, world, lan):
        """Between the look and the entering, another row takes the code."""
        rows = history_rows(2)
        session = sent(lan, workbook(HISTORY, rows))
        other = [["giay-1", WARD, "03/11/2026", ""]]
        decide(lan, sent(lan, workbook(HISTORY, other)), "nhap")
        decide(lan, session, "nhap")
        session.refresh_from_db()
        assert (session.state, session.accepted) == ("failed", 0)
        assert Dossier.objects.count() == 1
        assert "Nothing of this list was entered" in text_of(lan.get(page(session)))


class TestAgain:
    def test_the_same_file_twice_says_so_and_changes_nothing(self, lan):
        data = workbook(SUBMISSIONS, submission_rows(3))
        decide(lan, sent(lan, data), "nhap")
        events = Event.objects.count()
        again = sent(lan, data)
        assert (again.accepted, again.unchanged) == (0, 3)
        told = text_of(lan.get(page(again)))
        assert "You entered this same file" in told
        assert "here already" in told
        answer = decide(lan, again, "nhap")
        assert "nothing is entered" in text_of(answer)
        assert (Dossier.objects.count(), Event.objects.count()) == (3, events)

    def test_pressed_twice_it_is_entered_once(self, lan):
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(3)))
        form = {**fields(lan.get(page(session))), "viec": "nhap"}
        for _press in range(3):
            assert lan.post(page(session), form).status_code == 302
        other_tab = {**form, "form_key": uuid.uuid4()}
        assert lan.post(page(session), other_tab).status_code == 302
        assert Dossier.objects.count() == 3
        assert Event.objects.filter(action="file_imported").count() == 1

    def test_the_upload_pressed_twice_is_one_session(self, lan):
        form = fields(lan.get(reverse("dossiers:imports")))
        data = workbook(SUBMISSIONS, submission_rows(1))
        for _press in range(2):
            answer = lan.post(
                reverse("dossiers:imports"),
                {**form, "file": io_file(data)},
            )
        assert answer.headers["Location"] == page(ImportSession.objects.get())

    def test_thrown_away_nothing_stays(self, lan):
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(3)))
        decide(lan, session, "huy")
        session.refresh_from_db()
        assert (session.state, session.path) == ("cancelled", "")
        decided = lan.get(page(session))
        assert "thrown away" in text_of(decided)
        assert not Dossier.objects.exists()


def io_file(data: bytes, name: str = "Danh sach.xlsx") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


class TestWhoSees:
    def test_only_whoever_sent_it(self, world, lan, tuan, sign_in):
        rows = submission_rows(1) + [[2, WARD, "2/TTr-UBND", "31/02/2026", "Sai ngày", ""]]
        session = sent(lan, workbook(SUBMISSIONS, rows))
        views = ("import_session", "import_errors", "import_file", "imported")
        for view in views:
            assert lan.get(page(session, view)).status_code == 200, view
            assert tuan.get(page(session, view)).status_code == 404, view
        assert tuan.post(page(session), {"viec": "huy", "cach": "tat-ca"}).status_code == 404
        assert not list(tuan.get(reverse("dossiers:imports")).context["sessions"])
        for user in (world.minh, world.hoa, world.an, world.son):
            browser = sign_in(user)
            assert browser.get(reverse("dossiers:imports")).status_code == 403
            assert browser.get(page(session)).status_code == 404

    def test_the_file_comes_back_byte_for_byte(self, lan):
        data = workbook(SUBMISSIONS, submission_rows(1))
        session = sent(lan, data)
        answer = lan.get(page(session, "import_file"))
        assert b"".join(answer.streaming_content) == data
        assert "attachment" in answer.headers["Content-Disposition"]


class TestRefusedFiles:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.xlsx", b""),
            ("a.pdf", b"%PDF-1.7"),
            ("a.xlsx", b"PK\x03\x04 no workbook"),
            ("a.csv", b"a;b\n1;2\n"),
            ("a.csv", "Cơ quan;Trích yếu\n".encode()),
        ],
    )
    def test_say_why_beside_the_field(self, lan, name, data):
        answer = send(lan, data, name)
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
        assert not ImportSession.objects.exists()

    def test_more_than_20_mb(self, lan):
        answer = send(lan, b"x" * (20 * 1024 * 1024 + 1), "a.csv")
        assert "20 MB" in answer.context["form"].errors["file"][0]


class TestTemplates:
    @pytest.mark.parametrize("view", ["import_template", "import_history_template"])
    def test_are_read_by_us_and_their_example_is_passed_over(self, lan, view):
        answer = lan.get(reverse(f"dossiers:{view}"))
        data = b"".join(answer.streaming_content)
        sheet = read(io.BytesIO(data), name="mau.xlsx", required=())
        assert len(list(sheet.rows())) == 1
        assert all(header.column for header in sheet.headers)
        assert send(lan, data, "mau.xlsx").status_code == 422  # nothing but the example

    def test_the_page_documents_every_column(self, lan, phuc):
        told = text_of(lan.get(reverse("dossiers:imports")))
        for name in ("dossier_code", "agency_name", "letter_ref", "matter", "directed_at"):
            assert name in told
        assert len(phuc.get(reverse("dossiers:imports")).context["guides"]) == 1


class TestLargeFiles:
    def test_are_entered_by_a_worker_and_followed(self, lan):
        count = sessions.AT_ONCE + 1
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(count)))
        answer = decide(lan, session, "nhap")
        assert f"0 / {count} rows" in text_of(answer)
        assert not Dossier.objects.exists()
        fragment = {"phan": "tien-do"}
        part = lan.get(page(session), fragment, headers={"HX-Request": "true"})
        assert "<html" not in part.content.decode()
        assert sessions.enter_next(NOW) == 1
        assert sessions.enter_next(NOW) == 0
        done = lan.get(page(session), fragment, headers={"HX-Request": "true"})
        assert done.headers["HX-Refresh"] == "true"
        assert "The whole list is entered." in text_of(lan.get(page(session)))
        assert Dossier.objects.count() == count

    def test_a_clerk_who_lost_the_post_meanwhile_enters_nothing(self, world, lan):
        session = sent(lan, workbook(SUBMISSIONS, submission_rows(sessions.AT_ONCE + 1)))
        decide(lan, session, "nhap")
        world.lan.appointments.update(ended_on=date(2026, 11, 1))
        sessions.enter_next(NOW)
        session.refresh_from_db()
        assert session.state == "failed"
        assert not Dossier.objects.exists()


class TestWhatStaysCheapAndSafe:
    def test_the_number_of_queries_does_not_grow_with_the_rows(self, lan):
        def queries(address: str) -> int:
            with CaptureQueriesContext(connection) as caught:
                assert lan.get(address).status_code == 200
            return len(caught)

        small = sent(lan, workbook(HISTORY, history_rows(1)))
        decide(lan, small, "nhap")
        one = queries(page(small, "imported")), queries(reverse("dossiers:imports"))
        large = sent(lan, workbook(HISTORY, history_rows(21)))
        decide(lan, large, "nhap")
        for _more in range(3):
            sent(lan, workbook(HISTORY, history_rows(2)))
        more = queries(page(large, "imported")), queries(reverse("dossiers:imports"))
        assert one == more

    def test_the_files_of_a_session_are_no_orphans(self, lan, settings):
        rows = [*history_rows(1), ["giay-9", WARD, "31/02/2026", ""]]
        session = sent(lan, workbook(HISTORY, rows))
        thrown = sent(lan, workbook(HISTORY, history_rows(3)))
        gone = thrown.path
        decide(lan, thrown, "huy")
        for path in (session.path, session.error_path, gone):
            os.utime(settings.MEDIA_ROOT / path, (0, 0))
        remove_orphans(NOW)
        assert (settings.MEDIA_ROOT / session.path).exists()
        assert (settings.MEDIA_ROOT / session.error_path).exists()
        assert not (settings.MEDIA_ROOT / gone).exists()
