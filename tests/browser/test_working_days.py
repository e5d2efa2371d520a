"""A working day of each role in a real Chromium: what it finds, does and is told.

Every page on the way is looked at by axe, fits a phone without sideways scrolling, and breaks no
rule of the content security policy.
"""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from dossiers.models import Dossier, Task
from dossiers.states import State
from tests.browser.desk import PDF, vi
from tests.world import World, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHEET = (
    "Số, ký hiệu tờ trình;Ngày tờ trình;Trích yếu\n77/TTr-UBND;20/11/2026;Sửa chữa nhà văn hóa\n"
)


def page_of(dossier: Dossier, act: str = "") -> str:
    return f"/ho-so/{dossier.code}/{act}"


def state_of(dossier: Dossier) -> str:
    return Dossier.objects.get(pk=dossier.pk).state


def colleague(world: World, username: str, role: Role, agency: str, post: str) -> User:
    return person(username, f"Người {username}", role, getattr(world, agency), post)


def test_a_clerk_logs_mends_imports_and_submits(world, desk):
    returned = world.returned(letter_ref="45/TTr-UBND")
    lan = desk("lan")
    lan.look("/ho-so/viec-cua-toi/", sees=returned.code)
    lan.do(page_of(returned, "trinh-lai/"))
    assert state_of(returned) == State.SUBMITTED

    page = lan.look("/ho-so/moi/")
    page.fill("[name=letter_ref]", "123/TTr-UBND")
    page.fill("[name=letter_on]", "hôm nay")
    page.fill("[name=matter]", "Mở rộng trường mầm non")
    page.click("[name=viec][value=nhap]")
    page.wait_for_url("**/ho-so/HS2026-*/")
    draft = Dossier.objects.get(letter_ref="123/TTr-UBND")
    page = lan.look(page_of(draft, "trinh/"))
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("ký")  # the gate says what is missing
    assert state_of(draft) == State.DRAFTING

    page = lan.look("/ho-so/nhap/")
    page.set_input_files(
        "main form input[type=file]",
        {"name": "so-theo-doi.csv", "mimeType": "text/csv", "buffer": SHEET.encode()},
    )
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/ho-so/nhap/*-*/")
    expect(page.locator("main")).to_contain_text("77/TTr-UBND")
    lan.check()
    lan.look("/ho-so/?q=mam+non", sees="Mở rộng trường mầm non")
    with lan.page.expect_download() as download:
        lan.page.click("main button[name=dang][value=csv]")
    assert download.value.suggested_filename.endswith(".csv")


def test_an_officer_prepares_the_report(world, desk):
    colleague(world, "binh", Role.AGENCY_OFFICER, "ward", "Chuyên viên")
    dossier = world.directed().dossier
    binh = desk("binh")
    binh.look("/ho-so/viec-cua-toi/", sees=dossier.code)
    page = binh.look(page_of(dossier, "bao-cao/"), sees="27/11/2026")
    page.fill("[name=text]", "Căn cứ là Luật Quy hoạch đô thị.")
    page.click("[name=viec][value=nhap]")
    page.wait_for_url(f"**{page_of(dossier)}")
    binh.check()
    assert dossier.directions.get().report.sent_at is None
    binh.look("/tinh-han/")
    binh.look("/lich/")
    binh.look("/ho-so/dang-giu/")


def test_a_head_assigns_asks_and_answers(world, desk):
    clerk = world.lan
    dossier = world.directed().dossier
    hung = desk("hung")
    hung.look("/ho-so/viec-cua-toi/", sees=dossier.code)
    hung.do(page_of(dossier, "phan-cong/"), officer=str(clerk.pk))
    hung.do(
        page_of(dossier, "gia-han/"),
        wanted_on="01/12/2026",
        reason_class="opinions",
        reason="Chờ ý kiến của hai cơ quan.",
    )
    page = hung.look(page_of(dossier, "bao-cao/"))
    page.fill("[name=ref]", "46/BC-UBND")
    page.fill("[name=stated_on]", "25/11/2026")
    page.fill("[name=text]", "Căn cứ là Luật Quy hoạch đô thị.")
    page.set_input_files("[name=report_files]", {"name": "Báo cáo 46.pdf", **PDF})
    page.click("[name=viec][value=gui]")
    page.wait_for_url(f"**{page_of(dossier)}")
    hung.check()
    assert dossier.directions.get().report.sent_by == world.hung
    other = world.consulted(letter_ref="9/TTr-UBND")
    colleague(world, "yen", Role.AGENCY_HEAD, "other_ward", "Chủ tịch UBND phường")
    desk("yen").do(page_of(other, "y-kien/"), position="agrees", text="Thống nhất.")
    hung.do(page_of(world.submitted(letter_ref="10/TTr-UBND"), "rut/"), reason="Rà soát lại.")


