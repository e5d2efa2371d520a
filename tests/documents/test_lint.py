"""Each fault of layout and wording is named before issue; a paper without one passes."""

import unicodedata
from dataclasses import replace
from datetime import date

import pytest

from documents import forms
from documents.layout import Annex, Column, Heading, Items, Paragraph, Signature, Table, Words
from documents.lint import DISCIPLINE, FORBIDDEN, faults
from tests.documents.papers import AGENCY, SAMPLES, VERDICT

pytestmark = pytest.mark.once


def codes(**changes) -> list[str]:
    return [fault.code for fault in faults(replace(SAMPLES["notice"], **changes))]


def said(text: str) -> list[str]:
    return codes(body=(Paragraph(text=text),))


@pytest.mark.parametrize("name", SAMPLES)
def test_our_own_forms_have_no_fault(name):
    assert faults(SAMPLES[name]) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_nor_before_number_and_day_are_given(name):
    assert faults(replace(SAMPLES[name], number=None, day=None)) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Theo Quyết định số 5/QĐ-SNV", "number_zero"),
        ("Số: 9/TTr-SNV", "number_zero"),
        ("ngày 5 tháng 10 năm 2026", "day_zero"),
        ("ngày 5/10/2026", "day_zero"),
        ("đã họp 5/10/2026", "day_zero"),
        ("hết ngày 25 tháng 2 năm 2026", "month_zero"),
        ("trong tháng 1 năm 2026", "month_zero"),
        ("ngày 25/2/2026", "month_zero"),
        ("Nội dung: …", "placeholder"),
        ("Nội dung: ......", "placeholder"),
        ("Đơn vị [...] báo cáo", "placeholder"),
        ("Đơn vị {{ agency }} báo cáo", "placeholder"),
        ("Họ tên: ______", "placeholder"),
        ("Nội dung: [ ]", "placeholder"),
        ("Đơn vị <<agency>", "placeholder"),
        ("Đơn vị agency>> báo cáo", "placeholder"),
        ("Đơn vị {% if %", "placeholder"),
        ("Đơn vị agency }} báo cáo", "placeholder"),
        ("ông Nguyễn Văn XXXX", "placeholder"),
        ("ông ThS. Nguyễn Văn A", "title"),
        ("bà TS. Trần Thị B", "title"),
        ("Tiến sĩ Trần Thị B", "title"),
        ("Độc lập-Tự do-Hạnh phúc", "motto"),
        ("Độc lập – Tự do – Hạnh phúc", "motto"),
        ("**Kính gửi:** Sở Nội vụ", "bold_to"),
        (f"lập {FORBIDDEN.upper()} đối với đơn vị", "violation_record"),
        ("Bie\u0302n ba\u0309n vi pha\u0323m ha\u0300nh chi\u0301nh", "violation_record"),
    ],
)
def test_a_fault_of_wording(text, code):
    assert said(text) == [code]


@pytest.mark.parametrize("form", DISCIPLINE)
def test_no_form_of_discipline_stands_in_the_words_of_the_software(form):
    assert said(f"Đề nghị {form} người đứng đầu.") == ["discipline"]
    spoken = Words(text=f"Đề nghị {form}.", whose="Giám đốc")
    assert codes(body=(spoken,)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Số: 05/TTr-SNV",
        "Quyết định số 51/2024/QĐ-UBND",
        "ngày 05 tháng 02 năm 2026",
        "ngày 15 tháng 3 năm 2026",
        "trong 5 ngày làm việc",
        "mỗi tháng 1 lần",
        "hồ sơ mã số H26.103.25.7-250908-0112",
        "kính trình xem xét, quyết định./.",
        "Độc lập - Tự do - Hạnh phúc",
        "ngày 25/12/2026",
        "biên bản kiểm tra về vi phạm thời hạn",
        "kỷ luật, kỷ cương hành chính",
    ],
)
def test_what_is_right_passes(text):
    assert said(text) == []


@pytest.mark.parametrize("place", ["Hà Nội, Long Biên", "Hà Nội - Long Biên", "Hà Nội/Sóc Sơn"])
def test_two_places_beside_the_date(place):
    assert codes(place=place) == ["places"]


def test_parts_that_are_missing():
    assert codes(abstract=" ") == ["abstract"]
    assert codes(to=()) == ["to"]
    assert codes(body=()) == ["body"]
    assert codes(issuer="") == ["issuer"]
    assert codes(signatures=(Signature(post="Giám đốc"),)) == ["signer"]
    refused = Signature(post="Trưởng đoàn", name="Lan", refused="không nhất trí")
    assert codes(signatures=(refused,)) == ["witness"]


def test_legal_bases_end_with_semicolons_and_a_full_stop():
    assert codes(bases=("Căn cứ Luật A;", "Căn cứ Luật B.")) == []
    assert codes(bases=("Căn cứ Luật A", "Căn cứ Luật B")) == []  # the printer puts the marks
    assert codes(bases=("Căn cứ Luật A,", "Căn cứ Luật B")) == ["basis_mark"]
    assert codes(bases=("Căn cứ Luật A.", "Căn cứ Luật B")) == ["basis_mark"]
    assert codes(bases=("Căn cứ Luật A", "Căn cứ Luật B;")) == ["basis_mark"]


