"""What the operator's pages read: signs of life, failed jobs, self-checks, backups.

None of these rows states a fact of the record. Old ones are pruned by the jobs that write them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """One worker or beat process, as it wrote itself every half minute while it lived.

    ``broker_at`` is when it last reached the queue server: a request never asks the queue, it reads
    this. ``worked_at`` is when a job that came through the queue last ran there.
    """

    class Kind(models.TextChoices):
        WORKER = "worker", _("Worker")
        BEAT = "beat", _("Beat")

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    broker_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class FailedJob(models.Model):
    """A job that ended with an exception: its class and no text, which may hold personal data."""

    task = models.CharField(max_length=200)
    job_id = models.CharField(max_length=64)
    error = models.CharField(max_length=100)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.task} {self.error}"


class SelfCheck(models.Model):
    """One self-check. ``night`` is the local day of a nightly one, which is claimed by its row.

    ``took_ms`` is empty while it runs. ``counts`` says for each question how much it found, even
    where fewer findings are kept; ``examined`` how much was looked at.
    """

    night = models.DateField(null=True, unique=True)
    started_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(null=True)
    with_bytes = models.BooleanField(default=False)
    examined = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    found = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-started_at", "-id"], name="self_check_newest")]

    def __str__(self) -> str:
        return f"{self.started_at} {self.found}"


class SelfCheckFinding(models.Model):
    """One thing that does not fit: which question found it, its public code, plain facts."""

    run = models.ForeignKey(SelfCheck, on_delete=models.CASCADE, related_name="findings")
    question = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["run", "question", "id"], name="finding_by_question")]

    def __str__(self) -> str:
        return f"{self.question} {self.code}"


class BackupRun(models.Model):
    """A backup that was taken; ``damaged`` counts the files that were not whole in the store."""

    at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    damaged = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
