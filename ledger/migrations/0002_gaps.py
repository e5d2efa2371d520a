"""Numbers of events that were passed over by the sealing, so that it need not look at all others."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("first", models.BigIntegerField(primary_key=True, serialize=False)),
                ("last", models.BigIntegerField()),
                ("noticed_at", models.DateTimeField(db_default=Now())),
            ],
        ),
    ]
