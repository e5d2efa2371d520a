"""How the parts of the system are: one list that the page, ``/healthz`` and ``/metrics`` read.

Everything is read from the database and the disk; no gauge talks to the queue server (quality.md
M1). Each says in a sentence what it shows and, when it is not green, what to do.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.dates import local_day
from config.models import BackupRun, FailedJob, Heartbeat
from config.operating import self_check
from config.operating.heartbeats import ALIVE
from config.operating.outboxes import OUTBOXES
from deadlines import checking as limits
from deadlines import clocks
from deadlines.wording import day_text
from ledger import chain

OK, WARN, BAD = "ok", "warn", "bad"
_ORDER = (OK, WARN, BAD)

#: How long something may wait in an outbox: amber, red.
WAITS, WAITS_LONG = timedelta(minutes=5), timedelta(minutes=30)
CALENDAR_AMBER, CALENDAR_RED = 180, 60
DISK_AMBER, DISK_RED = 15, 5
#: A night was missed; two were.
CHECKED, CHECKED_LONG_AGO = timedelta(hours=26), timedelta(hours=50)
BACKED_UP = timedelta(hours=26)
FAILURES_LOOKED_AT = timedelta(hours=24)
FAILURES_RED = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge shows at an instant; ``numbers`` go to ``/metrics``."""

    level: str
    text: str
    advice: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gauge:
    """``read`` asks a few small queries at most."""

    slug: str
    title: Any
    read: Callable[[datetime], Reading]


@dataclass(frozen=True, slots=True)
class Shown:
    """A gauge with what it shows now."""

    slug: str
    title: str
    reading: Reading


def survey(now: datetime) -> list[Shown]:
    """All gauges, in their order."""
    return [Shown(gauge.slug, str(gauge.title), gauge.read(now)) for gauge in GAUGES]


def worst(shown: list[Shown]) -> str:
    """The level of the whole."""
    return max((one.reading.level for one in shown), key=_ORDER.index, default=OK)


def ago(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = age(since, now)
    if seconds < 90:
        return ngettext("%(n)d second ago", "%(n)d seconds ago", seconds) % {"n": seconds}
    if seconds < 90 * 60:
        n = seconds // 60
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n}
    if seconds < 48 * 3600:
        n = seconds // 3600
        return ngettext("%(n)d hour ago", "%(n)d hours ago", n) % {"n": n}
    n = seconds // 86400
    return ngettext("%(n)d day ago", "%(n)d days ago", n) % {"n": n}


def age(since: datetime, now: datetime) -> int:
    """Whole seconds between two instants, never less than none."""
    return max(0, int((now - since).total_seconds()))


def ages(now: datetime) -> dict[str, int | None]:
    """For ``/healthz``, in seconds: how long the oldest letter waits, the last signs of life."""
    seen = dict(Heartbeat.objects.values_list("kind").annotate(Max("seen_at")).order_by("kind"))
    waits = [backlog.since for outbox in OUTBOXES if (backlog := outbox.read(now)).since]
    return {
        "outbox_age_seconds": age(min(waits), now) if waits else 0,
        "worker_age_seconds": age(seen["worker"], now) if "worker" in seen else None,
        "beat_age_seconds": age(seen["beat"], now) if "beat" in seen else None,
    }


# --- the gauges -----------------------------------------------------------------------------------


def _database(now: datetime) -> Reading:
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    drift = clocks.drift(now)
    numbers = {"database_up": 1, "clock_drift_seconds": round(drift.total_seconds(), 3)}
    if abs(drift) > clocks.DRIFT:
        return Reading(
            BAD,
            _("%(name)s answers, but its clock differs by %(n)d seconds.")
            % {"name": name, "n": round(drift.total_seconds())},
            _("Nothing is flagged meanwhile. Set the clocks of all machines by one time server."),
            numbers,
        )
    return Reading(OK, _("%(name)s answers.") % {"name": name}, numbers=numbers)


def _workers(now: datetime) -> Reading:
    return _processes(
        now,
        Heartbeat.Kind.WORKER,
        lambda n: ngettext("%(n)d worker is alive.", "%(n)d workers are alive.", n) % {"n": n},
        _("No worker is alive: nothing is flagged, sealed or sent."),
        _("Start the workers: systemctl start dunghan-worker. Nothing is lost meanwhile."),
    )


def _beats(now: datetime) -> Reading:
    return _processes(
        now,
        Heartbeat.Kind.BEAT,
        lambda n: ngettext("%(n)d beat is alive.", "%(n)d beats are alive.", n) % {"n": n},
        _("No beat is alive: nobody calls the sweep."),
        _("Start beat: systemctl start dunghan-beat. Nothing is lost meanwhile."),
    )


