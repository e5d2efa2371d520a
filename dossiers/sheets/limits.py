"""How large a list may be, and the refusal that every reader of this package raises."""

from dataclasses import dataclass

from accounts.refusals import Refused

MIB = 1024 * 1024


class SheetRefused(Refused):
    """The whole file cannot be taken; the sentence says why, where and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold at most. Exceeding any of them refuses the file as a whole.

    ``cell`` is Excel's own limit of characters in a cell; ``columns`` and ``area`` bound the width
    of a sheet and the cells of all its rows, ``text`` the characters of the texts that cells share;
    ``unpacked_bytes``, ``members`` and ``ratio`` are for the package of a workbook.
    """

    rows: int = 100_000
    cell: int = 32_767
    file_bytes: int = 50 * MIB
    unpacked_bytes: int = 300 * MIB
    members: int = 2_000
    ratio: int = 200
    columns: int = 1_000
    area: int = 5_000_000
    text: int = 64 * MIB
    header_within: int = 60
