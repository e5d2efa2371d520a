"""Inspections: the decision, the team, the visit, and the dossiers drawn for it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency
from documents.models import Paper
from dossiers.models import Dossier
from inspections.models.planning import PlanItem
from inspections.querysets import InspectionQuerySet


class Inspection(models.Model):
    """One inspection of one agency. ``legal_bases`` are copies of the texts valid on the day of the
    decision. An unannounced one is unseen by the agency until ``opened_at``.

    ``period_from`` and ``period_to`` are local dates, both inclusive. ``population`` and
    ``sample_size`` say how many dossiers of the period there were and how many were drawn.
    """

    class Trigger(models.TextChoices):
        PLAN = "plan", _("Of the plan")
        ORDER = "order", _("By order of the City")
        COMPLAINT = "complaint", _("After a complaint or the press")
        SIGNAL = "signal", _("After overdue time limits")

    class Kind(models.TextChoices):
        CONTROL = "kiem_tra", _("Public-duty inspection (kiểm tra)")
        INSPECTORATE = "thanh_tra", _("Inspection by an inspectorate (thanh tra)")

    class State(models.TextChoices):
        PREPARING = "preparing", _("Inspection being prepared")
        DECIDED = "decided", _("Inspection decided")
        OPEN = "open", _("Inspection under way")
        ENDED = "ended", _("Visit ended")
        CANCELLED = "cancelled", _("Inspection cancelled")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    code = models.CharField(max_length=30, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="inspections")
    plan_item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="follow_ups"
    )
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    evidence = models.TextField(blank=True, default="")
    announced = models.BooleanField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lead_body = models.CharField(max_length=200)
    legal_bases = models.JSONField(default=list)
    scope = models.TextField()
    period_from = models.DateField()
    period_to = models.DateField()
    planned_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.OneToOneField(Paper, on_delete=models.PROTECT, null=True, related_name="+")
    notified_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=40, blank=True, default="")
    population = models.PositiveIntegerField(default=0)
    sample_size = models.PositiveIntegerField(default=0)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period_from__lte=F("period_to")), name="inspection_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("created_by")),
                name="inspection_two_people",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-planned_on"], name="inspection_of_agency")]

    def __str__(self) -> str:
        return self.code


class TeamMember(models.Model):
    """A member of the team, with the post held on the day of the decision; never of the agency."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Head of the team")
        DEPUTY = "deputy", _("Deputy head of the team")
        SECRETARY = "secretary", _("Secretary")
        MEMBER = "member", _("Member")

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    post = models.CharField(max_length=200)
    part = models.CharField(max_length=10, choices=Part.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint("inspection", "user", name="team_member_once"),
            models.UniqueConstraint("inspection", condition=Q(part="lead"), name="team_lead_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.part})"


class SampledDossier(models.Model):
    """A dossier drawn for an inspection. ``facts`` were copied when it was drawn; ``position`` is
    its place in the draw."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="sample")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    facts = models.JSONField()
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint("inspection", "dossier", name="sampled_once"),
            models.UniqueConstraint("inspection", "position", name="sampled_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.dossier_id}"
