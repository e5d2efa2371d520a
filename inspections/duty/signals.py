"""Signals: limits that passed, by the head on whose day they passed, and not in any record yet.

A signal is a flag: one limit, one due date, one head. Requests of Home Affairs for an explanation
and its own processing limits are none; what became of them stands in their record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from deadlines.adjusting import end_of
from deadlines.counting import last_day_before
from deadlines.models import OverdueFlag
from deadlines.moments import Moment
from inspections.duty.acting import PROPOSAL_CODE, RECORD_CODE
from inspections.models import Finding, Record


@dataclass(frozen=True, slots=True)
class Signal:
    """One head of one agency with limits that passed on their days: how many, since when."""

    agency_id: int
    agency: str
    head_id: int
    head: str
    limits: int
    oldest: date
    newest: date
    age: int | None


def unrecorded() -> QuerySet[OverdueFlag]:
    """The flags whose head is known and that no standing record names with that head."""
    named = Finding.objects.filter(
        ~Q(record__state=Record.State.DROPPED),
        record__paper__void__isnull=True,
        time_limit=OuterRef("time_limit"),
        record__head=OuterRef("head"),
    )
    return flagged().filter(~Exists(named), head__isnull=False)


def flagged() -> QuerySet[OverdueFlag]:
    """The flags that can become part of a record."""
    ours = Q(time_limit__subject_code__startswith=RECORD_CODE)
    ours |= Q(time_limit__subject_code__startswith=PROPOSAL_CODE)
    return OverdueFlag.objects.exclude(ours)


def in_period(
    flags: QuerySet[OverdueFlag], first: date | None, last: date | None
) -> QuerySet[OverdueFlag]:
    """Those whose last day lies between two local dates, both included."""
    if first:
        flags = flags.filter(due_at__gte=end_of(first))
    if last:
        flags = flags.filter(due_at__lte=end_of(last))
    return flags


def by_head(flags: QuerySet[OverdueFlag], moment: Moment) -> list[Signal]:
    """One line for each head and agency, what is oldest first; one query."""
    rows = (
        flags.order_by()
        .values("agency_id", "agency__name", "head_id", name=F("head__full_name"))
        .annotate(
            limits=Count("time_limit", distinct=True), oldest=Min("due_at"), newest=Max("due_at")
        )
        .order_by("oldest", "agency_id", "head_id")
    )
    return [
        Signal(
            agency_id=row["agency_id"],
            agency=row["agency__name"],
            head_id=row["head_id"],
            head=row["name"],
            limits=row["limits"],
            oldest=last_day_before(row["oldest"]),
            newest=last_day_before(row["newest"]),
            age=moment.working_days_since(row["oldest"]),
        )
        for row in rows
    ]


def nameless() -> int:
    """How many flags name no head: the post was vacant in the books on that day."""
    return flagged().filter(head__isnull=True).count()


def first_of_limits(flags: Iterable[OverdueFlag]) -> list[OverdueFlag]:
    """The first flag of each limit and head, in the order of the breaches."""
    found: dict[tuple[int, int | None], OverdueFlag] = {}
    for flag in sorted(flags, key=lambda flag: (flag.due_at, flag.pk)):
        found.setdefault((flag.time_limit_id, flag.head_id), flag)
    return list(found.values())


def breached_since(flags: QuerySet[OverdueFlag]) -> datetime | None:
    """The oldest instant of breach among flags."""
    return flags.aggregate(oldest=Min("due_at"))["oldest"]
