"""The nightly reading of the file store: what is damaged is named before anybody needs it."""

import logging
from dataclasses import asdict
from datetime import datetime

from accounts import actors, kept_files
from accounts.kept_files import Seen
from agencies.dates import local_day
from ledger import recording

logger = logging.getLogger(__name__)

JOB = "file check/1"
#: The entry names so many files; the log names all of them.
MOST_NAMED = 100


def check_files(now: datetime) -> Seen:
    """Read every kept file again, log an error for each damaged one, and enter the run."""
    seen = kept_files.walk()
    for damage in seen.damaged:
        logger.error(
            "stored file %s: %s (%s %s)", damage.wrong, damage.path, damage.table, damage.public_id
        )
    with recording.recorded():
        recording.append(
            by=actors.job(JOB).author,
            action="files_checked",
            kind="file_store",
            code=f"{local_day(now):%Y-%m-%d}",
            now=now,
            after={
                "files": seen.files,
                "bytes": seen.size,
                "damaged": len(seen.damaged),
                "named": [asdict(damage) for damage in seen.damaged[:MOST_NAMED]],
            },
        )
    return seen
