"""Keeping the calendar: a change is proposed by one person and applied by another.

``propose`` and ``undo`` ask, ``preview`` says what would move, ``apply_change`` and ``refuse``
decide. Bộ luật Lao động 2019, Điều 111 và 112; the yearly notices on swapped working days.
"""

from deadlines.keeping.changes import (
    AlreadyDecided,
    Busy,
    Circular,
    PreviewOutdated,
    apply_change,
    may_decide,
    present_digest,
    preview,
    preview_of,
    propose,
    refuse,
    undo,
    withdraw,
)
from deadlines.keeping.effects import AgencyEffect, Effect, Line
from deadlines.keeping.proposed import DayWish, NoLongerFits, Unfit
from deadlines.keeping.telling import missing_year, warn_keepers

__all__ = [
    "AgencyEffect",
    "AlreadyDecided",
    "Busy",
    "Circular",
    "DayWish",
    "Effect",
    "Line",
    "NoLongerFits",
    "PreviewOutdated",
    "Unfit",
    "apply_change",
    "may_decide",
    "missing_year",
    "present_digest",
    "preview",
    "preview_of",
    "propose",
    "refuse",
    "undo",
    "warn_keepers",
    "withdraw",
]
