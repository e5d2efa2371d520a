"""What each form says: the fields of a record, what depends on the case, what is never said."""

from dataclasses import replace

import pytest

from documents import forms
from documents.layout import Table, Words
from documents.lint import DISCIPLINE, FORBIDDEN
from tests.documents.measuring import Printed
from tests.documents.papers import (
    APOLOGY,
    ASKED,
    DECISION,
    EXPLANATION,
    LATENESS,
    PLAN,
    RECORD,
    REMINDER,
    SAMPLES,
    SUBMISSION,
    VERDICT,
    limits,
)

pytestmark = pytest.mark.once


def text_of(layout) -> str:
    return Printed(layout).text


def own_words(layout) -> str:
    """What the form itself says, without the words of persons."""
    body = tuple(block for block in layout.body if not isinstance(block, Words))
    return str(replace(layout, body=body)).casefold()


@pytest.mark.parametrize("name", SAMPLES)
def test_no_form_names_discipline_or_an_administrative_violation(name):
    said = own_words(SAMPLES[name])
    assert FORBIDDEN not in said
    assert not any(form in said for form in DISCIPLINE)


class TestInspectionRecord:
    """The fifteen fields of domain.md §3.7."""

    def test_it_says_everything(self):
        said = text_of(SAMPLES["record"])
        for part in (
            "BIÊN BẢN",
            "Kiểm tra công vụ tại UBND phường Hoàn Kiếm",
            "Quyết định số 05/QĐ-SNV ngày 05 tháng 02 năm 2026",
            "08 giờ 30 phút, ngày 09 tháng 02 năm 2026",
            "Vũ Thu Hương, Phó Giám đốc Sở Nội vụ - Trưởng đoàn",
            "Lý Thị Mai, Phó Chủ tịch",
            "Người đứng đầu vắng mặt; lý do",
            "Người chứng kiến",
            "20 trên tổng số 112 hồ sơ",
            "Thiếu chữ",
            "Hồ sơ trình của 20 hồ sơ được chọn",
            "mã kiểm tra SHA-256",
            "Tồn tại, thiếu sót",
            "nhất trí một phần với nội dung biên bản",
            "Riêng hồ sơ thứ 2 phải chờ ý kiến của Sở Xây dựng ...",
            "Kiến nghị về trách nhiệm",
            "kết thúc vào hồi 16 giờ 45 phút",
            "05 trang",
            "03 bản",
            "đã được đọc lại",
            "UBND phường giữ 01 bản",
            "ĐẠI DIỆN ĐƠN VỊ",
            "NGƯỜI GHI BIÊN BẢN",
            "TRƯỞNG ĐOÀN",
            "Thời điểm trích xuất: 08 giờ 15 phút",
        ):
            assert part in said, part

    def test_an_unannounced_one_says_so(self):
        layout = forms.inspection_record(replace(RECORD, unannounced=True))
        assert layout.abstract == "Kiểm tra công vụ đột xuất tại UBND phường Hoàn Kiếm"

    def test_nothing_found_is_said(self):
        said = text_of(forms.inspection_record(replace(RECORD, findings=())))
        assert "Không phát hiện thời hạn nào bị chậm" in said

    def test_the_inspected_side_may_say_nothing(self):
        silent = replace(RECORD, opinion=None, no_opinion="Hết thời hạn mà không có ý kiến")
        assert "Hết thời hạn mà không có ý kiến." in text_of(forms.inspection_record(silent))

    def test_many_findings_go_to_an_annex(self):
        layout = forms.inspection_record(replace(RECORD, findings=limits(11)))
        assert not any(isinstance(block, Table) for block in layout.body)
        assert layout.annexes[0].landscape and len(layout.annexes[0].blocks[0].rows) == 11

    def test_a_correction_names_the_record_it_corrects(self):
        said = text_of(forms.inspection_record(replace(RECORD, corrects="03/BB-ĐKT")))
        assert "đính chính Biên bản số 03/BB-ĐKT" in said


