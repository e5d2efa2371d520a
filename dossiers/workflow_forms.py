"""Forms of the acts around direction and answer: assigning, returning, asking, meeting, leaving."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import FilesField, TextField
from accounts.models import User
from agencies.models import Agency, InternalUnit, Kind
from deadlines.fields import DateField, MomentField
from deadlines.wording import day_text
from dossiers.forms import DocRefField, DossierActForm
from dossiers.models import Consultation, Dossier, FormReturn
from dossiers.transitions import Hands, officers_of

#: A kind of at most so many agencies is shown at once; wards and communes open on demand.
FEW = 20


class PersonChoice(forms.ModelChoiceField):
    """People by their names."""

    def label_from_instance(self, user: User) -> str:
        return user.full_name


class AgenciesField(forms.ModelMultipleChoiceField):
    """Agencies to tick, under headings of their kinds."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, agencies: list[Agency]) -> None:
        """Let these be chosen; nothing else is accepted."""
        self.queryset = Agency.objects.filter(pk__in=[agency.pk for agency in agencies])
        order = list(Kind.values)
        in_kinds = sorted(agencies, key=lambda agency: order.index(agency.kind))
        self.choices = [
            (Kind(kind).label, [(agency.pk, agency.name) for agency in members])
            for kind, members in groupby(in_kinds, key=lambda agency: agency.kind)
        ]


@dataclass(frozen=True, slots=True)
class KindOfAgencies:
    """The agencies of one kind to tick; open when one of them is ticked or they are few."""

    label: str
    boxes: list[Any]
    is_open: bool


class SilentChoice(forms.ModelMultipleChoiceField):
    """Agencies that were asked and did not answer."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, asked: Consultation) -> str:
        due = _("end of %(day)s") % {"day": day_text(asked.time_limit.due_on)}
        return f"{asked.agency.name} – {due}"


class AssignForm(DossierActForm):
    """Who inside the agency works on it, and until when by the agency's own reckoning."""

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
    cooperating = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Cooperating units"),
        queryset=InternalUnit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    internal_due_on = DateField(
        label=gettext_lazy("Internal last day"),
        help_text=gettext_lazy("The agency's own arrangement. It moves no time limit."),
        required=False,
    )

    def __init__(self, *args: Any, about: Dossier, **kwargs: Any):
        super().__init__(*args, **kwargs)
        units = InternalUnit.objects.filter(agency=about.agency_id).order_by("name")
        people = [user.pk for user in officers_of(about.agency, self.today)]
        self.fields["officer"].queryset = User.objects.filter(pk__in=people).order_by("full_name")
        if units.exists():
            self.fields["unit"].queryset = self.fields["cooperating"].queryset = units
        else:
            del self.fields["unit"], self.fields["cooperating"]
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
        if data.get("unit") and data["unit"] in (data.get("cooperating") or ()):
            self.add_error("cooperating", _("The lead unit does not cooperate with itself."))
        return data

    def hands(self) -> Hands:
        """What was entered, for the verb."""
        data = self.cleaned_data
        return Hands(
            unit=data.get("unit"),
            officer=data["officer"],
            cooperating=tuple(data.get("cooperating") or ()),
            internal_due_on=data["internal_due_on"],
        )


