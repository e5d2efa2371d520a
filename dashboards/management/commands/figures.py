"""The dashboard's figures from a terminal, computed by the same code."""

import json
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from django.utils import timezone

from accounts import actors
from accounts.models import User
from agencies.dates import local_day
from dashboards import asof, figures
from dashboards.selection import select
from deadlines.fields import read_instant
from deadlines.models import TimeLimit
from deadlines.querysets import TimeLimitQuerySet


class Command(BaseCommand):
    help = "On time, late, overdue and running time limits; in all and by agency or month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", help="as of this instant (ISO 8601), as it was known then")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="falls due from")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="falls due until")
        parser.add_argument("--by", default="agency", help="agency, month or agency,month")
        parser.add_argument("--filter", default="", help="what a page's address asks (don-vi=12&…)")
        parser.add_argument("--as", dest="user", help="only what this person may see (user name)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        present = timezone.now()
        now = _instant(options["now"]) if options["now"] else present
        groups = [name for name in options["by"].split(",") if name]
        if unknown := set(groups) - set(figures.GROUPS):
            raise CommandError(f"--by knows agency and month, not {', '.join(sorted(unknown))}.")
        asked = QueryDict(options["filter"]).dict()
        for name, day in (("tu", options["first"]), ("den", options["last"])):
            if day:
                asked[name] = day.isoformat()
        limits = select(_seen_by(options["user"], present), asked, asof.at(now, present=present))
        total = figures.total(limits, now)
        rows = figures.grouped(limits, now, groups) if groups else []
        if options["json"]:
            body = {
                "as_of": timezone.localtime(now).isoformat(),
                "total": total.as_dict(),
                "rows": rows,
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"{'':50} {'on time':>8} {'late':>8} {'overdue':>8} {'running':>8}")
        for row in [*rows, {"agency": "total", "month": "", **total.as_dict()}]:
            name = " ".join(filter(None, (row["agency"], row["month"])))
            counts = (row[key] for key in ("on_time", "late", "overdue", "running"))
            self.stdout.write(f"{name:50} " + " ".join(f"{count:8d}" for count in counts))


def _seen_by(username: str | None, present: datetime) -> TimeLimitQuerySet:
    if not username:
        return TimeLimit.objects.all()
    user = User.objects.filter(username=username.lower()).first()
    if user is None:
        raise CommandError(f"Nobody signs in as {username}.")
    return TimeLimit.objects.visible_to(actors.person(user, local_day(present)))


def _instant(text: str) -> datetime:
    """An aware instant; without an offset it is local."""
    try:
        return read_instant(text)
    except ValueError:
        message = "--now needs an instant, for example 2026-11-26T00:00:00+07:00."
        raise CommandError(message) from None
