"""Beat calls this: read the clock, call one function."""

from celery import shared_task
from django.utils import timezone

from accounts import staging
from dossiers import files


@shared_task
def remove_old_staged_files() -> int:
    now = timezone.now()
    return staging.remove_old(now) + files.remove_orphans(now)