def test_an_office_clerk_receives_returns_files_and_closes(world, desk):
    first = world.submitted(letter_ref="1/TTr-UBND")
    second = world.submitted(letter_ref="2/TTr-UBND")
    concluded = world.concluded()
    phuc = desk("phuc")
    phuc.look("/ho-so/", sees=first.code)
    phuc.do(page_of(first, "tiep-nhan/"))
    phuc.do(page_of(second, "tra-lai/"), reason="composition", text="Thiếu bản vẽ.")
    phuc.do(page_of(concluded, "du-thao/"), {"draft_version_file": "Dự thảo 1.pdf"})
    phuc.do(
        page_of(concluded, "phat-hanh/"),
        {"notice_file": "Thông báo 99.pdf"},
        ref="99/TB-UBND",
        issued_on="25/11/2026",
    )
    phuc.do(page_of(concluded, "ket-thuc/"))
    assert [state_of(one) for one in (first, second, concluded)] == [
        State.UNDER_VERIFICATION, State.FORM_RETURNED, State.CLOSED,
    ]  # fmt: skip


def test_an_office_officer_consults_and_puts_to_the_leader(world, desk):
    colleague(world, "quan", Role.OFFICE_OFFICER, "office", "Chuyên viên")
    dossier, ready = world.received(), world.received(letter_ref="2/TTr-UBND")
    quan = desk("quan")
    quan.look("/ho-so/viec-cua-toi/")
    quan.do(
        page_of(dossier, "lay-y-kien/"),
        question="Đề nghị cho ý kiến về phương án.",
        agencies=str(world.other_ward.pk),
    )
    quan.do(
        page_of(ready, "trinh-lanh-dao/"),
        summary="Hồ sơ đủ thành phần.",
        proposal="Trình lãnh đạo xem xét.",
    )
    assert [state_of(dossier), state_of(ready)] == [State.CONSULTING, State.WITH_LEADER]
    quan.look("/ho-so/lau-chua-thao-tac/")
    quan.look("/ho-so/thu-tu-bat-thuong/")


def test_the_chief_decides_a_withdrawal_proposes_and_gives_a_task(world, desk):
    asked = world.directed(letter_ref="3/TTr-UBND").dossier
    leaving = world.submitted(letter_ref="4/TTr-UBND")
    desk("hung").do(page_of(leaving, "rut/"), reason="Rà soát lại.")
    thu = desk("thu")
    thu.look("/tong-quan/")
    thu.do(page_of(leaving, "rut/quyet-dinh/"), decision="agree")
    assert state_of(leaving) == State.WITHDRAWN
    thu.do(
        page_of(asked, "dieu-chinh/"),
        kind="correction",
        wanted_on="30/11/2026",
        reason_class="error",
        reason="Ghi nhầm ngày nhận.",
    )
    thu.look("/thoi-han/de-nghi/", sees=asked.code)
    thu.look("/nhiem-vu/")
    thu.look("/thoi-han/")


def test_a_leader_decides_on_the_phone_and_at_the_desk(world, desk):
    put = world.put(letter_ref="5/TTr-UBND")
    for_meeting = world.put(letter_ref="6/TTr-UBND")
    no = world.put(letter_ref="7/TTr-UBND")
    answered = world.reported().dossier
    minh = desk("minh")
    minh.look("/tong-quan/", sees=vi("Overdue now"))
    minh.look("/ho-so/viec-cua-toi/", sees=put.code)
    minh.do(page_of(put, "chi-dao/"), kind="explain", text="Giải trình căn cứ pháp lý.")
    minh.do(page_of(for_meeting, "hop/"), planned_at="14:00 27/11/2026", place="Phòng họp số 2")
    minh.do(page_of(no, "khong-chap-thuan/"), text="Chưa đủ căn cứ.")
    minh.do(page_of(answered, "ket-luan/"), text="Đồng ý chủ trương.")
    assert [state_of(one) for one in (put, for_meeting, no, answered)] == [
        State.EXPLANATION_DUE, State.MEETING_SCHEDULED, State.REJECTED, State.OFFICE_DRAFTING,
    ]  # fmt: skip
    page = minh.look(f"/nhiem-vu/giao/{answered.code}/")
    page.locator("main form [name$=text]").first.fill("Hoàn thiện phương án, công khai tại trụ sở")
    page.locator("main form [name$=product]").first.fill("Phương án được công khai")
    page.locator("main form [name$=lead]").first.fill(world.ward.name)
    page.locator("main form [name$=working_days]").first.fill("5")
    page.click("[name=viec][value=giao]")
    expect(page.locator("#messages .message--success")).to_be_visible()
    minh.check()
    assert Task.objects.get().lead == world.ward
    assert date(2026, 12, 2) == Task.objects.get().time_limit.due_on
