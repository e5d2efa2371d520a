"""The way from a signal to its result in stages: what waits, for whom, since when.

A stage is one set of rows; the number on the director's page and the list behind it are the same
set, so they agree. ``since`` names the instant from which the wait is counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from deadlines.moments import Moment
from inspections.models import Proposal, Recommendation, Record

_HEAD = gettext_lazy("the person asked")
_AUTHOR = gettext_lazy("the author of the record")
_DIRECTOR = gettext_lazy("the director of Home Affairs")
_DRAFTER = gettext_lazy("whoever drafted it")
_LEADER = gettext_lazy("the City leadership")
_INSPECTOR = gettext_lazy("an inspector")
_AGENCY = gettext_lazy("the agency that owes it")


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows that wait for the same thing. ``rows`` narrows a queryset; ``since`` is an expression
    for the instant from which each waits."""

    slug: str
    label: Any
    waits_for: Any
    rows: Callable[[QuerySet, Moment], QuerySet]
    since: Any


@dataclass(frozen=True, slots=True)
class Counted:
    """A stage with how many rows wait in it and the longest wait in working days."""

    stage: Stage
    count: int
    age: int | None
    oldest: datetime | None


def _records(where: Q) -> Callable[[QuerySet, Moment], QuerySet]:
    return lambda rows, _moment: rows.filter(where)


_LATE = Q(kind=Record.Kind.LATENESS)
_UNSETTLED = Q(explanation__answered_at__isnull=True, explanation__silent_at__isnull=True)
_ASKED = Q(explanation__isnull=False)
_SERVED = Q(state__in=[Record.State.SENT, Record.State.DRAFTING])
_STANDS = Q(state=Record.State.FINALISED, paper__void__isnull=True)

RECORDS: Mapping[str, Stage] = {
    stage.slug: stage
    for stage in (
        Stage(
            "soan",
            gettext_lazy("Explanation to be asked for"),
            _AUTHOR,
            _records(
                (_LATE & Q(state=Record.State.DRAFTING) & ~_ASKED)
                | (~_LATE & Q(state=Record.State.SENT) & ~_ASKED)
            ),
            F("created_at"),
        ),
        Stage(
            "cho-giai-trinh",
            gettext_lazy("Explanation awaited"),
            _HEAD,
            lambda rows, moment: rows.filter(
                _SERVED, _ASKED, _UNSETTLED, explanation__time_limit__due_at__gt=moment.now
            ),
            F("explanation__asked_at"),
        ),
        Stage(
            "qua-han-giai-trinh",
            gettext_lazy("Explanation overdue: answer or silence"),
            _INSPECTOR,
            lambda rows, moment: rows.filter(
                _SERVED, _ASKED, _UNSETTLED, explanation__time_limit__due_at__lte=moment.now
            ),
            F("explanation__time_limit__due_at"),
        ),
        Stage(
            "cho-hoan-thanh",
            gettext_lazy("Explained, to be finalised"),
            _AUTHOR,
            _records(_SERVED & _ASKED & ~_UNSETTLED),
            Coalesce("explanation__answered_at", "explanation__silent_at"),
        ),
        Stage(
            "cho-ket-luan",
            gettext_lazy("Final, without a conclusion"),
            _DIRECTOR,
            _records(_STANDS & Q(conclusion__isnull=True)),
            F("finalised_at"),
        ),
    )
}