def _processes(
    now: datetime, kind: str, alive_text: Callable[[int], str], dead_text: str, advice: str
) -> Reading:
    rows = list(Heartbeat.objects.filter(kind=kind).order_by("name"))
    alive = [row for row in rows if now - row.seen_at <= ALIVE]
    numbers: dict[str, float] = {f"{kind}s_alive": len(alive)}
    if rows:
        numbers[f"{kind}_age_seconds"] = age(max(row.seen_at for row in rows), now)
    if not alive:
        return Reading(BAD, dead_text, advice, numbers)
    gone = [row.name for row in rows if row not in alive]
    if gone:
        text = f"{alive_text(len(alive))} " + _("No sign of life from: %(names)s.") % {
            "names": ", ".join(gone[:5])
        }
        return Reading(
            WARN,
            text,
            _("It ended without a word. If nobody replaced it, start it again."),
            numbers,
        )
    return Reading(OK, alive_text(len(alive)), numbers=numbers)


def _queue(now: datetime) -> Reading:
    found = Heartbeat.objects.aggregate(
        seen=Max("seen_at"), reached=Max("broker_at"), worked=Max("worked_at")
    )
    seen, reached, worked = found["seen"], found["reached"], found["worked"]
    numbers: dict[str, float] = {}
    if worked:
        numbers["job_age_seconds"] = age(worked, now)
    if seen is None or now - seen > ALIVE:
        text = _("Nobody can say: no worker and no beat is alive.")
        return Reading(WARN, text, _("Start them first, then look again."), numbers)
    up = reached is not None and now - reached <= ALIVE
    numbers["broker_up"] = int(up)
    if not up:
        return Reading(
            BAD,
            _("The queue server (Redis) does not answer. News is delayed; work goes on."),
            _("Start Redis again: systemctl start redis-server. Nothing is lost meanwhile."),
            numbers,
        )
    if worked is None or now - worked > timedelta(minutes=3):
        return Reading(
            WARN,
            _("The queue server answers, but no job has come through for some minutes."),
            _("Restart the workers: systemctl restart dunghan-worker."),
            numbers,
        )
    text = _("The queue server answers; the last job ran %(ago)s.") % {"ago": ago(worked, now)}
    return Reading(OK, text, numbers=numbers)


def _sweep(now: datetime) -> Reading:
    swept = limits.last_sweep()
    if swept is None:
        return Reading(BAD, _("Due dates were never looked through."), _look_at_workers())
    numbers = {"sweep_age_seconds": age(swept, now)}
    text = _("Due dates were looked through %(ago)s.") % {"ago": ago(swept, now)}
    if numbers["sweep_age_seconds"] > settings.SWEEP_STALE_SECONDS:
        return Reading(BAD, text, _look_at_workers(), numbers)
    return Reading(OK, text, numbers=numbers)


def _look_at_workers() -> str:
    return _("Look at workers, beat and queue above. What is overdue shows so all the same.")


def _seal(now: datetime) -> Reading:
    oldest = chain.oldest_unsealed()
    numbers = {"seal_lag_seconds": age(oldest, now) if oldest else 0}
    if oldest is None:
        return Reading(OK, _("All entries are sealed."), numbers=numbers)
    text = _("The oldest entry without a seal was written %(ago)s.") % {"ago": ago(oldest, now)}
    if numbers["seal_lag_seconds"] > settings.SWEEP_STALE_SECONDS:
        return Reading(BAD, text, _look_at_workers(), numbers)
    return Reading(OK, text, numbers=numbers)


def _outboxes(now: datetime) -> Reading:
    numbers: dict[str, float] = {}
    parts, level = [], OK
    for outbox in OUTBOXES:
        backlog = outbox.read(now)
        waits = age(backlog.since, now) if backlog.since else 0
        numbers[f'outbox_waiting{{outbox="{outbox.slug}"}}'] = backlog.waiting
        numbers[f'outbox_age_seconds{{outbox="{outbox.slug}"}}'] = waits
        numbers[f'outbox_dead{{outbox="{outbox.slug}"}}'] = backlog.dead
        here = OK
        if backlog.dead or waits > WAITS.total_seconds():
            here = WARN
        if waits > WAITS_LONG.total_seconds():
            here = BAD
        level = max(level, here, key=_ORDER.index)
        if backlog.waiting or backlog.dead:
            words = _("%(outbox)s: %(waiting)d waiting, %(dead)d given up.")
            parts.append(
                words % {"outbox": outbox.title, "waiting": backlog.waiting, "dead": backlog.dead}
            )
    text = " ".join(parts) or _("Every outbox is empty.")
    advice = _("Look at workers and queue above, and at what was given up.") if level != OK else ""
    return Reading(level, text, advice, numbers)


