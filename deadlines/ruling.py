"""A rule changes by a new version; limits that run keep theirs."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Refused
from agencies.dates import local_day
from deadlines import rungs
from deadlines.models import LimitRule
from deadlines.rules import NoSuchRule
from deadlines.rungs import BadRungs, Rung
from ledger import recording


class BadVersion(Refused):
    """The new version would begin in the past, or its ladder is none."""


def change_ladder(
    code: str,
    ladder: Iterable[Rung],
    *,
    valid_from: date,
    document: str,
    by: Actor,
    now: datetime,
) -> LimitRule:
    """Give a rule another ladder of warnings for limits that begin on a local day or later.

    Everything else stays as in the latest version; ``document`` is the text that orders it. Raises
    ``NoSuchRule`` and ``BadVersion``.
    """
    with recording.recorded():
        last = LimitRule.objects.select_for_update().filter(code=code).order_by("version").last()
        if last is None:
            raise NoSuchRule(_("There is no rule “%(code)s”.") % {"code": code})
        if valid_from < max(local_day(now), last.valid_from):
            raise BadVersion(
                _("A new version begins today or later, and not before the latest one.")
            )
        if not document:
            raise BadVersion(_("Name the document that orders it."))
        try:
            wanted = rungs.stored(rungs.checked(ladder))
        except BadRungs as error:
            raise BadVersion(str(error)) from error
        new = LimitRule.objects.create(
            code=code,
            version=last.version + 1,
            valid_from=valid_from,
            name=last.name,
            amount=last.amount,
            unit=last.unit,
            closing_time=last.closing_time,
            warning_rungs=wanted,
            legal_source=last.legal_source,
        )
        recording.append(
            by=by.author,
            action="rule_ladder_changed",
            kind="limit_rule",
            code=code,
            now=now,
            before={"version": last.version, "rungs": last.warning_rungs},
            after={"version": new.version, "rungs": wanted, "valid_from": valid_from},
            document=document,
        )
    return new
