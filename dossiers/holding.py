"""In whose hands a dossier lies: which desk a state means, the intervals, and the days in them.

Every dossier has exactly one open interval from its logging until it is closed, rejected or
withdrawn. Intervals follow each other without gap or overlap. A working day belongs to whoever held
the dossier when the day began, so the working days in all hands and in suspensions add up exactly
to those elapsed (domain.md §3.4, "per-desk holding time").
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Case, F, Q, Value, When

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import Calendar
from deadlines.models import Suspension
from dossiers.models import Direction, Dossier, Holding
from dossiers.states import State
from ledger import bulk

Desk = Holding.Desk
CITY_OFFICE = "VP"

#: State → the desk on which a dossier lies; ``None`` when it lies on none any more.
DESK_OF: dict[State, Desk | None] = {
    State.DRAFTING: Desk.AGENCY,
    State.FORM_RETURNED: Desk.AGENCY,
    State.EXPLANATION_DUE: Desk.AGENCY,
    State.SUBMITTED: Desk.OFFICE_CLERK,
    State.UNDER_VERIFICATION: Desk.OFFICE,
    State.CONSULTING: Desk.CONSULTED,
    State.WITH_LEADER: Desk.LEADER,
    State.MEETING_SCHEDULED: Desk.MEETING,
    State.OFFICE_DRAFTING: Desk.OFFICE,
    State.ISSUED: Desk.OFFICE_CLERK,
    State.CLOSED: None,
    State.REJECTED: None,
    State.WITHDRAWN: None,
}
_OFFICE_DESKS = frozenset({Desk.OFFICE_CLERK, Desk.OFFICE})
_LEADER_DESKS = frozenset({Desk.LEADER, Desk.MEETING})
_OFFICE_ROLES = (Role.OFFICE_CHIEF, Role.OFFICE_OFFICER, Role.OFFICE_CLERK)

# --- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hand:
    """Keys of an agency, an internal unit and a person, as far as they are known."""

    agency_id: int | None = None
    unit_id: int | None = None
    person_id: int | None = None


def follow(row: Dossier, *, by: Actor, now: datetime) -> None:
    """After an act: the dossier lies where its state and its assignment say, and was touched.

    One statement while it stays in the same hands, a few when it goes into others. Must run in the
    transaction of the act, after the row was changed.
    """
    desk = DESK_OF[State(row.state)]
    if desk is None:
        _close(row, now)
        return
    stays = Holding.objects.filter(dossier=row, to_at__isnull=True, desk=desk)
    hand = None
    if desk == Desk.AGENCY:
        hand = _at_agency(row, now)
        stays = stays.filter(agency=hand.agency_id, unit=hand.unit_id, person=hand.person_id)
    elif _sits_at(by, desk):
        stays = stays.filter(person__isnull=False)  # until now nobody was known; now somebody is
    if stays.update(last_act_at=now):
        return
    hand = hand or _at_city(row, desk, by, now)
    since = _close(row, now)
    _open(row, desk, hand, since).save(force_insert=True)


def hand_over(former: Agency, successor: Agency, *, now: datetime, day: date | None = None) -> int:
    """After a reorganisation: what lay at the former agency lies at its successor since ``now``.

    The days before stay with the former agency and its head; ``day`` is the first day of the
    successor, whose head then holds what no officer holds. The dossiers must name the successor
    already, or another agency that they went to. How many changed hands; four statements.
    """
    lying = Holding.objects.filter(
        desk=Desk.AGENCY, agency=former, to_at__isnull=True, dossier__agency=successor
    )
    rows = list(lying.select_related("dossier").order_by("pk"))
    head = Appointment.objects.head_on(successor.pk, day or local_day(now))
    opened = []
    for holding in rows:
        dossier = holding.dossier
        person = dossier.officer_id or (head.user_id if head else None)
        hand = _Hand(successor.pk, dossier.unit_id, person)
        opened.append(_open(dossier, Desk.AGENCY, hand, max(now, holding.from_at)))
    end = Case(When(from_at__gt=now, then=F("from_at")), default=Value(now))
    lying.update(to_at=end, last_act_at=end)
    Holding.objects.bulk_create(opened, batch_size=2000)
    return len(rows)


def enter_imported(cases: Iterable[tuple[Dossier, int | None]]) -> None:
    """Saved dossiers from paper, each with the key of its agency's head when its limit began.

    What is known is one interval, from the direction to the answer or until now, at the agency.
    """
    bulk.insert(
        [
            Holding(
                dossier=dossier,
                desk=DESK_OF[State(dossier.state)] or Desk.AGENCY,
                agency_id=dossier.agency_id,
                unit_id=dossier.unit_id,
                person_id=dossier.officer_id or head_id,
                from_at=dossier.created_at,
                to_at=dossier.closed_at,
                last_act_at=dossier.closed_at or dossier.created_at,
            )
            for dossier, head_id in cases
        ]
    )


def close_imported(dossiers: Sequence[Dossier]) -> None:
    """Open dossiers that a file closes: nothing lies anywhere after their ``closed_at``."""
    ends = {dossier.pk: dossier.closed_at for dossier in dossiers}
    keys = list(ends)
    for start in range(0, len(keys), 5000):
        some = keys[start : start + 5000]
        rows = [
            holding
            for holding in Holding.objects.filter(dossier__in=some).order_by("pk")
            if holding.to_at is None or holding.to_at > ends[holding.dossier_id]
        ]
        for holding in rows:
            holding.to_at = holding.last_act_at = ends[holding.dossier_id]
            holding.from_at = min(holding.from_at, holding.to_at)
        Holding.objects.bulk_update(rows, ["from_at", "to_at", "last_act_at"], batch_size=500)


def _close(row: Dossier, now: datetime) -> datetime:
    """End the open interval; the instant at which the next one begins.

    A clock that was set back makes an interval of no length, never one that ends before it begins.
    """
    lying = Holding.objects.filter(dossier=row, to_at__isnull=True).first()
    if lying is None:
        return now
    end = max(now, lying.from_at)
    Holding.objects.filter(pk=lying.pk, to_at__isnull=True).update(to_at=end, last_act_at=end)
    return end


def _open(row: Dossier, desk: Desk, hand: _Hand, at: datetime) -> Holding:
    return Holding(
        dossier=row,
        desk=desk,
        agency_id=hand.agency_id,
        unit_id=hand.unit_id,
        person_id=hand.person_id,
        from_at=at,
        last_act_at=at,
    )


def _at_agency(row: Dossier, now: datetime) -> _Hand:
    """The officer to whom it is assigned, else whoever is head today."""
    person = row.officer_id
    if person is None:
        head = Appointment.objects.head_on(row.agency_id, local_day(now))
        person = head.user_id if head else None
    return _Hand(row.agency_id, row.unit_id, person)


def _at_city(row: Dossier, desk: Desk, by: Actor, now: datetime) -> _Hand:
    """Whoever acts, if that desk is theirs; else whoever dealt with the dossier there before."""
    person = by.user.pk if by.user and _sits_at(by, desk) else None
    if desk in _OFFICE_DESKS:
        office = Agency.objects.as_of(local_day(now)).get(code=CITY_OFFICE)
        if person:
            post = by.post_in(office.pk)
            return _Hand(office.pk, post.unit_id if post else None, person)
        before = (
            Holding.objects.filter(dossier=row, desk=desk, person__isnull=False)
            .order_by("-pk")
            .first()
        )
        return _Hand(
            office.pk, before.unit_id if before else None, before.person_id if before else None
        )
    if desk == Desk.LEADER and person is None:
        asked = Direction.objects.filter(dossier=row).order_by("-round")
        person = asked.values_list("by", flat=True).first()
    return _Hand(person_id=person)


def _sits_at(by: Actor, desk: Desk) -> bool:
    if desk in _OFFICE_DESKS:
        return by.holds(*_OFFICE_ROLES)
    return desk in _LEADER_DESKS and by.holds(Role.CITY_LEADER)


# --- counting -------------------------------------------------------------------------------------

#: The working days after the first local date up to and including the second.
Span = tuple[date, date]


def split(
    spans: Sequence[Span], pauses: Iterable[Span], calendar: Calendar
) -> tuple[list[int], int]:
    """The working days in each span without the paused ones, and how many were paused in all.

    Together they are the working days of all spans; a day in two pauses is counted once. Pure.
    """
    union = _merged(pauses)
    days, paused_in_all = [], 0
    for after, through in spans:
        paused = sum(
            calendar.working_days_between(max(after, start), min(through, end))
            for start, end in union
            if max(after, start) < min(through, end)
        )
        days.append(calendar.working_days_between(after, through) - paused)
        paused_in_all += paused
    return days, paused_in_all


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same days in spans that neither overlap nor touch, in order."""
    found: list[Span] = []
    for after, through in sorted(span for span in spans if span[0] < span[1]):
        if found and after <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], through))
        else:
            found.append((after, through))
    return found


