"""Wiring: the contracts in SQL are put in place after every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from config import contracts


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        pre_migrate.connect(contracts.remove_before_migrate, dispatch_uid="config.unview")
        post_migrate.connect(contracts.install_after_migrate, dispatch_uid="config.views")
