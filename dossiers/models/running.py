"""The running limit of each dossier, kept beside the dossier by the database itself."""

from django.db import models

from agencies.models import Agency
from dossiers.models.core import Dossier, Urgency
from dossiers.querysets import RunningQuerySet
from dossiers.states import State


class Running(models.Model):
    """One row for each dossier with a time limit that is not met: when the first of them ends.

    With what lists filter by, so that "overdue, of this agency, in this state" is one stretch of an
    index. Triggers (``dossiers.running``) write it when a limit begins, ends or moves and when its
    dossier changes; nothing else does, and it states nothing that the two tables do not.
    """

    dossier = models.OneToOneField(
        Dossier, on_delete=models.CASCADE, primary_key=True, related_name="running"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=30, choices=State.choices)
    urgency = models.CharField(max_length=20, choices=Urgency.choices)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    search_key = models.TextField()

    objects = RunningQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "dossier"], name="running_by_due"),
            models.Index(fields=["agency", "due_at", "dossier"], name="running_by_agency"),
            models.Index(fields=["state", "due_at", "dossier"], name="running_by_state"),
            models.Index(
                fields=["-created_at", "-dossier", "due_at", "state", "urgency", "agency"],
                name="running_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.due_at}"
