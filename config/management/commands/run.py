"""``manage.py run``: the whole site from one command, demo data included."""

import contextlib
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.demo import accounts_text
from config.embedded import CannotServe, serve


class Command(BaseCommand):
    help = "Prepare the data, then run queue, web server, worker and beat until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        # A terminal that cannot show Vietnamese gets question marks, not a traceback.
        sys.stdout.reconfigure(errors="replace")
        with contextlib.suppress(KeyboardInterrupt):
            try:
                serve(_port(), self._say, _welcome)
            except CannotServe as error:
                raise CommandError(str(error)) from error
        self._say(_("Stopped."))

    def _say(self, text: str) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except BrokenPipeError:
            # Nobody reads any more (make run | head); that is no reason to stop serving.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _port() -> int:
    """From ``PORT``; 0 means any free one."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise CommandError(_("PORT must be a number from 0 to 65535, not “%s”.") % text)
    return int(text)


def _welcome(address: str) -> str:
    ready = _("The site is ready: %(address)s (Ctrl-C stops it)") % {"address": address}
    # The demo accounts' passwords are known to everybody, so production has none.
    accounts = "" if settings.PRODUCTION else f"\n{accounts_text()}\n"
    return f"\n{ready}\n{accounts}"
