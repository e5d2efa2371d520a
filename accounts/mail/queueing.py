"""From messages to letters, set-based, and safe to repeat and side by side.

Each piece of news travels in one letter: ``MailItem`` is unique by message. News that is urgent, or
must come, is gathered into one letter for each person and pass; everything else, and whatever came
while the office was closed, waits for the letter of the next working morning. Nothing rests on a
window of time: what a slow transaction stores late is found by the next pass.
"""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.mail.weights import MUST_COME, TOLD_APART, URGENT
from accounts.mail_models import Mail, MailChoice, MailItem, MorningRound
from accounts.models import Appointment, Message, User

#: Older news is history; it is longer than any holiday.
FRESH = timedelta(days=21)
#: News of before the morning letters is theirs; what a transaction stored later than this after its
#: instant waits for the next morning.
SLOWEST = timedelta(hours=1)

_COLUMNS = (
    "key", "kind", "recipient_id", "address", "about", "day", "batch", "created_at", "state",
    "tries", "next_try_at", "last_error",
)  # fmt: skip


def reachable(day: date) -> QuerySet[User]:
    """People with an open account and an address, with what they chose as ``wants`` and whether
    they hold a post on that day as ``in_post``."""
    choice = MailChoice.objects.filter(user=OuterRef("pk"))
    posts = Appointment.objects.in_force_on(day).filter(user=OuterRef("pk"))
    return User.objects.filter(is_active=True).exclude(email="").annotate(
        wants=Coalesce(Subquery(choice.values("news")[:1]), Value(MailChoice.News.MORNING.value)),
        in_post=Exists(posts),
    )  # fmt: skip


def pending(day: date, now: datetime, since: datetime) -> QuerySet[Message]:
    """News of after an instant for which a letter is wanted and that stands in none yet."""
    people = reachable(day)
    wanting = people.filter(in_post=True).exclude(wants=MailChoice.News.NONE)
    must = Q(kind__in=MUST_COME, recipient__in=people.values("pk"))
    may = Q(read_at__isnull=True, recipient__in=wanting.values("pk"))
    in_a_letter = MailItem.objects.filter(message=OuterRef("pk"))
    before = MailChoice.objects.filter(
        user=OuterRef("recipient_id"), since__gt=OuterRef("created_at")
    )
    return Message.objects.filter(
        must | may,
        ~Q(kind__in=TOLD_APART),
        ~Exists(in_a_letter),
        ~Exists(before),
        created_at__gt=since,
        created_at__lte=now,
    )


def queue_at_once(*, day: date, now: datetime) -> int:
    """Write a letter for each person with urgent news; how many.

    For when the office is open and the morning letters of the day are written.
    """
    morning = MorningRound.objects.filter(day=day).first()
    if morning is None:
        return 0
    everything = MailChoice.objects.filter(news=MailChoice.News.AT_ONCE).values("user_id")
    urgent = pending(day, now, since=morning.at - SLOWEST).filter(
        Q(kind__in=MUST_COME | URGENT) | Q(recipient__in=everything)
    )  # fmt: skip
    with transaction.atomic():
        batch = uuid.uuid4()
        first = urgent.order_by().values("recipient_id").annotate(first=Min("pk"))
        key = Concat(Value("tin-"), _text("recipient_id"), Value("-"), _text("first"))
        written = _insert(first, key, F("recipient_id"), Mail.Kind.NEWS, day, batch, now)
        if written:
            _put_in(urgent, batch)
    return written


def queue_morning(*, day: date, now: datetime, owing: QuerySet[User]) -> int:
    """Write the letters of a working morning, once for the day; how many.

    Whoever has news, or is among ``owing`` and did not choose otherwise, gets one; nobody else.
    """
    with transaction.atomic():
        begun = MorningRound.objects.bulk_create(
            [MorningRound(day=day, at=now)], ignore_conflicts=True
        )
        if not begun or not MorningRound.objects.filter(day=day, at=now).exists():
            return 0
        news, batch = pending(day, now, since=now - FRESH), uuid.uuid4()
        people = reachable(day).filter(
            Exists(news.filter(recipient=OuterRef("pk")))
            | Q(pk__in=owing.values("pk"), in_post=True) & ~Q(wants=MailChoice.News.NONE)
        )
        key = Concat(Value(f"sang-{day:%Y%m%d}-"), _text("pk"))
        written = _insert(people.order_by(), key, F("pk"), Mail.Kind.MORNING, day, batch, now)
        if written:
            _put_in(news, batch)
    return written


def _text(column: str) -> Cast:
    return Cast(column, CharField())


def _insert(
    rows: QuerySet, key: Any, recipient: Any, kind: str, day: date, batch: uuid.UUID, now: datetime
) -> int:
    """One letter for each row; those that exist stay as they are."""
    text = CharField()
    values: dict[str, Any] = {
        "c_key": key,
        "c_kind": Value(str(kind), text),
        "c_recipient": recipient,
        "c_address": Value("", text),
        "c_about": Value("", text),
        "c_day": Value(day, DateField()),
        "c_batch": Value(batch, UUIDField()),
        "c_created": Value(now, DateTimeField()),
        "c_state": Value(str(Mail.State.WAITING), text),
        "c_tries": Value(0, IntegerField()),
        "c_next": Value(now, DateTimeField()),
        "c_error": Value("", text),
    }
    return _insert_selected("accounts_mail", _COLUMNS, rows.annotate(**values).values_list(*values))


def _put_in(news: QuerySet[Message], batch: uuid.UUID) -> None:
    """Put each piece of news into the letter that this batch wrote for its person."""
    rows = news.order_by().filter(recipient__mail__batch=batch)
    pairs = rows.values_list("pk", "recipient__mail__pk")
    _insert_selected("accounts_mailitem", ("message_id", "mail_id"), pairs)


def _insert_selected(table: str, columns: tuple[str, ...], rows: QuerySet) -> int:
    select, params = rows.query.sql_with_params()
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) '  # noqa: S608
            f"SELECT * FROM ({select}) AS found WHERE true ON CONFLICT DO NOTHING",
            params,
        )
        return int(cursor.rowcount)
