"""Records (biên bản), what they rest on, who signed, what was asked and answered."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency
from deadlines.models import TimeLimit
from documents.models import Paper
from inspections.models.visits import Inspection
from inspections.querysets import RecordQuerySet


class Record(models.Model):
    """A record of an inspection, or of lateness without a visit, about one head and one period.

    It names the agency and the head as they were: ``agency_name``, ``head_name`` and ``head_post``
    are copies. While drafted and while the inspected side gives its opinion the row changes; once
    finalised its text is the ``paper``, which cannot. ``_on`` and ``_at`` of the visit are as the
    record states them (domain.md §3.7). It is never a "biên bản vi phạm hành chính".
    """

    class Kind(models.TextChoices):
        INSPECTION = "inspection", _("Record of an inspection")
        LATENESS = "lateness", _("Record of late time limits")

    class State(models.TextChoices):
        DRAFTING = "drafting", _("Record being drafted")
        SENT = "sent", _("Sent for opinion")
        FINALISED = "finalised", _("Record finalised")
        DROPPED = "dropped", _("Record dropped")

    class Opinion(models.TextChoices):
        AGREES = "agrees", _("Agrees with the record")
        PARTLY = "partly", _("Agrees in part")
        DISAGREES = "disagrees", _("Disagrees with the record")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, null=True, related_name="records"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    agency_name = models.CharField(max_length=200)
    head = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    head_name = models.CharField(max_length=150)
    head_post = models.CharField(max_length=200)
    period_from = models.DateField()
    period_to = models.DateField()
    place = models.CharField(max_length=200, blank=True, default="")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    legal_bases = models.JSONField(default=list)
    present = models.JSONField(default=list)
    absent_reason = models.TextField(blank=True, default="")
    scope = models.TextField(blank=True, default="")
    method = models.TextField(blank=True, default="")
    papers_seen = models.TextField(blank=True, default="")
    shortcomings = models.TextField(blank=True, default="")
    causes = models.TextField(blank=True, default="")
    requests = models.TextField(blank=True, default="")
    recommendations = models.TextField(blank=True, default="")
    pages = models.PositiveSmallIntegerField(null=True)
    copies = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTING)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=10, choices=Opinion.choices, blank=True, default="")
    opinion_text = models.TextField(blank=True, default="")
    opinion_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opinion_at = models.DateTimeField(null=True)
    finalised_at = models.DateTimeField(null=True)
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, null=True, related_name="record")
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="lateness") | Q(inspection__isnull=False),
                name="record_of_an_inspection",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="finalised", paper__isnull=False, finalised_at__isnull=False)
                    | (~Q(state="finalised") & Q(paper__isnull=True))
                ),
                name="record_final_is_paper",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-created_at"], name="record_of_agency")]

    def __str__(self) -> str:
        return f"{self.kind} {self.agency_name} {self.head_name}"


class Finding(models.Model):
    """One item of a record and the facts that it rests on, copied when it was entered.

    ``facts``: dossier, matter, rule and version, article, calendar edition and its special days,
    start, due and met instants, working days late net and gross, desk and head on the day,
    revisions, reminders. Nothing that happens later changes them.
    """

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="findings")
    position = models.PositiveIntegerField()
    time_limit = models.ForeignKey(TimeLimit, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField()
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint("record", "position", name="finding_in_order"),
            models.UniqueConstraint("record", "time_limit", name="finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.position}"


class Exhibit(models.Model):
    """A photograph or file of a record, kept byte for byte under its SHA-256."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="exhibits")
    caption = models.CharField(max_length=300, blank=True, default="")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Signature(models.Model):
    """That one side signed the record, or did not: then with the reason and a witness."""

    class Side(models.TextChoices):
        INSPECTED = "inspected", _("Inspected party")
        SECRETARY = "secretary", _("Person who wrote the record")
        LEAD = "lead", _("Head of the inspection team")

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices)
    name = models.CharField(max_length=150)
    post = models.CharField(max_length=200)
    signed_on = models.DateField(null=True)
    refused_reason = models.TextField(blank=True, default="")
    witness = models.CharField(max_length=200, blank=True, default="")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("record", "side", name="signature_once_per_side"),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=False, refused_reason="")
                | (Q(signed_on__isnull=True) & ~Q(refused_reason="") & ~Q(witness="")),
                name="signature_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.side}"


class ExplanationRequest(models.Model):
    """The request for an explanation that comes before anything else, with its own limit.

    ``cause`` and ``exemption`` are what the person says, ``late_reason`` why the answer came after
    the limit; silence is recorded after the limit has passed, never assumed. Exempting grounds:
    Luật Cán bộ, công chức 2025 Điều 34.
    """

    class Cause(models.TextChoices):
        SUBJECTIVE = "subjective", _("A cause within the unit")
        OBJECTIVE = "objective", _("An objective cause")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")
        OTHER_AGENCY = "other_agency", _("Waiting for another agency")

    class Exemption(models.TextChoices):
        NONE = "none", _("No exempting circumstance claimed")
        UNLAWFUL_ORDER = "unlawful_order", _("Obeyed an order after reporting it as unlawful")
        OBJECTIVE_DAMAGE = "objective", _("Followed authority and procedure; objective causes")
        INNOVATION = "innovation", _("Approved innovation for the common good")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")
        OTHER = "other", _("Another case provided by law")

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="explanation")
    text = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    time_limit = models.OneToOneField(
        TimeLimit, on_delete=models.PROTECT, related_name="explanation_request"
    )
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True, default="")
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True, default="")
    exemption = models.CharField(max_length=20, choices=Exemption.choices, blank=True, default="")
    circumstances = models.TextField(blank=True, default="")
    late_reason = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    silent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    silent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.record_id} {self.asked_at}"

    @property
    def is_settled(self) -> bool:
        """Whether it was answered, or its silence recorded."""
        return self.answered_at is not None or self.silent_at is not None
