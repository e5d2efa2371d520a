"""What belongs in a pack: late limits of a head, an agency or a record, and what hangs on them.

Only what the person may see; in a number of queries that does not grow with the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, Message, User
from accounts.querysets import HEAD_ROLES
from accounts.refusals import Refused
from agencies.models import Agency
from deadlines.adjusting import end_of
from deadlines.counting import last_day_before
from deadlines.models import OverdueFlag, TimeLimit
from documents.models import Paper
from dossiers.models import Attachment, Letter, Task, TaskFile
from inspections.duty.acting import PROPOSAL_CODE, RECORD_CODE, REMEDY_CODE, code_of
from inspections.heads import head_in, heads_of
from inspections.models import Exhibit, Inspection, Proposal, Recommendation, Record, RemedyFile
from inspections.story import READINGS
from ledger.models import Event

#: More late limits than this do not go into one pack: one request makes it, from facts in memory.
MOST_LIMITS = 500
#: What an agency was still drafting is nobody else's business; who read what is told elsewhere.
#: How an inspection was prepared names what it comes from, perhaps who complained: a pack may be
#: handed to those inspected, who are never told that.
UNTOLD = (*READINGS, "report_drafted", "inspection_prepared", "inspection_edited")


class TooMuch(Refused):
    """The period holds more late limits than one pack takes."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a pack is about. ``kind`` is "head", "agency" or "record"; local dates, both included.

    With ``head`` the limits are those whose last day that was not kept lay on days on which the
    person headed the agency, whoever heads it now.
    """

    kind: str
    first: date
    last: date
    agency: Agency
    head: User | None = None
    record: Record | None = None

    @property
    def code(self) -> str:
        """What the scope is called in the ledger and in the name of the file."""
        if self.record is not None:
            return f"record/{self.record.public_id}"
        days = f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"
        whose = f"{self.agency.code}/{self.head.username}" if self.head else self.agency.code
        return f"{self.kind}/{whose}/{days}"

    @property
    def subject(self) -> str:
        """Whom or what it is about, as papers name it."""
        if self.record is not None:
            return ", ".join(
                filter(None, ("Ông (bà) " + self.record.head_name, self.record.head_post,
                              self.record.agency_name))
            )  # fmt: skip
        return (
            f"Ông (bà) {self.head.full_name}, {self.agency.name}" if self.head else self.agency.name
        )


@dataclass(frozen=True, slots=True)
class Head:
    """A head with late limits on their days of a period: how many, and the days."""

    user: User
    post: str
    limits: int


@dataclass(slots=True)
class Gathered:
    """The rows of a pack. Iterators over many rows read them when they are asked for."""

    scope: Scope
    limits: list[TimeLimit]
    posts: list[Appointment]
    records: list[Record]
    proposals: list[Proposal]
    remedies: list[Recommendation]
    papers: list[Paper]
    visits: list[Inspection] = field(default_factory=list)
    files: list["Kept"] = field(default_factory=list)

    def dossier_codes(self) -> set[str]:
        return {limit.subject_code for limit in self.limits}

    def events(self) -> Iterator[Event]:
        """The entries about these rows with their seals, oldest first; readings are left out."""
        subjects = sorted(self.dossier_codes())
        named = Q(object_kind__in=("dossier", "task"), object_code__in=subjects)
        codes = [limit.code for limit in self.limits]
        named |= Q(object_kind="time_limit", object_code__in=sorted(codes))
        visits = [visit.code for visit in self.visits]
        named |= Q(object_kind="inspection", object_code__in=sorted(visits))
        for kind, rows in (
            ("record", self.records),
            ("proposal", self.proposals),
            ("recommendation", self.remedies),
            ("paper", self.papers),
        ):
            named |= Q(object_kind=kind, object_code__in=sorted(str(r.public_id) for r in rows))
        found = Event.objects.filter(named).exclude(action__in=UNTOLD)
        return found.select_related("link").order_by("pk").iterator(chunk_size=2000)

    def messages(self) -> Iterator[Message]:
        """Reminders and news about the limits, and about the records, in the order of sending."""
        codes = [limit.code for limit in self.limits]
        codes += [code_of(row) for row in self.records]
        codes += [str(row.public_id) for row in self.records]
        named = Q(limit_code__in=sorted(set(codes)))
        found = Message.objects.filter(named).select_related("recipient")
        return found.order_by("created_at", "pk").iterator(chunk_size=2000)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file of a pack. ``of`` names what it belongs to, ``purpose`` what it is there."""

    file: str
    of: str
    purpose: str
    name: str
    size: int
    sha256: str
    content_type: str
    path: str
    added_at: datetime | None


# --- limits ---------------------------------------------------------------------------------------


