"""A backup taken while people work restores into the other database, the same to the last value.

quality.md §2 invariant 35, §5 fault F18; issue 6 line 5.
"""

import json
import os
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection, connections

from accounts import staging
from config.backup import archive, restoring, rows, taking
from config.models import BackupRun
from deadlines.models import TimeLimit
from dossiers import transitions as verbs
from dossiers.models import Attachment, Dossier
from ledger import chain
from ledger.models import Event
from tests.dossiers.desk import docx, pdf
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)

#: What a new place does with a backup: everything an operator would, and then the questions.
NEW_PLACE = """
import json, sys, django
django.setup()
from datetime import datetime
from pathlib import Path
from django.core.management import call_command
from django.db import connection
from config.backup import taking
from config.operating import self_check
from deadlines.models import TimeLimit
from ledger import chain
from ledger.models import Event
call_command("migrate", verbosity=0)
call_command("restore", sys.argv[1], stdout=sys.stderr)
now = datetime.fromisoformat(sys.argv[3])
count, faults = chain.verify(now=now)
head = chain.head()
said = {
    "vendor": connection.vendor,
    "links": count,
    "faults": [fault.text for fault in faults],
    "head": [head.seq, head.digest],
    "due": dict(TimeLimit.objects.values_list("code", "due_at")),
    "restored": Event.objects.filter(action="restored").count(),
    "checked": self_check.run(now, with_bytes=True).counts,
}
again = taking.take(Path(sys.argv[2]), now=now)
said["tables"] = again.manifest["tables"]
chain.seal_all()
said["sealed"] = [fault.text for fault in chain.verify(now=now)[1]]
print(json.dumps(said, default=str))
"""


@pytest.fixture
def store(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def log(world: World) -> Dossier:
    """Lan logs and submits a dossier with two files, Minh directs: a limit runs."""
    lan = world.by(world.lan)
    letter, draft = (
        staging.stage(upload, owner_id=world.lan.pk, now=NOW) for upload in (pdf(), docx())
    )
    dossier = verbs.log_submission(
        facts=world.facts(),
        agency=world.ward,
        files={"letter": [letter], "draft": [draft]},
        by=lan,
        now=NOW,
    )
    verbs.submit(dossier, version=None, by=lan, now=NOW)
    dossier.refresh_from_db()
    verbs.direct_explanation(
        dossier, kind="explain", text="Giải trình.", version=None, by=world.by(world.minh), now=NOW
    )
    return dossier


class Desk:
    """Two people who log dossiers until they are told to stop."""

    def __init__(self, work: Callable[[], object]):
        self._work, self._over = work, threading.Event()
        self._done, self.errors = threading.Semaphore(0), []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(2)]

    def __enter__(self) -> "Desk":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive()

    def wait_for(self, number: int) -> None:
        """Until so many more dossiers have been logged, from now on."""
        while self._done.acquire(blocking=False):
            pass
        for _one in range(number):
            assert self._done.acquire(timeout=60), f"nobody can work: {self.errors}"

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._work()
                self._done.release()
        except Exception as error:
            self.errors.append(error)
        finally:
            connections.close_all()


def in_a_new_place(backup: Path, again: Path, database: str, place: Path) -> dict:
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "VAR_DIR": str(place),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", NEW_PLACE, str(backup), str(again), NOW.isoformat()],
        cwd=project.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


LEDGER = {"ledger_event", "ledger_link", "ledger_gap"}


