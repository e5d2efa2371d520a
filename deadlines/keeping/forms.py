"""What a keeper fills in: the circular, the days one by one or from a file, and why."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import ActForm, TextField
from deadlines.calendar import DayKind
from deadlines.fields import DateField
from deadlines.keeping.changes import Circular
from deadlines.keeping.proposed import DayWish
from deadlines.keeping.reading import MOST_DAYS

#: In the list of kinds: the day is again what its weekday says.
USUAL = "usual"


class DayForm(forms.Form):
    """One day. ``legal_source`` and ``provisional`` come with a file and travel unseen."""

    day = DateField(label=gettext_lazy("Day"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Becomes"),
        choices=[
            (DayKind.DAY_OFF, gettext_lazy("Day off")),
            (DayKind.MAKE_UP_DAY, gettext_lazy("Make-up working day")),
            (USUAL, gettext_lazy("As its weekday says")),
        ],
    )
    name = TextField(label=gettext_lazy("Name"), max_length=200, required=False)
    legal_source = TextField(max_length=1000, required=False, widget=forms.HiddenInput)
    provisional = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["day"].today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("day") and data.get("name") and "day" not in self.errors:
            self.add_error("day", _("Write the day."))
        return data

    def wish(self, *, provisional: bool) -> DayWish | None:
        """The day as the person wants it; nothing for an empty line."""
        data = self.cleaned_data
        if not data.get("day"):
            return None
        usual = data["kind"] == USUAL
        return DayWish(
            date=data["day"],
            kind=None if usual else DayKind(data["kind"]),
            name=data["name"],
            legal_source=data["legal_source"],
            provisional=data["provisional"] or provisional,
        )


DayFormSet = forms.formset_factory(
    DayForm, extra=0, max_num=MOST_DAYS, absolute_max=2 * MOST_DAYS, validate_max=True
)


class ChangeForm(ActForm):
    """The circular that orders the change, and what it is about."""

    document = TextField(
        label=gettext_lazy("Number and symbol of the circular"),
        help_text=gettext_lazy("As on the paper, for example 10065/VPCP-KGVX."),
        max_length=60,
    )
    document_on = DateField(label=gettext_lazy("Date of the circular"))
    source = TextField(
        label=gettext_lazy("What it is and who issued it"),
        help_text=gettext_lazy("For example: Official letter of the Government Office."),
        max_length=300,
    )
    reason = TextField(
        label=gettext_lazy("What changes and why"),
        help_text=gettext_lazy("Stands beside every due date that moves."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Publish another year"),
        help_text=gettext_lazy("Only when a whole year is added, for example 2028."),
        required=False,
        min_value=1976,
        max_value=2200,
    )
    provisional = forms.BooleanField(
        label=gettext_lazy("Provisional: the original of the circular has not been read yet"),
        required=False,
    )
    file = forms.FileField(
        label=gettext_lazy("Days from a CSV file"),
        help_text=gettext_lazy(
            "Columns date,kind,name,source in UTF-8. The days are added to the list below, where "
            "you check them."
        ),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["document_on"].today = today

    def clean_document_on(self) -> date:
        day = self.cleaned_data["document_on"]
        if day and day > self.today:
            raise forms.ValidationError(
                _("This date cannot be after today (%(today)s). Check the day and month.")
                % {"today": f"{self.today:%d/%m/%Y}"},
                code="ahead",
            )
        return day

    def circular(self) -> Circular:
        data = self.cleaned_data
        return Circular(data["document"], data["document_on"], data["source"])


class DecisionForm(ActForm):
    """A leader's answer: one of two buttons, on the calendar whose preview was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    answer = TextField(
        label=gettext_lazy("Answer"),
        help_text=gettext_lazy("Needed for a refusal; the person who asked will read it."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class UndoForm(ActForm):
    """Why a change is taken back, and by which document if there is one."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stands beside every due date that moves back."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    document = TextField(
        label=gettext_lazy("Number and symbol of the document"),
        help_text=gettext_lazy("If another document takes the circular back."),
        max_length=60,
        required=False,
    )
