"""The agencies' and the City Office's desk."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "dossiers"
