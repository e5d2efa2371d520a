"""Local dates of Hanoi."""

from datetime import date, datetime

from django.utils import timezone


def local_day(moment: datetime) -> date:
    """The date in Asia/Ho_Chi_Minh at an instant, whatever zone the server or the value is in."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()
