"""Lists of a million dossiers: first running limits in a table of their own, covering indexes.

What a list filters by stands in the index that it is sorted by; the pages of desks and of impossible
orders get indexes on what they look at. The table is filled from limits and dossiers.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: As it was when this was written; ``dossiers.running`` has the present form.
FILL = """
    INSERT INTO dossiers_running (dossier_id, agency_id, state, urgency, search_key, due_at)
    SELECT d.id, d.agency_id, d.state, d.urgency, d.search_key, MIN(l.due_at)
    FROM dossiers_dossier d
    JOIN deadlines_timelimit l ON l.subject_code = d.code AND l.met_at IS NULL
    GROUP BY d.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("dossiers", "0006_reorganisations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Running",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="running",
                        serialize=False,
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafting", "Being drafted at the agency"),
                            ("submitted", "Submitted, waiting to be received"),
                            ("form_returned", "Returned for form or missing documents"),
                            ("under_verification", "Under verification at the City Office"),
                            ("with_leader", "With the City leadership"),
                            ("consulting", "Opinions of agencies are being asked"),
                            ("explanation_due", "Waiting for explanation or supplement"),
                            ("meeting_scheduled", "Waiting for the meeting"),
                            ("office_drafting", "City Office is drafting the notice or document"),
                            ("issued", "Issued"),
                            ("closed", "Closed"),
                            ("rejected", "Not accepted"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("normal", "Normal"),
                            ("urgent", "Urgent"),
                            ("very_urgent", "Very urgent"),
                            ("express", "Express"),
                        ],
                        max_length=20,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("search_key", models.TextField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="dossier",
            name="dossier_newest",
        ),
        migrations.RemoveIndex(
            model_name="dossier",
            name="dossier_by_agency",
        ),
        migrations.RemoveIndex(
            model_name="dossier",
            name="dossier_by_state",
        ),
        migrations.RemoveIndex(
            model_name="dossier",
            name="dossier_by_urgency",
        ),
        migrations.RemoveIndex(
            model_name="holding",
            name="holding_idle",
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["-created_at", "-id", "state", "urgency", "agency"], name="dossier_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["agency", "-created_at", "-id", "state", "urgency", "search_key"],
                name="dossier_by_agency",
            ),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["state", "-created_at", "-id", "urgency", "agency"], name="dossier_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["urgency", "-created_at", "-id", "state", "agency"],
                name="dossier_by_urgency",
            ),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                fields=["state", "urgency", "-created_at", "-id", "agency"], name="dossier_by_both"
            ),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["submitted_at"], name="dossier_submitted"),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("to_at__isnull", True)),
                fields=["last_act_at", "id", "dossier"],
                name="holding_idle",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("to_at__isnull", True)),
                fields=["from_at", "id", "dossier"],
                name="holding_longest",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("to_at__isnull", True)),
                fields=["desk", "agency", "unit", "person", "from_at", "dossier"],
                name="holding_by_hand",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("desk", "office"), ("to_at__isnull", False)),
                fields=["to_at", "from_at", "dossier"],
                name="holding_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["at"], name="notice_filed"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["sent_at"], name="report_sent"),
        ),
        migrations.AddField(
            model_name="running",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddIndex(
            model_name="running",
            index=models.Index(fields=["due_at", "dossier"], name="running_by_due"),
        ),
        migrations.AddIndex(
            model_name="running",
            index=models.Index(fields=["agency", "due_at", "dossier"], name="running_by_agency"),
        ),
        migrations.AddIndex(
            model_name="running",
            index=models.Index(fields=["state", "due_at", "dossier"], name="running_by_state"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
