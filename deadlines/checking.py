"""What the nightly self-check asks of time limits: counted anew, and held against what is stored.

Each question is answered by few statements, whatever the number of limits, and changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.counting import last_day_before
from deadlines.keeping.proposed import Proposed
from deadlines.keeping.recounting import NEW_DUE, Recount, as_instant, recount
from deadlines.models import OverdueFlag, SweepRun, TimeLimit
from deadlines.published import UnnumberedChange, digest_of, present_rows, published
from ledger.plain import plain

#: A breach older than this that nobody noticed is no matter of the next sweep.
UNNOTICED = timedelta(hours=1)
#: Clocks of several machines may differ by so much.
AHEAD = timedelta(minutes=5)
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that does not fit: what it is, its public code, and plain facts for the reader."""

    kind: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def open_limits() -> int:
    """How many limits are neither met nor lifted."""
    return TimeLimit.objects.filter(met_at__isnull=True).count()


def wrong_due_dates(now: datetime) -> Iterator[Contradiction]:
    """Open limits whose stored end is not the one that the calendar and their history give.

    A limit whose end had passed when the calendar changed keeps its end, with an annotation: the
    end that the annotation names is right for it. Without a calendar nothing can be counted, and
    that is what is found.
    """
    counted = _counted_anew(now)
    if counted is None:
        yield Contradiction("calendar", "-", {"uncountable": open_limits()})
        return
    if counted.uncountable:
        yield Contradiction("calendar", "-", {"uncountable": counted.uncountable})
    if not (counted.by_day or counted.single):
        return
    sql = f"""
        SELECT l.code, l.due_at, {NEW_DUE} {counted.from_sql} AND l.met_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM deadlines_calendarannotation a
                          WHERE a.time_limit_id = l.id AND a.due_at = l.due_at)
        ORDER BY l.code"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, counted.params())
        found = cursor.fetchall()
    for code, stored, computed in found:
        facts = {"stored": plain(as_instant(stored)), "computed": plain(as_instant(computed))}
        yield Contradiction("time_limit", code, facts)


def wrong_last_days(now: datetime) -> Iterator[Contradiction]:
    """Open limits whose last day or month is not that of their end.

    Ends are midnights, so many limits share each; one look for each that is there.
    """
    columns = ("due_at", "due_on", "due_month")
    rows = TimeLimit.objects.filter(met_at__isnull=True)
    for due_at, due_on, due_month in rows.order_by(*columns).values_list(*columns).distinct():
        right = last_day_before(due_at)
        if due_on == right and due_month == right.replace(day=1):
            continue
        facts = {"stored": plain(due_on), "computed": plain(right)}
        wrong = rows.filter(due_at=due_at, due_on=due_on, due_month=due_month).order_by("code")
        for code in wrong.values_list("code", flat=True):
            yield Contradiction("time_limit", code, facts)


def unnoticed(now: datetime) -> Iterator[Contradiction]:
    """Limits that passed an hour ago and more, and that no sweep has flagged."""
    flagged = OverdueFlag.objects.filter(time_limit=OuterRef("pk"), due_at=OuterRef("due_at"))
    rows = TimeLimit.objects.filter(~Exists(flagged), met_at__isnull=True)
    yield from _limits(rows.filter(due_at__lte=now - UNNOTICED), "due_at")


def from_the_future(now: datetime) -> Iterator[Contradiction]:
    """Limits that began, or were met, later than now: a clock was wrong."""
    late = now + AHEAD
    rows = TimeLimit.objects.filter(Q(started_at__gt=late) | Q(met_at__gt=late))
    yield from _limits(rows, "started_at", "met_at")


def without_subject(now: datetime) -> Iterator[Contradiction]:
    """Open limits that no direction, conclusion, opinion, task, request or remedy names.

    Every table that owns limits does so by a one-to-one key; which tables those are is read from
    the models, so that a new one is asked too.
    """
    owners = [
        relation.name
        for relation in TimeLimit._meta.related_objects
        if relation.one_to_one or relation.field.unique
    ]
    nobody = Q(*((f"{name}__isnull", True) for name in owners))
    yield from _limits(TimeLimit.objects.filter(nobody, met_at__isnull=True), "subject_code")


def without_head(now: datetime) -> Iterator[Contradiction]:
    """Agencies that owe something today and have nobody who answers for them."""
    today = local_day(now)
    owed = TimeLimit.objects.filter(agency=OuterRef("pk"), met_at__isnull=True)
    heads = Appointment.objects.held_on(today).filter(agency=OuterRef("pk"), role__in=HEAD_ROLES)
    rows = Agency.objects.filter(Exists(owed), ~Exists(heads)).order_by("code")
    for agency in rows:
        open_ = TimeLimit.objects.filter(agency=agency, met_at__isnull=True).count()
        yield Contradiction("agency", agency.code, {"agency": agency.name, "open": open_})


def last_sweep() -> datetime | None:
    """The instant up to which limits have been looked at; one small query."""
    runs = SweepRun.objects.filter(kind=SweepRun.Kind.SWEEP).order_by("-swept_to")
    return runs.values_list("swept_to", flat=True).first()


def calendar_ends() -> Any:
    """The last local day that is published; ``None`` when nothing can be counted."""
    try:
        return published().calendar.last_day
    except (CalendarNotPublished, UnnumberedChange):
        return None


def _counted_anew(now: datetime) -> Recount | None:
    try:
        calendar: Calendar = published().calendar
    except (CalendarNotPublished, UnnumberedChange):
        return None
    rows = present_rows()
    plan = Proposed(
        rows=rows,
        calendar=calendar,
        digest=digest_of(rows),
        first=calendar.first_day,
        last=calendar.last_day,
    )
    return recount(plan, now)


def _limits(rows: QuerySet[TimeLimit], *columns: str) -> Iterable[Contradiction]:
    found = rows.order_by("code").values_list("code", *columns)
    for code, *values in found.iterator(chunk_size=_CHUNK):
        facts = dict(zip(columns, map(plain, values), strict=True))
        yield Contradiction("time_limit", code, facts)
