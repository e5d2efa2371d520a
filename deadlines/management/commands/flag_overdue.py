"""One sweep from a terminal."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deadlines import sweeping
from deadlines.fields import read_instant
from deadlines.models import OverdueFlag
from deadlines.wording import day_text


class Command(BaseCommand):
    help = "Flag every limit that has passed its end; print what was flagged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", help="look as of this instant (ISO 8601), not the clock")

    def handle(self, *args: Any, **options: Any) -> None:
        run = sweeping.flag_overdue(self._instant(options["now"]))
        flags = OverdueFlag.objects.filter(run=run).select_related("time_limit", "agency")
        for flag in flags.order_by("due_at", "pk"):
            due = timezone.localtime(flag.due_at)
            self.stdout.write(
                f"{flag.time_limit.code}\t{flag.agency.name}\t"
                f"{day_text(flag.time_limit.due_on)}\t{due.isoformat()}"
            )
        self.stdout.write(f"flagged: {run.flagged}")

    def _instant(self, text: str | None) -> datetime:
        clock = timezone.now()
        if text is None:
            return clock
        try:
            instant = read_instant(text)
        except ValueError as error:
            raise CommandError(f"--now: {error}") from None
        if settings.PRODUCTION and instant > clock:
            raise CommandError("--now lies ahead; a breach that has not happened is not flagged.")
        return instant
