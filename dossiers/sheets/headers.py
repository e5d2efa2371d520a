"""Which row of a list is its header, and which of its columns are ours.

Clerks put titles above the header, spread it over two rows, number the columns below it, and name
them in many ways. Words are compared without marks, signs and what stands in brackets. Only whole
names count: "Cơ quan phối hợp" must not become the agency because it begins like it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.text import normalise, search_key
from dossiers.sheets.cells import Cell, Value, as_line, column_letters, is_blank
from dossiers.sheets.encodings import readings
from dossiers.sheets.limits import SheetRefused

#: Our columns in the order of the template, with the title that stands over them there.
TITLES = {
    "dossier_code": gettext_lazy("Dossier code"),
    "agency_name": gettext_lazy("Submitting agency"),
    "letter_ref": gettext_lazy("Number and symbol of the submission letter"),
    "letter_on": gettext_lazy("Date of the submission letter"),
    "matter": gettext_lazy("Matter"),
    "urgency": gettext_lazy("Urgency"),
    "directed_at": gettext_lazy("Date of the direction"),
    "reported_at": gettext_lazy("Date of the report"),
}
COLUMNS = tuple(TITLES)
REQUIRED = frozenset({"agency_name", "matter"})

#: What clerks write over each column. Names of the first line win over those of the second, which
#: often head another column too.
_NAMES: dict[str, tuple[str, str]] = {
    "dossier_code": (
        "Mã hồ sơ | Mã số hồ sơ | Mã HS | Mã hồ sơ trình | Số hồ sơ | Số HS | Số hiệu hồ sơ | "
        "Dossier code | Code of the dossier",
        "Mã | Mã số | Code",
    ),
    "agency_name": (
        "Cơ quan trình | Đơn vị trình | Cơ quan, đơn vị trình | Cơ quan đơn vị | Tên cơ quan | "
        "Tên đơn vị | Tên cơ quan, đơn vị | Đơn vị (cơ quan) trình | Cơ quan chủ trì trình | "
        "Đơn vị trình hồ sơ | Cơ quan trình hồ sơ | Nơi trình | Sở, ngành trình | "
        "Cơ quan gửi | Đơn vị gửi | Submitting agency",
        "Cơ quan | Đơn vị | Nơi gửi | Cơ quan ban hành | Sở ngành | Sở, ban, ngành | Agency",
    ),
    "letter_ref": (
        "Số tờ trình | Số và ký hiệu tờ trình | Số, ký hiệu tờ trình | Số ký hiệu tờ trình | "
        "Số hiệu tờ trình | Tờ trình số | Số TTr | Số, ký hiệu của tờ trình | "
        "Số và ký hiệu của tờ trình | Number and symbol of the submission letter",
        "Số ký hiệu | Số, ký hiệu | Số và ký hiệu | Số/ký hiệu | Số văn bản | Số hiệu văn bản | "
        "Số, ký hiệu văn bản | Số và ký hiệu văn bản | Số KH | Số CV | Tờ trình | Letter number",
    ),
    "letter_on": (
        "Ngày tờ trình | Ngày, tháng tờ trình | Ngày tháng tờ trình | Ngày ký tờ trình | "
        "Ngày của tờ trình | Ngày trên tờ trình | Ngày TTr | Tờ trình ngày | "
        "Ngày tháng năm tờ trình | Date of the submission letter",
        "Ngày trình | Ngày văn bản | Ngày tháng văn bản | Ngày ban hành | Ngày ký | "
        "Ngày, tháng, năm | Letter date",
    ),
    "matter": (
        "Trích yếu | Trích yếu nội dung | Nội dung trích yếu | Trích yếu nội dung tờ trình | "
        "Trích yếu tờ trình | Nội dung trình | Nội dung tờ trình | Nội dung hồ sơ | Về việc | "
        "Trích yếu nội dung văn bản | Trích yếu hồ sơ | V/v | Trích yếu văn bản | Matter",
        "Nội dung | Nội dung công việc | Tên hồ sơ | Nội dung văn bản | Vấn đề trình | Subject",
    ),
    "urgency": (
        "Độ khẩn | Mức độ khẩn | Mức khẩn | Độ khẩn của văn bản | Urgency",
        "Khẩn, hỏa tốc",
    ),
    "directed_at": (
        "Ngày chỉ đạo | Thời điểm chỉ đạo | Ngày UBND TP chỉ đạo | Ngày, giờ chỉ đạo | "
        "Ngày UBND Thành phố chỉ đạo | Ngày có ý kiến chỉ đạo | Ngày chỉ đạo của lãnh đạo | "
        "Ngày lãnh đạo chỉ đạo | Ngày chỉ đạo của UBND TP | Ngày chỉ đạo của UBND Thành phố | "
        "Ngày yêu cầu giải trình | Ngày yêu cầu giải trình, bổ sung | Ngày yêu cầu bổ sung | "
        "Ngày chỉ đạo giải trình | Thời gian chỉ đạo | Chỉ đạo ngày | Date of the direction",
        "Ngày giao | Ngày giao việc | Ngày giao nhiệm vụ | Thời gian giao | Ngày yêu cầu",
    ),
    "reported_at": (
        "Ngày báo cáo | Thời điểm báo cáo | Ngày, giờ báo cáo | Ngày giải trình | "
        "Ngày báo cáo giải trình | Ngày báo cáo giải trình, bổ sung | Ngày có báo cáo | "
        "Ngày đơn vị báo cáo | Ngày báo cáo kết quả | Thời gian báo cáo | Báo cáo ngày | "
        "Ngày báo cáo lại | Date of the report",
        "Ngày hoàn thành | Ngày thực hiện xong | Thời gian hoàn thành | Ngày xong",
    ),
}
_NUMBERING = frozenset({"stt", "tt", "so tt", "so thu tu", "no"})
#: Groups of columns that say nothing about the columns below them.
_NEUTRAL_GROUPS = ("thong tin", "ho so")
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]|\*")
_COLUMN_NUMBER = re.compile(r"\(?\s*(?:[A-ZĐ]|\d{1,2}(?:\.0)?)\s*\)?(?:\s*=.*)?")
_LONGEST_TITLE = 150


@dataclass(frozen=True, slots=True)
class Header:
    """One column of the file: its title as written and the column of ours it became, if any."""

    letters: str
    title: str
    column: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header is and what stands below it. ``first_row`` and ``last_row`` index the rows
    that were looked at, from zero; ``places`` maps our columns to indexes of cells."""

    first_row: int
    last_row: int
    headers: tuple[Header, ...]
    places: Mapping[str, int]
    numbering: frozenset[int]
    overruled: tuple[Header, ...]

    def missing(self, required: Collection[str]) -> list[str]:
        """The required columns that no title names, in our order."""
        return [name for name in COLUMNS if name in required and name not in self.places]


