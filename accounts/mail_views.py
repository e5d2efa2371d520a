"""Pages about e-mail: what a person wants and where to, the calendar link, the count of news."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import step_up
from accounts.mail import choices, links
from accounts.mail.letters import absolute
from accounts.mail_forms import AddressForm, LinkForm, NewsForm
from accounts.pages import page
from accounts.pressing import BOTH, earlier_result, press
from accounts.receipts import once


@page("own_account", BOTH)
def mail(request: HttpRequest) -> HttpResponse:
    """Which news come by e-mail, and to which address; the state of the calendar link."""
    verb = request.POST.get("viec", "")
    if request.method == "POST" and (earlier := earlier_result(request)):
        return earlier
    user, by = request.user, request.actor
    news = NewsForm(
        request.POST if verb == "tin" else None, initial={"news": choices.choice_of(user)}
    )
    address = AddressForm(
        request.POST if verb == "dia-chi" else None, initial={"address": user.email}
    )
    step_up.ask(request, address)
    if news.is_bound and news.is_valid():

        def choose() -> str:
            choices.choose(news=news.cleaned_data["news"], by=by)
            return reverse("accounts:mail")

        return press(request, news, choose, _("Your choice is kept."))
    if address.is_bound and address.is_valid():

        def change() -> str:
            choices.change_address(address=address.cleaned_data["address"], by=by, now=request.now)
            return reverse("accounts:mail")

        return press(request, address, change, _("The e-mail address is changed."))
    refused = address if address.is_bound else news if news.is_bound else None
    context = {"news": news, "address": address, "refused": refused}
    return _shown(request, context, status=422 if refused else 200)


@page("window_view", BOTH)
def calendar_link(request: HttpRequest) -> HttpResponse:
    """Make a new calendar link, which is shown this once, or take it back."""
    here = reverse("accounts:mail")
    if request.method != "POST":
        return redirect(here)
    form, by = LinkForm(request.POST), request.actor
    if request.POST.get("viec") == "thu-hoi" and form.is_valid():

        def revoke() -> str:
            links.revoke_link(by=by, now=request.now)
            return here

        return press(request, form, revoke, _("The calendar link is taken back."))
    step_up.ask(request, form)
    if not form.is_valid():
        return _shown(request, {"link_form": form, "refused": form}, status=422)
    key = form.cleaned_data["form_key"]

    def make() -> str:
        links.make_link(form_key=key, by=by, now=request.now)
        return here

    once(key=key, by=by, now=request.now, act=make)
    secret, living = links.secret_of(key, by), links.link_of(by)
    if living is None or living.digest != links.digest_of(secret):
        messages.warning(request, _("This form was already sent, and its link is no longer valid."))
        return redirect(here)
    return _shown(request, {"made": absolute(reverse("deadlines:feed", args=[secret]))})


@page("own_account")
def bell(request: HttpRequest) -> HttpResponse:
    """The bell of the frame with the count of unread news, for the page that asks again."""
    unread = request.user.messages.unread().count()
    return render(request, "components/_bell.html", {"unread": unread})


def _shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    by, may_link = request.actor, links.may_have_link(request.actor)
    address, link_form = AddressForm(initial={"address": request.user.email}), LinkForm()
    for form in (address, link_form):
        step_up.ask(request, form)
    context = {
        "news": NewsForm(initial={"news": choices.choice_of(request.user)}),
        "address": address,
        "link": links.link_of(by) if may_link else None,
        "may_link": may_link,
        "link_form": link_form,
        **context,
    }
    return render(request, "accounts/mail.html", context, status=status)
