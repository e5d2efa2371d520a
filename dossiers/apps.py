"""The agencies' and the City Office's desk."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from dossiers import pinned, running


class DossiersConfig(AppConfig):
    name = "dossiers"

    def ready(self) -> None:
        pinned.pin_dossiers()
        pre_migrate.connect(running.remove_before_migrate, dispatch_uid="dossiers.not_running")
        post_migrate.connect(running.install_after_migrate, dispatch_uid="dossiers.running")
