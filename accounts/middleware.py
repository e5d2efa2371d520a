"""Who is asking, for how long a session lives, and the way back after it has ended."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import actors, unfinished
from accounts.roles import Role
from agencies.dates import local_day

Handler = Callable[[HttpRequest], HttpResponse]


def actor(get_response: Handler) -> Handler:
    """Give the request its actor: the person with the posts held today, read anew each time.

    Ends sessions that were idle too long (leaders' sooner) or are too old, and notes a sign of life
    once a minute. A page that only asks for the count of news is no sign of life.
    Pages of a signed-in person are kept by no cache.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = None
        if request.user.is_authenticated:
            request.actor = actors.person(
                request.user,
                local_day(request.now),
                request_id=request.request_id,
                address=request.address,
                session=unfinished.session_mark(request),
            )
            _end_old_session(request)
        signed_in = request.actor is not None
        response = get_response(request)
        if signed_in or request.path == "/":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _end_old_session(request: HttpRequest) -> None:
    """End a session that was idle too long, or began too long ago however busy it is.

    Each note of life lets the session's row live on, so its own expiry cannot be the absolute end.
    """
    leader = request.actor.holds(Role.CITY_LEADER)
    minutes = settings.SESSION_IDLE_MINUTES_LEADERS if leader else settings.SESSION_IDLE_MINUTES
    now = int(request.now.timestamp())
    began = request.session.setdefault("began_at", now)
    seen = request.session.get("seen_at")
    idle = seen is not None and now - seen > minutes * 60
    if idle or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
        request.actor = None
    elif (seen is None or now - seen > 60) and request.path != reverse("accounts:bell"):
        request.session["seen_at"] = now


class SignInRequired(LoginRequiredMiddleware):
    """Every page needs a person unless it says otherwise; what was typed is kept for the return."""

    def handle_no_permission(self, request: HttpRequest, view_func: Handler) -> HttpResponse:
        if request.method == "POST":
            unfinished.keep(request)
        if "HX-Request" in request.headers and request.path == reverse("accounts:bell"):
            return HttpResponse(status=204)  # the open page stays as it is, whatever it holds
        return super().handle_no_permission(request, view_func)
