"""Beat calls this: read the clock, call one function."""

from celery import shared_task
from django.utils import timezone

from deadlines import keeping, mailing, sweeping


@shared_task
def sweep() -> int:
    return sweeping.flag_by_the_clock(timezone.now()).flagged


@shared_task
def warn_of_missing_year() -> int:
    return keeping.warn_keepers(timezone.now())


# A letter that was being sent is sent again under the same Message-ID; a second pass harms nobody.
@shared_task(acks_late=False)
def send_mail() -> int:
    return mailing.run(timezone.now()).sent
