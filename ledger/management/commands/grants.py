"""Print what the application's database role is granted, or check the role that is in use."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import grants


class Command(BaseCommand):
    help = (
        "Print the SQL that gives a role of PostgreSQL what the application needs and nothing that "
        "rewrites history: run it as the owner of the tables after every migrate. With --check: "
        "exit status 1 when the role of this connection could rewrite history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", default="dunghan_app")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                self._check()
                return
            for statement in grants.statements(options["role"]):
                self.stdout.write(f"{statement};")
        except (grants.NoRoles, grants.BadName) as error:
            raise CommandError(str(error), returncode=2) from None

    def _check(self) -> None:
        found = grants.rewritable()
        if found:
            named = ", ".join(f"{right} {table}" for table, right in found)
            raise CommandError(f"This role could rewrite history: {named}.", returncode=1)
        self.stdout.write("This role can add to history and not rewrite it.")
