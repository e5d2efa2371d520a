"""What pages of acts share about time: a form that knows its day, the strip of a limit to come."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.fields import ActForm, FilesField
from agencies.dates import local_day
from deadlines import strips
from deadlines.calendar import CalendarNotPublished
from deadlines.fields import DateField
from deadlines.published import published
from deadlines.rules import rule_on
from deadlines.views import not_published_sentence


class DatedActForm(ActForm):
    """A form that knows whose it is and the local day on which it is filled in."""

    def __init__(self, *args: Any, by: Actor, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by, self.now, self.today = by, now, local_day(now)
        for field in self.fields.values():
            if isinstance(field, FilesField):
                field.belongs_to(by.author.id, now)
            elif isinstance(field, DateField):
                field.today = self.today

    def not_ahead(self, name: str) -> date | None:
        """A date on paper that may not lie after today."""
        value = self.cleaned_data.get(name)
        if value and value > self.today:
            raise forms.ValidationError(
                _("This date cannot be after today (%(today)s). Check the day and month.")
                % {"today": f"{self.today:%d/%m/%Y}"},
                code="ahead",
            )
        return value


def due_preview(rule_code: str, now: datetime) -> dict[str, Any]:
    """For a page: the strip of the limit that would start now, shown before anything is sent.

    Empty without a rule; the sentence of refusal where the calendar is missing.
    """
    if not rule_code:
        return {}
    rule = rule_on(rule_code, local_day(now))
    try:
        strip = strips.for_rule(rule, now, now=now, calendar=published().calendar)
    except CalendarNotPublished as refusal:
        return {"calendar_missing": not_published_sentence(refusal)}
    return {"strip": strip}
