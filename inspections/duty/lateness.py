"""Records of lateness without a visit: from any late limits of one head and one period."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, MessageKind
from accounts.querysets import HEAD_ROLES
from accounts.refusals import Conflict
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.adjusting import lift
from deadlines.counting import last_day_before
from deadlines.models import OverdueFlag, TimeLimit
from documents import issuing
from documents.models import Paper
from inspections import duty_policies as policies
from inspections.bases import bases_on
from inspections.duty import signals, telling
from inspections.duty.acting import Unfit, change, code_of, enter, home_of, not_allowed, on_record
from inspections.facts import facts_of_all
from inspections.models import Finding, Inspection, Record
from inspections.papers import lateness_record as paper
from inspections.pinned import PINNED, rows_digest
from ledger import recording

DROPPED = "Không lập biên bản"


class Recorded(Conflict):
    """Some of the limits are in a record of that head already."""


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates, both included."""

    first: date
    last: date


def draw_up(
    *, limits: Collection[int], agency: Agency, period: Period, by: Actor, now: datetime
) -> list[Record]:
    """Draft a record of lateness for each head on whose days limits of an agency passed.

    ``limits`` are keys; each limit stands in the record of whoever was head on the day that was not
    kept, with its facts copied. All of them or none. Raises ``Unfit``, ``Recorded`` and
    ``NotAllowed``, also for whoever is or was of that agency.
    """
    if not allows(by, "violation_draft"):
        raise not_allowed()
    if period.first > period.last:
        raise Unfit("first", _("The period ends before it begins."))
    keys = set(limits)
    if not keys:
        raise Unfit("limits", _("Choose at least one time limit."))
    home_of(by)
    with recording.recorded():
        # Whoever records the same limits at this moment waits here.
        locked = TimeLimit.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        rows = {limit.pk: limit for limit in locked.order_by("pk")}
        found = signals.in_period(signals.unrecorded(), period.first, period.last)
        flags = list(found.filter(time_limit__in=keys, agency=agency).select_related("head"))
        if keys - {flag.time_limit_id for flag in flags}:
            raise Recorded(
                _("Some of these time limits are in a record already, or are not late in this "
                  "period. Look at the list again.")
            )  # fmt: skip
        facts = facts_of_all(rows.values(), now=now)
        records = []
        by_head: dict[int, list[OverdueFlag]] = {}
        for flag in signals.first_of_limits(flags):
            by_head.setdefault(flag.head_id or 0, []).append(flag)
        for theirs in by_head.values():
            records.append(_draft(theirs, facts, agency, period, by, now))
    return records


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the author writes into the record besides the facts."""

    shortcomings: str = ""
    causes: str = ""
    requests: str = ""
    recommendations: str = ""
    scope: str = ""


def edit_record(
    record: Record, *, remarks: Remarks, version: int | None, by: Actor, now: datetime
) -> Record:
    """The author writes the remarks; facts are not theirs to change."""
    with on_record(record, "edit_record", by, version) as row:
        after = {
            name: getattr(remarks, name)
            for name in ("shortcomings", "causes", "requests", "recommendations", "scope")
        }
        before = {name: getattr(row, name) for name in after}
        change(row, **after)
        enter(row, "record_edited", by, now, before=before, after=after)
    return row


def finalise(record: Record, *, version: int | None, by: Actor, now: datetime) -> Record:
    """The author finalises: the record gets its number and can no longer change.

    Refused before the person has answered or silence is recorded (``NotSettled``).
    """
    with on_record(record, "finalise", by, version) as row:
        home = home_of(by)
        issued = issuing.issue(
            kind=Paper.Kind.RECORD,
            holder=home,
            symbol=f"BB-{home.code}",
            about_kind="record",
            about_code=str(row.public_id),
            title=telling.RECORD_TITLE,
            content=paper.content_of(row, home=home, by=by, now=now),
            by=by,
            now=now,
        )
        before = {"state": row.state}
        change(row, state=Record.State.FINALISED, finalised_at=now, paper=issued)
        after = {
            "state": row.state,
            "ref": issued.ref,
            "sha256": issued.digest,
            PINNED: rows_digest(row),
        }
        enter(row, "record_finalised", by, now, before=before, after=after, document=issued.ref)
        _tell_person(MessageKind.RECORD_FINALISED, row, now)
    return row


def drop(record: Record, *, reason: str, version: int | None, by: Actor, now: datetime) -> Record:
    """The author drops a record before it is final, as when the explanation convinces.

    What was asked and answered stays on it; an obligation to explain falls away.
    """
    with on_record(record, "drop", by, version) as row:
        if not reason:
            raise Unfit("reason", _("Give the reason."))
        asked = policies.explanation_of(row)
        if asked is not None and asked.time_limit.met_at is None:
            lift(asked.time_limit, reason=DROPPED, document=asked.paper.ref, by=by, now=now)
        before = {"state": row.state}
        change(row, state=Record.State.DROPPED)
        after = {"state": row.state}
        enter(row, "record_dropped", by, now, before=before, after=after, reason=reason)
        if asked is not None:
            _tell_person(MessageKind.RECORD_DROPPED, row, now)
    return row


def void(record: Record, *, reason: str, by: Actor, now: datetime) -> Record:
    """The director, never the author, declares the paper of a final record void; it keeps number
    and text. Refused while a proposal about it is open. Raises ``AlreadyVoid``."""
    with on_record(record, "void", by, None) as row:
        if not reason:
            raise Unfit("reason", _("Give the reason."))
        open_ = ("drafting", "proposed", "returned", "endorsed")
        if row.proposals.filter(state__in=open_).exists():
            raise Conflict(_("A proposal about this record is open. Withdraw or decide it first."))
        issuing.declare_void(row.paper, reason=reason, by=by, now=now)
        change(row)
        enter(row, "record_voided", by, now, reason=reason, document=row.paper.ref)
        _tell_person(MessageKind.RECORD_VOIDED, row, now)
    return row


def _draft(
    flags: list[OverdueFlag],
    facts: dict[int, dict[str, Any]],
    agency: Agency,
    period: Period,
    by: Actor,
    now: datetime,
) -> Record:
    head = flags[0].head
    record = Record(
        kind=Record.Kind.LATENESS,
        agency=agency,
        agency_name=agency.name,
        head=head,
        head_name=head.full_name,
        head_post=_post(head.pk, agency, [last_day_before(flag.due_at) for flag in flags]),
        period_from=period.first,
        period_to=period.last,
        legal_bases=bases_on(Inspection.Kind.CONTROL, local_day(now)),
        author=by.user,
        created_at=now,
    )
    if policies.is_party(by, record):
        raise not_allowed()
    record.save(force_insert=True)
    Finding.objects.bulk_create(
        Finding(
            record=record,
            position=position,
            time_limit_id=flag.time_limit_id,
            facts={**facts[flag.time_limit_id], "flag_due_at": recording.plain(flag.due_at)},
        )
        for position, flag in enumerate(flags, 1)
    )
    enter(
        record,
        "record_drafted",
        by,
        now,
        after={
            "agency": agency.name,
            "person": head.full_name,
            "period": [period.first, period.last],
            "limits": [facts[flag.time_limit_id]["limit"] for flag in flags],
        },
    )
    return record


def _post(user_id: int, agency: Agency, days: list[date]) -> str:
    """The post in which the person headed the agency on the latest of some local dates."""
    held = (
        Appointment.objects.held_on(max(days))
        .filter(agency=agency, user_id=user_id, role__in=HEAD_ROLES)
        .order_by("-started_on", "-pk")
        .first()
    )
    if held is None:
        return ""
    with translation.override(settings.LANGUAGE_CODE):  # the record speaks Vietnamese
        return _("acting %(post)s") % {"post": held.post} if held.acting else held.post


def _tell_person(kind: MessageKind, record: Record, now: datetime) -> None:
    if record.head_id is not None:
        title, agency = telling.RECORD_TITLE, record.agency_name
        telling.of_row(kind, code_of(record), title, agency, {record.head_id}, now)
