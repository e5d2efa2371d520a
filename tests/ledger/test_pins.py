"""Papers, signed words and files still say what their entries say, or the verification names them.

quality.md §2 invariants 19 and 20. ``behind_the_guards`` is the hand of whoever owns the database.
"""
# ruff: noqa: S608 - names of tables and columns come from the model

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts import staging
from documents import issuing
from documents.models import Paper, PaperVoid
from dossiers import transitions as verbs
from dossiers.models import Attachment, Conclusion, Direction, Notice, Report, TaskFile
from dossiers.transitions import TaskReportFacts
from ledger import chain, pins
from ledger.models import Event
from tests.dossiers.desk import docx, pdf
from tests.dossiers.tasks.story import given
from tests.world import NOW, World


@pytest.fixture
def store(settings, tmp_path) -> Path:
    """An empty store of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def kept(story: World, store: Path) -> World:
    """The finished story, and a dossier whose files are truly in the store; the others are not."""
    letter, draft = (
        staging.stage(upload, owner_id=story.lan.pk, now=NOW) for upload in (pdf(), docx())
    )
    story.dossier = verbs.log_submission(
        facts=story.facts(letter_ref="7/TTr-UBND"),
        agency=story.ward,
        files={"letter": [letter], "draft": [draft]},
        by=story.by(story.lan),
        now=NOW,
    )
    chain.seal_all()
    return story


def found(**how: bool) -> list[str]:
    return [str(fault) for fault in pins.faults(**how)]


def verify(*words: str) -> str:
    out = StringIO()
    call_command("verify_ledger", *words, stdout=out)
    return out.getvalue()


def column(model: type[models.Model], name: str) -> str:
    return model._meta.get_field(name).column


def another(model: type[models.Model], name: str, value):
    """A value of the column that differs a little."""
    field = model._meta.get_field(name)
    if isinstance(field, models.JSONField):
        return json.dumps({**value, "Nội dung": "khác"})
    if isinstance(field, models.DateTimeField):
        changed = value.replace(microsecond=(value.microsecond + 1) % 1_000_000)
        return connection.ops.adapt_datetimefield_value(changed)
    if isinstance(field, models.DateField):
        return value.replace(day=value.day % 28 + 1)
    if isinstance(field, models.IntegerField):
        return value + 90
    return f"{value}x"[-(field.max_length or 10_000) :]


def test_everything_that_is_signed_or_attached_is_pinned():
    assert set(pins.kinds()) >= {
        "paper", "void paper", "attachment", "task file", "direction", "report", "conclusion",
        "notice",
    }  # fmt: skip


@pytest.mark.django_db
class TestRows:
    def test_a_story_from_draft_to_notice_is_whole(self, kept):
        assert found() == []
        assert verify().startswith("whole: ")

    @pytest.mark.parametrize(
        ("model", "name"),
        [
            *((Paper, name) for name in (
                "content", "title", "ref", "kind", "number", "issued_at", "issued_on", "digest",
                "about_kind", "about_code",
            )),
            (PaperVoid, "reason"), (PaperVoid, "at"),
            *((Attachment, name) for name in ("sha256", "name", "size", "purpose")),
            *((Direction, name) for name in ("text", "kind", "at")),
            *((Report, name) for name in ("text", "ref", "sent_at", "late_reason")),
            (Conclusion, "text"), (Conclusion, "at"),
            *((Notice, name) for name in ("ref", "issued_on", "late_reason")),
        ],
    )  # fmt: skip
    def test_a_changed_column_is_named(self, kept, behind_the_guards, model, name):
        row = model.objects.order_by("pk").first()
        value = another(model, name, getattr(row, name))
        table = model._meta.db_table
        behind_the_guards(
            f'UPDATE "{table}" SET "{column(model, name)}" = %s WHERE id = %s', [value, row.pk]
        )
        faults = found()
        assert faults, f"{table}.{name} was changed and nobody says so"
        with pytest.raises(CommandError, match="BROKEN") as refusal:
            verify()
        assert refusal.value.returncode == 1
        assert faults[0] in str(refusal.value)

    @pytest.mark.parametrize(
        ("model", "name"),
        [(Direction, "by_id"), (Paper, "issued_by_id"), (Report, "sent_by_id"), (Notice, "by_id")],
    )
    def test_a_changed_author_is_named(self, kept, behind_the_guards, model, name):
        behind_the_guards(f'UPDATE "{model._meta.db_table}" SET "{name}" = %s', [kept.son.pk])
        assert found()

    @pytest.mark.parametrize("model", [Paper, PaperVoid, Attachment, Report, Notice])
    def test_a_row_that_is_gone_is_named(self, kept, behind_the_guards, model):
        row = model.objects.order_by("pk").last()
        behind_the_guards(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', [row.pk])
        assert any(fault.endswith("it is missing") for fault in found())

    @pytest.mark.parametrize("model", [Paper, PaperVoid, Attachment, Direction, Report, Notice])
    def test_a_row_that_no_entry_knows_is_named(self, kept, behind_the_guards, model):
        """Its entry goes too, with its link: what is left is a row without a past."""
        kind = next(k for k in pins._KINDS.values() if k.model == model._meta.label)
        event = Event.objects.filter(action__in=kind.actions).order_by("pk").first()
        behind_the_guards("DELETE FROM ledger_link WHERE event_id = %s", [event.pk])
        behind_the_guards("DELETE FROM ledger_event WHERE id = %s", [event.pk])
        [fault] = [fault for fault in found() if fault.startswith(kind.name)]
        assert fault.endswith("no entry names it")

    def test_a_swapped_pair_of_papers_is_named_twice(self, kept, behind_the_guards):
        first, second = Paper.objects.order_by("pk")[:2]
        for pk, content, digest in (
            (first.pk, second.content, second.digest), (second.pk, first.content, first.digest),
        ):  # fmt: skip
            behind_the_guards(
                "UPDATE documents_paper SET content = %s, digest = %s WHERE id = %s",
                [json.dumps(content), digest, pk],
            )
        # both papers of the story say the same, but a digest covers number and object as well
        assert sum(fault.startswith("paper") for fault in found()) == 2

    def test_a_forged_paper_with_a_fitting_digest_of_its_own_differs_from_its_entry(
        self, kept, behind_the_guards
    ):
        paper = Paper.objects.order_by("pk").first()
        paper.title = "Đã sửa"
        behind_the_guards(
            "UPDATE documents_paper SET title = %s, digest = %s WHERE id = %s",
            [paper.title, issuing.digest_of(paper), paper.pk],
        )
        [fault] = found()
        assert paper.public_id.hex in fault.replace("-", "")

    def test_entry_and_paper_changed_together_break_the_chain(self, kept, behind_the_guards):
        paper = Paper.objects.order_by("pk").first()
        event = Event.objects.get(action="paper_issued", object_code=str(paper.public_id))
        paper.title = "Đã sửa"
        digest = issuing.digest_of(paper)
        behind_the_guards(
            "UPDATE documents_paper SET title = %s, digest = %s WHERE id = %s",
            [paper.title, digest, paper.pk],
        )
        behind_the_guards(
            "UPDATE ledger_event SET after = %s WHERE id = %s",
            [json.dumps({**event.after, "sha256": digest}), event.pk],
        )
        assert found() == []
        assert [fault.event_id for fault in chain.verify(now=NOW)[1]] == [event.pk]

    def test_a_file_of_a_task_is_pinned_too(self, kept, behind_the_guards):
        task = given(kept)
        verbs.report_task(
            task,
            facts=TaskReportFacts(text="Đã xong."),
            files=[staging.stage(pdf(), owner_id=kept.hung.pk, now=NOW)],
            version=None,
            by=kept.by(kept.hung),
            now=NOW,
        )
        assert found() == []
        behind_the_guards("UPDATE dossiers_taskfile SET sha256 = %s", ["1" * 64])
        assert [str(TaskFile.objects.get().public_id) in fault for fault in found()] == [True]


@pytest.mark.django_db
class TestBytes:
    def test_are_read_only_when_asked(self, kept, store):
        path = store / kept.dossier.attachments.first().path
        path.write_bytes(path.read_bytes() + b"x")
        assert found() == []
        public_id = str(kept.dossier.attachments.first().public_id)
        assert any(public_id in fault for fault in found(with_bytes=True))
        assert verify().startswith("whole")
        with pytest.raises(CommandError, match="BROKEN file dossiers.Attachment"):
            verify("--files")

    def test_row_and_file_changed_together_differ_from_the_entry(
        self, kept, store, behind_the_guards
    ):
        """Whoever exchanges the file and its SHA-256 in the row still faces the sealed entry."""
        file = kept.dossier.attachments.first()
        content = pdf(more=b"exchanged").read()
        (store / file.path).write_bytes(content)
        stored = hashlib.sha256(content).hexdigest()
        behind_the_guards(
            "UPDATE dossiers_attachment SET sha256 = %s, size = %s WHERE id = %s",
            [stored, len(content), file.pk],
        )
        [fault] = [fault for fault in found() if str(file.public_id) in fault]
        assert "sha256" in fault
