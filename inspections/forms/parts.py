"""Fields that several forms of Home Affairs share."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import TextField
from agencies.models import Agency
from deadlines.acts import DatedActForm

MONTHS = [(month, f"{month:02d}") for month in range(1, 13)]


class AgencyField(TextField):
    """An agency by its name or code, marks and case ignored; ``among`` is set by the form."""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=200, **kwargs)
        self.among: QuerySet[Agency] = Agency.objects.none()
        self.widget.attrs.update({"list": "agencies", "autocomplete": "off"})

    def clean(self, value: Any) -> Agency | None:
        words = super().clean(value)
        if not words:
            return None
        exact = list(self.among.called(words)[:2])
        found = exact or list(self.among.search(words)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(
                _("Several agencies fit “%(words)s”. Write the full name or the code.")
                % {"words": words},
                code="several",
            )
        raise forms.ValidationError(
            _("No agency fits “%(words)s”. Write its name or its code.") % {"words": words},
            code="unknown",
        )

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Agency) else value


def text_area(label: Any, *, rows: int = 4, most: int = 20000, **kwargs: Any) -> TextField:
    """A text of several lines."""
    return TextField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class ReasonForm(DatedActForm):
    """An act that needs its reason in writing."""

    reason = text_area(gettext_lazy("Reason"), rows=3, most=2000)
