"""Whether this process can serve: the database answers and has every migration of this version."""

from functools import lru_cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def missing_migrations() -> list[str]:
    """The migrations of this version that the database does not have; one query.

    Raises ``DatabaseError`` when the database does not answer.
    """
    recorder = MigrationRecorder(connection)
    applied = recorder.applied_migrations()
    return sorted(f"{app}.{name}" for app, name in _known() - set(applied))


def is_reachable() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@lru_cache(maxsize=1)
def _known() -> frozenset[tuple[str, str]]:
    """The migrations in the files of this version, read once: they do not change under us."""
    return frozenset(MigrationLoader(None).disk_migrations)
