"""A decision asks for the password again when it was last given more than ten minutes ago (S10).

The question stands in the form of the decision itself, so nothing typed is lost. ``ask`` is all
that a page needs: it adds the field when the answer is due and checks it when the form is sent. A
wrong password counts like one at the sign-in page. The instant lives in the session and ends with
it; signing in counts as giving the password.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import sign_in

FRESH = timedelta(minutes=10)
#: The name of the field; autosave and forms kept after a session never hold it.
FIELD = "password"


class PasswordField(forms.CharField):
    """The password, asked for again; ``refusal`` is what was wrong with the one that came."""

    def __init__(self, refusal: str = ""):
        super().__init__(
            label=gettext_lazy("Your password"),
            help_text=gettext_lazy(
                "You last gave it more than 10 minutes ago. A decision asks for it again, so that "
                "nobody else decides at your desk."
            ),
            strip=False,
            max_length=500,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.refusal = refusal

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if self.refusal:
            raise forms.ValidationError(self.refusal, code="password")
        return typed


def is_fresh(request: HttpRequest) -> bool:
    """Whether the password was given in this session within the last ten minutes."""
    given = request.session.get(sign_in.CONFIRMED)
    if given is None:
        return False
    age = int(request.now.timestamp()) - given
    return 0 <= age <= FRESH.total_seconds()


def ask(request: HttpRequest, form: forms.Form) -> None:
    """Have a form of a decision ask for the password if it is due; the form is not read yet.

    A form that brings the right password needs no field any more, whatever else is wrong with it.
    Call this after the policy and after ``earlier_result``: whoever may not decide is not asked,
    and a form that had its effect leads to it.
    """
    if is_fresh(request):
        return
    refusal = ""
    if request.method == "POST":
        request.sensitive_post_parameters = [FIELD]  # reports of errors hide it
        typed = request.POST.get(FIELD, "")[:500]
        if typed:
            refusal = _refusal(request, typed)
            if not refusal:
                return
    form.fields[FIELD] = PasswordField(refusal)


def _refusal(request: HttpRequest, typed: str) -> str:
    """What is wrong with the password, or nothing: then it holds for ten minutes."""
    if sign_in.is_braked(request.user.username, request.now):
        return _("Too many wrong tries. Wait 15 minutes, then try again.")
    if sign_in.confirm(request, typed):
        return ""
    return _("The password is not right. What you decided is not recorded yet; type it again.")