def late_limits(
    agency: Agency, first: date, last: date, *, by: Actor, now: datetime
) -> QuerySet[TimeLimit]:
    """The limits in the figures of an agency that were or are late and whose first day missed lies
    between two local dates. Home Affairs' own requests and limits are none of them."""
    ours = Q(subject_code__startswith=RECORD_CODE) | Q(subject_code__startswith=PROPOSAL_CODE)
    ours |= Q(subject_code__startswith=REMEDY_CODE)
    late = Q(breached_at__isnull=False) | Q(met_at__gte=F("due_at"))
    late |= Q(met_at__isnull=True, due_at__lte=now)
    found = TimeLimit.objects.visible_to(by).counted_at(agency.pk).exclude(ours).filter(late)
    found = found.annotate(breach=Coalesce("breached_at", "due_at"))
    return found.filter(breach__gte=end_of(first), breach__lte=min(end_of(last), now))


def heads_with_breaches(
    agency: Agency, first: date, last: date, *, by: Actor, now: datetime
) -> tuple[int, list[Head]]:
    """How many late limits there are, and who headed the agency on the days of how many of them."""
    rows = list(late_limits(agency, first, last, by=by, now=now)[: MOST_LIMITS + 1])
    found: dict[int, Head] = {}
    for _limit, post in zip(rows, _posts_on_breach(rows), strict=True):
        if post is not None:
            seen = found.get(post.user_id)
            found[post.user_id] = Head(post.user, post.post, (seen.limits if seen else 0) + 1)
    return len(rows), sorted(found.values(), key=lambda one: (-one.limits, one.user.pk))


def of_record(record: Record) -> Scope:
    """The scope of a record: its own period, agency and head."""
    return Scope("record", record.period_from, record.period_to, record.agency, record=record)


def gather(scope: Scope, *, by: Actor, now: datetime) -> Gathered:
    """Everything of a scope that the person may see. Raises ``TooMuch``."""
    if scope.record is None:
        found = late_limits(scope.agency, scope.first, scope.last, by=by, now=now)
        limits = list(found.select_related("rule").order_by("breach", "pk")[: MOST_LIMITS + 1])
    else:
        own = scope.record.findings.exclude(time_limit=None).values("time_limit")
        limits = list(
            TimeLimit.objects.visible_to(by)
            .filter(pk__in=own)
            .select_related("rule")
            .order_by("due_at", "pk")[: MOST_LIMITS + 1]
        )
    if len(limits) > MOST_LIMITS:
        raise TooMuch(
            _(
                "There are more than %(most)s late time limits in this period. Choose a shorter "
                "period."
            )
            % {"most": MOST_LIMITS}
        )
    if scope.head is not None:
        posts = zip(limits, _posts_on_breach(limits), strict=True)
        limits = [one for one, post in posts if post and post.user_id == scope.head.pk]
    records = _records(scope, by)
    remedies = list(
        Recommendation.objects.visible_to(by)
        .filter(conclusion__record__in=records)
        .select_related("agency", "time_limit__rule", "conclusion")
        .prefetch_related("reports__sent_by", "reports__judged_by")
        .order_by("conclusion", "position")
    )
    asked = [row.explanation.time_limit for row in records if hasattr(row, "explanation")]
    limits += [*asked, *(row.time_limit for row in remedies)]
    proposals = list(
        Proposal.objects.visible_to(by)
        .filter(record__in=records)
        .select_related("paper", "drafted_by", "endorsed_by", "decision__by", "decision__paper")
        .order_by("record", "drafted_at", "pk")
    )
    visits = _visits(scope, records, by)
    papers = [
        paper
        for paper in chain(
            *(_papers_of_record(row) for row in records),
            *(_papers_of_proposal(row) for row in proposals),
        )
        if paper is not None
    ]
    whole = Gathered(
        scope,
        limits=list({limit.pk: limit for limit in limits}.values()),
        posts=_posts(scope),
        records=records,
        proposals=proposals,
        remedies=remedies,
        visits=visits,
        papers=list(
            Paper.objects.filter(
                Q(pk__in=[paper.pk for paper in papers])
                | Q(letter__in=Letter.objects.visible_to(by).filter(limits__in=limits))
                | Q(
                    about_kind__in=["inspection", "inspection_notice"],
                    about_code__in=[visit.code for visit in visits],
                )
            )
            .select_related("series", "issued_by", "void__by")
            .order_by("issued_at", "pk")
        ),
    )
    whole.files = list(_files(whole, by))
    return whole


