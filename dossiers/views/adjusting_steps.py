"""The forms about one time limit, of a dossier or of a task: words, button, verb, when open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from deadlines import adjusting
from deadlines.models import Adjustment, Suspension, TimeLimit
from dossiers import adjusting_forms as forms
from dossiers.forms import DossierActForm
from dossiers.models import Direction
from dossiers.views.adjusting_words import resumption_preview, suspension_preview


@dataclass(frozen=True)
class Step:
    """A form about one time limit: the words around it, what its button does, when it is open.

    ``ready`` raises the conflict that closes it; ``day`` names the field of a date, beside which a
    missing calendar is explained; ``step_up`` marks a decision that asks for the password again.
    """

    verb: str
    title: Any
    button: Any
    done: Any
    form: type[DossierActForm]
    ready: Callable[[], None]
    do: Callable[[Any], object]
    day: str | None = None
    step_up: bool = False
    text: Any = ""
    initial: dict[str, Any] = field(default_factory=dict)
    form_args: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def extension_step(request: HttpRequest, limit: TimeLimit) -> Step:
    """The form with which the head of the owing agency asks."""
    return Step(
        verb="ask_extension",
        title=gettext_lazy("Ask for an extension"),
        button=gettext_lazy("Send the request for an extension"),
        done=gettext_lazy("The request is sent. Until it is decided the present due date counts."),
        form=forms.ExtensionForm,
        ready=lambda: adjusting.must_be_askable(limit, request.now),
        day="wanted_on",
        text=gettext_lazy(
            "A City leader decides. Until then the present due date counts; an extension after the "
            "breach never takes the breach away."
        ),
        do=lambda form: adjusting.ask_extension(
            limit,
            wanted_on=form.cleaned_data["wanted_on"],
            reason_class=form.cleaned_data["reason_class"],
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        ),
    )


def proposal_step(request: HttpRequest, limit: TimeLimit) -> Step:
    """The form with which the City Office proposes a correction, or to lift the duty to explain."""
    return Step(
        verb="propose",
        title=gettext_lazy("Propose a correction or a waiver"),
        button=gettext_lazy("Send the proposal"),
        done=gettext_lazy("The proposal is sent; a City leader decides."),
        form=forms.ProposalForm,
        ready=lambda: adjusting.must_be_askable(limit, request.now),
        day="wanted_on",
        text=gettext_lazy("A City leader decides; whoever proposes does not."),
        initial={"kind": Adjustment.Kind.CORRECTION, "reason_class": Adjustment.Reason.ERROR},
        # elsewhere the document is still to come: only the duty to explain can fall away
        form_args={"may_lift": Direction.objects.filter(time_limit=limit).exists()},
        do=lambda form: adjusting.propose(
            limit,
            kind=form.cleaned_data["kind"],
            wanted_on=form.cleaned_data["wanted_on"],
            reason_class=form.cleaned_data["reason_class"],
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        ),
    )


def suspension_step(request: HttpRequest, limit: TimeLimit) -> Step:
    """The form with which a leader lets a running limit stand still; the new due date is shown for
    the day typed."""
    typed = request.POST.get("until_on") or request.GET.get("until_on", "")
    return Step(
        verb="suspend",
        title=gettext_lazy("Suspend the time limit"),
        button=gettext_lazy("Suspend the time limit"),
        done=gettext_lazy("The time limit is suspended; the lost working days are given back."),
        form=forms.SuspensionForm,
        ready=lambda: adjusting.must_be_suspendable(limit, request.now),
        step_up=True,
        day="until_on",
        text=gettext_lazy(
            "The rules know no pause: suspend only by a document, with a reason and an end. Every "
            "suspension is counted and stays on record."
        ),
        initial={"until_on": typed},
        extra={"preview": suspension_preview(limit, typed, request.now), "has_preview": True},
        do=lambda form: adjusting.suspend(
            limit,
            until_on=form.cleaned_data["until_on"],
            reason=form.cleaned_data["reason"],
            document=form.cleaned_data["document"],
            by=request.actor,
            now=request.now,
        ),
    )


def resumption_step(request: HttpRequest, suspension: Suspension) -> Step:
    """The form with which a leader lets a suspended limit run on before the day ordered."""
    limit = suspension.time_limit
    return Step(
        verb="resume",
        title=gettext_lazy("Let the time limit run on"),
        button=gettext_lazy("Let it run on from today"),
        done=gettext_lazy("The time limit runs on."),
        form=forms.ResumptionForm,
        ready=lambda: adjusting.must_be_resumable(suspension, limit, request.now),
        step_up=True,
        extra={"preview": resumption_preview(suspension, request.now), "has_preview": True},
        do=lambda form: adjusting.resume(
            suspension, reason=form.cleaned_data["reason"], by=request.actor, now=request.now
        ),
    )
