"""Read every stored file again and name those whose bytes are not what was sent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import file_check


class Command(BaseCommand):
    help = "Recompute the SHA-256 of every stored file. Exit status: 0 all whole, 1 some damaged."

    def handle(self, *args: Any, **options: Any) -> None:
        seen = file_check.check_files(timezone.now())
        for damage in seen.damaged:
            self.stderr.write(
                f"{damage.wrong}: {damage.table} {damage.public_id} “{damage.name}” ({damage.path})"
            )
        if seen.damaged:
            raise CommandError(f"{len(seen.damaged)} of {seen.files} files damaged", returncode=1)
        self.stdout.write(f"whole: {seen.files} files, {seen.size} bytes")
