"""When is it due, and who has passed it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from deadlines import tallying


class DeadlinesConfig(AppConfig):
    name = "deadlines"

    def ready(self) -> None:
        pre_migrate.connect(tallying.remove_before_migrate, dispatch_uid="deadlines.no_tally")
        post_migrate.connect(tallying.install_after_migrate, dispatch_uid="deadlines.tally")
