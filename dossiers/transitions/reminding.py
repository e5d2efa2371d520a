"""Reminding whoever owes an answer: once a day for each person and limit, and on record."""

from datetime import datetime, time

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.messages import deliver
from accounts.models import Message, MessageKind
from accounts.refusals import NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from deadlines import laddering
from deadlines.calendar import HANOI
from deadlines.models import Reminder, TimeLimit
from dossiers import news
from dossiers.models import Dossier
from ledger import recording
from ledger.models import Event

#: Dossiers that one person may remind of in a day; more is a mistake of the hand.
MOST_A_DAY = 200


class NothingOwed(Refused):
    """No time limit of the dossier is running or overdue."""


class RemindedToday(Refused):
    """Everybody who owes it was reminded today."""


class RemindedEnough(Refused):
    """The person has reminded of as many dossiers today as anybody may."""


class NobodyToRemind(Refused):
    """No post is filled at the agency that owes the limit."""


def remind(dossier: Dossier, *, by: Actor, now: datetime) -> int:
    """Remind the people who owe the limit that ends first; how many were told.

    Changes nothing about the dossier: neither its clock nor whose hands it is in. Raises
    ``NothingOwed``, ``RemindedToday``, ``RemindedEnough`` and ``NobodyToRemind``.
    """
    with recording.recorded():
        row = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
        if not allows(by, "remind", row.agency_id):
            raise NotAllowed(_("Your post does not carry this right."))
        owed = TimeLimit.objects.filter(subject_code=row.code, met_at__isnull=True)
        limit = owed.select_related("agency").order_by("due_at", "pk").first()
        if limit is None:
            raise NothingOwed(_("No time limit is running: there is nothing to remind of."))
        if _reminded(by, now) >= MOST_A_DAY:
            raise RemindedEnough(
                _("You have reminded of %(n)d dossiers today. Go on tomorrow.") % {"n": MOST_A_DAY}
            )
        people = {*news.agency_people({limit.agency_id}, now), *({limit.officer_id} - {None})}
        if not people:
            raise NobodyToRemind(
                _("Nobody at %(agency)s has an account.") % {"agency": limit.agency.name}
            )
        day = laddering.day_number(now)
        told = Message.objects.filter(
            Q(kind=MessageKind.REMINDED, limit_code=limit.code, due_at=limit.due_at, rung=day)
        ).values_list("recipient_id", flat=True)
        fresh = people - set(told)
        if not fresh:
            raise RemindedToday(_("Already reminded today."))
        deliver(
            Message(
                recipient_id=person,
                kind=MessageKind.REMINDED,
                rung=day,
                limit_code=limit.code,
                due_at=limit.due_at,
                about=limit.subject_code,
                title=limit.subject_title,
                agency_name=limit.agency.name,
                created_at=now,
            )
            for person in sorted(fresh)
        )
        laddering.note([limit], kind=Reminder.Kind.PERSON, now=now)
        recording.append(
            by=by.author,
            action="dossier_reminded",
            kind="dossier",
            code=row.code,
            now=now,
            after={"limit": limit.code, "agency": limit.agency.name, "people": len(fresh)},
        )
    return len(fresh)


def _reminded(by: Actor, now: datetime) -> int:
    """Of how many dossiers a person has reminded since midnight."""
    midnight = datetime.combine(local_day(now), time(), HANOI)
    mine = Event.objects.filter(action="dossier_reminded", actor_id=by.author.id, at__gte=midnight)
    return mine.count()
