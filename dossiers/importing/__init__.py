"""Dossiers from a file: read, checked as a whole, entered whole, in its good rows, or not at all.

A list of history (paper, another system) is marked as imported in row and ledger; its limits are
counted by the same engine as all others and its breaches recorded by the same sweep. A list of
submissions becomes drafts of the agency of whoever enters it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Conflict
from accounts.rights import agencies_of, reaches_city
from deadlines import transitions as limits
from deadlines.models import OverdueFlag, TimeLimit
from dossiers.importing import drafting
from dossiers.importing.checking import (
    Case,
    Checked,
    Draft,
    check_history,
    check_submissions,
    shown,
)
from dossiers.importing.entering import answer, enter, parts
from dossiers.importing.lists import (
    FileRefused,
    Kind,
    RowError,
    Sheet,
    read_mapping,
    read_sheet,
    rejected_rows,
)
from dossiers.importing.naming import Resolver
from dossiers.models import Direction, Dossier
from ledger import recording

__all__ = [
    "FileRefused",
    "Kind",
    "Meanwhile",
    "Outcome",
    "Plan",
    "RowError",
    "Sheet",
    "batch_of",
    "check",
    "compare",
    "import_sheet",
    "in_order",
    "note_file",
    "read_mapping",
    "read_sheet",
    "rejected_rows",
    "write",
]


class Meanwhile(Conflict):
    """Somebody changed one of the dossiers while the file was being entered."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: rows entered, rows with errors, rows that were here already.

    With errors nothing was entered and ``accepted`` is 0, unless the good rows alone were wanted.
    """

    accepted: int
    rejected: int
    unchanged: int
    errors: list[RowError]


@dataclass
class Plan:
    """Rows that are new, rows that say when an open case was answered, numbers of rows that say
    nothing new."""

    new: list[Case] | list[Draft] = field(default_factory=list)
    answered: list[tuple[Case, Direction]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many rows change something."""
        return len(self.new) + len(self.answered)


def import_sheet(
    sheet: Sheet,
    *,
    by: Actor,
    now: datetime,
    dry_run: bool = False,
    good_rows: bool = False,
) -> Outcome:
    """Enter the rows of a file: all, or nothing when one of them has an error.

    ``good_rows`` enters those without an error and leaves the others. The batch is named by the
    file's content; the same file again changes nothing. A row whose case is here, open, and now has
    an answer, meets its limit as imported history. A dry run only says what would happen. Raises
    ``Meanwhile`` and ``FileRefused``.
    """
    checked = check(sheet, by=by, now=now)
    with meanwhile(), recording.recorded(may_be_idle=True):
        plan = compare(sheet.kind, checked.good, now=now)
        errors = in_order([*checked.errors, *plan.errors])
        enters = good_rows or not errors
        if plan.accepted and enters and not dry_run:
            write(plan, sheet, by=by, now=now)
            note_file(sheet, accepted=plan.accepted, unchanged=len(plan.unchanged), by=by, now=now)
    rejected = len({error.row for error in errors})
    return Outcome(plan.accepted if enters else 0, rejected, len(plan.unchanged), errors)


def check(
    sheet: Sheet,
    *,
    by: Actor,
    now: datetime,
    choices: Mapping[str, int] | None = None,
    tell: Callable[[int], None] | None = None,
) -> Checked:
    """Every row read by itself, for what this person may enter.

    ``choices`` says which agency a name means that none has; ``tell`` is told now and then how many
    rows were read. Raises ``FileRefused`` when the person may not enter such a list at all.
    """
    resolver = Resolver(choices or {}, _own(sheet.kind, by))
    read = check_history if sheet.kind is Kind.HISTORY else check_submissions
    return read(sheet, resolver=resolver, now=now, tell=tell)


def _own(kind: Kind, by: Actor) -> set[int] | None:
    """The agencies whose rows this person may enter; ``None`` for all of them."""
    if kind is Kind.HISTORY and (by.user is None or reaches_city(by, "import_history")):
        return None
    own = agencies_of(by, "import_csv")
    if not own:
        raise FileRefused(
            _("Submissions are entered by the clerk or the head of the agency that prepares them.")
        )
    return own


def compare(kind: Kind, rows: Sequence, *, now: datetime) -> Plan:
    """What rows mean beside what is here already. Runs in a transaction."""
    if kind is Kind.HISTORY:
        return _compare(rows)
    here = drafting.already_here(rows, now=now)
    return Plan(new=[row for row in rows if row.row not in here], unchanged=sorted(here))


def write(plan: Plan, sheet: Sheet, *, by: Actor, now: datetime) -> None:
    """Enter what a plan says, in the transaction in which it was made."""
    batch = batch_of(sheet.digest)
    if sheet.kind is Kind.HISTORY:
        enter(plan.new, batch=batch, by=by, now=now)
        answer(plan.answered, batch=batch, by=by, now=now)
    else:
        drafting.enter(plan.new, batch=batch, by=by, now=now)


def note_file(sheet: Sheet, *, accepted: int, unchanged: int, by: Actor, now: datetime) -> None:
    """The entry about the file as a whole."""
    recording.append(
        by=by.author,
        action="file_imported",
        kind="import",
        code=str(batch_of(sheet.digest)),
        now=now,
        after={"sha256": sheet.digest, "accepted": accepted, "unchanged": unchanged},
    )


def batch_of(digest: str) -> UUID:
    """The name of the batch that a file makes: the same content, the same name."""
    return uuid5(NAMESPACE_OID, digest)


def in_order(errors: Sequence[RowError]) -> list[RowError]:
    """Errors by row, in a row as they were found."""
    return sorted(errors, key=lambda error: error.row)


@contextmanager
def meanwhile() -> Iterator[None]:
    """What somebody else changed at the same moment refuses the file instead of breaking it."""
    try:
        yield
    except (IntegrityError, limits.AlreadyMet) as error:
        raise Meanwhile(
            _("Somebody changed one of these dossiers meanwhile. Nothing was imported; try again.")
        ) from error


# --- what is here already -------------------------------------------------------------------------


def _compare(cases: Sequence[Case]) -> Plan:
    """Sort the rows by what is here already; open limits that a row would meet stay locked."""
    plan = Plan()
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
            plan.unchanged.append(case.row)
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
    for some in parts(codes):
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
    for some in parts([limit.pk for limit in rows]):
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
