"""Time limits as they were known at a past instant, rebuilt from what the rows themselves keep.

What is met is settled: no due date, agency or charge of it ever changes again. So of the limits
that were open at the instant two things may differ from what stands there now:

- the due date: the first revision since then says what gave way to what (an extension, a
  correction, a suspension or its end, another calendar);
- the agency that owed it, and the one it was charged to: the lines of the ledger about the
  reorganisations carried out since then.

Whatever was met, lifted or begun later is recognised by its own instant. The calendar is the
edition in force then. Paper history that was entered later counts by the instants that the paper
states; rights are those of today (docs/decisions/0022-the-morning-page-and-any-past-instant.md).
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf, TruncMonth
from django.utils import timezone

from accounts.models import User
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import Calendar
from deadlines.counting import last_day_before
from deadlines.keeping.proposed import read_edits
from deadlines.models import (
    CalendarChange,
    CalendarEdition,
    DueDateRevision,
    Suspension,
    TimeLimit,
)
from deadlines.moments import Moment
from deadlines.published import Rows, build, digest_of, present_rows, published
from deadlines.querysets import COUNTED_AT, TimeLimitQuerySet
from dossiers.models import Reorganisation
from dossiers.reorganising import heirs_of
from ledger.models import Event

#: For so long after a reorganisation late stragglers follow it (dossiers.reorganising).
GATHERED = timedelta(days=183)
_INSTANT = timedelta(microseconds=1)

#: The names under which ``rebuilt`` gives what limits were, here as they are.
_AS_THEY_STAND = {
    "due_then": F("due_at"),
    "month_then": F("due_month"),
    "owed_then": F("agency_id"),
    "counted_then": COUNTED_AT,
}


@dataclass(frozen=True, slots=True)
class Past(Moment):
    """A past instant with its calendar, and what has changed since: nothing, for most instants.

    ``revised``: a due date was changed since. ``heirs`` are the agencies to which limits may have
    gone over since, ``formers`` leads from a plan and the code of an agency that ended to its key.
    """

    revised: bool = True
    heirs: frozenset[int] = frozenset()
    formers: tuple[tuple[str, str, int], ...] = ()


def at(instant: datetime, *, present: datetime) -> Moment:
    """The moment to look from: the present one, or a past one with what has changed since.

    One query for the present, four for the past. An instant that lies ahead is the present's
    calendar at that instant: nothing can have changed since.
    """
    if instant >= present:
        return Moment(instant, published().calendar)
    since = local_day(instant) - GATHERED
    plans = Reorganisation.objects.filter(
        state=Reorganisation.State.APPLIED, effective_on__gte=since
    ).prefetch_related("formers")
    heirs: set[int] = set()
    formers = []
    for plan in plans:
        heirs |= {heir.agency_id for heir in heirs_of(plan) if heir.agency_id}
        formers += [(plan.code, former.code, former.pk) for former in plan.formers.all()]
    return Past(
        instant,
        calendar_at(instant),
        revised=DueDateRevision.objects.filter(at__gt=instant).exists(),
        heirs=frozenset(heirs),
        formers=tuple(formers),
    )


def calendar_at(instant: datetime) -> Calendar:
    """The calendar that was in force at an instant; before the first edition, the first one.

    An edition that came otherwise than by a change cannot be undone: then it is the present one.
    """
    editions = list(CalendarEdition.objects.order_by("number"))
    if not editions:
        return published().calendar
    then = next((row for row in reversed(editions) if row.in_force_at <= instant), editions[0])
    if then == editions[-1]:
        return published().calendar
    rows = present_rows()
    changes = CalendarChange.objects.filter(
        state=CalendarChange.State.APPLIED, edition__gt=then.number
    )
    for change in changes.order_by("-edition"):
        rows = _undone(rows, change)
    return build(rows) if digest_of(rows) == then.digest else published().calendar


def _undone(rows: Rows, change: CalendarChange) -> Rows:
    days = {row[0]: row for row in rows[1]}
    years = set(rows[0])
    edited_days, edited_years = read_edits(change)
    for edit in edited_days:
        days.pop(edit.date, None)
        if (was := edit.before) is not None:
            facts = (was["kind"], was["name"], was["legal_source"], was["provisional"])
            days[edit.date] = (edit.date, *facts)
    for edit in edited_years:
        (years.discard if edit.before is None else years.add)(int(edit.key))
    return sorted(years), sorted(days.values())


def rebuilt(limits: TimeLimitQuerySet, moment: Moment | None = None) -> TimeLimitQuerySet:
    """The limits with ``due_then``, ``month_then`` (of the due date), ``owed_then`` (key of the
    agency that owed it) and ``counted_then`` (of the one in whose figures it counts).

    For the present (no moment) these are the columns themselves, so that indexes answer.
    """
    if "due_then" in limits.query.annotations:
        return limits
    named = dict(_AS_THEY_STAND)
    if isinstance(moment, Past) and moment.revised:
        named |= _due(moment.now)
    if isinstance(moment, Past) and moment.heirs:
        named |= _agencies(moment)
    return limits.annotate(**named)


def _due(now: datetime) -> dict[str, Any]:
    since = _revised_since(now)
    first = since.filter(time_limit=OuterRef("pk")).order_by("at", "pk").values("from_due_at")[:1]
    changed = Q(pk__in=since.values("time_limit"))
    due = Case(When(changed, then=Subquery(first)), default=F("due_at"))
    month = TruncMonth(Subquery(first) - Value(_INSTANT), output_field=DateField(), tzinfo=_hanoi())
    return {
        "due_then": due,
        "month_then": Case(
            When(changed, then=month), default=F("due_month"), output_field=DateField()
        ),
    }


def _revised_since(now: datetime) -> QuerySet[DueDateRevision]:
    return DueDateRevision.objects.filter(at__gt=now)


def _agencies(moment: Past) -> dict[str, Any]:
    """The agency before the first handover since; the charge as the handovers until then and the
    corrections between them left it."""
    moves = Event.objects.filter(
        object_kind="time_limit", object_code=OuterRef("code"), action="limit_moved"
    ).annotate(
        former=Case(
            *(
                When(after__reorganisation=plan, before__agency_code=code, then=Value(key))
                for plan, code, key in moment.formers
            ),
            output_field=IntegerField(),
        )
    )
    since = moves.filter(at__gt=moment.now).order_by("at", "pk")
    corrected = DueDateRevision.objects.filter(
        time_limit__code=OuterRef("object_code"),
        cause=DueDateRevision.Cause.CORRECTION,
        at__gte=OuterRef("at"),
        at__lte=moment.now,
    )
    charging = moves.filter(~Exists(corrected), at__lte=moment.now, after__breach_stays=True)
    gone_over = Q(agency_id__in=sorted(moment.heirs))
    owed = Case(
        When(gone_over, then=Coalesce(Subquery(since.values("former")[:1]), F("agency_id"))),
        default=F("agency_id"),
        output_field=IntegerField(),
    )
    charged = Subquery(charging.order_by("at", "pk").values("former")[:1])
    counted = Case(
        When(gone_over & Q(met_at__isnull=False, met_at__lte=moment.now), then=COUNTED_AT),
        When(gone_over, then=Coalesce(charged, owed)),
        default=COUNTED_AT,
        output_field=IntegerField(),
    )
    return {"owed_then": owed, "counted_then": counted}


def parts(found: Callable[[Moment], TimeLimitQuerySet], moment: Moment) -> list[TimeLimitQuerySet]:
    """What ``found`` gives at a moment, where it gives open limits alone, in parts without a row in
    common: what is still open and what was met since, each of which an index finds."""
    if not isinstance(moment, Past) or moment.revised:
        return [found(moment)]
    return _open_then(found(moment), moment)


def count_open(
    found: Callable[[Moment], TimeLimitQuerySet], moment: Moment, *, still_open: int | None = None
) -> int:
    """How many limits ``found`` gives at a moment, where it gives open ones alone.

    What was revised since is few: it is taken out as it stands, and counted as it was.
    ``still_open``: how many of them, as they stand, are open to this day, where it is known.
    """
    if not isinstance(moment, Past):
        return found(moment).count()
    as_it_stands = found(replace(moment, revised=False))
    open_now, met_since = _open_then(as_it_stands, moment)
    count = open_now.count() if still_open is None else still_open
    count += met_since.count()
    if moment.revised:
        revised = _revised_since(moment.now).values("time_limit")
        count -= as_it_stands.filter(pk__in=revised).count()
        count += found(moment).filter(pk__in=revised).count()
    return count


def _open_then(found: TimeLimitQuerySet, moment: Moment) -> list[TimeLimitQuerySet]:
    return [found.filter(met_at__isnull=True), found.filter(met_at__gt=moment.now)]


def as_they_were(rows: Iterable[TimeLimit], moment: Moment) -> list[TimeLimit]:
    """The limits, read through ``rebuilt``, as lists and chips show them at the moment: copies that
    nobody saves. Three queries for the past, none for the present."""
    rows = list(rows)
    if not isinstance(moment, Past):
        return rows
    officers, pauses = _officers(rows, moment.now), _pauses(rows, moment)
    moved = {row.owed_then for row in rows if row.owed_then != row.agency_id}
    agencies = Agency.objects.in_bulk(moved) if moved else {}
    found = []
    for row in rows:
        then = copy(row)
        if row.met_at is not None and row.met_at > moment.now:
            then.met_at, then.lifted = None, False
        then.due_at, then.due_on = row.due_then, last_day_before(row.due_then)
        then.due_month = then.due_on.replace(day=1)
        then.suspended_until = pauses.get(row.pk)
        if row.owed_then in agencies:
            then.agency = agencies[row.owed_then]
        if row.code in officers:
            name = officers[row.code]
            then.officer = User(full_name=name) if name else None
        found.append(then)
    return found


def officer_name(moment: Moment) -> Any:
    """The name of the officer who had a limit at the moment, for a query of limits."""
    stands = F("officer__full_name")
    if not isinstance(moment, Past):
        return stands
    since = _handed_since(moment.now).filter(object_code=OuterRef("code")).order_by("at", "pk")
    before = since.values(
        name=NullIf(KeyTextTransform("officer", "before"), Value("null", TextField()))
    )
    return Case(
        When(Exists(since), then=Subquery(before[:1])), default=stands, output_field=TextField()
    )


def _officers(rows: list[TimeLimit], now: datetime) -> Mapping[str, str | None]:
    """Code → the officer's name before the first change since; only where there was a change."""
    handed = _handed_since(now).filter(object_code__in=[row.code for row in rows])
    latest_first = handed.order_by("-at", "-pk").values_list("object_code", "before")
    return {code: before["officer"] for code, before in latest_first}


def _handed_since(now: datetime) -> QuerySet[Event]:
    """The lines of the ledger that name the officer before."""
    return Event.objects.filter(
        object_kind="time_limit",
        action__in=["limit_handed", "limit_moved"],
        before__has_key="officer",
        at__gt=now,
    )


def _pauses(rows: list[TimeLimit], moment: Moment) -> Mapping[int, date]:
    """Key → the last day of the suspension that was in force."""
    running = Suspension.objects.filter(
        Q(resumed_at__isnull=True) | Q(resumed_at__gt=moment.now),
        time_limit__in=[row.pk for row in rows],
        from_at__lte=moment.now,
        until_on__gte=moment.today,
    )
    return dict(running.order_by("from_at").values_list("time_limit", "until_on"))


def _hanoi() -> Any:
    return timezone.get_default_timezone()
