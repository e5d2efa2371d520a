"""``make drill``: runs faults F1 to F22 on both databases and writes docs/reliability.md.

    python3 dev.py drill                     both databases, 500 seeds, a minute of kills
    python3 dev.py drill sqlite --seeds 50   one database, fewer seeds
    python3 dev.py drill --report            the report of what the last runs left in var/drill

Exit status 1 when a fault did not hold.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tests.drill import report
from tests.drill.catalogue import FAULTS

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "drill"
DATABASES = ("sqlite", "postgres")
#: Part → the file whose tests it runs, and in how many processes. The last one measures time on
#: the wall, so nothing runs beside it.
PARTS = {
    "others": ("", "2"),
    "seeds": ("tests/drill/drill_seeds.py", "2"),
    "processes": ("tests/drill/drill_processes.py", "0"),
}


def main(arguments: list[str]) -> int:
    """What the shell gets."""
    parser = argparse.ArgumentParser(prog="dev.py drill", description=__doc__)
    parser.add_argument("databases", nargs="*", choices=[*DATABASES, []], metavar="DATABASE")
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=60, help="how long everything is killed")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part")
    parser.add_argument("--go-on", action="store_true", help="keep the seeds that were played")
    parser.add_argument("--report", action="store_true", help="only write the report again")
    asked = parser.parse_args(arguments)
    if not asked.report:
        for database in asked.databases or DATABASES:
            _run(database, asked)
    return report.write(KEPT, ROOT / "docs")


def _run(database: str, asked: argparse.Namespace) -> None:
    folder = KEPT / database
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "TEST_DATABASE": database,
        "DRILL_DIR": str(folder),
        "DRILL_SEEDS": str(asked.seeds),
        "DRILL_SECONDS": str(asked.seconds),
    }
    named = _once(test for fault in FAULTS for test in fault.shown_by)
    of_files = {part: [t for t in named if file and t.startswith(file)]
                for part, (file, _) in PARTS.items()}  # fmt: skip
    of_files["others"] = [test for test in named if test not in sum(of_files.values(), [])]
    # What another database cannot answer differently is asked on SQLite alone, as in every run.
    marks = [] if database == "sqlite" else ["-m", "not once"]
    for part in asked.part or PARTS:
        print(f"\n=== {database}: {part}", flush=True)
        for rest in () if asked.go_on else folder.glob(f"{part}*"):
            rest.unlink()
        words = {"seeds": f"{asked.seeds} seeds", "processes": f"{asked.seconds} s of kills"}
        (folder / f"{part}.begun").write_text(
            f"{datetime.now().astimezone():%d/%m/%Y %H:%M}, {os.getloadavg()[0]:.1f} processes"
            f"{', ' * (part in words)}{words.get(part, '')}"
        )
        pytest = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", *marks]
        how = ["-n", PARTS[part][1], f"--junitxml={folder}/{part}.xml", "-o", "junit_family=xunit1"]
        subprocess.run([*pytest, *how, *of_files[part]], cwd=ROOT, env=environment, check=False)


def _once(tests: Iterable[str]) -> list[str]:
    """Each test once, and none of a file that is named as a whole."""
    named = list(dict.fromkeys(tests))
    files = {test for test in named if "::" not in test}
    return [test for test in named if test in files or test.partition("::")[0] not in files]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
