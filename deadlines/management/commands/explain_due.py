"""The due date and why, from a terminal: one, or a CSV file of many."""

import csv
import io
import sys
from argparse import ArgumentParser
from copy import copy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from agencies.dates import local_day
from deadlines import rules, strips
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.counting import MAX_AMOUNT, Unit
from deadlines.fields import read_instant
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
        try:
            calendar = published().calendar
        except (Refused, CalendarNotPublished) as refusal:
            raise CommandError(_sentence(refusal)) from None
        if options["csv"]:
            self._many(options["csv"], calendar)
        elif options["started_at"]:
            self._one(calendar, options)
        else:
            raise CommandError("Give --from INSTANT or --csv FILE.")

    def _one(self, calendar: Calendar, options: dict[str, Any]) -> None:
        try:
            started_at = read_instant(options["started_at"])
            rule = _in_force(options["rule"].strip(), local_day(started_at))
            rule = _changed(rule, options["amount"], options["unit"])
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
            lines = io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")
            reader = csv.DictReader(lines, strict=True, restval="")
            names, rows = list(reader.fieldnames or []), list(reader)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{path}: {error}") from error
        if "started_at" not in names or "rule" not in names:
            raise CommandError(f"{path} needs the columns started_at,rule[,amount,unit].")
        columns = [*(name for name in names if name != "due_at"), "due_at"]
        writer = csv.DictWriter(self.stdout, columns, "", "ignore", lineterminator="\n")
        writer.writeheader()
        in_force = cache(_in_force)
        for number, row in enumerate(rows, start=2):
            try:
                if None in row:
                    raise ValueError(_("This row has more cells than the first one."))
                started_at = read_instant(row["started_at"])
                amount = _amount(row.get("amount", ""))
                rule = in_force(row["rule"].strip(), local_day(started_at))
                rule = _changed(rule, amount, row.get("unit", "").strip() or None)
                due_at = rules.due_at(calendar, rule, started_at)
                row["due_at"] = timezone.localtime(due_at).isoformat()
            except (ValueError, Refused, CalendarNotPublished) as refusal:
                refused += 1
                row["due_at"] = ""
                self.stderr.write(f"{path.name}:{number}: {_sentence(refusal)}")
            writer.writerow(row)
        if refused:
            sys.exit(1)


def _amount(text: str) -> int | None:
    """A number of days, or ``None`` for an empty cell."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise ValueError(_("“%(text)s” is not a number of days.") % {"text": text})
    return int(text)


def _in_force(code: str, day: date) -> LimitRule:
    """The rule in force on a day; before the directive, the first version of it (what if)."""
    try:
        return rules.rule_on(code, day)
    except rules.NoSuchRule:
        first = LimitRule.objects.filter(code=code).order_by("version").first()
        if first is None:
            raise
        return first


def _changed(rule: LimitRule, amount: int | None, unit: str | None) -> LimitRule:
    """The rule with another amount or unit when asked; never saved."""
    rule = copy(rule)
    if amount is not None:
        if not 1 <= amount <= MAX_AMOUNT:
            raise ValueError(
                _("The amount must lie between 1 and %(most)d.") % {"most": MAX_AMOUNT}
            )
        rule.amount = amount
    if unit is not None:
        if unit not in set(Unit):
            raise ValueError(
                _("“%(text)s” is not a unit: write working_day or calendar_day.") % {"text": unit}
            )
        rule.unit = Unit(unit)
    return rule


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, CalendarNotPublished):
        return not_published_sentence(refusal)
    return str(refusal)
