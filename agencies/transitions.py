"""The verbs of organisations: establish, end with successors, carry units over.

They write rows and no events: they are steps of a reorganisation, which enters itself in the ledger
with its decision. They run inside its ``recorded()``. No row is ever rewritten or deleted: the
former agency keeps its code, name and units for as long as anything points at it.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from agencies.models import Agency, InternalUnit
from agencies.reference import keys_of
from agencies.text import normalise


def establish(
    *, code: str, name: str, name_en: str, kind: str, valid_from: date, source: str
) -> Agency:
    """A new agency from a local date on. A code may live on after its former bearer has ended."""
    code, name, name_en = normalise(code), normalise(name), normalise(name_en)
    return Agency.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
        valid_from=valid_from,
        source=source,
        **keys_of(code, name, name_en),
    )


def end(agencies: Sequence[Agency], *, last_day: date) -> int:
    """End agencies with a local date, that day included; how many had not ended before."""
    still = Agency.objects.filter(pk__in=[agency.pk for agency in agencies], valid_to__isnull=True)
    return still.update(valid_to=last_day)


def link(agencies: Iterable[Agency], successors: Sequence[Agency]) -> None:
    """Say who follows whom."""
    through = Agency.successors.through
    through.objects.bulk_create(
        through(from_agency_id=former.pk, to_agency_id=heir.pk)
        for former in agencies
        for heir in successors
    )


def carry_over(units: Sequence[InternalUnit], *, to: Agency) -> dict[int, int]:
    """The units of former agencies at their successor, by name: former id → id of its successor's.

    Units of the same name become one, under the first abbreviation among them; those of the former
    agencies stay as they were. Three statements.
    """
    codes: dict[str, str] = {}
    for unit in units:
        codes[unit.name] = codes.get(unit.name) or unit.code
    wanted = [InternalUnit(agency=to, name=name, code=codes[name]) for name in sorted(codes)]
    InternalUnit.objects.bulk_create(wanted, ignore_conflicts=True)
    by_name = dict(InternalUnit.objects.filter(agency=to).values_list("name", "pk"))
    return {unit.pk: by_name[unit.name] for unit in units}
