"""The verbs of a dossier. The only writers of its state; each one transaction with its ledger entry.

Every verb locks the row, asks the policy, checks the version that the person saw and the state,
writes, and says so in the ledger. ``now`` is given and aware.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment, MessageKind, StagedFile
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import search_key
from deadlines import transitions as limits
from dossiers import gate, news, policies
from dossiers.models import (
    Attachment,
    Conclusion,
    Direction,
    Dossier,
    DossierCounter,
    Notice,
    Report,
    Urgency,
)
from dossiers.states import MOVES, State
from ledger import recording

CITY_OFFICE = "VP"


class WrongState(Conflict):
    """The dossier is not where this verb starts."""


class Stale(Conflict):
    """Somebody changed the dossier since the form was opened."""


class GateClosed(Refused):
    """Signature, initials or files are missing and no exception is given."""

    def __init__(self, faults: list[gate.Fault]):
        super().__init__(faults[0].sentence)
        self.faults = faults


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


Files = Mapping[str, Iterable[StagedFile]]


def log_submission(
    *, facts: Submission, agency: Agency, files: Files, by: Actor, now: datetime
) -> Dossier:
    """Enter a submission as a draft of the actor's own agency, whatever a request says."""
    if not allows(by, "dossier_create", agency.pk):
        raise NotAllowed(_("You log submissions for your own agency only."))
    with recording.recorded():
        dossier = Dossier(
            code=_next_code(now),
            agency=agency,
            state=State.DRAFTING,
            created_by=by.user,
            created_at=now,
            **_columns(facts),
        )
        dossier.search_key = _search_key(dossier)
        dossier.save(force_insert=True)
        _enter(dossier, "dossier_logged", by, now, after={"state": State.DRAFTING, **_plain(facts)})
        _attach(dossier, files, by, now)
    return dossier


def edit(
    dossier: Dossier, *, facts: Submission, files: Files, version: int, by: Actor, now: datetime
) -> Dossier:
    """Change a draft; refused when somebody saved it since this form was opened."""
    with _acting(dossier, "edit", by, version) as row:
        before = {name: getattr(row, name) for name in _columns(facts)}
        for name, value in _columns(facts).items():
            setattr(row, name, value)
        row.search_key = _search_key(row)
        row.version = F("version") + 1
        row.save(update_fields=[*_columns(facts), "search_key", "version"])
        _enter(row, "dossier_edited", by, now, before=before, after=_plain(facts))
        _attach(row, files, by, now)
    return row


