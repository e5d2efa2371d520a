"""The verbs of a record (biên bản) of an inspection until it is finalised.

    drafting ──send──▶ sent for opinion ──finalise──▶ finalised, frozen in its paper
       ▲  └──drop      │   │ opinion, signatures
       └──take back────┘   └──drop

One record is about one head and that head's own days: a period with two heads yields two records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import staging
from accounts.actors import Actor
from accounts.models import StagedFile
from deadlines.models import TimeLimit
from inspections.facts import facts_of_all
from inspections.models import Exhibit, Finding, Record
from inspections.transitions.rows import Unfit, acting, changes_between, enter, write
from ledger import recording


@dataclass(frozen=True, slots=True)
class Written:
    """What the team writes into a record; ``present`` lists ``{"side", "name", "post"}`` of the
    inspected party and the witnesses, ``_at`` instants are as the paper states them."""

    place: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    present: Sequence[dict[str, str]] = ()
    absent_reason: str = ""
    scope: str = ""
    method: str = ""
    papers_seen: str = ""
    shortcomings: str = ""
    causes: str = ""
    requests: str = ""
    recommendations: str = ""
    pages: int | None = None
    copies: int | None = None


def edit_record(
    record: Record, *, written: Written, version: int | None, by: Actor, now: datetime
) -> Record:
    """Change what the record says; the team stays as decided."""
    with acting(record, "edit_record", by, version) as row:
        new = {field.name: getattr(written, field.name) for field in fields(Written)}
        team = [one for one in row.present if one["side"] == "team"]
        new["present"] = team + [dict(one) for one in written.present]
        if written.started_at and written.ended_at and written.ended_at < written.started_at:
            raise Unfit(_("The visit ended before it began. Check the hours."))
        old = {name: getattr(row, name) for name in new}
        before, after = changes_between(old, new)
        write(row, "edit_record", **new)
        enter(row, "record_edited", by, now, before=before, after=after)
    return row


def add_findings(
    record: Record,
    *,
    limits: Sequence[TimeLimit],
    version: int | None,
    by: Actor,
    now: datetime,
) -> list[Finding]:
    """Copy the facts of more limits into a draft. Each must be the agency's, and of the head that
    the record is about: nobody answers for another's days."""
    with acting(record, "edit_record", by, version) as row:
        copied = facts_of_all(limits, now=now)
        for facts in copied.values():
            head = facts["head"]
            if facts["agency"]["code"] != row.agency.code:
                raise Unfit(_("The time limit is another agency's."))
            if (head["id"] if head else None) != row.head_id:
                raise Unfit(
                    _(
                        "On the last day of %(limit)s the head was %(head)s: it belongs to another "
                        "record."
                    )
                    % {"limit": facts["limit"], "head": head["name"] if head else "–"}
                )
        last = row.findings.aggregate(last=Max("position"))["last"] or 0
        try:
            with transaction.atomic():
                made = Finding.objects.bulk_create(
                    [
                        Finding(
                            record=row,
                            position=last + place,
                            time_limit=limit,
                            facts=copied[limit.pk],
                        )
                        for place, limit in enumerate(limits, 1)
                    ]
                )
        except IntegrityError as error:
            raise Unfit(_("The record has this time limit already.")) from error
        write(row, "edit_record")
        enter(
            row, "finding_added", by, now, after={"text": ", ".join(limit.code for limit in limits)}
        )
    return made


def note_finding(
    finding: Finding, *, note: str, version: int | None, by: Actor, now: datetime
) -> None:
    """Write beside a finding what the team saw; its facts stay as they were copied."""
    with acting(finding.record, "edit_record", by, version) as row:
        mine = Finding.objects.filter(pk=finding.pk, record=row)
        before = mine.values_list("note", flat=True).get()
        mine.update(note=note)
        write(row, "edit_record")
        enter(
            row,
            "finding_noted",
            by,
            now,
            before={"note": before},
            after={"text": note, "finding": finding.position},
        )


def remove_finding(
    finding: Finding, *, reason: str, version: int | None, by: Actor, now: datetime
) -> None:
    """Take a finding out of a draft, with the reason."""
    with acting(finding.record, "edit_record", by, version) as row:
        facts = finding.facts
        Finding.objects.filter(pk=finding.pk, record=row).delete()
        write(row, "edit_record")
        code = facts.get("limit") or facts["dossier"]
        enter(row, "finding_removed", by, now, before={"finding": code}, reason=reason)


def add_exhibits(
    record: Record,
    *,
    caption: str,
    files: Sequence[StagedFile],
    version: int | None,
    by: Actor,
    now: datetime,
) -> list[Exhibit]:
    """Make staged files exhibits of a draft. Their bytes are on disk already; rows come last.

    Raises ``FilesGone`` rather than saving the record without one of its files.
    """
    with acting(record, "edit_record", by, version) as row:
        made = []
        for staged in files:
            exhibit = Exhibit.objects.create(
                record=row,
                caption=caption,
                **staging.take(staged, owner=by.user),
                added_by=by.user,
                added_at=now,
            )
            made.append(exhibit)
            enter(
                row,
                "exhibit_added",
                by,
                now,
                after={
                    "name": staged.name,
                    "file": str(exhibit.public_id),
                    "size": staged.size,
                    "sha256": staged.sha256,
                },
            )
        write(row, "edit_record")
    return made


def remove_exhibit(
    exhibit: Exhibit, *, reason: str, version: int | None, by: Actor, now: datetime
) -> None:
    """Take an exhibit out of a draft; the ledger keeps its name and checksum."""
    with acting(exhibit.record, "edit_record", by, version) as row:
        Exhibit.objects.filter(pk=exhibit.pk, record=row).delete()
        write(row, "edit_record")
        before = {"name": exhibit.name, "sha256": exhibit.sha256}
        enter(row, "exhibit_removed", by, now, before=before, reason=reason)


def log_opening(record: Record, *, how: str, by: Actor, now: datetime) -> None:
    """Say in the ledger that somebody opened a record: how is "view", "pdf", "docx" or a file."""
    with recording.recorded():
        enter(record, "record_opened", by, now, after={"how": how, "state": record.state})
