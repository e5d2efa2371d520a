"""Signing in and out, with a brake on guessing and an entry in the ledger for each."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from accounts.actors import person
from accounts.models import SignInFailure, User
from agencies.dates import local_day
from ledger import recording

WINDOW = timedelta(minutes=15)
MOST_FAILURES = 10


def is_braked(username: str, now: datetime) -> bool:
    """Whether an account has seen too many wrong passwords in the last quarter of an hour."""
    failures = SignInFailure.objects.filter(username=_key(username), at__gt=now - WINDOW)
    return failures.count() >= MOST_FAILURES


def sign_in(request: HttpRequest, username: str, password: str) -> User | None:
    """The person, signed in under a new session id, or ``None``; both are recorded."""
    user = authenticate(request, username=_key(username), password=password)
    with recording.recorded():
        if user is None:
            SignInFailure.objects.create(
                username=_key(username), address=request.address, at=request.now
            )
            by = recording.Author(
                name="anonymous", request_id=request.request_id, address=request.address
            )
            action, code = "sign_in_refused", _key(username)
        else:
            login(request, user)
            request.session["seen_at"] = int(request.now.timestamp())
            by = _author(request, user)
            action, code = "signed_in", user.username
        recording.append(by=by, action=action, kind="account", code=code, now=request.now)
    return user


def sign_out(request: HttpRequest) -> None:
    """End the session on the server."""
    user = request.user
    with recording.recorded():
        recording.append(
            by=_author(request, user),
            action="signed_out",
            kind="account",
            code=user.username,
            now=request.now,
        )
        logout(request)


def change_password(request: HttpRequest, form: object) -> None:
    """Save a new password; other sessions end because their key is made of the old one."""
    with recording.recorded():
        user = form.save()
        recording.append(
            by=_author(request, user),
            action="password_changed",
            kind="account",
            code=user.username,
            now=request.now,
        )


def _author(request: HttpRequest, user: User) -> recording.Author:
    return person(
        user, local_day(request.now), request_id=request.request_id, address=request.address
    ).author


def _key(username: str) -> str:
    return username.replace("\x00", "").strip().lower()[:150]
