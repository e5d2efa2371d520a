"""The form that gives tasks: several on one page, and it grows without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import TextField
from agencies.models import Agency
from agencies.text import search_key
from dossiers.forms import DocRefField, DossierActForm
from dossiers.models import Conclusion, Task
from dossiers.task_forms import DueFields, due_on_field, working_days_field
from dossiers.transitions.tasks import MOST_LINES, Source, TaskLine

_MOST_CHOICES = 12


def agencies_named(words: str, day: date) -> list[Agency]:
    """The agencies of a local date that a person may mean: by code, name, words without marks.

    One when it is clear, several to choose from, none when nothing fits.
    """
    key = search_key(words).replace("uy ban nhan dan", "ubnd")
    if not key:
        return []
    then = Agency.objects.as_of(day).in_order()
    exact = list(then.called(key)[:2])
    return exact if len(exact) == 1 else list(then.search(key)[:_MOST_CHOICES])


@dataclass(frozen=True, slots=True)
class LineFields:
    """One line of the form as the page shows it."""

    number: int
    text: forms.BoundField
    product: forms.BoundField
    lead: forms.BoundField
    lead_pick: forms.BoundField | None
    cooperating: forms.BoundField
    paragraph: forms.BoundField
    due_on: forms.BoundField
    working_days: forms.BoundField
    preview: str


class GiveTasksForm(DueFields, DossierActForm):
    """Up to ten tasks from a conclusion or from a document of the City or above it.

    The number of lines travels with the form; "viec" says whether a button asks for another line,
    for a look at the due dates, or gives the tasks.
    """

    level = forms.ChoiceField(label=gettext_lazy("Given by"), choices=Task.Level.choices)
    source_ref = DocRefField(
        label=gettext_lazy("Number and symbol of the document"),
        help_text=gettext_lazy("The document that gives the tasks, for example 123/TB-UBND."),
    )
    lines = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, now: datetime, conclusion: Conclusion | None = None, **kw: Any):
        super().__init__(*args, now=now, **kw)
        self.now, self.conclusion = now, conclusion
        if conclusion:
            del self.fields["level"]
            self.fields["source_ref"].required = False
        self.previews: dict[int, str] = {}
        self.tasks: list[TaskLine] = []
        asked = self.data.get("lines") if self.is_bound else self.initial.get("lines")
        self.number_of_lines = min(max(_number(asked), 1), MOST_LINES)
        self.initial["lines"] = self.number_of_lines
        for place in range(self.number_of_lines):
            self._add_line(f"l{place}_")

    @property
    def may_grow(self) -> bool:
        """Whether there is room for another line."""
        return self.number_of_lines < MOST_LINES

    def line_fields(self) -> Iterator[LineFields]:
        """The lines in order, with what was found out about each."""
        _ = self.errors if self.is_bound else None
        names = ("text", "product", "lead", "cooperating", "paragraph", "due_on", "working_days")
        for place in range(self.number_of_lines):
            prefix = f"l{place}_"
            pick = f"{prefix}lead_pick"
            yield LineFields(
                number=place + 1,
                lead_pick=self[pick] if pick in self.fields else None,
                preview=self.previews.get(place, ""),
                **{name: self[f"{prefix}{name}"] for name in names},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        filled = [place for place in range(self.number_of_lines) if self._is_filled(place)]
        for place in filled or [0]:
            if line := self._line(place, f"l{place}_"):
                self.tasks.append(line)
        return data

    def source(self) -> Source:
        """Where the tasks come from, for the verb."""
        data = self.cleaned_data
        return Source(
            conclusion=self.conclusion,
            level=data.get("level") or Task.Level.CITY,
            ref=data["source_ref"],
        )

    def _add_line(self, prefix: str) -> None:
        added = {
            "paragraph": TextField(
                label=gettext_lazy("Item of the document"),
                help_text=gettext_lazy("For example mục 2, khoản 3."),
                max_length=60,
                required=False,
            ),
            "text": TextField(
                label=gettext_lazy("What is to be done"),
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            ),
            "product": TextField(
                label=gettext_lazy("Product expected"),
                help_text=gettext_lazy("For example: a plan, a report, a draft decision."),
                max_length=300,
                required=False,
            ),
            "lead": TextField(
                label=gettext_lazy("Lead agency"),
                help_text=gettext_lazy("Code, name, or words without marks."),
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"list": "agencies", "autocomplete": "off"}),
            ),
            "cooperating": TextField(
                label=gettext_lazy("Cooperating agencies"),
                help_text=gettext_lazy("Several are separated by a semicolon."),
                max_length=1000,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            ),
            "due_on": due_on_field(),
            "working_days": working_days_field(),
        }
        added["due_on"].today = self.today
        number = int(prefix.strip("l_")) + 1
        for field in added.values():  # the summary of errors names the task, its own box need not
            field.short_label = field.label
            field.label = _("Task %(number)d: %(label)s") % {"number": number, "label": field.label}
        self.fields.update({f"{prefix}{name}": field for name, field in added.items()})

    def _is_filled(self, place: int) -> bool:
        names = ("text", "product", "lead", "cooperating", "paragraph", "due_on", "working_days")
        return any(self.data.get(f"l{place}_{name}", "").strip() for name in names)

    def _line(self, place: int, prefix: str) -> TaskLine | None:
        """The task of one filled line; ``None`` when something of it is to be mended."""
        data = self.cleaned_data
        for name in ("text", "product", "lead"):
            if not data.get(f"{prefix}{name}") and f"{prefix}{name}" not in self.errors:
                message = self.fields[f"{prefix}{name}"].error_messages["required"]
                self.add_error(f"{prefix}{name}", message)
        due, self.previews[place] = self.due_of(prefix)
        lead = self._lead(prefix, data.get(f"{prefix}lead", ""))
        cooperating = self._cooperating(prefix, data.get(f"{prefix}cooperating", ""))
        if any(name.startswith(prefix) for name in self.errors):
            return None
        return TaskLine(
            text=data[f"{prefix}text"],
            product=data[f"{prefix}product"],
            paragraph=data[f"{prefix}paragraph"],
            lead=lead,
            cooperating=cooperating,
            due=due,
        )

    def _lead(self, prefix: str, words: str) -> Agency | None:
        if not words:
            return None
        found = agencies_named(words, self.today)
        if len(found) == 1:
            return found[0]
        if not found:
            self.add_error(f"{prefix}lead", _nobody(words))
            return None
        pick = f"{prefix}lead_pick"
        choices = [(str(agency.pk), f"{agency.name} ({agency.code})") for agency in found]
        self.fields[pick] = forms.ChoiceField(
            label=gettext_lazy("Which agency is meant"),
            choices=[("", _("Choose one")), *choices],
            required=False,
        )
        chosen = [agency for agency in found if str(agency.pk) == self.data.get(pick)]
        if chosen:
            return chosen[0]
        self.add_error(
            f"{prefix}lead", _("“%(name)s” fits several agencies. Choose one.") % {"name": words}
        )
        return None

    def _cooperating(self, prefix: str, text: str) -> tuple[Agency, ...]:
        chosen: dict[int, Agency] = {}
        for words in filter(None, (part.strip() for part in text.replace("\n", ";").split(";"))):
            found = agencies_named(words, self.today)
            if len(found) == 1:
                chosen[found[0].pk] = found[0]
                continue
            names = ", ".join(f"{agency.name} ({agency.code})" for agency in found[:5])
            several = _("“%(name)s” fits several agencies: %(agencies)s. Write the code instead.")
            sentence = several % {"name": words, "agencies": names} if found else _nobody(words)
            self.add_error(f"{prefix}cooperating", sentence)
        return tuple(chosen.values())


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _nobody(words: str) -> str:
    return _("No agency of today fits “%(name)s”. Write its code, or fewer words.") % {
        "name": words
    }
