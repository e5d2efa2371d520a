"""Five hundred seeds, one event table.

``DRILL_SEEDS`` plays another number of them; ``DRILL_DIR`` is where the table is kept.
"""

import csv
import os
from pathlib import Path

import pytest

from tests.drill.faults import drawn

SEEDS = int(os.environ.get("DRILL_SEEDS", "500"))
PARTS = 10
COLUMNS = ("seed", "faults", "flags", "reminders", "messages", "letters", "deliveries", "result")


@pytest.mark.parametrize("part", range(PARTS))
def test_the_same_is_left_under_every_seed(
    theatre, as_it_should_be, part, record_property, tmp_path
):
    """Each seed has its row in the table, and each row says "as calm"."""
    rows = []
    for seed in range(part, SEEDS, PARTS):
        plan = drawn(seed)
        left = theatre(plan)
        differences = left.differences(as_it_should_be)
        rows.append(
            {
                "seed": seed,
                "faults": ", ".join(f"{n} {name}" for name, n in sorted(plan.faults.items())),
                "flags": left.flags.total(),
                "reminders": left.reminders.total(),
                "messages": left.messages,
                "letters": left.letters,
                "deliveries": left.deliveries,
                "result": "; ".join(differences) or "as calm",
            }
        )
    folder = Path(os.environ.get("DRILL_DIR", tmp_path))
    with (folder / f"seeds-{part}.csv").open("w", newline="") as table:
        writer = csv.DictWriter(table, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    other = [row["seed"] for row in rows if row["result"] != "as calm"]
    record_property("figures", f"{len(rows) - len(other)} of {len(rows)} seeds as calm")
    assert other == []
