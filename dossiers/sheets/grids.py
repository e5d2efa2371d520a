"""The rows of a list as its file has them, whatever the kind of file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dossiers.sheets.cells import Value

#: The number of a row as Excel shows it, and its values from column A on.
NumberedRow = tuple[int, Sequence[Value]]
#: A block of merged cells: first row, first column, last row, last column; all from zero.
Block = tuple[int, int, int, int]


@dataclass(slots=True)
class Grid:
    """One list before anyone looked for its header. ``rows`` begins anew at every call."""

    rows: Callable[[], Iterator[NumberedRow]]
    sheet_name: str = ""
    blocks: tuple[Block, ...] = ()
    since_1904: bool = False
    encoding: str = ""
    separator: str = ""
    notes: list[str] = field(default_factory=list)