def find_layout(
    rows: Sequence[Sequence[Value]], *, mapping: Mapping[str, str] | None = None, depth: int = 2
) -> Layout | None:
    """The header among the first rows of a list, None when no row names two of our columns.

    ``mapping`` gives titles of the file and the column each is to become ("" for none); it
    overrules what the titles say. Raises ``SheetRefused`` when two columns have an equal claim.
    """
    wanted = {_key(title): column for title, column in (mapping or {}).items()}
    best: tuple[int, int, int, list[str]] | None = None
    for at in range(len(rows)):
        for deep in range(1, depth + 1):
            titles = _titles(rows, at, deep)
            score = len({c for c in (_claim(t, wanted)[0] for t in titles) if c})
            if not score:
                continue
            if best is None or score > best[0] or _is_plainer(best, (score, at, deep)):
                best = (score, at, deep, titles)
        if best and (at > best[1] + 10 or (best[0] == len(COLUMNS) and at > best[1])):
            break
    if best is None or best[0] < min(2, max(1, len(wanted))):
        return None
    _score, at, deep, titles = best
    last = at + deep - 1
    if last + 1 < len(rows) and _numbers_columns(rows[last + 1]):
        last += 1
    return _layout(titles, at, last, wanted)


def title_of(layout: Layout, index: int) -> str:
    """The title over a column that reads back as the same column on its own, as one row."""
    header = layout.headers[index]
    if header.column and _claim(header.title, {})[0] != header.column:
        return str(TITLES[header.column])
    return header.title


def _is_plainer(best: tuple[int, int, int, list[str]], other: tuple[int, int, int]) -> bool:
    """Whether the lower of two rows says as much by itself: the upper one is a title, no group."""
    score, at, deep, _titles = best
    return other == (score, at + 1, 1) and deep == 2


