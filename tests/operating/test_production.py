"""Before it starts: checks of our own, and files for production that name what exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import get_commands
from django.db import connection

from config import checks
from deadlines.models import CalendarYear
from deadlines.published import make_edition
from tests.world import NOW

DEPLOY = Path(project.BASE_DIR) / "deploy"


def ids(found) -> list[str]:
    return [one.id for one in found]


@pytest.mark.django_db
class TestChecks:
    def test_hanoi_is_known_and_the_only_zone(self, settings):
        assert checks.zone(None) == []
        settings.TIME_ZONE = "UTC"
        assert ids(checks.zone(None)) == ["dunghan.E001"]

    @pytest.mark.once
    def test_sqlite_keeps_what_was_committed(self, monkeypatch):
        assert checks.pragmas(None, databases=["default"]) == []
        assert checks.pragmas(None, databases=None) == []
        monkeypatch.setitem(project.DATABASES["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
        monkeypatch.setattr(checks, "PRAGMAS", {"synchronous": (9,)})
        assert ids(checks.pragmas(None, databases=["default"])) == ["dunghan.E003", "dunghan.E004"]

    def test_whoever_could_rewrite_history_is_warned(self, settings):
        """The role of the tests owns everything; SQLite has no roles, which is worth a word."""
        found = ids(checks.role(None, databases=["default"]))
        assert found == (["dunghan.W002"] if connection.vendor == "postgresql" else [])
        settings.PRODUCTION = True
        found = ids(checks.role(None, databases=["default"]))
        assert found == (
            ["dunghan.W002"] if connection.vendor == "postgresql" else ["dunghan.W001"]
        )
        assert checks.role(None, databases=[]) == []

    def test_the_calendar_covers_the_days_ahead(self, monkeypatch):
        today = NOW.date()
        monkeypatch.setattr(checks, "_today", lambda: today)
        assert checks.calendar(None, databases=["default"]) == []
        monkeypatch.setattr(checks, "DAYS_AHEAD", 402)
        assert ids(checks.calendar(None, databases=["default"])) == ["dunghan.W003"]
        CalendarYear.objects.all().delete()
        make_edition(NOW)
        assert ids(checks.calendar(None, databases=["default"])) == ["dunghan.E007"]

    def test_today_is_the_databases(self):
        assert checks._today().year >= 2026


class TestFiles:
    TEXTS = {
        path.relative_to(DEPLOY).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(DEPLOY.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }

    def test_call_commands_that_exist(self):
        named = {
            command
            for text in self.TEXTS.values()
            for command in re.findall(r"manage\.py (\w+)", text)
        }
        assert {"migrate", "load_reference", "grants", "backup", "check"} <= named
        assert named <= set(get_commands())

    def test_set_variables_that_are_documented(self):
        example = (Path(project.BASE_DIR) / ".env.example").read_text()
        documented = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
        read = set(re.findall(r'environ\.get\("([A-Z_]+)"', self.TEXTS["gunicorn.conf.py"]))
        units = "\n".join(t for name, t in self.TEXTS.items() if name.endswith(".service"))
        read |= set(re.findall(r"^Environment=([A-Z_]+)=", units, re.MULTILINE))
        assert {"WEB_WORKERS", "WORKER_PROCESSES"} <= read <= documented

    @pytest.mark.parametrize("name", ["nginx/dunghan.conf", "nginx/compose.conf"])
    def test_the_proxy_buffers_and_shows_no_numbers(self, name):
        text = self.TEXTS[name]
        assert "location = /metrics { return 404; }" in text
        assert "proxy_request_buffering on;" in text
        limit = int(re.search(r"client_max_body_size (\d+)m;", text)[1])
        assert limit * 1024 * 1024 == project.MAX_BODY_BYTES

    def test_the_web_process_is_given_the_time_to_finish(self):
        """quality.md §2 invariant 34: 30 seconds, and a little more before it is killed."""
        grace = int(re.search(r"graceful_timeout = (\d+)", self.TEXTS["gunicorn.conf.py"])[1])
        stop = int(re.search(r"TimeoutStopSec=(\d+)", self.TEXTS["systemd/dunghan-web.service"])[1])
        compose = self.TEXTS["compose.yaml"]
        assert grace == 30 < stop
        assert int(re.search(r"stop_grace_period: (\d+)s", compose)[1]) > grace
        worker = self.TEXTS["systemd/dunghan-worker.service"]
        longest = project.CELERY_TASK_TIME_LIMIT
        assert int(re.search(r"TimeoutStopSec=(\d+)", worker)[1]) > longest
        assert "KillMode=mixed" in worker

    def test_the_page_names_units_that_exist(self):
        text = (Path(project.BASE_DIR) / "config/operating/gauges.py").read_text()
        units = set(re.findall(r"systemctl [a-z -]+? (dunghan-[a-z.]+\w)", text))
        there = {name.removeprefix("systemd/") for name in self.TEXTS}
        assert units and all(unit in there or f"{unit}.service" in there for unit in units), (
            units - there
        )
