"""Evidence packs: what a record, a head or an agency rests on, as one file that proves itself.

``gathering`` finds what belongs in, ``members`` writes it, ``timeline`` prints it, ``packing``
makes the bytes, ``verifying`` checks them (and travels in every pack as ``kiem_tra.py``).
"""

from inspections.evidence.building import Built, build
from inspections.evidence.gathering import (
    MOST_LIMITS,
    Scope,
    TooMuch,
    heads_with_breaches,
    late_limits,
    of_record,
)

__all__ = [
    "MOST_LIMITS",
    "Built",
    "Scope",
    "TooMuch",
    "build",
    "heads_with_breaches",
    "late_limits",
    "of_record",
]
