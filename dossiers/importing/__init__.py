"""History from paper or another system: read, checked as a whole, entered whole or not at all.

Everything that comes this way is marked as imported in row and ledger. Its limits are counted by
the same engine as all others and its breaches recorded by the same sweep.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Conflict
from agencies.dates import local_day
from agencies.text import search_key
from deadlines import transitions as limits
from deadlines.models import OverdueFlag, TimeLimit
from dossiers.importing.checking import RULE, Case, check, shown
from dossiers.importing.sheet import (
    COLUMNS,
    FileRefused,
    RowError,
    Sheet,
    read_mapping,
    read_sheet,
    rejected_rows,
)
from dossiers.models import Direction, Dossier, Report
from dossiers.states import State
from ledger import recording

__all__ = [
    "COLUMNS",
    "FileRefused",
    "Meanwhile",
    "Outcome",
    "RowError",
    "Sheet",
    "import_sheet",
    "read_mapping",
    "read_sheet",
    "rejected_rows",
]

#: What a dossier that comes with a code and two instants alone is called, and its papers.
MATTER = "Hồ sơ nhập từ bản giấy hoặc hệ thống khác"
TEXT = "Nhập từ hồ sơ giấy hoặc hệ thống khác"
_AT_ONCE = 5000


class Meanwhile(Conflict):
    """Somebody changed one of the dossiers while the file was being entered."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: rows entered, rows with errors, rows that were here already.

    With errors nothing was entered and ``accepted`` is 0.
    """

    accepted: int
    rejected: int
    unchanged: int
    errors: list[RowError]


@dataclass
class _Plan:
    """Rows that are new, rows that say when an open case was answered, rows that say nothing."""

    new: list[Case] = field(default_factory=list)
    answered: list[tuple[Case, Direction]] = field(default_factory=list)
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


def import_sheet(sheet: Sheet, *, by: Actor, now: datetime, dry_run: bool = False) -> Outcome:
    """Enter the cases of a file, or nothing when one of its rows has an error.

    The batch is named by the file's content; the same file again changes nothing. A row whose case
    is here, open, and now has an answer, meets its limit as imported history. A dry run only says
    what would happen. Raises ``Meanwhile``.
    """
    cases, errors = check(sheet, now=now)
    batch = uuid5(NAMESPACE_OID, sheet.digest)
    try:
        with recording.recorded(may_be_idle=True):
            plan = _compare(cases)
            errors = sorted([*errors, *plan.errors], key=lambda error: error.row)
            accepted = len(plan.new) + len(plan.answered)
            if accepted and not errors and not dry_run:
                _enter(plan.new, batch=batch, by=by, now=now)
                _answer(plan.answered, batch=batch, by=by, now=now)
                recording.append(
                    by=by.author,
                    action="file_imported",
                    kind="import",
                    code=str(batch),
                    now=now,
                    after={
                        "sha256": sheet.digest,
                        "accepted": accepted,
                        "unchanged": plan.unchanged,
                    },
                )
    except (IntegrityError, limits.AlreadyMet) as error:
        raise Meanwhile(
            _("Somebody changed one of these dossiers meanwhile. Nothing was imported; try again.")
        ) from error
    rejected = len({error.row for error in errors})
    return Outcome(0 if errors else accepted, rejected, plan.unchanged, errors)


# --- what is here already -------------------------------------------------------------------------


def _compare(cases: Sequence[Case]) -> _Plan:
    """Sort the rows by what is here already; open limits that a row would meet stay locked."""
    plan = _Plan()
    known = _known([case.code for case in cases])
    answered = []
    for case in cases:
        if case.code not in known:
            plan.new.append(case)
            continue
        direction = known[case.code]
        if direction is None or not _same_start(case, direction):
            plan.errors.append(_other_data(case, direction))
        elif case.reported_at in {None, direction.time_limit.met_at}:
            plan.unchanged += 1
        elif direction.time_limit.met_at is None:
            answered.append((case, direction))
        else:
            plan.errors.append(_other_data(case, direction))
    flagged = _flagged([direction.time_limit for _case, direction in answered])
    for case, direction in answered:
        limit = direction.time_limit
        if limit.pk in flagged and case.reported_at < limit.due_at:
            plan.errors.append(_flagged_before(case, flagged[limit.pk]))
        else:
            plan.answered.append((case, direction))
    return plan


def _known(codes: Sequence[str]) -> dict[str, Direction | None]:
    """Codes that are here, each with its first direction if that was imported."""
    found: dict[str, Direction | None] = {}
    for some in _parts(codes):
        found |= dict.fromkeys(Dossier.objects.filter(code__in=some).values_list("code", flat=True))
        directions = (
            Direction.objects.filter(
                dossier__code__in=some, dossier__imported_batch__isnull=False, round=1
            )
            .select_related("dossier__agency", "time_limit__rule")
            .select_for_update(of=("dossier", "time_limit"))
            .order_by("time_limit_id")
        )
        found |= {direction.dossier.code: direction for direction in directions}
    return found


def _flagged(rows: Sequence[TimeLimit]) -> dict[int, datetime]:
    """When limits were flagged for their present due date."""
    found: dict[int, datetime] = {}
    for some in _parts([limit.pk for limit in rows]):
        flags = OverdueFlag.objects.filter(time_limit_id__in=some)
        found |= dict(flags.values_list("time_limit_id", "flagged_at"))
    return found


def _same_start(case: Case, direction: Direction) -> bool:
    dossier = direction.dossier
    return dossier.agency_id == case.agency.pk and direction.at == case.directed_at


def _other_data(case: Case, direction: Direction | None) -> RowError:
    if direction is None:
        return RowError(
            case.row,
            "dossier_code",
            _("A dossier with this code is kept here already and was not imported."),
        )
    met_at = direction.time_limit.met_at
    return RowError(
        case.row,
        "dossier_code",
        _(
            "A dossier with this code is here with other data: %(agency)s, directed %(directed)s, "
            "reported %(reported)s. Correct the row or its code."
        )
        % {
            "agency": direction.dossier.agency.name,
            "directed": shown(direction.at),
            "reported": shown(met_at) if met_at else "–",
        },
    )


def _flagged_before(case: Case, flagged_at: datetime) -> RowError:
    return RowError(
        case.row,
        "reported_at",
        _(
            "At %(flagged)s it was recorded that this time limit had passed without an answer. An "
            "answer from before its end cannot be imported any more; check the instant."
        )
        % {"flagged": shown(flagged_at)},
    )


# --- entering -------------------------------------------------------------------------------------


def _enter(cases: Sequence[Case], *, batch: UUID, by: Actor, now: datetime) -> None:
    """New cases: dossier, limit, direction and, if answered, report; one entry for each dossier."""
    if not cases:
        return
    dossiers = [_dossier(case, batch) for case in cases]
    Dossier.objects.bulk_create(dossiers, batch_size=2000)
    papers = [
        limits.PaperLimit(
            code=f"{case.code}/1",
            rule_code=RULE,
            agency=case.agency,
            subject=limits.Subject(code=case.code, title=MATTER),
            started_at=case.directed_at,
            met_at=case.reported_at,
        )
        for case in cases
    ]
    started = limits.import_limits(papers, batch=batch, by=by, now=now)
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
    Direction.objects.bulk_create(directions, batch_size=2000)
    pairs = zip(cases, directions, strict=True)
    Report.objects.bulk_create(
        [_report(case, direction) for case, direction in pairs if case.reported_at],
        batch_size=2000,
    )
    _note([(case, None) for case in cases], batch=batch, by=by, now=now)


def _answer(
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
    drafts: dict[int, Report] = {}
    for some in _parts([direction.pk for _case, direction in pairs]):
        drafts |= {row.direction_id: row for row in Report.objects.filter(direction_id__in=some)}
    for draft in drafts.values():
        draft.version += 1
    for case, direction in pairs:
        if direction.pk in drafts:
            drafts[direction.pk].sent_at = case.reported_at
    Report.objects.bulk_update(drafts.values(), ["sent_at", "version"], batch_size=500)
    Report.objects.bulk_create(
        [_report(case, direction) for case, direction in pairs if direction.pk not in drafts],
        batch_size=2000,
    )
    _note(
        [(case, State.EXPLANATION_DUE) for case, _direction in pairs], batch=batch, by=by, now=now
    )


def _dossier(case: Case, batch: UUID) -> Dossier:
    return Dossier(
        code=case.code,
        agency=case.agency,
        matter=MATTER,
        state=State.CLOSED if case.reported_at else State.EXPLANATION_DUE,
        round=1,
        created_at=case.directed_at,
        closed_at=case.reported_at,
        imported_batch=batch,
        search_key=search_key(case.code, MATTER, case.agency.name),
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


def _parts(values: Sequence) -> Iterator[Sequence]:
    """Parts of a long list, each short enough for the parameters of one statement."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
