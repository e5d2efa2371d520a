"""Beat calls this: read the clock, call one function."""

from celery import shared_task
from django.utils import timezone

from accounts import staging


@shared_task
def remove_old_staged_files() -> int:
    return staging.remove_old(timezone.now())
