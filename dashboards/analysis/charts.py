"""Pictures as numbers for SVG templates: where each column stands and how high its parts are.

Every part has a tone (a colour with a pattern, so that it means the same on paper) and stands as a
number in the table beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

#: Heights in units of the picture: above the columns, of the columns, below them.
TOP, HEIGHT, BOTTOM = 22, 150, 40


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a column: how many, and what it means."""

    value: int
    tone: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column before it is drawn: its words above and below, its parts from the bottom up."""

    label: str
    parts: Sequence[Part]
    above: str = ""
    below: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in units of the picture."""

    x: str
    y: str
    width: str
    height: str
    tone: str


@dataclass(slots=True)
class DrawnColumn:
    """A column with its place: ``middle`` is where its words are centred."""

    middle: str
    label: str
    above: str
    above_y: str
    below: str
    marked: bool
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns ready to be drawn; ``base`` is the line on which they stand."""

    width: int
    height: int
    base: int
    label_y: int
    below_y: int
    columns: list[DrawnColumn]
    grid: list[tuple[str, str]]


def columns(
    given: Sequence[Column], *, width: int, whole: bool = False, wide: float = 0.72
) -> Chart:
    """A chart of columns. ``whole``: each column is a hundred per cent of itself, with lines at 0,
    50 and 100; otherwise the highest fills the picture."""
    left = 50 if whole else 4
    step = (width - left - 4) / max(1, len(given))
    thick = min(step * wide, 56)
    base = TOP + HEIGHT
    sums = [sum(part.value for part in column.parts) for column in given]
    highest = max(sums, default=0) or 1
    drawn = []
    for index, (column, of) in enumerate(zip(given, sums, strict=True)):
        middle = left + step * (index + 0.5)
        top = float(base)
        boxes = []
        for part in column.parts:
            high = HEIGHT * part.value / ((of or 1) if whole else highest)
            if part.value and high < 1.5:
                high = 1.5  # what is there is seen
            top -= high
            if part.value:
                boxes.append(Box(_r(middle - thick / 2), _r(top), _r(thick), _r(high), part.tone))
        above_y = _r(TOP - 6 if whole else top - 6)
        drawn.append(
            DrawnColumn(
                _r(middle), column.label, column.above, above_y, column.below, column.marked, boxes
            )
        )
    lines = [(base, "0 %"), (TOP + HEIGHT / 2, "50 %"), (TOP, "100 %")] if whole else [(base, "")]
    grid = [(_r(y), words) for y, words in lines]
    return Chart(width, TOP + HEIGHT + BOTTOM, base, base + 16, base + 32, drawn, grid)


def _r(value: float) -> str:
    """A coordinate as SVG reads it, in whatever language the page speaks."""
    return f"{round(value, 1):g}"


def percentile(counts: dict[int, int], share: float) -> int | None:
    """The smallest value that at least this share of all do not exceed; ``None`` of nothing."""
    of, seen = sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= share * of:
            return value
    return None
