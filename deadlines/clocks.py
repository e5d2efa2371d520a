"""Whether the clocks of this process and of the database agree (quality.md §2 invariant 12)."""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

#: How far they may differ before nothing is flagged any more.
DRIFT = timedelta(seconds=2)


class ClocksDisagree(RuntimeError):
    """One of two clocks is wrong, and nobody here knows which: nothing may be called late now."""


def drift(now: datetime) -> timedelta:
    """How far the database's clock is ahead of ``now``, which was read a moment ago.

    One small query; the time that it took is no drift. SQLite has no clock but this machine's, so
    there is nothing to compare.
    """
    if connection.vendor == "sqlite":
        return timedelta()
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
    ahead = at.astimezone(UTC) - now.astimezone(UTC)
    waited = timedelta(seconds=time.monotonic() - began)
    return max(timedelta(), ahead - waited) if ahead > timedelta() else ahead


def must_agree(now: datetime) -> None:
    """Raises ``ClocksDisagree``: the job fails, which is the alarm, and the next tries again."""
    ahead = drift(now)
    if abs(ahead) > DRIFT:
        raise ClocksDisagree(f"the database is {ahead.total_seconds():.0f} s ahead")
