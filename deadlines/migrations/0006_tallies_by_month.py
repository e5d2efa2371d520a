"""How limits ended, by agency, rule and month: counted from the limits, then kept by triggers."""

import django.db.models.deletion
from django.db import migrations, models

#: As it was when this was written; ``deadlines.tallying`` has the present form.
FILL = """
    INSERT INTO deadlines_tally
        (month, agency_id, rule_id, outcome, first_kept, days, count)
    SELECT due_month, COALESCE(charged_to_id, agency_id), rule_id,
        CASE WHEN met_at IS NULL THEN 'open'
             WHEN met_at >= due_at OR breached_at IS NOT NULL THEN 'late'
             WHEN lifted THEN 'lifted' ELSE 'on_time' END,
        COALESCE(met_at < first_due_at, {true}), COALESCE({days}, 0), COUNT(*)
    FROM deadlines_timelimit
    GROUP BY 1, 2, 3, 4, 5, 6
"""
DAYS = {
    "sqlite": "CAST(julianday(date(met_at, '+7 hours'))"
    " - julianday(date(started_at, '+7 hours')) AS integer)",
    "postgresql": "(met_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    " - (started_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
}


def fill(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    true = "1" if vendor == "sqlite" else "true"
    schema_editor.execute(FILL.format(true=true, days=DAYS[vendor]))


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("deadlines", "0005_warning_ladder"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("on_time", "Done on time"),
                            ("late", "Done late"),
                            ("lifted", "Lifted"),
                            ("open", "Not met"),
                        ],
                        max_length=10,
                    ),
                ),
                ("first_kept", models.BooleanField()),
                ("days", models.IntegerField()),
                ("count", models.IntegerField()),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="deadlines.limitrule",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=[
                            "month",
                            "agency",
                            "rule",
                            "outcome",
                            "first_kept",
                            "days",
                            "count",
                        ],
                        name="tally_by_month",
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