def _jobs(now: datetime) -> Reading:
    failed = FailedJob.objects.filter(at__gt=now - FAILURES_LOOKED_AT)
    number = failed.count()
    numbers = {"jobs_failed_24h": number}
    if not number:
        return Reading(OK, _("No job has failed in the last 24 hours."), numbers=numbers)
    last = failed.order_by("-at").first()
    text = ngettext(
        "%(n)d job has failed in the last 24 hours, %(task)s (%(error)s) last.",
        "%(n)d jobs have failed in the last 24 hours, %(task)s (%(error)s) last.",
        number,
    ) % {"n": number, "task": last.task, "error": last.error}
    advice = _("Search the logs for job_id %(id)s. Jobs are tried again at their next turn.")
    level = BAD if number >= FAILURES_RED else WARN
    return Reading(level, text, advice % {"id": last.job_id}, numbers)


def _calendar(now: datetime) -> Reading:
    last = limits.calendar_ends()
    if last is None:
        return Reading(
            BAD,
            _("No working calendar is in force: no time limit can start."),
            _("Run load_reference, or ask the calendar keeper to look."),
            {"calendar_days_ahead": 0},
        )
    days = (last - local_day(now)).days
    text = _("Published to %(day)s, %(n)d days ahead.") % {"day": day_text(last), "n": days}
    numbers = {"calendar_days_ahead": days}
    if days >= CALENDAR_AMBER:
        return Reading(OK, text, numbers=numbers)
    advice = _("The calendar keeper enters the next year, provisionally if need be.")
    return Reading(BAD if days < CALENDAR_RED else WARN, text, advice, numbers)


def _disk(now: datetime) -> Reading:
    """The place for files; the database of an embedded installation lies on the same disk."""
    total, _used, free = shutil.disk_usage(_existing(settings.MEDIA_ROOT))
    percent = free * 100 // total
    text = _("%(free)s free (%(percent)d%%).") % {"free": filesizeformat(free), "percent": percent}
    numbers = {"disk_free_bytes": free, "disk_total_bytes": total}
    if percent >= DISK_AMBER:
        return Reading(OK, text, numbers=numbers)
    advice = _("Make room or enlarge the disk. When it is full, new files are refused.")
    return Reading(BAD if percent < DISK_RED else WARN, text, advice, numbers)


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def _checked(now: datetime) -> Reading:
    run = self_check.latest()
    if run is None:
        return Reading(WARN, _("No self-check has run yet."), _("The next one runs tonight."))
    numbers = {
        "self_check_age_seconds": age(run.started_at, now),
        "self_check_findings": run.found,
    }
    if run.found:
        text = ngettext("%(n)d thing does not fit.", "%(n)d things do not fit.", run.found)
        text = f"{text % {'n': run.found}} " + _("Checked %(ago)s.") % {
            "ago": ago(run.started_at, now)
        }
        return Reading(BAD, text, _("Open the self-check: it says what to do."), numbers)
    text = _("Everything fits. Checked %(ago)s.") % {"ago": ago(run.started_at, now)}
    if now - run.started_at <= CHECKED:
        return Reading(OK, text, numbers=numbers)
    level = BAD if now - run.started_at > CHECKED_LONG_AGO else WARN
    return Reading(level, text, _("A night was missed: look at the workers."), numbers)


def _backup(now: datetime) -> Reading:
    last = BackupRun.objects.order_by("-at").first()
    if last is None:
        level = WARN if settings.PRODUCTION else OK
        advice = _("Turn the timer on: systemctl enable --now dunghan-backup.timer.")
        return Reading(level, _("No backup has been taken."), advice if level == WARN else "")
    numbers = {"backup_age_seconds": age(last.at, now), "backup_bytes": last.size}
    text = _("Taken %(ago)s, %(size)s.") % {
        "ago": ago(last.at, now),
        "size": filesizeformat(last.size),
    }
    if last.damaged:
        advice = _("Some files were damaged already: see the self-check.")
        return Reading(WARN, text, advice, numbers)
    if now - last.at > BACKED_UP:
        advice = _("A night was missed: systemctl status dunghan-backup.")
        return Reading(BAD if settings.PRODUCTION else WARN, text, advice, numbers)
    return Reading(OK, text, numbers=numbers)


GAUGES = (
    Gauge("database", gettext_lazy("Database"), _database),
    Gauge("workers", gettext_lazy("Workers"), _workers),
    Gauge("beat", gettext_lazy("Beat"), _beats),
    Gauge("queue", gettext_lazy("Queue server"), _queue),
    Gauge("sweep", gettext_lazy("Sweep of due dates"), _sweep),
    Gauge("outbox", gettext_lazy("What waits to be sent or entered"), _outboxes),
    Gauge("ledger", gettext_lazy("Seals of the ledger"), _seal),
    Gauge("jobs", gettext_lazy("Failed jobs"), _jobs),
    Gauge("checked", gettext_lazy("Self-check"), _checked),
    Gauge("backup", gettext_lazy("Backup"), _backup),
    Gauge("calendar", gettext_lazy("Working calendar"), _calendar),
    Gauge("disk", gettext_lazy("Place for files"), _disk),
)
