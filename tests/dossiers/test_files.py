"""Files: checked by content, flushed to disk before any row, kept byte for byte, handed out safely.

quality.md §2 invariants 28 and 29, §3 rows 17 and 30 to 36.
"""

import errno
import hashlib
import io
import os
import re
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import filestore, staging
from accounts.models import StagedFile
from accounts.staging import FileRefused
from dossiers import files, tasks
from dossiers import transitions as verbs
from dossiers.models import Attachment
from tests.dossiers.desk import PDF, WORD_TYPES, docx, office, pdf
from tests.dossiers.test_verbs import Crash, crash_at_write
from tests.world import NOW


@pytest.fixture
def store(settings, tmp_path) -> Path:
    """An empty store of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def stored_files(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file())


def age(path: Path, moment) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


class TestBytesBeforeRows:
    """Invariant 28: a row never exists without its file."""

    @pytest.fixture
    def steps(self, monkeypatch) -> list[str]:
        """What reaches the disk and the database, in order."""
        taken: list[str] = []
        fsync, rename = os.fsync, Path.rename

        def flush(descriptor):
            kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
            where = Path(f"/proc/self/fd/{descriptor}").resolve().name
            taken.append(f"flush {kind} {'partial' if where.endswith('.part') else where}")
            fsync(descriptor)

        def move(path, target):
            taken.append("rename")
            return rename(path, target)

        monkeypatch.setattr(os, "fsync", flush)
        monkeypatch.setattr(Path, "rename", move)
        return taken

    def test_the_file_its_folder_and_the_folders_folder_are_flushed_before_the_row(
        self, world, store, steps
    ):
        def note(execute, sql, params, many, context):
            if "accounts_stagedfile" in sql and sql.startswith("INSERT"):
                steps.append("row")
            return execute(sql, params, many, context)

        store.mkdir(parents=True)
        with connection.execute_wrapper(note):
            staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        folder = staged.path[:2]
        assert steps == [
            "flush folder files",  # the new folder's own entry
            "flush file partial",
            "rename",
            f"flush folder {folder}",
            "row",
        ]

    def test_a_crash_between_leaves_bytes_without_a_row_and_never_the_other_way(self, world, store):
        with crash_at_write(1), pytest.raises(Crash), transaction.atomic():
            staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        assert len(stored_files(store)) == 1
        assert not StagedFile.objects.exists()

    @pytest.mark.parametrize("step", ["fsync", "rename"])
    def test_a_disk_that_fails_leaves_neither_bytes_nor_row(self, world, store, monkeypatch, step):
        def broken(*args):
            raise OSError(errno.EIO, "broken disk")

        monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "rename")), broken)
        (store / "00").mkdir(parents=True)
        with pytest.raises(OSError, match="broken disk"):
            staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        assert not stored_files(store) and not StagedFile.objects.exists()

    def test_a_full_disk_is_said_in_a_sentence(self, world, store, monkeypatch):
        def full(descriptor):
            raise OSError(errno.ENOSPC, "no space")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(FileRefused, match="to-trinh.pdf"):
            staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        assert not stored_files(store) and not StagedFile.objects.exists()

    def test_a_transaction_that_fails_takes_back_the_row_and_not_the_bytes(self, world, store):
        staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        letter = {Attachment.Purpose.LETTER: [staged]}
        with crash_at_write(5), pytest.raises(Crash):
            verbs.log_submission(
                facts=world.facts(), agency=world.ward, files=letter, by=world.by(world.lan),
                now=NOW,
            )  # fmt: skip
        assert not Attachment.objects.exists()
        assert StagedFile.objects.get() == staged
        assert (store / staged.path).read_bytes() == PDF

    def test_only_the_service_reads_it(self, world, store):
        staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        path = store / staged.path
        modes = [stat.S_IMODE(p.stat().st_mode) for p in (path, path.parent)]
        assert modes == [0o600, 0o700]
        assert not re.search("to-trinh|pdf", staged.path)


@pytest.mark.django_db
class TestRemovedByAgeAlone:
    DAY = timedelta(hours=24)

    def test_a_staged_file_waits_a_day_for_its_form(self, world, store):
        staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        age(store / staged.path, NOW)
        staging.remove_old(NOW + self.DAY)
        assert StagedFile.objects.exists()
        late = NOW + self.DAY + timedelta(seconds=1)
        assert (staging.remove_old(late), files.remove_orphans(late)) == (1, 1)
        assert not StagedFile.objects.exists() and not stored_files(store)

    def test_what_a_crash_left_behind_goes_after_a_day(self, db, store):
        orphan = filestore.store([b"left behind"])
        broken = (store / orphan.path).with_suffix(".part")
        broken.write_bytes(b"half")
        for path in stored_files(store):
            age(path, NOW)
        assert files.remove_orphans(NOW + self.DAY) == 0
        assert files.remove_orphans(NOW + self.DAY + timedelta(seconds=1)) == 2
        assert not stored_files(store)

    def test_what_a_dossier_or_an_unfinished_form_names_stays_for_ever(self, world, store):
        letter = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        verbs.log_submission(
            facts=world.facts(), agency=world.ward, files={"letter": [letter]},
            by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        waiting = staging.stage(pdf("phu-luc.pdf"), owner_id=world.lan.pk, now=NOW)
        for path in stored_files(store):
            age(path, NOW - timedelta(days=4000))
        assert files.remove_orphans(NOW) == 0
        assert len(stored_files(store)) == 2
        assert {letter.path, waiting.path} == {
            str(path.relative_to(store)) for path in stored_files(store)
        }

    def test_a_form_sent_at_the_same_moment_keeps_its_bytes(self, world, store):
        """The job looked, then the form took the row: only what no row names may go."""
        staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        age(store / staged.path, NOW)
        late = NOW + timedelta(hours=25)
        verbs.log_submission(
            facts=world.facts(), agency=world.ward, files={"letter": [staged]},
            by=world.by(world.lan), now=late,
        )  # fmt: skip
        assert (staging.remove_old(late), files.remove_orphans(late)) == (0, 0)
        assert (store / Attachment.objects.get().path).exists()

    def test_the_job_does_both(self, world, store, monkeypatch):
        staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        age(store / staged.path, NOW)
        monkeypatch.setattr("dossiers.tasks.timezone.now", lambda: NOW + timedelta(hours=25))
        assert tasks.remove_old_staged_files() == 2


class TestWhatIsTaken:
    def test_pdf_word_and_excel_without_macros(self, world, store):
        sheet = office(
            "bang.xlsx", {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
        )
        scan = SimpleUploadedFile("anh.JPG", b"\xff\xd8\xff\xe0" + b"0" * 20)
        old = SimpleUploadedFile("cu.doc", bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600)
        for upload in (pdf(), docx(), sheet, scan, old):
            staged = staging.stage(upload, owner_id=world.lan.pk, now=NOW)
            upload.seek(0)
            content = upload.read()
            assert staged.sha256 == hashlib.sha256(content).hexdigest()
            assert (store / staged.path).read_bytes() == content
            assert staged.size == len(content)

    def test_an_empty_file_is_named_as_empty(self, world, store):
        with pytest.raises(FileRefused, match="0 byte"):
            staging.stage(SimpleUploadedFile("rong.pdf", b""), owner_id=world.lan.pk, now=NOW)

    def test_the_limit_is_exact(self, world, store, settings):
        settings.MAX_FILE_BYTES = len(PDF)
        staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        with pytest.raises(FileRefused):
            staging.stage(pdf(more=b"x"), owner_id=world.lan.pk, now=NOW)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("virus.exe", b"MZ"),
            ("trang.html", b"<script>"),
            ("anh.svg", b"<svg/>"),
            ("khong-duoi", PDF),
            (".pdf.exe", PDF),
            ("gia.pdf", b"MZ\x90\x00"),
            ("gia.pdf", b"\n%PDF-1.7"),
            ("gia.png", PDF),
            ("gia.docx", PDF),
            ("gia.docx", b"PK\x03\x04 not an archive"),
            ("gia.doc", docx().read()),
            ("gia.xlsx", docx().read()),
        ],
    )
    def test_name_and_content_must_agree(self, world, store, name, content):
        with pytest.raises(FileRefused):
            staging.stage(SimpleUploadedFile(name, content), owner_id=world.lan.pk, now=NOW)
        assert not stored_files(store)

    @pytest.mark.parametrize(
        "parts",
        [
            {"word/vbaProject.bin": b"macro"},
            {"word/VBAPROJECT.BIN": b"macro"},
            {"[Content_Types].xml": WORD_TYPES.replace(b"document.main", b"document.macroEnabled")},
            {
                "word/harmless.bin": b"macro",
                "[Content_Types].xml": b'<Override ContentType="vnd.ms-office.vbaProject"/>',
            },
        ],
    )
    def test_macros_are_refused_under_whatever_name(self, world, store, parts):
        with pytest.raises(FileRefused):
            staging.stage(docx(**parts), owner_id=world.lan.pk, now=NOW)

    @pytest.mark.parametrize("place", [600, 64 * 1024 - 9])
    def test_macros_of_the_old_formats_too_also_across_two_chunks(self, world, store, place):
        content = bytearray(bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 200_000)
        sign = "_VBA_PROJECT".encode("utf-16-le")
        content[place : place + len(sign)] = sign
        upload = SimpleUploadedFile("cu.doc", bytes(content))
        with pytest.raises(FileRefused):
            staging.stage(upload, owner_id=world.lan.pk, now=NOW)

    def test_an_archive_that_promises_too_much_is_not_unpacked(self, world, store):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b"")
            archive.writestr("[Content_Types].xml", b" " * 30_000_000)
        bomb = SimpleUploadedFile("bom.docx", packed.getvalue())
        staged = staging.stage(bomb, owner_id=world.lan.pk, now=NOW)  # read to its first megabyte
        assert staged.size == len(packed.getvalue())

    def test_an_archive_of_too_many_members_is_refused(self, world, store):
        many = {f"word/{number}": b"" for number in range(6000)}
        with pytest.raises(FileRefused):
            staging.stage(docx(**many), owner_id=world.lan.pk, now=NOW)


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("Tờ trình số 5.pdf", "Tờ trình số 5.pdf"),
            ("To\u031b\u0300 tri\u0300nh.pdf", "Tờ trình.pdf"),  # NFD, as macOS sends it
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("..\\..\\windows\\to-trinh.pdf", "to-trinh.pdf"),
            ("to-trinh\r\nSet-Cookie: a=b.pdf", "to-trinh Set-Cookie- a=b.pdf"),
            ("hoa\u202efdp.exe.pdf", "hoafdp.exe.pdf"),
            ("a\u200bb\u2066c\u061c.pdf", "abc.pdf"),
            ("nul\x00.pdf", "nul.pdf"),
            ("", "tep"),
            ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ],
    )
    def test_keep_vietnamese_and_lose_paths_controls_and_directions(self, sent, kept):
        assert staging.safe_name(sent) == kept

    @given(st.text(max_size=400))
    def test_never_hold_a_separator_or_a_control_and_always_fit_the_column(self, sent):
        name = staging.safe_name(sent)
        assert 0 < len(name) <= 200
        assert not re.search(r"[/\\\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", name)
