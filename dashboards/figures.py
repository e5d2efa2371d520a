"""The four counts, by one definition, for page, list, export and command.

A limit belongs to the period in which it falls due (its last local day). On time: met before its
end. Late: met at or after its end. Overdue: past its end and not met. Running: neither met nor past
its end; shown beside the rate, never in it. As of an instant, what happened later has not happened.

An obligation that fell away before its end is in no count; one lifted at or after it was breached
and counts as late. An extension after the breach gives the remaining work a new end: once met it
counts as late, however early in the new time.

After a reorganisation a limit counts at the agency that owed it at the end of its last day: periods
before the handover show the former agencies for ever, though the successor owes what is still open.

On-time rate = on time ÷ (on time + late + overdue).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from agencies.models import Agency
from dashboards.asof import rebuilt
from deadlines.querysets import IN_TIME, LATE, TimeLimitQuerySet

GROUPS = {"agency": "counted_then", "month": "month_then"}
#: Group → what its rows are ordered by.
ORDER = {"agency": ("agency", "agency_code", "agency_id"), "month": ("month",)}


@dataclass(frozen=True, slots=True)
class Figures:
    """Four counts of time limits."""

    on_time: int = 0
    late: int = 0
    overdue: int = 0
    running: int = 0

    @property
    def decided(self) -> int:
        """The denominator of the rate: those whose outcome is known."""
        return self.on_time + self.late + self.overdue

    @property
    def rate(self) -> float | None:
        """The on-time rate in per cent, or ``None`` without a denominator."""
        return 100 * self.on_time / self.decided if self.decided else None

    def as_dict(self) -> dict[str, int]:
        """The counts under the names of the ``figures`` command."""
        return {
            "on_time": self.on_time,
            "late": self.late,
            "overdue": self.overdue,
            "running": self.running,
        }


def total(limits: TimeLimitQuerySet, now: datetime) -> Figures:
    """The four counts over a set of limits, as of an instant; one query.

    Limits that ``asof.rebuilt`` gave, as ``selection.select`` gives them, are counted as they were.
    """
    limits = rebuilt(limits)
    return Figures(**limits.filter(started_at__lte=now).aggregate(**_counts(now)))


def grouped(limits: TimeLimitQuerySet, now: datetime, by: Iterable[str]) -> list[dict[str, Any]]:
    """The four counts by agency and/or month, in the order asked for; two queries at most.

    The database groups by keys alone: names would double its work.
    """
    by = list(by)
    groups = [GROUPS[name] for name in by]
    found = (
        rebuilt(limits)
        .filter(started_at__lte=now)
        .values(*groups)
        .annotate(**_counts(now))
        .order_by()
    )
    agencies = {}
    if GROUPS["agency"] in groups:
        agencies = Agency.objects.in_bulk({row["counted_then"] for row in found})
    rows = []
    for row in found:
        agency = agencies.get(row.get("counted_then"))
        rows.append(
            {
                "agency": agency.name if agency else None,
                "agency_code": agency.code if agency else None,
                "agency_id": agency.pk if agency else None,
                "month": f"{row['month_then']:%Y-%m}" if "month_then" in row else None,
                **{name: row[name] for name in ("on_time", "late", "overdue", "running")},
            }
        )
    keys = [key for name in by for key in ORDER[name]]
    return sorted(rows, key=lambda row: [row[key] for key in keys])


def _counts(now: datetime) -> dict[str, Count]:
    met, is_open = Q(met_at__lte=now), Q(met_at__isnull=True) | Q(met_at__gt=now)
    return {
        "on_time": Count("pk", filter=met & IN_TIME & Q(lifted=False)),
        "late": Count("pk", filter=met & LATE),
        "overdue": Count("pk", filter=is_open & Q(due_then__lte=now)),
        "running": Count("pk", filter=is_open & Q(due_then__gt=now)),
    }
