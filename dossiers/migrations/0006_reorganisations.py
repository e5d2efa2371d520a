import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_initial"),
        ("dossiers", "0005_one_home_for_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reorganisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("merge", "Merger"),
                            ("rename", "Change of name"),
                            ("close", "Closure with a successor"),
                            ("split", "Division"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "Being prepared"),
                            ("ready", "Waiting for the second person"),
                            ("approved", "Approved, waiting for its day"),
                            ("applied", "Carried out"),
                            ("stopped", "Stopped: something had changed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="preparing",
                        max_length=10,
                    ),
                ),
                ("effective_on", models.DateField()),
                ("document", models.CharField(max_length=60)),
                ("document_on", models.DateField()),
                ("heirs", models.JSONField(default=list)),
                ("choices", models.JSONField(default=dict)),
                ("fingerprint", models.CharField(blank=True, default="", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("prepared_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("remark", models.TextField(blank=True, default="")),
                ("moved", models.JSONField(default=dict)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("formers", models.ManyToManyField(related_name="+", to="agencies.agency")),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "approved")),
                        fields=["effective_on"],
                        name="reorganisation_to_apply",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="reorganisation_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "applied"]), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="reorganisation_decided_by",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="consultation", name="consultation_open_once"),
        migrations.AddField(
            model_name="consultation",
            name="moved",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.UniqueConstraint(
                models.F("dossier"),
                models.F("agency"),
                condition=models.Q(
                    ("answered_at__isnull", True), ("moved", False), ("silent_at__isnull", True)
                ),
                name="consultation_open_once",
            ),
        ),
    ]
