"""The City's verbs: receive, put to the leader, direct, conclude, draft, issue, close."""

from datetime import date, datetime

from accounts.actors import Actor
from accounts.models import MessageKind
from agencies.dates import local_day
from agencies.models import Agency
from deadlines import transitions as limits
from dossiers import news
from dossiers.models import Attachment, Conclusion, CoverSlip, Direction, Dossier, Notice
from dossiers.states import State
from dossiers.transitions.acting import (
    Files,
    acting,
    attach,
    enter,
    move,
    plain_move,
    touch,
)
from dossiers.transitions.meeting import mark_held

CITY_OFFICE = "VP"


def receive(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """The City Office acknowledges receipt and begins to verify."""
    return plain_move(dossier, "receive", "dossier_received", version, by, now)


def put_to_leader(
    dossier: Dossier,
    *,
    summary: str,
    proposal: str,
    version: int | None,
    by: Actor,
    now: datetime,
) -> CoverSlip:
    """The City Office puts the verified dossier to the City leadership, with its cover slip.

    The slip (phiếu trình) is a paper of the City: agencies never see it.
    """
    with acting(dossier, "put_to_leader", by, version) as row:
        before = row.state
        slip = CoverSlip.objects.create(
            dossier=row, summary=summary, proposal=proposal, by=by.user, at=now
        )
        move(row, "put_to_leader")
        enter(
            row,
            "dossier_put_to_leader",
            by,
            now,
            before={"state": before},
            after={"state": row.state, "summary": summary, "proposal": proposal},
        )
    return slip


def direct_explanation(
    dossier: Dossier, *, kind: str, text: str, version: int | None, by: Actor, now: datetime
) -> Direction:
    """A City leader asks for an explanation or supplement: the agency's 02 working days begin.

    Công văn 4449/UBND-TKBT, rule ``agency_report``. The due date is counted here and nowhere else.
    """
    with acting(dossier, "direct_explanation", by, version) as row:
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
        mark_held(row, before, now)
        move(row, "direct_explanation", round=round_)
        enter(
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


def conclude(
    dossier: Dossier, *, text: str, version: int | None, by: Actor, now: datetime
) -> Conclusion:
    """A City leader concludes: the City Office's 02 days to draft the document begin.

    Công văn 4449/UBND-TKBT, rule ``office_draft``.
    """
    with acting(dossier, "conclude", by, version) as row:
        before = row.state
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
        mark_held(row, before, now)
        move(row, "conclude")
        enter(
            row,
            "dossier_concluded",
            by,
            now,
            before={"state": before},
            after={"state": State.OFFICE_DRAFTING, "text": text, "due_at": limit.due_at},
        )
        news.tell_office(MessageKind.CONCLUDED, limit, now=now)
    return conclusion


def attach_draft_version(
    dossier: Dossier,
    *,
    files: Files,
    text: str,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Attachment:
    """The City Office keeps a version of its draft; the version before it stays beside it."""
    with acting(dossier, "attach_draft_version", by, version) as row:
        touch(row, "attach_draft_version")
        number = row.attachments.filter(purpose=Attachment.Purpose.OFFICE_DRAFT).count() + 1
        enter(row, "office_draft_attached", by, now, after={"number": number, "note": text})
        attach(row, files, by, now)
    drafts = row.attachments.filter(purpose=Attachment.Purpose.OFFICE_DRAFT)
    return drafts.order_by("-pk")[0]


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
    with acting(dossier, "issue_notice", by, version) as row:
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
        move(row, "issue_notice")
        enter(
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
        attach(row, files, by, now)
    return notice


def close(dossier: Dossier, *, version: int | None, by: Actor, now: datetime) -> Dossier:
    """The result is filed; nothing remains to be done."""
    return plain_move(dossier, "close", "dossier_closed", version, by, now, closed_at=now)


def _subject(row: Dossier) -> limits.Subject:
    return limits.Subject(code=row.code, title=row.matter)
