"""Dossiers, what was directed and answered about them, and their files."""

import uuid

from django.db import models
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency, InternalUnit
from deadlines.models import TimeLimit
from dossiers.querysets import AttachmentQuerySet, DossierQuerySet
from dossiers.states import State


class Urgency(models.TextChoices):
    """The urgency mark of the tờ trình."""

    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")
    VERY_URGENT = "very_urgent", _("Very urgent")
    EXPRESS = "express", _("Express")


class Dossier(models.Model):
    """One submission to the City People's Committee: a tờ trình with its draft and annexes.

    ``letter_on`` and the other ``_on`` dates are as the paper states them; ``_at`` instants are the
    server's. ``version`` grows with every change: a form saves only what it was opened on.
    """

    code = models.CharField(max_length=60, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    unit = models.ForeignKey(InternalUnit, on_delete=models.PROTECT, null=True, blank=True)
    officer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    matter = models.CharField(max_length=500)
    urgency = models.CharField(max_length=20, choices=Urgency.choices, default=Urgency.NORMAL)
    letter_ref = models.CharField(max_length=60, blank=True, default="")
    letter_on = models.DateField(null=True, blank=True)
    signed_by = models.CharField(max_length=150, blank=True, default="")
    signed_on = models.DateField(null=True, blank=True)
    initialled_by = models.CharField(max_length=150, blank=True, default="")
    initialled_on = models.DateField(null=True, blank=True)
    gate_exception = models.TextField(blank=True, default="")
    state = models.CharField(max_length=30, choices=State.choices)
    round = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    field = models.CharField(max_length=60, blank=True, default="")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    imported_batch = models.UUIDField(null=True, blank=True)
    search_key = models.TextField()

    objects = DossierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="dossier_state_known"),
        ]
        indexes = [
            # What lists filter by stands behind what they sort by: an index answers without rows.
            models.Index(
                fields=["-created_at", "-id", "state", "urgency", "agency"], name="dossier_newest"
            ),
            models.Index(
                fields=["agency", "-created_at", "-id", "state", "urgency", "search_key"],
                name="dossier_by_agency",
            ),
            models.Index(
                fields=["state", "-created_at", "-id", "urgency", "agency"], name="dossier_by_state"
            ),
            models.Index(
                fields=["urgency", "-created_at", "-id", "state", "agency"],
                name="dossier_by_urgency",
            ),
            models.Index(
                fields=["state", "urgency", "-created_at", "-id", "agency"], name="dossier_by_both"
            ),
            models.Index(fields=["submitted_at", "agency", "round"], name="dossier_quality"),
            models.Index(
                fields=["submitted_at", "agency"],
                condition=~Q(gate_exception=""),
                name="dossier_exceptions",
            ),
            models.Index(fields=["officer", "-created_at", "-id"], name="dossier_by_officer"),
            models.Index(fields=["unit", "-created_at", "-id"], name="dossier_by_unit"),
            models.Index(fields=["agency", "letter_ref"], name="dossier_by_letter"),
            models.Index(fields=["field"], condition=Q(field__gt=""), name="dossier_by_field"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.matter}"


class Attachment(models.Model):
    """A file of a dossier, kept byte for byte under its SHA-256; only policy hands it out."""

    class Purpose(models.TextChoices):
        LETTER = "letter", _("Signed submission letter")
        DRAFT = "draft", _("Initialled draft")
        ANNEX = "annex", _("Annex")
        REPORT = "report", _("Report of the agency")
        NOTICE = "notice", _("Notice or document issued")
        OFFICE_DRAFT = "office_draft", _("Draft of the City Office")
        OPINION = "opinion", _("Opinion of a consulted agency")
        MINUTES = "minutes", _("Minutes of the meeting")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT)
    added_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def size_text(self) -> str:
        """The size as people say it."""
        return filesizeformat(self.size)


class Direction(models.Model):
    """A City leader's direction to explain or supplement; it starts the agency's limit."""

    class Kind(models.TextChoices):
        EXPLAIN = "explain", _("Explain")
        SUPPLEMENT = "supplement", _("Supplement the dossier")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="directions")
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    time_limit = models.OneToOneField(TimeLimit, on_delete=models.PROTECT, related_name="direction")

    class Meta:
        constraints = [models.UniqueConstraint("dossier", "round", name="direction_once_per_round")]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.round}"


class Report(models.Model):
    """The agency's answer to a direction: drafted by anyone at the agency, sent by its head."""

    direction = models.OneToOneField(Direction, on_delete=models.PROTECT, related_name="report")
    text = models.TextField(blank=True, default="")
    ref = models.CharField(max_length=60, blank=True, default="")
    stated_on = models.DateField(null=True, blank=True)
    late_reason = models.TextField(blank=True, default="")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], name="report_sent"),
            models.Index(fields=["sent_at"], condition=~Q(late_reason=""), name="report_late"),
        ]

    def __str__(self) -> str:
        return f"{self.direction_id} {self.ref}"


class Conclusion(models.Model):
    """What a City leader concluded; it starts the City Office's limit to draft the document."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="conclusion")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField()
    time_limit = models.OneToOneField(
        TimeLimit, on_delete=models.PROTECT, related_name="conclusion"
    )

    def __str__(self) -> str:
        return f"{self.dossier_id}"


class Notice(models.Model):
    """The notice or document that settles the matter, as filed by the City Office."""

    conclusion = models.OneToOneField(Conclusion, on_delete=models.PROTECT, related_name="notice")
    ref = models.CharField(max_length=60)
    issued_on = models.DateField()
    late_reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="notice_filed")]

    def __str__(self) -> str:
        return self.ref
