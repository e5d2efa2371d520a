"""Letters about late time limits: reminders to an agency, apologies of an agency."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from deadlines.models import TimeLimit
from documents.models import Paper
from dossiers.models.core import Dossier
from dossiers.querysets import LetterQuerySet


class Letter(models.Model):
    """An issued letter: whom it reminds, or who apologises, about which limits; the words stand in
    its paper. Never changed. ``asked_on`` is the local date that it asks for or promises."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder letter")
        APOLOGY = "apology", _("Apology and new date")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="letter")
    limits = models.ManyToManyField(TimeLimit, related_name="letters")
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, null=True, related_name="letters"
    )
    asked_on = models.DateField()

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "dossier", condition=Q(kind="apology"), name="letter_apology_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.paper_id}"
