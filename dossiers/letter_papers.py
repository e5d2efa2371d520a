"""What letters about late time limits say, from data: their lines, who issues and signs them.

The words are content of official papers, so in Vietnamese whatever the reader's language
(Nghị định 30/2020/NĐ-CP; domain.md §4.3 (4) and (5)).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment
from accounts.refusals import NotAllowed
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency, Kind
from deadlines.counting import working_days_late
from deadlines.models import TimeLimit
from deadlines.published import published
from documents.forms import CITY, Apology, Issuer, Late, Reminder, Signer, apology_slip
from documents.forms import reminder_letter as letter_of
from documents.forms import reminder_text as text_of
from documents.forms.parts import day_month_year
from documents.layout import Layout, Urgency
from dossiers.models import Dossier
from ledger.models import Event

#: With what a limit is read so that its line costs no further query.
JOINS = ("agency", "rule", "direction__by", "conclusion__by", "consultation", "task")
_OFFICE = (Role.OFFICE_CHIEF, Role.OFFICE_OFFICER, Role.OFFICE_CLERK)
_COMMITTEES = (Kind.WARD, Kind.COMMUNE, Kind.URBAN_DISTRICT, Kind.RURAL_DISTRICT, Kind.TOWN)
#: The City Office numbers the letters of the City; it answers for their text.
_CITY_UNIT = "TKBT"


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name somebody issues: the agency that numbers the letter, its head, the signer;
    ``series`` is what it numbers, whichever unit drafts."""

    holder: Agency
    issuer: Issuer
    signer: Signer
    series: str = ""


def sender_of(by: Actor, now: datetime) -> Sender:
    """The sender of a reminder by this person: the City for a City leader, else the City Office or
    Home Affairs, with the unit where the person works. Who is not its head signs by order.

    Raises ``NotAllowed`` for anybody else."""
    name = by.user.full_name if by.user else ""
    for post in by.posts:
        if post.role == Role.CITY_LEADER:
            office = Agency.objects.as_of(local_day(now)).get(code="VP")
            city = Issuer(name=CITY, code="UBND", governing="", unit=_CITY_UNIT)
            return Sender(office, city, _leader(name, post.post))
        home = post.agency
        if home is not None and post.role in {*_OFFICE, Role.INSPECTOR}:
            unit = post.unit.code if post.unit else ""
            issuer = Issuer(name=home.name, code=home.code, unit=unit)
            if post.role == Role.OFFICE_CHIEF:
                return Sender(home, issuer, Signer(name=name, post=_acting(post)), home.code)
            head = "Chánh Văn phòng" if post.role in _OFFICE else "Giám đốc"
            signer = Signer(name=name, post=post.post, capacity="TL.", body=head)
            return Sender(home, issuer, signer, home.code)
    raise NotAllowed(_("Your post does not carry this right."))


def head_of(agency: Agency, by: Actor) -> Sender:
    """The sender of an apology: the agency, in the person of its head. A People's Committee has no
    governing body on its papers, and its chair signs for it."""
    post = by.post_in(agency.pk)
    name = by.user.full_name if by.user else ""
    if agency.kind in _COMMITTEES:
        chair = _acting(post).partition(" UBND")[0] if post else "Chủ tịch"
        signer = Signer(name=name, post=chair, capacity="TM.", body="Ủy ban nhân dân")
        return Sender(agency, Issuer(name=agency.name, code="UBND", governing=""), signer)
    signer = Signer(name=name, post=_acting(post) if post else "")
    return Sender(agency, Issuer(name=agency.name, code=agency.code), signer)


def reminders_of(codes: Collection[str]) -> list[Event]:
    """The entries of reminders of dossiers and tasks, the oldest first; those of a letter that was
    declared void count no more. One query."""
    events = Event.objects.filter(
        action__in=["dossier_reminded", "reminder_voided"], object_code__in=codes
    )
    found = list(events.order_by("pk"))
    void = {event.after["letter"] for event in found if event.action == "reminder_voided"}
    return [
        event
        for event in found
        if event.action == "dossier_reminded" and event.after.get("letter") not in void
    ]


