"""Give a person an account and a post: how a new installation gets its first people.

As soon as two people can give posts (an administrator, and another or the chief of the City Office)
the command opens accounts and gives none: quality.md §4 rule S7.
"""

import getpass
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actors, appointing, transitions
from accounts.models import User
from accounts.refusals import Refused
from accounts.roles import Role
from agencies.dates import local_day
from agencies.models import Agency
from ledger import recording


class Command(BaseCommand):
    help = "Open an account if it is new, set its password, and appoint the person to a post."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", help="full name, for a new account")
        parser.add_argument("--role", choices=Role.values, help="without it: the account alone")
        parser.add_argument("--post", help='title of the post, "Giám đốc Sở"')
        parser.add_argument("--agency", help="code of the agency; none for City leaders")
        parser.add_argument("--from", dest="started_on", type=date.fromisoformat)
        parser.add_argument("--to", dest="ended_on", type=date.fromisoformat)
        parser.add_argument("--acting", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        by = actors.job(f"appoint/1 ({getpass.getuser()})")
        started_on = options["started_on"] or local_day(now)
        if bool(options["role"]) != bool(options["post"]):
            raise CommandError("--role and --post go together.")
        if options["role"] and appointing.two_can_give(local_day(now)):
            raise CommandError(
                "Posts are given in the browser: an administrator proposes one, another or the "
                "chief of the City Office confirms it. Leave out --role to open the account."
            )
        try:
            with recording.recorded(may_be_idle=True):
                user = self._account(options, by, now)
                if options["role"]:
                    self._appoint(user, options, started_on, by, now)
        except (Refused, ValidationError) as refusal:
            raise CommandError("; ".join(getattr(refusal, "messages", [str(refusal)]))) from None
        self.stdout.write(f"{user.username}: {options['post'] or 'account'}")

    def _appoint(
        self, user: User, options: dict[str, Any], started_on: date, by: actors.Actor, now: datetime
    ) -> None:
        transitions.appoint(
            user,
            role=Role(options["role"]),
            post=options["post"],
            agency=self._agency(options["agency"], started_on),
            started_on=started_on,
            ended_on=options["ended_on"],
            acting=options["acting"],
            by=by,
            now=now,
        )

    def _account(self, options: dict[str, Any], by: actors.Actor, now: Any) -> User:
        username = options["username"].strip().lower()
        user = User.objects.filter(username=username).first()
        if user is None:
            if not options["name"]:
                raise CommandError(f"There is no account “{username}” yet: add --name.")
            user = transitions.open_account(
                username=username, full_name=options["name"], by=by, now=now
            )
            password = self._password()
            validate_password(password, user)
            user.set_password(password)
            user.save(update_fields=["password"])
        return user

    def _password(self) -> str:
        """Typed twice at a terminal, or one line of standard input; never an argument."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
        if first != second:
            raise CommandError("The two passwords differ.")
        return first

    def _agency(self, code: str | None, day: date) -> Agency | None:
        if not code:
            return None
        agency = Agency.objects.as_of(day).filter(code=code).first()
        if agency is None:
            raise CommandError(f"No agency “{code}” existed on {day:%d/%m/%Y}.")
        return agency
