"""The form of an evidence pack."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.dates import local_day
from agencies.models import Agency
from deadlines.fields import DateField, read_date
from inspections.forms.parts import AgencyField


class PackForm(forms.Form):
    """An agency and a period: local dates, both included. It changes nothing."""

    agency = AgencyField(
        label=gettext_lazy("Agency"),
        help_text=gettext_lazy("Name or code, with or without marks."),
    )
    first = DateField(label=gettext_lazy("First day of the period"))
    last = DateField(label=gettext_lazy("Last day of the period"))
    required_css_class = "is-required"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any):
        today = local_day(now)
        initial = {"first": today.replace(month=1, day=1), "last": today}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["agency"].among = self._among(today)
        for name in ("first", "last"):
            self.fields[name].today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The period ends before it begins."))
        return data

    def _among(self, today: date) -> QuerySet[Agency]:
        """The agency of the button that was pressed; else those of the last day, because a code may
        live on in another agency; else any that existed in the period."""
        said = {name: str(self.data.get(name, "")) for name in ("unit", "agency", "first", "last")}
        if said["unit"].isdecimal():
            return Agency.objects.filter(pk=int(said["unit"][:18]))
        last = read_date(said["last"], today) or today
        living = Agency.objects.as_of(last)
        if living.called(said["agency"]).exists() or living.search(said["agency"]).exists():
            return living
        first = read_date(said["first"], today) or last
        return Agency.objects.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=last),
            Q(valid_to__isnull=True) | Q(valid_to__gte=first),
        )
