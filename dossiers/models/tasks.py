"""Tasks that a conclusion or a superior level gives (nhiệm vụ được giao)."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency, InternalUnit
from deadlines.models import TimeLimit
from dossiers.models.core import Conclusion
from dossiers.querysets import TaskFileQuerySet, TaskQuerySet
from dossiers.task_results import TaskResult, result_of


class Task(models.Model):
    """One line of a conclusion or an assignment of its own: lead, product, and its own limit.

    ``time_limit`` is the limit of the present round; a report that is sent back ends its round, and
    the remaining work gets a limit of its own. ``breached``: the report of an earlier round was
    late. ``working_days`` is the number that the document gives where it names no date.
    ``internal_due_on`` is the agency's own arrangement and never a legal limit.
    """

    class State(models.TextChoices):
        GIVEN = "given", _("Being carried out")
        REPORTED = "reported", _("Reported, waiting for acceptance")
        ACCEPTED = "accepted", _("Completed")
        LIFTED = "lifted", _("Lifted")

    class Level(models.TextChoices):
        CITY = "city", _("City People's Committee")
        SUPERIOR = "superior", _("Superior level")

    code = models.CharField(max_length=60, unique=True)
    conclusion = models.ForeignKey(
        Conclusion, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    level = models.CharField(max_length=20, choices=Level.choices, default=Level.CITY)
    source_ref = models.CharField(max_length=60, blank=True, default="")
    source_paragraph = models.CharField(max_length=60, blank=True, default="")
    text = models.TextField()
    product = models.CharField(max_length=300)
    lead = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    cooperating = models.ManyToManyField(Agency, related_name="+", blank=True)
    unit = models.ForeignKey(
        InternalUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    officer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    internal_due_on = models.DateField(null=True, blank=True)
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    time_limit = models.OneToOneField(TimeLimit, on_delete=models.PROTECT, related_name="task")
    round = models.PositiveSmallIntegerField(default=1)
    breached = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.GIVEN)
    version = models.PositiveIntegerField(default=1)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    search_key = models.TextField()

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lead", "-given_at", "-id"], name="task_by_lead"),
            models.Index(fields=["-given_at", "-id"], name="task_newest"),
        ]

    def __str__(self) -> str:
        return self.code

    def result(self, now: datetime) -> TaskResult:
        """Its result class at an instant."""
        return result_of(self, now)


class TaskReport(models.Model):
    """A report on a task, which meets the limit of its round; accepted or sent back by the City,
    never by its sender."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports")
    time_limit = models.OneToOneField(
        TimeLimit, on_delete=models.PROTECT, related_name="task_report"
    )
    text = models.TextField()
    ref = models.CharField(max_length=60, blank=True, default="")
    stated_on = models.DateField(null=True, blank=True)
    late_reason = models.TextField(blank=True, default="")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    answer = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "task", condition=Q(accepted__isnull=True), name="task_report_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("sent_by")),
                name="task_report_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.sent_at}"


class TaskFile(models.Model):
    """A file of a report on a task, kept byte for byte under its SHA-256; only policy hands it
    out."""

    report = models.ForeignKey(TaskReport, on_delete=models.PROTECT, related_name="files")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=200)

    objects = TaskFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def size_text(self) -> str:
        """The size as people say it."""
        return filesizeformat(self.size)
