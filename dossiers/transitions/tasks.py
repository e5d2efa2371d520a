"""The verbs of assigned tasks (nhiệm vụ được giao): give, hand inside, report, accept, send back.

A report meets the limit of its round at the instant the server has it. What is sent back is a new
round: the remaining work gets a limit of its own, with a date that the decider sets, and the first
limit keeps its result. So the clock of an agency never stands still while the City reads, no flag
is raised between a timely report and its acceptance, and a late report stays late.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import staging
from accounts.actors import Actor
from accounts.models import MessageKind, StagedFile, User
from accounts.refusals import NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency, InternalUnit
from agencies.text import search_key
from deadlines import rules
from deadlines import transitions as limits
from deadlines.models import TimeLimit
from deadlines.published import published
from dossiers import news, task_policies
from dossiers.models import Conclusion, Task, TaskFile, TaskReport
from dossiers.numbering import next_task_code
from dossiers.transitions.acting import Stale, WrongState
from dossiers.transitions.acting import enter as enter_dossier
from dossiers.transitions.assigning import Hands, must_belong
from ledger import recording

MOST_LINES = 10


class DueUnclear(Refused):
    """A task needs a date or a number of working days, and not both."""


class EmptyTaskReport(Refused):
    """A report without a text and without a file."""


class LateWithoutReason(Refused):
    """The limit has passed, and the report does not say why."""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when: the day that the document names, or its number of working days."""

    on: date | None = None
    working_days: int | None = None

    def last_day(self, now: datetime) -> date:
        """The local last day of a limit that starts at ``now``.

        Raises ``DueUnclear`` unless exactly one is given, and ``CalendarNotPublished``.
        """
        if (self.on is None) == (self.working_days is None):
            raise DueUnclear(_("Write a due date, or a number of working days, and not both."))
        if self.on is not None:
            return self.on
        return rules.last_day_after(published().calendar, now, self.working_days)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as the document gives it: text, product, who leads, who cooperates, until when."""

    text: str
    product: str
    lead: Agency
    due: Due
    cooperating: tuple[Agency, ...] = ()
    paragraph: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where tasks come from: a conclusion in the system, or a document of the City or above it."""

    conclusion: Conclusion | None = None
    level: str = Task.Level.CITY
    ref: str = ""


def give_tasks(
    *, lines: Sequence[TaskLine], source: Source, by: Actor, now: datetime
) -> list[Task]:
    """Give each line as a task with a limit of its own, all or none; in the order of the lines.

    Raises ``DueUnclear``, ``NotALastDay`` and ``CalendarNotPublished``.
    """
    if not allows(by, "task_give"):
        raise NotAllowed(_("Your post does not carry this right."))
    if not 1 <= len(lines) <= MOST_LINES:
        raise ValueError(f"1 to {MOST_LINES} tasks are given at once, not {len(lines)}")
    with recording.recorded():
        tasks = [_give(line, source, by, now) for line in lines]
        if source.conclusion:
            codes = [task.code for task in tasks]
            after = {"tasks": codes, "text": ", ".join(codes)}
            enter_dossier(source.conclusion.dossier, "tasks_given", by, now, after=after)
    return tasks


