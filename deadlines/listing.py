"""Time limits as lists show them: one line each, whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass

from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.wording import Chip, chip, day_text

#: A code longer than this is a name for machines.
MOST_SAID = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One time limit: what it is about, whose it is, until when, who holds it.

    ``code`` is what people call the subject; codes that nobody would say are not shown. ``records``
    is in how many records of Home Affairs it stands, where whoever reads may know it.
    """

    subject: str
    code: str
    title: str
    agency: str
    rule: str
    due_text: str
    holder: str
    chip: Chip
    records: int = 0


def lines(limits: Iterable[TimeLimit], moment: Moment) -> list[Line]:
    """Lines in the order given; no query when the limits come from ``for_list``."""
    return [
        Line(
            subject=limit.subject_code,
            code=limit.subject_code if len(limit.subject_code) <= MOST_SAID else "",
            title=limit.subject_title,
            agency=limit.agency.name,
            rule=limit.rule.name,
            due_text=day_text(limit.due_on),
            holder=holder(limit),
            chip=chip(limit, now=moment.now, calendar=moment.calendar),
            records=getattr(limit, "record_count", 0),
        )
        for limit in limits
    ]


def holder(limit: TimeLimit) -> str:
    """Who holds it: the desk officer, else the head when the limit began."""
    person = limit.officer or limit.head_at_start
    return person.full_name if person else ""
