"""The sweep with its warning ladder, on many open limits: idle, and at a midnight with work to do.

``BENCH_LIMITS`` limits are open (100,000 unless told): one of twenty overdue for long, the others
due over the next sixty working days; each agency has a head and a clerk.
"""

import os
import time
from datetime import date, datetime, timedelta

from bench import median_seconds, print_table
from bench.databases import empty

#: A Wednesday, in Hanoi's midnight; the calendar of 2026 and 2027 is published.
TODAY = date(2026, 9, 16)
WORKING_DAYS = 60


def run() -> None:
    """Print what one look takes."""
    count = int(os.environ.get("BENCH_LIMITS", "100000"))
    with empty():
        from deadlines import laddering, rungs, sweeping  # noqa: PLC0415  after django.setup()
        from deadlines.models import Reminder  # noqa: PLC0415

        _fill(count)
        at = rungs.begin_of(TODAY)
        rows = [("first look of all", *_once(sweeping.flag_overdue, at, Reminder))]
        _analyse()
        at += timedelta(hours=9)
        idle, look = median_seconds([lambda: sweeping.flag_overdue(at), lambda: laddering.look(at)])
        rows.append(("a look that finds nothing", f"{idle * 1000:.1f} ms", "0", ""))
        rows.append(("the ladder's part of it", f"{look * 1000:.1f} ms", "0", ""))
        midnight = rungs.begin_of(TODAY + timedelta(days=1))
        rows.append(("the next midnight", *_once(sweeping.flag_overdue, midnight, Reminder)))
        columns = ("", "takes", "rungs kept", "a rung")
        print_table(f"one sweep of {count:,} open limits", columns, rows)


def _once(sweep: object, at: datetime, reminders: type) -> tuple[str, str, str]:
    before = reminders.objects.count()
    begun = time.perf_counter()
    sweep(at)
    taken = time.perf_counter() - begun
    kept = reminders.objects.count() - before
    return f"{taken * 1000:,.0f} ms", f"{kept:,}", f"{taken / max(kept, 1) * 1000:.3f} ms"


def _fill(count: int) -> None:
    from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX  # noqa: PLC0415

    from accounts.models import Appointment, User  # noqa: PLC0415
    from accounts.roles import Role  # noqa: PLC0415
    from agencies.models import Agency  # noqa: PLC0415
    from deadlines import rungs  # noqa: PLC0415
    from deadlines.models import LimitRule, TimeLimit  # noqa: PLC0415
    from deadlines.published import published  # noqa: PLC0415
    from ledger import bulk, recording  # noqa: PLC0415
    from tests.world import World  # noqa: PLC0415

    World.build()
    calendar, edition = published().calendar, published().edition
    agencies = list(Agency.objects.as_of(TODAY).order_by("pk"))
    rules = list(LimitRule.objects.order_by("pk")[:3])
    ahead = [calendar.add_working_days(TODAY, n) for n in range(WORKING_DAYS)]
    past = [calendar.add_working_days(TODAY, -n) for n in range(5, 105)]
    roles = (Role.AGENCY_HEAD, Role.AGENCY_CLERK)
    with recording.recorded(may_be_idle=True):
        people = User.objects.bulk_create(
            User(username=f"{role}-{agency.pk}", password=UNUSABLE_PASSWORD_PREFIX)
            for agency in agencies
            for role in roles
        )
        Appointment.objects.bulk_create(
            Appointment(
                user=user,
                agency_id=int(user.username.rpartition("-")[2]),
                role=user.username.rpartition("-")[0],
                post="Chức vụ",
                started_on=date(2025, 7, 1),
            )
            for user in people
        )
        limits = []
        for n in range(count):
            day = past[n % len(past)] if n % 20 == 0 else ahead[n % len(ahead)]
            due_at = rungs.end_of(day)
            limits.append(
                TimeLimit(
                    code=f"BENCH-{n}",
                    rule=rules[n % len(rules)],
                    calendar_edition_id=edition,
                    agency=agencies[n % len(agencies)],
                    subject_code=f"BENCH-{n}",
                    subject_title="Một việc có hạn",
                    started_at=due_at - timedelta(days=200),
                    due_at=due_at,
                    due_on=day,
                    due_month=day.replace(day=1),
                    first_due_at=due_at,
                )
            )
        bulk.insert(limits)
    _analyse()


def _analyse() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
