"""Indexes for every order and filter of the list of dossiers, and for its search.

PostgreSQL finds words inside ``search_key`` by their trigrams, if its extension pg_trgm is there or
may be created (version 13 and later let the owner of the database do it). Where it is not, the list
works all the same and reads the column from end to end; `CREATE EXTENSION pg_trgm` by an
administrator and the statement below mend it at any time. SQLite always reads the column.
"""

from django.db import DatabaseError, migrations, models, transaction

CREATE_INDEX = (
    "CREATE INDEX IF NOT EXISTS dossier_search_trigrams "
    "ON dossiers_dossier USING gin (search_key gin_trgm_ops)"
)


def index_words(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(CREATE_INDEX)
    except DatabaseError:
        return  # not installed, or not permitted: the search is slower, nothing else


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS dossier_search_trigrams")


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_import_findings")]

    operations = [
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["urgency", "-created_at", "-id"], name="dossier_by_urgency"),
        ),
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["officer", "-created_at", "-id"], name="dossier_by_officer"),
        ),
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["unit", "-created_at", "-id"], name="dossier_by_unit"),
        ),
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["agency", "letter_ref"], name="dossier_by_letter"),
        ),
        migrations.RunPython(index_words, drop_index, elidable=False),
    ]
