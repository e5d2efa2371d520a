"""The owner of a list hears that it came to its end while they did something else."""

from datetime import datetime

from accounts.messages import deliver
from accounts.models import Message, MessageKind
from dossiers.models import ImportSession


def tell_end(session: ImportSession, kind: MessageKind, now: datetime) -> None:
    """One message in the inbox of the owner, however often a worker comes to the end.

    ``due_at`` is the instant at which the owner confirmed: it makes the message the only one.
    """
    deliver(
        [
            Message(
                recipient_id=session.owner_id,
                kind=kind,
                limit_code=str(session.public_id),
                due_at=session.confirmed_at or now,
                about=str(session.public_id),
                title=session.name,
                agency_name="",
                created_at=now,
            )
        ]
    )
