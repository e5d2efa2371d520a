"""What the verbs share: the locked row, the conditional write, the entry in the ledger."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.refusals import Conflict, NotAllowed, Refused
from agencies.dates import local_day
from agencies.models import Agency
from inspections import policies
from inspections.models import Inspection, Plan, Record
from ledger import recording

Row = TypeVar("Row", Plan, Inspection, Record)
HOME_AFFAIRS = "SNV"


class WrongState(Conflict):
    """The row is not where this verb starts."""


class Stale(Conflict):
    """Somebody changed the row since the form was opened."""


class Unfit(Refused):
    """What was entered does not fit; the sentence says why and what to do."""


@contextmanager
def acting(row: Row, verb: str, by: Actor, version: int | None) -> Iterator[Row]:
    """The locked row, once policy, version and state agree; everything after is one transaction."""
    with recording.recorded():
        locked = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
        if not policies.may(by, verb, locked):
            raise NotAllowed(_("Your post does not carry this right."))
        if version is not None and version != locked.version:
            raise stale()
        if not policies.fits(verb, locked):
            raise WrongState(
                _("Meanwhile it has moved on: %(state)s.") % {"state": locked.get_state_display()}
            )
        yield locked


def stale() -> Stale:
    """The refusal of a form that was opened on an older version."""
    return Stale(_("Somebody changed this since you opened the form."))


def write(row: Row, verb: str, **changes: Any) -> None:
    """Write the changes if the row still is as it was read; the condition holds without locks."""
    states = policies.ACTS[verb][1]
    changed = (
        type(row)
        .objects.filter(pk=row.pk, version=row.version, state__in=states)
        .update(version=row.version + 1, **changes)
    )
    if not changed:
        raise stale()
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)


def kind_and_code(row: Plan | Inspection | Record) -> tuple[str, str]:
    """How the ledger names the row."""
    if isinstance(row, Record):
        return "record", str(row.public_id)
    return ("plan" if isinstance(row, Plan) else "inspection"), row.code


def enter(
    row: Plan | Inspection | Record,
    action: str,
    by: Actor,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    document: str = "",
) -> None:
    """Say in the ledger what was done."""
    kind, code = kind_and_code(row)
    recording.append(
        by=by.author,
        action=action,
        kind=kind,
        code=code,
        now=now,
        before=before,
        after=after,
        reason=reason,
        document=document,
    )


def next_code(model: type[Plan | Inspection], prefix: str, digits: int) -> str:
    """The next code of a year, "KT2026-0001"; taken while Home Affairs' row is locked, so that two
    at once get two codes on both databases."""
    Agency.objects.select_for_update().filter(code=HOME_AFFAIRS, valid_to__isnull=True).first()
    start = f"{prefix}-"
    last = model.objects.filter(code__startswith=start).aggregate(last=Max("code"))["last"]
    number = int(last.removeprefix(start)) + 1 if last else 1
    return f"{start}{number:0{digits}d}"


def home_affairs(day: date) -> Agency:
    """Home Affairs as it is on a local date."""
    return Agency.objects.as_of(day).get(code=HOME_AFFAIRS)


def post_on(user: User, day: date) -> str:
    """The posts of a person on a local date, as papers name them."""
    posts = user.appointments.held_on(day).select_related("agency").order_by("-started_on", "-pk")
    return "; ".join(
        f"{post.post}, {post.agency.name}" if post.agency else post.post for post in posts
    )


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict, dict]:
    """The fields that differ, as they were and as they are."""
    moved = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in moved}, {name: after[name] for name in moved}


def today(now: datetime) -> date:
    return local_day(now)
