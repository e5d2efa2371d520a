"""What every test may lean on: reference data, people with posts, an instant to act at."""

import gc
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management.commands import flush
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import _TestState
from django.utils import timezone

from tests import prepared
from tests.servers import BASE
from tests.world import NOW, World

# How long a case takes is the machine's business, not a test's.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

#: Fixtures through which a test meets the database.
DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What meets no database need not run again on the other one."""
    for item in items:
        meets = DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db")
        if not meets and not item.nodeid.startswith("tests/system/"):
            item.add_marker(pytest.mark.once)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what lives as long as the run: Django, every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session", autouse=True)
def thrift(django_test_environment: None) -> None:
    """What costs much and proves nothing here: strong hashes of one known password, and a copy of
    the context for every part that a page includes (the page's own is kept, as ``context``)."""
    Argon2PasswordHasher.time_cost = 1
    Argon2PasswordHasher.memory_cost = 64
    told, plain = Template._render, _TestState.saved_data.template_render

    def render(template: Template, context: Context) -> str:
        return (told if context.template is template else plain)(template, context)

    Template._render = render


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> None:
    """In place of pytest-django's: a copy of the database that was made for all workers."""
    base = Path(os.environ[BASE])
    name = prepared.take_copy(base, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    # What pytest-django does after a test with real transactions. On the class, because browser
    # tests meet a connection of their own.
    type(connection.ops).execute_sql_flush = lambda *_: prepared.put_back(base)
    flush.emit_post_migrate_signal = lambda *_, **__: None


@pytest.fixture
def world(db) -> World:
    """A ward, another ward, the City Office, the City leadership, Home Affairs: with people."""
    return World.build()


@pytest.fixture
def wall_clock(monkeypatch) -> Callable[[datetime], None]:
    """Sets the instant that the one middleware reads; pages then live at that instant."""

    def set_to(instant: datetime) -> None:
        monkeypatch.setattr("config.middleware.timezone.now", lambda: instant)

    set_to(NOW)
    return set_to


@pytest.fixture
def sign_in(wall_clock) -> Callable[..., Client]:
    """A browser in which a person is signed in."""

    def browser(user, **kwargs) -> Client:
        client = Client(**kwargs)
        client.force_login(user)
        session = client.session  # as signing in does: the password was given just now
        session["confirmed_at"] = int(timezone.now().timestamp())
        session.save()
        return client

    return browser