@pytest.mark.system
def test_from_a_busy_database_into_the_other_one_and_back(
    store, tmp_path, monkeypatch, empty_database_url
):
    world = World.build()
    log(world)
    chain.seal_all()
    first = tmp_path / "first.zip"
    real = archive.write_member

    with Desk(lambda: log(world)) as desk:
        desk.wait_for(1)

        def while_they_work(zipped, name, chunks):
            if name in {"tables/dossiers_dossier.jsonl", "tables/deadlines_timelimit.jsonl"}:
                desk.wait_for(2)  # the snapshot is taken, and they go on
            return real(zipped, name, chunks)

        monkeypatch.setattr(archive, "write_member", while_they_work)
        manifest = taking.take(first, now=NOW).manifest
        monkeypatch.undo()
    assert desk.errors == []
    counted = {name: table["rows"] for name, table in manifest["tables"].items()}
    assert 2 <= counted["dossiers_dossier"] <= Dossier.objects.count() - 4
    assert counted["dossiers_attachment"] == 2 * counted["dossiers_dossier"]
    assert counted["deadlines_timelimit"] == counted["dossiers_direction"]
    assert manifest["damaged"] == []

    sqlite = f"sqlite:///{tmp_path}/other.sqlite3"
    second = tmp_path / "second.zip"
    said = in_a_new_place(first, second, sqlite, tmp_path / "other")
    assert said["vendor"] == "sqlite"
    due = {code: str(at) for code, at in TimeLimit.objects.values_list("code", "due_at")}
    assert len(said["due"]) == counted["deadlines_timelimit"]
    assert said["due"].items() <= due.items()
    assert (said["links"], said["faults"]) == (manifest["ledger"]["seq"], [])
    assert said["head"] == [manifest["ledger"]["seq"], manifest["ledger"]["digest"]]
    assert (said["restored"], said["sealed"]) == (1, [])
    assert sum(said["checked"].values()) == 0
    for name, table in manifest["tables"].items():
        if name not in LEDGER:
            assert said["tables"][name] == table, name
    # "restored", and that files and everything else were checked
    assert said["tables"]["ledger_event"]["rows"] == counted["ledger_event"] + 3

    if connection.vendor == "postgresql":
        back = in_a_new_place(second, tmp_path / "third.zip", empty_database_url, tmp_path / "back")
        assert (back["vendor"], back["due"]) == ("postgresql", said["due"])
        assert (back["faults"], back["sealed"]) == ([], [])
        for name, table in said["tables"].items():
            if name not in LEDGER:
                assert back["tables"][name] == table, name


