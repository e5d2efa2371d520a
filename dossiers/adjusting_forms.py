"""Forms that ask for another due date, decide about it, and suspend."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import TextField
from deadlines.fields import DateField
from deadlines.models import Adjustment
from dossiers.forms import DocRefField, DossierActForm

_DAY_HELP = gettext_lazy("A working day, for example 02/12/2026 or 02/12.")


class _ReasonField(TextField):
    """A reason in a few lines."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            **{
                "label": gettext_lazy("Reason"),
                "max_length": 2000,
                "widget": forms.Textarea(attrs={"rows": 4}),
                **kwargs,
            }
        )


def _reasons(*without: str) -> list[tuple[str, Any]]:
    return [(value, text) for value, text in Adjustment.Reason.choices if value not in without]


class ExtensionForm(DossierActForm):
    """What the head of the owing agency asks for."""

    wanted_on = DateField(label=gettext_lazy("New last day asked for"), help_text=_DAY_HELP)
    reason_class = forms.ChoiceField(
        label=gettext_lazy("Class of reason"), choices=_reasons(Adjustment.Reason.ERROR)
    )
    reason = _ReasonField(
        help_text=gettext_lazy("What is missing, from whom, and what has been done so far.")
    )


class ProposalForm(DossierActForm):
    """What the City Office proposes; lifting only where the obligation can fall away."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is proposed"),
        widget=forms.RadioSelect,
        choices=[
            (Adjustment.Kind.CORRECTION, gettext_lazy("Correct the due date")),
            (
                Adjustment.Kind.WAIVER,
                gettext_lazy("Lift the obligation: nothing is owed any more"),
            ),
        ],
    )
    wanted_on = DateField(
        label=gettext_lazy("Corrected last day"),
        help_text=gettext_lazy("Only for a correction: a working day, for example 02/12/2026."),
        required=False,
    )
    reason_class = forms.ChoiceField(label=gettext_lazy("Class of reason"), choices=_reasons())
    reason = _ReasonField()

    def __init__(self, *args: Any, may_lift: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not may_lift:
            self.fields["kind"].choices = self.fields["kind"].choices[:1]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_correction = data.get("kind") == Adjustment.Kind.CORRECTION
        if is_correction and not data.get("wanted_on") and "wanted_on" not in self.errors:
            self.add_error("wanted_on", _("Write the new last day."))
        return data


class DecisionForm(DossierActForm):
    """A leader's answer: one of two buttons, the day that is granted, words for the agency."""

    granted_on = DateField(
        label=gettext_lazy("New last day granted"), help_text=_DAY_HELP, required=False
    )
    document = DocRefField(
        label=gettext_lazy("Number and symbol of the document"),
        help_text=gettext_lazy("If there is one, for example 512/UBND-TH."),
        required=False,
    )
    answer = TextField(
        label=gettext_lazy("Answer"),
        help_text=gettext_lazy("Needed for a refusal; the person who asked will read it."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, has_day: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not has_day:
            del self.fields["granted_on"]

    def wants_grant(self) -> bool:
        """Which of the two buttons was pressed."""
        return self.data.get("viec") == "dong-y"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.data.get("viec") not in {"dong-y", "khong-dong-y"}:
            raise forms.ValidationError(_("Choose to grant or to refuse."), code="undecided")
        if not self.wants_grant() and not data.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Say why it is refused; the person who asked will read it."))
        return data


class SuspensionForm(DossierActForm):
    """The order to let a limit stand still: never without document, reason and end."""

    until_on = DateField(label=gettext_lazy("Suspended to the end of"), help_text=_DAY_HELP)
    until_on.widget.attrs |= {
        "hx-get": "",
        "hx-trigger": "change, input changed delay:400ms",
        "hx-target": "#consequence",
        "hx-select": "#consequence",
        "hx-swap": "outerHTML",
    }
    document = DocRefField(
        label=gettext_lazy("Number and symbol of the document"),
        help_text=gettext_lazy("The document that orders it, for example 512/UBND-TH."),
    )
    reason = _ReasonField()


class ResumptionForm(DossierActForm):
    """Why a suspended limit runs on earlier than ordered."""

    reason = _ReasonField()
