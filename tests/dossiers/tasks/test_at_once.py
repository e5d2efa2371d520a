"""Many at once, over real connections: codes without gap or double, one decision, no lost file."""

from datetime import timedelta

import pytest

from accounts import filestore, staging
from accounts.refusals import Conflict
from documents.models import Series
from dossiers import files
from dossiers import transitions as verbs
from dossiers.models import Task, TaskFile, TaskReport
from dossiers.transitions import Due
from tests.dossiers.tasks.story import given, reported
from tests.dossiers.test_concurrency import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_codes_given_at_once_have_no_gap_and_no_double(world):
    given_at_once = at_once(*[lambda: given(world)] * 6)
    assert sorted(task.code for task in given_at_once) == [
        f"NV2026-0000{number}" for number in range(1, 7)
    ]
    assert Series.objects.get(symbol="NV").last == 6


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(world):
    task = reported(world).task
    minh, thu = world.by(world.minh), world.by(world.thu)
    answers = at_once(
        lambda: verbs.accept_task(task, answer="", version=None, by=minh, now=NOW),
        lambda: verbs.send_back_task(
            task, reason="Thiếu.", due=Due(working_days=2), version=None, by=thu, now=NOW
        ),
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    report = TaskReport.objects.get()
    state = Task.State.ACCEPTED if report.accepted else Task.State.GIVEN
    assert Task.objects.get().state == state


def test_a_file_of_a_report_is_never_taken_for_an_orphan(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    stored = filestore.store([b"%PDF-1.7 bao cao"])
    staged = world.staged(world.hung)
    type(staged).objects.filter(pk=staged.pk).update(path=stored.path, size=stored.size)
    staged.refresh_from_db()
    verbs.report_task(
        given(world), facts=verbs.TaskReportFacts(), files=[staged], version=None,
        by=world.by(world.hung), now=NOW,
    )  # fmt: skip
    assert TaskFile.objects.get().path == stored.path
    later = NOW + 2 * staging.KEEP_STAGED + timedelta(days=3650)
    staging.remove_old(later)
    assert files.remove_orphans(later) == 0
    filestore.open_stored(stored.path, size=stored.size).close()
