"""What may follow for a head, by law and date. The software lists; it proposes none of it.

Two systems must not be mixed: nothing here is a penalty for an administrative violation. Measures
of management (nhắc nhở, phê bình, kiểm điểm) are not discipline (domain.md §5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from inspections.models.outcomes import PersonClass

#: Cán bộ, công chức laws: forms abolished end with 30/6/2025 (Luật Cán bộ, công chức 2025;
#: Nghị định 172/2025/NĐ-CP in force 01/7/2025 replaces Nghị định 112/2020/NĐ-CP).
OLD_LAW_ENDS = date(2025, 6, 30)
OLD_BASIS = "Luật Cán bộ, công chức 2008 (sửa đổi 2019); Nghị định 112/2020/NĐ-CP"
NEW_BASIS = "Luật Cán bộ, công chức 2025; Nghị định 172/2025/NĐ-CP"


class Nature(StrEnum):
    """What an outcome is in law."""

    MANAGEMENT = "management"
    DISCIPLINE = "discipline"
    PERSONNEL = "personnel"
    NONE = "none"


NATURES = {
    Nature.MANAGEMENT: _("Measure of management, not discipline"),
    Nature.DISCIPLINE: _("Form of discipline"),
    Nature.PERSONNEL: _("Personnel measure"),
    Nature.NONE: _("No measure"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One possible outcome: for which persons, from when and until when (both inclusive)."""

    code: str
    name: object
    nature: Nature
    classes: frozenset[str] = frozenset(PersonClass.values)
    valid_from: date = date(2020, 7, 1)
    valid_to: date | None = None

    def is_valid(self, person_class: str, day: date) -> bool:
        """Whether it may be chosen for a person of this class on a local date."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_time and person_class in self.classes


_OFFICIAL = PersonClass.OFFICIAL
_LEADING = PersonClass.LEADING_OFFICIAL
_ELECTED = PersonClass.ELECTED
_EMPLOYEE = PersonClass.PUBLIC_EMPLOYEE

OUTCOMES = (
    Outcome("no_measure", _("No measure: the explanation is accepted"), Nature.NONE),
    Outcome("admonition", _("Stern reminder"), Nature.MANAGEMENT),
    Outcome("criticism", _("Criticism"), Nature.MANAGEMENT),
    Outcome("lessons_learned", _("Lessons to be drawn"), Nature.MANAGEMENT),
    Outcome("accountability_review", _("Review of responsibility"), Nature.MANAGEMENT),
    Outcome("reprimand", _("Reprimand"), Nature.DISCIPLINE),
    Outcome("warning", _("Warning"), Nature.DISCIPLINE),
    Outcome(
        "salary_reduction",
        _("Reduction of salary step"),
        Nature.DISCIPLINE,
        frozenset({_OFFICIAL}),
        valid_to=OLD_LAW_ENDS,
    ),
    Outcome(
        "demotion",
        _("Demotion"),
        Nature.DISCIPLINE,
        frozenset({_LEADING}),
        valid_to=OLD_LAW_ENDS,
    ),
    Outcome(
        "removal_from_post",
        _("Removal from post"),
        Nature.DISCIPLINE,
        frozenset({_LEADING, _ELECTED, _EMPLOYEE}),
    ),
    Outcome("recall", _("Recall"), Nature.DISCIPLINE, frozenset({_ELECTED})),
    Outcome(
        "dismissal",
        _("Dismissal"),
        Nature.DISCIPLINE,
        frozenset({_OFFICIAL, _LEADING, _EMPLOYEE}),
    ),
    Outcome("relief", _("Relieved of post"), Nature.PERSONNEL),
    Outcome("resignation", _("Resignation accepted"), Nature.PERSONNEL),
    Outcome("suspension_from_duty", _("Temporary suspension from duty"), Nature.PERSONNEL),
)
BY_CODE = {outcome.code: outcome for outcome in OUTCOMES}


def outcomes_for(person_class: str, day: date) -> list[Outcome]:
    """What may be chosen for a person of this class on a local date, from mild to severe."""
    return [outcome for outcome in OUTCOMES if outcome.is_valid(person_class, day)]


def grouped(outcomes: Iterable[Outcome]) -> dict[Nature, list[Outcome]]:
    """The outcomes by what they are in law, in the order of the ladder."""
    groups: dict[Nature, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.nature, []).append(outcome)
    return groups


def basis_on(day: date) -> str:
    """The law on discipline in force on a local date, as papers cite it."""
    return OLD_BASIS if day <= OLD_LAW_ENDS else NEW_BASIS
