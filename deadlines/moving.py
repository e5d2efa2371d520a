"""Open time limits go over to another agency when theirs is reorganised; their clock runs on.

What is met or lifted stays with the agency that owed it, for ever. So does a breach: a limit that
had passed before the handover is flagged with the former agency and head, and counts in the former
agency's figures (``charged_to``), though the successor owes the work from now on.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.refusals import Conflict
from agencies.models import Agency
from deadlines import sweeping
from deadlines.adjusting import end_of
from deadlines.models import TimeLimit
from ledger import recording


def owed_by(agencies: Collection[Agency]) -> QuerySet[TimeLimit]:
    """What agencies owe: neither met nor lifted, whether overdue or not."""
    return TimeLimit.objects.filter(agency__in=agencies, met_at__isnull=True)


def handover_of(day: date) -> datetime:
    """The instant at which a successor's first day begins, in UTC."""
    return end_of(day - timedelta(days=1))


def had_passed(limit: TimeLimit, day: date) -> bool:
    """Whether a limit, or an earlier end of it, had passed before an agency's successor came."""
    return limit.due_at <= handover_of(day) or limit.breached_at is not None


def flag_what_passed(limits: Sequence[TimeLimit], *, day: date, now: datetime) -> None:
    """Flag what had passed before the handover and no sweep has seen: with the former head."""
    passed_by = handover_of(day)
    late = [limit.pk for limit in limits if limit.due_at <= passed_by]
    if late:
        sweeping.flag_before_move(late, passed_by, now)


def move(
    limits: Sequence[TimeLimit],
    *,
    to: Agency,
    units: Mapping[int, int],
    people: Collection[int],
    day: date,
    facts: Mapping[str, Any],
    document: str,
    by: Actor,
    now: datetime,
) -> None:
    """Hand open limits, read with agency and officer and locked, to one successor. Two statements.

    ``units`` leads from former units to the successor's; officers stay who are among ``people``.
    Start, due date, rule and the head at the start stay as they are. One ledger line each, with
    ``facts``. Must run inside ``recorded()``. Raises ``Conflict`` when one was met meanwhile.
    """
    if not limits:
        return
    passed = Q(due_at__lte=handover_of(day)) | Q(breached_at__isnull=False)
    changed = TimeLimit.objects.filter(
        pk__in=[limit.pk for limit in limits], met_at__isnull=True
    ).update(
        agency=to,
        unit=mapped(units),
        officer=kept(people),
        charged_to=Case(
            When(charged_to__isnull=False, then=F("charged_to")),
            When(passed, then=F("agency")),
            default=None,
        ),
    )
    if changed != len(limits):
        raise Conflict(_("Somebody else changed these time limits meanwhile. Try again."))
    head = Appointment.objects.head_on(to.pk, day)
    head_name = head.user.full_name if head else None
    recording.append_all(
        [
            recording.event(
                by=by.author,
                action="limit_moved",
                kind="time_limit",
                code=limit.code,
                now=now,
                before={
                    "agency": limit.agency.name,
                    "agency_code": limit.agency.code,
                    "officer": limit.officer.full_name if limit.officer else None,
                },
                after={
                    "agency": to.name,
                    "agency_code": to.code,
                    "head": head_name,
                    "from": day,
                    "started_at": limit.started_at,
                    "due_at": limit.due_at,
                    "breach_stays": had_passed(limit, day),
                    **facts,
                },
                document=document,
            )
            for limit in limits
        ]
    )


def mapped(units: Mapping[int, int]) -> Any:
    """The successor's unit for a former one, for an UPDATE; nothing where there is none."""
    cases = [When(unit=former, then=Value(new)) for former, new in sorted(units.items())]
    return Case(*cases, default=None) if cases else None


def kept(people: Collection[int]) -> Any:
    """The officer who goes along, for an UPDATE; nobody for those who do not."""
    if not people:
        return None
    return Case(When(officer__in=sorted(people), then=F("officer")), default=None)
