"""Signing in and out, one's password, one's inbox."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import autosave, matrix, news, sign_in, unfinished
from accounts.forms import OwnPasswordForm, SignInForm
from accounts.messages import mark_read
from accounts.pages import page
from accounts.paging import numbered


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Sign in and go on to the page that was asked for, of this site only."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"]
        if sign_in.is_braked(username, request.now):
            form.add_error(None, _("Too many wrong tries. Wait 15 minutes, then try again."))
            status = 429
        elif sign_in.sign_in(request, username, form.cleaned_data["password"]):
            response = redirect(_next(request))
            unfinished.remember_who(request, response)
            return response
        else:
            form.add_error(None, _("User name or password is not right. Check both and try again."))
    context = {
        "form": form,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "kept": unfinished.SESSION_KEY in request.session,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@login_not_required
@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """End the session; pressing the button after it has ended is no error."""
    if request.user.is_authenticated:
        sign_in.sign_out(request)
    return redirect("accounts:sign_in")


sign_out_page.act = "own_account"


@page("own_account", ("GET", "HEAD", "POST"))
@sensitive_post_parameters()
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sign_in.change_password(request, form)
        update_session_auth_hash(request, form.user)
        messages.success(request, _("The password is changed. Other sessions have ended."))
        return redirect("accounts:password")
    status = 422 if form.errors else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


@page("own_account", ("GET", "HEAD", "POST"))
def inbox(request: HttpRequest) -> HttpResponse:
    """One's news, the newest first; a post marks what was shown as read."""
    if request.method == "POST":
        keys = request.POST.getlist("shown")[:100]
        shown = [int(key) for key in keys if key.isdecimal() and len(key) < 19]
        mark_read(request.user.pk, shown, request.now)
        return redirect("accounts:inbox")
    mine = request.user.messages.order_by("-created_at", "-pk")
    shown = numbered(mine, request.GET, size=25)
    items = [news.item(message) for message in shown.rows]
    context = {"page": shown, "items": items, "new_count": sum(item.is_new for item in items)}
    return render(request, "accounts/inbox.html", context)


def _next(request: HttpRequest) -> str:
    """The address to go on to: a path of this site, never another place."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else "/"


@page("own_account")
def rights(request: HttpRequest) -> HttpResponse:
    """The table of rights that every page and verb asks, for everybody to read."""
    context = {"columns": matrix.columns(), "rows": matrix.rows()}
    return render(request, "accounts/rights.html", context)


@page("own_account", ("GET", "HEAD", "POST"))
def autosaved(request: HttpRequest) -> HttpResponse:
    """Keep what is being typed on a page, or throw it away (``viec=bo``) and go back there."""
    if request.method != "POST":
        return redirect("/")
    path = request.POST.get("path", "")
    try:
        if request.POST.get("viec") == "bo":
            autosave.forget(request.user, path)
            return redirect(path)
        data = request.POST.get("data", "")
        autosave.keep(request.user, path=path, data=data, now=request.now)
    except autosave.TooLarge:
        return HttpResponse(status=413)
    except autosave.TooOften:
        return HttpResponse(status=429)
    except autosave.NoSuchPage:
        return HttpResponse(status=400)
    return HttpResponse(status=204)
