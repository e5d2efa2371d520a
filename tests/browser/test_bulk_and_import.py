"""Many dossiers at once: chosen in a list, found through a filter of a colleague, brought in with a
list as clerks keep it, taken home as a file."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dossiers import transitions as verbs
from dossiers.models import Dossier, ImportSession
from dossiers.sheets.reading import read
from dossiers.states import State
from ledger.models import Event
from tests.browser.desk import Desk, vi, vi_counted
from tests.dossiers.sheets.files import xlsx_file
from tests.world import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLES = ("STT", "Cơ quan trình", "Số tờ trình", "Ngày tờ trình", "Trích yếu", "Độ khẩn")
WARD = "UBND phường Hoàn Kiếm"
ROWS = (
    (1, WARD, "1/TTr-UBND", date(2026, 11, 2), "Sửa chữa nhà văn hóa", "Khẩn"),
    (2, WARD, "2/TTr-UBND", "03/11/2026", "+84 là đầu số đường dây nóng", ""),
    (3, "UBND phường Hoàn Kiêmm", "3/TTr-UBND", "04/11/2026", "Chỉnh trang phố đi bộ", ""),
    (4, WARD, "4/TTr-UBND", "31/11/2026", "Mở rộng trường mầm non", "Thường"),
)


def kept_by_a_clerk(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with titles over merged cells, a total, a place to sign and a hidden sheet."""

    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.merge_range("A1:F1", "ỦY BAN NHÂN DÂN PHƯỜNG HOÀN KIẾM", book.add_format())
        sheet.merge_range("A2:F2", "SỔ THEO DÕI TỜ TRÌNH NĂM 2026", book.add_format())
        sheet.write_row(3, 0, TITLES)
        for at, row in enumerate(rows, start=4):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(at, place, value, day)
                else:
                    sheet.write(at, place, value)
        sheet.write_row(len(rows) + 4, 0, ["Tổng cộng", "", len(rows)])
        sheet.write(len(rows) + 6, 4, "NGƯỜI LẬP BIỂU")
        book.add_worksheet("Nháp").hide()

    return xlsx_file(fill)


def figures(desk: Desk) -> list[str]:
    """Rows to enter, with errors, here already."""
    return desk.page.locator(".import-figures .figure__value").all_inner_texts()


def send(desk: Desk, name: str, data: bytes) -> None:
    desk.look("/ho-so/nhap/")
    file = {"name": name, "mimeType": XLSX, "buffer": data}
    desk.field(vi("The list")).set_input_files(file)
    desk.press(vi("Read the list"))


def taken_home(desk: Desk, button: str, folder: Path) -> Path:
    return desk.download(desk.button(vi(button)), folder)


def test_a_dirty_list_is_seen_mended_entered_and_taken_home(world, desk, tmp_path):
    lan = desk("lan")
    send(lan, "So theo doi.xlsx", kept_by_a_clerk(ROWS))
    assert figures(lan) == ["2", "2", "0"]
    lan.sees("Tổng cộng", "D8", "31/11/2026", "UBND phường Hoàn Kiêmm")
    assert not Dossier.objects.exists()  # looking saves nothing
    lan.field("“UBND phường Hoàn Kiêmm”").select_option(str(world.ward.pk))
    lan.press(vi("Check again"))
    assert figures(lan) == ["3", "1", "0"]
    enter = vi_counted("Enter %(shown)s row", "Enter %(shown)s rows", 3, shown=3)
    lan.press(enter, refused=True)  # all or nothing, and one row is wrong
    lan.tick(vi("The good rows alone; the others come back in a file to mend"))
    lan.press(enter)
    lan.sees(vi("The good rows are entered. Mend the others and send them again."))
    assert figures(lan) == ["3", "1", "0"]
    link = lan.page.locator("main").get_by_role("link", name=vi("Download the rows to mend"))
    [wrong] = read(io.BytesIO(lan.download(link, tmp_path).read_bytes()), name="loi.xlsx").rows()
    assert wrong.cells["letter_ref"].value == "4/TTr-UBND"
    assert "31/11/2026" in wrong.values[-1]

    mended = [*ROWS[:2], (3, WARD, *ROWS[2][2:]), (*ROWS[3][:3], "30/10/2026", *ROWS[3][4:])]
    send(lan, "So theo doi (sua).xlsx", kept_by_a_clerk(mended))
    assert figures(lan) == ["1", "0", "3"]
    lan.press(vi_counted("Enter %(shown)s row", "Enter %(shown)s rows", 1, shown=1))
    lan.sees(vi("The whole list is entered."))
    send(lan, "So theo doi (sua).xlsx", kept_by_a_clerk(mended))
    lan.sees(vi("Every row of this list is here already. Nothing changes; there is nothing to "
                "enter."))  # fmt: skip
    assert figures(lan) == ["0", "0", "4"]
    assert ImportSession.objects.count() == 3
    assert list(Dossier.objects.values_list("state", flat=True)) == [State.DRAFTING] * 4

    lan.look("/ho-so/")
    book = taken_home(lan, "Excel file", tmp_path)
    assert book.name == "ho-so-2026-11-25.xlsx"
    rows = list(read(io.BytesIO(book.read_bytes()), name=book.name).rows())
    assert {row.cells["matter"].value for row in rows} == {row[4] for row in ROWS}
    assert rows[-1].cells["letter_on"].value == date(2026, 11, 2)
    table = taken_home(lan, "CSV file", tmp_path).read_text("utf-8-sig")
    _head, *lines = csv.reader(io.StringIO(table), delimiter=";")
    assert sorted(line[2] for line in lines) == [row[2] for row in ROWS]
    assert "'+84 là đầu số đường dây nóng" in {line[4] for line in lines}  # no formula in Excel
    formats = Event.objects.filter(action="list_exported").order_by("pk")
    assert [event.after["format"] for event in formats] == ["xlsx", "csv"]


