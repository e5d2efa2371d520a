"""When is it due, and who has passed it."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "deadlines"
