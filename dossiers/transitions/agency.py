"""The agency's verbs: log, edit, submit, prepare and send the report."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, MessageKind
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import search_key
from deadlines import transitions as limits
from dossiers import gate, news
from dossiers.models import Attachment, Direction, Dossier, Report, Urgency
from dossiers.numbering import next_dossier_codes
from dossiers.pinned import digest_of
from dossiers.states import REPLACEABLE, State
from dossiers.transitions.acting import (
    Files,
    Stale,
    acting,
    attach,
    enter,
    move,
    moved_on,
    stale,
)
from ledger import recording


class GateClosed(Refused):
    """Signature, initials or files are missing and no exception is given."""

    def __init__(self, faults: list[gate.Fault]):
        super().__init__(faults[0].sentence)
        self.faults = faults


class EmptyReport(Refused):
    """An answer without a text and without a file."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a clerk enters from the paper. Dates are as stated on it."""

    matter: str
    urgency: str = Urgency.NORMAL
    letter_ref: str = ""
    letter_on: date | None = None
    signed_by: str = ""
    signed_on: date | None = None
    initialled_by: str = ""
    initialled_on: date | None = None
    gate_exception: str = ""
    replaces: Dossier | None = None


class NotReplaceable(Conflict):
    """The dossier to be replaced is another agency's, not ended, or replaced already."""


def log_submission(
    *, facts: Submission, agency: Agency, files: Files, by: Actor, now: datetime
) -> Dossier:
    """Enter a submission as a draft of the actor's own agency, whatever a request says."""
    if not allows(by, "dossier_create", agency.pk):
        raise NotAllowed(_("You log submissions for your own agency only."))
    with recording.recorded():
        _must_be_replaceable(facts.replaces, agency.pk, None)
        dossier = Dossier(
            code=next_dossier_codes(1, now)[0],
            agency=agency,
            state=State.DRAFTING,
            created_by=by.user,
            created_at=now,
            **_columns(facts),
        )
        dossier.search_key = _search_key(dossier)
        dossier.save(force_insert=True)
        enter(dossier, "dossier_logged", by, now, after={"state": State.DRAFTING, **_plain(facts)})
        attach(dossier, files, by, now)
    return dossier


def edit(
    dossier: Dossier, *, facts: Submission, files: Files, version: int, by: Actor, now: datetime
) -> Dossier:
    """Change a draft; refused when somebody saved it since this form was opened."""
    with acting(dossier, "edit", by, version) as row:
        _must_be_replaceable(facts.replaces, row.agency_id, row.pk)
        before = {name: _in_ledger(getattr(row, name)) for name in _columns(facts)}
        for name, value in _columns(facts).items():
            setattr(row, name, value)
        row.search_key, row.version = _search_key(row), version + 1
        changes = {**_columns(facts), "search_key": row.search_key, "version": row.version}
        if not Dossier.objects.filter(pk=row.pk, version=version).update(**changes):
            raise stale()
        enter(row, "dossier_edited", by, now, before=before, after=_plain(facts))
        attach(row, files, by, now)
    return row