def lines_of(limits: Sequence[TimeLimit], now: datetime) -> list[Late]:
    """Each limit as a row of the table, as it stands now; limits read with ``JOINS``, one query
    more. Raises ``CalendarNotPublished``."""
    calendar = published().calendar
    codes = {limit.subject_code for limit in limits}
    reminded = Counter(event.after.get("limit", "") for event in reminders_of(codes))
    return [
        Late(
            code=limit.subject_code,
            matter=limit.subject_title,
            due_on=limit.due_on,
            net=working_days_late(calendar, limit.due_at, now),
            gross=working_days_late(calendar, limit.first_due_at, now),
            direction=_set_by(limit),
            reminders=reminded[limit.code],
        )
        for limit in limits
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reminder asks for: until when, whether with an explanation, how urgently; ``text`` as
    somebody rewrote the draft."""

    new_due_on: date
    explain: bool = True
    urgency: str = ""
    text: str = ""


def reminder(
    agency: Agency, limits: Sequence[TimeLimit], asked: Asked, *, by: Actor, now: datetime
) -> Layout:
    """The reminder as it would be issued now; without number and day."""
    return letter_of(_reminder(agency, limits, asked, by, now))


def drafted(
    agency: Agency, limits: Sequence[TimeLimit], asked: Asked, *, by: Actor, now: datetime
) -> str:
    """The paragraphs that the data give, one a line."""
    return text_of(_reminder(agency, limits, replace(asked, text=""), by, now))


def _reminder(
    agency: Agency, limits: Sequence[TimeLimit], asked: Asked, by: Actor, now: datetime
) -> Reminder:
    sender = sender_of(by, now)
    return Reminder(
        issuer=sender.issuer,
        signer=sender.signer,
        agency=agency.name,
        limits=lines_of(limits, now),
        as_of=local_day(now),
        new_due_on=asked.new_due_on,
        explain=asked.explain,
        text=asked.text,
        urgency=Urgency(asked.urgency),
    )


@dataclass(frozen=True, slots=True)
class Sorry:
    """What an apology says besides what the dossier says itself."""

    to: str
    matter: str
    received_on: date
    promised_on: date
    new_on: date
    reason: str
    contact: str
    address: str = ""
    place_of_return: str = ""


def apology(dossier: Dossier, said: Sorry, *, by: Actor) -> Layout:
    """The apology as it would be issued now; without number and day."""
    sender = head_of(dossier.agency, by)
    return apology_slip(
        Apology(
            issuer=sender.issuer,
            signer=sender.signer,
            code=dossier.code,
            **{name: getattr(said, name) for name in Sorry.__dataclass_fields__},
        )
    )


def _set_by(limit: TimeLimit) -> str:
    if direction := getattr(limit, "direction", None):
        whose = f" của {direction.by.full_name}" if direction.by else ""
        return f"Chỉ đạo ngày {_on(direction.at)}{whose}"
    if conclusion := getattr(limit, "conclusion", None):
        return f"Kết luận ngày {_on(conclusion.at)} của {conclusion.by.full_name}"
    if asked := getattr(limit, "consultation", None):
        return f"Đề nghị cho ý kiến ngày {_on(asked.asked_at)}"
    if task := getattr(limit, "task", None):
        return f"Văn bản số {task.source_ref}" if task.source_ref else ""
    return ""


def _on(at: datetime) -> str:
    return day_month_year(local_day(at))


def _acting(post: Appointment) -> str:
    return f"Q. {post.post}" if post.acting else post.post


def _leader(name: str, post: str) -> Signer:
    """The chair, or a vice chair for the chair."""
    if post.startswith("Phó"):
        return Signer(name=name, post="Phó Chủ tịch", capacity="KT.", body="Chủ tịch")
    return Signer(name=name, post="Chủ tịch", capacity="TM.", body="Ủy ban nhân dân")
