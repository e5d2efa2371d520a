"""The verbs of letters about late time limits: remind an agency, apologise for it.

Neither changes a clock: a letter asks for a day, the time limit stays overdue since its own.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.messages import deliver
from accounts.models import Message, MessageKind
from accounts.news import DUTY_CODES, LETTER_CODES, LETTER_VOID, TASK_CODES
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines import laddering
from deadlines.adjusting import end_of
from deadlines.models import Reminder, TimeLimit
from deadlines.querysets import TimeLimitQuerySet
from documents import issuing, printing
from documents.models import Paper
from dossiers import letter_papers, news, policies
from dossiers.letter_papers import Asked, Sorry
from dossiers.models import Dossier, Letter
from dossiers.transitions.acting import acting, enter, touch
from ledger import recording

#: Limits of one letter; more belongs into several.
MOST_IN_A_LETTER = 100


class LetterUnfit(Refused):
    """What was entered does not fit; ``field`` says where, the sentence what to do."""

    def __init__(self, field: str, sentence: str):
        super().__init__(sentence)
        self.field = field


class NotLate(Conflict):
    """Some of the limits are met by now, or another letter of today is about them."""


class Apologised(Refused):
    """The dossier has its apology: a date is put off once."""


def late_anywhere(now: datetime) -> TimeLimitQuerySet:
    """What is owed on dossiers and tasks and was not done in time; what Home Affairs asks of people
    and agencies has ways of its own."""
    duty = Q()
    for prefix in DUTY_CODES:
        duty |= Q(subject_code__startswith=prefix)
    return TimeLimit.objects.overdue(now).exclude(duty)


def late_of(agency: Agency, now: datetime) -> TimeLimitQuerySet:
    """The part of an agency, the oldest first."""
    return late_anywhere(now).filter(agency=agency).order_by("due_at", "pk")


def remind_by_letter(
    agency: Agency, *, limits: Collection[int], asked: Asked, by: Actor, now: datetime
) -> Letter:
    """Issue a reminder letter about late limits of one agency, under the next number of whoever
    sends it; its head and clerks are told, and each limit counts one reminder more.

    ``limits`` are keys: all of them or none. Raises ``LetterUnfit``, ``NotLate``,
    ``documents.issuing.Faulty``, ``CalendarNotPublished`` and ``NotAllowed``.
    """
    if not allows(by, "remind", agency.pk):
        raise NotAllowed(_("Your post does not carry this right."))
    keys = set(limits)
    if not keys:
        raise LetterUnfit("limits", _("Choose at least one time limit."))
    if len(keys) > MOST_IN_A_LETTER:
        raise LetterUnfit(
            "limits",
            _("A letter names at most %(most)d time limits.") % {"most": MOST_IN_A_LETTER},
        )
    if asked.new_due_on <= local_day(now):
        raise LetterUnfit("new_due_on", _("Choose a day after today: the agency needs time."))
    with recording.recorded():
        # whoever writes about the same limits at this moment waits here
        locked = TimeLimit.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        list(locked.order_by("pk"))
        rows = list(late_of(agency, now).filter(pk__in=keys).select_related(*letter_papers.JOINS))
        if len(rows) < len(keys) or _written_today(keys, now):
            raise NotLate(
                _("Some of these time limits were met meanwhile, or a letter of today is about "
                  "them already. Look at the list again.")
            )  # fmt: skip
        sender = letter_papers.sender_of(by, now)
        layout = letter_papers.reminder(agency, rows, asked, by=by, now=now)
        letter = _issue(
            Letter(kind=Letter.Kind.REMINDER, agency=agency, asked_on=asked.new_due_on),
            Paper.Kind.LETTER,
            layout,
            rows,
            sender.holder,
            by,
            now,
            series=sender.series,
        )
        told = _tell(letter, now)
        laddering.note(rows, kind=Reminder.Kind.LETTER, now=now)
        for limit in rows:
            recording.append(
                by=by.author,
                action="dossier_reminded",
                kind=_kind(limit),
                code=limit.subject_code,
                now=now,
                after={
                    "limit": limit.code,
                    "agency": agency.name,
                    "people": told,
                    "letter": str(letter.public_id),
                },
                document=letter.paper.ref,
            )
    return letter


def void_letter(letter: Letter, *, reason: str, by: Actor, now: datetime) -> Letter:
    """Declare a reminder letter void: it keeps number and text, counts as a reminder no more, and
    whoever was told of it is told. Its limits may be written about anew the same day.

    Raises ``LetterUnfit``, ``documents.issuing.AlreadyVoid`` and ``NotAllowed``: never whoever
    issued it.
    """
    if not policies.may_void_letter(by, letter):
        raise NotAllowed(_("Your post does not carry this right."))
    if not reason:
        raise LetterUnfit("reason", _("Give the reason."))
    with recording.recorded():
        issuing.declare_void(letter.paper, reason=reason, by=by, now=now)
        for limit in letter.limits.order_by("pk"):
            recording.append(
                by=by.author,
                action="reminder_voided",
                kind=_kind(limit),
                code=limit.subject_code,
                now=now,
                after={"limit": limit.code, "letter": str(letter.public_id)},
                reason=reason,
                document=letter.paper.ref,
            )
        _tell(letter, now, rung=LETTER_VOID)
    return letter


def apologise(
    dossier: Dossier, *, said: Sorry, version: int | None, by: Actor, now: datetime
) -> Letter:
    """The head of the agency that owes an answer says sorry to the citizen or business behind the
    dossier and names a new day, once (phiếu xin lỗi và hẹn lại ngày trả kết quả; Thông tư
    01/2018/TT-VPCP, mẫu 04). It may go out before the promised day. Raises ``LetterUnfit``,
    ``Apologised`` and ``documents.issuing.Faulty``."""
    if said.new_on <= local_day(now):
        raise LetterUnfit("new_on", _("The new day lies after today."))
    if said.new_on <= said.promised_on:
        raise LetterUnfit("new_on", _("The new day lies after the day that was promised."))
    if said.promised_on < said.received_on:
        raise LetterUnfit("promised_on", _("This day lies before that of receipt."))
    with acting(dossier, "apologise", by, version) as row:
        if row.letters.filter(kind=Letter.Kind.APOLOGY).exists():
            raise Apologised(_("This dossier has its apology already: a day is put off once."))
        owed = TimeLimit.objects.filter(subject_code=row.code, agency=row.agency, met_at=None)
        letter = _issue(
            Letter(kind=Letter.Kind.APOLOGY, agency=row.agency, dossier=row, asked_on=said.new_on),
            Paper.Kind.LETTER,
            letter_papers.apology(row, said, by=by),
            list(owed.order_by("due_at", "pk")),
            row.agency,
            by,
            now,
        )
        touch(row, "apologise")
        enter(
            row,
            "apology_issued",
            by,
            now,
            after={"to": said.to, "new_on": said.new_on, "letter": str(letter.public_id)},
            reason=said.reason,
            document=letter.paper.ref,
        )
    return letter


def _issue(
    letter: Letter,
    kind: str,
    layout: printing.Layout,
    limits: Sequence[TimeLimit],
    holder: Agency,
    by: Actor,
    now: datetime,
    *,
    series: str = "",
) -> Letter:
    letter.paper = issuing.issue(
        kind=kind,
        holder=holder,
        symbol=layout.symbol,
        series=series,
        about_kind="letter",
        about_code=str(letter.public_id),
        title=f"{layout.type_name or 'Công văn'}: {layout.abstract}"[:500],
        content=printing.content(
            layout,
            agency=letter.agency.name,
            limits=[limit.code for limit in limits],
            asked_on=letter.asked_on,
        ),
        by=by,
        now=now,
    )
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError as error:
        raise Apologised(
            _("This dossier has its apology already: a day is put off once.")
        ) from error
    letter.limits.set(limits)
    return letter


def _written_today(keys: Collection[int], now: datetime) -> bool:
    midnight = end_of(local_day(now) - timedelta(days=1))
    today = Letter.objects.filter(
        kind=Letter.Kind.REMINDER, paper__issued_at__gte=midnight, paper__void=None
    )
    return today.filter(limits__in=keys).exists()


def _kind(limit: TimeLimit) -> str:
    return "task" if limit.subject_code.startswith(TASK_CODES) else "dossier"


def _tell(letter: Letter, now: datetime, *, rung: int = 0) -> int:
    """The head and the clerks of the agency; how many."""
    code = f"{LETTER_CODES}{letter.public_id}"
    people = news.agency_people({letter.agency_id}, now)
    deliver(
        Message(
            recipient_id=person,
            kind=MessageKind.REMINDED,
            rung=rung,
            limit_code=code,
            due_at=end_of(letter.asked_on),
            about=code,
            title=letter.paper.title,
            agency_name=letter.agency.name,
            created_at=now,
        )
        for person in sorted(people)
    )
    return len(people)
