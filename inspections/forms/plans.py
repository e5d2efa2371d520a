"""Forms of plans."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import TextField
from deadlines.acts import DatedActForm
from inspections.forms.parts import MONTHS, AgencyField, text_area
from inspections.models import Plan, PlanItem
from inspections.planning.history import candidates
from inspections.transitions.planning import PlanFacts

MOST_AGENCIES = 200


class PlanForm(DatedActForm):
    """A plan: what it is called and how many agencies come into it in which way."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of plan"), choices=Plan.Kind.choices)
    year = forms.IntegerField(
        label=gettext_lazy("Year of the plan"), min_value=2020, max_value=2100
    )
    title = TextField(
        label=gettext_lazy("Title of the plan"),
        help_text=gettext_lazy(
            "As it reads after “Kế hoạch”, for example “Kiểm tra công vụ năm 2027”."
        ),
        max_length=300,
    )
    theme = text_area(
        gettext_lazy("Theme"),
        rows=3,
        most=2000,
        required=False,
        help_text=gettext_lazy("What is inspected; a thematic plan must name it."),
    )
    by_risk = forms.IntegerField(
        label=gettext_lazy("Agencies chosen by risk"),
        help_text=gettext_lazy(
            "By time limits not kept, dossiers without an act, remedies still owed and the time "
            "since the last visit."
        ),
        min_value=0,
        max_value=MOST_AGENCIES,
        initial=0,
    )
    by_chance = forms.IntegerField(
        label=gettext_lazy("Agencies drawn by lot among the others"),
        help_text=gettext_lazy("So that nobody can be sure of not being visited."),
        min_value=0,
        max_value=MOST_AGENCIES,
        initial=0,
    )

    def __init__(self, *args: Any, plan: Plan | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if plan:
            self.initial = {**values_of(plan), **self.initial}
            self.fields["kind"].disabled = self.fields["year"].disabled = True
        else:
            self.initial.setdefault("year", self.today.year + (self.today.month > 10))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == Plan.Kind.THEMATIC and not data.get("theme"):
            self.add_error("theme", _("A thematic plan names its theme."))
        return data

    def facts(self) -> PlanFacts:
        """What was entered, for the verb."""
        names = PlanFacts.__dataclass_fields__
        return PlanFacts(**{name: self.cleaned_data[name] for name in names})


def values_of(plan: Plan) -> dict[str, Any]:
    """What a plan holds, by field of its form."""
    return {name: getattr(plan, name) for name in PlanFacts.__dataclass_fields__}


class AddAgencyForm(DatedActForm):
    """An agency chosen by a person, with the reason."""

    agency = AgencyField(
        label=gettext_lazy("Agency"), help_text=gettext_lazy("Name or code, with or without marks.")
    )
    month = forms.TypedChoiceField(label=gettext_lazy("Month"), choices=MONTHS, coerce=int)
    theme = TextField(label=gettext_lazy("Theme"), max_length=300, required=False)
    reason = text_area(
        gettext_lazy("Why this agency"),
        rows=3,
        most=1000,
        help_text=gettext_lazy("The reason stands in the plan."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["agency"].among = candidates(self.today)


class ItemForm(DatedActForm):
    """Another month or theme for an agency of a plan, or out of the plan."""

    out = forms.BooleanField(label=gettext_lazy("Take this agency out of the plan"), required=False)
    month = forms.TypedChoiceField(label=gettext_lazy("Month"), choices=MONTHS, coerce=int)
    theme = TextField(label=gettext_lazy("Theme"), max_length=300, required=False)
    reason = text_area(gettext_lazy("Reason for the change"), rows=3, most=1000)

    def __init__(self, *args: Any, item: PlanItem, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial = {"month": item.month, "theme": item.theme, **self.initial}

    @property
    def month_wanted(self) -> int | None:
        """The month, or nothing when the agency is to be taken out."""
        return None if self.cleaned_data["out"] else self.cleaned_data["month"]
