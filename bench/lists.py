"""The list of dossiers at size: open, filter, search, sort, page deep, by a leader and a clerk.

The pages are asked in this process through Django's test client, against the database of
``bench.databases``. A row gives the time of the whole answer, of its SQL as the application waits
for it, and the number of queries; goals at 1,000,000 on PostgreSQL: 30 ms a page and 10 ms of SQL.
"""

from datetime import datetime, timedelta

from bench import asking, print_table
from bench.databases import at_size


def run() -> None:
    """Print what each page takes."""
    with at_size() as (count, now):
        rows = [asking.measured(*subject) for subject in _subjects(count, now)]
        print_table(f"lowest of {asking.ROUNDS} medians of one page", asking.COLUMNS, rows)


def _subjects(count: int, now: datetime) -> list[tuple[str, str, str]]:
    """Name of the page, who opens it, its address."""
    from agencies.models import Agency  # noqa: PLC0415  after django.setup()
    from bench.filling import SECONDS_APART  # noqa: PLC0415
    from dossiers.models import Dossier  # noqa: PLC0415

    middle = Dossier.objects.get(code=f"HS2026-{10000000 + count // 2}")
    deep = f"{middle.created_at.isoformat()}_{middle.pk}".replace("+", "%2B")
    ends = (now - timedelta(seconds=SECONDS_APART * count // 2)).isoformat().replace("+", "%2B")
    agency = Agency.objects.get(pk=middle.agency_id)
    asked = [
        ("open, City", "minh", ""),
        ("open, one ward", "lan", ""),
        ("filter: state", "minh", "trang-thai=with_leader"),
        ("filter: state, closed", "minh", "trang-thai=closed"),
        ("filter: urgency", "minh", "khan=urgent"),
        ("filter: kind", "minh", "loai=so"),
        ("filter: urgency, kind", "minh", "khan=express&loai=so"),
        ("filter: state, urgency, kind", "minh", "trang-thai=issued&khan=urgent&loai=xa"),
        ("filter: state, one ward", "lan", "trang-thai=closed"),
        ("filter: agency by words", "minh", "don-vi=hoan+kiem"),
        ("filter: overdue", "minh", "han=qua-han"),
        ("filter: overdue, state", "minh", "han=qua-han&trang-thai=office_drafting"),
        ("filter: overdue, kind", "minh", "han=qua-han&loai=so"),
        ("filter: overdue, agency", "minh", "han=qua-han&don-vi=hoan+kiem"),
        ("filter: overdue, one ward", "lan", "han=qua-han"),
        ("filter: overdue, newest", "minh", "han=qua-han&sap-xep=moi"),
        ("filter: due today", "minh", "han=hom-nay"),
        ("filter: due soon", "minh", "han=sap-den-han"),
        ("filter: a limit runs", "minh", "han=dang-chay"),
        ("search: one code", "minh", f"q={middle.code}"),
        ("search: one code, one ward", "lan", f"q={middle.code}"),
        ("search: number and symbol", "minh", "q=4711/TTr-UBND"),
        ("search: rare words", "minh", f"q=quy+hoach+{count // 2 - 3}"),
        ("search: common words", "minh", "q=quy+hoach"),
        ("search: common words, one ward", "lan", "q=quy+hoach"),
        ("search: nothing fits", "minh", "q=khong+co+gi"),
        ("search: half a word", "minh", "q=oach"),
        ("search: two letters", "minh", "q=ho"),
        ("search with state", "minh", "q=vanh+dai&trang-thai=closed"),
        ("search with overdue", "minh", "q=vanh+dai&han=qua-han"),
        ("sort: oldest", "minh", "sap-xep=cu"),
        ("sort: what ends first", "minh", "sap-xep=han"),
        ("sort: agency", "minh", "sap-xep=don-vi"),
        ("sort: waits longest", "minh", "sap-xep=lau"),
        ("sort: waits longest, one ward", "lan", "sap-xep=lau"),
        ("deep: newest", "minh", f"sau={deep}"),
        ("deep: newest, backwards", "minh", f"truoc={deep}"),
        ("deep: state", "minh", f"trang-thai=closed&sau={deep}"),
        ("deep: common words", "minh", f"q=quy+hoach&sau={deep}"),
        ("deep: what ends first", "minh", f"sap-xep=han&sau={ends}_1"),
        ("deep: agency", "minh", f"sap-xep=don-vi&sau={deep}_{agency.pk}"),
    ]
    return [(name, who, f"/ho-so/?{words}") for name, who, words in asked]
