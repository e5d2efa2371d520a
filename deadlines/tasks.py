"""Beat calls this: read the clock, call one function."""

from celery import shared_task
from django.utils import timezone

from deadlines import keeping, sweeping


@shared_task
def sweep() -> int:
    return sweeping.flag_by_the_clock(timezone.now()).flagged


@shared_task
def warn_of_missing_year() -> int:
    return keeping.warn_keepers(timezone.now())
