"""Beat calls this: read the clock, call one function."""

from celery import shared_task
from django.utils import timezone

from accounts import staging
from dossiers import files, reorganising
from dossiers.importing import sessions


@shared_task
def remove_old_staged_files() -> int:
    now = timezone.now()
    return staging.remove_old(now) + files.remove_orphans(now)


@shared_task
def apply_reorganisations() -> int:
    return reorganising.apply_due(timezone.now())


@shared_task
def enter_confirmed_imports() -> int:
    return sessions.enter_next(timezone.now())
