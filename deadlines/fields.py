"""Dates and times as people type them: 5/2, 05/02/2026, hôm nay."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.text import search_key
from deadlines.wording import WEEKDAYS

_WORDS = {
    "hom nay": 0, "nay": 0, "today": 0,
    "hom qua": -1, "qua": -1, "yesterday": -1,
    "hom kia": -2, "ngay mai": 1, "mai": 1, "tomorrow": 1,
}  # fmt: skip
_WEEKDAY = re.compile(r"^(?:(t[2-7]|cn),?\s+)?(.*)$", re.IGNORECASE | re.DOTALL)
_PARTS = re.compile(r"^(\d{1,2})[/\-. ](\d{1,2})(?:[/\-. ](\d{4}|\d{2}))?$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")


def read_date(text: str, today: date) -> date | None:
    """The date that a person means, or ``None``. Without a year it is this year's.

    It may follow its weekday, as our own pages write it ("T4 25/11/2026"); a date that is not on
    that weekday is a slip, and no date.
    """
    words = search_key(text)
    if words in _WORDS:
        return today + timedelta(days=_WORDS[words])
    weekday, text = _WEEKDAY.match(text.strip()).groups()
    found = _numbers(text, today)
    if found and weekday and WEEKDAYS[found.weekday()] != weekday.upper():
        return None
    return found


def _numbers(text: str, today: date) -> date | None:
    if iso := _ISO.match(text):
        year, month, day = map(int, iso.groups())
    elif parts := _PARTS.match(text):
        day, month = int(parts[1]), int(parts[2])
        year = int(parts[3]) if parts[3] else today.year
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_instant(text: str) -> datetime:
    """The aware instant of a text in ISO 8601; without an offset it is Hanoi's time, a bare date is
    its midnight. ``ValueError`` with a sentence for anything else."""
    try:
        instant = parse_datetime(text.strip())
        if instant and timezone.is_naive(instant):
            instant = timezone.make_aware(instant)
        if instant:
            timezone.localtime(instant), instant.astimezone(UTC)  # the first and last days do not
            return instant
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        gettext("“%(text)s” is not an instant. Write it as 2026-11-25T15:00:00+07:00.")
        % {"text": text}
    )


class DateField(forms.Field):
    """A local date; ``today`` is set by the form. Bad input is kept as typed and explained."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Write the date as day/month/year, for example 05/02/2026, or “hôm nay”."),
    }

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.today: date | None = None
        self.widget.attrs.update(inputmode="text", autocomplete="off", placeholder="dd/mm/yyyy")

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        found = read_date(str(value), self.today)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


class MomentField(DateField):
    """A local date with an optional time (09:30 25/11/2026, 25/11/2026 09:30); aware, local."""

    default_error_messages = {
        "invalid": _("Write the moment as 09:30 25/11/2026, or only the date."),
    }
    _iso_sign = re.compile(r"(?<=\d)T(?=\d)")
    _time = re.compile(r"\b([01]?\d|2[0-3])[:hg]([0-5]\d)\b")

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        text = self._iso_sign.sub(" ", str(value))
        clock = self._time.search(text)
        day = read_date(self._time.sub("", text).strip(), self.today)
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        at = time(int(clock[1]), int(clock[2])) if clock else time(9, 0)
        return timezone.make_aware(datetime.combine(day, at))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%H:%M %d/%m/%Y}"
        return value
