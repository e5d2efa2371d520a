"""Wiring: the contracts in SQL are put in place after every migration, checks are found."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules

from config import contracts


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        autodiscover_modules("checks")  # they ask models, which this module may not load
        pre_migrate.connect(contracts.remove_before_migrate, dispatch_uid="config.unview")
        post_migrate.connect(contracts.install_after_migrate, dispatch_uid="config.views")
