"""What the ladder says, to whom and about what: plain words, the day, the way to the page."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts import news
from accounts.models import Message
from deadlines.sweeping import flag_overdue
from tests.world import NOW, hanoi

pytestmark = pytest.mark.once

DUE = hanoi(2026, 11, 28)


def said(kind: str, rung: int = 0, levels: str = "", about: str = "HS2026-00001") -> news.Item:
    with translation.override("en"):
        return news.item(
            Message(
                pk=1, kind=kind, rung=rung, levels=levels, limit_code="x", due_at=DUE, about=about,
                title="Một việc", agency_name="UBND phường Hoàn Kiếm", created_at=NOW,
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "rung", "levels", "about", "words"),
    [
        ("due_soon", -1, "-1", "HS2026-00001", ["1 working day ahead", "dossier HS2026-00001"]),
        ("due_soon", -3, "-3", "HS2026-00001", ["3 working days ahead", "27/11/2026"]),
        ("due_soon", 0, "0", "NV2026-00001", ["on the last day", "task NV2026-00001"]),
        ("due_soon", 0, "0", "KN-1", ["what Home Affairs asked of UBND phường Hoàn Kiếm"]),
        ("due_soon", 0, "-1,0", "HS2026-00001", ["An earlier reminder could not be sent in time."]),
        ("overdue", 0, "breach", "HS2026-00001", ["passed its time limit", "without an answer."]),
        ("overdue", 0, "", "NV2026-00001", ["passed its time limit", "without a report."]),
        ("overdue", 0, "-1,0,breach", "HS2026-00001", ["before the end could not be sent"]),
        ("overdue", 0, "breach,1", "HS2026-00001", ["1 full working day has gone by since."]),
        ("escalated", 1, "1", "HS2026-00001", ["1 full working day has gone by since"]),
        ("escalated", 3, "3", "NV2026-00001", ["3 full working days have gone by since"]),
        ("escalated", 3, "1,3", "TN-1", ["asked of", "An earlier message about this"]),
    ],
)
def test_each_level_in_words(kind, rung, levels, about, words):
    item = said(kind, rung, levels, about)
    for word in words:
        assert word in item.sentence
    assert "%" not in item.sentence
    assert item.url.endswith(f"/{about}/")
    assert (item.tone == "overdue") is (kind != "due_soon")


def test_the_inbox_of_the_clerk_and_of_the_leader(world, sign_in):
    dossier = world.directed(NOW - timedelta(days=1)).dossier
    flag_overdue(hanoi(2026, 12, 4))
    for who, words in ((world.lan, "trước hạn"), (world.minh, "Đã qua trọn 3 ngày làm việc")):
        page = sign_in(who).get("/hop-thu/").content.decode()
        assert words in page
        assert dossier.code in page
