"""Forms read what people write, keep it as it was typed, and never take what they may not set."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.fields import TextField
from dossiers.forms import DOC_REF, DirectionForm, NoticeForm, ReportForm, SubmissionForm
from dossiers.models import Attachment
from dossiers.transitions import Submission
from tests.world import NOW

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def typed(**values: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(values)
    return data


def submission(world, by=None, dossier=None, **values) -> SubmissionForm:
    data = typed(
        **{
            "agency": str(world.ward.pk), "matter": "Việc", "urgency": "normal", "secrecy": "none",
            **values,
        }
    )  # fmt: skip
    by = by or world.by(world.lan)
    return SubmissionForm(data, None, by=by, now=NOW, dossier=dossier)


class TestDates:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("25/11/2026", date(2026, 11, 25)),
            ("5/2", date(2026, 2, 5)),
            ("05-02-26", date(2026, 2, 5)),
            ("05.02.2026", date(2026, 2, 5)),
            ("2026-02-05", date(2026, 2, 5)),
            ("hôm nay", date(2026, 11, 25)),
            ("HÔM QUA", date(2026, 11, 24)),
            ("  25/11/2026 ", date(2026, 11, 25)),
        ],
    )
    def test_are_read_as_people_write_them(self, world, written, meant):
        form = submission(world, letter_on=written)
        assert form.is_valid(), form.errors
        assert form.facts().letter_on == meant

    @pytest.mark.parametrize(
        "written",
        ["31/02/2026", "13/13/2026", "ngày kia", "0/0/0", "1/1/00000", "٢٥/١١/٢٠٢٦/", "-"],
    )
    def test_what_is_no_date_is_refused_and_kept_as_typed(self, world, written):
        form = submission(world, letter_on=written)
        assert set(form.errors) == {"letter_on"}
        assert form["letter_on"].value() == written

    def test_no_date_on_paper_lies_ahead_even_in_a_draft(self, world):
        ahead = dict.fromkeys(("letter_on", "signed_on", "initialled_on"), "26/11/2026")
        assert set(submission(world, **ahead).errors) == set(ahead)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
    @given(st.text(max_size=40))
    def test_nothing_that_can_be_typed_breaks_them(self, world, written):
        form = submission(world, letter_on=written, letter_ref=written, signed_by=written)
        form.is_valid()


class TestNumbersOfDocuments:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("123/TTr-SNV", "123/TTr-SNV"),
            ("4449/UBND-TKBT", "4449/UBND-TKBT"),
            ("12a/2026/QĐ-UBND", "12a/2026/QĐ-UBND"),
            (" 123 / TTr - SNV ", "123/TTr-SNV"),
            ("05/KH&ĐT-TH", "05/KH&ĐT-TH"),
        ],
    )
    def test_are_kept_as_on_paper_without_stray_blanks(self, world, written, kept):
        form = submission(world, letter_ref=written)
        assert form.is_valid(), form.errors
        assert form.facts().letter_ref == kept

    @pytest.mark.parametrize("written", ["TTr-SNV", "123", "/TTr", "123456/TTr", "1/ttr", "1/T<b>"])
    def test_anything_else_is_asked_for_again(self, world, written):
        assert set(submission(world, letter_ref=written).errors) == {"letter_ref"}

    def test_the_pattern_takes_no_time_on_hostile_text(self):
        assert DOC_REF.match("1/" + "A" * 10_000 + "!") is None


class TestText:
    def test_is_normal_form_c_without_controls(self):
        assert TextField().clean("Ke\u0302\u0301 hoa\u0323ch\x00\x07\u202e") == "Kế hoạch"

    def test_keeps_lines_and_measures_what_is_stored(self):
        assert TextField(max_length=5).clean("a\r\nb\r\nc") == "a\nb\nc"

    @given(st.text(max_size=60))
    def test_is_the_same_when_it_comes_back(self, written):
        field = TextField(required=False)
        once = field.clean(written)
        assert field.clean(once) == once


class TestWhatNobodySets:
    def test_a_request_cannot_set_state_code_round_due_date_or_author(self, world):
        forged = {
            "state": "closed", "code": "HS2026-00001", "round": "9", "due_at": "2099-01-01",
            "created_by": "1", "submitted_at": "2020-01-01T00:00:00Z", "version": "1",
        }  # fmt: skip
        form = submission(world, **forged)
        assert form.is_valid()
        settable = {
            "matter", "urgency", "letter_ref", "letter_on", "signed_by", "signed_on",
            "initialled_by", "initialled_on", "gate_exception", "replaces",
        }  # fmt: skip
        assert set(Submission.__dataclass_fields__) == settable

    def test_only_ones_own_agencies_are_offered_and_taken(self, world):
        form = submission(world, agency=str(world.other_ward.pk))
        assert set(form.errors) == {"agency"}
        assert list(form.fields["agency"].queryset) == [world.ward]

    def test_a_draft_keeps_its_agency(self, world):
        dossier = world.draft()
        form = submission(world, dossier=dossier, agency=str(world.other_ward.pk))
        assert form.is_valid()
        assert form.cleaned_data["agency"] == world.ward

    @pytest.mark.parametrize("kind", ["", "order", "EXPLAIN"])
    def test_a_direction_is_one_of_two_kinds(self, world, kind):
        data = typed(kind=kind, text="Vì sao?")
        form = DirectionForm(data, by=world.by(world.minh), now=NOW)
        assert set(form.errors) == {"kind"}


class TestTheGateAtTheForm:
    def test_a_draft_may_be_as_incomplete_as_it_is(self, world):
        form = submission(world, viec="nhap")
        assert form.is_valid(), form.errors

    def test_submitting_names_each_fault_beside_its_field(self, world):
        form = submission(world, viec="trinh")
        assert set(form.errors) == {
            "letter_ref", "letter_on", "signed_by", "initialled_by", "letter_file", "draft_file",
        }  # fmt: skip

    def test_what_is_attached_already_counts(self, world):
        dossier = world.draft()
        today = {"letter_on": "nay", "signed_on": "nay", "initialled_on": "nay"}
        names = {"signed_by": "Nguyễn Văn Hùng", "initialled_by": "Nguyễn Văn Hùng"}
        form = submission(
            world, dossier=dossier, viec="trinh", letter_ref="1/TTr-UBND", **today, **names
        )
        assert form.is_valid(), form.errors

    def test_a_new_form_knows_the_head_of_today(self, world):
        form = SubmissionForm(by=world.by(world.lan), now=NOW)
        assert form["signed_by"].value() == "Nguyễn Văn Hùng"

    def test_a_draft_comes_back_as_it_was_saved(self, world):
        dossier = world.draft(matter="Bản đã lưu", signed_by="")
        form = SubmissionForm(by=world.by(world.lan), now=NOW, dossier=dossier)
        assert form["matter"].value() == "Bản đã lưu"
        assert form["letter_on"].value() == "25/11/2026"
        assert form["version"].value() == dossier.version

    def test_its_sentences_are_vietnamese(self, world):
        with translation.override("vi"):
            form = submission(world, viec="trinh")
            sentence = form.errors["initialled_by"][0]
        assert "ký tắt" in sentence


class TestFilesOfAForm:
    def test_are_the_owners_alone(self, world):
        staged = world.staged(world.tuan)
        form = submission(world, letter_file_staged=str(staged.token))
        assert form.is_valid()
        assert form.staged_files()[Attachment.Purpose.LETTER] == []

    @pytest.mark.parametrize("token", ["", "x", "\x00", "9" * 500, "{}", "0" * 32])
    def test_a_broken_token_is_no_file_and_no_error(self, world, token):
        form = submission(world, letter_file_staged=token)
        assert form.is_valid()
        assert form.staged_files()[Attachment.Purpose.LETTER] == []

    def test_only_one_letter_is_kept(self, world):
        both = [world.staged(world.lan, name) for name in ("a.pdf", "b.pdf")]
        data = submission(world).data.copy()
        data.setlist("letter_file_staged", [str(staged.token) for staged in both])
        form = SubmissionForm(data, None, by=world.by(world.lan), now=NOW)
        assert form.is_valid()
        assert len(form.staged_files()[Attachment.Purpose.LETTER]) == 1

    def test_a_notice_needs_its_file(self, world):
        data = typed(ref="12/TB-VP", issued_on="25/11/2026")
        form = NoticeForm(data, by=world.by(world.phuc), now=NOW)
        assert set(form.errors) == {"notice_file"}


class TestReport:
    def test_the_reason_is_asked_for_only_once_it_is_late(self, world):
        by = world.by(world.hung)
        on_time = ReportForm(typed(text="Giải trình", viec="gui"), by=by, now=NOW)
        late = ReportForm(typed(text="Giải trình", viec="gui"), by=by, now=NOW, is_late=True)
        draft = ReportForm(typed(text="Giải trình", viec="nhap"), by=by, now=NOW, is_late=True)
        assert on_time.is_valid() and draft.is_valid()
        assert set(late.errors) == {"late_reason"}

    def test_its_stated_date_does_not_lie_ahead(self, world):
        form = ReportForm(typed(stated_on="mai"), by=world.by(world.hung), now=NOW)
        assert set(form.errors) == {"stated_on"}
