"""Benchmarks: how long the product takes beside what somebody would use instead.

``python -m bench`` runs all of them, ``python -m bench counting`` one. Times depend on the machine
and on what else it does; the ratios are what counts, so every figure is measured beside its
anchors, in the same process and in turns.

To add one, write ``bench/<name>.py`` with a function ``run()`` that prints its tables, and name it
in :data:`BENCHES`.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence

BENCHES = {
    "counting": "when a time limit ends",
    "lists": "the list of dossiers at size",
    "pages": "the other pages of the desk at size",
    "importing": "a list of 50,000 rows on its way in",
    "sweeping": "the sweep and its warning ladder",
}
"""Name of the module in this package → what it measures. Run in this order."""

REPEATS = 9


def median_seconds(subjects: Sequence[Callable[[], object]], repeats: int = REPEATS) -> list[float]:
    """The median duration in seconds of one call of each subject, after one call to warm up.

    The subjects take turns, so that a slow moment of the machine falls on all of them.
    """
    durations: list[list[float]] = [[] for _ in subjects]
    for subject in subjects:
        subject()
    for _ in range(repeats):
        for subject, measured in zip(subjects, durations, strict=True):
            begun = time.perf_counter()
            subject()
            measured.append(time.perf_counter() - begun)
    return [statistics.median(measured) for measured in durations]


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table in plain text: the first column to the left, figures to the right."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    lines.insert(1, tuple("-" * width for width in widths))
    print(f"\n{title}\n")
    for first, *figures in lines:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())
