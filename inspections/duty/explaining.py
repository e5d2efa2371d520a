"""The explanation: asked of the person first, answered in that person's own words, or silence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, MessageKind, StagedFile
from agencies.dates import local_day
from agencies.models import Agency
from deadlines import rules
from deadlines import transitions as limits
from deadlines.adjusting import lift
from documents import issuing
from documents.models import Paper
from inspections.duty import telling
from inspections.duty.acting import (
    TooEarly,
    Unfit,
    attach,
    change,
    code_of,
    enter,
    home_of,
    moved_on,
    on_record,
)
from inspections.heads import answering
from inspections.models import Exhibit, ExplanationRequest, Record
from inspections.papers import explanation_request as paper

#: The caption of files that came with the answer; content, so in Vietnamese.
WITH_ANSWER = "Tài liệu kèm theo giải trình"
SILENT = "Hết thời hạn, không nhận được giải trình"


def ask_explanation(
    record: Record, *, text: str, last_day: date, version: int | None, by: Actor, now: datetime
) -> ExplanationRequest:
    """Ask the person for an explanation until the end of a published working day.

    A record of lateness is served on the person with it. The limit is owed in the agency where the
    person now has a post, so that nobody else is reminded of it. Raises ``Unfit``, ``WrongState``,
    ``Stale``, ``NotALastDay`` and ``CalendarNotPublished``.
    """
    with on_record(record, "ask_explanation", by, version) as row:
        if not text:
            raise Unfit("text", _("Say what is to be explained."))
        if last_day <= local_day(now):
            raise Unfit("last_day", _("Choose a day after today: the person needs time to answer."))
        home, code = home_of(by), code_of(row)
        limit = limits.start_limit(
            code=f"{code}/giai-trinh",
            rule_code=rules.BY_DATE,
            agency=_owing(row, local_day(now)),
            officer=row.head,
            subject=limits.Subject(code=code, title=telling.REQUEST_TITLE),
            last_day=last_day,
            by=by,
            now=now,
        )
        issued = issuing.issue(
            kind=Paper.Kind.LETTER,
            holder=home,
            symbol=paper.issuer_of(home, by).letter_symbol,
            series=home.code,
            about_kind="record",
            about_code=str(row.public_id),
            title=telling.REQUEST_TITLE,
            content=paper.content_of(row, text=text, limit=limit, home=home, by=by, now=now),
            by=by,
            now=now,
        )
        asked = ExplanationRequest.objects.create(
            record=row, text=text, asked_by=by.user, asked_at=now, time_limit=limit, paper=issued
        )
        served = {"state": Record.State.SENT, "sent_at": now}
        change(row, **(served if row.state == Record.State.DRAFTING else {}))
        after = {"due_at": limit.due_at, "text": text, "person": row.head_name}
        enter(row, "record_explanation_asked", by, now, after=after, document=issued.ref)
        telling.of_limit(MessageKind.EXPLANATION_ASKED, limit, _explaining(row, now), now)
    return asked


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person says. ``cause`` and ``exemption`` are of ``ExplanationRequest``."""

    text: str
    cause: str
    exemption: str = ExplanationRequest.Exemption.NONE
    circumstances: str = ""
    late_reason: str = ""


def answer_explanation(
    record: Record,
    *,
    answer: Answer,
    files: Iterable[StagedFile] = (),
    version: int | None,
    by: Actor,
    now: datetime,
) -> ExplanationRequest:
    """The person named in the record answers, wherever they serve now; the limit is met.

    After the limit an answer needs a reason; once silence is recorded there is none. Raises
    ``Unfit``, ``WrongState`` and ``FilesGone``.
    """
    with on_record(record, "answer_explanation", by, version) as row:
        asked = ExplanationRequest.objects.select_for_update().get(record=row)
        _must_be_open(asked, row)
        if not answer.text:
            raise Unfit("text", _("Write the explanation in your own words."))
        if answer.cause not in ExplanationRequest.Cause.values:
            raise Unfit("cause", _("Choose the cause."))
        if answer.exemption not in ExplanationRequest.Exemption.values:
            raise Unfit("exemption", _("Choose from the list."))
        if asked.time_limit.is_overdue(now) and not answer.late_reason:
            raise Unfit("late_reason", _("The time limit has passed. Say why, then send it."))
        limit = limits.meet(asked.time_limit, by=by, now=now)
        said = {
            "answer": answer.text,
            "cause": answer.cause,
            "exemption": answer.exemption,
            "circumstances": answer.circumstances,
            "late_reason": answer.late_reason,
        }
        unsettled = ExplanationRequest.objects.filter(
            pk=asked.pk, answered_at__isnull=True, silent_at__isnull=True
        )
        if not unsettled.update(answered_by=by.user, answered_at=limit.met_at, **said):
            raise moved_on(_("the explanation is settled"))
        kept = attach(Exhibit, files, by, now, record=row, caption=WITH_ANSWER)
        change(row)
        enter(
            row,
            "record_explained",
            by,
            now,
            after={**said, "text": answer.text, "files": kept, "late": limit.met_late},
            reason=answer.late_reason,
        )
        told = {row.author_id, asked.asked_by_id} - {by.author.id, None}
        telling.of_limit(MessageKind.EXPLANATION_GIVEN, limit, told, now)
    asked.refresh_from_db()
    return asked


def record_silence(
    record: Record, *, version: int | None, by: Actor, now: datetime
) -> ExplanationRequest:
    """An inspector records that no answer came; only at or after the due instant.

    The obligation ends with it and its breach stays one: silence meets nothing, and nothing can be
    answered any more. Raises ``TooEarly``.
    """
    with on_record(record, "record_silence", by, version) as row:
        asked = ExplanationRequest.objects.select_for_update().get(record=row)
        _must_be_open(asked, row)
        if not asked.time_limit.is_overdue(now):
            raise TooEarly(
                _("The time limit for the answer still runs. Silence can be recorded after it.")
            )
        unsettled = ExplanationRequest.objects.filter(
            pk=asked.pk, answered_at__isnull=True, silent_at__isnull=True
        )
        if not unsettled.update(silent_by=by.user, silent_at=now):
            raise moved_on(_("the explanation is settled"))
        lift(asked.time_limit, reason=SILENT, document=asked.paper.ref, by=by, now=now)
        change(row)
        after = {"due_at": asked.time_limit.due_at, "person": row.head_name}
        enter(row, "record_silence", by, now, after=after)
    asked.refresh_from_db()
    return asked


def _must_be_open(asked: ExplanationRequest, row: Record) -> None:
    if asked.is_settled:
        raise moved_on(_("the explanation is settled"))


def _owing(record: Record, day: date) -> Agency:
    """Where the person serves on a local date: the agency of the record if still there, else that
    of the latest post, else the agency of the record."""
    if record.head_id is None:
        return record.agency
    posts = Appointment.objects.held_on(day).filter(user_id=record.head_id, agency__isnull=False)
    held = list(posts.select_related("agency").order_by("-started_on", "-pk"))
    if not held or any(post.agency_id == record.agency_id for post in held):
        return record.agency
    return held[0].agency


def _explaining(record: Record, now: datetime) -> set[int]:
    """Whom the record names; where it names nobody, the present head; after a visit to an agency
    that has ended since, also the head of the one that it went into."""
    if record.head_id is not None:
        named = {record.head_id}
        visited = record.kind == Record.Kind.INSPECTION
        ended = not record.agency.is_valid_on(local_day(now))
        return named | answering(record.agency_id, local_day(now)) if visited and ended else named
    return answering(record.agency_id, local_day(now))
