"""From the name of an agency on paper to the agency as it was on that day."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.models import Agency
from agencies.text import search_key

_MOST_GUESSES = 200


class NoSuchAgency(Refused):
    """The name fits no agency of that day, or several; the sentence says what to write.

    ``near`` are the agencies of that day that may be meant.
    """

    def __init__(self, sentence: str, near: Iterable[Agency] = ()):
        super().__init__(sentence)
        self.near = list(dict.fromkeys(near))


class NotYours(Refused):
    """The row is another agency's, and this person enters rows of their own agency alone."""


@dataclass(slots=True)
class Unknown:
    """A name that no agency has: as it is written, in how many rows, and what may be meant."""

    name: str
    rows: int = 0
    near: list[Agency] = field(default_factory=list)


class Resolver:
    """From the names of a file to agencies: found, or chosen by the person who enters it.

    ``own`` are the keys of the agencies whose rows the person may enter, ``None`` for all.
    ``choices`` gives the key of an agency for names as ``key_of`` writes them; ``unknown`` collects
    every name that is not understood by itself, chosen or not.
    """

    def __init__(self, choices: Mapping[str, int], own: Collection[int] | None):
        self._names, self._choices, self._own = Names(), choices, own
        self.unknown: dict[str, Unknown] = {}

    def find(self, name: str, day: date | None) -> Agency:
        """The agency of that name on a local date. Raises ``NoSuchAgency`` and ``NotYours``."""
        try:
            agency = self._names.find(name, day)
        except NoSuchAgency as fault:
            agency = self._chosen(name, day, fault)
            if agency is None:
                raise
        if self._own is not None and agency.pk not in self._own:
            raise NotYours(
                _(
                    "This row is of %(agency)s. You enter rows of your own agency alone; take the "
                    "row out."
                )
                % {"agency": agency.name}
            )
        return agency

    def own(self) -> Agency | None:
        """The agency of the person, if there is exactly one."""
        if self._own is None or len(self._own) != 1:
            return None
        return self._names.by_pk[next(iter(self._own))]

    def _chosen(self, name: str, day: date | None, fault: NoSuchAgency) -> Agency | None:
        key = key_of(name)
        unknown = self.unknown.setdefault(key, Unknown(name))
        unknown.rows += 1
        if self._own is None:
            unknown.near += [agency for agency in fault.near if agency not in unknown.near]
        else:
            unknown.near = [self._names.by_pk[pk] for pk in sorted(self._own)]
        agency = self._names.by_pk.get(self._choices.get(key, 0))
        return agency if agency and (day is None or agency.is_valid_on(day)) else None


class Names:
    """All agencies by name and code, read once: three queries, then none."""

    def __init__(self) -> None:
        self._agencies = list(Agency.objects.in_order())
        self._called: dict[str, list[Agency]] = {}
        for agency in self._agencies:
            for key in {key_of(agency.name), key_of(agency.code)}:
                self._called.setdefault(key, []).append(agency)
        self.by_pk = {agency.pk: agency for agency in self._agencies}
        self._related: dict[int, list[Agency]] = {}
        links = Agency.successors.through.objects.order_by("pk")
        for before, after in links.values_list("from_agency_id", "to_agency_id"):
            self._related.setdefault(before, []).append(self.by_pk[after])
            self._related.setdefault(after, []).append(self.by_pk[before])
        self._answers: dict[tuple[str, date | None], Agency | NoSuchAgency] = {}
        self._guesses = 0

    def find(self, name: str, day: date | None) -> Agency:
        """The agency of that name or code on a local date, marks and case ignored.

        Without a date, any agency of that name. Raises ``NoSuchAgency``.
        """
        key = (key_of(name), day)
        if key not in self._answers:
            self._answers[key] = self._answer(name, day)
        answer = self._answers[key]
        if isinstance(answer, NoSuchAgency):
            raise NoSuchAgency(answer.sentence, answer.near)
        return answer

    def _answer(self, name: str, day: date | None) -> Agency | NoSuchAgency:
        called = self._called.get(key_of(name), [])
        then = [agency for agency in called if day is None or agency.is_valid_on(day)]
        if len(then) == 1 or (then and day is None):
            return then[0]
        if then:
            return NoSuchAgency(
                _("“%(name)s” fits several agencies: %(agencies)s. Write the code instead.")
                % {"name": name, "agencies": _listed(then)},
                then,
            )
        if called:
            related = [other for agency in called for other in self._related.get(agency.pk, [])]
            return _not_then(name, day, [a for a in related if a.is_valid_on(day)])
        return self._unknown(name, day)

    def _unknown(self, name: str, day: date | None) -> NoSuchAgency:
        near = self._near(name, day)
        if near:
            return NoSuchAgency(
                _("No agency is called “%(name)s”. Perhaps it is: %(agencies)s.")
                % {"name": name, "agencies": _listed(near)},
                near,
            )
        return NoSuchAgency(
            _(
                "No agency is called “%(name)s”. Write the full name or the code as in the list of "
                "agencies."
            )
            % {"name": name}
        )

    def _near(self, name: str, day: date | None) -> list[Agency]:
        """Agencies of that day whose names are spelt alike; not for ever, guessing is slow."""
        self._guesses += 1
        if self._guesses > _MOST_GUESSES:
            return []
        keys = {
            key_of(agency.name): agency
            for agency in self._agencies
            if day is None or agency.is_valid_on(day)
        }
        return [keys[key] for key in difflib.get_close_matches(key_of(name), keys, 3, 0.72)]


def _not_then(name: str, day: date, instead: list[Agency]) -> NoSuchAgency:
    facts = {"name": name, "day": f"{day:%d/%m/%Y}", "agencies": _listed(instead)}
    if instead:
        return NoSuchAgency(
            _("“%(name)s” did not exist on %(day)s. On that day there was: %(agencies)s.") % facts,
            instead,
        )
    return NoSuchAgency(
        _("“%(name)s” did not exist on %(day)s. Check the date, or write the agency of that day.")
        % facts
    )


def _listed(agencies: Iterable[Agency], most: int = 5) -> str:
    found = list(dict.fromkeys(agencies))
    names = ", ".join(f"{agency.name} ({agency.code})" for agency in found[:most])
    return f"{names}, …" if len(found) > most else names


def key_of(name: str) -> str:
    """A name as names are compared: UBND is Ủy ban nhân dân, with and without marks."""
    return search_key(name).replace("uy ban nhan dan", "ubnd")
