"""The verb of internal units: their names and the abbreviations that letters bear."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.models import Agency, InternalUnit
from ledger import recording


class UnitsChanged(Conflict):
    """Somebody else changed the units of the agency meanwhile."""


class UnitTaken(Refused):
    """Two units of an agency have one name or one abbreviation."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be added."""

    name: str
    code: str = ""


def seen_of(agency: Agency) -> dict[int, tuple[str, str]]:
    """Name and abbreviation of each unit, by its key; what a form was opened on. One query."""
    units = InternalUnit.objects.filter(agency=agency).order_by("name", "pk")
    return {unit.pk: (unit.name, unit.code) for unit in units}


def name_units(
    agency: Agency,
    *,
    codes: Mapping[int, str],
    seen: Mapping[int, tuple[str, str]],
    added: NewUnit | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Give units of an agency their abbreviations, add one. Letters issued before keep their
    symbols. Raises ``UnitsChanged``, ``UnitTaken`` and ``NotAllowed``."""
    if not allows(by, "agency_edit"):
        raise NotAllowed(_("Your post does not carry this right."))
    with recording.recorded():
        Agency.objects.select_for_update().get(pk=agency.pk)
        stored = seen_of(agency)
        if stored != dict(seen):
            raise UnitsChanged(_("Somebody changed this since you opened the form."))
        after = {key: (name, codes.get(key, code)) for key, (name, code) in stored.items()}
        if added:
            after[0] = (added.name, added.code)
        _must_differ(after)
        moved = {key: said for key, said in after.items() if said != stored.get(key)}
        for key, (name, code) in moved.items():
            if key:
                InternalUnit.objects.filter(pk=key).update(code=code)
            else:
                InternalUnit.objects.create(agency=agency, name=name, code=code)
        recording.append(
            by=by.author,
            action="units_named",
            kind="agency",
            code=agency.code,
            now=now,
            before={name: code for key, (name, code) in stored.items() if key in moved},
            after=dict(moved.values()),
        )


def _must_differ(units: Mapping[int, tuple[str, str]]) -> None:
    names = [name.casefold() for name, _code in units.values()]
    codes = [code for _name, code in units.values() if code]
    if len(set(names)) < len(names):
        raise UnitTaken(_("The agency has a unit of this name already."))
    if len(set(codes)) < len(codes):
        raise UnitTaken(_("Two units cannot have the same abbreviation."))
