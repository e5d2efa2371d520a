"""How much an agency's record calls for an inspection: points from 0 to 100, each with its reason.

Four things count, each with a most that no other can outweigh:

* limits not kept in the last twelve months, by their share (50);
* dossiers that lie at the agency without any act (15);
* remedies of earlier inspections that are still owed (15);
* the time since the last visit (20).

Pure: no database, no settings, no clock. A score is a reason to look, never a judgement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: A share is taken of no fewer limits than this, so that one late of one is not "everything late".
LEAST_LIMITS = 5
MOST_LATE, MOST_IDLE, MOST_REMEDIES, MOST_UNSEEN = 50, 15, 15, 20
POINTS_A_DOSSIER, POINTS_A_REMEDY = 3, 5
#: After this many months without a visit the part for it is full.
MONTHS_UNSEEN = 24


class Reason(StrEnum):
    """What a part of the score stands for."""

    LATE = "late"
    IDLE = "idle"
    REMEDIES = "remedies"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class History:
    """What is known of an agency: ``due`` limits that ended in the last twelve months and ``late``
    of them, met late or still open; ``idle`` dossiers without an act; ``remedies`` still owed;
    ``months_unseen`` whole months since the last visit, ``None`` when there was none."""

    agency: str
    due: int = 0
    late: int = 0
    idle: int = 0
    remedies: int = 0
    months_unseen: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One reason with its figures, its points and the most that it can give."""

    reason: Reason
    figures: dict[str, int]
    points: int
    most: int

    def as_reason(self) -> dict[str, Any]:
        """As ``PlanItem.reasons`` keeps it."""
        return {
            "reason": str(self.reason),
            "figure": self.figures,
            "points": self.points,
            "most": self.most,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """The points of an agency and what they are made of, in the order of ``Reason``."""

    agency: str
    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)


def score(history: History) -> Score:
    """The score of one agency; whole points, halves rounded up."""
    unseen = history.months_unseen
    return Score(
        history.agency,
        (
            Part(
                Reason.LATE,
                {"late": history.late, "due": history.due},
                _share(MOST_LATE, history.late, max(history.due, LEAST_LIMITS)),
                MOST_LATE,
            ),
            Part(
                Reason.IDLE,
                {"dossiers": history.idle},
                min(MOST_IDLE, POINTS_A_DOSSIER * history.idle),
                MOST_IDLE,
            ),
            Part(
                Reason.REMEDIES,
                {"remedies": history.remedies},
                min(MOST_REMEDIES, POINTS_A_REMEDY * history.remedies),
                MOST_REMEDIES,
            ),
            Part(
                Reason.UNSEEN,
                {} if unseen is None else {"months": unseen},
                MOST_UNSEEN if unseen is None else _share(MOST_UNSEEN, unseen, MONTHS_UNSEEN),
                MOST_UNSEEN,
            ),
        ),
    )


def ranked(histories: Iterable[History]) -> list[Score]:
    """The scores from high to low; equal ones in the order of their agencies' codes."""
    return sorted(map(score, histories), key=lambda found: (-found.points, found.agency))


def spread(count: int, months: list[int]) -> list[int]:
    """A month for each of ``count`` visits, the first ones earliest, spread evenly."""
    return [months[place * len(months) // count] for place in range(count)]


def _share(most: int, part: int, whole: int) -> int:
    return min(most, (2 * most * part + whole) // (2 * whole))
