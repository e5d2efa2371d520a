import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("deadlines", "0002_the_whole_desk"),
    ]

    operations = [
        migrations.AddField(
            model_name="timelimit",
            name="charged_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AlterField(
            model_name="sweeprun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sweep", "Sweep"),
                    ("met_late", "Met late"),
                    ("import", "Import"),
                    ("revised", "Due date changed after it had passed"),
                    ("moved", "Passed before the agency was reorganised"),
                ],
                max_length=10,
            ),
        ),
    ]