class TestLatenessRecord:
    def test_it_names_the_head_for_the_days_in_post_only(self):
        said = text_of(SAMPLES["lateness"])
        assert "từ ngày 01/07/2025 đến ngày 31/01/2026" in said
        assert "chỉ ghi các thời hạn quá hạn trong khoảng thời gian này" in said

    def test_the_explanation_stands_in_the_heads_own_words(self):
        layout = SAMPLES["lateness"]
        assert any(isinstance(one, Words) and one.text == ASKED.answer for one in layout.body)

    def test_silence_is_said_only_when_it_was_recorded(self):
        silence = "không nhận được giải trình"
        asked = replace(ASKED, answered_on=None, answer="", circumstances="")
        assert silence not in text_of(forms.lateness_record(replace(LATENESS, asked=asked)))
        said = replace(LATENESS, asked=replace(asked, silent=True))
        assert silence in text_of(forms.lateness_record(said))


class TestDecision:
    def test_thanh_tra_is_not_called_kiem_tra(self):
        said = text_of(forms.decision(replace(DECISION, way="thanh tra", unannounced=False)))
        assert "Đoàn thanh tra công vụ" in said and "kiểm tra" not in said.casefold()

    def test_it_lists_the_team_with_their_parts(self):
        assert "- Ông (bà) Trần Thị Hoa, Chuyên viên Sở Nội vụ - Thư ký;" in text_of(
            SAMPLES["decision"]
        )


class TestPlan:
    def test_without_themes_the_table_has_no_column_for_them(self):
        def titles(said):
            [table] = [one for one in forms.plan(said).body if isinstance(one, Table)]
            assert all(len(row) == len(table.columns) for row in table.rows)
            return [column.title for column in table.columns]

        bare = replace(PLAN, visits=[replace(one, theme="") for one in PLAN.visits])
        assert "Chuyên đề" not in titles(bare) and "Căn cứ lựa chọn" in titles(bare)
        themed = replace(PLAN, visits=[replace(one, theme="Thu ngân sách") for one in PLAN.visits])
        assert "Chuyên đề" in titles(themed)


class TestLetters:
    def test_one_late_limit_is_told_in_sentences_many_in_a_table(self):
        one = forms.reminder_letter(replace(REMINDER, limits=limits(1)))
        assert not any(isinstance(block, Table) for block in one.body) and not one.annexes
        said = text_of(one)
        assert "chậm 05 ngày làm việc, đã được nhắc 01 lần" in said
        few = forms.reminder_letter(replace(REMINDER, limits=limits(4)))
        assert any(isinstance(block, Table) for block in few.body)

    def test_the_request_gives_a_date_and_says_what_silence_means(self):
        said = text_of(forms.explanation_request(EXPLANATION))
        assert "trước khi hết ngày 09/02/2026 (02 ngày làm việc)" in said
        assert "ghi nhận việc không giải trình" in said

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("approve", "Chấp thuận đề xuất"),
            ("amend", "Chấp thuận có điều chỉnh đề xuất"),
            ("refuse", "Không chấp thuận đề xuất"),
        ],
    )
    def test_the_leader_approves_amends_or_refuses(self, kind, words):
        outcome = "" if kind == "refuse" else "Phê bình"
        said = text_of(forms.leader_decision(replace(VERDICT, kind=kind, outcome=outcome)))
        assert words in said and "Đơn vị đã khắc phục" in said
        assert ("Hình thức, biện pháp" in said) is (kind != "refuse")

    def test_the_apology_gives_reason_and_new_date(self):
        said = text_of(forms.apology_slip(APOLOGY))
        assert "xin lỗi" in said and "tra cứu bằng tay" in said
        assert "hẹn trả kết quả vào ngày 11/02/2026" in said


class TestSubmission:
    def test_the_sections_stand_in_their_order(self):
        said = text_of(SAMPLES["submission"])
        places = [
            said.index(one) for one in ("I. CĂN CỨ", "II. KẾT", "III. GIẢI", "IV. NHẬN", "V. ĐỀ")
        ]
        assert places == sorted(places)

    def test_what_is_asked_for_are_the_proposers_words(self):
        layout = forms.responsibility_submission(SUBMISSION)
        asked = [
            one for one in layout.body if isinstance(one, Words) and one.text == SUBMISSION.asked
        ]
        assert [one.whose for one in asked] == [SUBMISSION.signer.name]

    def test_net_and_gross_days_stand_side_by_side(self):
        said = text_of(SAMPLES["submission"])
        assert "7 (9)" in said and "chưa trừ thời gian gia hạn, tạm dừng" in said
