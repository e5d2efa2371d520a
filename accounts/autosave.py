"""What a person is typing, kept on the server every few seconds, so that a sign-out, a closed
window or a power cut loses nothing. Text alone: never files, never passwords.

One copy a person and page; it goes when the form had its effect, or when the person throws it away.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from accounts import receipts
from accounts.models import AutosavedForm, User

MOST_BYTES = 64 * 1024
MOST_PAGES = 50
#: Not more often than this for one page; a browser waits longer than that by itself.
EVERY = timedelta(seconds=1)
_NEVER_KEPT = ("csrfmiddlewaretoken", "form_key", "viec")


class TooLarge(Exception):
    """More text than a form of this site holds."""


class TooOften(Exception):
    """The page was saved a moment ago."""


class NoSuchPage(Exception):
    """The path is no page of this site."""


def keep(user: User, *, path: str, data: str, now: datetime) -> None:
    """Keep the fields of a form (urlencoded) for this person and page, in place of earlier ones.

    Raises ``TooLarge``, ``TooOften`` and ``NoSuchPage``.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge
    _must_be_page(path)
    fields = QueryDict(data, mutable=True)
    for name in [name for name in fields if name in _NEVER_KEPT or "password" in name]:
        del fields[name]
    mine = AutosavedForm.objects.filter(owner=user)
    earlier = mine.filter(path=path).first()
    if earlier and timedelta(0) <= now - earlier.saved_at < EVERY:
        raise TooOften
    AutosavedForm.objects.update_or_create(
        owner=user, path=path, defaults={"data": fields.urlencode(), "saved_at": now}
    )
    if earlier is None:
        kept = mine.order_by("-saved_at", "-pk").values_list("pk", flat=True)[:MOST_PAGES]
        mine.exclude(pk__in=list(kept)).delete()


def offer(request: HttpRequest) -> AutosavedForm | None:
    """What this person has not sent on this page yet; one query, for pages that are opened."""
    if request.method == "POST" or "dung-lai" in request.GET:
        return None
    return AutosavedForm.objects.filter(owner=request.user, path=request.path).first()


def taken_up(request: HttpRequest) -> QueryDict | None:
    """The kept fields when the person asked for them, under a new key; they stay until sent."""
    if request.method == "POST" or "dung-lai" not in request.GET:
        return None
    kept = AutosavedForm.objects.filter(owner=request.user, path=request.path).first()
    if kept is None:
        return None
    data = QueryDict(kept.data, mutable=True)
    data["form_key"] = receipts.new_key()
    return data


def forget(user: User, path: str) -> None:
    """Throw away what is kept for a page: it was sent, or the person does not want it.

    Raises ``NoSuchPage``.
    """
    _must_be_page(path)
    AutosavedForm.objects.filter(owner=user, path=path).delete()


def _must_be_page(path: str) -> None:
    most = AutosavedForm._meta.get_field("path").max_length
    if not path.startswith("/") or "\x00" in path or len(path) > most:
        raise NoSuchPage
    try:
        resolve(path)
    except Resolver404:
        raise NoSuchPage from None
