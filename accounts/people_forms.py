"""What an administrator fills in about posts, in the order of the paper that gives them."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import ActForm, TextField
from accounts.roles import Role
from agencies.models import Agency

_DAY = forms.DateInput(
    format="%d/%m/%Y", attrs={"autocomplete": "off", "placeholder": "dd/mm/yyyy"}
)


class DayField(forms.DateField):
    """A local date as people write it: 25/11/2026, 25.11.26, 2026-11-25."""

    default_error_messages = {"invalid": _("Write the date as day/month/year: 05/02/2026.")}

    def __init__(self, **kwargs: Any):
        formats = [f"%d{sign}%m{sign}{year}" for sign in "/.-" for year in ("%Y", "%y")]
        super().__init__(input_formats=[*formats, "%Y-%m-%d"], widget=_DAY, **kwargs)


class AgencyChoice(forms.ModelChoiceField):
    """Agencies by name, with their codes."""

    def label_from_instance(self, agency: Agency) -> str:
        return f"{agency.name} ({agency.code})"


class ProposeForm(ActForm):
    """A post for another person, as the decision on paper states it."""

    role = forms.ChoiceField(
        label=_("Role"),
        help_text=_("It carries the rights; the table of rights says which."),
        choices=[("", "---------"), *Role.choices],
    )
    agency = AgencyChoice(
        label=_("Agency"),
        help_text=_("None for City leaders."),
        queryset=Agency.objects.none(),
        to_field_name="code",
        required=False,
    )
    post = TextField(
        label=_("Title of the post"),
        help_text=_("As on the paper, for example Records clerk."),
        max_length=150,
    )
    acting = forms.BooleanField(label=_("In charge for the time being (acting)"), required=False)
    started_on = DayField(label=_("First day"))
    ended_on = DayField(label=_("Last day"), required=False)
    reason = TextField(
        label=_("Decision or reason"),
        help_text=_("Number and date of the decision, or why the person gets the post."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.as_of(today).in_order()


class DecideForm(ActForm):
    """Confirm or refuse; a refusal says why."""

    answer = TextField(
        label=_("Reason, if you refuse"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EndForm(ActForm):
    """The end of a post. ``seen`` is the end that the page showed."""

    seen = forms.DateField(widget=forms.HiddenInput, required=False)
    ended_on = DayField(
        label=_("Last day"),
        help_text=_("Today: the rights end at once. A later day: with the end of that day."),
    )
    reason = TextField(
        label=_("Decision or reason"),
        help_text=_("Number and date of the decision, or why the post ends."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
