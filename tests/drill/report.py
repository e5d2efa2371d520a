"""docs/reliability.md out of what pytest wrote about the drill's runs, and the table of seeds."""

import csv
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.drill.catalogue import FAULTS, Fault

HEAD = """# What happens when things break

Written by `make drill`, which does to the system what faults F1 to F22 of the quality plan name,
and looks what is left. Do not edit it by hand. **held** means: every test named below for the fault
ran on that database and passed; their number and their seconds follow. What is not asked there is
named: another database cannot answer it differently, or the drill was run in parts.
"""
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
SEEDS = "reliability-seeds.csv"


@dataclass(frozen=True, slots=True)
class Answer:
    """One test on one database."""

    test: str
    passed: bool
    seconds: float
    figures: str


def write(kept: Path, docs: Path) -> int:
    """Write the report of every database that was drilled; 1 when something did not hold."""
    runs = {name: list(_answers(kept / name)) for name in NAMES if (kept / name).exists()}
    lines = [HEAD, *_circumstances(kept, runs), *_table(runs), *_figures(runs), *_seeds(kept)]
    lines += ["", "## What ran, by fault", ""]
    for fault in FAULTS:
        lines += [f"**{fault.number}** " + ", ".join(f"`{test}`" for test in fault.shown_by), ""]
    (docs / "reliability.md").write_text("\n".join(lines).rstrip() + "\n")
    _collect_seeds(kept, docs / SEEDS)
    return int(not runs or any(not one.passed for answers in runs.values() for one in answers))


def _answers(folder: Path) -> Iterator[Answer]:
    for file in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(file).getroot().iter("testcase"):  # noqa: S314 - ours
            bad = any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
            figures = [
                one.get("value", "")
                for one in case.iter("property")
                if one.get("name") == "figures"
            ]
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            seconds = float(case.get("time", 0))
            yield Answer(name, not bad, seconds, "; ".join(figures))


def _of(named: str, answers: list[Answer]) -> list[Answer]:
    """The answers of a test, a class or a file."""
    path, *inner = named.split("::")
    begin = ".".join([path.removesuffix(".py").replace("/", "."), *inner])
    within = (f"{begin}.", f"{begin}[")
    return [one for one in answers if one.test == begin or one.test.startswith(within)]


def _verdict(fault: Fault, answers: list[Answer]) -> str:
    by_name = {named: _of(named, answers) for named in fault.shown_by}
    found = {one.test: one for answers in by_name.values() for one in answers}
    if not found:
        return "not asked here"
    if failed := [one.test.rpartition(".")[2] for one in found.values() if not one.passed]:
        return "**did not hold**: " + ", ".join(f"`{name}`" for name in failed[:3])
    verdict = f"held ({len(found)}, {sum(one.seconds for one in found.values()):.0f} s)"
    absent = [re.split("/|::", named)[-1] for named, found in by_name.items() if not found]
    names = ", ".join(f"`{name}`" for name in absent)
    return f"{verdict}; not asked here: {names}" if absent else verdict


def _table(runs: dict[str, list[Answer]]) -> Iterator[str]:
    yield f"| no. | what is done | what must hold | {' | '.join(NAMES[name] for name in runs)} |"
    yield "|---|---|---|" + "---|" * len(runs)
    for fault in FAULTS:
        cells = [
            "cannot have it" if fault.only not in {"", name} else _verdict(fault, answers)
            for name, answers in runs.items()
        ]
        lacks = f" *Not run here: {fault.lacks}*" if fault.lacks else ""
        yield f"| {fault.number} | {fault.what}.{lacks} | {fault.expected} | {' | '.join(cells)} |"


def _figures(runs: dict[str, list[Answer]]) -> Iterator[str]:
    yield from ("", "## Figures", "")
    for name, answers in runs.items():
        for one in answers:
            if one.figures and "drill_seeds" not in one.test:
                what = one.test.rpartition(".")[2].removeprefix("test_").replace("_", " ")
                yield f"* {NAMES[name]}, {what}: {one.figures}."


def _seeds(kept: Path) -> Iterator[str]:
    yield from ("", "## Seeds", "")
    yield "Each seed plays the same seven weeks with other faults (`tests/drill/story.py`)."
    yield f"[{SEEDS}]({SEEDS}) has a row for each: what went wrong, what was left, and whether that"
    yield "is what a calm play leaves. Levels that pass during one outage come as one message that"
    yield "names them all: there may be fewer messages; nobody is told less, and nobody twice."
    for name in NAMES:
        rows = list(_rows(kept / name))
        if rows:
            calm = sum(row["result"] == "as calm" for row in rows)
            yield f"\n{NAMES[name]}: {calm} of {len(rows)} seeds left what a calm play leaves."


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    for file in folder.glob("seeds-*.csv"):
        with file.open(newline="") as table:
            yield from csv.DictReader(table)


def _collect_seeds(kept: Path, target: Path) -> None:
    rows = [{"database": NAMES[name], **row} for name in NAMES for row in _rows(kept / name)]
    if not rows:
        return
    rows.sort(key=lambda row: (row["database"], int(row["seed"])))
    with target.open("w", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _circumstances(kept: Path, runs: dict[str, list[Answer]]) -> Iterator[str]:
    yield f"{os.cpu_count()} processors, Python {platform.python_version()}. When each part began,"
    yield "and how many processes of all programmes wanted to run at that moment:"
    yield ""
    for name in runs:
        for begun in sorted((kept / name).glob("*.begun")):
            yield f"* {NAMES[name]}, {begun.stem}: {begun.read_text()}"
    yield ""
