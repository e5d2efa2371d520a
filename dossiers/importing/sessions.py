"""Verbs of an import session: take in, look again, confirm, cancel, and enter what was confirmed.

Nothing is saved before the person confirms. What was confirmed is entered by a worker that finds
the session in its table; whoever dies in the middle is followed by another one.

* All or nothing: every row is checked first, while the progress is written down; then everything is
  written in one transaction together with the session's end.
* Good rows only: parts of ``PART`` rows, each in one transaction together with how far the session
  is, so a part is entered once however often it is begun.

A worker holds a session by the instant in ``claimed_at`` and loses it after ``LEASE``, which is
longer than any task may run; every write of the worker asks whether it still holds the session.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.filestore import Stored
from accounts.models import MessageKind
from accounts.refusals import Conflict, Refused
from agencies.dates import local_day
from dossiers import importing
from dossiers.importing.checking import Checked
from dossiers.importing.lists import Kind, RowError, Sheet
from dossiers.importing.looking import Look, look, shown_errors, store_errors, stored_sheet
from dossiers.importing.telling import tell_end
from dossiers.models import Dossier, ImportSession
from ledger import recording

State = ImportSession.State

#: So many rows are entered while the person waits.
AT_ONCE = 200
PART = 2_000
LEASE = timedelta(minutes=10)
MOST_TRIES = 3

_log = logging.getLogger(__name__)


class NotWaiting(Conflict):
    """The session was confirmed or cancelled meanwhile."""


class NothingToEnter(Refused):
    """No row may be entered as the person chose."""


class Lost(Conflict):
    """Another worker has taken the session over."""


# --- the person's acts ----------------------------------------------------------------------------


def take_in(
    sheet: Sheet, seen: Look, stored: Stored, *, name: str, by: Actor, now: datetime
) -> ImportSession:
    """Keep a file that was read and looked at, for its person to decide."""
    session = ImportSession(
        owner=by.user,
        name=name,
        path=stored.path,
        sha256=stored.sha256,
        created_at=now,
        choices={"agencies": {}, "good_rows": False},
    )
    _note_look(session, sheet, seen)
    session.found["size"] = stored.size
    session.save(force_insert=True)
    return session


def look_again(
    session: ImportSession,
    *,
    agencies: Mapping[str, int],
    good_rows: bool,
    by: Actor,
    now: datetime,
) -> ImportSession:
    """Check the file anew with the person's answers. Raises ``NotWaiting`` and ``FileRefused``."""
    size = session.found["size"]
    sheet = sheet_of(session)
    seen = look(sheet, by=by, now=now, choices=agencies)
    _note_look(session, sheet, seen)
    session.found["size"] = size
    session.choices = {"agencies": dict(agencies), "good_rows": good_rows}
    changed = _waiting(session).update(
        choices=session.choices,
        found=session.found,
        total=session.total,
        accepted=session.accepted,
        rejected=session.rejected,
        unchanged=session.unchanged,
        errors=session.errors,
        error_path=session.error_path,
    )
    if not changed:
        raise _not_waiting(session)
    return session


def confirm(session: ImportSession, *, good_rows: bool, now: datetime) -> ImportSession:
    """Let the file be entered. Raises ``NotWaiting`` and ``NothingToEnter``."""
    if session.rejected and not good_rows:
        raise NothingToEnter(
            _(
                "Some rows have errors. Mend them and send the file again, or choose to enter the "
                "good rows alone."
            )
        )
    if not session.accepted:
        raise NothingToEnter(_("There is nothing new in this file; nothing is entered."))
    choices = {**session.choices, "good_rows": good_rows}
    changed = _waiting(session).update(
        state=State.CONFIRMED,
        choices=choices,
        confirmed_at=now,
        done=0,
        accepted=0,
        unchanged=0,
    )
    if not changed:
        raise _not_waiting(session)
    session.refresh_from_db()
    return session


def cancel(session: ImportSession, *, now: datetime) -> None:
    """Throw the file away; its bytes are removed by age. Raises ``NotWaiting``."""
    changed = _waiting(session).update(
        state=State.CANCELLED, finished_at=now, path="", error_path="", errors=[]
    )
    if not changed:
        raise _not_waiting(session)
    session.refresh_from_db()


def entered_before(session: ImportSession) -> ImportSession | None:
    """An earlier session of the same person with the same content that was entered."""
    same = ImportSession.objects.filter(
        owner=session.owner_id, sha256=session.sha256, state=State.FINISHED
    )
    return same.exclude(pk=session.pk).order_by("-finished_at").first()


