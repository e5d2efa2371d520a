"""The form of an agency's internal units: one abbreviation each, and a unit more."""

import hashlib
import json
import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import TextField
from accounts.units import NewUnit
from deadlines.acts import DatedActForm

#: As groups of a symbol are written: capitals and digits, no blank (Nghị định 30/2020, Phụ lục I).
_CODE = re.compile(r"^[A-ZĐ][A-ZĐ0-9&.]*$")


class CodeField(TextField):
    """An abbreviation as it stands in the symbol of a letter."""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=12, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        code = super().clean(value).strip().upper()
        if code and not _CODE.match(code):
            raise forms.ValidationError(
                _("Write capitals and digits without blanks or hyphens, for example CCVC."),
                code="invalid",
            )
        return code


class UnitsForm(DatedActForm):
    """``seen`` marks what the form was opened on."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    new_name = TextField(
        label=gettext_lazy("Another unit"),
        help_text=gettext_lazy("Its name as in the decision that set it up."),
        max_length=200,
        required=False,
    )
    new_code = CodeField(label=gettext_lazy("Abbreviation of the other unit"))

    def __init__(self, *args: Any, units: dict[int, tuple[str, str]], **kwargs: Any):
        self.units = units
        kwargs["initial"] = {"seen": mark_of(units), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for key, (name, code) in units.items():
            self.fields[f"unit_{key}"] = CodeField(label=name, initial=code)
        self.order_fields(
            ["form_key", "seen", *(f"unit_{key}" for key in units), "new_name", "new_code"]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("new_code") and not data.get("new_name"):
            self.add_error("new_name", _("Write the name of the unit."))
        return data

    def codes(self) -> dict[int, str]:
        """The abbreviation of each unit, as entered."""
        return {key: self.cleaned_data[f"unit_{key}"] for key in self.units}

    def added(self) -> NewUnit | None:
        """The unit to be added, if one was entered."""
        data = self.cleaned_data
        return NewUnit(data["new_name"], data["new_code"]) if data["new_name"] else None


def mark_of(units: dict[int, tuple[str, str]]) -> str:
    """One word for the names and abbreviations of all units."""
    text = json.dumps(sorted((key, *said) for key, said in units.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
