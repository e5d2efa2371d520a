"""The verbs of whoever prepares: set up, arrange, put forward, take back, cancel."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Conflict, NotAllowed
from accounts.roles import Role
from agencies.models import Agency
from dossiers.models import Reorganisation
from dossiers.reorganising import arranging
from dossiers.reorganising.arranging import Heir
from dossiers.reorganising.checking import (
    must_be_administrator,
    must_be_in,
    must_fit,
    must_have_one_head,
)
from dossiers.reorganising.telling import tell_second_persons
from ledger import recording

State = Reorganisation.State


def prepare(
    *,
    kind: str,
    formers: Sequence[Agency],
    heirs: Sequence[Heir],
    effective_on: date,
    document: str,
    document_on: date,
    by: Actor,
    now: datetime,
) -> Reorganisation:
    """A plan with everybody and everything going where the page proposes. Raises ``Unfit``.

    ``effective_on`` is the first local day of the successors; the former agencies end the day
    before. ``document`` is the decision that orders it.
    """
    must_be_administrator(by)
    must_fit(kind, formers, heirs, effective_on, now)
    with recording.recorded():
        plan = Reorganisation(
            kind=kind,
            effective_on=effective_on,
            document=document,
            document_on=document_on,
            heirs=[heir.stored() for heir in heirs],
            prepared_by=by.user,
            prepared_at=now,
        )
        posts = arranging.posts_of(formers, effective_on)
        plan.choices = {"posts": arranging.default_posts(kind, heirs, formers, posts)}
        plan.save(force_insert=True)
        plan.formers.set(formers)
        enter(
            plan,
            "reorganisation_prepared",
            by,
            now,
            after={
                "kind": kind,
                "effective_on": effective_on,
                "formers": [former.code for former in formers],
                "heirs": [heir.code for heir in heirs],
            },
        )
    return plan


def arrange(
    plan: Reorganisation, *, choices: Mapping[str, Any], version: int, by: Actor, now: datetime
) -> Reorganisation:
    """Say which units, people and open matters go where. Raises ``Unfit`` and ``Conflict``."""
    must_be_administrator(by)
    with recording.recorded():
        row = locked(plan, version, State.PREPARING)
        row.choices = dict(choices)
        formers = list(row.formers.all())
        must_have_one_head(row, arranging.posts_of(formers, row.effective_on))
        step(row, State.PREPARING, choices=row.choices)
        enter(row, "reorganisation_arranged", by, now, after={"choices": row.choices})
    return row


def put_forward(plan: Reorganisation, *, version: int, by: Actor, now: datetime) -> Reorganisation:
    """Hand the plan to the second person; units and posts may not change from now on.

    Raises ``Unfit`` and ``Conflict``.
    """
    must_be_administrator(by)
    with recording.recorded():
        row = locked(plan, version, State.PREPARING)
        print_ = checked_fingerprint(row, now)
        step(row, State.READY, fingerprint=print_, remark="")
        enter(row, "reorganisation_put_forward", by, now, after={"effective_on": row.effective_on})
        tell_second_persons(row, now=now)
    return row


def take_back(plan: Reorganisation, *, version: int, by: Actor, now: datetime) -> Reorganisation:
    """Arrange again what waits, was approved for a later day, or was stopped on its day.

    Whoever takes it back prepares it from now on, and so cannot be its second person.
    """
    must_be_administrator(by)
    with recording.recorded():
        row = locked(plan, version, State.READY, State.APPROVED, State.STOPPED)
        before = row.state
        step(
            row, State.PREPARING, fingerprint="", prepared_by=by.user, prepared_at=now,
            decided_by=None, decided_at=None,
        )  # fmt: skip
        enter(row, "reorganisation_taken_back", by, now, before={"state": before})
    return row


def cancel(
    plan: Reorganisation, *, reason: str, version: int, by: Actor, now: datetime
) -> Reorganisation:
    """Give the plan up before it is carried out: by an administrator, or by the second person."""
    if not by.holds(Role.OFFICE_CHIEF, Role.SYSTEM_ADMINISTRATOR):
        raise NotAllowed(_("Your post does not carry this right."))
    with recording.recorded():
        row = locked(plan, version, State.PREPARING, State.READY, State.APPROVED, State.STOPPED)
        before = row.state
        step(row, State.CANCELLED, remark=reason)
        enter(row, "reorganisation_cancelled", by, now, before={"state": before}, reason=reason)
    return row


# --- what the verbs share -------------------------------------------------------------------------


def locked(plan: Reorganisation, version: int | None, *states: State) -> Reorganisation:
    """The plan as it is now, in one of the states and as the form saw it."""
    row = (
        Reorganisation.objects.select_for_update(of=("self",))
        .select_related("prepared_by", "decided_by")
        .get(pk=plan.pk)
    )
    must_be_in(row, *states)
    if version is not None and row.version != version:
        raise Conflict(_("Somebody changed this reorganisation since you opened the page."))
    return row


def step(row: Reorganisation, state: State, **changes: Any) -> None:
    """Write the next state if the row still is as it was read; it holds without locks."""
    still = Reorganisation.objects.filter(pk=row.pk, version=row.version, state=row.state)
    if not still.update(state=state, version=row.version + 1, **changes):
        raise Conflict(_("Somebody changed this reorganisation since you opened the page."))
    row.state, row.version = state, row.version + 1
    for name, value in changes.items():
        setattr(row, name, value)


def checked_fingerprint(row: Reorganisation, now: datetime) -> str:
    """The digest of what is to be reorganised, once everything fits."""
    formers, heirs = list(row.formers.order_by("pk")), arranging.heirs_of(row)
    must_fit(row.kind, formers, heirs, row.effective_on, now, row)
    posts = arranging.posts_of(formers, row.effective_on)
    must_have_one_head(row, posts)
    return arranging.fingerprint(formers, heirs, arranging.units_of(formers), posts)


def enter(row: Reorganisation, action: str, by: Actor, now: datetime, **facts: Any) -> None:
    """One event in the ledger of the plan, with its decision."""
    recording.append(
        by=by.author,
        action=action,
        kind="reorganisation",
        code=row.code,
        now=now,
        document=f"{row.document}, {row.document_on:%d/%m/%Y}",
        **facts,
    )
