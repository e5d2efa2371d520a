"""Running limits know when their dossier was logged, so that a list of them has every order.

PostgreSQL finds words in them by their trigrams too, if its extension pg_trgm is there
(``0004_lists_that_clerks_love``).
"""

import django.utils.timezone
from django.db import DatabaseError, migrations, models, transaction

FILL = """
    UPDATE dossiers_running SET created_at = (
        SELECT d.created_at FROM dossiers_dossier d WHERE d.id = dossiers_running.dossier_id)
"""
CREATE_INDEX = (
    "CREATE INDEX IF NOT EXISTS running_search_trigrams "
    "ON dossiers_running USING gin (search_key gin_trgm_ops)"
)


def index_words(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(CREATE_INDEX)
    except DatabaseError:
        return  # no pg_trgm: the search is slower, nothing else


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS running_search_trigrams")


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0008_letters")]

    operations = [
        migrations.AddField(
            "running",
            "created_at",
            models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "running",
            models.Index(
                fields=["-created_at", "-dossier", "due_at", "state", "urgency", "agency"],
                name="running_newest",
            ),
        ),
        migrations.RunPython(index_words, drop_index),
    ]
