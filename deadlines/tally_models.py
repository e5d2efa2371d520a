"""How limits ended, counted by month: what analysis pages read instead of every limit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency


class Tally(models.Model):
    """A count to be added up: so many limits of this agency, rule and month ended like this.

    One key may have several rows, some negative: triggers (``deadlines.tallying``) only ever add
    rows, ``tallying.compact`` makes one row of many. Nothing else writes here, and the sums state
    nothing that the limits do not.

    ``agency`` is the one in whose figures a limit counts, ``month`` the first day of the month in
    which it falls due, ``days`` the calendar days (local dates) from its start to its end by being
    met or lifted, 0 while it is open. ``first_kept``: met before the first end that it was given,
    true while it is open.
    """

    class Outcome(models.TextChoices):
        ON_TIME = "on_time", _("Done on time")
        LATE = "late", _("Done late")
        LIFTED = "lifted", _("Lifted")
        OPEN = "open", _("Not met")

    month = models.DateField()
    agency = models.ForeignKey(
        Agency, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    rule = models.ForeignKey(
        "deadlines.LimitRule",
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    first_kept = models.BooleanField()
    days = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["month", "agency", "rule", "outcome", "first_kept", "days", "count"],
                name="tally_by_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.agency_id} {self.outcome} {self.count}"
