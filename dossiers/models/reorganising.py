"""A reorganisation of agencies on a date: prepared by one person, applied by another."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency


class Reorganisation(models.Model):
    """Which agencies end, which follow them, from which local day on, by which decision.

    ``heirs`` lists the successors in order, the first being the one to which everything goes that
    is not arranged otherwise: ``{"key", "agency"}`` for an agency that exists (its id), or
    ``{"key", "code", "name", "name_en", "kind"}`` for one to be established. ``choices`` holds what
    was arranged on the page: ``units`` (id of a unit, or "" for none → key), ``posts`` (id of an
    appointment → key, role, title) and ``items`` (code of a dossier or task → key).

    ``fingerprint`` is the digest of the posts and units as they were when the plan was put forward;
    when they differ on the day, nothing happens. ``moved`` holds the counts of what went over.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", _("Merger")
        RENAME = "rename", _("Change of name")
        CLOSE = "close", _("Closure with a successor")
        SPLIT = "split", _("Division")

    class State(models.TextChoices):
        PREPARING = "preparing", _("Being prepared")
        READY = "ready", _("Waiting for the second person")
        APPROVED = "approved", _("Approved, waiting for its day")
        APPLIED = "applied", _("Carried out")
        STOPPED = "stopped", _("Stopped: something had changed")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    effective_on = models.DateField()
    document = models.CharField(max_length=60)
    document_on = models.DateField()
    formers = models.ManyToManyField(Agency, related_name="+")
    heirs = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    remark = models.TextField(blank=True, default="")
    moved = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("prepared_by")),
                name="reorganisation_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "applied"]) | Q(decided_by__isnull=False),
                name="reorganisation_decided_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_on"],
                condition=Q(state="approved"),
                name="reorganisation_to_apply",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """How the ledger and people name it."""
        return f"TCL-{self.pk}"