def came_in(session: ImportSession, by: Actor) -> QuerySet[Dossier]:
    """The dossiers that the session entered, as far as the person may see them."""
    visible = Dossier.objects.visible_to(by)
    if session.found.get("kind") == Kind.HISTORY:
        return visible.filter(imported_batch=importing.batch_of(session.sha256))
    instants = session.found.get("entered_at", [])
    return visible.filter(
        created_by=session.owner_id, created_at__in=[datetime.fromisoformat(at) for at in instants]
    )


def sheet_of(session: ImportSession) -> Sheet:
    """The list of the session, read anew. Raises ``FileRefused``."""
    return stored_sheet(session.path, session.found["size"], session.sha256, session.name)


def _note_look(session: ImportSession, sheet: Sheet, seen: Look) -> None:
    session.found = {**seen.found}
    session.total = len(sheet.rows)
    session.accepted, session.unchanged = seen.accepted, seen.unchanged
    session.rejected = seen.rejected
    session.errors = shown_errors(sheet, seen.errors)
    session.error_path, session.found["error_size"] = store_errors(sheet, seen.errors)


def _waiting(session: ImportSession) -> QuerySet[ImportSession]:
    return ImportSession.objects.filter(pk=session.pk, state=State.READ)


def _not_waiting(session: ImportSession) -> NotWaiting:
    session.refresh_from_db()
    return NotWaiting(
        _("Meanwhile this file has moved on: %(state)s.") % {"state": session.get_state_display()}
    )


# --- the worker's ---------------------------------------------------------------------------------


def enter_next(now: datetime) -> int:
    """Enter the session that waits longest, if there is one nobody holds; how many were entered."""
    session = _claim_next(now)
    if session is None:
        return 0
    _enter_claimed(session, now=now)
    return 1


def enter_at_once(session: ImportSession, *, by: Actor, now: datetime) -> None:
    """Enter a small confirmed session in the request of its person; a worker may be faster."""
    if _claim(session, now):
        _enter_claimed(session, now=now, by=by)


def _claim_next(now: datetime) -> ImportSession | None:
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE)
    waiting = ImportSession.objects.filter(free, state=State.CONFIRMED)
    for session in waiting.order_by("confirmed_at", "pk")[:5]:
        if _claim(session, now):
            return session
    return None


def _claim(session: ImportSession, now: datetime) -> bool:
    """Take the session unless somebody else did since it was read; the condition needs no lock."""
    held = Q(claimed_at=session.claimed_at) if session.claimed_at else Q(claimed_at__isnull=True)
    changed = ImportSession.objects.filter(held, pk=session.pk, state=State.CONFIRMED).update(
        claimed_at=now
    )
    session.claimed_at = now
    return bool(changed)


def _enter_claimed(session: ImportSession, *, now: datetime, by: Actor | None = None) -> None:
    """Enter a session that this process holds, or say why it cannot be entered.

    A fault of the programme or of the machine lets go of the session, so that it is tried again;
    after ``MOST_TRIES`` it is given up and what was entered stays as the session says.
    """
    by = by or actors.person(session.owner, local_day(now))
    try:
        sheet = sheet_of(session)
        checked = importing.check(
            sheet,
            by=by,
            now=session.confirmed_at or now,
            choices=session.choices.get("agencies"),
            tell=None if session.choices.get("good_rows") else partial(_tell_checked, session),
        )
        if session.choices.get("good_rows"):
            _enter_good_rows(session, sheet, checked, by=by, now=now)
        else:
            _enter_all(session, sheet, checked, by=by, now=now)
    except Lost:
        return
    except Refused as refusal:
        _fail(session, [{"row": None, "column": "", "place": "", "reason": refusal.sentence}], now)
    except Exception:
        _let_go(session, now)
        raise


def _tell_checked(session: ImportSession, count: int) -> None:
    """How many rows were checked before anything is written."""
    _write(session, done=count)


def _enter_all(
    session: ImportSession, sheet: Sheet, checked: Checked, *, by: Actor, now: datetime
) -> None:
    """Everything in one transaction, the session's end with it; nothing when a row has an error."""
    session.found["is_writing"] = True
    _write(session, done=session.total, found=session.found)
    with importing.meanwhile(), recording.recorded(may_be_idle=True):
        plan = importing.compare(sheet.kind, checked.good, now=now)
        errors = importing.in_order([*checked.errors, *plan.errors])
        if not errors:
            unchanged = len(plan.unchanged)
            importing.write(plan, sheet, by=by, now=now)
            importing.note_file(sheet, accepted=plan.accepted, unchanged=unchanged, by=by, now=now)
            session.error_path = ""
            _finish(session, sheet, [], plan.accepted, unchanged, now)
    if errors:
        session.error_path, session.found["error_size"] = store_errors(sheet, errors)
        session.rejected = len({error.row for error in errors})
        _fail(session, shown_errors(sheet, errors), now)


