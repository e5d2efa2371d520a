"""Forms of inspections."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Appointment, User
from accounts.roles import Role
from deadlines.acts import DatedActForm
from deadlines.fields import DateField
from inspections.bases import lead_bodies_on
from inspections.forms.parts import AgencyField, text_area
from inspections.models import Inspection, TeamMember
from inspections.planning.history import candidates
from inspections.transitions.checking import OWN_BODIES, Visit
from inspections.transitions.visiting import MOST_SAMPLED

_TEAM = "team_"
_PARTS = [("", gettext_lazy("not in the team")), *TeamMember.Part.choices]
#: Triggers that a person chooses; a plan and overdue limits bring their own.
_TRIGGERS = [
    (trigger.value, trigger.label)
    for trigger in (
        Inspection.Trigger.ORDER,
        Inspection.Trigger.COMPLAINT,
        Inspection.Trigger.SIGNAL,
    )
]


def inspectors(today: Any) -> list[User]:
    """Who may be sent on an inspection: the inspectors and the director of Home Affairs today."""
    posts = Appointment.objects.in_force_on(today).filter(
        role__in=(Role.INSPECTOR, Role.HOME_AFFAIRS_DIRECTOR)
    )
    return list(User.objects.filter(pk__in=posts.values("user")).order_by("full_name", "pk"))


class VisitForm(DatedActForm):
    """An inspection as it is put to the director."""

    agency = AgencyField(
        label=gettext_lazy("Inspected agency"),
        help_text=gettext_lazy("Name or code, with or without marks."),
    )
    trigger = forms.ChoiceField(label=gettext_lazy("What it comes from"), choices=_TRIGGERS)
    evidence = text_area(
        gettext_lazy("The order, the complaint or the time limits"),
        rows=3,
        most=5000,
        required=False,
        help_text=gettext_lazy("Seen by Home Affairs alone. The inspected agency never sees it."),
    )
    announced = forms.ChoiceField(
        label=gettext_lazy("Is the agency told before?"),
        choices=[
            ("no", gettext_lazy("No: unannounced, unseen by the agency until it is opened there")),
            ("yes", gettext_lazy("Yes: its head is told with the decision")),
        ],
        initial="no",
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of inspection"))
    lead_body = forms.ChoiceField(label=gettext_lazy("Led by"))
    scope = text_area(gettext_lazy("What is inspected"), rows=3, most=3000)
    period_from = DateField(label=gettext_lazy("Period inspected, from"))
    period_to = DateField(label=gettext_lazy("Period inspected, to"))
    planned_on = DateField(label=gettext_lazy("First day of the visit"))

    def __init__(self, *args: Any, fixed: dict[str, Any] | None = None, **kwargs: Any):
        """``fixed`` holds what its origin decides: ``agency``, ``trigger``, ``plan_item``,
        ``after``; those are shown and cannot be changed."""
        super().__init__(*args, **kwargs)
        self.fixed = fixed or {}
        self.fields["agency"].among = candidates(self.today)
        kinds = {
            kind: [body for body in lead_bodies_on(kind, self.today) if body in OWN_BODIES]
            for kind in Inspection.Kind
        }
        self.fields["kind"].choices = [
            (kind.value, kind.label) for kind, bodies in kinds.items() if bodies
        ]
        bodies = dict.fromkeys(body for found in kinds.values() for body in found)
        self.fields["lead_body"].choices = [(body, body) for body in bodies]
        if "agency" in self.fixed:
            self.fields["agency"].disabled = True
            self.fields["agency"].required = False
            self.initial["agency"] = self.fixed["agency"]
        if "trigger" in self.fixed:
            del self.fields["trigger"]
        if self.fixed.get("plan_item"):
            del self.fields["evidence"]
        self.people = inspectors(self.today)
        for user in self.people:
            self.fields[f"{_TEAM}{user.pk}"] = forms.ChoiceField(
                label=user.full_name, choices=_PARTS, required=False
            )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """Fields under their headings; true where a field left as it is says something too."""

        def named(*names: str) -> list[forms.BoundField]:
            return [self[name] for name in names if name in self.fields]

        return [
            (
                _("Agency and origin"),
                named("agency", "trigger", "evidence", "announced"),
                True,
            ),
            (
                _("What and when"),
                named("kind", "lead_body", "scope", "period_from", "period_to", "planned_on"),
                True,
            ),
            (_("Team"), [self[f"{_TEAM}{user.pk}"] for user in self.people], True),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("period_from"), data.get("period_to")
        if first and last and first > last:
            self.add_error("period_to", _("The period ends before it begins."))
        if first and first > self.today:
            self.add_error("period_from", _("The period inspected cannot lie ahead."))
        if data.get("planned_on") and data["planned_on"] < self.today:
            self.add_error("planned_on", _("The day of the visit cannot be past."))
        trigger = self.fixed.get("trigger") or data.get("trigger")
        if trigger != Inspection.Trigger.PLAN and not data.get("evidence"):
            self.add_error(
                "evidence" if "evidence" in self.fields else None,
                _("Say what it comes from: the order, the complaint or the time limits."),
            )
        return data

    def visit(self) -> Visit:
        """What was entered, for the verbs."""
        data = self.cleaned_data
        parts = ((user, data.get(f"{_TEAM}{user.pk}")) for user in self.people)
        return Visit(
            agency=self.fixed.get("agency") or data["agency"],
            trigger=self.fixed.get("trigger") or data["trigger"],
            evidence=data.get("evidence", ""),
            announced=data["announced"] == "yes",
            kind=data["kind"],
            lead_body=data["lead_body"],
            scope=data["scope"],
            period_from=data["period_from"],
            period_to=data["period_to"],
            planned_on=data["planned_on"],
            team=[(user, part) for user, part in parts if part],
            plan_item=self.fixed.get("plan_item"),
            after=self.fixed.get("after"),
        )


def values_of(inspection: Inspection) -> dict[str, Any]:
    """What an inspection holds, by field of its form."""
    names = (
        "agency", "trigger", "evidence", "kind", "lead_body", "scope", "period_from", "period_to",
        "planned_on",
    )  # fmt: skip
    return {
        **{name: getattr(inspection, name) for name in names},
        "announced": "yes" if inspection.announced else "no",
        **{f"{_TEAM}{one.user_id}": one.part for one in inspection.team.all()},
    }


class DecideForm(DatedActForm):
    """How long the visit may take."""

    days = forms.IntegerField(
        label=gettext_lazy("Working days of the visit"), min_value=1, max_value=45, initial=2
    )


class SampleForm(DatedActForm):
    """How many dossiers are drawn."""

    size = forms.IntegerField(
        label=gettext_lazy("Number of dossiers to draw"),
        help_text=gettext_lazy("When there are fewer, all are taken."),
        min_value=1,
        max_value=MOST_SAMPLED,
    )
