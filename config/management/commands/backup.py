"""A backup of everything into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.backup import taking
from config.backup.archive import Damaged


class Command(BaseCommand):
    help = (
        "Write rows and files into one file, from one snapshot, while people work. "
        "Exit status: 0 taken; 1 taken, but files were damaged in the store already (named); "
        "2 not taken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file; {date} is today's local date")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        name = str(options["file"]).replace("{date}", f"{timezone.localtime(now):%Y-%m-%d}")
        path = Path(name)
        try:
            taken = taking.take(path, now=now)
        except FileExistsError:
            raise CommandError(f"{path} exists already; name a new file.", returncode=2) from None
        except (OSError, Damaged) as error:
            raise CommandError(f"No backup was taken: {error}", returncode=2) from error
        number = sum(table["rows"] for table in taken.manifest["tables"].values())
        self.stdout.write(
            f"{path}: {number} rows, {len(taken.manifest['files'])} files, {taken.size} bytes\n"
            f"sha256 {taken.sha256}\n"
            f"ledger {taken.manifest['ledger']['seq']} {taken.manifest['ledger']['digest']}"
        )
        for file in taken.damaged:
            self.stderr.write(f"{file['wrong']}: {file['table']} {file['key']} ({file['path']})")
        if taken.damaged:
            raise CommandError(
                f"{len(taken.damaged)} files were damaged in the store and are not in it.",
                returncode=1,
            )