EMPTY = "để trống …"


@pytest.mark.parametrize(
    "changes",
    [
        {"abstract": EMPTY}, {"authority": EMPTY}, {"governing": EMPTY}, {"issuer": EMPTY},
        {"bases": (EMPTY,)}, {"to": (EMPTY,)}, {"copies": (EMPTY,)},
        {"signatures": (Signature(post=EMPTY, name="Lan"),)},
        {"signatures": (Signature(post="Giám đốc", name="Lan", body=EMPTY),)},
        {"signatures": (Signature(post="Giám đốc", name=EMPTY),)},
        {"body": (Heading(text=EMPTY),)},
        {"body": (Paragraph(text="Nội dung.", lead=EMPTY),)},
        {"body": (Items(items=("Một;", EMPTY)),)},
        {"body": (Table(columns=(Column(title=EMPTY),), rows=(("một",),)),)},
        {"body": (Table(columns=(Column(title="A"),), rows=(("một",),), caption=EMPTY),)},
        {"body": (Table(columns=(Column(title="A"),), rows=(("một",),), note=EMPTY),)},
        {"body": (Table(columns=(Column(title="A"),), rows=(("một",),), total=(EMPTY,)),)},
        {"annexes": (Annex(title=EMPTY, blocks=(Paragraph(text="Một."),)),)},
        {"annexes": (Annex(title="Danh sách", blocks=(Paragraph(text=EMPTY),)),)},
    ],
)  # fmt: skip
def test_every_place_of_the_paper_is_read(changes):
    assert codes(**changes) == ["placeholder"]


def test_a_form_of_discipline_is_found_in_capitals_and_taken_apart_letters():
    assert said("ĐỀ NGHỊ CÁCH CHỨC") == ["discipline"]
    assert said(unicodedata.normalize("NFD", "Đề nghị cách chức")) == ["discipline"]


def test_copied_words_are_not_judged_but_our_own_cells_are():
    def table(words):
        return (Table(columns=(Column(title="Nội dung", words=words),), rows=(("chờ …",),)),)

    assert codes(body=table(words=True)) == []
    assert codes(body=table(words=False)) == ["placeholder"]


def test_a_leader_may_name_a_form_the_software_may_not():
    decided = replace(VERDICT, outcome="Khiển trách", reason="Chậm kéo dài … nhiều lần.")
    assert faults(forms.leader_decision(decided)) == []


def test_faults_that_stop_the_issue_come_first_with_the_words_they_are_about():
    text = f"Ngày 5/10/2026 đã họp. Việc họp ngày 5/10/2026 tại {AGENCY} [...]."
    found = faults(replace(SAMPLES["notice"], body=(Paragraph(text=text),)))
    assert [(one.code, one.blocking) for one in found][0] == ("placeholder", True)
    assert "[...]" in found[0].found and found[0].sentence


def test_advice_comes_after_what_stops_wherever_it_stands():
    body = (Paragraph(text="ông ThS. Lan"), Paragraph(text="Nội dung: …"))
    found = faults(replace(SAMPLES["notice"], body=body))
    assert [one.code for one in found] == ["placeholder", "title"]


def test_a_date_far_in_the_year_needs_no_zero():
    assert faults(replace(SAMPLES["notice"], day=date(2026, 11, 25))) == []


def test_what_a_sentence_says_of_a_fault():
    (fault,) = faults(replace(SAMPLES["notice"], body=(Paragraph(text="Nội dung: …"),)))
    assert fault.text.endswith("“Nội dung: …”.")
    (fault,) = faults(replace(SAMPLES["notice"], body=()))
    assert fault.text == fault.sentence


def test_names_of_files_are_copied_words():
    listed = Items(items=("bao_cao___cuoi...pdf",))
    assert codes(body=(listed,)) == ["placeholder"]
    assert codes(body=(replace(listed, words=True),)) == []


def test_a_draft_has_places_to_sign():
    unsigned = (Signature(post="Trưởng đoàn"),)
    assert codes(signatures=unsigned, draft=True) == []


def test_what_stops_an_issue_and_what_is_advice():
    stops = {
        code: fault.blocking
        for code, text in (
            ("number_zero", "Theo Quyết định số 5/QĐ-SNV"),
            ("day_zero", "ngày 5 tháng 10 năm 2026"),
            ("month_zero", "trong tháng 2 năm 2026"),
            ("placeholder", "Nội dung: …"),
            ("title", "ông ThS. Nguyễn Văn A"),
            ("bold_to", "**Kính gửi:** Sở Nội vụ"),
        )
        for fault in faults(replace(SAMPLES["notice"], body=(Paragraph(text=text),)))
        if fault.code == code
    }
    assert stops == {
        "number_zero": True, "day_zero": True, "month_zero": True, "placeholder": True,
        "title": False, "bold_to": False,
    }  # fmt: skip