@dataclass(slots=True)
class Share:
    """One pair of hands: the interval that shows who, the working days and intervals in all."""

    holding: Holding
    days: int = 0
    times: int = 0
    is_open: bool = False


@dataclass(slots=True)
class Division:
    """A dossier's elapsed working days by hands, in the order in which they had it first."""

    shares: list[Share] = field(default_factory=list)
    suspended: int = 0
    total: int = 0


def divide(
    holdings: Sequence[Holding], pauses: Iterable[Span], *, today: date, calendar: Calendar
) -> Division:
    """The working days from logging to closing, or to ``today``, by hands; ``holdings`` in order.

    Raises ``CalendarNotPublished`` when the dossier is older than the calendar.
    """
    spans = [
        (local_day(row.from_at), local_day(row.to_at) if row.to_at else today) for row in holdings
    ]
    days, suspended = split(spans, pauses, calendar)
    hands: dict[tuple, Share] = {}
    for row, count in zip(holdings, days, strict=True):
        key = (row.desk, row.agency_id, row.unit_id, row.person_id)
        share = hands.setdefault(key, Share(row))
        share.days += count
        share.times += 1
        share.is_open = share.is_open or row.to_at is None
    return Division(list(hands.values()), suspended, sum(days) + suspended)


def pauses_of(dossier: Dossier, *, today: date) -> list[Span]:
    """The days on which a limit of the dossier stood still, as it gives them back; one query.

    The limits of agencies that are asked for an opinion pause nothing but themselves.
    """
    rows = Suspension.objects.filter(
        Q(time_limit__consultation__isnull=True), time_limit__subject_code=dossier.code
    ).select_related("time_limit")
    return [_pause(row, today) for row in rows]


def _pause(row: Suspension, today: date) -> Span:
    ends = [row.until_on, today]
    ends += [local_day(at) for at in (row.resumed_at, row.time_limit.met_at) if at]
    return local_day(row.from_at), min(ends)
