"""From the leader's overdue list to a decided proposal and an accepted remedy, as people press it.

Every paper on the way is printed as PDF and DOCX from the page on which its reader finds it, and
measured against the paper rules of Nghị định 30/2020 (margins, sizes). ``PAPERS_DIR`` keeps them.
"""

import os
import shutil
from pathlib import Path

import pytest

from inspections.models import Proposal, Recommendation, Record
from tests.browser.desk import PDF, vi
from tests.documents.measuring import Printed
from tests.inspections.duty.story import Duty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BASE = "/kiem-tra/trach-nhiem"
#: Margins of Nghị định 30/2020, Phụ lục I, in mm: left 30 to 35, right 15 to 20, top 20 to 25.
LEFT, RIGHT, TOP = (30, 35), (210 - 20, 210 - 15), (20, 25)


def papers_of(desk, folder: Path) -> list[Path]:
    """Every paper that the page offers, downloaded by its links."""
    kept = []
    links = desk.page.locator("main a[href*='/van-ban/']")
    addresses = sorted({link.get_attribute("href") for link in links.all()})
    assert addresses, desk.page.url
    for address in addresses:
        answer = desk.page.request.get(address)
        assert answer.ok, address
        kind = "docx" if "docx" in address else "pdf"
        file = folder / f"{len(list(folder.iterdir())):02}.{kind}"
        file.write_bytes(answer.body())
        kept.append(file)
    return kept


def measured(file: Path) -> None:
    """The lines of a printed paper stand within the margins of the decree."""
    data = file.read_bytes()
    if file.suffix == ".docx":
        assert data.startswith(b"PK")
        return
    printed = Printed(data)
    lines = printed.lines
    assert LEFT[0] - 0.5 <= min(line.left for line in lines) <= LEFT[1], file
    assert max(line.right for line in lines) <= RIGHT[1] + 0.5, file
    assert min(line.top for line in lines if line.page == 1) >= TOP[0] - 0.5, file
    sizes = {size for line in lines for size in line.sizes}
    assert min(sizes) >= 10 and max(sizes) <= 15, (file, sizes)
    assert any("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in line.text for line in lines), file


def test_from_the_overdue_list_to_an_accepted_remedy(world, desk, tmp_path):
    told = Duty.build(world)
    minh, hoa, hung = desk("minh", phone=True), desk("hoa"), desk("hung")
    dung, yen = desk("dung"), desk("yen")
    papers: list[Path] = []

    minh.look("/tong-quan/")
    minh.page.locator("main a[href*='tinh-trang=qua-han']").first.click()
    minh.check()
    minh.sees(world.ward.name, "HS2026-")

    hoa.look(f"/thoi-han/?tinh-trang=qua-han&don-vi={world.ward.pk}")
    hoa.follow(vi("Draw up a record"))
    hoa.page.locator("main form[method=post] button[type=submit]").last.click()
    hoa.page.wait_for_url(lambda url: "lap-bien-ban" not in url)
    hoa.check()
    record = Record.objects.get(head=world.hung)
    assert Record.objects.get(head=told.yen).findings.count() == 1
    on = f"{BASE}/bien-ban/{record.public_id}/"

    hoa.look(on, sees=world.hung.full_name)
    hoa.do(f"{on}yeu-cau-giai-trinh/", text="Nêu rõ nguyên nhân từng hồ sơ.", last_day="02/12/2026")
    papers += papers_of(hoa, tmp_path)

    hung.look(f"{BASE}/cua-toi/", sees="02/12/2026")
    hung.do(
        f"{on}giai-trinh/",
        text="Phường thiếu cán bộ địa chính trong tháng 10.",
        cause="subjective",
        exemption="none",
    )
    hoa.look(on, sees="Phường thiếu cán bộ địa chính")
    hoa.do(f"{on}nhan-xet/", shortcomings="Chậm 02 hồ sơ.", causes="Phân công chưa rõ.")
    hoa.do(f"{on}hoan-thanh/")
    papers += papers_of(hoa, tmp_path)

    dung.look(on)
    dung.do(
        f"{on}ket-luan/",
        text="Phường để chậm 02 hồ sơ.",
        what_1="Phân công rõ người, rõ việc.",
        who_1=world.ward.name,
        until_1="10/12/2026",
    )
    papers += papers_of(dung, tmp_path)
    hoa.do(
        f"{on}de-xuat/",
        person_class="elected",
        assessment="Chưa đôn đốc đủ mức.",
        asked="Đề nghị xem xét, nhắc nhở.",
    )
    proposal = Proposal.objects.get()
    about = f"{BASE}/de-xuat/{proposal.public_id}/"
    hoa.do(f"{about}trinh-giam-doc/")
    dung.do(f"{about}trinh-thanh-pho/")
    papers += papers_of(dung, tmp_path)

    minh.look(f"{BASE}/de-xuat/", sees=world.hung.full_name)
    minh.do(f"{about}quyet-dinh/", kind="approve", outcome="admonition", reason="Mức độ nhẹ.")
    papers += papers_of(minh, tmp_path)
    hung.look(about, sees="Mức độ nhẹ.")

    remedy = f"{BASE}/kien-nghi/{Recommendation.objects.get().public_id}/"
    yen.look(remedy, sees="Phân công rõ người, rõ việc.")
    yen.look(f"{remedy}bao-cao/")
    yen.enter("text", "Đã ban hành bảng phân công.")
    yen.page.locator("main form input[type=file]").first.set_input_files({"name": "a.pdf", **PDF})
    yen.press(vi("Send the report"))
    hoa.do(f"{remedy}danh-gia/", verdict="accepted")
    assert Recommendation.objects.get().state == "done"
    dung.look(f"{BASE}/")

    assert len({file.suffix for file in papers}) == 2
    for file in papers:
        measured(file)
    if kept := os.environ.get("PAPERS_DIR"):
        for file in tmp_path.iterdir():
            shutil.copy(file, kept)
