"""One page per act: shows what will happen, takes one form, calls one verb, goes to the dossier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import autosave, step_up, unfinished
from accounts.pressing import Stored, differences, earlier_result, press, say_kept
from accounts.refusals import Conflict, NotAllowed, Refused
from deadlines.acts import due_preview
from deadlines.calendar import CalendarNotPublished
from deadlines.views import not_published_sentence
from dossiers import forms, policies
from dossiers import transitions as verbs
from dossiers.models import Dossier
from dossiers.timeline import last_entry


@dataclass(frozen=True)
class Act:
    """A form on a dossier: the words around it and what its button does.

    ``told`` names who will hear of it. ``stored`` reads what somebody else may have saved
    meanwhile; without it that is the dossier's version alone. ``refused`` says beside which field a
    refusal of the verb stands. ``step_up`` marks a decision that asks for the password again.
    """

    verb: str
    title: Any
    button: Any
    form: type[forms.DossierActForm]
    done: Any
    template: str = "dossiers/act.html"
    rule: str = ""
    text: Any = ""
    told: Callable[[], list[str]] = list
    stored: Callable[[], Stored] | None = None
    refused: Mapping[type[Refused], str | None] = field(default_factory=dict)
    step_up: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def dossier_of(request: HttpRequest, code: str) -> Dossier:
    visible = Dossier.objects.visible_or_asked(request.actor).select_related(
        "agency", "officer", "unit"
    )
    return get_object_or_404(visible, code=code)


def perform(
    request: HttpRequest,
    dossier: Dossier,
    act: Act,
    do: Callable[[forms.DossierActForm], object],
    initial: dict[str, Any] | None = None,
    **form_args: Any,
) -> HttpResponse:
    """Show the form, or run the verb once; a conflict keeps what was typed and says what happened.

    A form that already had its effect leads to its result, whatever the dossier's state is now.
    """
    kept = unfinished.take(request) if request.method != "POST" else None
    taken_up = kept or autosave.taken_up(request)
    data = request.POST if request.method == "POST" else taken_up
    form = act.form(
        data,
        request.FILES or None,
        by=request.actor,
        now=request.now,
        initial={"version": dossier.version, "round": dossier.round, **(initial or {})},
        **form_args,
    )
    if not policies.may(request.actor, act.verb, dossier):
        raise NotAllowed(_("Your post does not carry this right."))
    if earlier := earlier_result(request):
        return earlier
    if act.step_up:
        step_up.ask(request, form)
    conflict, status = "", 200
    if kept:
        say_kept(request)
    if request.method == "POST":
        if form.is_valid():
            try:
                return press(request, form, lambda: _do_in_round(dossier, form, do), act.done)
            except tuple(act.refused) as refusal:
                form.add_error(act.refused[type(refusal)], refusal.sentence)
                status = 422
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
            except CalendarNotPublished as refusal:
                form.add_error(None, not_published_sentence(refusal))
                status = 422
        elif earlier := earlier_result(request):
            return earlier  # its twin was stored while this one was being read, and took its files
        elif not policies.fits(act.verb, dossier):
            conflict, status = _("This step does not fit the dossier's present state."), 409
        else:
            status = 422
    elif not policies.fits(act.verb, dossier):
        conflict, status = _("This step does not fit the dossier's present state."), 409
    context = {
        "dossier": dossier,
        "act": act,
        "form": form,
        "told": act.told(),
        "autosaved": None if kept else autosave.offer(request),
        **due_preview(act.rule, request.now),
        **act.extra,
        **(after_conflict(conflict, form, dossier, act.verb, act.stored) if conflict else {}),
    }
    return render(request, act.template, context, status=status)


def after_conflict(
    conflict: str,
    form: forms.DossierActForm,
    dossier: Dossier,
    verb: str,
    stored: Callable[[], Stored] | None = None,
) -> dict[str, Any]:
    """What happened meanwhile and what is stored now; what was typed stays in the form.

    The form now names the present version: the person has seen what the other one saved, so the
    next press is a decision. Where the act no longer fits the state, ``may_retry`` is false.
    """
    dossier.refresh_from_db()
    _ = form.errors  # a form that waited for its person to sign in again was not read yet
    now_stored = stored() if stored else Stored(dossier.version)
    may_retry = policies.fits(verb, dossier)
    if form.is_bound and may_retry:
        form.data = form.data.copy()
        form.data["version"], form.data["round"] = str(now_stored.version), str(dossier.round)
    return {
        "conflict": conflict,
        "may_retry": may_retry,
        "meanwhile": last_entry(dossier),
        "newer": differences(form, now_stored.values) if form.is_bound else [],
    }


def _do_in_round(
    dossier: Dossier, form: forms.DossierActForm, do: Callable[[forms.DossierActForm], object]
) -> str:
    """Run the verb for a form of the present round; the address of the dossier."""
    if form.cleaned_data["round"] not in {None, dossier.round}:
        raise verbs.Stale(_("Meanwhile a new round of questions was sent. Read it first."))
    do(form)
    return reverse("dossiers:detail", args=[dossier.code])


def plain(request: HttpRequest, code: str, act: Act, verb: Callable[..., object]) -> HttpResponse:
    dossier = dossier_of(request, code)
    return perform(
        request,
        dossier,
        act,
        lambda form: verb(
            dossier, version=form.cleaned_data["version"], by=request.actor, now=request.now
        ),
    )
