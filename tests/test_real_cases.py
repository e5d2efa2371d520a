"""The main job on real input: import, one sweep, and every way to ask gives the same four counts.

The real cases are not part of the project. ``REAL_CASES`` names their file (default: the folder
``shared`` beside the project); without it the same is asked of cases made here in their likeness.
"""

import csv
import io
import json
import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts.models import Message
from agencies.models import Agency
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from dossiers.models import Direction, Dossier, Report
from ledger import chain
from ledger.models import Event
from tests.deadlines import days_worked_by_the_table
from tests.servers import ROOT
from tests.world import HANOI, NOW

REAL = Path(os.environ.get("REAL_CASES", ROOT.parent / "shared" / "data" / "real_cases.csv"))
STATES = {"on_time": "dung-han", "late": "xong-muon", "overdue": "qua-han", "running": "dang-chay"}
#: Written by hand, in words that both databases know; ``%s`` is the instant asked about.
BY_HAND = """
    SELECT COALESCE(SUM(CASE WHEN met_at IS NOT NULL AND met_at < due_at THEN 1 ELSE 0 END), 0),
           COALESCE(SUM(CASE WHEN met_at IS NOT NULL AND met_at >= due_at THEN 1 ELSE 0 END), 0),
           COALESCE(SUM(CASE WHEN met_at IS NULL AND due_at <= %s THEN 1 ELSE 0 END), 0),
           COALESCE(SUM(CASE WHEN met_at IS NULL AND due_at > %s THEN 1 ELSE 0 END), 0)
    FROM deadlines_timelimit"""


def likeness(path: Path) -> Path:
    """717 cases as a permit office has them: most answered within days, some after months, some
    never, at all hours, the last ones still running."""
    rng = random.Random(4449)
    names = list(Agency.objects.as_of(date(2025, 7, 1)).in_order().values_list("name", flat=True))
    begin, end = datetime(2025, 7, 1, tzinfo=HANOI), NOW - timedelta(hours=1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["dossier_code", "agency_name", "directed_at", "reported_at"])
        for number in range(717):
            asked = begin + (end - begin) * (number / 717)
            answer = asked + timedelta(seconds=round(rng.expovariate(1 / 150_000)))
            if number < 2:  # asked on Tuesday: the last second of Thursday, and the one after it
                answer = datetime(2025, 7, 3, 23, 59, 59, tzinfo=HANOI) + timedelta(seconds=number)
            unanswered = answer >= end or rng.random() < 0.08 * (number > 1)
            stated = "" if unanswered else answer.isoformat(timespec="seconds")
            name = rng.choice(names[:40])
            writer.writerow([f"vụ-{number}", name, asked.isoformat(timespec="seconds"), stated])
    return path


def counted_from_the_file(path: Path) -> dict[str, int]:
    """The four counts without any code under test: a walk from day to day over the calendar."""
    worked, counts = days_worked_by_the_table(), Counter()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            last, left = datetime.fromisoformat(row["directed_at"]).astimezone(HANOI).date(), 2
            while left:
                last += timedelta(days=1)
                left -= worked[last]
            over = datetime(last.year, last.month, last.day, tzinfo=HANOI) + timedelta(days=1)
            if row["reported_at"]:
                in_time = datetime.fromisoformat(row["reported_at"]) < over
                counts["on_time" if in_time else "late"] += 1
            else:
                counts["overdue" if over <= NOW else "running"] += 1
    return {name: counts[name] for name in STATES}


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def rows_of_all_tables() -> list[int]:
    tables = (Dossier, Direction, Report, TimeLimit, OverdueFlag, Message, Event)
    return [table.objects.count() for table in tables]


def assert_all_agree(path: Path, browser) -> None:
    """Import a file, sweep once, and ask the file, the command, the pages and the tables."""
    expected = counted_from_the_file(path)
    total = sum(expected.values())
    assert json.loads(run("import_dossiers", str(path), "--json")) == {
        "accepted": total,
        "rejected": 0,
        "unchanged": 0,
        "errors": [],
    }
    swept = run("flag_overdue", "--now", NOW.isoformat())
    assert swept.splitlines()[-1] == f"flagged: {expected['overdue']}"

    body = json.loads(run("figures", "--now", NOW.isoformat(), "--json"))
    assert body["total"] == expected
    for name in STATES:
        assert sum(row[name] for row in body["rows"]) == expected[name]
    months = json.loads(run("figures", "--now", NOW.isoformat(), "--by", "month", "--json"))
    assert sum(row["on_time"] for row in months["rows"]) == expected["on_time"]

    with connection.cursor() as cursor:
        instant = connection.ops.adapt_datetimefield_value(NOW)
        cursor.execute(BY_HAND, [instant, instant])
        assert dict(zip(STATES, map(int, cursor.fetchone()), strict=True)) == expected
        cursor.execute("SELECT SUM(flags), COUNT(overdue_since) FROM v_time_limits")
        assert set(map(int, cursor.fetchone())) == {expected["late"] + expected["overdue"]}
    assert_pages_agree(expected, body["rows"], browser)

    before = rows_of_all_tables()
    assert json.loads(run("import_dossiers", str(path), "--json"))["unchanged"] == total
    run("flag_overdue", "--now", NOW.isoformat())
    assert rows_of_all_tables() == before
    assert json.loads(run("figures", "--now", NOW.isoformat(), "--json"))["total"] == expected


def assert_pages_agree(expected: dict[str, int], rows: list[dict], browser) -> None:
    """The leader's page and the lists behind it."""
    for name, slug in STATES.items():
        page = browser.get(reverse("dashboards:limits"), {"tinh-trang": slug})
        assert page.context["page"].total == expected[name]
    overview = browser.get(reverse("dashboards:overview"))
    [tile] = [t for t in overview.context["tiles"] if t.href.endswith("tinh-trang=qua-han")]
    assert tile.value == str(expected["overdue"])
    assert browser.get(tile.href).context["page"].total == expected["overdue"]
    owed = {row["agency_id"]: row["overdue"] for row in rows}
    for bar in overview.context["agencies"]:
        assert bar.value == owed[int(bar.href.rpartition("=")[2])]
        assert browser.get(bar.href).context["page"].total == bar.value
    assert sum(bar.value for bar in overview.context["ages"]) == expected["overdue"]


@pytest.fixture
def leader(world, sign_in):
    """Minh's browser at nine on Wednesday."""
    return sign_in(world.minh)


def test_every_count_of_the_real_cases_agrees(leader, tmp_path):
    path = REAL if REAL.is_file() else likeness(tmp_path / "cases.csv")
    assert_all_agree(path, leader)


def test_every_count_of_cases_in_their_likeness_agrees(leader, tmp_path):
    path = likeness(tmp_path / "cases.csv")
    assert all(counted_from_the_file(path).values()), "each of the four counts is put to the test"
    assert_all_agree(path, leader)


def test_each_breach_is_dated_to_its_true_instant(leader, tmp_path):
    run("import_dossiers", str(likeness(tmp_path / "cases.csv")))
    run("flag_overdue", "--now", NOW.isoformat())
    flags = OverdueFlag.objects.select_related("time_limit", "run")
    for flag in flags:
        assert flag.due_at == flag.time_limit.due_at <= flag.flagged_at
        assert flag.due_at.astimezone(HANOI).time() == datetime.min.time()
        was_met = flag.time_limit.met_at is not None
        assert flag.run.kind == (SweepRun.Kind.IMPORT if was_met else SweepRun.Kind.SWEEP)
    assert chain.seal_all() == Event.objects.count()
    assert chain.verify(now=NOW.astimezone(UTC))[1] == []