class ReturnForm(DossierActForm):
    """Why a dossier goes back to its agency."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Class of reason"), choices=FormReturn.Reason.choices
    )
    text = TextField(
        label=gettext_lazy("What is missing or wrong"),
        help_text=gettext_lazy("Everything in one list, so that one return is enough."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class CoverSlipForm(DossierActForm):
    """The City Office's cover slip: what verification found, and what it proposes."""

    summary = TextField(
        label=gettext_lazy("Summary of verification"),
        help_text=gettext_lazy("The content submitted and the opinions of agencies."),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    proposal = TextField(
        label=gettext_lazy("Proposal of the City Office"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ConsultForm(DossierActForm):
    """Which agencies are asked, what, and until when."""

    question = TextField(
        label=gettext_lazy("What is asked"),
        help_text=gettext_lazy("All agencies of this request get the same question."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    due_on = DateField(
        label=gettext_lazy("Last day to answer"),
        help_text=gettext_lazy(
            "Only where the request states one. Without it the rule for opinions counts."
        ),
        required=False,
    )
    agencies = AgenciesField(label=gettext_lazy("Agencies to ask"), queryset=Agency.objects.none())

    def __init__(self, *args: Any, about: Dossier, **kwargs: Any):
        super().__init__(*args, **kwargs)
        today = Agency.objects.as_of(self.today).exclude(pk=about.agency_id)
        mine = self.by.agency_ids()
        self.fields["agencies"].offer(list(today.exclude(pk__in=mine).in_order()))

    @property
    def kinds(self) -> list[KindOfAgencies]:
        """The boxes under the headings of their kinds."""
        boxes = iter(self["agencies"].subwidgets)
        found = []
        for label, members in self.fields["agencies"].choices:
            of_kind = [next(boxes) for _member in members]
            ticked = any(box.data["selected"] for box in of_kind)
            found.append(KindOfAgencies(label, of_kind, ticked or len(of_kind) <= FEW))
        return found


class OpinionForm(DossierActForm):
    """The opinion of an agency that was asked; the position is never left open."""

    position = forms.ChoiceField(
        label=gettext_lazy("Position"),
        choices=[("", gettext_lazy("Choose one")), *Consultation.Position.choices],
    )
    text = TextField(
        label=gettext_lazy("Opinion"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    ref = DocRefField(
        label=gettext_lazy("Number and symbol of the answer"),
        help_text=gettext_lazy("As on the paper, for example 45/STC-NS."),
        required=False,
    )
    opinion_files = FilesField(label=gettext_lazy("Files"), multiple=True, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        says_more = data.get("text") or data.get("opinion_files")
        if data.get("position", "agrees") != Consultation.Position.AGREES and not says_more:
            self.add_error("text", _("Say what the agency thinks otherwise, or attach it."))
        return data


class SilenceForm(DossierActForm):
    """Which agencies let their time limit pass without an answer."""

    consultations = SilentChoice(
        label=gettext_lazy("Agencies that did not answer"), queryset=Consultation.objects.none()
    )

    def __init__(self, *args: Any, silent: list[Consultation], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["consultations"]
        field.queryset = Consultation.objects.filter(
            pk__in=[asked.pk for asked in silent]
        ).select_related("agency", "dossier", "time_limit")
        self.initial.setdefault("consultations", [asked.pk for asked in silent])


class MeetingForm(DossierActForm):
    """When and where the meeting is, and on what."""

    planned_at = MomentField(
        label=gettext_lazy("Time of the meeting"),
        help_text=gettext_lazy("For example 14:00 27/11/2026."),
    )
    place = TextField(label=gettext_lazy("Place"), max_length=200)
    agenda = TextField(
        label=gettext_lazy("What the meeting is to settle"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any):
        super().__init__(*args, now=now, **kwargs)
        self.now = now

    def clean_planned_at(self) -> datetime:
        at = self.cleaned_data["planned_at"]
        if at <= self.now:
            raise forms.ValidationError(_("A meeting is called for a later time."), code="past")
        return at


class RejectForm(DossierActForm):
    """Why a dossier is not accepted."""

    text = TextField(
        label=gettext_lazy("Why the dossier is not accepted"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class WithdrawForm(DossierActForm):
    """Why a head wants the dossier back."""

    reason = TextField(
        label=gettext_lazy("Reason for the withdrawal"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class WithdrawalDecisionForm(DossierActForm):
    """The City Office's answer to a request to withdraw."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("", gettext_lazy("Choose one")),
            ("agree", gettext_lazy("Agree: the dossier is withdrawn")),
            ("refuse", gettext_lazy("Refuse: the dossier goes on")),
        ],
    )
    answer = TextField(
        label=gettext_lazy("Answer to the agency"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("decision") == "refuse" and not data.get("answer"):
            self.add_error("answer", _("Say why it is refused; the person who asked will read it."))
        return data

    def agrees(self) -> bool:
        """Which decision was made."""
        return self.cleaned_data["decision"] == "agree"


class DraftVersionForm(DossierActForm):
    """A version of the document that the City Office is drafting."""

    draft_version_file = FilesField(label=gettext_lazy("The draft (file)"))
    text = TextField(
        label=gettext_lazy("What is new in this version"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