def _layout(titles: list[str], first: int, last: int, wanted: Mapping[str, str]) -> Layout:
    claims = [_claim(title, wanted) for title in titles]
    places: dict[str, int] = {}
    for column in COLUMNS:
        strength = min((rank for name, rank in claims if name == column), default=0)
        holders = [i for i, claim in enumerate(claims) if claim == (column, strength)]
        if len(holders) > 1:
            raise _ambiguous(column, titles, holders)
        if holders:
            places[column] = holders[0]
    kept = {index: column for column, index in places.items()}
    headers = tuple(
        Header(column_letters(i + 1), title, kept.get(i)) for i, title in enumerate(titles)
    )
    return Layout(
        first_row=first,
        last_row=last,
        headers=headers,
        places=places,
        numbering=frozenset(i for i, title in enumerate(titles) if _key(title) in _NUMBERING),
        overruled=tuple(
            header
            for header, (column, _rank) in zip(headers, claims, strict=True)
            if column and not header.column
        ),
    )


def _titles(rows: Sequence[Sequence[Value]], at: int, deep: int) -> list[str]:
    """The title of every column, made of one row or of a group's row and the row below it.

    A group's name stands once and holds for the blank cells to its right that have a title below.
    """
    top = [_title(value) for value in rows[at]]
    if deep == 1:
        return top
    below = [_title(value) for value in rows[at + 1]] if at + 1 < len(rows) else []
    if not any(below) or _numbers_columns(rows[at + 1]):
        return []
    titles, group = [], ""
    for i in range(max(len(top), len(below))):
        own = top[i] if i < len(top) else ""
        under = below[i] if i < len(below) else ""
        group = own or (group if under else "")
        titles.append(
            f"{group} - {under}" if group and under and group != under else group or under
        )
    return titles


def _title(value: Value) -> str:
    if is_blank(value):
        return ""
    text = as_line(Cell(value)) if not isinstance(value, float) else f"{value:g}"
    return text if len(text) <= _LONGEST_TITLE else ""


def _claim(title: str, wanted: Mapping[str, str]) -> tuple[str, int]:
    """The column that a title names, and how firmly: 0 by the person's mapping, 1, 2; "" none."""
    if not title:
        return "", 0
    if (key := _key(title)) in wanted:
        return wanted[key], 0
    found = [_KNOWN[key] for key in _keys(title) if key in _KNOWN]
    group, dash, under = title.partition(" - ")
    if dash:
        for reading in (f"{under} {group}", f"{group} {under}"):
            found += [_KNOWN[key] for key in _keys(reading) if key in _KNOWN]
        neutral = _key(group).startswith(_NEUTRAL_GROUPS)
        alone = [_KNOWN[key] for key in _keys(under) if key in _KNOWN]
        found += [claim for claim in alone if claim[1] == 1 or neutral]
    return min(found, key=lambda claim: claim[1]) if found else ("", 0)


def _keys(title: str) -> list[str]:
    """A title as it stands, and as it would read in an old font: the name known decides."""
    return [_key(reading) for reading in readings(title)]


def _key(title: str) -> str:
    """A title without brackets, marks and signs. Brackets alone are kept: "(số)"."""
    return search_key(_BRACKETS.sub(" ", title)) or search_key(title)


def _numbers_columns(row: Sequence[Value]) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), or A B 1 2 3."""
    signs = [_title(value) for value in row if not is_blank(value)]
    return len(signs) > 2 and all(_COLUMN_NUMBER.fullmatch(normalise(sign)) for sign in signs)


def _ambiguous(column: str, titles: list[str], holders: list[int]) -> SheetRefused:
    return SheetRefused(
        _(
            "Columns %(letters)s both say “%(title)s” (%(column)s). Rename or delete one of them, "
            "then send the file again."
        )
        % {
            "letters": ", ".join(column_letters(i + 1) for i in holders),
            "title": titles[holders[0]],
            "column": TITLES[column],
        }
    )


_KNOWN = {
    _key(name): (column, rank)
    for column, lines in _NAMES.items()
    for rank, line in enumerate(lines, start=1)
    for name in line.split("|")
} | {_key(column): (column, 1) for column in COLUMNS}
