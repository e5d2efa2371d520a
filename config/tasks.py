"""Beat calls these: read the clock, call one function. And what a worker or beat says of itself."""

import atexit
from typing import Any

from celery import shared_task, signals
from django.utils import timezone
from kombu.exceptions import OperationalError

from config import logs
from config.celery import app
from config.models import Heartbeat
from config.operating import heartbeats, self_check


@shared_task
def heartbeat() -> int:
    return heartbeats.note_work(timezone.now())


# Reading all files and the chain takes as long as it takes; one run a night is enough.
@shared_task(acks_late=False, time_limit=12 * 3600)
def check_itself() -> int:
    run = self_check.run_tonight(timezone.now())
    return run.found if run else 0


def _broker_answers() -> bool:
    """Whether the queue server can be reached from here; never longer than a few seconds."""
    try:
        with app.connection_for_write(connect_timeout=2) as link:
            link.ensure_connection(max_retries=0, timeout=2)
            return True
    except (OSError, OperationalError):
        return False


def _live(kind: str) -> None:
    pulse = heartbeats.Pulse(kind, timezone.now, _broker_answers)
    pulse.start()
    atexit.register(pulse.stop)


@signals.worker_ready.connect
def _worker_ready(**_kwargs: Any) -> None:
    _live(Heartbeat.Kind.WORKER)


@signals.beat_init.connect
def _beat_ready(**_kwargs: Any) -> None:
    _live(Heartbeat.Kind.BEAT)


@signals.task_prerun.connect
def _job_begins(task_id: str, task: Any, **_kwargs: Any) -> None:
    logs.job.set((task_id, task.name))


@signals.task_postrun.connect
def _job_ended(**_kwargs: Any) -> None:
    logs.job.set(None)


@signals.task_failure.connect
def _job_failed(task_id: str, exception: BaseException, sender: Any, **_kwargs: Any) -> None:
    heartbeats.note_failure(sender.name, task_id, exception, now=timezone.now())
