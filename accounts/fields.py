"""Form fields that lose nothing: plain text in one normal form, and files that survive an error."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts import receipts, staging
from accounts.models import StagedFile
from agencies.text import normalise


class TextField(forms.CharField):
    """Text in NFC without control characters."""

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value)).replace("\r\n", "\n")


class FilesInput(forms.ClearableFileInput):
    """A file input that accepts several files and remembers those already on the server."""

    allow_multiple_selected = True

    def value_from_datadict(
        self, data: Any, files: MultiValueDict, name: str
    ) -> tuple[list[UploadedFile], list[str]]:
        if not hasattr(data, "getlist"):
            return files.getlist(name), []
        dropped = set(data.getlist(f"{name}_drop"))
        kept = [token for token in data.getlist(f"{name}_staged") if token not in dropped]
        return files.getlist(name), kept

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class FilesField(forms.Field):
    """Files of one purpose. Every good file is kept at once, so that a form sent back for another
    reason still has it; ``staged`` lists what the server holds for this form."""

    widget = FilesInput
    is_files = True

    def __init__(self, *, multiple: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.multiple = multiple
        self.owner_id: int | None = None
        self.now: datetime | None = None
        self.staged: list[StagedFile] = []
        self.widget.attrs["accept"] = ",".join(f".{kind}" for kind in staging.ALLOWED_TYPES)
        self.widget.attrs["multiple"] = multiple

    def belongs_to(self, owner_id: int, now: datetime) -> None:
        """Whose files these are, and when they come."""
        self.owner_id, self.now = owner_id, now

    def clean(self, value: tuple[list[UploadedFile], list[str]]) -> list[StagedFile]:
        uploads, tokens = value
        earlier = list(self._held(tokens))
        errors, fresh = [], []
        for upload in uploads[: settings.MAX_FILES_PER_FORM]:
            try:
                fresh.append(staging.stage(upload, owner_id=self.owner_id, now=self.now))
            except staging.FileRefused as refusal:
                errors.append(forms.ValidationError(refusal.sentence, code="file"))
        self.staged = earlier + fresh if self.multiple else (fresh or earlier)[:1]
        if len(uploads) > settings.MAX_FILES_PER_FORM:
            errors.append(forms.ValidationError(_("Too many files at once."), code="file"))
        if errors:
            raise forms.ValidationError(errors)
        if self.required and not self.staged:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return self.staged

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True

    def _held(self, tokens: Iterable[str]) -> Iterable[StagedFile]:
        valid = []
        for token in list(tokens)[:50]:
            try:
                valid.append(uuid.UUID(token))
            except ValueError:
                continue
        return StagedFile.objects.filter(token__in=valid, owner_id=self.owner_id).order_by(
            "staged_at", "token"
        )


class ActForm(forms.Form):
    """A form that has one effect: it carries a key of its own and the version it was opened on."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    required_css_class = "is-required"

    def __init__(self, *args: Any, **kwargs: Any):
        initial = {"form_key": receipts.new_key(), **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_form_key(self) -> uuid.UUID:
        """A form without a key still acts, under a key of its own."""
        return self.cleaned_data["form_key"] or uuid.uuid4()
