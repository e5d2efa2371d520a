"""Which dossiers an inspection draws from, in which strata, and what is copied of each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from deadlines.calendar import HANOI
from deadlines.models import TimeLimit
from deadlines.querysets import LATE
from dossiers.models import Dossier, FormReturn
from dossiers.states import State
from inspections import drawing
from inspections.drawing import Drawn
from inspections.models import Inspection
from ledger import recording

#: The strata in the order in which they are told. A dossier is in the first that fits.
STRATA = {
    "late": _("with a time limit not kept"),
    "returned": _("returned by the City Office"),
    "open": _("not closed yet"),
    "on_time": _("on time"),
}
_ENDED = (State.CLOSED, State.REJECTED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Member:
    """One dossier of the population: its key, code and stratum, and what is copied of it."""

    pk: int
    code: str
    stratum: str
    dossier: Dossier


def population(inspection: Inspection, now: datetime) -> dict[str, Member]:
    """The dossiers that the agency submitted in the period, by code; two queries.

    What an agency is still drafting was never submitted. A dossier entered from paper belongs to
    the day on which it began.
    """
    first = datetime.combine(inspection.period_from, time(), HANOI)
    end = datetime.combine(inspection.period_to + timedelta(days=1), time(), HANOI)
    owed = TimeLimit.objects.filter(
        subject_code=OuterRef("code"), agency_id=inspection.agency_id, started_at__lte=now
    )
    late = owed.filter(LATE | Q(met_at__isnull=True, due_at__lte=now))
    found = (
        Dossier.objects.filter(agency_id=inspection.agency_id)
        .exclude(state=State.DRAFTING)
        .annotate(
            began_at=Coalesce("submitted_at", "created_at"),
            is_late=Exists(late),
            is_returned=Exists(FormReturn.objects.filter(dossier=OuterRef("pk"))),
        )
        .filter(began_at__gte=first, began_at__lt=end)
        .select_related("officer", "unit")
        .order_by("code")
    )
    return {row.code: Member(row.pk, row.code, _stratum(row), row) for row in found}


def draw(seed: str, members: Mapping[str, Member], size: int) -> list[Drawn]:
    """The sample: the same seed and dossiers give the same one, by ``drawing.sample``."""
    return drawing.sample(seed, {code: one.stratum for code, one in members.items()}, size)


def sizes(members: Mapping[str, Member]) -> dict[str, int]:
    """How many dossiers each stratum holds, in the order in which strata are told."""
    counted = Counter(one.stratum for one in members.values())
    return {stratum: counted[stratum] for stratum in STRATA}


def limits_of(inspection: Inspection, codes: Iterable[str]) -> dict[str, Sequence[TimeLimit]]:
    """The time limits of the inspected agency on these dossiers, by dossier; one query."""
    found: dict[str, list[TimeLimit]] = {}
    rows = TimeLimit.objects.filter(
        subject_code__in=list(codes), agency_id=inspection.agency_id
    ).order_by("started_at", "pk")
    for limit in rows:
        found.setdefault(limit.subject_code, []).append(limit)
    return dict(found)


def dossier_facts(member: Member, now: datetime) -> dict[str, Any]:
    """What is copied of a dossier itself, in plain JSON; its limits stand beside it."""
    row = member.dossier
    return recording.plain(
        {
            "form": 1,
            "as_of": now,
            "dossier": row.code,
            "matter": row.matter,
            "state": row.state,
            "stratum": member.stratum,
            "submitted_at": row.submitted_at or row.created_at,
            "closed_at": row.closed_at,
            "officer": row.officer.full_name if row.officer else "",
            "unit": str(row.unit) if row.unit else "",
            "letter_ref": row.letter_ref,
            "gate": {
                "signed_by": row.signed_by,
                "initialled_by": row.initialled_by,
                "exception": row.gate_exception,
                "signature_missing": not row.signed_by,
                "initials_missing": not row.initialled_by,
            },
        }
    )


def _stratum(row: Any) -> str:
    if row.is_late:
        return "late"
    if row.is_returned:
        return "returned"
    return "on_time" if row.state in _ENDED else "open"
