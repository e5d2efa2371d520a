"""Changes of the calendar: proposed by one person, applied by another, kept with what they did.

``deadlines.models`` names these models among its own.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class CalendarChange(models.Model):
    """Days and years that shall differ from the calendar in force, with the text that says so.

    ``days`` and ``years`` name each date and year with its state ``before`` and ``after``, so that
    a change can be compared with the calendar of the moment and undone exactly. ``base`` is the
    edition that its proposer saw, ``edition`` the one in force since it was applied.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for decision")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    days = models.JSONField()
    years = models.JSONField(default=list)
    document = models.CharField(max_length=60, blank=True, default="")
    document_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True, default="")
    reason = models.TextField()
    base = models.ForeignKey(
        "deadlines.CalendarEdition", on_delete=models.PROTECT, related_name="+"
    )
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    edition = models.ForeignKey(
        "deadlines.CalendarEdition",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    moved = models.PositiveIntegerField(default=0)
    annotated = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "refused"])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="calendar_change_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="applied") ^ Q(edition__isnull=True),
                name="calendar_change_edition",
            ),
            models.UniqueConstraint(
                "undoes",
                condition=Q(state__in=["proposed", "applied"]),
                name="calendar_change_undone_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "-proposed_at"], name="calendar_change_list")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class CalendarAnnotation(models.Model):
    """What a change would have meant for a limit that it may not touch, for a person to judge.

    ``due_at`` is the end as it stays, ``would_be_at`` as the changed calendar counts it.
    """

    class Why(models.TextChoices):
        PASSED = "passed", _("Its end had already passed")
        WOULD_HAVE_PASSED = "would_be", _("Its new end would already have passed")

    time_limit = models.ForeignKey(
        "deadlines.TimeLimit", on_delete=models.PROTECT, related_name="annotations"
    )
    change = models.ForeignKey(CalendarChange, on_delete=models.PROTECT, related_name="annotations")
    why = models.CharField(max_length=10, choices=Why.choices)
    due_at = models.DateTimeField()
    would_be_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("time_limit", "change", "due_at", name="annotation_once")
        ]

    def __str__(self) -> str:
        return f"{self.time_limit_id} {self.why}"
