"""Which rows below the header are dossiers, and what merged cells and old fonts hide in them.

Lists end in totals, places for signatures and notes; groups of rows stand under a line with the
agency's name; the agency is one merged cell beside its rows. Nothing is dropped without a word:
every row that was passed over is named with its reason.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from agencies.text import search_key
from dossiers.sheets.cells import Cell, Value, as_line, is_blank
from dossiers.sheets.encodings import Script, script_of, to_unicode
from dossiers.sheets.grids import Grid, NumberedRow
from dossiers.sheets.headers import Layout
from dossiers.sheets.limits import Limits, SheetRefused

_SAMPLE_ROWS = 200
_MOST_PASSED = 500


class Why(StrEnum):
    """Why a row was passed over."""

    BLANK = "blank"
    TOTAL = "total"
    FOOTER = "footer"
    GROUP = "group"
    HEADER = "header"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list. ``number`` is the row as Excel shows it; ``cells`` has every one of our
    columns that the file has, blank ones too; ``values`` are all its values, for sending it back.
    """

    number: int
    cells: dict[str, Cell]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that is no dossier, and how it begins."""

    number: int
    why: Why
    text: str


#: How a line of totals begins; how what stands below a list begins.
_TOTAL = re.compile(r"(?:tong cong|tong so|tong|cong|luy ke)(?: \S+){0,6}")
_PLAIN_TOTAL = re.compile(r"(?:tong cong|tong so|cong)(?: (?:so )?(?:ho so|to trinh))?(?: \d+.*)?")
_FOOTER = re.compile(
    r"(?:nguoi lap|lap bieu|thu truong|giam doc|pho giam doc|chu tich|pho chu tich|truong phong|"
    r"chanh van phong|ky ten|ky ghi ro|ky va ghi|noi nhan|xac nhan|ghi chu|ke toan|luu vt|"
    r"tm uy ban|tm ubnd|kt|tl|tuq|ha noi ngay|ngay thang nam|ngay \d+ thang \d+ nam)\b.*"
)
_LONGEST_FOOTER = 120
#: "II. Sở Xây dựng", "A - SỞ Y TẾ"; the sign may also stand in the cell before the name.
_GROUP = re.compile(r"(?:(?:[IVXLC]+|[A-HĐ]|\d{1,2})\s*[.)\-:/]\s*)(?P<name>\S.*)", re.DOTALL)
_GROUP_SIGN = re.compile(r"(?:[IVXLC]+|[A-HĐ])[.)]?")
_COUNT = re.compile(r"[\d.,()/-]+")
_WIDE = 3


class Sieve:
    """Goes through the rows once; ``passed`` and ``count`` are complete when it has ended."""

    def __init__(
        self,
        grid: Grid,
        layout: Layout,
        *,
        required: Collection[str],
        limits: Limits,
        old_letters: bool = True,
    ):
        self.old_letters = old_letters
        self.grid, self.layout, self.limits = grid, layout, limits
        self.needed = [layout.places[name] for name in required if name in layout.places]
        self.mapped = frozenset(layout.places.values())
        self.passed: list[Passed] = []
        self.more_passed = self.count = 0
        self._wide = {
            (b[0], b[1]) for b in grid.blocks if b[0] == b[2] and b[3] - b[1] >= _WIDE - 1
        }
        self._titles = {at: layout.headers[at].title for at in self.mapped}
        self.converted: dict[int, Script] = {}
        self._after_signature = False
        self._group = ""

    def rows(self, first: int) -> Iterator[Row]:
        """The dossiers of the list; ``first`` is the number of the row below the header."""
        below = ((n, row) for n, row in self.grid.rows() if n >= first)
        filled = self._filled(below, first)
        for number, values in self._readable(filled) if self.old_letters else filled:
            if why := self._no_dossier(number, values):
                self._pass(number, why, values)
                continue
            self.count += 1
            if self.count > self.limits.rows:
                raise SheetRefused(
                    _(
                        "This list has more than %(limit)s rows. Split it into several files and "
                        "send them one after the other."
                    )
                    % {"limit": f"{self.limits.rows:,}".replace(",", ".")}
                )
            yield self._row(number, values)

    def _row(self, number: int, values: list[Value]) -> Row:
        place = self.layout.places.get("agency_name")
        if place is not None and self._group and is_blank(_at(values, place)):
            values.extend([None] * (place + 1 - len(values)))
            values[place] = self._group
        since_1904 = self.grid.since_1904
        cells = {
            column: Cell(_at(values, at), number, at + 1, since_1904)
            for column, at in self.layout.places.items()
        }
        return Row(number, cells, tuple(values))

    def _no_dossier(self, number: int, values: list[Value]) -> Why | None:
        """Why a row is no dossier; None when it is one, also an incomplete one.

        What has three of our columns is a dossier whatever its words; of what has fewer, the words
        decide.
        """
        filled = [at for at, value in enumerate(values) if not is_blank(value)]
        if all(self._only_counts(at, values[at]) for at in filled):
            return Why.BLANK
        mapped = [at for at in filled if at in self.mapped]
        complete = all(not is_blank(_at(values, at)) for at in self.needed)
        if self._repeats_header(values, mapped):
            return Why.HEADER
        if complete and len(mapped) > 2:
            return None
        texts = [_text(values[at]) for at in filled]
        if _PLAIN_TOTAL.fullmatch(search_key(texts[0])):
            return Why.TOTAL
        signs = self._after_signature or all(map(_is_footer, texts))
        if len(mapped) > 2 or (complete and not signs):
            return None
        if self._is_group(number, values, filled):
            return Why.GROUP
        if _TOTAL.fullmatch(search_key(texts[0])):
            return Why.TOTAL
        if self._after_signature or any(map(_is_footer, texts)):
            self._after_signature = True
            return Why.FOOTER
        return None if mapped else Why.OTHER

    def _only_counts(self, at: int, value: Value) -> bool:
        """Whether a cell is a number put there before its row was filled in."""
        return at in self.layout.numbering and bool(_COUNT.fullmatch(_text(value)))

    def _repeats_header(self, values: Sequence[Value], mapped: Sequence[int]) -> bool:
        """Whether the header is printed again, as at the top of every page."""
        return sum(values[at] == self._titles[at] for at in mapped) > 1

    def _is_group(self, number: int, values: Sequence[Value], filled: Sequence[int]) -> bool:
        """A line that names the agency of the rows below it: "II. Sở Xây dựng" and nothing else."""
        at = filled[-1]
        text = _text(values[at])
        match = _GROUP.fullmatch(text)
        if len(filled) == 1 and (number - 1, at) in self._wide:
            name = match["name"] if match else text
        elif at == self.layout.places.get("matter"):
            return False
        elif len(filled) == 1 and match:
            name = match["name"]
        elif len(filled) == 2 and _GROUP_SIGN.fullmatch(_text(values[filled[0]])):
            name = text
        else:
            return False
        if _is_footer(name) or _TOTAL.fullmatch(search_key(name)):
            return False
        self._group = name.strip()
        return True

    def _pass(self, number: int, why: Why, values: Sequence[Value]) -> None:
        text = next((_text(value) for value in values if not is_blank(value)), "")
        if why is Why.BLANK:
            return
        if len(self.passed) < _MOST_PASSED:
            self.passed.append(Passed(number, why, text[:100]))
        else:
            self.more_passed += 1

    def _filled(self, rows: Iterator[NumberedRow], first: int) -> Iterator[tuple[int, list[Value]]]:
        """The rows with the value of a merged block in each row of its first column.

        A row with nothing of its own in our columns only continues the one above and stays blank.
        """
        tall = sorted(block for block in self.grid.blocks if block[2] > block[0] >= first - 1)
        following = 0
        standing: list[tuple[int, int, Value]] = []
        for number, row in rows:
            at, values = number - 1, list(row)
            if standing and any(not is_blank(_at(values, place)) for place in self.mapped):
                for left, _bottom, value in standing:
                    if is_blank(_at(values, left)):
                        values.extend([None] * (left + 1 - len(values)))
                        values[left] = value
            standing = [block for block in standing if block[1] > at]
            while following < len(tall) and tall[following][0] <= at:
                top, left, bottom, _right = tall[following]
                if top == at and not is_blank(_at(values, left)):
                    standing.append((left, bottom, values[left]))
                following += 1
            yield number, values

    def _readable(
        self, rows: Iterator[tuple[int, list[Value]]]
    ) -> Iterator[tuple[int, list[Value]]]:
        """The rows with letters of old fonts made Unicode, column by column."""
        head = [row for _at, row in zip(range(_SAMPLE_ROWS), rows, strict=False)]
        width = max((len(values) for _number, values in head), default=0)
        scripts = [
            script_of(v for _n, values in head if isinstance(v := _at(values, at), str))
            for at in range(width)
        ]
        self.converted = {at: script for at, script in enumerate(scripts) if script.is_old}
        for source in (head, rows):
            for number, values in source:
                for at, value in enumerate(values):
                    if isinstance(value, str) and value and not value.isascii():
                        script = scripts[at] if at < width else Script.UNICODE
                        values[at] = to_unicode(value, script)
                yield number, values


def _is_footer(text: str) -> bool:
    return len(text) <= _LONGEST_FOOTER and bool(_FOOTER.fullmatch(search_key(text)))


def _at(values: Sequence[Value], place: int) -> Value:
    """The value at a place; None beyond the end of a short row and for an empty text."""
    value = values[place] if place < len(values) else None
    return None if value == "" else value


def _text(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return as_line(Cell(value)) if not is_blank(value) else ""
