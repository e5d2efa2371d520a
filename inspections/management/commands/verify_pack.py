"""Check an evidence pack with the text that every pack carries, and with the ledger if asked."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inspections.evidence import checking, verifying


class Command(BaseCommand):
    help = (
        "Check an evidence pack (ZIP, or the folder it was taken apart into): names every member "
        "changed, missing or added and every ledger entry whose hash does not recompute. "
        "Exit status: 0 whole, 1 something differs, 2 no pack."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--ledger",
            action="store_true",
            help="also compare the seals and the manifest with the ledger of this installation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            report = verifying.verify(path)
            if options["ledger"]:
                report = checking.beside_the_ledger(report)
        except verifying.Unreadable as error:
            raise CommandError(f"{path}: {error}", returncode=2) from error
        said = verifying.told(report)
        if report.faults:
            raise CommandError(said, returncode=1)
        self.stdout.write(said)
