"""A list of 50,000 clean rows of history into an empty database: read, check, compare, write.

``BENCH_ROWS`` says how many rows. Half of them are answered. As from a terminal
(``import_dossiers``): one transaction, every limit counted, an entry in the ledger for each dossier
and each limit, late ones flagged. The goal is two minutes, the target one.
"""

import os
import time
from datetime import UTC, datetime, timedelta

from bench import print_table
from bench.databases import empty


def run() -> None:
    """Print how long each step takes."""
    with empty():
        from accounts import actors  # noqa: PLC0415  after django.setup()
        from dossiers import importing  # noqa: PLC0415
        from ledger import recording  # noqa: PLC0415

        count = int(os.environ.get("BENCH_ROWS", "50000"))
        now, by = datetime.now(UTC), actors.job("bench")
        steps, begun = [], time.perf_counter()

        def done(step: str) -> None:
            nonlocal begun
            steps.append((step, time.perf_counter() - begun))
            begun = time.perf_counter()

        data = _file(count, now)
        begun = time.perf_counter()
        sheet = importing.read_sheet(data, None, name="lich-su.csv")
        done("read the file")
        checked = importing.check(sheet, by=by, now=now)
        assert not checked.errors, checked.errors[:3]
        done("check every row")
        with recording.recorded():
            plan = importing.compare(sheet.kind, checked.good, now=now)
            done("compare with what is here")
            importing.write(plan, sheet, by=by, now=now)
            done("write")
            importing.note_file(sheet, accepted=count, unchanged=0, by=by, now=now)
        done("commit")
        total = sum(seconds for _step, seconds in steps)
        rows = [(step, f"{seconds:.1f}") for step, seconds in [*steps, ("in all", total)]]
        print_table(f"{count:,} rows", ["step", "seconds"], rows)


def _file(count: int, now: datetime) -> bytes:
    from agencies.models import Agency  # noqa: PLC0415  after django.setup()

    names = list(Agency.objects.filter(valid_to=None).order_by("pk").values_list("name", flat=True))
    lines = ["dossier_code,agency_name,directed_at,reported_at,matter,letter_ref"]
    for n in range(count):
        directed = now - timedelta(days=30 + n % 300, minutes=n % 400)
        reported = f"{directed + timedelta(hours=20 + n % 90):%Y-%m-%d %H:%M}" if n % 2 else ""
        lines.append(
            f"CU-{n:06d},{names[n % len(names)]},{directed:%Y-%m-%d %H:%M},{reported},"
            f"Phê duyệt dự toán sửa chữa trường học số {n},{n % 9999}/TTr-UBND"
        )
    return "\n".join(lines).encode()
