"""A leader calls a meeting on a dossier; what follows from it says that it was held."""

from datetime import datetime

from accounts.actors import Actor
from accounts.models import MessageKind
from dossiers import news
from dossiers.models import Dossier, Meeting
from dossiers.states import State
from dossiers.transitions.acting import acting, enter, move


def call_meeting(
    dossier: Dossier,
    *,
    planned_at: datetime,
    place: str,
    agenda: str,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Meeting:
    """A City leader calls a meeting: agency and City Office are told when and where."""
    with acting(dossier, "call_meeting", by, version) as row:
        meeting = Meeting.objects.create(
            dossier=row,
            planned_at=planned_at,
            place=place,
            agenda=agenda,
            called_by=by.user,
            called_at=now,
        )
        move(row, "call_meeting")
        enter(
            row,
            "meeting_called",
            by,
            now,
            before={"state": State.WITH_LEADER},
            after={
                "state": State.MEETING_SCHEDULED,
                "planned_at": planned_at,
                "place": place,
                "text": agenda,
            },
        )
        told = news.people_of(row, now) | news.office_people(now)
        news.tell(MessageKind.MEETING, row, told, now=now)
    return meeting


def mark_held(row: Dossier, before: str, now: datetime) -> None:
    """The meeting that a dossier waited for was held: its outcome is being entered."""
    if before == State.MEETING_SCHEDULED:
        Meeting.objects.filter(dossier=row, held_at=None).update(held_at=now)
