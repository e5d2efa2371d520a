"""The same letter logged twice: number and symbol, agency and year agree with an earlier dossier.

It happens, and is sometimes right (a number used twice, a letter replaced), so it is said once and
the person decides; nothing is refused for good, and nothing happens in silence.
"""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.dates import local_day
from agencies.models import Agency
from dossiers.models import Dossier


def earlier_twin(
    agency: Agency, letter_ref: str, year: int, *, besides: Dossier | None = None
) -> Dossier | None:
    """The latest other dossier of an agency under the same number and symbol in a local year.

    A dossier without the date of its letter counts in the year in which it was logged. One query.
    """
    same = Dossier.objects.filter(agency=agency, letter_ref=letter_ref).exclude(
        pk=besides.pk if besides else None
    )
    in_year = Q(letter_on__year=year) | Q(letter_on__isnull=True, created_at__year=year)
    return same.filter(in_year).order_by("-created_at", "-pk").first()


class TwinForm(forms.Form):
    """A form that asks once before the same letter is entered a second time."""

    twin_known = forms.BooleanField(
        label=gettext_lazy("It is another submission: log it all the same"), required=False
    )
    twin: Dossier | None = None

    def ask_about_twin(self, data: dict[str, Any], stored: Dossier | None, today: date) -> None:
        """Send the form back with the earlier dossier unless the person has seen it already."""
        agency, ref, on = data.get("agency"), data.get("letter_ref"), data.get("letter_on")
        if not agency or not ref:
            return
        year = (on or today).year
        if stored and stored.letter_ref == ref and _year_of(stored) == year:
            return  # it was asked when this was entered
        twin = earlier_twin(agency, ref, year, besides=stored)
        if twin is None:
            return
        self.twin = twin
        if not data.get("twin_known"):
            self.add_error(
                "twin_known",
                forms.ValidationError(
                    _("%(ref)s of %(year)s is logged already, as %(code)s.")
                    % {"ref": ref, "year": year, "code": twin.code},
                    code="twin",
                ),
            )


def _year_of(dossier: Dossier) -> int:
    return (dossier.letter_on or local_day(dossier.created_at)).year
