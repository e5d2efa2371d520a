"""One page per act: shows what will happen, takes one form, calls one verb, goes to its result.

The same promises as on dossiers: a form has one effect however often it is posted, somebody who was
faster answers 409 with everything typed still there, a form that cannot be read answers 422 and
keeps its files (quality.md invariants 23 to 25).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import autosave, step_up, unfinished
from accounts.pressing import Stored, differences, earlier_result, press, say_kept
from accounts.refusals import Conflict, NotAllowed, Refused
from deadlines.acts import DatedActForm, due_preview
from deadlines.calendar import CalendarNotPublished
from deadlines.views import not_published_sentence
from documents.layout import Layout
from documents.lint import Fault, faults
from inspections.story import last_entry


class PlainForm(DatedActForm):
    """An act that needs nothing but the press of its button."""


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Act:
    """A form on an object of Home Affairs: the words around it and what its button does.

    ``may`` asks the policy whether a post of the person carries the right, ``fits`` whether the act
    starts from the present state. ``about`` is (kind, code) of the object in the ledger, for who
    came too late. ``effects`` are sentences that say what the button does, ``told`` who hears of
    it, ``rule`` the limit that begins. ``stored`` reads what somebody else may have saved
    meanwhile. ``refused`` says beside which field a refusal of the verb stands. ``decides`` marks
    acts that ask for the password again (quality.md S10). ``paper`` builds what would be issued:
    its faults of layout and wording are named on the page before the button is pressed.
    """

    title: Any
    button: Any
    form: type[forms.Form]
    done: Any
    may: Callable[[], bool]
    back: str
    fits: Callable[[], bool] = _always
    about: tuple[str, str] | None = None
    template: str = "inspections/act.html"
    text: Any = ""
    effects: Sequence[Any] = ()
    told: Callable[[], list[str]] = list
    rule: str = ""
    crumbs: Sequence[tuple[Any, str]] = ()
    danger: bool = False
    decides: bool = False
    stored: Callable[[], Stored] | None = None
    refused: Mapping[type[Refused], str | None] = field(default_factory=dict)
    paper: Callable[[], Layout] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def perform(
    request: HttpRequest,
    act: Act,
    do: Callable[[Any], str | None],
    *,
    initial: dict[str, Any] | None = None,
    **form_args: Any,
) -> HttpResponse:
    """Show the form, or run the verb once; a conflict keeps what was typed and says what happened.

    ``do`` takes the valid form and returns the address of the result, or nothing for ``act.back``.
    A form that already had its effect leads to its result, whatever the state is now.
    """
    if not act.may():
        raise NotAllowed(_("Your post does not carry this right."))
    kept = unfinished.take(request) if request.method != "POST" else None
    data = request.POST if request.method == "POST" else kept or autosave.taken_up(request)
    version = act.stored().version if act.stored else None
    form = act.form(
        data,
        request.FILES or None,
        by=request.actor,
        now=request.now,
        initial={"version": version, **(initial or {})},
        **form_args,
    )
    if earlier := earlier_result(request):
        return earlier
    if act.decides:
        step_up.ask(request, form)
    conflict, status = "", 200
    if kept:
        say_kept(request)
    if request.method == "POST":
        if form.is_valid():
            try:
                return press(request, form, lambda: do(form) or act.back, act.done)
            except tuple(act.refused) as refusal:
                form.add_error(act.refused[type(refusal)], refusal.sentence)
                status = 422
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
            except NotAllowed:
                raise
            except Refused as refusal:
                field = getattr(refusal, "field", None)
                form.add_error(field if field in form.fields else None, refusal.sentence)
                status = 422
            except CalendarNotPublished as refusal:
                form.add_error(None, not_published_sentence(refusal))
                status = 422
        elif earlier := earlier_result(request):
            return earlier  # its twin was stored while this one was being read, and took its files
        else:
            status = 422
    elif not act.fits():
        conflict, status = _("This step does not fit the present state."), 409
    context = {
        "act": act,
        "form": form,
        "told": act.told(),
        "faults": _faults_of(act, form),
        "autosaved": None if kept else autosave.offer(request),
        **due_preview(act.rule, request.now),
        **act.extra,
        **(_after_conflict(conflict, form, act) if conflict else {}),
    }
    return render(request, act.template, context, status=status)


def _faults_of(act: Act, form: Any) -> list[Fault]:
    """What is to be mended in the paper; what stopped the press stands above the form already."""
    if act.paper is None or not act.fits():
        return []
    refused = form.is_bound and form.errors
    return [one for one in faults(act.paper()) if not (one.blocking and refused)]


def _after_conflict(conflict: str, form: Any, act: Act) -> dict[str, Any]:
    """What happened meanwhile and what is stored now; what was typed stays in the form.

    The form now names the present version: the person has seen what the other one saved, so the
    next press is a decision. Where the act no longer fits the state, ``may_retry`` is false.
    """
    _errors = form.errors  # a form that waited for its person to sign in again was not read yet
    stored = act.stored() if act.stored else None
    may_retry = act.fits()
    if form.is_bound and may_retry and stored:
        form.data = form.data.copy()
        form.data["version"] = str(stored.version)
    return {
        "conflict": conflict,
        "may_retry": may_retry,
        "meanwhile": last_entry(*act.about) if act.about else None,
        "newer": differences(form, stored.values) if form.is_bound and stored else [],
    }
