"""The servers of the test run are the ones that were asked for, and tests cannot reach others."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.servers import OwnRedis


def test_the_database_is_the_one_that_was_asked_for(db: None) -> None:
    asked = os.environ.get("TEST_DATABASE", "sqlite")
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[asked]
    assert ":memory:" not in str(connection.settings_dict["NAME"])


def test_the_broker_is_the_socket_of_this_run(redis_url: str) -> None:
    assert redis_url == settings.CELERY_BROKER_URL
    assert redis_url.startswith("redis+socket:///tmp/dunghan-tests-")


def test_a_process_that_a_test_starts_sees_what_the_test_committed(
    database_url_for_subprocess: str,
) -> None:
    ContentType.objects.create(app_label="only", model="here")
    code = (
        "from django.contrib.contenttypes.models import ContentType as C;"
        "print(C.objects.filter(app_label='only').count())"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    environment = os.environ | {"DATABASE_URL": database_url_for_subprocess}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "1"


def test_a_private_queue_can_be_frozen_stopped_and_killed(
    own_redis: Callable[[], OwnRedis],
) -> None:
    server = own_redis()
    with server.client() as client:
        assert client.ping()
        server.freeze()
        with pytest.raises(redis.exceptions.TimeoutError):
            client.ping()
        server.resume()
        client.set("kept", "no")
        server.kill()
        with pytest.raises(redis.exceptions.ConnectionError):
            client.ping()
        server.start()
        assert client.get("kept") is None
