"""The press of a form's button: one effect, the way to its result, and what else was saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import autosave
from accounts.fields import ActForm
from accounts.receipts import once, result_of

BOTH = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True)
class Stored:
    """What the server holds now: the version a form must name, and the values by field."""

    version: int
    values: Mapping[str, Any] = field(default_factory=dict)


def press(request: HttpRequest, form: ActForm, act: Callable[[], str], done: Any) -> HttpResponse:
    """Run the act once for this valid form and go where it says; the page there tells ``done``.

    A form that already had its effect leads to the same place and is told so. What the act refuses
    comes through.
    """
    where, acted = once(
        key=form.cleaned_data["form_key"], by=request.actor, now=request.now, act=act
    )
    autosave.forget(request.user, request.path)
    if acted:
        messages.success(request, done)
    else:
        _say_known(request)
    return redirect(where)


def earlier_result(request: HttpRequest) -> HttpResponse | None:
    """Where a posted form already led, if it had its effect before (back button, second tab)."""
    if request.method != "POST":
        return None
    where = result_of(request.POST.get("form_key", ""), by=request.actor)
    if where is None:
        return None
    _say_known(request)
    return redirect(where)


def say_kept(request: HttpRequest) -> None:
    """Tell who had to sign in again that what they typed is on the page."""
    messages.warning(
        request,
        _("Your session had ended. What you typed is still here: check it and send it again."),
    )


def differences(form: forms.Form, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and stored value of each field that the person filled in otherwise."""
    found = []
    for name, value in values.items():
        if name in form.cleaned_data and form.cleaned_data[name] != value:
            field_ = form.fields[name]
            words = dict(getattr(field_, "choices", ())).get(value) or field_.prepare_value(value)
            found.append((str(field_.label), str(words or "")))
    return found


def _say_known(request: HttpRequest) -> None:
    messages.info(request, _("This form was already sent; here is its result."))
