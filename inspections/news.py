"""Who is told of plans, inspections and records: rows in inboxes, in the transaction of the act."""

from collections.abc import Iterable
from datetime import date, datetime

from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind
from accounts.roles import Role
from inspections.models import Inspection, Record

#: What inboxes say beside the sentence; neutral, whoever reads over a shoulder. In Vietnamese, as
#: titles of dossiers are.
TITLES = {Inspection: "Kiểm tra công vụ", Record: "Biên bản kiểm tra công vụ"}


def directors(day: date) -> set[int]:
    """Whoever directs Home Affairs on a local date."""
    posts = Appointment.objects.in_force_on(day).filter(role=Role.HOME_AFFAIRS_DIRECTOR)
    return set(posts.values_list("user_id", flat=True))


def lines(user_ids: Iterable[int], day: date) -> list[str]:
    """Who will be told, each person once with the post, as the page says before it is sent."""
    posts = (
        Appointment.objects.in_force_on(day)
        .filter(user_id__in=list(user_ids))
        .select_related("user", "agency")
        .order_by("user_id", "pk")
    )
    return list({post.user_id: f"{post.user.full_name}, {post.line()}" for post in posts}.values())


def tell(
    kind: MessageKind, row: Inspection | Record, people: Iterable[int], *, now: datetime
) -> None:
    """One message for each person about an inspection or a record."""
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=str(row.public_id),
            due_at=now,
            about=str(row.public_id),
            title=TITLES[type(row)],
            agency_name=row.agency.name,
            created_at=now,
        )
        for person in sorted(set(people))
    )
