"""A file of dossiers on its way in: read, shown, confirmed, entered, with its errors to mend."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ImportSession(models.Model):
    """One file that a person wants to enter. Nothing of it is saved before it is confirmed.

    ``choices`` are the person's answers (which agency a near name means, good rows only or all);
    ``found`` is what the preview shows of the file. ``done`` of ``total`` rows are entered, for the
    progress bar. A confirmed session is its own outbox: a worker takes it by writing ``claimed_at``
    and holds it as long as that instant is its own.
    """

    class State(models.TextChoices):
        READ = "read", _("Read, waiting for confirmation")
        CONFIRMED = "confirmed", _("Being entered")
        FINISHED = "finished", _("Entered")
        FAILED = "failed", _("Not entered")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.READ)
    choices = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    error_path = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["confirmed_at"],
                condition=models.Q(state="confirmed"),
                name="import_to_enter",
            ),
            models.Index(fields=["owner", "-created_at"], name="import_of_person"),
        ]

    def __str__(self) -> str:
        return self.name
