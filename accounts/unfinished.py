"""What a person was typing when the session ended: kept on the server, given back to that person.

A signed cookie remembers who was last signed in on this browser, so that the next person at a
shared desk is never shown somebody else's text. Cross-site posts never come this far: the check of
the form's token runs before.
"""

import hashlib

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts import staging

WHO_COOKIE = "dunghan_who"
SESSION_KEY = "unfinished"
_NEVER_KEPT = {"csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2"}


def session_mark(request: HttpRequest) -> str:
    """A mark of the session for the ledger; the session cannot be found from it."""
    return hashlib.sha256((request.session.session_key or "").encode()).hexdigest()[:16]


def remember_who(request: HttpRequest, response: HttpResponse) -> None:
    """Note who signed in on this browser."""
    response.set_signed_cookie(
        WHO_COOKIE,
        str(request.user.pk),
        max_age=7 * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def keep(request: HttpRequest) -> None:
    """Keep a posted form, files included, whose session had ended."""
    who = request.get_signed_cookie(WHO_COOKIE, default=None)
    if not who or not get_user_model().objects.filter(pk=who, is_active=True).exists():
        return
    data = request.POST.copy()
    for name in _NEVER_KEPT & set(data):
        del data[name]
    for name, uploads in request.FILES.lists():
        for upload in uploads:
            try:
                staged = staging.stage(upload, owner_id=int(who), now=request.now)
            except staging.FileRefused:
                continue  # the form itself will ask for the file again
            data.appendlist(f"{name}_staged", str(staged.token))
    request.session[SESSION_KEY] = {"path": request.path, "who": who, "data": data.urlencode()}


def take(request: HttpRequest) -> QueryDict | None:
    """The kept form of this person for this page, once; or nothing."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[SESSION_KEY]
    return QueryDict(kept["data"]) if kept["who"] == str(request.user.pk) else None