def submit(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """Send a draft to the City; the gate must be open. Raises ``GateClosed`` with every fault."""
    with acting(dossier, "submit", by, version) as row:
        must_pass_gate(row, now)
        move(row, "submit", submitted_at=now)
        enter(
            row,
            "dossier_submitted",
            by,
            now,
            before={"state": State.DRAFTING},
            after={"state": State.SUBMITTED, "gate_exception": bool(row.gate_exception)},
            reason=row.gate_exception,
        )
    return row


def must_pass_gate(row: Dossier, now: datetime) -> None:
    """Signature, initials and files are there, or a reason for an exception."""
    head_on = cache(partial(head_name_on, row.agency_id))  # both on one day, as a rule
    faults = gate.faults(signatures_of(row), head_on=head_on, today=local_day(now))
    if faults:
        raise GateClosed(faults)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The agency's answer as drafted: text, number and date of the report, reason if late."""

    text: str
    ref: str = ""
    stated_on: date | None = None
    late_reason: str = ""


def prepare_report(
    direction: Direction,
    *,
    facts: ReportFacts,
    files: Files,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Report:
    """Save the draft of the answer; anyone of the agency may, only the head sends it."""
    with acting(direction.dossier, "prepare_report", by, None) as row:
        return _save_report(row, direction, facts, files, version, by, now)


def report_back(
    direction: Direction,
    *,
    facts: ReportFacts,
    files: Files,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Report:
    """The head sends the agency's answer: the limit is met at the instant the server has it.

    Raises ``EmptyReport`` when it has neither a text nor a file, its draft's files counted.
    """
    with acting(direction.dossier, "report_back", by, None) as row:
        report = _save_report(row, direction, facts, files, version, by, now)
        if not facts.text and not reported_files(direction).exists():
            raise EmptyReport(
                _("An empty report stops no clock. Write the explanation or attach it.")
            )
        limit = limits.meet(direction.time_limit, by=by, now=now)
        Report.objects.filter(pk=report.pk).update(sent_by=by.user, sent_at=limit.met_at)
        move(row, "report_back")
        enter(
            row,
            "report_sent",
            by,
            now,
            before={"state": State.EXPLANATION_DUE},
            after={
                "state": State.WITH_LEADER,
                "round": direction.round,
                "ref": facts.ref,
                "sha256": digest_of(facts.text),
                "stated_on": facts.stated_on,
                "due_at": limit.due_at,
                "met_at": limit.met_at,
            },
            reason=facts.late_reason,
        )
        news.tell_leader(MessageKind.REPORTED, limit, leader=direction.by, now=now)
    report.refresh_from_db()
    return report


def reported_files(direction: Direction) -> QuerySet[Attachment]:
    """The files of the answer to a direction, of its draft too."""
    return Attachment.objects.filter(
        dossier_id=direction.dossier_id,
        purpose=Attachment.Purpose.REPORT,
        added_at__gte=direction.at,
    )


def head_name_on(agency_id: int, day: date) -> str | None:
    """The name of whoever was head of an agency on a local date."""
    head = Appointment.objects.head_on(agency_id, day)
    return head.user.full_name if head else None


def signatures_of(dossier: Dossier) -> gate.Signatures:
    """What the gate asks, from a stored dossier."""
    purposes = set(dossier.attachments.values_list("purpose", flat=True))
    return gate.Signatures(
        letter_ref=dossier.letter_ref,
        letter_on=dossier.letter_on,
        signed_by=dossier.signed_by,
        signed_on=dossier.signed_on,
        initialled_by=dossier.initialled_by,
        initialled_on=dossier.initialled_on,
        has_letter=Attachment.Purpose.LETTER in purposes,
        has_draft=Attachment.Purpose.DRAFT in purposes,
        exception=dossier.gate_exception,
    )


def _save_report(
    row: Dossier,
    direction: Direction,
    facts: ReportFacts,
    files: Files,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Report:
    if direction.dossier_id != row.pk or direction.round != row.round:
        raise moved_on(row)  # what was sent for an earlier round is never written over
    report = Report.objects.select_for_update().filter(direction=direction).first()
    if version is not None and version != (report.version if report else 0):
        raise Stale(_("Somebody changed this draft since you opened the form."))
    values = {
        "text": facts.text,
        "ref": facts.ref,
        "stated_on": facts.stated_on,
        "late_reason": facts.late_reason,
        "drafted_by": by.user,
    }
    if report:
        Report.objects.filter(pk=report.pk).update(version=report.version + 1, **values)
        report.refresh_from_db()
    else:
        report = Report.objects.create(direction=direction, **values)
    after = {"round": direction.round, "text": facts.text, "ref": facts.ref}
    enter(row, "report_drafted", by, now, after=after)
    attach(row, files, by, now)
    return report


def _columns(facts: Submission) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Submission.__dataclass_fields__}


def _plain(facts: Submission) -> dict[str, Any]:
    columns = _columns(facts).items()
    return {name: _in_ledger(value) for name, value in columns if value not in ("", None)}


def _in_ledger(value: Any) -> Any:
    """A dossier by its code, anything else as it is."""
    return value.code if isinstance(value, Dossier) else value


def _must_be_replaceable(old: Dossier | None, agency_id: int, by_dossier: int | None) -> None:
    """A dossier that left, of the same agency, that no other one replaces."""
    if old is None:
        return
    row = Dossier.objects.select_for_update(of=("self",)).get(pk=old.pk)
    replaced = Dossier.objects.filter(replaces=row).exclude(pk=by_dossier).exists()
    if row.agency_id != agency_id or row.state not in REPLACEABLE or replaced:
        raise NotReplaceable(
            _("Dossier %(code)s cannot be replaced: it goes on, or another one replaces it.")
            % {"code": row.code}
        )


def _search_key(dossier: Dossier) -> str:
    return search_key(dossier.code, dossier.letter_ref, dossier.matter, dossier.agency.name)