def _posts_on_breach(limits: list[TimeLimit]) -> list[Appointment | None]:
    """Who headed the agency that answers for each limit on its first day that was not kept, as
    ``inspections.facts`` names them; at most two queries."""
    answering = [
        list(dict.fromkeys(filter(None, (one.charged_to_id, one.agency_id)))) for one in limits
    ]
    heads = heads_of(set(chain(*answering)))
    found: list[Appointment | None] = []
    for limit, agencies in zip(limits, answering, strict=True):
        posts = [post for key in agencies for post in heads[key]]
        found.append(head_in(posts, last_day_before(limit.breached_at or limit.due_at)))
    missing = [one.pk for one, post in zip(limits, found, strict=True) if post is None]
    flags: dict[int, OverdueFlag] = {}
    if missing:
        named = OverdueFlag.objects.filter(time_limit__in=missing, head__isnull=False)
        for flag in named.select_related("head").order_by("-due_at", "-pk"):
            flags[flag.time_limit_id] = flag
    return [
        post
        if post is not None or one.pk not in flags
        else Appointment(user=flags[one.pk].head, post="")
        for one, post in zip(limits, found, strict=True)
    ]


def _posts(scope: Scope) -> list[Appointment]:
    """Who headed the agency in the period, whoever the pack is about."""
    held = Appointment.objects.filter(agency=scope.agency, role__in=HEAD_ROLES)
    held = held.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=scope.first))
    held = held.filter(started_on__lte=scope.last)
    return list(held.select_related("user").order_by("started_on", "pk"))


# --- records, papers, files -----------------------------------------------------------------------


def _records(scope: Scope, by: Actor) -> list[Record]:
    found = Record.objects.visible_to(by)
    if scope.record is not None:
        found = found.filter(pk=scope.record.pk)
    else:
        found = found.filter(
            agency=scope.agency, period_from__lte=scope.last, period_to__gte=scope.first
        )
        if scope.head is not None:
            found = found.filter(head=scope.head)
    rows = Record.objects.filter(pk__in=found.values("pk")).select_related(
        "agency", "author", "opinion_by", "inspection", "paper__void", "corrects__paper",
        "explanation__time_limit__rule", "explanation__paper", "explanation__asked_by",
        "explanation__answered_by", "explanation__silent_by", "conclusion__paper",
        "conclusion__by",
    )  # fmt: skip
    return list(rows.prefetch_related("findings", "signatures").order_by("created_at", "pk"))


def _visits(scope: Scope, records: list[Record], by: Actor) -> list[Inspection]:
    """The visits behind the records; for an agency all whose period meets the scope's. One of
    which the agency does not know yet goes into no pack."""
    found = Inspection.objects.visible_to(by)
    found = found.filter(Q(notified_at__isnull=False) | Q(opened_at__isnull=False))
    behind = Q(pk__in={row.inspection_id for row in records if row.inspection_id})
    if scope.kind == "agency":
        behind |= Q(agency=scope.agency, period_from__lte=scope.last, period_to__gte=scope.first)
    found = found.filter(behind).select_related("agency", "decision")
    return list(found.prefetch_related("team", "sample__dossier").order_by("created_at", "pk"))


def _papers_of_record(row: Record) -> Iterable[Paper | None]:
    asked, conclusion = getattr(row, "explanation", None), getattr(row, "conclusion", None)
    return row.paper, asked and asked.paper, conclusion and conclusion.paper


def _papers_of_proposal(row: Proposal) -> Iterable[Paper | None]:
    decision = getattr(row, "decision", None)
    return row.paper, decision and decision.paper


def _files(whole: Gathered, by: Actor) -> Iterator[Kept]:
    """The files of records, remedies, dossiers and tasks that this person may read, in the order in
    which they came; four queries."""
    with translation.override(settings.LANGUAGE_CODE):
        exhibits = Exhibit.objects.filter(record__in=whole.records).select_related("record")
        for one in exhibits.order_by("pk"):
            yield _kept(one, f"record {one.record.public_id}", one.caption or "chứng cứ")
        remedies = RemedyFile.objects.filter(report__recommendation__in=whole.remedies)
        for one in remedies.select_related("report__recommendation").order_by("pk"):
            code = one.report.recommendation.public_id
            yield _kept(one, f"recommendation {code}", "kết quả khắc phục")
        codes = sorted(whole.dossier_codes())
        attached = Attachment.objects.visible_to(by).filter(dossier__code__in=codes)
        for one in attached.select_related("dossier").order_by("pk"):
            yield _kept(one, f"dossier {one.dossier.code}", str(one.get_purpose_display()))
        tasks = Task.objects.visible_to(by).filter(code__in=codes)
        reports = TaskFile.objects.visible_to(by).filter(report__task__in=tasks.values("pk"))
        for one in reports.select_related("report__task").order_by("pk"):
            yield _kept(one, f"task {one.report.task.code}", "báo cáo nhiệm vụ", one.report.sent_at)


def _kept(row: Any, of: str, purpose: str, at: datetime | None = None) -> Kept:
    return Kept(
        file=str(row.public_id),
        of=of,
        purpose=purpose,
        name=row.name,
        size=row.size,
        sha256=row.sha256,
        content_type=row.content_type,
        path=row.path,
        added_at=at or row.added_at,
    )
