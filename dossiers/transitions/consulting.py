"""The City Office asks other agencies for their opinion; each answers within its own limit.

Silence is recorded, never assumed: it needs an act, and that act needs the limit to have passed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines import adjusting
from deadlines import transitions as limits
from deadlines.rules import BY_DATE
from dossiers import news
from dossiers.models import Consultation, Dossier
from dossiers.states import State
from dossiers.transitions.acting import Files, acting, attach, enter, move, touch


class WrongAgencies(Refused):
    """Nobody, the dossier's own agency or one that exists no longer was asked."""


class NotYetDue(Refused):
    """An agency still has time to answer."""


class AlreadyAnswered(Conflict):
    """The opinion was given, or the silence recorded, before."""


def consult(
    dossier: Dossier,
    *,
    agencies: Sequence[Agency],
    question: str,
    due_on: date | None,
    version: int | None,
    by: Actor,
    now: datetime,
) -> list[Consultation]:
    """Ask agencies for their opinion: a limit of its own begins for each.

    ``due_on`` is the last local day that the request states; without one the rule ``consultation``
    counts. Waiting for others is no pause of anybody's duty (domain.md §3.5). Raises
    ``WrongAgencies``, ``NotALastDay`` and ``CalendarNotPublished``.
    """
    with acting(dossier, "consult", by, version) as row:
        _must_be_other_agencies(row, agencies, local_day(now))
        asked = []
        first = row.consultations.count() + 1
        for number, agency in enumerate(agencies, start=first):
            limit = limits.start_limit(
                code=f"{row.code}/YK{number}",
                rule_code=BY_DATE if due_on else "consultation",
                last_day=due_on,
                agency=agency,
                subject=limits.Subject(code=row.code, title=row.matter),
                by=by,
                now=now,
            )
            asked.append(
                Consultation.objects.create(
                    dossier=row,
                    agency=agency,
                    question=question,
                    asked_by=by.user,
                    asked_at=now,
                    time_limit=limit,
                )
            )
            news.tell_agency(MessageKind.CONSULTED, limit, now=now)
        move(row, "consult")
        enter(
            row,
            "consultation_asked",
            by,
            now,
            before={"state": State.UNDER_VERIFICATION},
            after={
                "state": State.CONSULTING,
                "agencies": [agency.name for agency in agencies],
                "text": question,
                "due_on": due_on,
            },
        )
    return asked


def answer_consultation(
    consultation: Consultation,
    *,
    position: str,
    text: str,
    ref: str,
    files: Files,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Consultation:
    """The head of an agency that was asked gives its opinion: its limit is met.

    The last answer leads the dossier back to verification.
    """
    with acting(consultation.dossier, "answer_consultation", by, version) as row:
        asked = _still_open(consultation)
        if not allows(by, "consultation_answer", asked.agency_id):
            raise NotAllowed(_("Another agency was asked."))
        limit = limits.meet(asked.time_limit, by=by, now=now)
        changed = (
            _open_rows(row)
            .filter(pk=asked.pk)
            .update(
                position=position, text=text, ref=ref, answered_by=by.user, answered_at=limit.met_at
            )
        )
        if not changed:
            raise _answered_before()
        after = _one_less(row, "answer_consultation")
        enter(
            row,
            "consultation_answered",
            by,
            now,
            before={"state": State.CONSULTING},
            after={
                "state": after,
                "agency": asked.agency.name,
                "position": position,
                "opinion": text,
                "ref": ref,
                "due_at": limit.due_at,
                "met_at": limit.met_at,
            },
            document=ref,
        )
        attach(row, files, by, now)
        news.tell_office(MessageKind.OPINION, limit, now=now)
    asked.refresh_from_db()
    return asked


def record_silence(
    dossier: Dossier,
    *,
    consultations: Collection[Consultation],
    version: int | None,
    by: Actor,
    now: datetime,
) -> list[Consultation]:
    """Note that agencies gave no opinion by their last day: they may no longer answer here.

    Their breach stays one in every figure. Raises ``NotYetDue`` while one of them still has time.
    """
    with acting(dossier, "record_silence", by, version) as row:
        quiet = [_still_open(consultation) for consultation in consultations]
        if not quiet or any(asked.dossier_id != row.pk for asked in quiet):
            raise WrongAgencies(_("Choose the agencies that did not answer."))
        if not all(is_silent(asked, now) for asked in quiet):
            raise NotYetDue(_("This agency can still answer: its time limit has not passed."))
        for asked in quiet:
            if not _open_rows(row).filter(pk=asked.pk).update(silent_at=now):
                raise _answered_before()
            if asked.time_limit.met_at is None:
                reason = _("No answer by the last day; the City Office recorded the silence.")
                adjusting.lift(asked.time_limit, reason=reason, document="", by=by, now=now)
        after = _one_less(row, "record_silence")
        enter(
            row,
            "silence_recorded",
            by,
            now,
            before={"state": State.CONSULTING},
            after={"state": after, "agencies": [asked.agency.name for asked in quiet]},
        )
    return quiet


def open_for(by: Actor, dossier: Dossier) -> Consultation | None:
    """The question that this person's agency still has to answer; one query."""
    ids = [post.agency_id for post in by.posts if post.agency_id]
    return (
        _open_rows(dossier)
        .filter(agency_id__in=ids)
        .select_related("agency", "time_limit__rule", "asked_by")
        .order_by("pk")
        .first()
    )


def silent(dossier: Dossier, now: datetime) -> list[Consultation]:
    """Those that nobody answered and nobody has to answer any more; one query."""
    found = _open_rows(dossier).select_related("agency", "time_limit").order_by("pk")
    return [asked for asked in found if is_silent(asked, now)]


def is_silent(asked: Consultation, now: datetime) -> bool:
    """Whether an open question's limit has passed, or was lifted by a waiver."""
    return asked.time_limit.met_at is not None or asked.time_limit.is_overdue(now)


def _open_rows(dossier: Dossier) -> QuerySet[Consultation]:
    return Consultation.objects.filter(dossier=dossier, answered_at=None, silent_at=None)


def _one_less(row: Dossier, verb: str) -> State:
    """Back to verification once nobody is left to answer; the state that the dossier is in now."""
    if _open_rows(row).exists():
        touch(row, verb)
    else:
        move(row, verb)
    return State(row.state)


def _still_open(consultation: Consultation) -> Consultation:
    row = Consultation.objects.select_related("agency", "time_limit").get(pk=consultation.pk)
    if row.answered_at or row.silent_at:
        raise _answered_before()
    return row


def _answered_before() -> AlreadyAnswered:
    return AlreadyAnswered(_("Meanwhile this agency has answered, or its silence was recorded."))


def _must_be_other_agencies(row: Dossier, agencies: Sequence[Agency], day: date) -> None:
    if not agencies or len({agency.pk for agency in agencies}) != len(agencies):
        raise WrongAgencies(_("Choose at least one agency, each of them once."))
    if any(agency.pk == row.agency_id for agency in agencies):
        raise WrongAgencies(_("The agency that submitted the dossier is not asked for an opinion."))
    if not all(agency.is_valid_on(day) for agency in agencies):
        raise WrongAgencies(_("One of these agencies no longer exists."))
