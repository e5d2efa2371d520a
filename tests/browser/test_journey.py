"""The true line: a clerk logs, a leader directs, the agency misses it, the sweep flags, the leader
sees it; and a clerk of another agency sees nothing of it."""

import pytest
from playwright.sync_api import expect

from deadlines import sweeping
from dossiers.models import Dossier
from tests.browser.conftest import enter
from tests.browser.desk import PDF, vi
from tests.world import NOW, hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FRIDAY_MIDNIGHT = hanoi(2026, 11, 28, 0, 0, 10)
ACTS = ("", "sua/", "trinh/", "tiep-nhan/", "trinh-lanh-dao/", "chi-dao/", "bao-cao/", "ket-luan/",
        "phat-hanh/", "ket-thuc/")  # fmt: skip


def overdue_number(page) -> int:
    """The first figure of the overview, as a leader reads it."""
    page.goto("/tong-quan/")
    tile = page.locator("a[href*='tinh-trang=qua-han']").first
    return int(page.locator(".figures .figure__value").first.inner_text().split()[0]), tile


def test_from_a_logged_submission_to_the_leaders_number(world, window, wall_clock):
    wall_clock(NOW)
    lan = window("lan")
    lan.goto("/ho-so/moi/")
    lan.fill("[name=letter_ref]", "123/TTr-UBND")
    lan.fill("[name=letter_on]", "hôm nay")
    lan.fill("[name=matter]", "Điều chỉnh quy hoạch chi tiết khu phố cổ")
    lan.fill("[name=signed_by]", world.hung.full_name)
    lan.fill("[name=signed_on]", "25/11")
    lan.fill("[name=initialled_by]", world.hung.full_name)
    lan.fill("[name=initialled_on]", "25/11/2026")
    lan.set_input_files("[name=letter_file]", {"name": "Tờ trình 123.pdf", **PDF})
    lan.set_input_files("[name=draft_file]", {"name": "Dự thảo.pdf", **PDF})
    lan.click("[name=viec][value=trinh]")
    lan.wait_for_url("**/ho-so/HS2026-*/")
    dossier = Dossier.objects.get()
    assert lan.url.endswith(f"/ho-so/{dossier.code}/")
    expect(lan.locator("h1")).to_contain_text("Điều chỉnh quy hoạch")

    minh = window("minh")
    before, _ = overdue_number(minh)
    minh.goto(f"/ho-so/{dossier.code}/chi-dao/")
    expect(minh.locator(".strip")).to_contain_text("27/11/2026")  # shown before it is sent
    minh.fill("[name=text]", "Giải trình căn cứ pháp lý của đề xuất.")
    minh.locator("main form").get_by_role("button").last.click()
    minh.wait_for_url(f"**/ho-so/{dossier.code}/")
    expect(minh.locator(".strip").first).to_contain_text("27/11/2026")

    wall_clock(FRIDAY_MIDNIGHT)
    assert sweeping.flag_overdue(FRIDAY_MIDNIGHT).flagged == 1

    minh.goto("/tong-quan/")
    enter(minh, "minh")  # the night ended the session
    after, tile = overdue_number(minh)
    assert after == before + 1
    tile.click()
    expect(minh.locator("main")).to_contain_text(dossier.code)
    minh.get_by_role("link", name=dossier.code).first.click()
    expect(minh.locator("main")).to_contain_text(vi("Overdue"))

    lan.goto("/hop-thu/")
    enter(lan, "lan")
    lan.goto("/hop-thu/")
    expect(lan.locator("main")).to_contain_text(dossier.code)

    tuan = window("tuan")
    for act in ACTS:
        assert tuan.goto(f"/ho-so/{dossier.code}/{act}").status == 404, act
        assert "quy hoạch" not in tuan.content()
    file = dossier.attachments.first()
    assert tuan.goto(f"/ho-so/tep/{file.public_id}/").status == 404
    tuan.goto("/ho-so/?q=quy+hoach")
    assert dossier.code not in tuan.content()
