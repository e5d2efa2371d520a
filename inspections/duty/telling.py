"""Who hears of what: rows in inboxes, in the transaction of the act. No message says what it is
about beyond that something waits: titles stay neutral, the page behind it asks who opens it."""

from collections.abc import Iterable
from datetime import datetime

from accounts.messages import deliver
from accounts.models import Appointment, Message, MessageKind
from accounts.roles import Role
from agencies.dates import local_day
from deadlines.models import TimeLimit

#: What lists of limits and inboxes say, whoever reads over a shoulder; content, so in Vietnamese.
REQUEST_TITLE = "Yêu cầu giải trình của Sở Nội vụ"
REMEDY_TITLE = "Thực hiện kiến nghị của Sở Nội vụ"
PROPOSAL_TITLE = "Đề xuất của Sở Nội vụ"
PROCESSING_TITLE = "Thời hạn xử lý theo đề xuất của Sở Nội vụ"
RECORD_TITLE = "Biên bản của Sở Nội vụ"


def holders(now: datetime, *roles: Role) -> set[int]:
    """Everyone who holds one of the roles today."""
    posts = Appointment.objects.in_force_on(local_day(now)).filter(role__in=roles)
    return set(posts.values_list("user_id", flat=True))


def of_limit(kind: MessageKind, limit: TimeLimit, people: Iterable[int], now: datetime) -> None:
    """News about what a time limit asks for; once for each due date."""
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=limit.code,
            due_at=limit.due_at,
            about=limit.subject_code,
            title=limit.subject_title,
            agency_name=limit.agency.name,
            created_at=now,
        )
        for person in sorted(people)
    )


def of_row(
    kind: MessageKind, code: str, title: str, agency: str, people: Iterable[int], now: datetime
) -> None:
    """News that no limit hangs on; once an instant."""
    deliver(
        Message(
            recipient_id=person,
            kind=kind,
            limit_code=code,
            due_at=now,
            about=code,
            title=title,
            agency_name=agency,
            created_at=now,
        )
        for person in sorted(people)
    )
