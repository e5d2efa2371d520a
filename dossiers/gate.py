"""The gate at submission: the head signs the tờ trình and initials the draft in person.

Công văn 4449/UBND-TKBT of 14/9/2020: the head signs the submission and initials the draft, and
answers for it. Both are recorded with person and date, both files are attached, or an exception
with a reason is recorded and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from agencies.text import search_key


@dataclass(frozen=True, slots=True)
class Signatures:
    """What the paper shows: who signed and initialled, when, and whether the files are there."""

    letter_ref: str
    letter_on: date | None
    signed_by: str
    signed_on: date | None
    initialled_by: str
    initialled_on: date | None
    has_letter: bool
    has_draft: bool
    exception: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A field and the sentence that says what is wrong and what to do."""

    field: str
    sentence: str


HeadOn = Callable[[date], str | None]


def faults(facts: Signatures, *, head_on: HeadOn, today: date) -> list[Fault]:
    """What keeps a submission from passing, in the order of the form. Empty when it may pass.

    ``head_on`` names the head of the agency on a local date: who signs and who initials must be
    head on the day of the signature, not today.
    """
    found = [*_letter(facts), *_dates(facts, today)]
    if not facts.exception:
        found += _gate(facts, head_on)
    return found


def _letter(facts: Signatures) -> list[Fault]:
    found = []
    if not facts.letter_ref:
        found.append(
            Fault("letter_ref", _("Enter the number and symbol of the submission letter."))
        )
    if not facts.letter_on:
        found.append(Fault("letter_on", _("Enter the date of the submission letter.")))
    return found


def _dates(facts: Signatures, today: date) -> list[Fault]:
    """Dates on paper cannot lie ahead."""
    found = []
    for field in ("letter_on", "signed_on", "initialled_on"):
        value = getattr(facts, field)
        if value and value > today:
            found.append(
                Fault(
                    field,
                    _("This date cannot be after today (%(today)s). Check the day and month.")
                    % {"today": f"{today:%d/%m/%Y}"},
                )
            )
    return found


def _gate(facts: Signatures, head_on: HeadOn) -> list[Fault]:
    found = []
    if not facts.signed_by or not facts.signed_on:
        found.append(
            Fault(
                "signed_by",
                _(
                    "The head must sign the submission letter in person. Enter who signed and "
                    "when, or give the reason for an exception."
                ),
            )
        )
    elif _is_another(facts.signed_by, head := head_on(facts.signed_on)):
        found.append(
            Fault(
                "signed_by",
                _(
                    "%(name)s is not the head of the agency on that day (%(head)s). If a deputy "
                    "signed, give the reason for an exception."
                )
                % {"name": facts.signed_by, "head": head},
            )
        )
    if not facts.initialled_by or not facts.initialled_on:
        found.append(
            Fault(
                "initialled_by",
                _(
                    "The draft lacks the head's initials. Ask the head to initial it and enter who "
                    "and when, or give the reason for an exception."
                ),
            )
        )
    elif _is_another(facts.initialled_by, head := head_on(facts.initialled_on)):
        found.append(
            Fault(
                "initialled_by",
                _(
                    "%(name)s is not the head of the agency on that day (%(head)s). If a deputy "
                    "initialled, give the reason for an exception."
                )
                % {"name": facts.initialled_by, "head": head},
            )
        )
    if not facts.has_letter:
        found.append(Fault("letter_file", _("Attach the signed submission letter.")))
    if not facts.has_draft:
        found.append(Fault("draft_file", _("Attach the initialled draft.")))
    return found


def _is_another(name: str, head: str | None) -> bool:
    """Whether the name is not the head's; where no head is on record nothing is compared."""
    return bool(head) and search_key(name) != search_key(head or "")
