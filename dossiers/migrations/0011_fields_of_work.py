"""The fields that dossiers name are listed by an index, however many dossiers there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0009_running_limits_newest_first")]

    operations = [
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                condition=models.Q(("field__gt", "")), fields=["field"], name="dossier_by_field"
            ),
        ),
    ]
