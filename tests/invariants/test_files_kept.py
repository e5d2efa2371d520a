"""Stored bytes are read again every night, and a full disk refuses files without losing a record.

quality.md §2 invariants 29 and 30, §5 faults F16 and F17.
"""

import errno
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import file_check, filestore, kept_files, staging
from accounts.models import StagedFile
from config import tasks
from config.operating import self_check
from dossiers import files
from dossiers import transitions as verbs
from dossiers.models import Attachment, Dossier
from ledger.models import Event
from tests.dossiers.desk import PDF, docx, fields, in_english, log, pdf, submission, text_of
from tests.world import NOW, World


@pytest.fixture
def store(settings, tmp_path) -> Path:
    """An empty store of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared by their msgids; the catalogue has a test of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def lan(world: World, sign_in) -> Client:
    return in_english(sign_in(world.lan))


@pytest.fixture
def dossier(world: World, store: Path) -> Dossier:
    """A dossier with two files."""
    letter, draft = (
        staging.stage(upload, owner_id=world.lan.pk, now=NOW) for upload in (pdf(), docx())
    )
    return verbs.log_submission(
        facts=world.facts(),
        agency=world.ward,
        files={"letter": [letter], "draft": [draft]},
        by=world.by(world.lan),
        now=NOW,
    )


def flip_one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def refuse_to_open(path: Path, monkeypatch) -> None:
    """As a file whose permission was taken away; the user of the tests may read everything."""
    real = Path.open

    def opened(self, *args, **kwargs):
        if self == path:
            raise PermissionError(errno.EACCES, "no permission")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opened)


HARMS: dict[str, tuple[Callable[[Path, pytest.MonkeyPatch], object], str]] = {
    "one bit flipped": (lambda path, _patch: flip_one_bit(path), "changed"),
    "cut": (lambda path, _patch: path.write_bytes(path.read_bytes()[:-1]), "changed"),
    "grown": (lambda path, _patch: path.write_bytes(path.read_bytes() + b"x"), "changed"),
    "exchanged": (lambda path, _patch: path.write_bytes(b"x" * path.stat().st_size), "changed"),
    "deleted": (lambda path, _patch: path.unlink(), "missing"),
    "not readable": (refuse_to_open, "unreadable"),
    "a folder": (lambda path, _patch: (path.unlink(), path.mkdir()), "unreadable"),
}


@pytest.mark.django_db
class TestReadEveryNight:
    def test_files_that_are_whole_are_counted_and_entered(self, dossier):
        seen = file_check.check_files(NOW)
        size = sum(dossier.attachments.values_list("size", flat=True))
        assert (seen.files, seen.size, seen.damaged) == (2, size, [])
        entry = Event.objects.get(action="files_checked")
        assert (entry.object_kind, entry.object_code) == ("file_store", "2026-11-25")
        assert entry.after == {"files": 2, "bytes": size, "damaged": 0, "named": []}
        assert entry.actor_name == "system: file check/1"

    @pytest.mark.parametrize("harm", HARMS)
    def test_a_damaged_file_is_named_in_entry_log_and_command(
        self, dossier, store, harm, monkeypatch, caplog
    ):
        hurt, whole = dossier.attachments.order_by("pk")
        do, wrong = HARMS[harm]
        do(store / hurt.path, monkeypatch)
        [damage] = file_check.check_files(NOW).damaged
        assert (damage.public_id, damage.wrong) == (str(hurt.public_id), wrong)
        [named] = Event.objects.get(action="files_checked").after["named"]
        assert named == {
            "table": "dossiers.Attachment", "public_id": str(hurt.public_id), "name": hurt.name,
            "path": hurt.path, "wrong": wrong,
        }  # fmt: skip
        assert hurt.path in caplog.text and whole.path not in caplog.text
        said = StringIO()
        with pytest.raises(CommandError, match="1 of 2 files damaged") as refusal:
            call_command("check_files", stderr=said)
        assert refusal.value.returncode == 1
        assert hurt.name in said.getvalue()

    @pytest.mark.parametrize("harm", ["cut", "grown", "deleted", "not readable", "a folder"])
    def test_its_download_says_so_and_the_dossier_stays_open(
        self, dossier, store, lan, harm, monkeypatch
    ):
        hurt = dossier.attachments.get(purpose="letter")
        HARMS[harm][0](store / hurt.path, monkeypatch)
        answer = lan.get(reverse("dossiers:file", args=[hurt.public_id]))
        assert answer.status_code == 410
        assert hurt.name in text_of(answer)
        assert lan.get(reverse("dossiers:detail", args=[dossier.code])).status_code == 200

    def test_the_self_check_of_every_night_does_it(self, dossier, store, settings):
        hurt = dossier.attachments.first()
        flip_one_bit(store / hurt.path)
        [found] = self_check.run_tonight(NOW).findings.filter(question="files")
        assert found.facts == {
            "table": "dossiers.Attachment", "path": hurt.path, "wrong": "changed",
        }  # fmt: skip
        entries = settings.CELERY_BEAT_SCHEDULE.values()
        assert tasks.check_itself.name in {entry["task"] for entry in entries}

    def test_every_table_that_names_a_file_for_ever_is_read(self):
        """Whoever adds a table with ``path`` and ``sha256`` has its files kept and checked."""
        passing = {"accounts.StagedFile", "dossiers.ImportSession"}
        naming = {
            model._meta.label
            for model in apps.get_models()
            if {"path", "sha256"} <= {field.name for field in model._meta.get_fields()}
        }
        assert naming - passing == {model._meta.label for model in kept_files.tables()}

    def test_no_kept_file_is_ever_taken_for_an_orphan(self, dossier, store):
        for path in store.rglob("*"):
            os.utime(path, (0, 0))
        assert files.remove_orphans(NOW) == 0
        assert file_check.check_files(NOW).damaged == []


class Disk:
    """A disk that takes no more at a chosen step of storing a file."""

    def __init__(self, monkeypatch):
        self._patch = monkeypatch

    def is_full_at(self, step: str, code: int = errno.ENOSPC) -> None:
        def full(*args, **kwargs):
            raise OSError(code, os.strerror(code))

        if step == "write":
            real = os.fdopen

            def opened(*args, **kwargs):
                file = real(*args, **kwargs)
                file.close()
                return FullFile(file.name, code)

            self._patch.setattr(filestore.os, "fdopen", opened)
        elif step == "fsync":
            self._patch.setattr(filestore.os, "fsync", full)
        elif step == "rename":
            self._patch.setattr(Path, "rename", full)
        elif step == "open":
            self._patch.setattr(filestore.os, "open", full)

    def has_room_again(self) -> None:
        self._patch.undo()


class FullFile:
    """A file of which no byte reaches the disk."""

    def __init__(self, name, code: int):
        self.name, self._code = name, code

    def __enter__(self) -> "FullFile":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def write(self, chunk: bytes) -> int:
        raise OSError(self._code, os.strerror(self._code))


STEPS = ("open", "write", "fsync", "rename")


@pytest.mark.django_db
class TestFullDisk:
    @pytest.fixture
    def disk(self, store) -> Disk:
        """Undone by itself, so that the clock of the pages stays where it is."""
        patch = pytest.MonkeyPatch()
        yield Disk(patch)
        patch.undo()

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
    @pytest.mark.parametrize("step", STEPS)
    def test_refuses_the_file_in_words_and_keeps_what_was_typed(
        self, lan, store, disk, step, code, caplog
    ):
        form = submission(lan)
        (store / "00").mkdir(parents=True)
        disk.is_full_at(step, code)
        answer = log(lan, form)
        assert answer.status_code == 422
        assert "The server has no room for “to-trinh.pdf” now." in text_of(answer)
        shown = fields(answer)
        for name in ("matter", "letter_ref", "letter_on", "signed_by"):
            assert shown[name] == form[name]
        assert not Dossier.objects.exists() and not StagedFile.objects.exists()
        assert not [path for path in store.rglob("*") if path.is_file()]
        assert "no room" in caplog.text, "the administrator reads it in the log"

        disk.has_room_again()
        mended = {**shown, "letter_file": pdf(), "draft_file": docx(), "viec": "trinh"}
        assert log(lan, mended).status_code == 302
        assert Dossier.objects.get().state == "submitted"

    def test_logging_without_files_still_works(self, lan, disk):
        disk.is_full_at("open")
        form = {**submission(lan), "viec": "nhap"}
        del form["letter_file"], form["draft_file"]
        assert log(lan, form).status_code == 302
        assert Dossier.objects.get().state == "drafting"

    def test_the_sentence_is_in_vietnamese_too(self, world, sign_in, disk):
        disk.is_full_at("write")
        lan = sign_in(world.lan)
        assert "Máy chủ" in text_of(log(lan, submission(lan)))

    def test_files_that_came_before_stay_with_the_form(self, lan, store, disk):
        shown = fields(log(lan, submission(lan, matter="")))
        disk.is_full_at("fsync")
        answer = log(lan, {**shown, "matter": "Việc", "annex_files": pdf("phu-luc.pdf")})
        again = fields(answer)
        assert answer.status_code == 422
        assert again["letter_file_staged"] == shown["letter_file_staged"]
        disk.has_room_again()
        assert log(lan, {**again, "viec": "trinh"}).status_code == 302
        assert Attachment.objects.count() == 2

    @pytest.mark.parametrize("when", ["__init__", "write", "seek"])
    def test_no_room_for_what_is_on_its_way_loses_the_file_and_not_the_form(
        self, lan, settings, monkeypatch, when
    ):
        """Large bodies pass a folder for temporary files; it fills up before ours does."""
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
        form = submission(lan)

        def full(*args, **kwargs):
            raise OSError(errno.ENOSPC, "no space")

        monkeypatch.setattr(TemporaryUploadedFile, when, full)
        answer = log(lan, form)
        assert answer.status_code == 422
        assert "no room for “to-trinh.pdf”" in text_of(answer)
        assert fields(answer)["matter"] == form["matter"]
        assert not Dossier.objects.exists()

    def test_any_other_fault_of_that_folder_is_not_taken_for_a_full_disk(
        self, lan, settings, monkeypatch
    ):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
        form = submission(lan)
        lan.raise_request_exception = False

        def broken(*args, **kwargs):
            raise OSError(errno.EIO, "broken disk")

        monkeypatch.setattr(TemporaryUploadedFile, "__init__", broken)
        assert log(lan, form).status_code == 500

    def test_a_list_to_import_is_refused_in_the_same_words(self, lan, disk, store):
        where = reverse("dossiers:imports")
        form = fields(lan.get(where))
        content = "Số, ký hiệu;Trích yếu;Ngày\n1/TTr-UBND;Một việc;25/11/2026\n".encode()
        disk.is_full_at("write")
        answer = lan.post(where, {**form, "file": SimpleUploadedFile("ds.csv", content)})
        assert answer.status_code == 422
        assert "no room for “ds.csv”" in text_of(answer)

    def test_reading_goes_on(self, dossier, lan, disk):
        disk.is_full_at("open")
        letter = dossier.attachments.get(purpose="letter")
        answer = lan.get(reverse("dossiers:file", args=[letter.public_id]))
        assert b"".join(answer.streaming_content) == PDF
