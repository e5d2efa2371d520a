"""How many records there are, for pages elsewhere: a count, never who or what (narrow view)."""

from collections.abc import Iterable

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from deadlines.querysets import TimeLimitQuerySet
from inspections.models import Finding, Record
from inspections.querysets import may_see_counts

_SERVED = Q(record__state__in=[Record.State.SENT, Record.State.FINALISED])
_STANDS = Q(record__paper__void__isnull=True)


def of_subjects(codes: Iterable[str], by: Actor) -> dict[str, int]:
    """By the code of a dossier or task, in how many standing records its limits are; one query for
    all of them, none for whoever may not see counts."""
    wanted = list(codes)
    if not wanted or not may_see_counts(by):
        return {}
    rows = (
        Finding.objects.filter(_SERVED & _STANDS, time_limit__subject_code__in=wanted)
        .order_by()
        .values("time_limit__subject_code")
        .annotate(records=Count("record", distinct=True))
    )
    return {row["time_limit__subject_code"]: row["records"] for row in rows}


def with_counts(limits: TimeLimitQuerySet, by: Actor) -> QuerySet:
    """Limits with ``record_count``, in the same query; without it where counts may not be seen."""
    if not may_see_counts(by):
        return limits
    named = (
        Finding.objects.filter(_SERVED & _STANDS, time_limit=OuterRef("pk"))
        .order_by()
        .values("time_limit")
        .annotate(records=Count("record", distinct=True))
        .values("records")
    )
    return limits.annotate(record_count=Coalesce(Subquery(named, output_field=IntegerField()), 0))
