"""Forms in the order of the paper. One form, one verb."""

import re
from datetime import date, datetime, time
from functools import cache, partial
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.fields import FilesField, TextField
from accounts.rights import agencies_of
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.acts import DatedActForm
from deadlines.calendar import HANOI
from deadlines.fields import DateField
from dossiers import gate
from dossiers.models import Attachment, Direction, Dossier, Urgency
from dossiers.states import REPLACEABLE
from dossiers.transitions import ReportFacts, Submission, head_name_on
from dossiers.twins import TwinForm

#: Number and symbol as on paper: 123/TTr-SNV, 4449/UBND-TKBT, 12a/2026/QĐ-UBND.
DOC_REF = re.compile(r"^\d{1,5}[a-zA-Z]?/(\d{4}/)?[A-ZĐ][A-Za-zĐđ0-9&.\-]*$")


class DocRefField(TextField):
    """The number and symbol of a document, as written on it."""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> str:
        text = re.sub(r"\s*([/\-])\s*", r"\1", super().clean(value))
        if text and not DOC_REF.match(text):
            raise forms.ValidationError(
                _("Write number and symbol as on the paper, for example 123/TTr-SNV."),
                code="invalid",
            )
        return text


class DossierActForm(DatedActForm):
    """What all forms on dossiers share.

    ``round`` is the round in which the form was opened: an answer to its questions is no answer to
    those of a later one.
    """

    round = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PlainActForm(DossierActForm):
    """An act that needs nothing but the press of its button."""


class DossierChoice(forms.ModelChoiceField):
    """Dossiers by code, day and matter."""

    def label_from_instance(self, dossier: Dossier) -> str:
        day = f"{local_day(dossier.created_at):%d/%m/%Y}"
        return f"{dossier.code}, {day}, {Truncator(dossier.matter).chars(80)}"


