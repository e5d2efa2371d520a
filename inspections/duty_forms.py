"""Forms about explanation, conclusion, remedy, proposal and decision. One form, one verb.

Nothing is filled in beforehand that a person has to answer for: no measure, no assessment.
"""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import FilesField, TextField
from agencies.models import Agency
from deadlines.acts import DatedActForm
from deadlines.calendar import CalendarNotPublished
from deadlines.fields import DateField
from deadlines.published import published
from dossiers.forms import DocRefField
from inspections import duty, ladder
from inspections.models import Decision, ExplanationRequest, PersonClass, RemedyReport

#: Working days offered for an explanation; the inspector may write another day.
DAYS_TO_EXPLAIN = 5
LINES = 4
LONG = 20000


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DrawUpForm(DatedActForm):
    """Which of the late limits of a unit and period go into records."""

    agency = forms.ModelChoiceField(queryset=Agency.objects.all(), widget=forms.HiddenInput)
    first = DateField(label=gettext_lazy("Late from"), widget=forms.HiddenInput)
    last = DateField(label=gettext_lazy("Late until"), widget=forms.HiddenInput)
    limits = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Late time limits"),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose at least one time limit.")},
    )

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["limits"].choices = choices


class AskForm(DatedActForm):
    """What is to be explained, and until when."""

    text = TextField(
        label=gettext_lazy("What is to be explained"),
        help_text=gettext_lazy("The person reads this with the table of late time limits."),
        max_length=LONG,
        widget=area(5),
    )
    last_day = DateField(
        label=gettext_lazy("Last day for the explanation"),
        help_text=gettext_lazy("A working day; five working days are usual."),
    )


def usual_last_day(today: date) -> date | None:
    """The fifth working day after today; nothing beyond the published calendar."""
    try:
        return published().calendar.add_working_days(today, DAYS_TO_EXPLAIN)
    except CalendarNotPublished:
        return None


