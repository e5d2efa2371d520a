"""The verbs of time limits: start, meet, revise. The only writers of their state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, User
from accounts.refusals import Conflict, Refused
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from deadlines import rules, sweeping
from deadlines.counting import last_day_before
from deadlines.models import DueDateRevision, OverdueFlag, TimeLimit
from deadlines.published import published
from ledger import recording


class AlreadyMet(Conflict):
    """The limit was met before; the first time counts."""


class WrongOrder(Refused):
    """The new due date does not lie after the start of the limit."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the obligation is about: the dossier's code and matter, as plain text."""

    code: str
    title: str


def start_limit(
    *,
    code: str,
    rule_code: str,
    agency: Agency,
    subject: Subject,
    by: Actor,
    now: datetime,
    unit: InternalUnit | None = None,
    officer: User | None = None,
) -> TimeLimit:
    """Start a limit at ``now`` under the rule in force today; the server alone sets the due date.

    Raises ``CalendarNotPublished`` when the calendar of any day that the count touches is missing.
    """
    current = published()
    day = local_day(now)
    rule = rules.rule_on(rule_code, day)
    due_at = rules.due_at(current.calendar, rule, now)
    head = Appointment.objects.head_on(agency.pk, day)
    due_on = last_day_before(due_at)
    with recording.recorded():
        limit = TimeLimit.objects.create(
            code=code,
            rule=rule,
            calendar_edition_id=current.edition,
            agency=agency,
            unit=unit,
            officer=officer,
            head_at_start=head.user if head else None,
            subject_code=subject.code,
            subject_title=subject.title,
            started_at=now,
            due_at=due_at,
            due_on=due_on,
            due_month=due_on.replace(day=1),
            first_due_at=due_at,
        )
        recording.append(
            by=by.author,
            action="limit_started",
            kind="time_limit",
            code=code,
            now=now,
            after={
                "subject": subject.code,
                "agency": agency.code,
                "head": head.user.full_name if head else None,
                "rule": str(rule),
                "calendar_edition": current.edition,
                "started_at": now,
                "due_at": due_at,
            },
            document=rule.legal_source,
        )
    return limit


def meet(limit: TimeLimit, *, by: Actor, now: datetime) -> TimeLimit:
    """Record that the obligation was met at ``now``; raises ``AlreadyMet`` the second time.

    Met at ``due_at`` or later is late, and is flagged here if no sweep came before. When a sweep
    has already found the limit open past its end, a request that began earlier and waited that long
    to be stored counts from the sweep's instant: a flag is never contradicted by an earlier answer.
    """
    with recording.recorded():
        row = TimeLimit.objects.select_for_update().get(pk=limit.pk)
        if row.met_at is not None:
            raise AlreadyMet(_("This time limit was already met."))
        met_at = max(now, row.started_at)  # the clock of another server may run behind
        if met_at < row.due_at:
            flag = OverdueFlag.objects.filter(time_limit=row, due_at=row.due_at).first()
            met_at = flag.flagged_at if flag else met_at
        if not TimeLimit.objects.filter(pk=row.pk, met_at__isnull=True).update(met_at=met_at):
            raise AlreadyMet(_("This time limit was already met."))
        row.met_at = met_at
        recording.append(
            by=by.author,
            action="limit_met",
            kind="time_limit",
            code=row.code,
            now=now,
            before={"met_at": None},
            after={"met_at": met_at, "due_at": row.due_at, "late": row.met_late},
        )
        if row.met_late:
            sweeping.flag_met_late(row.pk, now=max(now, met_at))
    limit.met_at = met_at
    return row


def revise_due(
    limit: TimeLimit,
    *,
    to: datetime,
    cause: DueDateRevision.Cause,
    reason: str,
    document: str,
    by: Actor,
    now: datetime,
) -> DueDateRevision:
    """Give an open limit another due date; the first one and every later one stay on record.

    A flag of the earlier due date stays: an extension after the breach never erases it.
    """
    with recording.recorded():
        row = TimeLimit.objects.select_for_update().get(pk=limit.pk)
        if row.met_at is not None:
            raise AlreadyMet(_("This time limit was already met."))
        if to <= row.started_at:
            raise WrongOrder(_("The new due date must lie after the start of the time limit."))
        due_on = last_day_before(to)
        revision = DueDateRevision.objects.create(
            time_limit=row,
            from_due_at=row.due_at,
            to_due_at=to,
            cause=cause,
            reason=reason,
            document=document,
            decided_by=by.user,
            at=now,
        )
        TimeLimit.objects.filter(pk=row.pk).update(
            due_at=to, due_on=due_on, due_month=due_on.replace(day=1)
        )
        recording.append(
            by=by.author,
            action="limit_revised",
            kind="time_limit",
            code=row.code,
            now=now,
            before={"due_at": row.due_at},
            after={"due_at": to, "cause": cause},
            reason=reason,
            document=document,
        )
    limit.due_at, limit.due_on = to, due_on
    return revision


@dataclass(frozen=True, slots=True)
class PaperLimit:
    """A limit of finished or running history, as a paper or another system states it."""

    code: str
    rule_code: str
    agency: Agency
    subject: Subject
    started_at: datetime
    met_at: datetime | None


def import_limits(rows: Sequence[PaperLimit], *, batch: str, by: Actor, now: datetime) -> None:
    """Enter history, marked as imported in row and ledger; its limits are counted by the same
    engine and its breaches recorded by the same sweep. Few statements, whatever the number."""
    current = published()
    found: dict[tuple[str, object], object] = {}
    limits = []
    for row in rows:
        key = (row.rule_code, local_day(row.started_at))
        rule = found.get(key) or found.setdefault(key, rules.rule_on(*key))
        due_at = rules.due_at(current.calendar, rule, row.started_at)
        due_on = last_day_before(due_at)
        limits.append(
            TimeLimit(
                code=row.code,
                rule=rule,
                calendar_edition_id=current.edition,
                agency=row.agency,
                subject_code=row.subject.code,
                subject_title=row.subject.title,
                started_at=row.started_at,
                due_at=due_at,
                due_on=due_on,
                due_month=due_on.replace(day=1),
                first_due_at=due_at,
                met_at=row.met_at,
                imported_batch=batch,
            )
        )
    with recording.recorded(may_be_idle=not limits):
        TimeLimit.objects.bulk_create(limits, batch_size=2000)
        recording.append_all(
            [
                recording.event(
                    by=by.author,
                    action="limit_imported",
                    kind="time_limit",
                    code=limit.code,
                    now=now,
                    stated_at=limit.started_at,
                    after={
                        "imported": True,
                        "batch": batch,
                        "subject": limit.subject_code,
                        "agency": limit.agency.code,
                        "rule": str(limit.rule),
                        "calendar_edition": current.edition,
                        "started_at": limit.started_at,
                        "due_at": limit.due_at,
                        "met_at": limit.met_at,
                    },
                )
                for limit in limits
            ]
        )
        sweeping.flag_imported(batch, now=now)