@pytest.fixture
def backup(store, tmp_path) -> Path:
    """The backup of a dossier with two files."""
    log(World.build())
    path = tmp_path / "backup.zip"
    taking.take(path, now=NOW)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The same archive with members changed or, where ``change`` gives nothing, left out."""
    with zipfile.ZipFile(path) as old:
        members = [(name, change(name, old.read(name))) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members:
            if content is not None:
                new.writestr(name, content)


def later_due(name: str, content: bytes) -> bytes:
    if name == "tables/deadlines_timelimit.jsonl":
        return content.replace(b"2026-11-27T17:00", b"2026-11-28T17:00")
    return content


def without_a_file(name: str, content: bytes) -> bytes | None:
    return None if name.startswith("files/") else content


def another_count(name: str, content: bytes) -> bytes:
    return content.replace(b'"rows": 1,', b'"rows": 2,') if name == "manifest.json" else content


HARMS = {
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:-300]), "cut off"),
    "empty": (lambda path: path.write_bytes(b""), "cut off"),
    "a due date changed": (
        lambda path: rewritten(path, later_due),
        "tables/deadlines_timelimit.jsonl: changed",
    ),
    "a file missing": (lambda path: rewritten(path, without_a_file), ": missing"),
    "the manifest changed": (
        lambda path: rewritten(path, another_count),
        "manifest.json: changed",
    ),
}


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.once
class TestDamaged:
    def test_is_refused_and_named_with_exit_status_1(self, backup):
        whole = backup.read_bytes()
        for harm, (do, named) in HARMS.items():
            backup.write_bytes(whole)
            do(backup)
            said = StringIO()
            with pytest.raises(CommandError) as refusal:
                call_command("restore", str(backup), stderr=said)
            assert refusal.value.returncode == 1, harm
            assert named in said.getvalue(), harm

    def test_a_bit_anywhere_is_found(self, backup):
        with zipfile.ZipFile(backup) as zipped:
            members = [info for info in zipped.filelist if info.file_size]
        whole = backup.read_bytes()
        for info in members:
            lengths = whole[info.header_offset + 26 : info.header_offset + 30]
            start = info.header_offset + 30 + sum(struct.unpack("<HH", lengths))
            place = start + info.compress_size // 2
            flip(backup, place)
            with pytest.raises(archive.Damaged):
                restoring.check(backup)
            backup.write_bytes(whole)
        restoring.check(backup)

    def test_a_path_that_leaves_the_store_is_damage(self, backup, monkeypatch):
        manifest = restoring.check(backup)
        manifest["files"][0]["path"] = "../../etc/passwd"
        monkeypatch.setattr(archive, "_manifest", lambda zipped: manifest)
        monkeypatch.setattr(archive, "check", lambda zipped, manifest: None)
        with pytest.raises(archive.Damaged, match="no path of the store"):
            restoring.check(backup)


@pytest.mark.once
class TestRefused:
    def test_into_a_database_that_is_not_empty(self, backup):
        before = {model: model._base_manager.count() for model in rows.tables()}
        with pytest.raises(CommandError, match="not empty") as refusal:
            call_command("restore", str(backup))
        assert refusal.value.returncode == 2
        assert {model: model._base_manager.count() for model in rows.tables()} == before

    def test_of_another_version(self, backup, monkeypatch):
        monkeypatch.setattr(restoring, "applied", lambda: ["accounts.0001_initial"])
        with pytest.raises(CommandError, match="another version") as refusal:
            call_command("restore", str(backup))
        assert refusal.value.returncode == 2

    def test_check_alone_changes_nothing(self, backup):
        said = StringIO()
        call_command("restore", "--check", str(backup), stdout=said)
        assert said.getvalue().startswith("whole: ")


@pytest.mark.once
class TestTaking:
    def test_leaves_an_entry_and_a_file_for_its_owner_alone(self, backup):
        assert backup.stat().st_mode & 0o777 == 0o600
        run, entry = BackupRun.objects.get(), Event.objects.get(action="backup_taken")
        assert (run.name, run.sha256) == ("backup.zip", archive.sha256_of(backup))
        assert entry.after["sha256"] == run.sha256
        assert entry.after["ledger_digest"] == restoring.check(backup)["ledger"]["digest"]

    def test_overwrites_nothing(self, backup):
        with pytest.raises(CommandError, match="exists already") as refusal:
            call_command("backup", str(backup))
        assert refusal.value.returncode == 2

    def test_a_full_disk_leaves_nothing_behind(self, store, tmp_path, monkeypatch):
        World.build()

        def full(*_args: object) -> Iterator[bytes]:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(archive, "write_member", full)
        with pytest.raises(CommandError, match="No space left") as refusal:
            call_command("backup", str(tmp_path / "full.zip"))
        assert refusal.value.returncode == 2
        assert list(tmp_path.glob("full*")) == []
        assert not BackupRun.objects.exists()

    def test_names_what_was_damaged_in_the_store_and_takes_the_rest(self, store, tmp_path):
        log(World.build())
        hurt = Attachment.objects.earliest("pk")
        (store / hurt.path).unlink()
        said = StringIO()
        with pytest.raises(CommandError) as refusal:
            call_command("backup", str(tmp_path / "b.zip"), stderr=said)
        assert refusal.value.returncode == 1
        assert hurt.path in said.getvalue()
        manifest = restoring.check(tmp_path / "b.zip")
        assert [one["path"] for one in manifest["damaged"]] == [hurt.path]
        assert len(manifest["files"]) == 1

    def test_holds_no_session_and_knows_a_line_for_every_column(self, backup):
        with zipfile.ZipFile(backup) as zipped:
            names = zipped.namelist()
        assert not any("session" in name and "import" not in name for name in names)
        for model in rows.tables():
            for field in rows.fields_of(model):
                rows._kind(field)
