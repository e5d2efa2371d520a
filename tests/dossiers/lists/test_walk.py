"""A list leafed through from end to end, forwards and back, whatever is known of it beforehand.

How many rows are counted and how many are read before the index of words is asked are measures of
speed: no row may be lost, doubled or moved by them.
"""

import itertools
from datetime import timedelta

import pytest
from django.http import QueryDict

from agencies.text import search_key
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import listing, paging
from dossiers.models import Dossier
from dossiers.querysets import found_by
from ledger import recording
from tests.world import NOW

SIZE = 4
LISTS = (
    "",
    "sap-xep=cu",
    "sap-xep=han",
    "sap-xep=don-vi",
    "sap-xep=lau",
    "han=qua-han",
    "han=qua-han&sap-xep=moi",
    "q=quy+hoach",
    "q=quy+hoach&sap-xep=cu",
    "q=quy+hoach&sap-xep=lau",
    "q=quy+hoach&han=qua-han",
    "q=123/ttr-ubnd",
    "q=pho&trang-thai=explanation_due&khan=normal",
)


@pytest.fixture
def many(world) -> None:
    """Dossiers of two agencies in several states; some came at the same instant."""
    for n in range(9):
        at = NOW - timedelta(days=20, hours=n // 3)
        world.directed(at)
        world.submitted(at, matter=f"Cải tạo hồ số {n}")
    with recording.recorded(may_be_idle=True):
        some = Dossier.objects.order_by("pk").values_list("pk", flat=True)[::2]
        Dossier.objects.filter(pk__in=some).update(agency=world.other_ward)


@pytest.mark.parametrize(("counted", "looked_at"), [(3, 1), (7, 5), (1000, 20_000)])
def test_leafing_shows_every_row_once_in_order(world, many, monkeypatch, counted, looked_at):
    monkeypatch.setattr(paging, "COUNT_UP_TO", counted)
    monkeypatch.setattr(paging, "LOOKED_AT", looked_at)
    for asked in LISTS:
        whole = [row.code for row in read(world, asked).all_rows()]
        assert len(whole) > SIZE or "hoach" not in asked
        pages = [page(world, asked)]
        while pages[-1].next_url:
            pages.append(page(world, pages[-1].next_url))
        assert codes(pages) == whole, asked
        for shown, place in zip(pages, itertools.count(1, SIZE), strict=False):
            assert shown.from_ in ({place} if place <= counted else {place, None})
            assert shown.capped == (len(whole) > counted)
        back = [pages[-1]]
        while back[0].previous_url:
            back.insert(0, page(world, back[0].previous_url))
        assert codes(back) == whole, asked


def test_words_mean_the_same_with_and_without_their_index(world, many):
    for words in ("quy hoạch", "HS2026-00001", "123/TTr-UBND", "ttr", "ho 3", "2026", "pho co 99"):
        by_index = set(Dossier.objects.filter(found_by(words)))
        assert by_index == set(Dossier.objects.filter(found_by(words, by_index=False)))
        assert by_index == {
            row
            for row in Dossier.objects.all()
            if all(word in row.search_key for word in search_key(words).split())
        }


def read(world, asked: str) -> listing.Listing:
    return listing.read(QueryDict(asked), world.by(world.minh), Moment(NOW, published().calendar))


def page(world, asked: str):
    asked = asked.lstrip("?")
    return read(world, asked).page(QueryDict(asked), size=SIZE)[0]


def codes(pages) -> list[str]:
    return [row.code for shown in pages for row in shown.rows]
