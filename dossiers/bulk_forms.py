"""What one act on many dossiers asks for, once for all of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agencies.models import Agency, InternalUnit
from deadlines.fields import DateField
from dossiers.forms import DossierActForm
from dossiers.transitions.assigning import Hands, officers_of
from dossiers.workflow_forms import PersonChoice


class BulkAssignForm(DossierActForm):
    """Whose work the chosen dossiers are; units and people of the agencies of the dossiers alone.

    The agency's own last day is the same for all: it moves no time limit.
    """

    unit = forms.ModelChoiceField(
        label=gettext_lazy("Lead unit"),
        queryset=InternalUnit.objects.none(),
        required=False,
        empty_label=gettext_lazy("No unit"),
    )
    officer = PersonChoice(
        label=gettext_lazy("Person in charge"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )
    internal_due_on = DateField(
        label=gettext_lazy("Internal last day"),
        help_text=gettext_lazy("The agency's own arrangement. It moves no time limit."),
        required=False,
    )

    def __init__(self, *args: Any, agencies: list[Agency], **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = {user.pk for agency in agencies for user in officers_of(agency, self.today)}
        self.fields["officer"].queryset = User.objects.filter(pk__in=people).order_by("full_name")
        units = InternalUnit.objects.filter(agency__in=agencies).order_by("name", "pk")
        if units.exists():
            self.fields["unit"].queryset = units
        else:
            del self.fields["unit"]
            self.fields["officer"].required = True

    def clean_internal_due_on(self) -> Any:
        day = self.cleaned_data["internal_due_on"]
        if day and day < self.today:
            raise forms.ValidationError(_("Choose today or a later day."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "officer" not in self.errors and not data.get("unit") and not data.get("officer"):
            self.add_error("officer", _("Choose a unit or a person."))
        return data

    def hands(self) -> Hands:
        """What was chosen, for the verb."""
        data = self.cleaned_data
        return Hands(
            unit=data.get("unit"),
            officer=data.get("officer"),
            internal_due_on=data["internal_due_on"],
        )
