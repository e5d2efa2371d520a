"""What happens to a dossier besides direction and answer: assignment, returns, cover slips,
consultation, meetings, withdrawal, and whose hands it was in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency, InternalUnit
from deadlines.models import TimeLimit
from dossiers.models.core import Dossier
from dossiers.querysets import HoldingQuerySet


class Assignment(models.Model):
    """Who inside the agency works on a dossier: lead unit, officer, cooperating units. The latest
    one counts; earlier ones stay."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(
        InternalUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    officer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cooperating = models.ManyToManyField(InternalUnit, related_name="+", blank=True)
    internal_due_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.unit_id} {self.officer_id}"


class FormReturn(models.Model):
    """A dossier sent back by the City Office for form or composition, with the class of reason."""

    class Reason(models.TextChoices):
        FORM = "form", _("Form and presentation")
        AUTHORITY = "authority", _("Authority")
        INITIALS = "initials", _("Initials missing")
        COMPOSITION = "composition", _("Documents missing")
        OPINION = "opinion", _("Opinion of another agency missing")
        CONTENT = "content", _("Content")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="form_returns")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    resubmitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "dossier", condition=Q(resubmitted_at__isnull=True), name="form_return_open_once"
            )
        ]
        indexes = [models.Index(fields=["at", "reason", "dossier"], name="form_return_at")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.reason}"


class CoverSlip(models.Model):
    """The City Office's slip to the leader (phiếu trình): summary of verification and proposal."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="cover_slips")
    summary = models.TextField()
    proposal = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.at}"


class Consultation(models.Model):
    """One agency asked for its opinion, with its own limit; silence is recorded, never assumed."""

    class Position(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        DISAGREES = "disagrees", _("Disagrees")
        OTHER = "other", _("Has another opinion")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="consultations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    question = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    time_limit = models.OneToOneField(
        TimeLimit, on_delete=models.PROTECT, related_name="consultation"
    )
    position = models.CharField(max_length=20, choices=Position.choices, blank=True, default="")
    text = models.TextField(blank=True, default="")
    ref = models.CharField(max_length=60, blank=True, default="")
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    silent_at = models.DateTimeField(null=True, blank=True)
    moved = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "dossier",
                "agency",
                condition=Q(answered_at__isnull=True, silent_at__isnull=True, moved=False),
                name="consultation_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.agency_id}"


class Meeting(models.Model):
    """A meeting that a leader called on a dossier; ``held_at`` is when its conclusion was drawn."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="meetings")
    planned_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    agenda = models.TextField(blank=True, default="")
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.planned_at}"


class Withdrawal(models.Model):
    """A head asks for the dossier back, the City Office agrees or not; the statistics keep it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="withdrawals")
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(null=True)
    answer = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "dossier", condition=Q(agreed__isnull=True), name="withdrawal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="withdrawal_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.agreed}"


class Rejection(models.Model):
    """A leader does not accept the dossier, with the reason."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="rejection")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id}"


class Holding(models.Model):
    """An interval in which a dossier lay on one desk. Intervals of a dossier follow each other
    without gap or overlap, so the days in all hands add up to the elapsed days."""

    class Desk(models.TextChoices):
        AGENCY = "agency", _("Agency")
        OFFICE_CLERK = "office_clerk", _("City Office, records desk")
        OFFICE = "office", _("City Office, verification and drafting")
        LEADER = "leader", _("City leadership")
        CONSULTED = "consulted", _("Consulted agencies")
        MEETING = "meeting", _("Waiting for the meeting")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="holdings")
    desk = models.CharField(max_length=20, choices=Desk.choices)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit = models.ForeignKey(
        InternalUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    last_act_at = models.DateTimeField()

    objects = HoldingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "dossier", condition=Q(to_at__isnull=True), name="holding_open_once"
            ),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at")),
                name="holding_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["last_act_at", "id", "dossier"],
                condition=Q(to_at__isnull=True),
                name="holding_idle",
            ),
            models.Index(
                fields=["from_at", "id", "dossier"],
                condition=Q(to_at__isnull=True),
                name="holding_longest",
            ),
            models.Index(
                fields=["desk", "agency", "unit", "person", "from_at", "dossier"],
                condition=Q(to_at__isnull=True),
                name="holding_by_hand",
            ),
            models.Index(
                fields=["to_at", "from_at", "dossier"],
                condition=Q(desk="office", to_at__isnull=False),
                name="holding_verified",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.desk} {self.from_at}"
