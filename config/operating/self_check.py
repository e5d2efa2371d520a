"""The self-check: every night and on demand, a run with its findings.

It changes nothing but its own rows and one entry in the ledger. A nightly run is claimed by the row
of its night, so any number of beats and workers make one run a night, and a worker that dies in it
is followed by another after ``GIVEN_UP``.
"""

import logging
import time
from datetime import datetime, timedelta
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import actors
from agencies.dates import local_day
from config.models import SelfCheck, SelfCheckFinding
from config.operating.questions import QUESTIONS, Question
from deadlines import checking as limits
from deadlines.checking import Contradiction
from dossiers import checking as dossiers
from ledger import recording

logger = logging.getLogger(__name__)

JOB = "self-check/1"
#: The local hour from which a night's run may begin.
NIGHT_HOUR = 1
#: A run that began so long ago and has not ended died with its worker.
GIVEN_UP = timedelta(hours=6)
#: So many findings of one question are kept; all are counted.
MOST_KEPT = 200
#: So many runs stay.
RUNS_KEPT = 90


def run_tonight(now: datetime) -> SelfCheck | None:
    """The run of this night, with the bytes of all files, if it is time and nobody has made it."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    if local.hour < NIGHT_HOUR:
        return None
    claimed = _claim(now)
    return _carry_out(claimed, now) if claimed else None


def run(now: datetime, *, with_bytes: bool) -> SelfCheck:
    """A run on demand."""
    return _carry_out(SelfCheck.objects.create(started_at=now, with_bytes=with_bytes), now)


def latest() -> SelfCheck | None:
    """The last run that ended."""
    return SelfCheck.objects.filter(took_ms__isnull=False).order_by("-started_at", "-pk").first()


def _claim(now: datetime) -> SelfCheck | None:
    night = local_day(now)
    try:
        with transaction.atomic():
            return SelfCheck.objects.create(night=night, started_at=now, with_bytes=True)
    except IntegrityError:
        dead = SelfCheck.objects.filter(
            night=night, took_ms__isnull=True, started_at__lt=now - GIVEN_UP
        )
        return SelfCheck.objects.get(night=night) if dead.update(started_at=now) else None


def _carry_out(run: SelfCheck, now: datetime) -> SelfCheck:
    began = time.monotonic()
    kept: list[SelfCheckFinding] = []
    for question in QUESTIONS:
        if question.bytes and not run.with_bytes:
            continue
        found, number = _ask(question, now)
        run.counts[question.slug] = number
        kept += [
            SelfCheckFinding(
                run=run,
                question=question.slug,
                kind=one.kind,
                code=one.code[:200],
                facts=dict(one.facts),
            )
            for one in found
        ]
    run.examined = {"limits": limits.open_limits(), "dossiers": dossiers.dossiers()}
    run.found = sum(run.counts.values())
    run.took_ms = int((time.monotonic() - began) * 1000)
    with recording.recorded():
        SelfCheckFinding.objects.bulk_create(kept, batch_size=500)
        run.save()
        recording.append(
            by=actors.job(JOB).author,
            action="self_checked",
            kind="self_check",
            code=f"{local_day(now):%Y-%m-%d}",
            now=now,
            after={"found": run.found, "counts": run.counts, "examined": run.examined},
        )
    _prune()
    for slug, number in run.counts.items():
        if number:
            logger.error("self-check: %s: %d", slug, number)
    return run


def _ask(question: Question, now: datetime) -> tuple[list[Contradiction], int]:
    """What a question found: the first of it, and how much it is in all.

    Rows that make a question itself fail stop no other one: that is a finding too.
    """
    try:
        found = iter(question.find(now))
        kept = list(islice(found, MOST_KEPT))
        return kept, len(kept) + sum(1 for _one in found)
    except Exception as error:
        logger.exception("self-check: %s failed", question.slug)
        return [Contradiction("question", question.slug, {"error": type(error).__name__})], 1


def _prune() -> None:
    old = SelfCheck.objects.order_by("-started_at", "-pk").values_list("pk", flat=True)[RUNS_KEPT:]
    SelfCheck.objects.filter(pk__in=list(old)).delete()
