"""Báo cáo nhanh về thời hạn: one page of figures, then lists, as of an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from documents.forms.parts import clock, count, day_month_year
from documents.layout import Annex, Block, Column, Layout, Paragraph, Table

#: More rows than this stand in the workbook alone.
MOST_ROWS = 300
_HOLDERS = Column(title="Người đang giữ", width=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure now, and as it was known at the instant compared with, where there is one."""

    label: str
    now: str
    before: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owes:
    """What one agency owes: its head in post, counts, and the last day of the oldest."""

    agency: str
    head: str
    overdue: str
    today: str
    soon: str
    oldest: str
    holders: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One time limit of a list: ``code`` is what people call it, if anything, ``said`` its state in
    words."""

    code: str
    matter: str
    agency: str
    due_on: date
    said: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """A list with its title; ``total`` is how many there are, listed or not."""

    title: str
    items: Sequence[Item]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """The figures as of ``at``, compared with ``since``. ``issuer`` is whoever takes it, ``by`` the
    person; ``scope`` says what it is narrowed to."""

    issuer: str
    governing: str
    by: str
    at: datetime
    since: datetime
    weekly: bool
    scope: Sequence[str]
    figures: Sequence[Figure]
    news: Sequence[Figure]
    owing: Sequence[Owes]
    lists: Sequence[ItemList]


def briefing(said: Briefing) -> Layout:
    """Báo cáo nhanh ngày hoặc tuần; it carries no number, since nobody issues it."""
    scope = f" Phạm vi: {'; '.join(said.scope)}." if said.scope else ""
    body: list[Block] = [
        Paragraph(
            text=f"Số liệu tính đến {clock(said.at)}, như đã biết vào lúc đó; so với "
            f"{clock(said.since)}.{scope}"
        ),
        _figures(said),
        _news(said),
    ]
    if said.owing:
        body.append(_owing(said.owing))
    body.append(
        Paragraph(
            text="Số liệu do phần mềm Đúng Hạn tính từ hồ sơ; cách tính từng số liệu ghi tại trang "
            f"Tổng quan của phần mềm. Người lấy: {said.by}.",
            italic=True,
        )
    )
    kind = "tuần" if said.weekly else "ngày"
    return Layout(
        issuer=said.issuer,
        governing=said.governing,
        type_name="Báo cáo nhanh",
        abstract=f"Thực hiện thời hạn ({kind})",
        day=_local(said.at),
        body=tuple(body),
        annexes=tuple(_annex(one) for one in said.lists if one.total),
    )


def _figures(said: Briefing) -> Table:
    return Table(
        columns=(
            Column(title="Chỉ tiêu", width=40),
            Column(title="Lúc này", width=16, centred=True),
            Column(title=f"Lúc {_hour(said.since)}", width=22, centred=True),
            Column(title="Tăng, giảm", width=16, centred=True),
        ),
        rows=tuple((one.label, one.now, one.before, one.change) for one in said.figures),
    )


def _news(said: Briefing) -> Table:
    return Table(
        columns=tuple(Column(title=one.label, centred=True) for one in said.news),
        rows=(tuple(one.now for one in said.news),),
        caption=f"Từ {_hour(said.since)} đến {_hour(said.at)}",
    )


def _owing(rows: Sequence[Owes]) -> Table:
    return Table(
        columns=(
            Column(title="Đơn vị", width=26, words=True),
            Column(title="Người đứng đầu", width=19, words=True),
            Column(title="Quá hạn", width=10, centred=True),
            Column(title="Hôm nay", width=10, centred=True),
            Column(title="02 ngày tới", width=11, centred=True),
            Column(title="Chậm nhất từ hết ngày", width=18, centred=True),
            Column(title="Người đang giữ việc quá hạn", width=30, words=True),
        ),
        rows=tuple(
            (one.agency, one.head, one.overdue, one.today, one.soon, one.oldest, one.holders)
            for one in rows
        ),
        caption="Đơn vị phải thực hiện, nhiều việc quá hạn trước",
    )


def _annex(said: ItemList) -> Annex:
    shown = said.items[:MOST_ROWS]
    left = said.total - len(shown)
    note = f"Còn {count(left)} thời hạn khác, xem trong tệp Excel." if left else ""
    table = Table(
        columns=(
            Column(title="TT", width=6, centred=True),
            Column(title="Hồ sơ, nội dung", width=44, words=True),
            Column(title="Đơn vị", width=26, words=True),
            Column(title="Hết ngày", width=14, centred=True),
            Column(title="Tình trạng", width=22),
            _HOLDERS,
        ),
        rows=tuple(
            (
                str(at),
                f"{one.code}\n{one.matter}".strip(),
                one.agency,
                day_month_year(one.due_on),
                one.said,
                one.holder,
            )
            for at, one in enumerate(shown, 1)
        ),
        note=note,
    )
    return Annex(title=f"{said.title} ({said.total})", blocks=(table,), landscape=True)


def _hour(instant: datetime) -> str:
    words = clock(instant)
    local = _local(instant)
    return f"{words.split(',')[0]} ngày {day_month_year(local)}"


def _local(instant: datetime) -> date:
    return timezone.localtime(instant, timezone.get_default_timezone()).date()
