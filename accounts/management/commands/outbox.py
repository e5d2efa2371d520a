"""How the outbox stands, which letters were given up, and letting them try again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.mail import desk, sending
from accounts.mail.letters import message_id


class Command(BaseCommand):
    help = "Show the outbox and its dead letters; --again lets them be sent once more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", nargs="*", type=int, metavar="ID", help="these, or all without a number"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["again"] is not None:
            count = sending.revive(now=now, keys=options["again"] or None)
            self.stdout.write(f"{count} will be tried again")
            return
        state = desk.state(now)
        dead = [
            {
                "id": mail.pk,
                "message_id": message_id(mail),
                "recipient": mail.recipient.username,
                "kind": mail.kind,
                "created_at": mail.created_at.isoformat(),
                "tries": mail.tries,
                "error": mail.last_error,
            }
            for mail in desk.dead_letters()[:1000]
        ]
        facts = {
            "waiting": state.waiting,
            "dead": len(dead),
            "last_pass_seconds": int(state.last_pass.total_seconds()) if state.last_pass else None,
            "last_error": state.last_error,
            "delayed": state.is_delayed,
        }
        if options["json"]:
            self.stdout.write(json.dumps({**facts, "dead_letters": dead}, ensure_ascii=False))
            return
        self.stdout.write("  ".join(f"{name}: {value}" for name, value in facts.items()))
        for one in dead:
            self.stdout.write("  ".join(str(value) for value in one.values()))
