"""The Celery application and the beat schedule.

Messages carry no facts: losing or doubling one is harmless, because every task reads its work from
the database. Entries expire before the next tick, so a stopped worker never faces a pile of them.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("dunghan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
