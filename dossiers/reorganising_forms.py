"""Forms of whoever reorganises agencies: one for each kind, who goes where, and the decision."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.fields import ActForm, TextField
from accounts.querysets import HEAD_ROLES
from agencies.dates import local_day
from agencies.models import Agency, Kind
from deadlines.fields import DateField
from dossiers.forms import DocRefField
from dossiers.models import Reorganisation
from dossiers.reorganising import Heir, Preview
from dossiers.reorganising.arranging import Arrangement, officer_role

#: How many successors a division has room for on its page.
MOST_HEIRS = 5
#: How many single matters are offered a choice of their own.
MOST_ITEMS = 300


class PlanForm(ActForm):
    """What every reorganisation needs: agencies, day, decision."""

    formers = TextField(
        label=gettext_lazy("Agencies that end"),
        help_text=gettext_lazy("Codes or full names, one a line, for example P-00070."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    effective_on = DateField(
        label=gettext_lazy("First day of the successor"),
        help_text=gettext_lazy("For example 01/01/2027; the former agency ends the day before."),
    )
    document = DocRefField(
        label=gettext_lazy("Number and symbol of the decision"),
        help_text=gettext_lazy("As on the paper, for example 1656/NQ-UBTVQH15."),
    )
    document_on = DateField(label=gettext_lazy("Date of the decision"))

    def __init__(self, *args: Any, by: Actor, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = local_day(now)
        for field in self.fields.values():
            if isinstance(field, DateField):
                field.today = self.today

    def clean_formers(self) -> list[Agency]:
        lines = [line for line in re.split(r"[\n;]+", self.cleaned_data["formers"]) if line.strip()]
        return [self._agency(line.strip()) for line in lines]

    def clean_document_on(self) -> date:
        value = self.cleaned_data["document_on"]
        if value and value > self.today:
            raise forms.ValidationError(
                _("This date cannot be after today (%(today)s). Check the day and month.")
                % {"today": f"{self.today:%d/%m/%Y}"},
                code="ahead",
            )
        return value

    def heirs(self) -> list[Heir]:
        """The successors as typed; to be called on a valid form."""
        raise NotImplementedError

    def _agency(self, words: str) -> Agency:
        called = Agency.objects.as_of(self.today).called(words)
        found = list(called.in_order()[:6])
        exact = [agency for agency in found if agency.code.casefold() == words.casefold()] or found
        if len(exact) == 1:
            return exact[0]
        if found:
            names = ", ".join(f"{agency.name} ({agency.code})" for agency in found)
            raise forms.ValidationError(
                _("“%(words)s” may mean several agencies: %(names)s. Write the code.")
                % {"words": words, "names": names},
                code="several",
            )
        raise forms.ValidationError(
            _("No agency of today fits “%(name)s”. Write its code, or fewer words.")
            % {"name": words},
            code="unknown",
        )


class NewAgencyForm(PlanForm):
    """A merger or a change of name: one agency is established."""

    code = TextField(
        label=gettext_lazy("Code of the new agency"),
        help_text=gettext_lazy("The former agency's code may live on."),
        max_length=30,
    )
    name = TextField(label=gettext_lazy("Name of the new agency"), max_length=200)
    name_en = TextField(label=gettext_lazy("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of agency"), choices=Kind.choices)

    def heirs(self) -> list[Heir]:
        data = self.cleaned_data
        return [Heir("1", data["code"], data["name"], data["name_en"], data["kind"])]


class RenameForm(NewAgencyForm):
    """One agency goes on under another name."""

    formers = TextField(
        label=gettext_lazy("Agency"),
        help_text=gettext_lazy("Its code or full name, for example P-00070."),
        max_length=400,
    )


class CloseForm(PlanForm):
    """Agencies end and one that exists takes everything over."""

    successor = TextField(
        label=gettext_lazy("Agency that takes over"),
        help_text=gettext_lazy("Its code or full name, for example P-00004."),
        max_length=200,
    )

    def clean_successor(self) -> Agency:
        return self._agency(self.cleaned_data["successor"])

    def heirs(self) -> list[Heir]:
        heir = self.cleaned_data["successor"]
        return [Heir("1", heir.code, heir.name, agency_id=heir.pk)]


class SplitForm(PlanForm):
    """One agency divides; the first successor takes what is not arranged otherwise."""

    formers = RenameForm.base_fields["formers"]
    kind = forms.ChoiceField(label=gettext_lazy("Kind of the new agencies"), choices=Kind.choices)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_HEIRS + 1):
            needed = number <= 2
            self.fields[f"code_{number}"] = TextField(
                label=_("Code of successor %(number)d") % {"number": number},
                max_length=30,
                required=needed,
                help_text=_("An agency that exists: its code alone.") if number == 1 else "",
            )
            self.fields[f"name_{number}"] = TextField(
                label=_("Name of successor %(number)d") % {"number": number},
                max_length=200,
                required=False,
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Code and name of each successor, for the page."""
        return [(self[f"code_{n}"], self[f"name_{n}"]) for n in range(1, MOST_HEIRS + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for number in range(1, MOST_HEIRS + 1):
            code, name = data.get(f"code_{number}"), data.get(f"name_{number}")
            if name and not code and f"code_{number}" not in self.errors:
                self.add_error(f"code_{number}", _("Write the code too."))
            if code and not name and not self._existing(code):
                self.add_error(f"name_{number}", _("Write the name of the new agency."))
        return data

    def heirs(self) -> list[Heir]:
        data, found = self.cleaned_data, []
        for number in range(1, MOST_HEIRS + 1):
            code, name = data[f"code_{number}"], data[f"name_{number}"]
            if not code:
                continue
            agency = None if name else self._existing(code)
            if agency:
                found.append(Heir(str(number), agency.code, agency.name, agency_id=agency.pk))
            else:
                found.append(Heir(str(number), code, name, kind=data["kind"]))
        return found

    def _existing(self, code: str) -> Agency | None:
        ending = [former.pk for former in self.cleaned_data.get("formers") or []]
        return Agency.objects.as_of(self.today).filter(code=code).exclude(pk__in=ending).first()


#: Kind → its form.
FORMS: dict[str, type[PlanForm]] = {
    Reorganisation.Kind.MERGE: NewAgencyForm,
    Reorganisation.Kind.RENAME: RenameForm,
    Reorganisation.Kind.CLOSE: CloseForm,
    Reorganisation.Kind.SPLIT: SplitForm,
}


class ArrangeForm(ActForm):
    """Who and what goes to which successor. Fields follow the plan: posts always; units and single
    matters where there is more than one successor."""

    def __init__(self, *args: Any, plan: Reorganisation, seen: Preview, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.plan, self.seen = plan, seen
        self._goes = Arrangement(plan)
        self._heirs = [(heir.key, f"{heir.code} – {heir.name}") for heir in self._goes.heirs]
        self.has_several = len(self._heirs) > 1
        if self.has_several:
            self._add_units()
            self._add_items()
        self._add_posts()

    def _add_units(self) -> None:
        for unit in [*self.seen.units, None]:
            key = unit.pk if unit else ""
            self.fields[f"unit_{key}"] = forms.ChoiceField(
                label=unit.name if unit else _("What no unit works on"),
                choices=self._heirs,
                initial=self._goes.of_unit(unit.pk if unit else None),
            )

    def _add_items(self) -> None:
        names = {unit.pk: unit.name for unit in self.seen.units}
        arranged = self.plan.choices.get("items", {})
        items = sorted(self.seen.items, key=lambda item: (item[0] not in arranged, item[0]))
        for code, _sort, unit_id, _key in items[:MOST_ITEMS]:
            unit = names.get(unit_id)
            self.fields[f"item_{code}"] = forms.ChoiceField(
                label=f"{code} · {unit}" if unit else code,
                choices=[("", _("as its unit")), *self._heirs],
                initial=arranged.get(code, ""),
                required=False,
            )

    def _add_posts(self) -> None:
        for post in self.seen.posts:
            goes = self._goes.of_post(post.pk)
            is_head = post.role in HEAD_ROLES
            demoted = bool(goes.key) and is_head and goes.role not in HEAD_ROLES
            self.fields[f"post_{post.pk}"] = forms.ChoiceField(
                label=f"{post.user.full_name}, {post.line()}",
                choices=self._places(is_head),
                initial=f"{goes.key}:officer" if demoted else goes.key,
                required=False,
                disabled=not post.user.is_active,
            )
            self.fields[f"title_{post.pk}"] = TextField(
                label=_("Post there"),
                initial=goes.title or post.post,
                max_length=150,
                required=False,
                disabled=not post.user.is_active,
            )

    def _places(self, is_head: bool) -> list[tuple[str, str]]:
        places = [("", _("no post there"))]
        for key, name in self._heirs:
            if not is_head:
                places.append((key, name))
                continue
            places.append((key, _("head of %(agency)s") % {"agency": name}))
            places.append((f"{key}:officer", _("officer of %(agency)s") % {"agency": name}))
        return places

    def units(self) -> list[forms.BoundField]:
        """The fields for units."""
        return [self[name] for name in self.fields if name.startswith("unit_")]

    def matters(self) -> list[forms.BoundField]:
        """The fields for single open matters."""
        return [self[name] for name in self.fields if name.startswith("item_")]

    def people(self) -> Iterable[tuple[forms.BoundField, forms.BoundField]]:
        """Place and title for each post."""
        return [(self[f"post_{p.pk}"], self[f"title_{p.pk}"]) for p in self.seen.posts]

    @property
    def more_matters(self) -> int:
        """How many single matters have no room on the page."""
        return max(0, len(self.seen.items) - MOST_ITEMS) if self.has_several else 0

    def choices(self) -> dict[str, Any]:
        """The answers as the plan keeps them; to be called on a valid form."""
        data = self.cleaned_data
        posts = {}
        for post in self.seen.posts:
            key, _colon, officer = data[f"post_{post.pk}"].partition(":")
            if key and post.user.is_active:
                role = officer_role(post.role) if officer else post.role
                title = data[f"title_{post.pk}"] or post.post
                posts[str(post.pk)] = {"key": key, "role": role, "title": title}
        shown = {name.removeprefix("item_") for name in self.fields if name.startswith("item_")}
        kept = self.plan.choices.get("items", {})
        items = {code: key for code, key in kept.items() if code not in shown}
        items |= {code: key for code in shown if (key := data[f"item_{code}"])}
        units = {
            name.removeprefix("unit_"): data[name]
            for name in self.fields
            if name.startswith("unit_")
        }
        return {"units": units, "posts": posts, "items": items}


class DecisionForm(ActForm):
    """The press of a button, with a reason where something is given up."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
