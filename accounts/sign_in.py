"""Signing in and out, with a brake on guessing and an entry in the ledger for each."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from accounts.actors import person
from accounts.mail import notices
from accounts.models import SignInFailure, User
from agencies.dates import local_day
from ledger import recording

WINDOW = timedelta(minutes=15)
MOST_FAILURES = 10
#: Where the session keeps when the password was last given, in seconds of the epoch.
CONFIRMED = "confirmed_at"
#: What the ledger says instead of a name that is nobody's.
UNKNOWN = "unknown account"


def is_braked(username: str, now: datetime) -> bool:
    """Whether an account has seen too many wrong passwords in the last quarter of an hour."""
    failures = SignInFailure.objects.filter(username=_key(username), at__gt=now - WINDOW)
    return failures.count() >= MOST_FAILURES


def sign_in(request: HttpRequest, username: str, password: str) -> User | None:
    """The person, signed in under a new session id, or ``None``; both are recorded."""
    user = authenticate(request, username=_key(username), password=password)
    with recording.recorded():
        if user is None:
            _refused(request, username)
        else:
            login(request, user)
            now = int(request.now.timestamp())
            request.session.update({"began_at": now, "seen_at": now, CONFIRMED: now})
            _enter(request, "signed_in", user.username, _author(request, user))
    return user


def confirm(request: HttpRequest, password: str) -> bool:
    """Whether the person at the keyboard is still the one who signed in; both are recorded.

    A wrong password counts toward the brake of the account like one at the sign-in page.
    """
    user = authenticate(request, username=request.user.username, password=password)
    with recording.recorded():
        if user is None or user.pk != request.user.pk:
            _refused(request, request.user.username)
            return False
        _enter(request, "password_confirmed", user.username, _author(request, user))
    request.session[CONFIRMED] = int(request.now.timestamp())
    return True


def _refused(request: HttpRequest, username: str) -> None:
    """Count and record a wrong try; the one that closes the brake is recorded as an alarm.

    People type passwords into the wrong field: a name that is nobody's account is neither entered
    in the ledger nor kept longer than the brake needs it.
    """
    key, now = _key(username), request.now
    SignInFailure.objects.filter(at__lte=now - WINDOW).delete()
    SignInFailure.objects.create(username=key, address=request.address, at=now)
    code = key if User.objects.filter(username=key).exists() else UNKNOWN
    by = recording.Author(name="anonymous", request_id=request.request_id, address=request.address)
    _enter(request, "sign_in_refused", code, by)
    if is_braked(username, now):
        _enter(request, "sign_in_braked", code, by)


def sign_out(request: HttpRequest) -> None:
    """End the session on the server."""
    user = request.user
    with recording.recorded():
        _enter(request, "signed_out", user.username, _author(request, user))
        logout(request)


def change_password(request: HttpRequest, form: object) -> None:
    """Save a new password; other sessions end because their key is made of the old one."""
    with recording.recorded():
        user = form.save()
        _enter(request, "password_changed", user.username, _author(request, user))
        notices.password_changed(user, now=request.now)


def _enter(request: HttpRequest, action: str, code: str, by: recording.Author) -> None:
    recording.append(by=by, action=action, kind="account", code=code, now=request.now)


def _author(request: HttpRequest, user: User) -> recording.Author:
    return person(
        user, local_day(request.now), request_id=request.request_id, address=request.address
    ).author


def _key(username: str) -> str:
    return username.replace("\x00", "").strip().lower()[:150]
