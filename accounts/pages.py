"""Every page declares the act it needs; a page that declares nothing is refused by a test."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.refusals import NotAllowed
from accounts.rights import allows

View = Callable[..., HttpResponse]


def page(act: str, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """Bind a view to an act of the rights table and to the methods it answers.

    Whoever may do the act nowhere gets 403, and 404 for a page about one object, which may not be
    told to exist. On which rows the act is allowed is the view's own question (``visible_to``,
    policies).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allows(request.actor, act):
                if kwargs:
                    raise Http404
                raise NotAllowed(_("Your post does not carry this right."))
            return view(request, *args, **kwargs)

        bound = require_http_methods(methods)(checked)
        bound.act = act
        return bound

    return decorate