def test_the_office_receives_and_reminds_several_and_shares_the_filter(world, desk):
    first, second, third = (world.submitted(letter_ref=f"{n}/TTr-UBND") for n in (1, 2, 3))
    owed = world.directed(letter_ref="4/TTr-UBND").dossier
    phuc = desk("phuc")
    phuc.look("/ho-so/")
    with phuc.page.expect_response("**/ho-so/?**trang-thai=submitted**"):
        phuc.field(vi("State")).select_option(State.SUBMITTED)
    phuc.page.wait_for_url("**trang-thai=submitted**")
    phuc.check()
    phuc.follow(vi("Save the filter"))
    phuc.write(vi("Name of the filter"), "Chờ tiếp nhận")
    phuc.tick(vi("Everybody of my agency sees this filter"))
    phuc.press(vi("Save the filter"))
    phuc.is_told(vi("The filter is saved; it stands above the list."))
    phuc.sees(first.code, second.code, third.code)
    phuc.misses(owed.code)
    address = phuc.page.url

    thu = desk("thu")
    thu.look(address, sees=first.code)  # Phúc sent her the address
    thu.misses(owed.code)
    thu.look("/ho-so/", sees=owed.code)
    thu.follow(f"Chờ tiếp nhận ({world.phuc.full_name})")
    thu.misses(owed.code)

    verbs.receive(second, version=None, by=world.by(world.thu), now=NOW)  # while Phúc chooses
    phuc.field(vi("Choose all rows of this page")).check()
    phuc.press(vi("Receive those chosen"))
    phuc.sees(vi("Done: %(done)s. Not done: %(left)s.", done=2, left=1))
    expect(phuc.page.get_by_role("row").filter(has_text=second.code)).to_contain_text(
        vi("Not done.")
    )
    states = Dossier.objects.filter(pk__in=(first.pk, second.pk, third.pk))
    assert set(states.values_list("state", flat=True)) == {State.UNDER_VERIFICATION}

    phuc.look("/ho-so/")
    for dossier in (first, owed):
        phuc.field(vi("Choose %(code)s", code=dossier.code)).check()
    phuc.press(vi("Remind of those chosen"))
    phuc.sees(vi("Reminded."), vi("No time limit is running: there is nothing to remind of."))


def test_a_head_hands_several_dossiers_to_one_person(world, desk):
    chosen = [world.directed(letter_ref=f"{n}/TTr-UBND").dossier for n in (1, 2)]
    left = world.directed(letter_ref="3/TTr-UBND").dossier
    hung = desk("hung")
    hung.look("/ho-so/")
    for dossier in chosen:
        hung.field(vi("Choose %(code)s", code=dossier.code)).check()
    hung.press(vi("Assign those chosen"))
    hung.sees(*(dossier.code for dossier in chosen))
    hung.misses(left.code)
    hung.choose(vi("Person in charge"), str(world.lan.pk))
    hung.press(vi_counted("Assign %(counter)s dossier", "Assign %(counter)s dossiers", 2))
    hung.sees(vi("Done: %(done)s. Not done: %(left)s.", done=2, left=0))
    hung.follow(vi("Back to the list"))
    mine = Dossier.objects.filter(officer=world.lan)
    assert set(mine) == set(chosen)
    lan = desk("lan")
    lan.look(f"/ho-so/{chosen[0].code}/")
    lan.sees(vi("In charge at the agency"), world.lan.full_name)
