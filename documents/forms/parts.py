"""Plain data that several forms share, and how dates, times and lists are written in papers.

The words of official papers are content, not interface: they stand in Vietnamese, and no language
of a reader changes them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from documents.layout import Annex, Block, Column, Layout, Paragraph, Signature, Table

CITY = "UBND thành phố Hà Nội"
DIRECTIVE = (
    "Công văn số 4449/UBND-TKBT ngày 14 tháng 9 năm 2020 của Ủy ban nhân dân thành phố Hà Nội"
)
#: More rows than this go to an annex on landscape pages.
IN_TEXT = 10
NOT_YET = "Chưa hoàn thành"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues a paper. ``code`` makes its symbol ("SNV" in "TTr-SNV"); ``unit`` is the drafting
    unit in the symbol of a letter ("CCVC" in "SNV-CCVC"). ``governing`` is empty for the City."""

    name: str
    code: str
    governing: str = CITY
    unit: str = ""
    place: str = "Hà Nội"

    @property
    def letter_symbol(self) -> str:
        """What follows the number of a letter: issuing body, then drafting unit ("SNV-CCVC")."""
        return f"{self.code}-{self.unit}" if self.unit else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the paper names them: ``post`` held on that day, ``part`` played ("Trưởng
    đoàn")."""

    name: str
    post: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs: ``post`` ("Giám đốc"); with ``capacity`` ("KT.", "TL.", "TM.", "TUQ.", "Q.") and
    ``body`` ("Chủ tịch") also for whom."""

    name: str
    post: str
    capacity: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """One time limit that was not kept, as it stood when the paper was written.

    ``direction`` is what set it ("Chỉ đạo của Phó Chủ tịch …, Công văn số …"); ``due_on`` its last
    local day, ``met_on`` the local day on which it was met, if it was. Days late are working days:
    ``net`` after extensions and suspensions, ``gross`` from the first due date. ``head`` is who
    headed the unit on the day of breach, ``desk`` where the dossier lay.
    """

    code: str
    matter: str
    due_on: date
    net: int
    gross: int | None = None
    met_on: date | None = None
    direction: str = ""
    head: str = ""
    desk: str = ""
    reminders: int = 0
    returns: int = 0
    missing: str = ""
    explanation: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What one side put under a record: its day, or why it did not sign and who saw that.

    ``side`` heads the column ("Trưởng đoàn"). Without ``signed_on`` and ``refused`` the place is
    left for the signature.
    """

    side: str
    name: str = ""
    signed_on: date | None = None
    refused: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """From what the figures were read: instant, person, and SHA-256 of the data (§3.7 item 15)."""

    at: datetime
    by: str
    sha256: str


# --- how things are written -----------------------------------------------------------------------


def day_month_year(day: date) -> str:
    """ "05/02/2026": 0 before days and months under 10."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def in_words(day: date) -> str:
    """ "ngày 05 tháng 02 năm 2026": 0 before days under 10 and months 1, 2 (Phụ lục I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def clock(moment: datetime) -> str:
    """ "09 giờ 05 phút, ngày 25 tháng 11 năm 2026" in Hanoi."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {in_words(local.date())}"


def count(number: int) -> str:
    """A number in a text: 0 before numbers under 10."""
    return f"{number:02d}" if 0 < number < 10 else str(number)


def period(first: date, last: date) -> str:
    return f"từ ngày {day_month_year(first)} đến ngày {day_month_year(last)}"


def paragraphs(text: str) -> list[Block]:
    """A text with line breaks as paragraphs; blank lines fall away."""
    return [Paragraph(text=line.strip()) for line in text.splitlines() if line.strip()]


def named(people: Iterable[Person]) -> tuple[str, ...]:
    """Each person on a line: "Ông (bà) Trần Thị Hoa, Chuyên viên - Thư ký"."""
    return tuple(
        f"Ông (bà) {one.name}, {one.post}" + (f" - {one.part};" if one.part else ";")
        for one in people
    )


def ended(items: Sequence[str]) -> tuple[str, ...]:
    """Lines of a list: semicolons, and a full stop on the last."""
    bare = [item.strip().rstrip(";.,").rstrip() for item in items if item.strip()]
    return tuple(f"{item}{'.' if item is bare[-1] else ';'}" for item in bare)


def signature(signer: Signer) -> Signature:
    return Signature(post=signer.post, name=signer.name, capacity=signer.capacity, body=signer.body)


def columns_of(signed: Iterable[Signed]) -> tuple[Signature, ...]:
    """The signatures under a record, side by side."""
    return tuple(
        Signature(
            post=one.side,
            name=one.name,
            hint=(
                ""
                if one.refused
                else f"(Đã ký ngày {day_month_year(one.signed_on)})"
                if one.signed_on
                else "(Ký, ghi rõ họ tên)"
            ),
            refused=one.refused,
            witness=one.witness,
        )
        for one in signed
    )


def headed(issuer: Issuer, type_code: str, **parts) -> Layout:
    """A layout with the header of an issuer. ``type_code`` is empty for a letter."""
    symbol = f"{type_code}-{issuer.code}" if type_code else issuer.letter_symbol
    return Layout(
        governing=issuer.governing, issuer=issuer.name, symbol=symbol, place=issuer.place, **parts
    )


# --- tables of late limits ------------------------------------------------------------------------

_PLAIN = (
    Column(title="TT", width=8, centred=True),
    Column(title="Hồ sơ, nội dung", width=34, words=True),
    Column(title="Văn bản, ý kiến chỉ đạo", width=25, words=True),
    Column(title="Hạn", width=21, centred=True),
    Column(title="Hoàn thành", width=21, centred=True),
)
_NET = Column(title="Chậm (ngày làm việc)", width=15, centred=True)
_GROSS = "Số trong ngoặc: số ngày làm việc chậm khi chưa trừ thời gian gia hạn, tạm dừng."
_REMINDED = Column(title="Số lần nhắc", width=12, centred=True)
_EXPLAINED = Column(title="Giải trình", width=26, words=True)
_DESK = Column(title="Bộ phận, người đang giữ", width=22)
_HEAD = Column(title="Người đứng đầu tại thời điểm quá hạn", width=20)
_FAULTS = Column(title="Tồn tại khác", width=22, words=True)


def late_table(
    limits: Sequence[Late],
    *,
    caption: str = "",
    reminders: bool = False,
    explanation: bool = False,
    desk: bool = False,
    head: bool = False,
    faults: bool = False,
) -> Table:
    """The late limits, one a row, in the order given, with the columns asked for."""
    gross = any(one.gross not in (None, one.net) for one in limits)
    chosen = [*_PLAIN, _NET]
    for wanted, column in (
        (head, _HEAD),
        (desk, _DESK),
        (reminders, _REMINDED),
        (faults, _FAULTS),
        (explanation, _EXPLAINED),
    ):
        if wanted:
            chosen.append(column)
    rows = []
    for position, one in enumerate(limits, 1):
        row = [
            str(position),
            f"{one.code}\n{one.matter}",
            one.direction,
            day_month_year(one.due_on),
            day_month_year(one.met_on) if one.met_on else NOT_YET,
            _days(one),
        ]
        row += [one.head] if head else []
        row += [one.desk] if desk else []
        row += [str(one.reminders)] if reminders else []
        row += [_faults(one)] if faults else []
        row += [one.explanation] if explanation else []
        rows.append(tuple(row))
    note = _GROSS if gross else ""
    return Table(columns=tuple(chosen), rows=tuple(rows), caption=caption, note=note)


def placed(table: Table, title: str) -> tuple[list[Block], tuple[Annex, ...]]:
    """The table where it belongs: in the text when short, else on landscape pages of an annex."""
    if len(table.rows) <= IN_TEXT and len(table.columns) <= 8:
        return [table], ()
    return [], (Annex(title=title, blocks=(table,), landscape=True),)


def _days(one: Late) -> str:
    if one.gross is None or one.gross == one.net:
        return str(one.net)
    return f"{one.net} ({one.gross})"


def _faults(one: Late) -> str:
    said = [one.missing] if one.missing else []
    if one.returns:
        said.append(f"Bị trả lại {count(one.returns)} lần")
    if one.note:
        said.append(one.note)
    return "\n".join(said)
