"""Organisations as they were on a date: kinds, internal units, mergers and successors."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.querysets import AgencyQuerySet


class Kind(models.TextChoices):
    """Kinds of agency that submit dossiers to the City People's Committee."""

    DEPARTMENT = "so", _("Department")
    DEPARTMENT_EQUIVALENT = "co_quan_ngang_so", _("Department-equivalent agency")
    CITY_OFFICE = "van_phong", _("City Office")
    PROJECT_BOARD = "ban_qlda", _("Project management board")
    URBAN_DISTRICT = "quan", _("Urban district (until 30/6/2025)")
    RURAL_DISTRICT = "huyen", _("Rural district (until 30/6/2025)")
    TOWN = "thi_xa", _("Town (until 30/6/2025)")
    WARD = "phuong", _("Ward")
    COMMUNE = "xa", _("Commune")


class Agency(models.Model):
    """One agency in one period of its life; the key is (code, valid_from).

    ``valid_from`` and ``valid_to`` are local dates, both inclusive; empty means "before 2020" and
    "still". A code may live on in a new agency after a merger (SNV, STC, SXD, SKHCN in 2025).
    """

    code = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successors = models.ManyToManyField("self", symmetrical=False, related_name="predecessors")
    source = models.TextField()
    search_key = models.CharField(max_length=300, db_index=True)
    sort_key = models.CharField(max_length=700)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("code", "valid_from", name="agency_code_from"),
            models.UniqueConstraint(
                "code", condition=Q(valid_from__isnull=True), name="agency_code_first"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=F("valid_to")),
                name="agency_validity_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_valid_on(self, day: date) -> bool:
        """Whether the agency existed on a local date."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class InternalUnit(models.Model):
    """A section or division inside an agency (phòng, bộ phận).

    ``code`` is its abbreviation in the symbols of letters that it drafts ("CCVC" in "SNV-CCVC");
    without one a letter names the agency alone.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint("agency", "name", name="unit_name_in_agency")]

    def __str__(self) -> str:
        return self.name
