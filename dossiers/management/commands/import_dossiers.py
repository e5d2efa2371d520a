"""Dossiers from a workbook or a CSV file, from a terminal."""

import io
import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from accounts.actors import Actor
from accounts.models import User
from accounts.refusals import Refused
from agencies.dates import local_day
from dossiers import importing
from dossiers.importing import Outcome, Sheet
from dossiers.importing.lists import by_row
from dossiers.sheets.writing import reject_file


class Command(BaseCommand):
    help = (
        "Enter dossiers from an XLSX or CSV file. History from paper or another system: columns "
        "dossier_code, agency_name, directed_at, reported_at. Submissions that become drafts of "
        "the agency of --user: agency_name, letter_ref, letter_on, matter, urgency. Exit status: 0 "
        "all in, 1 some rows refused (and nothing saved without --good-rows), 2 file refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="our column names → those of the file")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument(
            "--errors", type=Path, help="write refused rows with reasons here (.csv or .xlsx)"
        )
        parser.add_argument(
            "--good-rows", action="store_true", help="enter the good rows, leave the others"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--user", help="who enters the file; without it the system does")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            by = self._actor(options["user"], now)
            if options["errors"]:
                _write(options["errors"], b"")  # a path that cannot be written stops us before
            mapping = options["mapping"] and importing.read_mapping(_bytes(options["mapping"]))
            path = options["file"]
            sheet = importing.read_sheet(_bytes(path), mapping, name=path.name)
            outcome = importing.import_sheet(
                sheet,
                by=by,
                now=now,
                dry_run=options["dry_run"],
                good_rows=options["good_rows"],
            )
            if options["errors"]:
                _write(options["errors"], _rejected(options["errors"], sheet, outcome))
        except Refused as refusal:
            if options["json"]:
                whole = {"row": None, "column": None, "reason": refusal.sentence}
                self._print({"accepted": 0, "rejected": 0, "unchanged": 0, "errors": [whole]})
            raise CommandError(refusal.sentence, returncode=2) from None
        if options["json"]:
            self._print(asdict(outcome))
        else:
            self._say(outcome, dry_run=options["dry_run"], good_rows=options["good_rows"])
        if outcome.errors:
            sys.exit(1)

    def _actor(self, username: str | None, now: datetime) -> Actor:
        if username is None:
            return actors.job("import/1")
        user = User.objects.filter(username=username.strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(
                _("There is no open account “%(name)s”.") % {"name": username}, returncode=2
            )
        return actors.person(user, local_day(now))

    def _print(self, body: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(body, ensure_ascii=False, indent=1))

    def _say(self, outcome: Outcome, *, dry_run: bool, good_rows: bool) -> None:
        for error in outcome.errors:
            where = ", ".join(filter(None, (_("row %(n)d") % {"n": error.row}, error.column)))
            self.stderr.write(f"{where}: {error.reason}")
        counts = {
            "accepted": outcome.accepted,
            "unchanged": outcome.unchanged,
            "rejected": outcome.rejected,
        }
        if outcome.errors and not good_rows:
            text = _("Rows refused: %(rejected)d. Nothing was saved.")
        elif outcome.errors and not dry_run:
            text = _(
                "Entered: %(accepted)d. Here already: %(unchanged)d. Rows refused: %(rejected)d."
            )
        elif dry_run:
            text = _("Would be entered: %(accepted)d. Here already: %(unchanged)d.")
        else:
            text = _("Entered: %(accepted)d. Here already: %(unchanged)d.")
        self.stdout.write(text % counts)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise importing.FileRefused(
            _("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from error


def _rejected(path: Path, sheet: Sheet, outcome: Outcome) -> bytes:
    """The rows to mend: a workbook where the name says so, else CSV that Excel knows as UTF-8."""
    if path.suffix.lower() != ".xlsx":
        return importing.rejected_rows(sheet, outcome.errors).encode("utf-8-sig")
    target = io.BytesIO()
    reject_file(sheet.source, by_row(outcome.errors), target)
    return target.getvalue()


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(
            _("%(path)s cannot be written: %(reason)s.") % {"path": path, "reason": error.strerror},
            returncode=2,
        ) from error
