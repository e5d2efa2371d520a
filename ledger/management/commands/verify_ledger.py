"""Recompute the ledger's chain and name the first broken row."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger import chain


class Command(BaseCommand):
    help = "Verify the ledger row by row. Exit status: 0 whole, 1 broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--heads", type=Path, help="directory of published heads")

    def handle(self, *args: Any, **options: Any) -> None:
        directory = options["heads"]
        try:
            heads = chain.published_heads(directory) if directory else None
        except (chain.UnreadableHeads, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error), returncode=1) from error
        count, faults = chain.verify(now=timezone.now(), heads=heads)
        for fault in faults:
            raise CommandError(
                f"BROKEN at link {fault.seq} (event {fault.event_id}): {fault.text}", returncode=1
            )
        self.stdout.write(f"whole: {count} links")
