"""Publish the head of the chain outside the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from ledger import chain


class Command(BaseCommand):
    help = "Seal what is open, then write the chain's head to a file of the day and print its path."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.LEDGER_HEADS_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        chain.seal_all(thorough=True)
        self.stdout.write(str(chain.publish(options["to"], now=timezone.localtime())))
