"""Forms of letters about late time limits. One form, one verb."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import TextField
from deadlines.acts import DatedActForm
from deadlines.calendar import CalendarNotPublished
from deadlines.fields import DateField
from deadlines.models import TimeLimit
from deadlines.published import published
from documents.layout import Urgency
from dossiers.forms import DossierActForm
from dossiers.letter_papers import Asked, Sorry

#: Working days that a reminder gives unless somebody writes another day.
DAYS_TO_ANSWER = 3
LONG = 20000
URGENCIES = [
    (Urgency.NORMAL.value, gettext_lazy("Normal")),
    (Urgency.URGENT.value, gettext_lazy("Urgent")),
    (Urgency.VERY_URGENT.value, gettext_lazy("Very urgent")),
    (Urgency.EXPRESS.value, gettext_lazy("Express")),
]


def usual_day(today: date) -> date | None:
    """The day that a letter asks for unless somebody writes another; nothing beyond the published
    calendar."""
    try:
        return published().calendar.add_working_days(today, DAYS_TO_ANSWER)
    except CalendarNotPublished:
        return None


class ReminderForm(DatedActForm):
    """Which late limits of one agency a letter is about, until when, and its words.

    ``drafted_for`` says for which choice the text was drafted: a text that speaks of three limits
    is not issued with two before somebody has looked at it.
    """

    limits = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Late time limits"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose at least one time limit."),
            "invalid_choice": gettext_lazy(
                "Some of these time limits are no longer late. Look at the list again."
            ),
        },
        widget=forms.CheckboxSelectMultiple,
    )
    new_due_on = DateField(
        label=gettext_lazy("Answer asked for by the end of"),
        help_text=gettext_lazy("The letter asks for this day. The time limit itself stays late."),
    )
    explain = forms.BooleanField(
        label=gettext_lazy("Ask for an explanation of the delay too"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "on"}),
    )
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=URGENCIES, required=False)
    text = TextField(
        label=gettext_lazy("Text of the letter"),
        help_text=gettext_lazy(
            "Drafted from the data; change what you like. Each line is a paragraph. The table of "
            "several time limits follows the first one."
        ),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    drafted_for = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, late: Sequence[TimeLimit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.late = list(late)
        self.fields["limits"].choices = [(limit.pk, limit.subject_code) for limit in self.late]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        if data["new_due_on"] <= self.today:
            self.add_error("new_due_on", _("Choose a day after today: the agency needs time."))
        elif data.get("drafted_for") != self.choice():
            self.add_error(
                "text",
                _("The choice was changed after this text was drafted. Draft it anew, or read it "
                  "and press again."),
            )  # fmt: skip
            self.data = self.data.copy()
            self.data["drafted_for"] = self.choice()
        return data

    def choice(self) -> str:
        """What the text depends on, in one word."""
        data = self.cleaned_data
        return choice_of(data["limits"], data["new_due_on"], explain=data["explain"])

    def chosen(self) -> list[TimeLimit]:
        return [limit for limit in self.late if limit.pk in set(self.cleaned_data["limits"])]

    def asked(self) -> Asked:
        """What was entered, for the verb."""
        data = self.cleaned_data
        return Asked(data["new_due_on"], data["explain"], data["urgency"], data.get("text", ""))


def choice_of(keys: Sequence[int], day: date, *, explain: bool) -> str:
    """The choice for which a text was drafted."""
    return f"{','.join(map(str, sorted(keys)))} {day.isoformat()} {int(explain)}"


class VoidLetterForm(DatedActForm):
    """Why a letter is void."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ApologyForm(DossierActForm):
    """The slip to the citizen or business behind a dossier, in the order of the paper."""

    to = TextField(
        label=gettext_lazy("To"),
        help_text=gettext_lazy("The citizen, business or organisation that waits for the result."),
        max_length=200,
    )
    address = TextField(label=gettext_lazy("Address"), max_length=300, required=False)
    matter = TextField(
        label=gettext_lazy("Matter"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    received_on = DateField(label=gettext_lazy("Received on"))
    promised_on = DateField(
        label=gettext_lazy("Day promised for the result"),
        help_text=gettext_lazy("As on the receipt that the citizen holds."),
    )
    reason = TextField(
        label=gettext_lazy("Reason for the delay"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    new_on = DateField(
        label=gettext_lazy("New day for the result"),
        help_text=gettext_lazy("A day is put off once: choose one that will be kept."),
    )
    place_of_return = TextField(
        label=gettext_lazy("Where the result is handed over"),
        help_text=gettext_lazy("Left empty: the one-stop desk."),
        max_length=200,
        required=False,
    )
    contact = TextField(
        label=gettext_lazy("Whom to ask"),
        help_text=gettext_lazy("Name and telephone number."),
        max_length=200,
    )

    def clean_received_on(self) -> date | None:
        return self.not_ahead("received_on")

    def clean(self) -> dict[str, Any]:
        """The days in their order, each said beside its field; the verb asks the same."""
        data = super().clean()
        received, promised = data.get("received_on"), data.get("promised_on")
        new = data.get("new_on")
        if received and promised and promised < received:
            self.add_error("promised_on", _("This day lies before that of receipt."))
        if new and new <= self.today:
            self.add_error("new_on", _("The new day lies after today."))
        elif new and promised and new <= promised:
            self.add_error("new_on", _("The new day lies after the day that was promised."))
        return data

    def said(self) -> Sorry:
        """What was entered, for the verb."""
        return Sorry(**{name: self.cleaned_data[name] for name in Sorry.__dataclass_fields__})
