"""Five hundred seeds, one event table.

``DRILL_SEEDS`` plays another number of them; ``DRILL_DIR`` is where the table is kept, a row as
soon as its seed is played: a drill that was cut off goes on where it stopped (``--go-on``).
"""

import csv
import os
from pathlib import Path

import pytest

from tests.drill.faults import drawn

SEEDS = int(os.environ.get("DRILL_SEEDS", "500"))
PARTS = 10
COLUMNS = ("seed", "faults", "flags", "reminders", "messages", "letters", "deliveries", "result")
CALM = "as calm"


@pytest.mark.parametrize("part", range(PARTS))
def test_the_same_is_left_under_every_seed(
    theatre, as_it_should_be, part, record_property, tmp_path
):
    """Each seed has its row in the table, and each row says "as calm"."""
    table = Path(os.environ.get("DRILL_DIR", tmp_path)) / f"seeds-{part}.csv"
    if not table.exists():
        _add(table, dict(zip(COLUMNS, COLUMNS, strict=True)))
    played = {row["seed"]: row["result"] for row in _rows(table)}
    for seed in range(part, SEEDS, PARTS):
        if str(seed) not in played:
            row = _row(seed, theatre, as_it_should_be)
            played[row["seed"]] = row["result"]
            _add(table, row)
    other = [seed for seed, result in played.items() if result != CALM]
    record_property("figures", f"{len(played) - len(other)} of {len(played)} seeds {CALM}")
    assert other == []


def _row(seed, theatre, as_it_should_be) -> dict[str, str]:
    plan = drawn(seed)
    left = theatre(plan)
    return {
        "seed": str(seed),
        "faults": ", ".join(f"{n} {name}" for name, n in sorted(plan.faults.items())),
        "flags": str(left.flags.total()),
        "reminders": str(left.reminders.total()),
        "messages": str(left.messages),
        "letters": str(left.letters),
        "deliveries": str(left.deliveries),
        "result": "; ".join(left.differences(as_it_should_be)) or CALM,
    }


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def _add(table: Path, row: dict[str, str]) -> None:
    with table.open("a", newline="") as file:
        csv.DictWriter(file, COLUMNS).writerow(row)
