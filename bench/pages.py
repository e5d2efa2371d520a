"""The other pages at size: morning page, analysis, limits, my work, hands, orders, tasks and more.

As in ``bench.lists``: lowest of some medians, through the test client, in this process.
"""

from bench import asking, print_table
from bench.databases import at_size

PAGES = (
    ("morning page, City", "minh", "/tong-quan/"),
    ("morning page, one ward", "hung", "/tong-quan/"),
    ("morning page, City Office's view of wards", "thu", "/tong-quan/?loai=phuong"),
    ("morning page, urgent ones", "minh", "/tong-quan/?khan=express"),
    ("morning page, as of Monday", "minh", "/tong-quan/?luc=2026-11-23T07:30"),
    ("time limits, overdue", "minh", "/thoi-han/?tinh-trang=qua-han"),
    ("time limits, newly overdue", "minh", "/thoi-han/?tinh-trang=moi-qua-han"),
    ("my work, clerk", "lan", "/ho-so/viec-cua-toi/"),
    ("my work, head", "hung", "/ho-so/viec-cua-toi/"),
    ("my work, leader", "minh", "/ho-so/viec-cua-toi/"),
    ("my work, City Office", "thu", "/ho-so/viec-cua-toi/"),
    ("who holds what, City", "minh", "/ho-so/dang-giu/"),
    ("who holds what, one desk", "minh", "/ho-so/dang-giu/?ban=office"),
    ("who holds what, one ward", "hung", "/ho-so/dang-giu/"),
    ("who holds what, page 20", "minh", "/ho-so/dang-giu/?trang=20"),
    ("untouched, City", "thu", "/ho-so/lau-chua-thao-tac/"),
    ("untouched, one ward", "hung", "/ho-so/lau-chua-thao-tac/"),
    ("impossible orders, City", "thu", "/ho-so/thu-tu-bat-thuong/"),
    ("impossible orders, all time", "thu", "/ho-so/thu-tu-bat-thuong/?ky=tat-ca"),
    ("impossible orders, one ward", "hung", "/ho-so/thu-tu-bat-thuong/"),
    ("impossible orders, agency", "thu", "/ho-so/thu-tu-bat-thuong/?don-vi=hoan+kiem"),
    ("tasks, City", "minh", "/nhiem-vu/?pham-vi=tat-ca"),
    ("tasks, one ward", "lan", "/nhiem-vu/"),
    ("tasks: overdue", "minh", "/nhiem-vu/?pham-vi=tat-ca&ket-qua=chua-xong-qua-han"),
    ("tasks: search", "minh", "/nhiem-vu/?pham-vi=tat-ca&q=nvhs2026"),
    ("analysis: 24 months", "minh", "/phan-tich/"),
    ("analysis: one kind of agency", "minh", "/phan-tich/?loai=phuong"),
    ("analysis: one ward", "hung", "/phan-tich/"),
    ("analysis: ranking, 12 months", "minh", "/phan-tich/don-vi/"),
    ("analysis: ranking, 24 months", "minh", "/phan-tich/don-vi/?thang=24"),
    ("analysis: agency by month", "minh", "/phan-tich/ban-do-nhiet/"),
    ("analysis: agency by 24 months", "minh", "/phan-tich/ban-do-nhiet/?thang=24"),
    ("analysis: how long overdue", "minh", "/phan-tich/qua-han/"),
    ("analysis: days taken", "minh", "/phan-tich/so-ngay/"),
    ("analysis: quality, 3 months", "minh", "/phan-tich/chat-luong/"),
    ("analysis: quality, 12 months", "minh", "/phan-tich/chat-luong/?thang=12"),
    ("analysis: work on hand, City", "minh", "/phan-tich/khoi-luong/"),
    ("analysis: work on hand, one ward", "hung", "/phan-tich/khoi-luong/"),
    ("analysis: progress of a month", "minh", "/phan-tich/so-lieu/"),
    ("analysis: evidence of a year", "minh", "/phan-tich/so-lieu/?bang=cchc"),
    ("one dossier", "minh", "/ho-so/HS2026-10000011/"),
)


def run() -> None:
    """Print what each page takes."""
    with at_size():
        rows = [asking.measured(*subject) for subject in PAGES]
        print_table(f"lowest of {asking.ROUNDS} medians of one page", asking.COLUMNS, rows)
