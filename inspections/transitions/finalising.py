"""A record becomes final: number, frozen content and digest in one transaction; then void or
corrected by another, never changed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import MessageKind
from accounts.refusals import Conflict
from agencies.dates import local_day
from documents import issuing
from documents.models import Paper
from inspections import news
from inspections.duty_policies import explanation_of
from inspections.models import Exhibit, Finding, Record, Signature
from inspections.papers import record as record_paper
from inspections.pinned import rows_digest
from inspections.transitions.answering import parties
from inspections.transitions.rows import Unfit, acting, enter, home_affairs, write

_R = Record.State
_OPEN_PROPOSALS = ("drafting", "proposed", "returned", "endorsed")


class NotComplete(Unfit):
    """A side has neither signed nor is it said why not, or an explanation is still awaited."""


class AlreadyCorrected(Conflict):
    """Another record corrects this one already."""


def finalise(record: Record, *, version: int | None, by: Actor, now: datetime) -> Record:
    """Give the record its number and freeze everything it says, in one transaction.

    Its author alone does it, once all three sides signed or the inspected one is noted as not
    signing, with reason and witness. The paper keeps every field, finding, signature and exhibit's
    SHA-256, with the instant and the person of the extraction and a digest of all of it. A record
    that corrects another declares that one's paper corrected.
    """
    with acting(record, "finalise_record", by, version) as row:
        asked = explanation_of(row)
        if asked is not None and not asked.is_settled:
            raise NotComplete(
                _("The explanation that was asked for has not come, and its time limit still runs.")
            )
        missing = missing_sides(row)
        if missing:
            raise NotComplete(
                _("Still to be entered: the signature of %(sides)s.")
                % {"sides": ", ".join(missing)}
            )
        day = local_day(now)
        holder = home_affairs(day)
        paper = issuing.issue(
            kind=Paper.Kind.RECORD,
            holder=holder,
            symbol=f"BB-{holder.code}",
            about_kind="record",
            about_code=str(row.public_id),
            title=record_paper.title(row),
            content=record_paper.content(row, by=by, now=now),
            by=by,
            now=now,
            corrects=row.corrects.paper if row.corrects else None,
        )
        write(row, "finalise_record", state=_R.FINALISED, finalised_at=now, paper=paper)
        enter(
            row,
            "record_finalised",
            by,
            now,
            after={
                "ref": paper.ref,
                "sha256": paper.digest,
                "rows_sha256": rows_digest(row),
            },
            document=paper.ref,
        )
        news.tell(MessageKind.RECORD_SERVED, row, parties(row, day), now=now)
    return row


def missing_sides(record: Record) -> list[str]:
    """The sides that have not signed and of which no reason is noted, in words."""
    signed = set(record.signatures.values_list("side", flat=True))
    return [str(side.label).lower() for side in Signature.Side if side not in signed]


def void(record: Record, *, reason: str, version: int | None, by: Actor, now: datetime) -> Record:
    """The director declares a final record void, never its author; it keeps number and text."""
    with acting(record, "void_record", by, version) as row:
        if row.proposals.filter(state__in=_OPEN_PROPOSALS).exists():
            raise Conflict(_("A proposal about this record is open. Withdraw or decide it first."))
        issuing.declare_void(row.paper, reason=reason, by=by, now=now)
        enter(row, "record_voided", by, now, reason=reason, document=row.paper.ref)
        news.tell(
            MessageKind.RECORD_ANNULLED,
            row,
            parties(row, local_day(now)) | {row.author_id},
            now=now,
        )
    return row


def correct(
    record: Record, *, reason: str, version: int | None, by: Actor, now: datetime
) -> Record:
    """Begin the record that corrects a final one: a draft of its own with the same text, findings
    and exhibits, which names the old one. The old one stays as it is until the new one is final."""
    with acting(record, "correct_record", by, version) as row:
        try:
            with transaction.atomic():
                fresh = _copy(row, by, now)
        except IntegrityError as error:
            raise AlreadyCorrected(
                _("Another record corrects this one already. Open that one.")
            ) from error
        kept = [f"{one.name} {one.sha256}" for one in fresh.exhibits.order_by("pk")]
        enter(
            fresh,
            "record_drafted",
            by,
            now,
            after={
                "corrects": row.paper.ref,
                "head": row.head_name,
                "agency": row.agency_name,
                "exhibits": kept,
            },
            reason=reason,
            document=row.paper.ref,
        )
    return fresh


#: What a correction takes over from the record that it corrects.
_TAKEN_OVER = (
    "kind", "inspection", "agency", "agency_name", "head", "head_name", "head_post", "period_from",
    "period_to", "place", "started_at", "ended_at", "legal_bases", "present", "absent_reason",
    "scope", "method", "papers_seen", "shortcomings", "causes", "requests", "recommendations",
    "pages", "copies",
)  # fmt: skip


def _copy(row: Record, by: Actor, now: datetime) -> Record:
    fresh = Record.objects.create(
        **{name: getattr(row, name) for name in _TAKEN_OVER},
        author=by.user,
        created_at=now,
        corrects=row,
    )
    Finding.objects.bulk_create(
        Finding(
            record=fresh,
            position=one.position,
            time_limit_id=one.time_limit_id,
            facts=one.facts,
            note=one.note,
        )
        for one in row.findings.order_by("position")
    )
    Exhibit.objects.bulk_create(
        Exhibit(
            record=fresh,
            **{
                name: getattr(one, name)
                for name in (
                    "caption",
                    "name",
                    "size",
                    "sha256",
                    "content_type",
                    "path",
                    "added_by",
                    "added_at",
                )
            },
        )  # fmt: skip
        for one in row.exhibits.order_by("pk")
    )
    return fresh
