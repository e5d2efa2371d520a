"""People, the posts they hold and when, roles, sign-in, inbox; and the files that are kept."""

from django.apps import AppConfig

from accounts import kept_files
from ledger import pins


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        pins.register_bytes("files", kept_files.damaged)