class AnswerForm(DatedActForm):
    """The explanation of the person named, in that person's own words."""

    text = TextField(
        label=gettext_lazy("Your explanation"),
        help_text=gettext_lazy(
            "In your own words, for each time limit. It is kept and printed exactly as you write "
            "it. If a figure is wrong, say so here."
        ),
        max_length=LONG,
        widget=area(10),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("Cause"), choices=ExplanationRequest.Cause.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    exemption = forms.ChoiceField(
        label=gettext_lazy("Exempting circumstance"),
        help_text=gettext_lazy("Luật Cán bộ, công chức 2025, Điều 34."),
        choices=ExplanationRequest.Exemption.choices,
        initial=ExplanationRequest.Exemption.NONE,
    )
    circumstances = TextField(
        label=gettext_lazy("Circumstances that count in your favour"),
        max_length=LONG,
        required=False,
        widget=area(4),
    )
    files = FilesField(label=gettext_lazy("Files"), multiple=True, required=False)
    late_reason = TextField(
        label=gettext_lazy("Reason for the delay"), max_length=2000, widget=area(3)
    )

    def __init__(self, *args: Any, is_late: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not is_late:
            del self.fields["late_reason"]

    def answer(self) -> duty.Answer:
        """What was written, for the verb."""
        data = self.cleaned_data
        return duty.Answer(
            text=data["text"],
            cause=data["cause"],
            exemption=data["exemption"],
            circumstances=data["circumstances"],
            late_reason=data.get("late_reason", ""),
        )


class RemarksForm(DatedActForm):
    """What the author writes into the record; the facts are copied and are nobody's to change."""

    shortcomings = TextField(
        label=gettext_lazy("Shortcomings"), max_length=LONG, required=False, widget=area(5)
    )
    causes = TextField(
        label=gettext_lazy("Causes as Home Affairs sees them"), max_length=LONG, required=False,
        widget=area(4),
    )  # fmt: skip
    requests = TextField(
        label=gettext_lazy("Requests to the agency"), max_length=LONG, required=False,
        widget=area(4),
    )  # fmt: skip
    recommendations = TextField(
        label=gettext_lazy("Recommendations on responsibility"),
        help_text=gettext_lazy("A record recommends; it imposes nothing."),
        max_length=LONG,
        required=False,
        widget=area(4),
    )

    def remarks(self) -> duty.Remarks:
        """What was written, for the verb."""
        names = ("shortcomings", "causes", "requests", "recommendations")
        return duty.Remarks(**{name: self.cleaned_data[name] for name in names})


class ReasonForm(DatedActForm):
    """An act that needs a reason."""

    reason = TextField(label=gettext_lazy("Reason"), max_length=2000, widget=area(4))


class MissingForm(DatedActForm):
    """What is missing."""

    text = TextField(label=gettext_lazy("What is missing"), max_length=LONG, widget=area(5))


class AgencyNameField(TextField):
    """An agency of today by its name or code."""

    today: date | None = None

    def clean(self, value: Any) -> Agency | None:
        words = super().clean(value)
        if not words:
            return None
        day = self.today or date.max
        found = list(Agency.objects.as_of(day).called(words)[:2])
        found = found or list(Agency.objects.as_of(day).search(words)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("No single agency is called that. Choose one of the names offered."),
                code="invalid",
            )
        return found[0]


class ConcludeForm(DatedActForm):
    """The conclusion, and up to some recommendations, each with its owner and last day."""

    text = TextField(label=gettext_lazy("Conclusion"), max_length=LONG, widget=area(8))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for n in range(1, LINES + 1):
            self.fields[f"what_{n}"] = TextField(
                label=_("Recommendation %(n)d: what is to be done") % {"n": n},
                max_length=LONG,
                required=False,
                widget=area(2),
            )
            owner = AgencyNameField(
                label=_("Recommendation %(n)d: agency that owes it") % {"n": n},
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"list": "agencies", "autocomplete": "off"}),
            )
            owner.today = self.today
            self.fields[f"who_{n}"] = owner
            self.fields[f"until_{n}"] = DateField(
                label=_("Recommendation %(n)d: last day") % {"n": n}, required=False
            )
            self.fields[f"until_{n}"].today = self.today

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for n in range(1, LINES + 1):
            if not data.get(f"what_{n}") and not data.get(f"until_{n}"):
                continue
            if not data.get(f"what_{n}") and f"what_{n}" not in self.errors:
                self.add_error(f"what_{n}", _("Say what is to be done."))
            if not data.get(f"who_{n}") and f"who_{n}" not in self.errors:
                self.add_error(f"who_{n}", _("Say which agency owes it."))
            if not data.get(f"until_{n}") and f"until_{n}" not in self.errors:
                self.add_error(f"until_{n}", _("Name the last day."))
        return data

    def lines(self) -> list[dict[str, Any]]:
        """The fields of each line together, for the page."""
        return [
            {"number": n, "what": self[f"what_{n}"], "who": self[f"who_{n}"],
             "until": self[f"until_{n}"]}
            for n in range(1, LINES + 1)
        ]  # fmt: skip

    def asked(self) -> list[duty.Asked]:
        """The recommendations written, for the verb; empty lines are passed over."""
        data = self.cleaned_data
        return [
            duty.Asked(data[f"who_{n}"], data[f"what_{n}"], data[f"until_{n}"])
            for n in range(1, LINES + 1)
            if data[f"what_{n}"]
        ]


class RemedyForm(DatedActForm):
    """What the agency did, with evidence."""

    ref = DocRefField(
        label=gettext_lazy("Number and symbol of the report"),
        help_text=gettext_lazy("As on the paper, for example 45/BC-SXD."),
        required=False,
    )
    text = TextField(label=gettext_lazy("What was done"), max_length=LONG, widget=area(8))
    files = FilesField(
        label=gettext_lazy("Evidence"),
        help_text=gettext_lazy("At least one file: a report without evidence stops no clock."),
        multiple=True,
    )


