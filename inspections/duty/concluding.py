"""The conclusion of the director, what agencies owe after it, and whether they did it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind, StagedFile
from agencies.dates import local_day
from agencies.models import Agency
from deadlines import rules
from deadlines import transitions as limits
from deadlines.models import TimeLimit
from documents import issuing
from documents.models import Paper
from inspections.duty import telling
from inspections.duty.acting import (
    Unfit,
    attach,
    change,
    code_of,
    enter,
    home_of,
    on_record,
    on_remedy,
    stale,
)
from inspections.heads import answering
from inspections.models import Conclusion, Recommendation, Record, RemedyFile, RemedyReport
from inspections.papers import conclusion_notice as paper

MOST_ASKED = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """One recommendation: who owes what until the end of which local day."""

    agency: Agency
    text: str
    last_day: date


def conclude(
    record: Record,
    *,
    text: str,
    asked: Sequence[Asked] = (),
    version: int | None,
    by: Actor,
    now: datetime,
) -> Conclusion:
    """The director issues the notice of conclusions; each recommendation gets its own limit.

    Raises ``Unfit``, ``NotSettled``, ``NotALastDay`` and ``CalendarNotPublished``.
    """
    with on_record(record, "conclude", by, version) as row:
        if not text:
            raise Unfit("text", _("Write the conclusion."))
        if len(asked) > MOST_ASKED:
            raise Unfit("lines", _("Too many recommendations at once."))
        if any(not one.text for one in asked):
            raise Unfit("lines", _("Say what is to be done."))
        home = home_of(by)
        issued = issuing.issue(
            kind=Paper.Kind.NOTICE,
            holder=home,
            symbol=f"TB-{home.code}",
            about_kind="record",
            about_code=str(row.public_id),
            title="Thông báo kết luận kiểm tra công vụ",
            content=paper.content_of(row, text=text, asked=asked, home=home, by=by, now=now),
            by=by,
            now=now,
        )
        conclusion = Conclusion.objects.create(
            record=row, text=text, by=by.user, at=now, paper=issued
        )
        owed = [_owe(conclusion, position, one, by, now) for position, one in enumerate(asked, 1)]
        change(row)
        after = {
            "text": text,
            "ref": issued.ref,
            "recommendations": [
                {"agency": one.agency.name, "text": one.text, "due_at": one.time_limit.due_at}
                for one in owed
            ],
        }
        enter(row, "record_concluded", by, now, after=after, document=issued.ref)
        for one in owed:
            people = answering(one.agency_id, local_day(now))
            telling.of_limit(MessageKind.REMEDY_ASKED, one.time_limit, people, now)
    return conclusion


def report_remedy(
    owed: Recommendation,
    *,
    text: str,
    ref: str = "",
    files: Iterable[StagedFile],
    version: int | None,
    by: Actor,
    now: datetime,
) -> RemedyReport:
    """The head of the agency reports with evidence; the limit is met at this instant.

    While Home Affairs reads it no day counts against the agency. A report without text or without
    evidence stops no clock (``Unfit``).
    """
    files = list(files)
    with on_remedy(owed, "report_remedy", by, version) as row:
        if not text:
            raise Unfit("text", _("Write what was done."))
        if not files:
            raise Unfit("files", _("Attach the evidence: a report without it stops no clock."))
        limit = limits.meet(row.time_limit, by=by, now=now)
        report = RemedyReport.objects.create(
            recommendation=row, text=text, ref=ref, sent_by=by.user, sent_at=limit.met_at
        )
        kept = attach(RemedyFile, files, by, now, report=report)
        before = {"state": row.state}
        change(row, state=Recommendation.State.REPORTED)
        after = {"state": row.state, "text": text, "files": kept, "late": limit.met_late}
        enter(row, "remedy_reported", by, now, before=before, after=after, document=ref)
        conclusion = row.conclusion
        told = {conclusion.by_id, conclusion.record.author_id} - {by.author.id, None}
        telling.of_limit(MessageKind.REMEDY_REPORTED, limit, told, now)
    return report


def judge_remedy(
    owed: Recommendation,
    *,
    verdict: RemedyReport.Verdict,
    text: str,
    last_day: date | None = None,
    version: int | None,
    by: Actor,
    now: datetime,
) -> RemedyReport:
    """An inspector finds the remedy accepted, partly, or not.

    Accepted: done, as of the report. Otherwise what remains is owed under a new limit: to the same
    last day while that is not past, so that an early report gains nothing; else to ``last_day``, as
    a limit that was broken already and can no longer be kept in time. Raises ``Unfit``.
    """
    with on_remedy(owed, "judge_remedy", by, version) as row:
        if verdict not in RemedyReport.Verdict.values:
            raise Unfit("verdict", _("Choose a verdict."))
        accepted = verdict == RemedyReport.Verdict.ACCEPTED
        if not accepted and not text:
            raise Unfit("text", _("Say what is missing."))
        report = row.reports.select_for_update().get(verdict="")
        judged = {"verdict": verdict, "verdict_text": text, "judged_by": by.user, "judged_at": now}
        if not RemedyReport.objects.filter(pk=report.pk, verdict="").update(**judged):
            raise stale()
        before, told = {"state": row.state}, answering(row.agency_id, local_day(now))
        if accepted:
            change(row, state=Recommendation.State.DONE)
            limit = row.time_limit
        else:
            state = Recommendation.State.NOT_DONE
            if verdict == RemedyReport.Verdict.PARTLY:
                state = Recommendation.State.PARTLY
            limit = _again(row, last_day, by, now)
            change(row, state=state, time_limit=limit)
        after = {"state": row.state, "verdict": verdict, "text": text, "due_at": limit.due_at}
        enter(row, "remedy_judged", by, now, before=before, after=after)
        telling.of_limit(MessageKind.REMEDY_JUDGED, limit, told | {report.sent_by_id}, now)
    report.refresh_from_db()
    return report


def remaining_day(owed: Recommendation, now: datetime) -> date | None:
    """The last day that stays for what remains; nothing once it is past."""
    limit = owed.time_limit
    return limit.due_on if limit.due_on >= local_day(now) and not limit.met_late else None


def _owe(
    conclusion: Conclusion, position: int, asked: Asked, by: Actor, now: datetime
) -> Recommendation:
    owed = Recommendation(
        conclusion=conclusion, position=position, agency=asked.agency, text=asked.text
    )
    owed.time_limit = _start(owed, 1, asked.last_day, by, now)
    owed.save(force_insert=True)
    return owed


def _again(owed: Recommendation, last_day: date | None, by: Actor, now: datetime) -> TimeLimit:
    """The limit for what remains."""
    earlier = owed.time_limit
    same = remaining_day(owed, now)
    if same is None and (last_day is None or last_day <= local_day(now)):
        raise Unfit("last_day", _("The last day has passed. Name a new one, after today."))
    round_ = TimeLimit.objects.filter(subject_code=code_of(owed)).count() + 1
    limit = _start(owed, round_, same or last_day, by, now)
    if same is None:
        broken = earlier.breached_at or earlier.due_at
        TimeLimit.objects.filter(pk=limit.pk).update(breached_at=broken)
        limit.breached_at = broken
    return limit


def _start(
    owed: Recommendation, round_: int, last_day: date | None, by: Actor, now: datetime
) -> TimeLimit:
    code = code_of(owed)
    return limits.start_limit(
        code=f"{code}/{round_}",
        rule_code=rules.BY_DATE,
        agency=owed.agency,
        subject=limits.Subject(code=code, title=telling.REMEDY_TITLE),
        last_day=last_day,
        by=by,
        now=now,
    )
