"""The self-check from a terminal."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.operating import self_check
from config.operating.questions import BY_SLUG

#: Enough to see what is wrong; the page lists more.
MOST_NAMED = 100


class Command(BaseCommand):
    help = (
        "Count every open time limit anew and look for orphans and contradictions. "
        "Exit status: 0 nothing found, 1 something found (named)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the run as JSON")
        parser.add_argument(
            "--bytes",
            action="store_true",
            help="also read every stored file, the ledger's chain and what it pins",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = self_check.run(timezone.now(), with_bytes=options["bytes"])
        findings = run.findings.order_by("pk")[:MOST_NAMED]
        if options["json"]:
            body = {
                "started_at": run.started_at.isoformat(),
                "took_ms": run.took_ms,
                "examined": run.examined,
                "found": run.found,
                "counts": run.counts,
                "findings": [
                    {
                        "question": one.question,
                        "kind": one.kind,
                        "code": one.code,
                        "facts": one.facts,
                    }
                    for one in findings
                ],
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            for one in findings:
                title = BY_SLUG[one.question].title
                facts = json.dumps(one.facts, ensure_ascii=False)
                self.stdout.write(f"{one.question}\t{one.kind} {one.code}\t{facts}\t{title}")
            self.stdout.write(
                f"examined: {run.examined['limits']} open time limits, "
                f"{run.examined['dossiers']} dossiers; found: {run.found}; {run.took_ms} ms"
            )
        if run.found:
            raise CommandError(f"{run.found} findings", returncode=1)
