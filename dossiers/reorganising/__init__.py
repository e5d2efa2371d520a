"""Agencies merge, change their name, close or divide on a date; what is open goes over.

One administrator prepares (who ends, who follows, from when, by which decision; which units, people
and open matters go where) and puts it forward; another person applies it, or approves it for its
day, on which the system carries it out. The clock of an open limit runs on: start, due date and
rule stay. What is met, closed or flagged stays with the former agency for ever, and the days before
the handover stay with its head (docs/decisions/0009-reorganisations.md).
"""

from dossiers.reorganising.applying import apply_due, approve
from dossiers.reorganising.arranging import Heir, heirs_of
from dossiers.reorganising.checking import Changed, may_approve
from dossiers.reorganising.planning import arrange, cancel, prepare, put_forward, take_back
from dossiers.reorganising.previewing import Preview, preview

__all__ = [
    "Changed",
    "Heir",
    "Preview",
    "apply_due",
    "approve",
    "arrange",
    "cancel",
    "heirs_of",
    "may_approve",
    "prepare",
    "preview",
    "put_forward",
    "take_back",
]
