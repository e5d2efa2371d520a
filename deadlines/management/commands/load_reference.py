"""Calendar, rules and agencies into an empty or older database."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from deadlines.reference import load_reference


class Command(BaseCommand):
    help = "Load agencies, calendar and rules. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = load_reference(now=timezone.now())
        self.stdout.write(", ".join(f"{name}: {count} changed" for name, count in changed.items()))
