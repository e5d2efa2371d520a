"""How many queries each page asks, at one row and at twenty: a number here grows for a reason only.

Every page of a signed-in person asks for the session, the person and the posts of today, and its
frame for unread messages and the last sweep: five. The rest is the page's own.
"""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from deadlines.sweeping import flag_overdue
from dossiers import transitions as verbs
from tests.world import NOW

#: Page of the story → who opens it, its address, its queries.
PAGES = {
    "list of dossiers, clerk": ("lan", "/ho-so/", 11),
    "list of dossiers, City": ("minh", "/ho-so/", 11),
    "second page of the list": ("minh", "/ho-so/?sau=2026-12-31T00:00:00%2B00:00_1", 12),
    "search": ("minh", "/ho-so/?q=quy+hoach&don-vi=hoan+kiem&trang-thai=explanation_due", 13),
    "list, what ends first": ("minh", "/ho-so/?sap-xep=han", 11),
    "list, overdue": ("lan", "/ho-so/?han=qua-han", 11),
    "list, by agency": ("minh", "/ho-so/?sap-xep=don-vi", 12),
    "list, what waits longest": ("minh", "/ho-so/?sap-xep=lau", 11),
    "my work, clerk": ("lan", "/ho-so/viec-cua-toi/", 12),
    "my work, leader": ("minh", "/ho-so/viec-cua-toi/", 15),
    "my work, City Office": ("thu", "/ho-so/viec-cua-toi/", 15),
    "time limits, clerk": ("lan", "/thoi-han/", 10),
    "time limits, City": ("minh", "/thoi-han/?tinh-trang=qua-han", 11),
    "overview": ("minh", "/tong-quan/", 36),
    "overview, clerk": ("lan", "/tong-quan/", 34),
    "overview, last Monday": ("minh", "/tong-quan/?luc=2026-11-23T07:30", 45),
    "limits, last Monday": ("minh", "/thoi-han/?luc=2026-11-23T07:30", 16),
    "analysis, City": ("minh", "/phan-tich/", 7),
    "analysis, one agency": ("lan", "/phan-tich/", 8),
    "ranking of agencies": ("minh", "/phan-tich/don-vi/", 9),
    "agencies by month": ("minh", "/phan-tich/ban-do-nhiet/", 8),
    "how long overdue": ("minh", "/phan-tich/qua-han/", 8),
    "days taken": ("minh", "/phan-tich/so-ngay/?quy-tac=", 8),
    "quality": ("minh", "/phan-tich/chat-luong/", 13),
    "work on hand": ("minh", "/phan-tich/khoi-luong/", 9),
    "work on hand of one agency": ("hung", "/phan-tich/khoi-luong/", 9),
    "for the briefing": ("minh", "/giao-ban/", 11),
    "progress for the rating": ("minh", "/phan-tich/so-lieu/?ky=2026-10", 8),
    "evidence for the index": ("minh", "/phan-tich/so-lieu/?bang=cchc", 9),
    "agencies": ("lan", "/don-vi/", 7),
    "reorganisations": ("son", "/don-vi/to-chuc-lai/", 7),
    "whom to remind": ("minh", "/ho-so/don-doc/", 6),
    "people and posts": ("son", "/nguoi-dung/", 9),
    "proposed posts": ("thu", "/nguoi-dung/de-nghi/", 7),
    "inbox": ("hung", "/hop-thu/", 7),
    "operations": ("son", "/van-hanh/", 20),
    "self-check": ("an", "/van-hanh/tu-kiem-tra/", 6),
}


def test_lists_ask_the_same_questions_for_one_row_and_for_twenty(world, sign_in):
    browsers = {who: sign_in(getattr(world, who)) for who, _address, _expected in PAGES.values()}
    expected = {name: number for name, (_who, _address, number) in PAGES.items()}
    if connection.vendor == "postgresql":
        expected["operations"] += 1  # a server is asked for its clock

    def asked() -> dict[str, int]:
        return {name: queries(browsers[who], address) for name, (who, address, _n) in PAGES.items()}

    long_ago = NOW - timedelta(days=30)
    one_of_each(world, long_ago)
    assert asked() == expected
    for hour in range(19):
        one_of_each(world, long_ago + timedelta(hours=hour))
    assert asked() == expected


class TestDossierPage:
    """The page of a dossier asks the same whatever happened to the dossier."""

    def test_more_rounds_and_files_ask_no_more(self, world, sign_in):
        direction = world.reported(NOW - timedelta(days=20))
        dossier = direction.dossier
        browser = sign_in(world.minh)
        once = queries(browser, f"/ho-so/{dossier.code}/")
        for day in range(1, 15):
            at = NOW - timedelta(days=20 - day)
            again = verbs.direct_explanation(
                dossier,
                kind="explain",
                text="Giải trình thêm.",
                version=None,
                by=world.by(world.minh, at),
                now=at,
            )
            verbs.report_back(
                again,
                facts=verbs.ReportFacts(text="Đã giải trình."),
                files={"report": [world.staged(world.hung, f"bao-cao-{day}.pdf", at)]},
                version=None,
                by=world.by(world.hung, at),
                now=at,
            )
        assert queries(browser, f"/ho-so/{dossier.code}/") == once == 26

    def test_a_running_limit(self, world, sign_in):
        dossier = world.directed().dossier
        assert queries(sign_in(world.lan), f"/ho-so/{dossier.code}/") == 24

    def test_a_concluded_dossier(self, world, sign_in):
        dossier = world.concluded()
        assert queries(sign_in(world.phuc), f"/ho-so/{dossier.code}/") == 28


def one_of_each(world, at) -> None:
    """A dossier overdue at the agency and reminded of by every rung, and one that waits at each
    desk."""
    world.directed(at)
    flag_overdue(NOW)
    world.draft(at)
    world.submitted(at)
    world.reported(at)


def queries(browser, address: str) -> int:
    """The number of queries of one request, the sign of life of the session not among them."""
    browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)
