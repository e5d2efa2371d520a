"""Demo data into an empty database: invented people, real agencies, the real calendar."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from config import demo
from deadlines.calendar import CalendarNotPublished
from deadlines.views import not_published_sentence


class Command(BaseCommand):
    help = "Load demo data into a database without accounts. Never in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dossiers", type=int, default=400, help="how many (400)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another city")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("Demo data are never loaded where DUNGHAN_ENV=production."))
        if options["dossiers"] < 0:
            raise CommandError(_("--dossiers needs a number from 0."))
        try:
            demo.load(dossiers=options["dossiers"], seed=options["seed"], now=timezone.now())
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        except CalendarNotPublished as missing:
            raise CommandError(not_published_sentence(missing)) from None
        self.stdout.write(demo.accounts_text())