def _enter_good_rows(
    session: ImportSession, sheet: Sheet, checked: Checked, *, by: Actor, now: datetime
) -> None:
    """Part by part; what an earlier worker entered is not begun again."""
    good = checked.good
    with recording.recorded(may_be_idle=True):
        errors = set(importing.compare(sheet.kind, good, now=now).errors)
    for start in range(session.done, len(good), PART):
        part = good[start : start + PART]
        with importing.meanwhile(), recording.recorded(may_be_idle=True):
            plan = importing.compare(sheet.kind, part, now=now)
            importing.write(plan, sheet, by=by, now=now)
            _note_progress(session, start + len(part), plan, now)
        errors.update(plan.errors)
    every = importing.in_order([*checked.errors, *sorted(errors, key=lambda error: error.row)])
    session.error_path, session.found["error_size"] = store_errors(sheet, every)
    with recording.recorded():
        session.refresh_from_db(fields=["accepted", "unchanged"])
        accepted, unchanged = session.accepted, session.unchanged
        importing.note_file(sheet, accepted=accepted, unchanged=unchanged, by=by, now=now)
        _finish(session, sheet, every, accepted, unchanged, now)


def _note_progress(session: ImportSession, done: int, plan: importing.Plan, now: datetime) -> None:
    """How far the session is, in the transaction of the part that brought it there."""
    _note_instant(session, plan, now)
    _write(
        session,
        done=done,
        accepted=F("accepted") + plan.accepted,
        unchanged=F("unchanged") + len(plan.unchanged),
        found=session.found,
    )


def _finish(
    session: ImportSession,
    sheet: Sheet,
    errors: list[RowError],
    accepted: int,
    unchanged: int,
    now: datetime,
) -> None:
    session.found.pop("is_writing", None)
    found = {**session.found, "entered_at": session.found.get("entered_at") or [now.isoformat()]}
    _write(
        session,
        state=State.FINISHED,
        done=session.total,
        accepted=accepted,
        unchanged=unchanged,
        rejected=len({error.row for error in errors}),
        errors=shown_errors(sheet, errors),
        error_path=session.error_path,
        found=found,
        finished_at=now,
    )
    if session.total > AT_ONCE:  # nobody waited for it on the page
        tell_end(session, MessageKind.IMPORT_FINISHED, now)


def _note_instant(session: ImportSession, plan: importing.Plan, now: datetime) -> None:
    """Drafts are found again by the instants at which they were entered."""
    instants = session.found.setdefault("entered_at", [])
    if plan.accepted and now.isoformat() not in instants:
        instants.append(now.isoformat())


def _write(session: ImportSession, **changes: Any) -> None:
    """Write to a session that this process holds. Raises ``Lost``: another worker has it now."""
    held = ImportSession.objects.filter(
        pk=session.pk, state=State.CONFIRMED, claimed_at=session.claimed_at
    )
    if not held.update(**changes):
        raise Lost("")


def _fail(session: ImportSession, errors: list[dict[str, Any]], now: datetime) -> None:
    """The file was not entered, or not further than ``accepted`` says; the errors tell why."""
    with transaction.atomic():
        _write(
            session,
            state=State.FAILED,
            errors=errors,
            rejected=session.rejected,
            error_path=session.error_path,
            found=session.found,
            finished_at=now,
        )
        if session.total > AT_ONCE:
            tell_end(session, MessageKind.IMPORT_FAILED, now)


def _let_go(session: ImportSession, now: datetime) -> None:
    tries = session.found.get("tries", 0) + 1
    session.found["tries"] = tries
    if tries >= MOST_TRIES:
        sentence = _(
            "The file could not be entered, although it was tried %(count)s times. The "
            "administrator finds the reason in the log; send the file again later."
        ) % {"count": tries}
        _fail(session, [{"row": None, "column": "", "place": "", "reason": sentence}], now)
        return
    _log.warning("Import %s stopped in the middle; it will be tried again.", session.public_id)
    ImportSession.objects.filter(pk=session.pk, claimed_at=session.claimed_at).update(
        claimed_at=None, found=session.found
    )
