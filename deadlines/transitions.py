"""The verbs of time limits: start, meet, revise. The only writers of their state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, User
from accounts.querysets import HEAD_ROLES
from accounts.refusals import Conflict, Refused
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from deadlines import rules, sweeping
from deadlines.counting import last_day_before
from deadlines.models import DueDateRevision, LimitRule, OverdueFlag, TimeLimit
from deadlines.published import published
from ledger import bulk, recording


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
    last_day: date | None = None,
) -> TimeLimit:
    """Start a limit at ``now`` under the rule in force today; the server alone sets the due date.

    ``last_day`` is the local day that the document names, under the rule ``task_by_date`` alone.
    Raises ``CalendarNotPublished`` when the calendar of any day that the count touches is missing
    and ``NotALastDay`` when the day named is past or not worked.
    """
    current = published()
    day = local_day(now)
    rule = rules.rule_on(rule_code, day)
    due_at = rules.due_at(current.calendar, rule, now, last_day=last_day)
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


def hand_to(
    limit: TimeLimit,
    *,
    unit: InternalUnit | None,
    officer: User | None,
    by: Actor,
    now: datetime,
) -> None:
    """Say which unit and officer of the agency work on an open limit; its due date stays.

    The obligation stays the agency's and its head's. Raises ``AlreadyMet``.
    """
    with recording.recorded():
        row = TimeLimit.objects.select_for_update(of=("self",)).get(pk=limit.pk)
        changed = TimeLimit.objects.filter(pk=row.pk, met_at__isnull=True)
        if not changed.update(unit=unit, officer=officer):
            raise AlreadyMet(_("This time limit was already met."))
        recording.append(
            by=by.author,
            action="limit_handed",
            kind="time_limit",
            code=row.code,
            now=now,
            before={"unit": _said(row.unit), "officer": _said(row.officer)},
            after={"unit": _said(unit), "officer": _said(officer)},
        )
    limit.unit, limit.officer = unit, officer


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

    A flag of the earlier due date stays, and one that no sweep has set yet is set here: an
    extension after the breach never erases it.
    """
    with recording.recorded():
        row = TimeLimit.objects.select_for_update().get(pk=limit.pk)
        if row.met_at is not None:
            raise AlreadyMet(_("This time limit was already met."))
        if to <= row.started_at:
            raise WrongOrder(_("The new due date must lie after the start of the time limit."))
        if row.due_at <= now:
            sweeping.flag_before_revision(row.pk, now)
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
        changes: dict[str, Any] = {"due_at": to, "due_on": due_on}
        if cause == DueDateRevision.Cause.CORRECTION:
            changes["charged_to"] = None  # it never was late: whoever owes it now answers for it
        TimeLimit.objects.filter(pk=row.pk).update(due_month=due_on.replace(day=1), **changes)
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


def _said(holder: InternalUnit | User | None) -> str | None:
    return str(holder) if holder else None


@dataclass(frozen=True, slots=True)
class PaperLimit:
    """A limit of finished or running history, as a paper or another system states it."""

    code: str
    rule_code: str
    agency: Agency
    subject: Subject
    started_at: datetime
    met_at: datetime | None


class PaperCount:
    """The calendar in force and every version of the rules, read once, to count many limits."""

    def __init__(self) -> None:
        current = published()
        self.edition, self._calendar = current.edition, current.calendar
        self._versions = list(LimitRule.objects.order_by("-valid_from", "-version"))

    def count(self, rule_code: str, started_at: datetime) -> tuple[LimitRule, datetime]:
        """The version in force on the day of an instant, and the exclusive end in UTC.

        Raises ``NoSuchRule`` and ``CalendarNotPublished``.
        """
        day = local_day(started_at)
        for rule in self._versions:
            if rule.code == rule_code and rule.valid_from <= day:
                return rule, rules.due_at(self._calendar, rule, started_at)
        raise rules.NoSuchRule(
            _("No rule “%(code)s” was in force on that day.") % {"code": rule_code}
        )


def import_limits(
    rows: Sequence[PaperLimit], *, batch: UUID, by: Actor, now: datetime
) -> list[TimeLimit]:
    """Enter history, marked as imported in row and ledger, in the order of the rows.

    Its limits are counted by the same engine; those met too late are flagged here, open ones by the
    next sweep. The head at the start is whoever held the post that day. Few statements, whatever
    the number of rows. Raises what ``PaperCount.count`` raises.
    """
    counter, heads = PaperCount(), _Heads({row.agency.pk for row in rows})
    limits = []
    for row in rows:
        rule, due_at = counter.count(row.rule_code, row.started_at)
        due_on = last_day_before(due_at)
        limits.append(
            TimeLimit(
                code=row.code,
                rule=rule,
                calendar_edition_id=counter.edition,
                agency=row.agency,
                head_at_start=heads.on(row.agency.pk, local_day(row.started_at)),
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
        bulk.insert(limits)
        recording.append_all([_imported(limit, by=by, now=now) for limit in limits])
        sweeping.flag_imported(now)
    return limits


def meet_imported(
    limits: Sequence[tuple[TimeLimit, datetime]], *, batch: UUID, by: Actor, now: datetime
) -> None:
    """Enter when open limits of imported history were met, as a later batch states it.

    Those met too late are flagged here. Raises ``AlreadyMet`` when one of them was met meanwhile.
    """
    for limit, met_at in limits:
        limit.met_at = met_at
    rows = [limit for limit, _met_at in limits]
    with recording.recorded(may_be_idle=not rows):
        still_open = TimeLimit.objects.filter(met_at__isnull=True)
        if still_open.bulk_update(rows, ["met_at"], batch_size=500) != len(rows):
            raise AlreadyMet(_("This time limit was already met."))
        recording.append_all(
            [
                recording.event(
                    by=by.author,
                    action="limit_met",
                    kind="time_limit",
                    code=limit.code,
                    now=now,
                    stated_at=limit.met_at,
                    before={"met_at": None},
                    after={
                        "imported": True,
                        "batch": str(batch),
                        "met_at": limit.met_at,
                        "due_at": limit.due_at,
                        "late": limit.met_late,
                    },
                )
                for limit in rows
            ]
        )
        sweeping.flag_imported(now)


def _imported(limit: TimeLimit, *, by: Actor, now: datetime) -> recording.Event:
    return recording.event(
        by=by.author,
        action="limit_imported",
        kind="time_limit",
        code=limit.code,
        now=now,
        stated_at=limit.started_at,
        after={
            "imported": True,
            "batch": str(limit.imported_batch),
            "subject": limit.subject_code,
            "agency": limit.agency.code,
            "head": limit.head_at_start.full_name if limit.head_at_start else None,
            "rule": str(limit.rule),
            "calendar_edition": limit.calendar_edition_id,
            "started_at": limit.started_at,
            "due_at": limit.due_at,
            "met_at": limit.met_at,
        },
        document=limit.rule.legal_source,
    )


class _Heads:
    """Who was head of which agency when, read once; the answers of ``head_on``."""

    def __init__(self, agency_ids: Collection[int]):
        self._posts: dict[int, list[Appointment]] = {}
        held = Appointment.objects.filter(agency_id__in=agency_ids, role__in=HEAD_ROLES)
        for post in held.select_related("user").order_by("-started_on", "-pk"):
            self._posts.setdefault(post.agency_id, []).append(post)

    def on(self, agency_id: int, day: date) -> User | None:
        posts = self._posts.get(agency_id, ())
        return next((post.user for post in posts if post.in_force_on(day)), None)
