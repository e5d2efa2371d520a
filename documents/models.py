"""Official papers as they were issued, and the series that number them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Agency


class Series(models.Model):
    """The numbers of one symbol of one agency in one year: 1, 2, 3 … without gap or double.

    Without a holder it numbers what this software keeps for the whole city: dossiers and tasks.
    A row of its own, locked by whoever takes a number: a number goes back when its paper is not
    stored, which no database sequence would do (Nghị định 30/2020 Điều 15 khoản 1).
    """

    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    symbol = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("holder", "symbol", "year", name="series_once"),
            models.UniqueConstraint(
                "symbol",
                "year",
                condition=models.Q(holder__isnull=True),
                name="series_of_the_city_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol}/{self.year}"


class Paper(models.Model):
    """One issued paper: number, and everything it says, copied at that moment. Never changed.

    ``content`` is plain JSON, enough to print it again for ever; ``digest`` is the SHA-256 of its
    canonical form together with number, series and kind. ``about_kind`` and ``about_code`` name the
    object that it settles, as the ledger does.
    """

    class Kind(models.TextChoices):
        """Types of paper by their code in Nghị định 30/2020, Phụ lục III; a letter has none."""

        PLAN = "KH", _("Plan")
        DECISION = "QĐ", _("Decision")
        RECORD = "BB", _("Record")
        SUBMISSION = "TTr", _("Submission letter")
        NOTICE = "TB", _("Notice")
        LETTER = "CV", _("Official letter")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="papers")
    number = models.PositiveIntegerField()
    ref = models.CharField(max_length=60)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    about_kind = models.CharField(max_length=40)
    about_code = models.CharField(max_length=120)
    title = models.CharField(max_length=500)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )

    class Meta:
        constraints = [models.UniqueConstraint("series", "number", name="paper_number_once")]
        indexes = [models.Index(fields=["about_kind", "about_code"], name="paper_about")]

    def __str__(self) -> str:
        return self.ref


class PaperVoid(models.Model):
    """That a paper was declared void: by whom, when and why. It keeps its number."""

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="void")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.paper_id}"
