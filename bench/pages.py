"""The other pages at size: morning page, limits, my work, whose hands, stagnation, orders, tasks.

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
    ("one dossier", "minh", "/ho-so/HS2026-10000011/"),
)


def run() -> None:
    """Print what each page takes."""
    with at_size():
        rows = [asking.measured(*subject) for subject in PAGES]
        print_table(f"lowest of {asking.ROUNDS} medians of one page", asking.COLUMNS, rows)