def submit(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """Send a draft to the City; the gate must be open. Raises ``GateClosed`` with every fault."""
    with _acting(dossier, "submit", by, version) as row:
        faults = gate.faults(
            signatures_of(row),
            head_name=head_name_on(row.agency_id, row.signed_on or local_day(now)),
            today=local_day(now),
        )
        if faults:
            raise GateClosed(faults)
        _move(row, "submit", submitted_at=now)
        _enter(
            row,
            "dossier_submitted",
            by,
            now,
            before={"state": State.DRAFTING},
            after={"state": State.SUBMITTED, "gate_exception": bool(row.gate_exception)},
            reason=row.gate_exception,
        )
    return row


def receive(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """The City Office acknowledges receipt and begins to verify."""
    return _plain_move(dossier, "receive", "dossier_received", version, by, now)


def put_to_leader(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """The City Office puts the verified dossier to the City leadership."""
    return _plain_move(dossier, "put_to_leader", "dossier_put_to_leader", version, by, now)


def direct_explanation(
    dossier: Dossier, *, kind: str, text: str, version: int | None, by: Actor, now: datetime
) -> Direction:
    """A City leader asks for an explanation or supplement: the agency's 02 working days begin.

    Công văn 4449/UBND-TKBT, rule ``agency_report``. The due date is counted here and nowhere else.
    """
    with _acting(dossier, "direct_explanation", by, version) as row:
        before = row.state
        round_ = row.round + 1
        limit = limits.start_limit(
            code=f"{row.code}/{round_}",
            rule_code="agency_report",
            agency=row.agency,
            unit=row.unit,
            officer=row.officer,
            subject=_subject(row),
            by=by,
            now=now,
        )
        direction = Direction.objects.create(
            dossier=row, round=round_, kind=kind, text=text, by=by.user, at=now, time_limit=limit
        )
        _move(row, "direct_explanation", round=round_)
        _enter(
            row,
            "explanation_directed",
            by,
            now,
            before={"state": before},
            after={
                "state": State.EXPLANATION_DUE,
                "round": round_,
                "kind": kind,
                "text": text,
                "due_at": limit.due_at,
            },
        )
        news.tell_agency(MessageKind.DIRECTED, limit, now=now)
    return direction


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
    with _acting(direction.dossier, "prepare_report", by, None) as row:
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

    An empty answer stops no clock: it needs a text or a file.
    """
    with _acting(direction.dossier, "report_back", by, None) as row:
        report = _save_report(row, direction, facts, files, version, by, now)
        limit = limits.meet(direction.time_limit, by=by, now=now)
        Report.objects.filter(pk=report.pk).update(sent_by=by.user, sent_at=limit.met_at)
        _move(row, "report_back")
        _enter(
            row,
            "report_sent",
            by,
            now,
            before={"state": State.EXPLANATION_DUE},
            after={
                "state": State.WITH_LEADER,
                "round": direction.round,
                "ref": facts.ref,
                "stated_on": facts.stated_on,
                "due_at": limit.due_at,
                "met_at": limit.met_at,
            },
            reason=facts.late_reason,
        )
        news.tell_leader(MessageKind.REPORTED, limit, leader=direction.by, now=now)
    report.refresh_from_db()
    return report


def conclude(
    dossier: Dossier, *, text: str, version: int | None, by: Actor, now: datetime
) -> Conclusion:
    """A City leader concludes: the City Office's 02 days to draft the document begin.

    Công văn 4449/UBND-TKBT, rule ``office_draft``.
    """
    with _acting(dossier, "conclude", by, version) as row:
        office = Agency.objects.as_of(local_day(now)).get(code=CITY_OFFICE)
        limit = limits.start_limit(
            code=f"{row.code}/VP",
            rule_code="office_draft",
            agency=office,
            subject=_subject(row),
            by=by,
            now=now,
        )
        conclusion = Conclusion.objects.create(
            dossier=row, text=text, by=by.user, at=now, time_limit=limit
        )
        _move(row, "conclude")
        _enter(
            row,
            "dossier_concluded",
            by,
            now,
            before={"state": State.WITH_LEADER},
            after={"state": State.OFFICE_DRAFTING, "text": text, "due_at": limit.due_at},
        )
        news.tell_office(MessageKind.CONCLUDED, limit, now=now)
    return conclusion


def issue_notice(
    dossier: Dossier,
    *,
    ref: str,
    issued_on: date,
    late_reason: str,
    files: Files,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Notice:
    """The City Office files the notice or document: its limit is met, the dossier is issued."""
    with _acting(dossier, "issue_notice", by, version) as row:
        conclusion = row.conclusion
        limit = limits.meet(conclusion.time_limit, by=by, now=now)
        notice = Notice.objects.create(
            conclusion=conclusion,
            ref=ref,
            issued_on=issued_on,
            late_reason=late_reason,
            by=by.user,
            at=now,
        )
        _move(row, "issue_notice")
        _enter(
            row,
            "notice_issued",
            by,
            now,
            before={"state": State.OFFICE_DRAFTING},
            after={
                "state": State.ISSUED,
                "ref": ref,
                "issued_on": issued_on,
                "due_at": limit.due_at,
                "met_at": limit.met_at,
            },
            reason=late_reason,
            document=ref,
        )
        _attach(row, files, by, now)
    return notice


def close(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """The result is filed; nothing remains to be done."""
    return _plain_move(dossier, "close", "dossier_closed", version, by, now, closed_at=now)


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


# --- what the verbs share -------------------------------------------------------------------------


@contextmanager
def _acting(dossier: Dossier, verb: str, by: Actor, version: int | None) -> Iterator[Dossier]:
    """The locked row, once policy, version and state agree; everything after is one transaction."""
    with recording.recorded():
        row = (
            Dossier.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=dossier.pk)
        )
        if not policies.may(by, verb, row):
            raise NotAllowed(_("Your post does not carry this right."))
        if not policies.fits(verb, row):
            raise WrongState(
                _("Meanwhile the dossier has moved on: %(state)s.")
                % {"state": row.get_state_display()}
            )
        if version is not None and version != row.version:
            raise Stale(_("Somebody changed this dossier since you opened the form."))
        yield row


def _move(row: Dossier, verb: str, **changes: Any) -> None:
    """Write the new state if the row still is as it was read; the condition holds without locks."""
    sources, target = MOVES[verb]
    changed = Dossier.objects.filter(pk=row.pk, version=row.version, state__in=sources).update(
        state=target, version=row.version + 1, **changes
    )
    if not changed:
        raise Stale(_("Somebody changed this dossier since you opened the form."))
    row.state, row.version = target, row.version + 1


def _plain_move(
    dossier: Dossier,
    verb: str,
    action: str,
    version: int | None,
    by: Actor,
    now: datetime,
    **changes: Any,
) -> Dossier:
    with _acting(dossier, verb, by, version) as row:
        before = row.state
        _move(row, verb, **changes)
        _enter(row, action, by, now, before={"state": before}, after={"state": row.state})
    return row


def _save_report(
    row: Dossier,
    direction: Direction,
    facts: ReportFacts,
    files: Files,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Report:
    report = Report.objects.select_for_update().filter(direction=direction).first()
    if report and version is not None and version != report.version:
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
    _enter(row, "report_drafted", by, now, after=after)
    _attach(row, files, by, now)
    return report


def _enter(
    row: Dossier,
    action: str,
    by: Actor,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    document: str = "",
) -> None:
    recording.append(
        by=by.author,
        action=action,
        kind="dossier",
        code=row.code,
        now=now,
        before=before,
        after=after,
        reason=reason,
        document=document,
    )


def _attach(row: Dossier, files: Files, by: Actor, now: datetime) -> None:
    """Make staged files attachments. Their bytes are on disk already; the rows come last."""
    for purpose, staged_files in files.items():
        for staged in staged_files:
            if not StagedFile.objects.filter(pk=staged.pk, owner=by.user).delete()[0]:
                continue  # this form had its effect before
            attachment = Attachment.objects.create(
                dossier=row,
                purpose=purpose,
                name=staged.name,
                size=staged.size,
                sha256=staged.sha256,
                content_type=staged.content_type,
                path=staged.path,
                added_by=by.user,
                added_at=now,
            )
            _enter(
                row,
                "file_attached",
                by,
                now,
                after={
                    "file": str(attachment.public_id),
                    "name": staged.name,
                    "purpose": purpose,
                    "size": staged.size,
                    "sha256": staged.sha256,
                },
            )


def _next_code(now: datetime) -> str:
    """The next dossier code of the year, taken in this transaction: a failed one takes none."""
    year = local_day(now).year
    DossierCounter.objects.get_or_create(year=year)
    DossierCounter.objects.filter(year=year).update(last=F("last") + 1)
    return f"HS{year}-{DossierCounter.objects.get(year=year).last:05d}"


def _columns(facts: Submission) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Submission.__dataclass_fields__}


def _plain(facts: Submission) -> dict[str, Any]:
    return {name: value for name, value in _columns(facts).items() if value not in ("", None)}


def _search_key(dossier: Dossier) -> str:
    return search_key(dossier.code, dossier.letter_ref, dossier.matter, dossier.agency.name)


def _subject(row: Dossier) -> limits.Subject:
    return limits.Subject(code=row.code, title=row.matter)
