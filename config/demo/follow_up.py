"""The demo's records of lateness without a visit, from the request for an explanation to what a
City leader decides; each chain stops where its example is to be seen today."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from agencies.models import Agency, Kind
from config.demo.visits import explained
from config.demo.words import LATENESS, PROPOSED
from deadlines.moments import Moment
from deadlines.published import published
from inspections import duty
from inspections.duty import signals
from inspections.duty.signals import Signal
from inspections.models import Decision, PersonClass, Proposal, Record

if TYPE_CHECKING:
    from config.demo.affairs import Affairs, Chain

_LAN = "P-00070"
_NOT_THESE = ("SNV", "VP")
_CLASSES = {
    Kind.WARD: PersonClass.ELECTED,
    Kind.COMMUNE: PersonClass.ELECTED,
    Kind.PROJECT_BOARD: PersonClass.PUBLIC_EMPLOYEE,
}


def chains(affairs: "Affairs") -> Iterator["Chain"]:
    """Every chain of this part."""
    yield _carried_out(affairs)
    yield _refused(affairs)
    yield _waiting(affairs)
    yield _unanswered(affairs)
    yield _running(affairs)
    yield _draft(affairs)


def _carried_out(affairs: "Affairs") -> "Chain":
    """Decided two months ago, the result entered since."""
    proposal = yield from _endorsed(affairs, -80)
    if proposal is None:
        return
    at = yield affairs.on(-62, 9)
    decision = _decide(affairs, proposal, Decision.Kind.APPROVE, "admonition", at)
    at = yield affairs.on(-48, 15)
    duty.enter_result(
        decision,
        ref="3127/UBND-TKBT",
        on=at.date(),
        text=PROPOSED["result"],
        by=affairs.hoa(at),
        now=at,
    )


def _refused(affairs: "Affairs") -> "Chain":
    """A City leader did not approve."""
    proposal = yield from _endorsed(affairs, -58)
    if proposal is None:
        return
    at = yield affairs.on(-40, 10)
    _decide(affairs, proposal, Decision.Kind.REFUSE, "", at)


def _waiting(affairs: "Affairs") -> "Chain":
    """Put to the City leadership, not decided yet."""
    yield from _endorsed(affairs, -21)


def _unanswered(affairs: "Affairs") -> "Chain":
    """Asked, and the last day for the answer has passed."""
    at = yield affairs.on(-13, 9)
    if record := _drawn(affairs, at):
        at = yield affairs.on(-12, 9)
        _ask(affairs, record, -4, at)


def _running(affairs: "Affairs") -> "Chain":
    """Asked two days ago, to be answered in the days to come: Hùng, if limits passed with him."""
    at = yield affairs.on(-3, 9)
    if record := _drawn(affairs, at, preferred=_LAN):
        at = yield affairs.on(-2, 9)
        _ask(affairs, record, 3, at)


def _draft(affairs: "Affairs") -> "Chain":
    """A record that nobody was asked about yet."""
    at = yield affairs.on(-1, 14)
    _drawn(affairs, at)


def _endorsed(affairs: "Affairs", start: int) -> "Chain":
    """From the first record to the director's submission, in fifteen working days; gives the
    proposal back, or nothing where no limit had passed."""
    at = yield affairs.on(start, 9)
    record = _drawn(affairs, at)
    if record is None:
        return None
    at = yield affairs.on(start + 1, 9)
    _ask(affairs, record, start + 7, at)
    at = yield affairs.on(start + 5, 16)
    explained(affairs, record, at)
    at = yield affairs.on(start + 8, 9)
    by = affairs.hoa(at)
    duty.edit_record(record, remarks=duty.Remarks(**LATENESS), version=None, by=by, now=at)
    duty.finalise(record, version=None, by=by, now=at)
    at = yield affairs.on(start + 10, 9)
    draft = duty.Draft(
        person_class=_CLASSES.get(Kind(record.agency.kind), PersonClass.LEADING_OFFICIAL),
        assessment=PROPOSED["assessment"],
        asked=PROPOSED["asked"],
    )
    by = affairs.hoa(at)
    proposal = duty.draft_proposal(record, draft=draft, version=None, by=by, now=at)
    duty.propose(proposal, version=None, by=by, now=at)
    at = yield affairs.on(start + 13, 15)
    return duty.endorse(proposal, version=None, by=affairs.director(at), now=at)


def _drawn(affairs: "Affairs", at: datetime, *, preferred: str = "") -> Record | None:
    """A record about the head with the most late limits that nothing was recorded of."""
    codes = dict(Agency.objects.values_list("pk", "code"))
    found = signals.by_head(signals.unrecorded(), Moment(at, published().calendar))
    found = [one for one in found if codes[one.agency_id] not in _NOT_THESE]
    if preferred:
        found = [one for one in found if codes[one.agency_id] == preferred] or found
    else:  # whoever tries the site as Hùng finds one request to answer, not all of them
        found = [one for one in found if codes[one.agency_id] != _LAN]
    if not found:
        return None
    chosen = max(found, key=_weight)
    flags = signals.unrecorded().filter(agency=chosen.agency_id, head=chosen.head_id)
    made = duty.draw_up(
        limits=list(flags.values_list("time_limit", flat=True)),
        agency=Agency.objects.get(pk=chosen.agency_id),
        period=duty.Period(chosen.oldest, chosen.newest),
        by=affairs.hoa(at),
        now=at,
    )
    return next(record for record in made if record.head_id == chosen.head_id)


def _weight(signal: Signal) -> tuple[int, int, int]:
    return signal.limits, -signal.agency_id, -signal.head_id


def _ask(affairs: "Affairs", record: Record, last: int, at: datetime) -> None:
    duty.ask_explanation(
        record,
        text=PROPOSED["question"],
        last_day=affairs.day(last),
        version=None,
        by=affairs.hoa(at),
        now=at,
    )


def _decide(
    affairs: "Affairs", proposal: Proposal, kind: Decision.Kind, outcome: str, at: datetime
) -> Decision:
    verdict = duty.Verdict(kind, outcome, PROPOSED[f"reason_{kind}"])
    return duty.decide(proposal, verdict=verdict, version=None, by=affairs.leader(at), now=at)