def assign_task(
    task: Task,
    *,
    hands: Hands,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Task:
    """The head hands the task to a unit and an officer of the lead agency.

    The internal due date is the agency's own arrangement; the limit stays as it is. Raises
    ``NothingAssigned`` and ``NotOfThisAgency``.
    """
    with _acting(task, "assign", by, version) as row:
        must_belong(row.lead, hands, local_day(now))
        unit, officer, day = hands.unit, hands.officer, hands.internal_due_on
        limits.hand_to(row.time_limit, unit=unit, officer=officer, by=by, now=now)
        before = {"unit": _name(row.unit), "officer": _name(row.officer)}
        after = {"unit": _name(unit), "officer": _name(officer), "internal_due_on": day}
        names = ", ".join(name for name in (_name(unit), _name(officer)) if name)
        _change(row, unit=unit, officer=officer, internal_due_on=day)
        _enter(row, "task_assigned", by, now, before=before, after={**after, "text": names})
        if officer and officer.pk != by.author.id:
            news.tell_of_limit(MessageKind.TASK_ASSIGNED, row.time_limit, {officer.pk}, now=now)
    return row


@dataclass(frozen=True, slots=True)
class TaskReportFacts:
    """The report on a task: text, number and date of the paper, reason if late."""

    text: str = ""
    ref: str = ""
    stated_on: date | None = None
    late_reason: str = ""


def report_task(
    task: Task,
    *,
    facts: TaskReportFacts,
    files: Iterable[StagedFile],
    version: int | None,
    by: Actor,
    now: datetime,
) -> TaskReport:
    """The head of the lead agency reports: the limit of the round is met at this instant.

    Raises ``EmptyTaskReport`` without text and file, ``LateWithoutReason`` once the limit passed.
    """
    files = list(files)
    with _acting(task, "report", by, version) as row:
        if not facts.text and not files:
            raise EmptyTaskReport(
                _("An empty report stops no clock. Write what was done or attach it.")
            )
        if row.time_limit.is_overdue(now) and not facts.late_reason:
            raise LateWithoutReason(_("The time limit has passed. Say why, then send the report."))
        limit = limits.meet(row.time_limit, by=by, now=now)
        report = TaskReport.objects.create(
            task=row,
            time_limit=limit,
            text=facts.text,
            ref=facts.ref,
            stated_on=facts.stated_on,
            late_reason=facts.late_reason,
            sent_by=by.user,
            sent_at=limit.met_at,
        )
        _change(row, state=Task.State.REPORTED)
        after = {
            "state": Task.State.REPORTED,
            "round": row.round,
            "text": facts.text,
            "ref": facts.ref,
            "stated_on": facts.stated_on,
            "due_at": limit.due_at,
            "met_at": limit.met_at,
        }
        before = {"state": Task.State.GIVEN}
        reason = facts.late_reason
        _enter(row, "task_reported", by, now, before=before, after=after, reason=reason)
        _attach(report, files, by, now)
        told = {row.given_by_id, *news.office_people(now)} - {by.user.pk}
        news.tell_of_limit(MessageKind.TASK_REPORTED, limit, told, now=now)
    return report


def accept_task(
    task: Task, *, answer: str, version: int | None, by: Actor, now: datetime
) -> TaskReport:
    """The City accepts the report: the task is completed, as of the instant of the report."""
    with _deciding(task, "accept", by, version) as (row, report):
        _decide(report, accepted=True, answer=answer, by=by, now=now)
        _change(row, state=Task.State.ACCEPTED)
        before, after = {"state": Task.State.REPORTED}, {"state": Task.State.ACCEPTED}
        _enter(row, "task_accepted", by, now, before=before, after={**after, "text": answer})
        _tell_agency(MessageKind.TASK_ACCEPTED, row, row.time_limit, now)
    return report


def send_back_task(
    task: Task, *, reason: str, due: Due, version: int | None, by: Actor, now: datetime
) -> TimeLimit:
    """The City sends the report back with a reason: a new round with a limit of its own begins.

    The limit that the report met keeps its result; if the report was late, the task stays late.
    """
    with _deciding(task, "send_back", by, version) as (row, report):
        if not reason:
            raise Refused(_("Say what is missing."))
        _decide(report, accepted=False, answer=reason, by=by, now=now)
        round_ = row.round + 1
        limit = _start(row, round_, due, by, now)
        _change(
            row,
            state=Task.State.GIVEN,
            round=round_,
            time_limit=limit,
            working_days=due.working_days,
            breached=row.breached or report.time_limit.met_late,
        )
        before = {"state": Task.State.REPORTED}
        after = {"state": Task.State.GIVEN, "round": round_, "due_at": limit.due_at}
        _enter(row, "task_sent_back", by, now, before=before, after=after, reason=reason)
        _tell_agency(MessageKind.TASK_SENT_BACK, row, limit, now)
    return limit


def _give(line: TaskLine, source: Source, by: Actor, now: datetime) -> Task:
    cooperating = [agency for agency in line.cooperating if agency.pk != line.lead.pk]
    task = Task(
        code=next_task_code(now),
        conclusion=source.conclusion,
        level=source.level,
        source_ref=source.ref,
        source_paragraph=line.paragraph,
        text=line.text,
        product=line.product,
        lead=line.lead,
        working_days=line.due.working_days,
        given_by=by.user,
        given_at=now,
    )
    # Without the dossier's code: whoever leads the task may not see the dossier.
    task.search_key = search_key(task.code, source.ref, line.text, line.product, line.lead.name)
    task.time_limit = limit = _start(task, 1, line.due, by, now)
    task.save(force_insert=True)
    task.cooperating.set(cooperating)
    after = {
        "state": Task.State.GIVEN,
        "text": line.text,
        "product": line.product,
        "lead": line.lead.code,
        "cooperating": [agency.code for agency in cooperating],
        "level": source.level,
        "dossier": _dossier_code(source),
        "paragraph": line.paragraph,
        "working_days": line.due.working_days,
        "due_at": limit.due_at,
    }
    _enter(task, "task_given", by, now, after=after, document=source.ref)
    _tell_agency(MessageKind.TASK_GIVEN, task, limit, now)
    return task


def _start(task: Task, round_: int, due: Due, by: Actor, now: datetime) -> TimeLimit:
    return limits.start_limit(
        code=f"{task.code}/{round_}",
        rule_code=rules.BY_DATE,
        agency=task.lead,
        unit=task.unit,
        officer=task.officer,
        subject=limits.Subject(code=task.code, title=task.text[:500]),
        last_day=due.last_day(now),
        by=by,
        now=now,
    )


@contextmanager
def _acting(task: Task, verb: str, by: Actor, version: int | None) -> Iterator[Task]:
    """The locked row, once policy, version and state agree; everything after is one transaction."""
    with recording.recorded():
        # Without joins: PostgreSQL reads a row that somebody changed meanwhile anew, and a joined
        # one only as it was before, so a task with a new limit would seem to be gone.
        row = Task.objects.select_for_update().get(pk=task.pk)
        if not task_policies.may(by, verb, row):
            raise NotAllowed(_("Your post does not carry this right."))
        if not task_policies.fits(verb, row):
            raise WrongState(
                _("Meanwhile the task has moved on: %(state)s.")
                % {"state": row.get_state_display()}
            )
        if version is not None and version != row.version:
            raise _stale()
        yield row


@contextmanager
def _deciding(
    task: Task, verb: str, by: Actor, version: int | None
) -> Iterator[tuple[Task, TaskReport]]:
    with _acting(task, verb, by, version) as row:
        report = row.reports.select_related("time_limit").get(accepted__isnull=True)
        if report.sent_by_id == by.user.pk:
            raise NotAllowed(_("Nobody decides on a report of their own."))
        yield row, report


def _decide(report: TaskReport, *, accepted: bool, answer: str, by: Actor, now: datetime) -> None:
    decided = {"accepted": accepted, "answer": answer, "decided_by": by.user, "decided_at": now}
    if not TaskReport.objects.filter(pk=report.pk, accepted__isnull=True).update(**decided):
        raise _stale()
    report.refresh_from_db()


def _change(row: Task, **changes: Any) -> None:
    """Write the changes if the row still is as it was read; the condition holds without locks."""
    still = Task.objects.filter(pk=row.pk, version=row.version, state=row.state)
    if not still.update(version=row.version + 1, **changes):
        raise _stale()
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)


