"""The ledger's application: installs the database guards after every migration."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from ledger import guards


class LedgerConfig(AppConfig):
    name = "ledger"

    def ready(self) -> None:
        connection_created.connect(guards.register_functions, dispatch_uid="ledger.functions")
        pre_migrate.connect(guards.remove_before_migrate, dispatch_uid="ledger.unguard")
        post_migrate.connect(guards.install_after_migrate, dispatch_uid="ledger.guards")
