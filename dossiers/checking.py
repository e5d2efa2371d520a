"""What the nightly self-check asks of dossiers: their limits, holders, dates and lists.

Each question is answered by few statements, whatever the number of dossiers, and changes nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Lead

from deadlines.checking import Contradiction
from deadlines.models import TimeLimit
from dossiers.holding import DESK_OF
from dossiers.models import (
    Conclusion,
    Consultation,
    Direction,
    Dossier,
    Holding,
    Notice,
    Report,
    Running,
    Task,
)
from dossiers.states import State
from ledger.plain import plain

_CHUNK = 2000
#: On no desk any more.
ENDED = tuple(state for state, desk in DESK_OF.items() if desk is None)

_OPEN = Q(time_limit__met_at__isnull=True)
_UNANSWERED = Q(answered_at__isnull=True, silent_at__isnull=True, moved=False)


def limits_of_ended_steps(now: datetime) -> Iterator[Contradiction]:
    """Open limits of a step that their dossier or task has left behind."""
    steps: Iterable[tuple[QuerySet[Any], str, str]] = (
        (Direction.objects.exclude(dossier__state=State.EXPLANATION_DUE), "dossier", "dossier"),
        (Conclusion.objects.exclude(dossier__state=State.OFFICE_DRAFTING), "dossier", "dossier"),
        (
            Consultation.objects.filter(~Q(dossier__state=State.CONSULTING) | ~_UNANSWERED),
            "dossier",
            "dossier",
        ),
    )
    for rows, _name, owner in steps:
        columns = ("time_limit__code", f"{owner}__code", f"{owner}__state")
        found = rows.filter(_OPEN).order_by("time_limit__code").values_list(*columns)
        for code, about, state in found.iterator(chunk_size=_CHUNK):
            yield Contradiction("time_limit", code, {"about": about, "state": state})
    ended = Task.objects.exclude(state=Task.State.GIVEN).filter(_OPEN).order_by("code")
    for code, about, state in ended.values_list("time_limit__code", "code", "state"):
        yield Contradiction("time_limit", code, {"about": about, "state": state})


def states_without_limit(now: datetime) -> Iterator[Contradiction]:
    """Dossiers and tasks that wait for somebody without a limit that was ever started for it.

    A limit that was lifted by a waiver leaves the dossier waiting: that is the City's decision, and
    no contradiction.
    """
    needed: Iterable[tuple[State, QuerySet[Any]]] = (
        (
            State.EXPLANATION_DUE,
            Direction.objects.filter(_OPEN | Q(time_limit__lifted=True), round=OuterRef("round")),
        ),
        (State.OFFICE_DRAFTING, Conclusion.objects.filter(_OPEN | Q(time_limit__lifted=True))),
        (
            State.CONSULTING,
            Consultation.objects.filter(_OPEN | Q(time_limit__lifted=True)).filter(_UNANSWERED),
        ),
    )
    for state, rows in needed:
        there = Exists(rows.filter(dossier=OuterRef("pk")))
        yield from _dossiers(Dossier.objects.filter(~there, state=state), "state")
    given = Task.objects.filter(state=Task.State.GIVEN, time_limit__met_at__isnull=False)
    for code, state in given.order_by("code").values_list("code", "state"):
        yield Contradiction("task", code, {"state": state})


def without_holder(now: datetime) -> Iterator[Contradiction]:
    """Dossiers that are under way and lie nowhere, or that ended and still lie somewhere."""
    open_ = Exists(Holding.objects.filter(dossier=OuterRef("pk"), to_at__isnull=True))
    under_way = Q(state__in=ENDED)
    wrong = Dossier.objects.filter((~under_way & ~open_) | (under_way & open_))
    yield from _dossiers(wrong, "state")


def broken_holdings(now: datetime) -> Iterator[Contradiction]:
    """Dossiers that lay in two hands at once, or in none between two."""
    after = Window(Lead("from_at"), partition_by="dossier", order_by=["from_at", "pk"])
    rows = (
        Holding.objects.annotate(next_at=after)
        .filter(Q(next_at__isnull=False), Q(to_at__isnull=True) | ~Q(to_at=F("next_at")))
        .order_by("dossier__code", "from_at")
        .values_list("dossier__code", "from_at", "to_at", "next_at")
    )
    for code, from_at, to_at, next_at in rows.iterator(chunk_size=_CHUNK):
        yield Contradiction(
            "dossier",
            code,
            {"from": plain(from_at), "to": plain(to_at), "next": plain(next_at)},
        )


def dates_out_of_order(now: datetime) -> Iterator[Contradiction]:
    """What the server recorded in an order that cannot have happened."""
    yield from _dossiers(
        Dossier.objects.filter(
            Q(submitted_at__lt=F("created_at"))
            | Q(closed_at__lt=F("created_at"))
            | Q(closed_at__lt=F("submitted_at"))
        ),
        *("created_at", "submitted_at", "closed_at"),
    )
    steps: Iterable[tuple[QuerySet[Any], str, str, str]] = (
        (Report.objects.all(), "direction__dossier__code", "direction__at", "sent_at"),
        (Notice.objects.all(), "conclusion__dossier__code", "conclusion__at", "at"),
        (Consultation.objects.all(), "dossier__code", "asked_at", "answered_at"),
    )
    for rows, code, first, then in steps:
        wrong = rows.filter(**{f"{then}__lt": F(first)}).order_by(code)
        for about, begun, ended in wrong.values_list(code, first, then):
            yield Contradiction("dossier", about, {"begun": plain(begun), "ended": plain(ended)})


def wrong_running(now: datetime) -> Iterator[Contradiction]:
    """Dossiers that lists of running limits show otherwise than their limits are."""
    first = (
        TimeLimit.objects.filter(subject_code=OuterRef("code"), met_at__isnull=True)
        .order_by()
        .values("subject_code")
        .annotate(first=Min("due_at"))
        .values("first")
    )
    shown = Running.objects.filter(dossier=OuterRef("pk"))
    rows = Dossier.objects.annotate(
        first=Subquery(first), shown=Subquery(shown.values("due_at")[:1])
    ).filter(
        (Q(first__isnull=True) & Q(shown__isnull=False))
        | (Q(first__isnull=False) & Q(shown__isnull=True))
        | ~Q(first=F("shown"))
        | Exists(shown.exclude(agency=OuterRef("agency")))
        | Exists(shown.exclude(state=OuterRef("state")))
    )
    yield from _dossiers(rows, "first", "shown")


def dossiers() -> int:
    """How many dossiers there are."""
    return Dossier.objects.count()


def _dossiers(rows: QuerySet[Dossier], *columns: str) -> Iterator[Contradiction]:
    found = rows.order_by("code").values_list("code", *columns)
    for code, *values in found.iterator(chunk_size=_CHUNK):
        facts = dict(zip(columns, map(plain, values), strict=True))
        yield Contradiction("dossier", code, facts)
