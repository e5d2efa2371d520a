"""Dossiers as a table shows them: plain texts, made once a row.

A list is mostly its rows, so a row looks nothing up while it is drawn: labels of states and marks
are translated once a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.wording import Chip, chip, day_text
from dossiers.models import Dossier, Urgency
from dossiers.states import State


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier: ``urgency`` is empty for what is not urgent, ``due_text`` the end of the limit
    of the chip in a sentence, ``created`` the instant for machines."""

    code: str
    url: str
    matter: str
    letter_ref: str
    urgency: str
    agency: str
    state: str
    chip: Chip | None
    due_text: str
    created: str
    created_text: str
    pick_text: str


def rows_of(
    dossiers: Iterable[Dossier], limits: Mapping[str, TimeLimit], moment: Moment
) -> list[Row]:
    """Each dossier with the limit that is shown of it; no query when its agency came with it."""
    states = {str(value): str(label) for value, label in State.choices}
    marks = {str(value): str(label) for value, label in Urgency.choices}
    marks[Urgency.NORMAL.value] = ""
    zone, pick, end = timezone.get_current_timezone(), _("Choose %(code)s"), _("end of %(day)s")
    found = []
    for dossier in dossiers:
        limit = limits.get(dossier.code)
        at = dossier.created_at.astimezone(zone)
        found.append(
            Row(
                code=dossier.code,
                url=reverse("dossiers:detail", args=[dossier.code]),
                matter=dossier.matter,
                letter_ref=dossier.letter_ref,
                urgency=marks[dossier.urgency],
                agency=dossier.agency.name,
                state=states[dossier.state],
                chip=chip(limit, now=moment.now, calendar=moment.calendar) if limit else None,
                due_text=end % {"day": day_text(limit.due_on)} if limit else "",
                created=at.isoformat(timespec="seconds"),
                created_text=f"{at:%d/%m/%Y}",
                pick_text=pick % {"code": dossier.code},
            )
        )
    return found
