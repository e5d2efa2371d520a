"""The operator sees at a glance whether all of it works, from rows; machines read the same."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from config.models import BackupRun, FailedJob, Heartbeat
from config.operating import gauges, heartbeats, outboxes, readiness, self_check
from config.operating.outboxes import Backlog, Outbox
from deadlines import clocks, sweeping
from deadlines.models import CalendarYear
from deadlines.published import make_edition
from deadlines.transitions import Subject
from ledger import chain
from tests.dossiers.desk import text_of
from tests.world import NOW

MINUTE = timedelta(minutes=1)
TOKEN = "t" * 20


@pytest.fixture
def running(db, settings, tmp_path) -> None:
    """Everything runs: a worker and a beat alive, the queue reached, all swept, sealed, checked."""
    settings.MEDIA_ROOT = tmp_path
    for kind in ("worker", "beat"):
        Heartbeat.objects.create(
            name=f"may-1:{kind}", kind=kind, started_at=NOW, seen_at=NOW, broker_at=NOW,
            worked_at=NOW,
        )  # fmt: skip
    sweeping.flag_overdue(NOW)
    self_check.run(NOW, with_bytes=False)
    chain.seal_all()


def read(slug: str, now=NOW) -> gauges.Reading:
    return next(one.reading for one in gauges.survey(now) if one.slug == slug)


class TestGauges:
    def test_all_are_green_when_everything_runs(self, running, monkeypatch):
        monkeypatch.setattr(gauges, "DISK_AMBER", 0)
        shown = gauges.survey(NOW)
        unlike = {one.slug: one.reading for one in shown if one.reading.level != "ok"}
        # The database's clock is real here and NOW is not.
        assert set(unlike) <= {"database"}
        assert all(one.reading.text for one in shown)

    def test_a_database_whose_clock_differs(self, running, monkeypatch):
        monkeypatch.setattr(clocks, "drift", lambda now: timedelta(seconds=-2))
        assert read("database").level == "ok"
        monkeypatch.setattr(clocks, "drift", lambda now: timedelta(seconds=-3))
        reading = read("database")
        assert (reading.level, reading.numbers["clock_drift_seconds"]) == ("bad", -3)

    def test_a_process_that_fell_silent(self, running):
        later = NOW + timedelta(seconds=76)
        assert read("workers", NOW + timedelta(seconds=75)).level == "ok"
        silent = read("workers", later)
        assert (silent.level, silent.numbers["workers_alive"]) == ("bad", 0)
        assert "systemctl start" in silent.advice
        Heartbeat.objects.create(name="b:1", kind="worker", started_at=later, seen_at=later)
        one_left = read("workers", later)
        assert (one_left.level, "may-1:worker" in one_left.text) == ("warn", True)

    def test_a_lost_queue_is_told_from_dead_workers(self, running):
        later = NOW + 2 * MINUTE
        assert read("queue", later).level == "warn"  # nobody alive can say
        Heartbeat.objects.update(seen_at=later)
        assert read("queue", later).level == "bad"  # alive, and the queue does not answer
        Heartbeat.objects.update(broker_at=later)
        assert read("queue", later).level == "ok"
        Heartbeat.objects.update(seen_at=NOW + 4 * MINUTE, broker_at=NOW + 4 * MINUTE)
        assert read("queue", NOW + 4 * MINUTE).level == "warn"  # answers, and hands nothing on

    def test_a_sweep_and_seals_that_fall_behind(self, running, world):
        world.submitted(NOW)
        assert (read("sweep", NOW + 5 * MINUTE).level, read("ledger").level) == ("ok", "ok")
        assert read("sweep", NOW + 6 * MINUTE).level == "bad"
        assert read("ledger", NOW + 6 * MINUTE).level == "bad"

    @pytest.mark.parametrize(
        ("backlog", "level"),
        [
            (Backlog(3, NOW - 5 * MINUTE), "ok"),
            (Backlog(3, NOW - 6 * MINUTE), "warn"),
            (Backlog(3, NOW - 31 * MINUTE), "bad"),
            (Backlog(dead=1), "warn"),
        ],
    )
    def test_an_outbox_that_does_not_empty(self, running, monkeypatch, backlog, level):
        outbox = Outbox("mail", "E-mails", lambda now: backlog)
        monkeypatch.setattr(gauges, "OUTBOXES", (*outboxes.OUTBOXES, outbox))
        reading = read("outbox")
        assert reading.level == level
        assert reading.numbers['outbox_waiting{outbox="mail"}'] == backlog.waiting
        assert reading.numbers['outbox_dead{outbox="mail"}'] == backlog.dead

    def test_failed_jobs_are_named_without_their_text(self, running):
        error = ValueError("chép từ hồ sơ của ông Bảy")
        heartbeats.note_failure("deadlines.tasks.sweep", "9f" * 18, error, now=NOW)
        reading = read("jobs", NOW + MINUTE)
        assert (reading.level, reading.numbers["jobs_failed_24h"]) == ("warn", 1)
        assert "deadlines.tasks.sweep" in reading.text and "ValueError" in reading.text
        assert "ông Bảy" not in f"{FailedJob.objects.values().get()}{reading}"
        assert read("jobs", NOW + timedelta(hours=25)).level == "ok"

    def test_a_calendar_that_runs_out(self, running):
        assert read("calendar").numbers["calendar_days_ahead"] == 401
        CalendarYear.objects.filter(year=2027).delete()
        make_edition(NOW)
        assert read("calendar").level == "bad"

    def test_a_night_without_self_check_or_backup(self, running, settings):
        settings.PRODUCTION = True
        assert read("backup").level == "warn"
        BackupRun.objects.create(at=NOW, name="x.zip", size=5, sha256="0" * 64)
        assert (read("backup").level, read("checked").level) == ("ok", "ok")
        later = NOW + timedelta(hours=27)
        assert (read("backup", later).level, read("checked", later).level) == ("bad", "warn")
        assert read("checked", NOW + timedelta(hours=51)).level == "bad"

    def test_a_full_disk(self, running, monkeypatch):
        monkeypatch.setattr("shutil.disk_usage", lambda path: (1000, 960, 40))
        reading = read("disk")
        assert (reading.level, reading.numbers["disk_free_bytes"]) == ("bad", 40)


class TestHeartbeats:
    def test_a_process_has_one_row_and_says_whether_it_reached_the_queue(self, db):
        heartbeats.note("worker", started_at=NOW, now=NOW, broker=True)
        heartbeats.note("worker", started_at=NOW, now=NOW + MINUTE, broker=False)
        row = Heartbeat.objects.get()
        assert (row.name, row.kind) == (heartbeats.own_name(), "worker")
        assert (row.seen_at, row.broker_at) == (NOW + MINUTE, NOW)
        heartbeats.note_work(NOW + MINUTE)
        row.refresh_from_db()
        assert row.worked_at == NOW + MINUTE

    def test_rows_of_processes_that_are_gone_are_pruned(self, db):
        heartbeats.note("worker", started_at=NOW, now=NOW, broker=True)
        assert heartbeats.note_work(NOW + timedelta(hours=1)) == 0
        assert heartbeats.note_work(NOW + timedelta(hours=1, seconds=1)) == 1
        heartbeats.note("worker", started_at=NOW, now=NOW, broker=True)
        heartbeats.gone()
        assert not Heartbeat.objects.exists()


@pytest.mark.once
class TestThePages:
    def test_administrator_and_auditor_read_them_and_nobody_else(self, running, world, sign_in):
        for who in ("son", "an"):
            for address in ("/van-hanh/", "/van-hanh/tu-kiem-tra/"):
                assert sign_in(getattr(world, who)).get(address).status_code == 200
        for who in ("lan", "hung", "minh", "thu", "hoa"):
            assert sign_in(getattr(world, who)).get("/van-hanh/").status_code == 403

    def test_says_what_to_do(self, running, world, sign_in, wall_clock):
        wall_clock(NOW + timedelta(minutes=10))
        text = text_of(sign_in(world.son).get("/van-hanh/"))
        assert "systemctl start dunghan-worker" in text

    def test_findings_hold_codes_and_no_content(self, running, world, sign_in):
        limit = world.limit(subject=Subject("HS2026-09999", "Chuyện riêng của ông Bảy"))
        self_check.run(NOW, with_bytes=False)
        son = sign_in(world.son)
        page = text_of(son.get("/van-hanh/tu-kiem-tra/"))
        assert limit.code in page and "HS2026-09999" in page
        assert "ông Bảy" not in page
        assert text_of(son.get("/van-hanh/tu-kiem-tra/?muc=no-subject")).count(limit.code) == 1
        assert son.get("/van-hanh/tu-kiem-tra/?muc=khong-co").status_code == 404

    def test_only_who_may_read_a_dossier_is_led_to_it(self, running, world, sign_in):
        dossier = world.submitted()
        dossier.holdings.filter(to_at__isnull=True).update(to_at=NOW)
        self_check.run(NOW, with_bytes=False)
        address = f"/ho-so/{dossier.code}/"
        for who, led in (("an", True), ("son", False)):
            page = sign_in(getattr(world, who)).get("/van-hanh/tu-kiem-tra/").content.decode()
            assert dossier.code in page
            assert (address in page) is led

    def test_before_the_first_night(self, world, sign_in):
        assert sign_in(world.son).get("/van-hanh/tu-kiem-tra/").status_code == 200


class TestHealthz:
    def test_adds_the_age_of_what_waits_and_of_the_last_signs_of_life(
        self, running, wall_clock, monkeypatch
    ):
        outbox = Outbox("mail", "E-mails", lambda now: Backlog(1, NOW - MINUTE))
        monkeypatch.setattr(gauges, "OUTBOXES", (*outboxes.OUTBOXES, outbox))
        Heartbeat.objects.filter(kind="beat").delete()
        said = Client().get("/healthz").json()
        assert (said["status"], said["outbox_age_seconds"]) == ("ok", 60)
        assert (said["worker_age_seconds"], said["beat_age_seconds"]) == (0, None)


class TestReadyz:
    def test_ready(self, db):
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})

    def test_not_before_every_migration_is_applied(self, db, monkeypatch):
        known = readiness._known() | {("dossiers", "9999_to_come")}
        monkeypatch.setattr(readiness, "_known", lambda: known)
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {
            "status": "migrations_missing", "missing": 1, "first": "dossiers.9999_to_come",
        }  # fmt: skip

    def test_not_without_a_database(self, db, monkeypatch):
        def gone():
            raise DatabaseError

        monkeypatch.setattr(readiness, "missing_migrations", gone)
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "down")


class TestMetrics:
    def test_are_numbers_in_the_text_format(self, running, wall_clock):
        answer = Client().get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = answer.content.decode().splitlines()
        assert "dunghan_workers_alive 1" in lines
        assert 'dunghan_gauge_level{gauge="sweep"} 0' in lines
        typed = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
        assert len(typed) == len(set(typed))
        for line in lines:
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                float(value)
                assert name.partition("{")[0] in typed

    def test_are_closed_to_the_public(self, db, settings):
        assert Client(REMOTE_ADDR="203.0.113.5").get("/metrics").status_code == 404
        for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto"):
            assert Client(headers={name: "203.0.113.5"}).get("/metrics").status_code == 404, name
        settings.TRUSTED_PROXY_COUNT = 1
        assert Client().get("/metrics").status_code == 404

    def test_open_to_the_token_from_anywhere_and_then_to_nothing_else(self, running, settings):
        settings.METRICS_TOKEN = TOKEN
        ask = Client(REMOTE_ADDR="203.0.113.5")
        good = {"Authorization": f"Bearer {TOKEN}"}
        assert ask.get("/metrics", headers=good).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}):
            assert Client().get("/metrics", headers=wrong).status_code == 404

    def test_say_so_when_the_database_is_gone(self, db, monkeypatch):
        def gone(now):
            raise DatabaseError

        monkeypatch.setattr(gauges, "survey", gone)
        answer = Client().get("/metrics")
        assert answer.status_code == 503
        assert "dunghan_database_up 0" in answer.content.decode()
