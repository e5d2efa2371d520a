"""Forms of records (biên bản)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import FilesField, TextField
from deadlines.acts import DatedActForm
from deadlines.fields import DateField, MomentField
from deadlines.models import TimeLimit
from deadlines.wording import day_text
from inspections.forms.parts import text_area
from inspections.models import Exhibit, Finding, Record, Signature
from inspections.transitions.answering import Signed
from inspections.transitions.records import Written

_LINES_HELP = gettext_lazy("One person a line: full name, then the post after a comma.")


class PeopleField(TextField):
    """People, one a line: "Nguyễn Văn Hùng, Chủ tịch UBND phường"."""

    def __init__(self, *, side: str, **kwargs: Any):
        super().__init__(max_length=3000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)
        self.side = side

    def clean(self, value: Any) -> list[dict[str, str]]:
        people = []
        for line in super().clean(value).splitlines():
            name, _comma, post = line.partition(",")
            if name.strip():
                people.append({"side": self.side, "name": name.strip(), "post": post.strip()})
        return people

    def prepare_value(self, value: Any) -> Any:
        return lines_of(value) if isinstance(value, list) else value


def lines_of(people: Iterable[dict[str, str]]) -> str:
    """People as the field shows them."""
    return "\n".join(", ".join(filter(None, (one["name"], one["post"]))) for one in people)


class RecordForm(DatedActForm):
    """The record in the order of the paper."""

    place = TextField(label=gettext_lazy("Place"), max_length=200, required=False)
    started_at = MomentField(
        label=gettext_lazy("Began at"),
        help_text=gettext_lazy("For example 08:30 25/11/2026."),
        required=False,
    )
    ended_at = MomentField(label=gettext_lazy("Ended at"), required=False)
    inspected = PeopleField(
        side="inspected",
        label=gettext_lazy("Present for the agency"),
        help_text=_LINES_HELP,
        required=False,
    )
    absent_reason = text_area(
        gettext_lazy("Why the head was not there"), rows=2, most=1000, required=False
    )
    witnesses = PeopleField(
        side="witness", label=gettext_lazy("Witnesses"), help_text=_LINES_HELP, required=False
    )
    scope = text_area(gettext_lazy("What was inspected"), rows=3, most=3000, required=False)
    method = text_area(
        gettext_lazy("How it was inspected"),
        rows=3,
        most=3000,
        required=False,
        help_text=gettext_lazy("How dossiers were chosen; the numbers of the draw are added."),
    )
    papers_seen = text_area(gettext_lazy("Documents consulted or copied"), rows=3, required=False)
    shortcomings = text_area(
        gettext_lazy("Shortcomings as the team sees them"), rows=5, required=False
    )
    causes = text_area(gettext_lazy("Causes as the team sees them"), rows=4, required=False)
    requests = text_area(
        gettext_lazy("Requests to the agency"),
        rows=4,
        required=False,
        help_text=gettext_lazy("What is to be remedied, until when, to whom it is reported."),
    )
    recommendations = text_area(
        gettext_lazy("Recommendations on responsibility"),
        rows=4,
        required=False,
        help_text=gettext_lazy(
            "Recommendations alone: no form of discipline is decided in a record."
        ),
    )
    pages = forms.IntegerField(
        label=gettext_lazy("Number of pages"), min_value=1, max_value=500, required=False
    )
    copies = forms.IntegerField(
        label=gettext_lazy("Number of copies"), min_value=1, max_value=20, required=False
    )

    GROUPS = (
        (gettext_lazy("Time and place"), ("place", "started_at", "ended_at")),
        (gettext_lazy("Who was there"), ("inspected", "absent_reason", "witnesses")),
        (gettext_lazy("Scope and method"), ("scope", "method", "papers_seen")),
        (gettext_lazy("What the team found"), ("shortcomings", "causes")),
        (gettext_lazy("Requests and recommendations"), ("requests", "recommendations")),
        (gettext_lazy("The paper"), ("pages", "copies")),
    )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """Fields under their headings, in the order of the paper; none must be filled at once."""
        return [(title, [self[name] for name in names], True) for title, names in self.GROUPS]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        began, ended = data.get("started_at"), data.get("ended_at")
        if began and ended and ended < began:
            self.add_error("ended_at", _("The visit ended before it began. Check the hours."))
        return data

    def written(self) -> Written:
        """What was entered, for the verb."""
        data = dict(self.cleaned_data)
        present = [*data.pop("inspected"), *data.pop("witnesses")]
        names = Written.__dataclass_fields__
        return Written(**{n: data[n] for n in names if n in data}, present=present)


def values_of(record: Record) -> dict[str, Any]:
    """What a record holds, by field of its form."""
    names = [name for name in Written.__dataclass_fields__ if name != "present"]
    sides = {"inspected": "inspected", "witnesses": "witness"}
    return {
        **{name: getattr(record, name) for name in names},
        **{
            field: [
                {"side": side, "name": one["name"], "post": one["post"]}
                for one in record.present
                if one["side"] == side
            ]
            for field, side in sides.items()
        },
    }


class FindingsForm(DatedActForm):
    """Which limits are to be copied into the record."""

    limits = forms.MultipleChoiceField(
        label=gettext_lazy("Time limits not kept"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, among: Sequence[TimeLimit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.among = {str(limit.pk): limit for limit in among}
        self.fields["limits"].choices = [
            (
                key,
                _("%(code)s, due by the end of %(day)s: %(matter)s")
                % {
                    "code": limit.subject_code,
                    "day": day_text(limit.due_on),
                    "matter": limit.subject_title[:120],
                },
            )
            for key, limit in self.among.items()
        ]

    def chosen(self) -> list[TimeLimit]:
        """The limits that were ticked."""
        return [self.among[key] for key in self.cleaned_data["limits"]]


class FindingForm(DatedActForm):
    """What the team saw about one finding, or that it does not belong in the record."""

    note = text_area(
        gettext_lazy("What the team saw"),
        rows=4,
        most=3000,
        required=False,
        help_text=gettext_lazy("The facts beside it were copied and cannot be changed."),
    )
    out = forms.BooleanField(
        label=gettext_lazy("Take this finding out of the record"), required=False
    )
    reason = text_area(gettext_lazy("Why it is taken out"), rows=2, most=1000, required=False)

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial = {"note": finding.note, **self.initial}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("out") and not data.get("reason"):
            self.add_error("reason", _("Give the reason."))
        return data


class ExhibitForm(DatedActForm):
    """Photographs and files of the visit."""

    caption = TextField(label=gettext_lazy("What it shows"), max_length=300, required=False)
    exhibits = FilesField(label=gettext_lazy("Photographs or files"), multiple=True)


class RemoveExhibitForm(DatedActForm):
    """Which exhibit does not belong in the record, and why."""

    exhibit = forms.ChoiceField(label=gettext_lazy("Exhibit"))
    reason = text_area(gettext_lazy("Reason"), rows=2, most=1000)

    def __init__(self, *args: Any, among: Sequence[Exhibit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.among = {str(one.pk): one for one in among}
        self.fields["exhibit"].choices = [
            (key, one.caption or one.name) for key, one in self.among.items()
        ]

    def chosen(self) -> Exhibit:
        """The exhibit that was chosen."""
        return self.among[self.cleaned_data["exhibit"]]


class OpinionForm(DatedActForm):
    """The opinion of the inspected party, in its own words."""

    opinion = forms.ChoiceField(
        label=gettext_lazy("Your opinion on the record"),
        choices=Record.Opinion.choices,
        widget=forms.RadioSelect,
    )
    text = text_area(
        gettext_lazy("In your own words"),
        rows=8,
        required=False,
        help_text=gettext_lazy(
            "What you do not agree with, causes, circumstances. It enters the record to the letter."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("opinion") not in {None, Record.Opinion.AGREES} and not data.get("text"):
            self.add_error("text", _("Say in your own words what you do not agree with."))
        return data


class SignatureForm(DatedActForm):
    """What one side put under the paper."""

    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=Signature.Side.choices)
    name = TextField(label=gettext_lazy("Full name"), max_length=150)
    post = TextField(label=gettext_lazy("Post"), max_length=200)
    signed_on = DateField(label=gettext_lazy("Signed on"), required=False)
    refused_reason = text_area(
        gettext_lazy("Not signed, because"),
        rows=2,
        most=1000,
        required=False,
        help_text=gettext_lazy("For the inspected party alone (“không ký”): why it did not sign."),
    )
    witness = TextField(
        label=gettext_lazy("Witness to that"),
        help_text=gettext_lazy("Full name and post."),
        max_length=200,
        required=False,
    )

    def clean_signed_on(self) -> Any:
        return self.not_ahead("signed_on")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "signed_on" in self.errors:
            return data
        signed, refused = data.get("signed_on"), data.get("refused_reason")
        if bool(signed) == bool(refused):
            self.add_error(
                "signed_on",
                _("Enter the day of the signature, or why it was not given; not both."),
            )
        elif refused and not data.get("witness"):
            self.add_error("witness", _("Name the witness to the signature not given."))
        return data

    def signed(self) -> Signed:
        """What was entered, for the verb."""
        return Signed(**{name: self.cleaned_data[name] for name in Signed.__dataclass_fields__})
