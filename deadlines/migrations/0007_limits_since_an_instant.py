"""What was begun, met or revised since an instant, and what lies open by the agency charged with it,
each by an index: the morning page counts it among a million limits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0006_tallies_by_month")]

    operations = [
        migrations.AddIndex(
            model_name="duedaterevision",
            index=models.Index(fields=["at"], name="revision_since"),
        ),
        migrations.AddIndex(
            model_name="timelimit",
            index=models.Index(
                condition=models.Q(("met_at__isnull", True)),
                fields=["agency", "charged_to", "due_at"],
                name="limit_open_by_charge",
            ),
        ),
        migrations.AddIndex(
            model_name="timelimit",
            index=models.Index(
                condition=models.Q(("met_at__isnull", False)),
                fields=["met_at"],
                name="limit_met_since",
            ),
        ),
        migrations.AddIndex(
            model_name="timelimit",
            index=models.Index(fields=["started_at"], name="limit_begun_since"),
        ),
    ]
