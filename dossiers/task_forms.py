"""Forms about one assigned task. One form, one verb."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.fields import FilesField, TextField
from agencies.models import Agency
from deadlines import rules
from deadlines.calendar import CalendarNotPublished
from deadlines.fields import DateField
from deadlines.published import published
from deadlines.views import not_published_sentence
from deadlines.wording import day_text
from dossiers.forms import DocRefField, DossierActForm
from dossiers.transitions.assigning import Hands, officers_of
from dossiers.transitions.tasks import Due, TaskReportFacts


class DueFields:
    """The two ways to say until when, checked together; for forms that carry both fields."""

    now: datetime

    def due_of(self, prefix: str = "") -> tuple[Due | None, str]:
        """The due date of the fields with that prefix, and how it reads; errors go to the form."""
        on = self.cleaned_data.get(f"{prefix}due_on")
        number = self.cleaned_data.get(f"{prefix}working_days")
        at = f"{prefix}due_on"
        if self.errors.keys() & {at, f"{prefix}working_days"}:
            return None, ""
        if (on is None) == (number is None):
            self.add_error(at, _("Write a due date, or a number of working days, and not both."))
            return None, ""
        due, calendar = Due(on=on, working_days=number), published().calendar
        try:
            last = due.last_day(self.now)
            rules.named_end(calendar, last, today=self.today)
            left = calendar.working_days_between(self.today, last)
        except rules.NotALastDay as refusal:
            self.add_error(at, refusal.sentence)
            return None, ""
        except CalendarNotPublished as refusal:
            self.add_error(at, not_published_sentence(refusal))
            return None, ""
        days = ngettext("%(n)d working day", "%(n)d working days", left) % {"n": left}
        return due, _("Due by the end of %(day)s: %(days)s from the day after today.") % {
            "day": day_text(last),
            "days": days,
        }


def due_on_field() -> DateField:
    """The date that the document names."""
    return DateField(
        label=gettext_lazy("Due date in the document"),
        help_text=gettext_lazy("A working day, for example 25/12/2026."),
        required=False,
    )


def working_days_field() -> forms.IntegerField:
    """The number of working days that the document gives instead."""
    return forms.IntegerField(
        label=gettext_lazy("or number of working days"),
        help_text=gettext_lazy("Counted from the day after today."),
        min_value=1,
        max_value=366,
        required=False,
    )


class AssignTaskForm(DossierActForm):
    """Unit, officer and the agency's own last day."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"), queryset=Agency.objects.none(), required=False
    )
    officer = forms.ChoiceField(label=gettext_lazy("Officer"), required=False)
    internal_due_on = DateField(
        label=gettext_lazy("Internal due date"),
        help_text=gettext_lazy("The agency's own arrangement. The time limit stays as it is."),
        required=False,
    )

    def __init__(self, *args: Any, lead: Agency, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in officers_of(lead, self.today)}
        self.fields["unit"].queryset = lead.units.order_by("name", "pk")
        self.fields["unit"].empty_label = _("No unit")
        self.fields["officer"].choices = [
            ("", _("Nobody in particular")),
            *((key, user.full_name) for key, user in self.people.items()),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("unit") and not data.get("officer") and not self.errors:
            self.add_error("unit", _("Choose a unit or a person."))
        return data

    def hands(self) -> Hands:
        """What was chosen, for the verb."""
        data = self.cleaned_data
        return Hands(
            unit=data["unit"],
            officer=self.people.get(data["officer"]),
            internal_due_on=data["internal_due_on"],
        )


class ReportTaskForm(DossierActForm):
    """The report on a task; the reason is asked for once the limit has passed."""

    ref = DocRefField(
        label=gettext_lazy("Number and symbol of the report"),
        help_text=gettext_lazy("As on the paper, for example 45/BC-SXD."),
        required=False,
    )
    stated_on = DateField(
        label=gettext_lazy("Date on the report"),
        help_text=gettext_lazy("For example 20/11/2026, 20/11 or “hôm nay”."),
        required=False,
    )
    text = TextField(
        label=gettext_lazy("What was done, and the product"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    report_files = FilesField(label=gettext_lazy("Files"), multiple=True, required=False)
    late_reason = TextField(
        label=gettext_lazy("Reason for the delay"),
        max_length=2000,
        required=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_late: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not is_late:
            del self.fields["late_reason"]

    def clean_stated_on(self) -> date | None:
        return self.not_ahead("stated_on")

    def facts(self) -> TaskReportFacts:
        """What was entered, for the verb."""
        data = self.cleaned_data
        return TaskReportFacts(
            text=data["text"],
            ref=data["ref"],
            stated_on=data["stated_on"],
            late_reason=data.get("late_reason", ""),
        )


class AcceptTaskForm(DossierActForm):
    """The report is accepted, with a word or without."""

    text = TextField(
        label=gettext_lazy("Remark"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SendBackTaskForm(DueFields, DossierActForm):
    """What is missing, and until when the rest is to be done."""

    text = TextField(
        label=gettext_lazy("What is missing"),
        help_text=gettext_lazy("The agency reads this, and the record keeps it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    due_on = due_on_field()
    working_days = working_days_field()

    def __init__(self, *args: Any, now: datetime, **kwargs: Any):
        super().__init__(*args, now=now, **kwargs)
        self.now, self.due, self.preview = now, None, ""
        self.fields["due_on"].label = gettext_lazy("New due date")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.due, self.preview = self.due_of()
        return data
