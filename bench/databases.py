"""A database at size: PostgreSQL or SQLite, filled by few statements, thrown away or kept.

``BENCH_DOSSIERS`` says how many dossiers there are (100,000 unless told), ``BENCH_DATABASE=sqlite``
takes SQLite. ``BENCH_KEEP`` names a folder in which the filled database stays for the next run;
migrations that are newer than it are applied.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.urls import get_resolver

from tests.postgres import find_postgres, start_postgres


@contextmanager
def at_size() -> Iterator[tuple[int, datetime]]:
    """The settings point to a filled database: how many dossiers, and the instant of its now."""
    count = int(os.environ.get("BENCH_DOSSIERS", "100000"))
    on_sqlite = os.environ.get("BENCH_DATABASE") == "sqlite"
    name = f"{'sqlite' if on_sqlite else 'postgres'}-{count}"
    with _folder(name) as folder, _database(folder, on_sqlite):
        from bench import filling  # noqa: PLC0415  models, after django.setup()

        mark = folder / "filled"
        if not mark.exists():
            begun = time.perf_counter()
            now = datetime.now(UTC).replace(microsecond=0)
            filling.fill(count, now)
            mark.write_text(now.isoformat(), encoding="ascii")
            print(f"filled in {time.perf_counter() - begun:.0f} s")
        print(f"{connection.vendor}, {count:,} dossiers")
        yield count, datetime.fromisoformat(mark.read_text(encoding="ascii"))


@contextmanager
def empty() -> Iterator[None]:
    """The settings point to a throw-away database with tables, guards and reference data."""
    on_sqlite = os.environ.get("BENCH_DATABASE") == "sqlite"
    with (
        tempfile.TemporaryDirectory(prefix="dunghan-bench-") as folder,
        _database(Path(folder), on_sqlite),
    ):
        print(connection.vendor)
        yield


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    if kept := os.environ.get("BENCH_KEEP"):
        folder = Path(kept).resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="dunghan-bench-") as made:
        yield Path(made)


@contextmanager
def _database(folder: Path, on_sqlite: bool) -> Iterator[None]:
    """A database with the tables, guards and reference data of an installation."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["VAR_DIR"] = str(folder / "var")
    os.environ["STATICFILES_BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    folder.chmod(0o755)
    server = None
    if on_sqlite:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'bench.sqlite3'}"
    else:
        programs = find_postgres()
        if programs is None:
            raise SystemExit("No PostgreSQL was found: install it, or BENCH_DATABASE=sqlite.")
        server = start_postgres(programs, folder / "postgres")
        host = folder / "postgres"
        os.environ["DATABASE_URL"] = f"postgres://postgres@/postgres?host={host}"
    try:
        django.setup()
        get_resolver().url_patterns  # noqa: B018  all modules now, not after the filling
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        yield
    finally:
        connection.close()
        if server:
            server.stop()