class SubmissionForm(TwinForm, DossierActForm):
    """A submission as the clerk has it on paper: letter, signature, initials, files."""

    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"), queryset=Agency.objects.none(), required=True
    )
    letter_ref = DocRefField(
        label=gettext_lazy("Number and symbol of the submission letter"),
        help_text=gettext_lazy("As on the paper, for example 123/TTr-SNV."),
        required=False,
    )
    letter_on = DateField(
        label=gettext_lazy("Date of the submission letter"),
        help_text=gettext_lazy("For example 20/11/2026, 20/11 or “hôm nay”."),
        required=False,
    )
    matter = TextField(
        label=gettext_lazy("Matter"),
        help_text=gettext_lazy("The abstract of the letter (trích yếu)."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Urgency"), choices=Urgency.choices, initial=Urgency.NORMAL
    )
    secrecy = forms.ChoiceField(
        label=gettext_lazy("Secrecy"),
        choices=[("none", gettext_lazy("Not secret")), ("secret", gettext_lazy("Secret or above"))],
        initial="none",
    )
    signed_by = TextField(
        label=gettext_lazy("Who signed the submission letter"), max_length=150, required=False
    )
    signed_on = DateField(label=gettext_lazy("Signed on"), required=False)
    initialled_by = TextField(
        label=gettext_lazy("Who initialled the draft"), max_length=150, required=False
    )
    initialled_on = DateField(label=gettext_lazy("Initialled on"), required=False)
    letter_file = FilesField(label=gettext_lazy("Signed submission letter (file)"), required=False)
    draft_file = FilesField(label=gettext_lazy("Initialled draft (file)"), required=False)
    annex_files = FilesField(label=gettext_lazy("Annexes"), multiple=True, required=False)
    gate_exception = TextField(
        label=gettext_lazy("Reason for an exception"),
        help_text=gettext_lazy(
            "Only when the head's signature, initials or a file is missing. It is recorded and "
            "counted."
        ),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    replaces = DossierChoice(
        label=gettext_lazy("Replaces an earlier dossier"),
        help_text=gettext_lazy(
            "If it takes the place of a dossier that was withdrawn or not accepted: its page then "
            "shows since when the matter has been under way."
        ),
        queryset=Dossier.objects.none(),
        required=False,
        empty_label=gettext_lazy("No, it is new"),
    )

    GROUPS = (
        (gettext_lazy("The letter"), ("agency", "letter_ref", "letter_on", "matter", "urgency",
                                      "secrecy")),
        (gettext_lazy("Signature and initials of the head"), (
            "signed_by", "signed_on", "initialled_by", "initialled_on")),
        (gettext_lazy("Files"), ("letter_file", "draft_file", "annex_files")),
        (gettext_lazy("Exception"), ("gate_exception",)),
    )  # fmt: skip

    def __init__(self, *args: Any, dossier: Dossier | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        mine = Agency.objects.filter(pk__in=agencies_of(self.by, "dossier_create")).in_order()
        self.fields["agency"].queryset = mine
        if dossier:
            self.initial = {**_initial_of(dossier), **self.initial}
            self.fields["agency"].disabled = True
        elif first := mine.first():
            head = head_name_on(first.pk, self.today)
            self.initial.setdefault("agency", first)
            self.initial.setdefault("signed_by", head)
            if mine.count() == 1:
                self.fields["agency"].empty_label = None
        self._offer_replaceable(list(mine))
        self._count_exceptions(dossier.agency if dossier else self.initial.get("agency"))

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Fields under their headings, in the order of the paper."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_secrecy(self) -> str:
        if self.cleaned_data["secrecy"] != "none":
            raise forms.ValidationError(
                _(
                    "Secret dossiers are not kept here. Handle it on paper as the law on State "
                    "secrets requires."
                ),
                code="secret",
            )
        return "none"

    def clean_letter_on(self) -> date | None:
        return self.not_ahead("letter_on")

    def clean_signed_on(self) -> date | None:
        return self.not_ahead("signed_on")

    def clean_initialled_on(self) -> date | None:
        return self.not_ahead("initialled_on")

    def clean(self) -> dict[str, Any]:
        """When the person means to submit now, the gate's sentences stand beside their fields."""
        data = super().clean()
        self.ask_about_twin(data, self.dossier, self.today)
        if self.wants_submit() and data.get("agency"):
            head_on = cache(partial(head_name_on, data["agency"].pk))
            for fault in gate.faults(self._signatures(data), head_on=head_on, today=self.today):
                if fault.field not in self.errors:
                    self.add_error(fault.field, fault.sentence)
        return data

    def wants_submit(self) -> bool:
        """Whether a button that submits was pressed."""
        return self.data.get("viec") in {"trinh", "trinh-tiep"}

    def wants_next(self) -> bool:
        """Whether the clerk goes on with the next paper."""
        return self.data.get("viec") == "trinh-tiep"

    def facts(self) -> Submission:
        """What was entered, for the verb."""
        data = self.cleaned_data
        named = (name for name in Submission.__dataclass_fields__ if name in data)
        return Submission(**{name: data[name] for name in named})

    def staged_files(self) -> dict[str, list]:
        """The staged files by purpose."""
        return {
            Attachment.Purpose.LETTER: self.cleaned_data["letter_file"],
            Attachment.Purpose.DRAFT: self.cleaned_data["draft_file"],
            Attachment.Purpose.ANNEX: self.cleaned_data["annex_files"],
        }

    def _offer_replaceable(self, mine: list[Agency]) -> None:
        """Dossiers of the person's agencies that ended without a document and have no follower."""
        agencies = [self.dossier.agency_id] if self.dossier else [agency.pk for agency in mine]
        free = Q(replaced_by__isnull=True)
        if self.dossier:
            free |= Q(replaced_by=self.dossier)
        ended = Dossier.objects.filter(free, agency__in=agencies, state__in=REPLACEABLE)
        if ended.exists():
            self.fields["replaces"].queryset = ended.newest_first()
        else:
            del self.fields["replaces"]

    def _count_exceptions(self, agency: Agency | None) -> None:
        """Say beside the field how many exceptions the agency has used this year."""
        if agency is None:
            return
        begin = datetime.combine(self.today.replace(month=1, day=1), time(), HANOI)
        used = Dossier.objects.filter(
            agency=agency, created_at__gte=begin, submitted_at__isnull=False
        ).exclude(gate_exception="")
        count = used.count()
        field = self.fields["gate_exception"]
        field.help_text = f"{field.help_text} " + ngettext(
            "The agency has submitted %(n)d dossier with an exception this year.",
            "The agency has submitted %(n)d dossiers with an exception this year.",
            count,
        ) % {"n": count}

    def _signatures(self, data: dict[str, Any]) -> gate.Signatures:
        purposes = set()
        if self.dossier:
            purposes = set(self.dossier.attachments.values_list("purpose", flat=True))
        return gate.Signatures(
            letter_ref=data.get("letter_ref", ""),
            letter_on=data.get("letter_on"),
            signed_by=data.get("signed_by", ""),
            signed_on=data.get("signed_on"),
            initialled_by=data.get("initialled_by", ""),
            initialled_on=data.get("initialled_on"),
            has_letter=bool(data.get("letter_file")) or Attachment.Purpose.LETTER in purposes,
            has_draft=bool(data.get("draft_file")) or Attachment.Purpose.DRAFT in purposes,
            exception=data.get("gate_exception", ""),
        )


class DirectionForm(DossierActForm):
    """What the agency has to explain or supplement."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is asked for"),
        choices=Direction.Kind.choices,
        initial=Direction.Kind.EXPLAIN,
    )
    text = TextField(
        label=gettext_lazy("What is to be explained or supplemented"),
        help_text=gettext_lazy("All questions of this round in one list."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReportForm(DossierActForm):
    """The agency's answer; the reason is asked for once the limit has passed."""

    ref = DocRefField(
        label=gettext_lazy("Number and symbol of the report"),
        help_text=gettext_lazy("As on the paper, for example 45/BC-SXD."),
        required=False,
    )
    stated_on = DateField(
        label=gettext_lazy("Date on the report"),
        help_text=gettext_lazy("For example 20/11/2026, 20/11 or “hôm nay”."),
        required=False,
    )
    text = TextField(
        label=gettext_lazy("Explanation or supplement"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    report_files = FilesField(label=gettext_lazy("Files"), multiple=True, required=False)
    late_reason = TextField(
        label=gettext_lazy("Reason for the delay"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_late: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.is_late = is_late
        if not is_late:
            del self.fields["late_reason"]

    def clean_stated_on(self) -> date | None:
        return self.not_ahead("stated_on")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.wants_send() and self.is_late and not data.get("late_reason"):
            self.add_error(
                "late_reason", _("The time limit has passed. Say why, then send the report.")
            )
        return data

    def wants_send(self) -> bool:
        """Which of the two buttons was pressed."""
        return self.data.get("viec") == "gui"

    def facts(self) -> ReportFacts:
        """What was entered, for the verb."""
        data = self.cleaned_data
        return ReportFacts(
            text=data["text"],
            ref=data["ref"],
            stated_on=data["stated_on"],
            late_reason=data.get("late_reason", ""),
        )


class ConclusionForm(DossierActForm):
    """What the leader concluded."""

    text = TextField(
        label=gettext_lazy("Conclusion or direction"),
        help_text=gettext_lazy("The City Office drafts the notice or document from it."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class NoticeForm(DossierActForm):
    """The notice or document as issued: number, date, file."""

    ref = DocRefField(
        label=gettext_lazy("Number and symbol of the notice or document"),
        help_text=gettext_lazy("As on the paper, for example 123/TB-VP."),
    )
    issued_on = DateField(label=gettext_lazy("Date of issue"))
    notice_file = FilesField(label=gettext_lazy("The notice or document (file)"))
    late_reason = TextField(
        label=gettext_lazy("Reason for the delay"),
        max_length=2000,
        required=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_late: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not is_late:
            del self.fields["late_reason"]

    def clean_issued_on(self) -> date | None:
        return self.not_ahead("issued_on")


def _initial_of(dossier: Dossier) -> dict[str, Any]:
    names = (*Submission.__dataclass_fields__, "agency", "version")
    return {name: getattr(dossier, name) for name in names}
