"""A Celery worker for whose outbox the office is always open: drills run by night too."""

import sys

import django

django.setup()

from datetime import timedelta  # noqa: E402 - the settings come first

from config.celery import app  # noqa: E402
from deadlines.mailing import hours  # noqa: E402

hours.opened_at = lambda now: now - timedelta(hours=1)
app.worker_main(["worker", *sys.argv[1:]])
