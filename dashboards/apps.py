"""What leaders read: figures and lists, no state of its own."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
