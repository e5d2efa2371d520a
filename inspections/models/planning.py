"""Plans of public-duty inspections: which agencies, in which month, and why these."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency
from documents.models import Paper


class Plan(models.Model):
    """A yearly or thematic plan (kế hoạch kiểm tra công vụ): drafted by an inspector, approved by
    the director. The seed draws its random part and is kept, so anyone can draw it again."""

    class Kind(models.TextChoices):
        YEARLY = "yearly", _("Yearly plan")
        THEMATIC = "thematic", _("Thematic plan")

    class State(models.TextChoices):
        DRAFTING = "drafting", _("Plan being drafted")
        APPROVED = "approved", _("Plan approved")

    code = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    theme = models.TextField(blank=True, default="")
    seed = models.CharField(max_length=40)
    by_risk = models.PositiveSmallIntegerField(default=0)
    by_chance = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTING)
    version = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="plan_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="drafting")
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="plan_approved_by",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PlanItem(models.Model):
    """One agency of a plan. ``reasons`` says in figures why it was chosen: a list of
    ``{"reason", "figure", "points"}``, as they were on the day of the choice."""

    class Chosen(models.TextChoices):
        RISK = "risk", _("By risk")
        CHANCE = "chance", _("By the draw")
        HAND = "hand", _("By a person")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    month = models.PositiveSmallIntegerField()
    theme = models.CharField(max_length=300, blank=True, default="")
    chosen = models.CharField(max_length=10, choices=Chosen.choices)
    score = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "agency", "month", name="plan_item_once"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="plan_item_month"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.agency_id} {self.month}"
