"""Questions about many time limits, in the words of the domain. ``now`` is always given."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from accounts.rights import agencies_of, reaches_city

#: Of limits that are met: before every end they had, or after one of them.
IN_TIME = Q(met_at__lt=F("due_at"), breached_at__isnull=True)
LATE = Q(met_at__gte=F("due_at")) | Q(breached_at__isnull=False)

#: The agency in whose figures a limit counts: whoever owed it at the end of its last day.
COUNTED_AT = Coalesce("charged_to_id", "agency_id")
COUNTED_KIND = Coalesce("charged_to__kind", "agency__kind")


class TimeLimitQuerySet(models.QuerySet):
    """Time limits by their state at an instant."""

    def visible_to(self, by: Actor) -> Self:
        """Those that the actor may see: the whole city's, or those of the actor's agencies."""
        if reaches_city(by, "window_view"):
            return self
        return self.filter(agency_id__in=agencies_of(by, "window_view"))

    def counted_at(self, agency_id: int) -> Self:
        """Those in the figures of an agency: what it owes, and what had passed while it owed it.

        The same as ``COUNTED_AT``, in the form that indexes answer.
        """
        return self.filter(
            Q(charged_to=agency_id) | Q(charged_to__isnull=True, agency_id=agency_id)
        )

    def running(self, now: datetime) -> Self:
        """Begun, not met, not yet due."""
        return self.filter(_open_at(now), started_at__lte=now, due_at__gt=now)

    def overdue(self, now: datetime) -> Self:
        """Not met at or after the due instant."""
        return self.filter(_open_at(now), due_at__lte=now)

    def due_on(self, day: date, now: datetime) -> Self:
        """Running ones whose last day is this local date."""
        return self.running(now).filter(due_on=day)

    def due_between(self, first: date, last: date, now: datetime) -> Self:
        """Running ones whose last day lies between two local dates, both included."""
        return self.running(now).filter(due_on__gte=first, due_on__lte=last)

    def met_on_time(self, now: datetime) -> Self:
        """Met by ``now`` and never late; what fell away before its end was not met."""
        return self.filter(IN_TIME, met_at__lte=now, lifted=False)

    def met_late(self, now: datetime) -> Self:
        """Met or lifted by ``now``, at or after its end or an end it had before: a breach stays."""
        return self.filter(LATE, met_at__lte=now)

    def falling_due(self, first: date | None, last: date | None) -> Self:
        """Those that belong to a period: the local last day lies in it, both ends included."""
        found = self
        if first:
            found = found.filter(due_on__gte=first)
        if last:
            found = found.filter(due_on__lte=last)
        return found

    def for_list(self) -> Self:
        """With what a list shows beside each limit."""
        return self.select_related("agency", "unit", "officer", "rule", "head_at_start")


def _open_at(now: datetime) -> Q:
    """Not met as of an instant; without a bound on ``met_at`` for the common case, now."""
    return Q(met_at__isnull=True) | Q(met_at__gt=now)
