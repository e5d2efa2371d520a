"""A backup put into an empty database, or only checked."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone

from config.backup import restoring
from config.backup.archive import Damaged


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty, migrated database of the settings, and prove that it is "
        "the same. Exit status: 0 restored (or whole, with --check); 1 the backup is damaged "
        "(named); 2 it does not fit here; 3 what was restored differs. Unless 0, no row is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="read it and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            if options["check"]:
                manifest = restoring.check(path)
            else:
                manifest = restoring.restore(path, now=timezone.now())
        except Damaged as error:
            for fault in error.faults[: restoring.MOST_NAMED]:
                self.stderr.write(f"DAMAGED {fault}")
            number = len(error.faults)
            raise CommandError(f"The backup is damaged: {number} faults.", returncode=1) from error
        except (restoring.Refused, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        except (restoring.NotTheSame, IntegrityError) as error:
            raise CommandError(f"Nothing was restored: {error}", returncode=3) from error
        number = sum(table["rows"] for table in manifest["tables"].values())
        done = "whole" if options["check"] else "restored"
        self.stdout.write(
            f"{done}: {number} rows, {len(manifest['files'])} files, taken at "
            f"{manifest['taken_at']}, ledger {manifest['ledger']['seq']}"
        )
        for file in manifest["damaged"]:
            self.stderr.write(f"not in it: {file['wrong']} {file['table']} ({file['path']})")
