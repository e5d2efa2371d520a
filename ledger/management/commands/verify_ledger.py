"""Recompute the ledger's chain, compare what it pins, and name what is broken."""

from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger import chain, pins

#: Enough to see what happened; more would hide it.
MOST_NAMED = 100


class Command(BaseCommand):
    help = (
        "Verify the ledger row by row, then the papers and files that it pins. "
        "Exit status: 0 whole, 1 broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--heads", type=Path, help="directory of published heads")
        parser.add_argument(
            "--files", action="store_true", help="read every stored file and recompute its SHA-256"
        )

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
        found = pins.faults(with_bytes=options["files"])
        named = list(islice(found, MOST_NAMED + 1))
        if named:
            lines = [f"BROKEN {fault}" for fault in named[:MOST_NAMED]]
            lines += ["BROKEN … and more"] if len(named) > MOST_NAMED else []
            raise CommandError("\n".join(lines), returncode=1)
        self.stdout.write(f"whole: {count} links")
