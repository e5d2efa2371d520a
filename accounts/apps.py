"""People, the posts they hold and when, roles, sign-in, inbox."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
