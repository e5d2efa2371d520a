"""The what-if calculator."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deadlines.fields import MomentField
from deadlines.models import LimitRule


class CalculatorForm(forms.Form):
    """A rule of the directive or a free amount, and the moment of the event."""

    quy_tac = forms.ChoiceField(label=_("Rule"), required=False)
    bat_dau = MomentField(
        label=_("Moment of the event"),
        help_text=_(
            "For example 15:00 20/11/2026, 20/11 or “hôm nay”. The day itself is not counted."
        ),
    )
    so_ngay = forms.IntegerField(
        label=_("Number of days"),
        required=False,
        min_value=1,
        max_value=366,
        help_text=_("Only for “another time limit”."),
    )
    don_vi = forms.ChoiceField(
        label=_("Counted in"), choices=LimitRule.UnitChoice.choices, required=False
    )

    OTHER = "khac"

    def __init__(self, *args: Any, rules: list[LimitRule], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rules = {rule.code: rule for rule in rules}
        self.fields["quy_tac"].choices = [
            *((rule.code, rule.name) for rule in rules),
            (self.OTHER, _("Another time limit")),
        ]
        self.fields["bat_dau"].today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("quy_tac") == self.OTHER and not data.get("so_ngay"):
            self.add_error("so_ngay", _("Enter the number of days, from 1 to 366."))
        return data

    def chosen(self) -> LimitRule:
        """The rule to count with; a free one is made for the moment and stored nowhere."""
        data = self.cleaned_data
        if data["quy_tac"] in self.rules:
            return self.rules[data["quy_tac"]]
        return LimitRule(
            code=self.OTHER,
            version=1,
            name=str(_("Another time limit")),
            amount=data["so_ngay"],
            unit=data["don_vi"] or LimitRule.UnitChoice.WORKING_DAY,
            legal_source="Bộ luật Dân sự 2015 Điều 147, Điều 148",
        )
