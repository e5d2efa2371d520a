"""What the verbs of a dossier share: the locked row, the move, the entry, the files."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import staging
from accounts.actors import Actor
from accounts.models import StagedFile
from accounts.refusals import Conflict, NotAllowed
from dossiers import holding, policies
from dossiers.models import Attachment, Dossier
from dossiers.states import MOVES, WITHIN
from ledger import recording

Files = Mapping[str, Iterable[StagedFile]]


class WrongState(Conflict):
    """The dossier is not where this verb starts."""


class Stale(Conflict):
    """Somebody changed the dossier since the form was opened."""


def stale() -> Stale:
    """The refusal of a form that was opened on an older version."""
    return Stale(_("Somebody changed this dossier since you opened the form."))


def moved_on(row: Dossier) -> WrongState:
    """The refusal of an act that does not start where the dossier is."""
    return WrongState(
        _("Meanwhile the dossier has moved on: %(state)s.") % {"state": row.get_state_display()}
    )


@contextmanager
def acting(dossier: Dossier, verb: str, by: Actor, version: int | None) -> Iterator[Dossier]:
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
            raise moved_on(row)
        if version is not None and version != row.version:
            raise stale()
        yield row


def touch(row: Dossier, verb: str, **changes: Any) -> None:
    """Write what changes while the state stays, if the row still is as it was read."""
    sources = WITHIN.get(verb) or MOVES[verb][0]
    changed = Dossier.objects.filter(pk=row.pk, version=row.version, state__in=sources).update(
        version=row.version + 1, **changes
    )
    if not changed:
        raise stale()
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)


def move(row: Dossier, verb: str, **changes: Any) -> None:
    """Write the new state if the row still is as it was read; the condition holds without locks."""
    sources, target = MOVES[verb]
    changed = Dossier.objects.filter(pk=row.pk, version=row.version, state__in=sources).update(
        state=target, version=row.version + 1, **changes
    )
    if not changed:
        raise stale()
    row.state, row.version = target, row.version + 1
    for name, value in changes.items():
        setattr(row, name, value)


def plain_move(
    dossier: Dossier,
    verb: str,
    action: str,
    version: int | None,
    by: Actor,
    now: datetime,
    **changes: Any,
) -> Dossier:
    with acting(dossier, verb, by, version) as row:
        before = row.state
        move(row, verb, **changes)
        enter(row, action, by, now, before={"state": before}, after={"state": row.state})
    return row


def enter(
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
    """Say in the ledger what was done; whose hands the dossier is in follows from the row."""
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
    holding.follow(row, by=by, now=now)


#: Files of these purposes are versions of one paper: each replaces the one before, and all stay.
VERSIONED = frozenset({Attachment.Purpose.OFFICE_DRAFT})


def attach(row: Dossier, files: Files, by: Actor, now: datetime) -> None:
    """Make staged files attachments. Their bytes are on disk already; the rows come last.

    Raises ``FilesGone`` rather than saving the dossier without one of its files.
    """
    for purpose, staged_files in files.items():
        for staged in staged_files:
            attachment = Attachment.objects.create(
                dossier=row,
                purpose=purpose,
                **staging.take(staged, owner=by.user),
                added_by=by.user,
                added_at=now,
                replaces=_version_before(row, purpose),
            )
            enter(
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


def _version_before(row: Dossier, purpose: str) -> Attachment | None:
    if purpose not in VERSIONED:
        return None
    versions = Attachment.objects.filter(dossier=row, purpose=purpose, replaced_by__isnull=True)
    return versions.order_by("-pk").first()
