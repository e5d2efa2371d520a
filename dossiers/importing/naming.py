"""From the name of an agency on paper to the agency as it was on that day."""

import difflib
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.models import Agency
from agencies.text import search_key

_MOST_GUESSES = 200


class NoSuchAgency(Refused):
    """The name fits no agency of that day, or several; the sentence says what to write."""


class Names:
    """All agencies by name and code, read once: three queries, then none."""

    def __init__(self) -> None:
        self._agencies = list(Agency.objects.in_order())
        self._called: dict[str, list[Agency]] = {}
        for agency in self._agencies:
            for key in {_key(agency.name), _key(agency.code)}:
                self._called.setdefault(key, []).append(agency)
        by_pk = {agency.pk: agency for agency in self._agencies}
        self._related: dict[int, list[Agency]] = {}
        links = Agency.successors.through.objects.order_by("pk")
        for before, after in links.values_list("from_agency_id", "to_agency_id"):
            self._related.setdefault(before, []).append(by_pk[after])
            self._related.setdefault(after, []).append(by_pk[before])
        self._answers: dict[tuple[str, date | None], Agency | NoSuchAgency] = {}
        self._guesses = 0

    def find(self, name: str, day: date | None) -> Agency:
        """The agency of that name or code on a local date, marks and case ignored.

        Without a date, any agency of that name. Raises ``NoSuchAgency``.
        """
        key = (_key(name), day)
        if key not in self._answers:
            self._answers[key] = self._answer(name, day)
        answer = self._answers[key]
        if isinstance(answer, NoSuchAgency):
            raise NoSuchAgency(answer.sentence)
        return answer

    def _answer(self, name: str, day: date | None) -> Agency | NoSuchAgency:
        called = self._called.get(_key(name), [])
        then = [agency for agency in called if day is None or agency.is_valid_on(day)]
        if len(then) == 1 or (then and day is None):
            return then[0]
        if then:
            return NoSuchAgency(
                _("“%(name)s” fits several agencies: %(agencies)s. Write the code instead.")
                % {"name": name, "agencies": _listed(then)}
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
                % {"name": name, "agencies": _listed(near)}
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
            _key(agency.name): agency
            for agency in self._agencies
            if day is None or agency.is_valid_on(day)
        }
        return [keys[key] for key in difflib.get_close_matches(_key(name), keys, 3, 0.72)]


def _not_then(name: str, day: date, instead: list[Agency]) -> NoSuchAgency:
    facts = {"name": name, "day": f"{day:%d/%m/%Y}", "agencies": _listed(instead)}
    if instead:
        return NoSuchAgency(
            _("“%(name)s” did not exist on %(day)s. On that day there was: %(agencies)s.") % facts
        )
    return NoSuchAgency(
        _("“%(name)s” did not exist on %(day)s. Check the date, or write the agency of that day.")
        % facts
    )


def _listed(agencies: Iterable[Agency], most: int = 5) -> str:
    found = list(dict.fromkeys(agencies))
    names = ", ".join(f"{agency.name} ({agency.code})" for agency in found[:most])
    return f"{names}, …" if len(found) > most else names


def _key(name: str) -> str:
    """People write UBND or Ủy ban nhân dân, with and without marks."""
    return search_key(name).replace("uy ban nhan dan", "ubnd")
