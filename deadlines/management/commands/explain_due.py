"""The due date and why, from a terminal: one, or a CSV file of many."""

import csv
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.dates import local_day
from deadlines import rules, strips
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.counting import MAX_AMOUNT, Unit
from deadlines.models import LimitRule
from deadlines.published import published
from deadlines.views import not_published_sentence


class Command(BaseCommand):
    help = "Explain a due date. Exit status: 0 answered, 1 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rule", default="agency_report")
        parser.add_argument("--from", dest="started_at", help="the event, ISO 8601")
        parser.add_argument("--amount", type=int)
        parser.add_argument("--unit", choices=[unit.value for unit in Unit])
        parser.add_argument("--csv", type=Path, help="columns started_at,rule[,amount,unit]")

    def handle(self, *args: Any, **options: Any) -> None:
        calendar = published().calendar
        if options["csv"]:
            self._many(options["csv"], calendar)
        elif options["started_at"]:
            self._one(calendar, options)
        else:
            raise CommandError("Give --from INSTANT or --csv FILE.")

    def _one(self, calendar: Calendar, options: dict[str, Any]) -> None:
        try:
            started_at = _instant(options["started_at"])
            rule = _rule(options["rule"], started_at, options["amount"], options["unit"])
            explanation = rules.explain(calendar, rule, started_at)
            strip = strips.for_rule(rule, started_at, now=timezone.now(), calendar=calendar)
        except (ValueError, Refused, CalendarNotPublished) as refusal:
            raise CommandError(_sentence(refusal)) from None
        due_at = timezone.localtime(explanation.due_at)
        self.stdout.write(f"due_at {due_at.isoformat()}")
        self.stdout.write(strip.due_text)
        self.stdout.write("\n".join(strips.as_text(explanation)))
        self.stdout.write(strip.sentence)
        if strip.other_reading:
            self.stdout.write(strip.other_reading)

    def _many(self, path: Path, calendar: Calendar) -> None:
        """The same rows with ``due_at``; a row that cannot be counted stops nothing but the exit
        status, its sentence goes to the error stream with the row's number."""
        refused = 0
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error
        reader = csv.DictReader(text.splitlines(), strict=True)
        names = reader.fieldnames or []
        if "started_at" not in names or "rule" not in names:
            raise CommandError(f"{path} needs the columns started_at,rule[,amount,unit].")
        writer = csv.DictWriter(self.stdout, [*names, "due_at"], lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(reader, start=2):
            try:
                started_at = _instant(row["started_at"])
                amount = int(row["amount"]) if row.get("amount") else None
                rule = _rule(row["rule"], started_at, amount, row.get("unit") or None)
                due_at = rules.due_at(calendar, rule, started_at)
                row["due_at"] = timezone.localtime(due_at).isoformat()
            except (ValueError, Refused, CalendarNotPublished) as refusal:
                refused += 1
                row["due_at"] = ""
                self.stderr.write(f"{path.name}:{number}: {_sentence(refusal)}")
            writer.writerow(row)
        if refused:
            sys.exit(1)


def _instant(text: str) -> datetime:
    """An aware instant; without an offset it is local, a bare date is its midnight."""
    instant = parse_datetime(text.strip())
    if instant is None and (day := parse_date(text.strip())):
        instant = datetime(day.year, day.month, day.day)
    if instant is None:
        raise ValueError(_("“%(text)s” is not an instant.") % {"text": text})
    return timezone.make_aware(instant) if timezone.is_naive(instant) else instant


def _rule(code: str, started_at: datetime, amount: int | None, unit: str | None) -> LimitRule:
    """The rule in force on that day, with another amount or unit when asked; never saved.

    The rule in force today also answers for days before the directive (worked examples).
    """
    try:
        rule = rules.rule_on(code.strip(), local_day(started_at))
    except rules.NoSuchRule:
        first = LimitRule.objects.filter(code=code.strip()).order_by("version").first()
        if first is None:
            raise
        rule = first
    if amount is not None:
        if not 1 <= amount <= MAX_AMOUNT:
            raise ValueError(
                _("The amount must lie between 1 and %(most)d.") % {"most": MAX_AMOUNT}
            )
        rule.amount = amount
    if unit is not None:
        rule.unit = Unit(unit.strip())
    return rule


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, CalendarNotPublished):
        return not_published_sentence(refusal)
    return str(refusal)
