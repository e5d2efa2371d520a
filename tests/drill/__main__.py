"""``make drill``: runs faults F1 to F22 on both databases and writes docs/reliability.md.

    python3 dev.py drill                     both databases, 500 seeds, a minute of kills
    python3 dev.py drill sqlite --seeds 50   one database, fewer seeds
    python3 dev.py drill --report            the report of what the last runs left in var/drill

Exit status 1 when a fault did not hold.
"""

import argparse
import os
import shutil
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
#: These measure time on the wall, so nothing runs beside them.
ALONE = "tests/drill/drill_processes.py"


def main(arguments: list[str]) -> int:
    """What the shell gets."""
    parser = argparse.ArgumentParser(prog="dev.py drill", description=__doc__)
    parser.add_argument("databases", nargs="*", choices=[*DATABASES, []], metavar="DATABASE")
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=60, help="how long everything is killed")
    parser.add_argument("--report", action="store_true", help="only write the report again")
    asked = parser.parse_args(arguments)
    if not asked.report:
        for database in asked.databases or DATABASES:
            _run(database, asked.seeds, asked.seconds)
    return report.write(KEPT, ROOT / "docs")


def _run(database: str, seeds: int, seconds: int) -> None:
    folder = KEPT / database
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {
        **os.environ,
        "TEST_DATABASE": database,
        "DRILL_DIR": str(folder),
        "DRILL_SEEDS": str(seeds),
        "DRILL_SECONDS": str(seconds),
    }
    load = f"{os.getloadavg()[0]:.1f}"
    (folder / "begun").write_text(f"{datetime.now().astimezone():%d/%m/%Y %H:%M} {load}")
    named = _once(test for fault in FAULTS for test in fault.shown_by)
    alone = [test for test in named if test.startswith(ALONE)]
    others = [test for test in named if not test.startswith(ALONE)]
    # What another database cannot answer differently is asked on SQLite alone, as in every run.
    words = [] if database == "sqlite" else ["-m", "not once"]
    for part, tests, workers in (("others", others, "2"), ("alone", alone, "0")):
        print(f"\n=== {database}: {part}", flush=True)
        pytest = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--show-capture=no", *words]
        xml = f"--junitxml={folder}/{part}.xml"
        subprocess.run([*pytest, xml, *tests], cwd=ROOT, env=environment, check=False)


def _once(tests: Iterable[str]) -> list[str]:
    """Each test once, and none of a file that is named as a whole."""
    named = list(dict.fromkeys(tests))
    files = {test for test in named if "::" not in test}
    return [test for test in named if test in files or test.partition("::")[0] not in files]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
