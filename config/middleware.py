"""What every request passes: an identity, limits of size and signs, the clock, conflicts."""

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone, translation

from accounts.refusals import NotAllowed, Refused
from config.logs import request_id
from config.views import problem

Handler = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("dunghan.requests")

#: What machines ask every few seconds leaves no line.
_UNSAID = frozenset({"healthz", "readyz", "metrics"})

#: No page answers any other method; OPTIONS is for other origins, and none is allowed here.
_METHODS = ("GET", "HEAD", "POST")


def request_identity(get_response: Handler) -> Handler:
    """Number the request and find where it came from; proxies are believed only if counted.

    Each answer leaves one line in the logs: who (a number), which page, how it ended, how long.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        request.request_id = uuid.uuid4().hex
        request.address = _address(request)
        token = request_id.set(request.request_id)
        try:
            response = get_response(request)
            _note(request, response, time.monotonic() - began)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.request_id
        return response

    return middleware


def refuse_unused_methods(get_response: Handler) -> Handler:
    """Refuse methods that no page here uses (TRACE, PUT, invented ones) before anything is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in _METHODS:
            return HttpResponseNotAllowed(_METHODS)
        return get_response(request)

    return middleware


def refuse_large_bodies(get_response: Handler) -> Handler:
    """Refuse a body that is too large, or whose length is not given, before reading any of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        chunked = "HTTP_TRANSFER_ENCODING" in request.META
        is_number = length.isdecimal() and len(length) < 16
        if chunked or not is_number or int(length) > settings.MAX_BODY_BYTES:
            return problem(request, 413)
        return get_response(request)

    return middleware


def refuse_unreadable_input(get_response: Handler) -> Handler:
    """Refuse NUL and broken Unicode in addresses and cookies: no database stores them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        values = [request.path, *(v for _, vs in request.GET.lists() for v in vs), *request.GET]
        values += [*request.COOKIES, *request.COOKIES.values()]
        if any("\x00" in value or not _is_unicode(value) for value in values):
            return problem(request, 400)
        return get_response(request)

    return middleware


def clock(get_response: Handler) -> Handler:
    """Read the clock on the wall, once: one instant for page, chip and rule.

    A post is read whole first, so its instant is when it had arrived, not when it began.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            _ = request.POST
        request.now = timezone.now()
        return get_response(request)

    return middleware


def language(get_response: Handler) -> Handler:
    """Vietnamese until a person chooses otherwise, whatever language the browser was sold with."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        code = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(code):
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response

    return middleware


def answer_refusals(get_response: Handler) -> Handler:
    """Turn refusals that no view answered into pages: 403 for rights, 409 for all others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return problem(request, 403, exception.sentence)
        if isinstance(exception, Refused):
            return problem(request, 409, exception.sentence)
        return None

    middleware.process_exception = process_exception
    return middleware


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The line of a request. The route stands for the address, whose words are a person's own."""
    match = getattr(request, "resolver_match", None)
    if match is None or match.view_name in _UNSAID:
        return
    status = response.status_code
    actor = getattr(request, "actor", None)
    logger.info(
        "request",
        extra={
            "actor_id": actor.author.id if actor else None,
            "action": match.view_name,
            "method": request.method,
            "route": match.route,
            "status": status,
            "outcome": "ok" if status < 400 else "refused" if status < 500 else "failed",
            "ms": int(seconds * 1000),
        },
    )


def _address(request: HttpRequest) -> str:
    remote = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    return hops[-count][:64] if 0 < count <= len(hops) and hops[-count] else remote


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
