"""The ladder of warnings of a rule: show it, or give the rule a new version with another one."""

import getpass
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actors
from accounts.refusals import Refused
from agencies.dates import local_day
from deadlines import ruling, rungs
from deadlines.models import LimitRule
from deadlines.rungs import Rung, Told


class Command(BaseCommand):
    help = (
        "Show the warning ladder of each rule version; with --rung, --from and --document give a "
        "rule a new version, for limits that begin on that day or later."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rule", nargs="?", help='code of a rule, "agency_report"')
        parser.add_argument(
            "--rung",
            action="append",
            metavar="DAYS:WHO[,WHO]",
            help=f"working days from the last day, and whom it tells ({', '.join(Told)}): "
            "--rung=-1:officer --rung=1:head,office",
        )
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat)
        parser.add_argument("--document", default="", help="the text that orders it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rung"]:
            self._change(options)
        found = LimitRule.objects.order_by("code", "version")
        if options["rule"]:
            found = found.filter(code=options["rule"])
        for rule in found:
            ladder = "  ".join(_said(rung) for rung in rungs.read(rule.warning_rungs))
            self.stdout.write(f"{rule}\t{rule.valid_from}\t{ladder or 'no warnings'}")

    def _change(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if not options["rule"]:
            raise CommandError("Name the rule.")
        try:
            ruling.change_ladder(
                options["rule"],
                [_read(text) for text in options["rung"]],
                valid_from=options["valid_from"] or local_day(now),
                document=options["document"],
                by=actors.job(f"warning_rungs/1 ({getpass.getuser()})"),
                now=now,
            )
        except (Refused, ValueError) as refusal:
            raise CommandError(str(refusal)) from None


def _read(text: str) -> Rung:
    """A rung as typed. Raises ``ValueError``."""
    days, _colon, names = text.partition(":")
    return Rung(int(days), tuple(Told(name.strip()) for name in names.split(",")))


def _said(rung: Rung) -> str:
    return f"{rung.days:+d}:{','.join(rung.told)}"
