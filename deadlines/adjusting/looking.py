"""What waits for a decision and what stands still, for lists and pages."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from agencies.dates import local_day
from deadlines.models import Adjustment, Suspension, TimeLimit
from deadlines.querysets import TimeLimitQuerySet


def waiting(by: Actor) -> QuerySet[Adjustment]:
    """The requests that wait for a decision, about limits that the person may see.

    A request lapses when its limit is met: what was asked for has no object any more.
    """
    visible = TimeLimit.objects.visible_to(by).filter(met_at__isnull=True)
    return Adjustment.objects.filter(state=Adjustment.State.ASKED, time_limit__in=visible)


def with_adjustments(limits: TimeLimitQuerySet, now: datetime) -> TimeLimitQuerySet:
    """With ``request_id`` and ``suspension_id``: what waits, what stands still; no more queries."""
    asked = Adjustment.objects.filter(time_limit=OuterRef("pk"), state=Adjustment.State.ASKED)
    running = Suspension.objects.filter(
        time_limit=OuterRef("pk"), resumed_at__isnull=True, until_on__gte=local_day(now)
    )
    return limits.annotate(
        request_id=Subquery(asked.values("pk")[:1]),
        suspension_id=Subquery(running.order_by("-pk").values("pk")[:1]),
    )
