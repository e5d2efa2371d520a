"""A worker or beat writes its own row from a thread of its own, and says whether it reached the
queue; what it cannot write it lets grow old."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError

from config import tasks
from config.models import Heartbeat
from config.operating import heartbeats
from tests.world import NOW


def lived(reaches: bool) -> tuple[heartbeats.Pulse, list[dict]]:
    """A pulse that has beaten once, and the rows that it left while it lived."""
    clock = iter(NOW + timedelta(seconds=n) for n in range(10))
    beaten, go_on = threading.Event(), threading.Event()

    class Watched(heartbeats.Pulse):
        def _beat(self, started_at) -> None:
            super()._beat(started_at)
            beaten.set()
            go_on.wait(timeout=30)

    pulse = Watched("worker", lambda: next(clock), lambda: reaches)
    pulse.start()
    assert beaten.wait(timeout=30)
    rows = list(Heartbeat.objects.values("name", "kind", "started_at", "seen_at", "broker_at"))
    go_on.set()
    return pulse, rows


@pytest.mark.django_db(transaction=True)
class TestPulse:
    @pytest.mark.parametrize("reaches", [True, False])
    def test_writes_a_row_and_takes_it_away_when_it_ends(self, reaches):
        pulse, rows = lived(reaches)
        seen = NOW + timedelta(seconds=1)
        assert rows == [
            {
                "name": heartbeats.own_name(), "kind": "worker", "started_at": NOW,
                "seen_at": seen, "broker_at": seen if reaches else None,
            }
        ]  # fmt: skip
        pulse.stop()
        assert not pulse.is_alive()
        assert not Heartbeat.objects.exists()

    def test_outlives_a_database_that_is_gone(self, monkeypatch):
        def gone(*_args, **_kwargs):
            raise DatabaseError

        monkeypatch.setattr(heartbeats, "note", gone)
        monkeypatch.setattr(heartbeats, "gone", gone)
        pulse, rows = lived(True)
        assert rows == []
        pulse.stop()
        assert not pulse.is_alive()


class TestTheQueue:
    def test_answers(self, redis_url):
        assert tasks._broker_answers()

    def test_is_gone(self, own_redis, monkeypatch):
        server = own_redis()
        monkeypatch.setattr(tasks.app.conf, "broker_write_url", server.url)
        server.kill()
        assert not tasks._broker_answers()
