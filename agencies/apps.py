"""Organisations as they were on a date."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "agencies"
