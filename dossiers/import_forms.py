"""Forms of an import: the file, and what its person decides about it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.fields import ActForm
from accounts.staging import safe_name
from dossiers.importing.lists import IN_A_BROWSER
from dossiers.sheets.limits import MIB

MOST_MB = IN_A_BROWSER.file_bytes // MIB


class UploadForm(ActForm):
    """One list, as the clerk keeps it."""

    file = forms.FileField(
        label=gettext_lazy("The list"),
        help_text=gettext_lazy(
            "An Excel workbook (.xlsx) or a CSV file, at most 20 MB. Nothing is saved before you "
            "have seen what was found."
        ),
        max_length=None,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
        error_messages={"required": gettext_lazy("Choose the file with the list.")},
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if upload.size and upload.size > IN_A_BROWSER.file_bytes:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Split the list into several files.")
                % {"limit": MOST_MB},
                code="size",
            )
        upload.name = safe_name(upload.name or "")
        return upload


class DecisionForm(ActForm):
    """Which agency each name means that none has, and what is done about rows with errors."""

    ALL, GOOD = "tat-ca", "dong-tot"
    cach = forms.ChoiceField(
        label=gettext_lazy("What is to be entered"),
        choices=[
            (ALL, gettext_lazy("All rows, or nothing at all while one of them has an error")),
            (GOOD, gettext_lazy("The good rows alone; the others come back in a file to mend")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        names: Iterable[Mapping[str, Any]],
        chosen: Mapping[str, int],
        good_rows: bool,
        **kwargs: Any,
    ):
        initial = {"cach": self.GOOD if good_rows else self.ALL}
        super().__init__(*args, initial=initial, **kwargs)
        self.names = list(names)
        self._chosen = chosen
        for name in self.names:
            self.fields[name["field"]] = forms.ChoiceField(
                label=f"“{name['name']}”",
                help_text=ngettext("In %(count)d row.", "In %(count)d rows.", name["rows"])
                % {"count": name["rows"]},
                choices=[
                    ("", _("None of these: the rows stay errors")),
                    *((str(pk), label) for pk, label in name["near"]),
                ],
                required=False,
                initial=str(chosen.get(name["key"], "")),
            )

    @property
    def name_fields(self) -> list[forms.BoundField]:
        """One choice for each name that is not understood."""
        return [self[name["field"]] for name in self.names]

    def agencies(self) -> dict[str, int]:
        """Name → key of the agency that the person chose for it."""
        found = dict(self._chosen)
        for name in self.names:
            found.pop(name["key"], None)
            if value := self.cleaned_data[name["field"]]:
                found[name["key"]] = int(value)
        return found

    def good_rows(self) -> bool:
        """Whether the good rows alone are wanted."""
        return self.cleaned_data["cach"] == self.GOOD
