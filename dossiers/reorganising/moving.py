"""Dossiers, tasks, questions and filters go over to a successor: set-based, one line each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import SavedFilter
from accounts.refusals import Conflict
from agencies.models import Agency
from agencies.text import search_key
from deadlines import moving as limits
from dossiers import holding
from dossiers.models import Consultation, Dossier, Reorganisation, Task
from ledger import recording

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom, with which units and people, since when, by whose act."""

    plan: Reorganisation
    formers: Sequence[Agency]
    to: Agency
    units: Mapping[int, int]
    people: Collection[int]
    by: Actor
    now: datetime


def hand_over(what: Mapping[str, list[Any]], handover: Handover) -> dict[str, int]:
    """Everything that goes to one successor; how many of each. Statements do not grow with it."""
    _dossiers(what["dossiers"], handover)
    _tasks(what["tasks"], handover)
    _cooperating(what["cooperating"], handover)
    _questions(what["questions"], handover)
    limits.move(
        what["limits"],
        to=handover.to,
        units=handover.units,
        people=handover.people,
        day=handover.plan.effective_on,
        facts={"reorganisation": handover.plan.code},
        document=handover.plan.document,
        by=handover.by,
        now=handover.now,
    )
    # the successor's first day is the successor's: a day belongs to whoever holds it as it begins
    last_instant = limits.handover_of(handover.plan.effective_on) - _INSTANT
    for former in handover.formers:
        holding.hand_over(former, handover.to, now=last_instant, day=handover.plan.effective_on)
    return {name: len(rows) for name, rows in what.items()}


def _dossiers(rows: Sequence[Dossier], handover: Handover) -> None:
    if not rows:
        return
    changed = Dossier.objects.filter(pk__in=[row.pk for row in rows]).update(
        agency=handover.to,
        unit=limits.mapped(handover.units),
        officer=limits.kept(handover.people),
        version=F("version") + 1,
        search_key=_found_by_both("search_key", handover.to),
    )
    _must_be_all(changed, rows)
    recording.append_all(
        [
            _event("dossier_moved", "dossier", row.code, row.agency, handover, {"state": row.state})
            for row in rows
        ]
    )


def _tasks(rows: Sequence[Task], handover: Handover) -> None:
    if not rows:
        return
    changed = Task.objects.filter(pk__in=[row.pk for row in rows]).update(
        lead=handover.to,
        unit=limits.mapped(handover.units),
        officer=limits.kept(handover.people),
        version=F("version") + 1,
        search_key=_found_by_both("search_key", handover.to),
    )
    _must_be_all(changed, rows)
    through = Task.cooperating.through.objects
    through.filter(agency=handover.to, task__in=[row.pk for row in rows]).delete()
    recording.append_all(
        [_event("task_moved", "task", row.code, row.lead, handover, {}) for row in rows]
    )


def _cooperating(rows: Sequence[Any], handover: Handover) -> None:
    """Whoever follows cooperates in the place of the former ones; nobody cooperates with itself."""
    if not rows:
        return
    through = Task.cooperating.through
    task_ids = {row.task_id for row in rows}
    leads = set(Task.objects.filter(pk__in=task_ids, lead=handover.to).values_list("pk", flat=True))
    through.objects.filter(pk__in=[row.pk for row in rows]).delete()
    through.objects.bulk_create(
        [through(task_id=task, agency=handover.to) for task in sorted(task_ids - leads)],
        ignore_conflicts=True,
    )
    by_id = {former.pk: former for former in handover.formers}
    recording.append_all(
        [
            _event(
                "task_cooperation_moved", "task", row.task.code, by_id[row.agency_id], handover, {}
            )
            for row in rows
        ]
    )


def _questions(rows: Sequence[Consultation], handover: Handover) -> None:
    """Two former agencies that were asked about one dossier leave two questions to answer; the one
    that was the dossier's own agency after the handover too. Their limits carry the ledger line."""
    if not rows:
        return
    changed = Consultation.objects.filter(
        pk__in=[row.pk for row in rows], answered_at__isnull=True, silent_at__isnull=True
    ).update(agency=handover.to, moved=True)
    _must_be_all(changed, rows)


def saved_filters(handover: Handover, *, all_others: bool) -> None:
    """Filters that were shared inside a former agency are shared inside the successor."""
    shared = SavedFilter.objects.filter(agency__in=handover.formers)
    if not all_others:
        shared = shared.filter(owner__in=handover.people)
    shared.update(agency=handover.to)


def _event(
    action: str, kind: str, code: str, former: Agency, handover: Handover, more: Mapping[str, Any]
) -> recording.Event:
    return recording.event(
        by=handover.by.author,
        action=action,
        kind=kind,
        code=code,
        now=handover.now,
        before={"agency": former.name, "agency_code": former.code, **more},
        after={
            "agency": handover.to.name,
            "agency_code": handover.to.code,
            "from": handover.plan.effective_on,
            "reorganisation": handover.plan.code,
            **more,
        },
        document=handover.plan.document,
    )


def _found_by_both(field: str, agency: Agency) -> Concat:
    """Words of the former name and of the successor's both find it."""
    return Concat(F(field), Value(f" {search_key(agency.name)}"))


def _must_be_all(changed: int, rows: Sequence[Any]) -> None:
    if changed != len(rows):
        raise Conflict(_("Somebody else acted on what was to go over. Try again."))