class JudgeForm(DatedActForm):
    """What Home Affairs found."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"), choices=RemedyReport.Verdict.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    text = TextField(
        label=gettext_lazy("What was found, and what is missing"),
        max_length=LONG,
        required=False,
        widget=area(5),
    )
    last_day = DateField(
        label=gettext_lazy("New last day for what is missing"),
        help_text=gettext_lazy("Only when the present last day has passed."),
        required=False,
    )

    def __init__(self, *args: Any, needs_day: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not needs_day:
            del self.fields["last_day"]


class ProposalForm(DatedActForm):
    """The proposal as people write it: nothing is offered for what is asked."""

    person_class = forms.ChoiceField(
        label=gettext_lazy("Which law applies to the person"),
        choices=[("", gettext_lazy("Choose")), *PersonClass.choices],
    )
    assessment = TextField(label=gettext_lazy("Assessment"), max_length=LONG, widget=area(8))
    circumstances = TextField(
        label=gettext_lazy("Exempting and mitigating circumstances"),
        max_length=LONG,
        required=False,
        widget=area(4),
    )
    asked = TextField(
        label=gettext_lazy("What is asked of the City leadership"),
        help_text=gettext_lazy("In your own words. The software proposes no measure."),
        max_length=LONG,
        widget=area(5),
    )

    def draft(self) -> duty.Draft:
        """What was written, for the verb."""
        names = ("person_class", "assessment", "circumstances", "asked")
        return duty.Draft(**{name: self.cleaned_data[name] for name in names})


class DecideForm(DatedActForm):
    """The decision of a City leader; outcomes are those that the law knows today."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Your decision"), choices=Decision.Kind.choices, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        help_text=gettext_lazy("Leave it empty when you do not approve."),
        required=False,
    )
    reason = TextField(label=gettext_lazy("Reason"), max_length=LONG, widget=area(6))

    def __init__(self, *args: Any, person_class: str, now: datetime, **kwargs: Any):
        super().__init__(*args, now=now, **kwargs)
        groups = ladder.grouped(ladder.outcomes_for(person_class, self.today))
        self.fields["outcome"].choices = [
            ("", _("Choose")),
            *(
                (str(ladder.NATURES[nature]), [(one.code, one.name) for one in outcomes])
                for nature, outcomes in groups.items()
            ),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        refused = data.get("kind") == Decision.Kind.REFUSE
        if refused and data.get("outcome"):
            self.add_error("outcome", _("A proposal that is refused has no outcome."))
        missing = data.get("kind") and not refused and not data.get("outcome")
        if missing and "outcome" not in self.errors:
            self.add_error("outcome", _("Choose the outcome."))
        return data

    def verdict(self) -> duty.Verdict:
        """What was decided, for the verb."""
        data = self.cleaned_data
        return duty.Verdict(data["kind"], data["outcome"], data["reason"])


class ResultForm(DatedActForm):
    """The document by which a decision was carried out."""

    ref = DocRefField(
        label=gettext_lazy("Number and symbol of the document"),
        help_text=gettext_lazy("As on the paper, for example 123/QĐ-UBND."),
    )
    on = DateField(label=gettext_lazy("Date of the document"))
    text = TextField(label=gettext_lazy("What was done"), max_length=LONG, widget=area(5))

    def clean_on(self) -> date | None:
        return self.not_ahead("on")


class MoreTimeForm(DatedActForm):
    """More time for a complex case."""

    wanted_on = DateField(label=gettext_lazy("New last day"))
    reason = TextField(label=gettext_lazy("Reason"), max_length=2000, widget=area(4))


class DecideMoreTimeForm(DatedActForm):
    """The answer of a City leader to that."""

    grant = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[("yes", gettext_lazy("Grant")), ("no", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    granted_on = DateField(label=gettext_lazy("New last day"), required=False)
    document = DocRefField(label=gettext_lazy("Number and symbol of the document"), required=False)
    answer = TextField(
        label=gettext_lazy("Answer"), max_length=2000, required=False, widget=area(3)
    )
