"""Beat calls these: read the clock, call one function."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ledger import chain


@shared_task
def seal() -> int:
    return chain.seal_all()


@shared_task
def publish_head() -> None:
    chain.seal_all(thorough=True)
    chain.publish(settings.LEDGER_HEADS_DIR, now=timezone.localtime())
