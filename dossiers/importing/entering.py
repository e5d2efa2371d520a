"""History from a file, written in few statements: dossiers, limits, directions, reports."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from agencies.dates import local_day
from agencies.text import search_key
from deadlines import transitions as limits
from dossiers import holding
from dossiers.importing.checking import RULE, Case
from dossiers.models import Direction, Dossier, Report
from dossiers.states import State
from ledger import bulk, recording

#: What a direction and an answer say of which only the instant is known.
TEXT = "Nhập từ hồ sơ giấy hoặc hệ thống khác"
_AT_ONCE = 5000


def enter(cases: Sequence[Case], *, batch: UUID, by: Actor, now: datetime) -> None:
    """New cases: dossier, limit, direction and, if answered, report; one entry for each dossier."""
    if not cases:
        return
    dossiers = [_dossier(case, batch) for case in cases]
    bulk.insert(dossiers)
    papers = [
        limits.PaperLimit(
            code=f"{case.code}/1",
            rule_code=RULE,
            agency=case.agency,
            subject=limits.Subject(code=case.code, title=case.paper.matter),
            started_at=case.directed_at,
            met_at=case.reported_at,
        )
        for case in cases
    ]
    started = limits.import_limits(papers, batch=batch, by=by, now=now)
    heads = [limit.head_at_start_id for limit in started]
    holding.enter_imported(zip(dossiers, heads, strict=True))
    directions = [
        Direction(
            dossier=dossier,
            round=1,
            kind=Direction.Kind.EXPLAIN,
            text=TEXT,
            at=case.directed_at,
            time_limit=limit,
        )
        for case, dossier, limit in zip(cases, dossiers, started, strict=True)
    ]
    bulk.insert(directions)
    pairs = zip(cases, directions, strict=True)
    bulk.insert([_report(case, direction) for case, direction in pairs if case.reported_at])
    _note([(case, None) for case in cases], batch=batch, by=by, now=now)


def answer(
    pairs: Sequence[tuple[Case, Direction]], *, batch: UUID, by: Actor, now: datetime
) -> None:
    """Open cases whose answer the file brings: the limit is met, the dossier closed."""
    if not pairs:
        return
    met = [(direction.time_limit, case.reported_at) for case, direction in pairs]
    limits.meet_imported(met, batch=batch, by=by, now=now)
    for case, direction in pairs:
        dossier = direction.dossier
        dossier.state, dossier.closed_at = State.CLOSED, case.reported_at
        dossier.version += 1
    dossiers = [direction.dossier for _case, direction in pairs]
    waiting = Dossier.objects.filter(state=State.EXPLANATION_DUE)
    changed = waiting.bulk_update(dossiers, ["state", "closed_at", "version"], batch_size=500)
    if changed != len(dossiers):
        raise limits.AlreadyMet("")
    holding.close_imported(dossiers)
    drafts: dict[int, Report] = {}
    for some in parts([direction.pk for _case, direction in pairs]):
        drafts |= {row.direction_id: row for row in Report.objects.filter(direction_id__in=some)}
    for draft in drafts.values():
        draft.version += 1
    for case, direction in pairs:
        if direction.pk in drafts:
            drafts[direction.pk].sent_at = case.reported_at
    Report.objects.bulk_update(drafts.values(), ["sent_at", "version"], batch_size=500)
    bulk.insert(
        [_report(case, direction) for case, direction in pairs if direction.pk not in drafts]
    )
    _note(
        [(case, State.EXPLANATION_DUE) for case, _direction in pairs], batch=batch, by=by, now=now
    )


def _dossier(case: Case, batch: UUID) -> Dossier:
    return Dossier(
        code=case.code,
        agency=case.agency,
        matter=case.paper.matter,
        letter_ref=case.paper.letter_ref,
        letter_on=case.paper.letter_on,
        urgency=case.paper.urgency,
        state=State.CLOSED if case.reported_at else State.EXPLANATION_DUE,
        round=1,
        created_at=case.directed_at,
        closed_at=case.reported_at,
        imported_batch=batch,
        search_key=search_key(
            case.code, case.paper.letter_ref, case.paper.matter, case.agency.name
        ),
    )


def _report(case: Case, direction: Direction) -> Report:
    return Report(
        direction=direction,
        text=TEXT,
        stated_on=local_day(case.reported_at),
        sent_at=case.reported_at,
    )


def _note(
    pairs: Sequence[tuple[Case, State | None]], *, batch: UUID, by: Actor, now: datetime
) -> None:
    """One entry for each dossier; ``pairs`` says in which state it was before, if it was here."""
    recording.append_all(
        [
            recording.event(
                by=by.author,
                action="dossier_imported",
                kind="dossier",
                code=case.code,
                now=now,
                stated_at=case.reported_at or case.directed_at,
                before={"state": before} if before else {},
                after={
                    "imported": True,
                    "batch": str(batch),
                    "row": case.row,
                    "state": State.CLOSED if case.reported_at else State.EXPLANATION_DUE,
                    "agency": case.agency.code,
                    "directed_at": case.directed_at,
                    "reported_at": case.reported_at,
                },
            )
            for case, before in pairs
        ]
    )


def parts(values: Sequence) -> Iterator[Sequence]:
    """Parts of a long list, each short enough for the parameters of one statement."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