def _stale() -> Stale:
    return Stale(_("Somebody changed this task since you opened the form."))


def _attach(report: TaskReport, files: Iterable[StagedFile], by: Actor, now: datetime) -> None:
    """Make staged files the report's own. Their bytes are on disk already; the rows come last."""
    for staged in files:
        file = TaskFile.objects.create(
            report=report,
            **staging.take(staged, owner=by.user),
        )
        after = {
            "file": str(file.public_id),
            "name": file.name,
            "size": file.size,
            "sha256": file.sha256,
        }
        _enter(report.task, "task_file_attached", by, now, after=after)


def _tell_agency(kind: MessageKind, task: Task, limit: TimeLimit, now: datetime) -> None:
    """The lead agency's people, its officer, and the people of the cooperating agencies."""
    agencies = {task.lead_id, *task.cooperating.values_list("pk", flat=True)}
    people = news.agency_people(agencies, now) | ({limit.officer_id} - {None})
    news.tell_of_limit(kind, limit, people, now=now)


def _enter(row: Task, action: str, by: Actor, now: datetime, **facts: Any) -> None:
    recording.append(by=by.author, action=action, kind="task", code=row.code, now=now, **facts)


def _dossier_code(source: Source) -> str:
    return source.conclusion.dossier.code if source.conclusion else ""


def _name(holder: InternalUnit | User | None) -> str | None:
    return str(holder) if holder else None
