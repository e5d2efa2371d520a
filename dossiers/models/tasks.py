"""Tasks that a conclusion or a superior level gives (nhiệm vụ được giao)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency, InternalUnit
from deadlines.models import TimeLimit
from dossiers.models.core import Conclusion


class Task(models.Model):
    """One line of a conclusion or an assignment of its own: lead, product, and its own limit."""

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
    time_limit = models.OneToOneField(TimeLimit, on_delete=models.PROTECT, related_name="task")
    state = models.CharField(max_length=20, choices=State.choices, default=State.GIVEN)
    version = models.PositiveIntegerField(default=1)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    search_key = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["lead", "-given_at", "-id"], name="task_by_lead"),
            models.Index(fields=["-given_at", "-id"], name="task_newest"),
        ]

    def __str__(self) -> str:
        return self.code


class TaskReport(models.Model):
    """A report on a task; accepted or sent back by whoever gave it, never by its sender."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports")
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
