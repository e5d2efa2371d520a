"""A record goes to the inspected side: opinion in its own words, signatures, or back to draft."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from agencies.dates import local_day
from inspections import news
from inspections.heads import answering
from inspections.models import Record, Signature
from inspections.transitions.rows import Unfit, acting, enter, write

_R = Record.State


def send(record: Record, *, version: int | None, by: Actor, now: datetime) -> Record:
    """Send the record to the inspected side for its opinion: the head named in it and whoever heads
    the agency now are told, and may read it from now on."""
    with acting(record, "send_record", by, version) as row:
        missing = missing_in(row)
        if missing:
            raise Unfit(
                _("Before it is sent, the record needs: %(what)s.") % {"what": ", ".join(missing)}
            )
        write(
            row, "send_record", state=_R.SENT, sent_at=now, opinion="", opinion_text="",
            opinion_by=None, opinion_at=None,
        )  # fmt: skip
        people = parties(row, local_day(now))
        enter(row, "record_sent", by, now, after={"people": len(people)})
        news.tell(MessageKind.RECORD_SENT, row, people, now=now)
    return row


def missing_in(record: Record) -> list[str]:
    """What a record still lacks before others may read it, in words."""
    wanted = (
        (record.place, _("the place")),
        (record.started_at, _("the hour at which it began")),
        (record.method, _("how dossiers were chosen")),
        (
            any(one["side"] == "inspected" for one in record.present) or record.absent_reason,
            _("who was there for the agency, or why nobody was"),
        ),
    )
    return [str(words) for value, words in wanted if not value]


def parties(record: Record, day: date) -> set[int]:
    """The head named in the record and whoever heads the agency on a local date."""
    named = {record.head_id} if record.head_id else set()
    return named | answering(record.agency_id, day)


def take_back(
    record: Record, *, reason: str, version: int | None, by: Actor, now: datetime
) -> Record:
    """Take a record that was sent back into drafting, with the reason. An opinion and signatures
    given on the earlier text fall away with it; the ledger keeps them word by word."""
    with acting(record, "take_back_record", by, version) as row:
        before = {
            "state": row.state,
            "opinion": row.opinion,
            "opinion_text": row.opinion_text,
            "signatures": [
                {
                    "side": one.side,
                    "name": one.name,
                    "signed_on": one.signed_on,
                    "refused": one.refused_reason,
                }
                for one in row.signatures.order_by("pk")
            ],
        }
        row.signatures.all().delete()
        write(
            row, "take_back_record", state=_R.DRAFTING, sent_at=None, opinion="", opinion_text="",
            opinion_by=None, opinion_at=None,
        )  # fmt: skip
        enter(row, "record_taken_back", by, now, before=before, reason=reason)
        news.tell(MessageKind.RECORD_TAKEN_BACK, row, parties(row, local_day(now)), now=now)
    return row


def give_opinion(
    record: Record, *, opinion: str, text: str, version: int | None, by: Actor, now: datetime
) -> Record:
    """The opinion of the inspected side, once, in its own words: kept to the letter."""
    with acting(record, "give_opinion", by, version) as row:
        if opinion != Record.Opinion.AGREES and not text.strip():
            raise Unfit(_("Say in your own words what you do not agree with."))
        write(
            row,
            "give_opinion",
            opinion=opinion,
            opinion_text=text,
            opinion_by=by.user,
            opinion_at=now,
        )
        enter(row, "record_answered", by, now, after={"opinion": opinion, "text": text})
        news.tell(MessageKind.RECORD_ANSWERED, row, {row.author_id}, now=now)
    return row


@dataclass(frozen=True, slots=True)
class Signed:
    """One side's signature on the paper: its day, or why it is missing and who saw that."""

    side: str
    name: str
    post: str
    signed_on: date | None = None
    refused_reason: str = ""
    witness: str = ""


def sign(
    record: Record, *, signed: Signed, version: int | None, by: Actor, now: datetime
) -> Signature:
    """Enter what one side put under the record; entered again, it replaces the entry before."""
    with acting(record, "sign_record", by, version) as row:
        _check_signature(row, signed, local_day(now))
        before = (
            row.signatures.filter(side=signed.side)
            .values("name", "post", "signed_on", "refused_reason", "witness")
            .first()
        )
        facts = {
            field.name: getattr(signed, field.name)
            for field in fields(Signed)
            if field.name != "side"
        }
        signature, _created = Signature.objects.update_or_create(
            record=row,
            side=signed.side,
            defaults={**facts, "entered_by": by.user, "entered_at": now},
        )
        write(row, "sign_record")
        enter(row, "record_signed", by, now, before=before, after={"side": signed.side, **facts})
    return signature


def _check_signature(row: Record, signed: Signed, today: date) -> None:
    refused = signed.refused_reason.strip()
    if bool(signed.signed_on) == bool(refused):
        raise Unfit(_("Enter the day of the signature, or why it was not given; not both."))
    if refused and signed.side != Signature.Side.INSPECTED:
        raise Unfit(_("Only the inspected party may decline to sign."))
    if refused and not signed.witness.strip():
        raise Unfit(_("Name the witness to the signature not given."))
    if signed.signed_on and signed.signed_on > today:
        raise Unfit(_("The day of a signature cannot lie ahead."))
    if signed.signed_on and row.started_at and signed.signed_on < local_day(row.started_at):
        raise Unfit(_("Nobody signs a record before the visit it is about."))


def drop(record: Record, *, reason: str, version: int | None, by: Actor, now: datetime) -> Record:
    """Its author drops a record that never got a number. Its text stays for Home Affairs."""
    with acting(record, "drop_record", by, version) as row:
        before = row.state
        write(row, "drop_record", state=_R.DROPPED)
        enter(
            row,
            "record_dropped",
            by,
            now,
            before={"state": before},
            after={"state": row.state},
            reason=reason,
        )
        if before == _R.SENT:
            news.tell(MessageKind.RECORD_TAKEN_BACK, row, parties(row, local_day(now)), now=now)
    return row
