"""What the verbs share: the locked row, the conditional write, the entry, files, refusals."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts import staging
from accounts.actors import Actor
from accounts.models import StagedFile
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.roles import Role
from agencies.models import Agency
from inspections import duty_policies as policies
from inspections.models import Proposal, Recommendation, Record
from ledger import recording

#: How codes of subjects begin; what follows is the public id in hexadecimal digits.
RECORD_CODE, PROPOSAL_CODE, REMEDY_CODE = "TN-", "TT-", "KN-"
_HOME = (Role.HOME_AFFAIRS_DIRECTOR, Role.INSPECTOR)


class WrongState(Conflict):
    """The row is not where this verb starts."""


class Stale(Conflict):
    """Somebody changed the row since the form was opened."""


class NotSettled(Conflict):
    """The person was not asked, or has neither answered nor let the limit pass."""


class TooEarly(Conflict):
    """The limit still runs: silence is not yet silence."""


class Unfit(Refused):
    """What was entered does not fit; ``field`` says where, the sentence what to do."""

    def __init__(self, field: str, sentence: str):
        super().__init__(sentence)
        self.field = field


def code_of(row: Record | Proposal | Recommendation) -> str:
    """The code under which limits and messages name the row; it says nothing about anybody."""
    prefix = {Record: RECORD_CODE, Proposal: PROPOSAL_CODE, Recommendation: REMEDY_CODE}[type(row)]
    return f"{prefix}{row.public_id.hex}"


@contextmanager
def on_record(record: Record, verb: str, by: Actor, version: int | None) -> Iterator[Record]:
    """The locked record once right, state and version agree; the rest is one transaction."""
    with recording.recorded():
        row = Record.objects.select_for_update().get(pk=record.pk)
        if not policies.may_on_record(by, verb, row):
            raise not_allowed()
        must_be_settled(row, verb)
        if not policies.fits_record(verb, row):
            raise moved_on(row.get_state_display())
        _must_be(row, version)
        yield row


@contextmanager
def on_proposal(
    proposal: Proposal, verb: str, by: Actor, version: int | None
) -> Iterator[Proposal]:
    """The locked proposal, as ``on_record``."""
    with recording.recorded():
        row = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if not policies.may_on_proposal(by, verb, row):
            raise not_allowed()
        if not policies.fits_proposal(verb, row):
            raise moved_on(row.get_state_display())
        _must_be(row, version)
        yield row


@contextmanager
def on_remedy(
    owed: Recommendation, verb: str, by: Actor, version: int | None
) -> Iterator[Recommendation]:
    """The locked recommendation, as ``on_record``."""
    with recording.recorded():
        row = Recommendation.objects.select_for_update().get(pk=owed.pk)
        if not policies.may_on_remedy(by, verb, row):
            raise not_allowed()
        if not policies.fits_remedy(verb, row):
            raise moved_on(row.get_state_display())
        _must_be(row, version)
        yield row


def must_be_settled(row: Record, verb: str) -> None:
    """The explanation comes first and cannot be skipped, whatever the state says."""
    if verb in {"finalise", "conclude", "draft_proposal"} and not policies.is_settled(row):
        raise NotSettled(
            _(
                "The person has to be asked for an explanation first, and to answer or let the "
                "time limit pass."
            )
        )


def change(row: Any, **changes: Any) -> None:
    """Write the changes if the row still is as it was read; the condition holds without locks."""
    still = type(row).objects.filter(pk=row.pk, version=row.version, state=row.state)
    if not still.update(version=row.version + 1, **changes):
        raise stale()
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)


def enter(row: Model, action: str, by: Actor, now: datetime, **facts: Any) -> None:
    """One event in the ledger, under the kind and the public id of the row."""
    kind = {Record: "record", Proposal: "proposal", Recommendation: "recommendation"}[type(row)]
    code = str(row.public_id)  # type: ignore[attr-defined]
    recording.append(by=by.author, action=action, kind=kind, code=code, now=now, **facts)


def attach(
    make: type[Model], files: Iterable[StagedFile], by: Actor, now: datetime, **whose: Any
) -> list[dict[str, Any]]:
    """Make staged files rows of a table of files; what the entry says of each. Raises ``FilesGone``
    rather than keeping the act without one of its files."""
    kept = []
    for staged in files:
        row = make._default_manager.create(
            **staging.take(staged, owner=by.user),
            added_by=by.user,
            added_at=now,
            **whose,
        )
        facts = {"file": str(row.public_id), "name": staged.name}  # type: ignore[attr-defined]
        kept.append({**facts, "size": staged.size, "sha256": staged.sha256})
    return kept


def home_of(by: Actor) -> Agency:
    """The Home Affairs agency in which the person acts. Raises ``NotAllowed`` for anybody else."""
    for role in _HOME:
        for post in by.posts:
            if post.role == role and post.agency is not None:
                return post.agency
    raise not_allowed()


def not_allowed() -> NotAllowed:
    return NotAllowed(_("Your post does not carry this right."))


def stale() -> Stale:
    return Stale(_("Somebody changed this since you opened the form."))


def moved_on(state: Any) -> WrongState:
    return WrongState(_("Meanwhile this has moved on: %(state)s.") % {"state": state})


def _must_be(row: Any, version: int | None) -> None:
    if version is not None and version != row.version:
        raise stale()
