"""What every test may lean on: reference data, people with posts, an instant to act at."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from deadlines import tallying
from deadlines.models import LimitRule
from deadlines.reference import load_reference
from ledger import guards
from tests.world import NOW, World

#: Fixtures through which a test meets the database.
DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What meets no database need not run again on the other one."""
    for item in items:
        meets = DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db")
        if not meets and not item.nodeid.startswith("tests/system/"):
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database holds the real calendar, rules and agencies, as every installation does."""
    with django_db_blocker.unblock():
        _empty_without_guards()
        load_reference(now=NOW)


@pytest.fixture(autouse=True)
def reference(request):
    """A test with real transactions empties the tables after itself: fill them again before it."""
    marker = request.node.get_closest_marker("django_db")
    real = marker and marker.kwargs.get("transaction")
    if real or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")
        if not LimitRule.objects.exists():
            load_reference(now=NOW)


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


def _empty_without_guards() -> None:
    """Let the test runner empty history tables, in which the guards let nobody delete.

    SQLite: the guards are dropped and put back around it. PostgreSQL: the server is told to fire
    none, and rows are deleted, which for a handful of rows takes a tenth of a TRUNCATE's time.
    On the class, because browser tests meet a connection of their own.
    """
    operations = type(connection.ops)
    original = operations.sql_flush

    def sql_flush(self, style, tables, **kwargs):
        if connection.vendor == "postgresql":
            deletes = [f"DELETE FROM {self.quote_name(table)}" for table in tables]  # noqa: S608
            quiet = "SET LOCAL session_replication_role = replica"
            return ["; ".join([quiet, *deletes])]
        emptying = original(self, style, tables, **kwargs)
        remove = [*guards.remove_statements(), *tallying.remove_statements()]
        return [*remove, *emptying, *guards.install_statements(), *tallying.install_statements()]

    operations.sql_flush = sql_flush
