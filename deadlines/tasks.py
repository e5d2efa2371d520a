"""Beat calls this: read the clock, call one function."""

from celery import shared_task
from django.utils import timezone

from deadlines import keeping, sweeping, tallying


@shared_task
def sweep() -> int:
    return sweeping.flag_overdue(timezone.now() - sweeping.SETTLING).flagged


@shared_task
def warn_of_missing_year() -> int:
    return keeping.warn_keepers(timezone.now())


@shared_task
def compact_tally() -> int:
    return tallying.compact()