_NEEDS_RESULT = Q(
    state=Proposal.State.DECIDED,
    decision__time_limit__isnull=False,
    decision__time_limit__lifted=False,
    decision__result_at__isnull=True,
)
PROPOSALS: Mapping[str, Stage] = {
    stage.slug: stage
    for stage in (
        Stage(
            "dang-soan",
            gettext_lazy("Proposals being drafted or returned"),
            _DRAFTER,
            _records(Q(state__in=[Proposal.State.DRAFTING, Proposal.State.RETURNED])),
            F("drafted_at"),
        ),
        Stage(
            "cho-giam-doc",
            gettext_lazy("Proposals before the director"),
            _DIRECTOR,
            _records(Q(state=Proposal.State.PROPOSED)),
            F("proposed_at"),
        ),
        Stage(
            "cho-thanh-pho",
            gettext_lazy("Proposals before the City leadership"),
            _LEADER,
            _records(Q(state=Proposal.State.ENDORSED)),
            F("endorsed_at"),
        ),
        Stage(
            "cho-ket-qua",
            gettext_lazy("Decided, result not entered"),
            _INSPECTOR,
            _records(_NEEDS_RESULT),
            F("decision__at"),
        ),
    )
}

REMEDIES: Mapping[str, Stage] = {
    stage.slug: stage
    for stage in (
        Stage(
            "cho-don-vi",
            gettext_lazy("Remedies awaited"),
            _AGENCY,
            lambda rows, moment: rows.filter(
                state__in=["open", "partly", "not_done"], time_limit__due_at__gt=moment.now
            ),
            F("time_limit__started_at"),
        ),
        Stage(
            "qua-han",
            gettext_lazy("Remedies overdue"),
            _AGENCY,
            lambda rows, moment: rows.filter(
                state__in=["open", "partly", "not_done"], time_limit__due_at__lte=moment.now
            ),
            F("time_limit__due_at"),
        ),
        Stage(
            "cho-danh-gia",
            gettext_lazy("Remedies reported, to be judged"),
            _INSPECTOR,
            _records(Q(state=Recommendation.State.REPORTED)),
            F("time_limit__met_at"),
        ),
    )
}


def counted(stages: Mapping[str, Stage], rows: QuerySet, moment: Moment) -> list[Counted]:
    """Each stage with its count and its longest wait; one query each."""
    found = []
    for stage in stages.values():
        said = stage.rows(rows.order_by(), moment).aggregate(
            count=Count("pk", distinct=True), oldest=Min(stage.since)
        )
        oldest = said["oldest"]
        age = moment.working_days_since(oldest) if oldest else None
        found.append(Counted(stage, said["count"], age, oldest))
    return found


def waits_since(row: Proposal) -> datetime | None:
    """Since when a proposal waits where it is."""
    decision = getattr(row, "decision", None)
    return {
        Proposal.State.DRAFTING: row.drafted_at,
        Proposal.State.RETURNED: row.proposed_at,
        Proposal.State.PROPOSED: row.proposed_at,
        Proposal.State.ENDORSED: row.endorsed_at,
        Proposal.State.DECIDED: decision.at if decision and not decision.result_at else None,
    }.get(Proposal.State(row.state))


def waits_for(row: Proposal) -> Any:
    """Whom a proposal waits for."""
    decision = getattr(row, "decision", None)
    if row.state == Proposal.State.DECIDED:
        waits = decision is not None and decision.time_limit_id and not decision.result_at
        return _INSPECTOR if waits else ""
    return {
        Proposal.State.DRAFTING: _DRAFTER,
        Proposal.State.RETURNED: _DRAFTER,
        Proposal.State.PROPOSED: _DIRECTOR,
        Proposal.State.ENDORSED: _LEADER,
    }.get(Proposal.State(row.state), "")


def stage_of(record: Record, moment: Moment) -> Any:
    """Whom a record waits for, in words; nothing once it is concluded, dropped or void."""
    asked = getattr(record, "explanation", None)
    if record.state == Record.State.FINALISED:
        void = record.paper is not None and hasattr(record.paper, "void")
        return "" if void or hasattr(record, "conclusion") else RECORDS["cho-ket-luan"].label
    if record.state == Record.State.DROPPED:
        return ""
    if asked is None:
        return RECORDS["soan"].label
    if asked.is_settled:
        return RECORDS["cho-hoan-thanh"].label
    overdue = asked.time_limit.is_overdue(moment.now)
    return RECORDS["qua-han-giai-trinh" if overdue else "cho-giai-trinh"].label
