"""Thirty people write at once: no deadlock, no lock that lasts, nothing lost and nothing doubled.

quality.md §2 invariant 27. The database itself ends a wait that lasts too long: two seconds for a
row on PostgreSQL, five for the one writer's place on SQLite.
"""

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.urls import reverse

from deadlines import adjusting, sweeping
from deadlines.models import TimeLimit
from documents.models import Series
from dossiers import transitions as verbs
from dossiers.models import Direction, Dossier
from dossiers.states import State
from ledger import chain
from tests.dossiers.desk import open_form, submission
from tests.dossiers.test_concurrency import at_once, posting
from tests.world import NOW, hanoi

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def impatient():
    """Connections that give up where people would."""

    def limit(connection, **_kwargs) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute("SET deadlock_timeout = '50ms'")
            else:
                cursor.execute("PRAGMA busy_timeout = 5000")

    connection.close()
    connection_created.connect(limit)
    yield
    connection_created.disconnect(limit)
    connection.close()


def test_thirty_forms_of_three_kinds_all_have_their_effect(world, sign_in, impatient):
    asked = [world.submitted(letter_ref=f"{n}/TTr-UBND") for n in range(10)]
    lan, minh, phuc = (sign_in(user) for user in (world.lan, world.minh, world.phuc))
    received = [world.submitted(letter_ref=f"{n}/TTr-HĐND") for n in range(10)]
    presses = []
    for n in range(10):
        form = submission(lan, letter_ref=f"{n}/TTr-VP", viec="nhap")
        presses.append(posting(lan, reverse("dossiers:log"), form))
        form = {**open_form(minh, "dossiers:direct_explanation", asked[n].code), "text": "Vì sao?"}
        where = reverse("dossiers:direct_explanation", args=[asked[n].code])
        presses.append(posting(minh, where, form))
        form = open_form(phuc, "dossiers:receive", received[n].code)
        where = reverse("dossiers:receive", args=[received[n].code])
        presses.append(posting(phuc, where, form))
    answers = at_once(*presses)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 30
    assert Direction.objects.count() == TimeLimit.objects.count() == 10
    assert Dossier.objects.filter(state=State.UNDER_VERIFICATION).count() == 10
    assert Series.objects.get(symbol="HS").last == Dossier.objects.count() == 30
    chain.seal_all()
    assert chain.verify(now=NOW)[1] == []


def test_acts_that_meet_on_one_dossier_wait_for_each_other_in_one_order(world, impatient):
    """Leaving lifts the limit, suspending holds it, answering meets it, the sweep flags it."""
    directions = [world.directed(letter_ref=f"{n}/TTr-UBND") for n in range(6)]
    late = hanoi(2026, 12, 1)

    def reject(one: Direction):
        by = world.by(world.minh)
        return lambda: verbs.reject(one.dossier, text="Không.", version=None, by=by, now=NOW)

    def suspend(one: Direction):
        by = world.by(world.minh)
        return lambda: adjusting.suspend(
            one.time_limit,
            until_on=late.date(),
            reason="Chờ kết luận của cơ quan điều tra.",
            document="12/UBND-NC",
            by=by,
            now=NOW,
        )

    def answer(one: Direction):
        by, facts = world.by(world.hung), verbs.ReportFacts(text="Đã rõ.", ref="1/BC-UBND")
        return lambda: verbs.report_back(one, facts=facts, files={}, version=None, by=by, now=NOW)

    jobs = [make(one) for one in directions for make in (reject, suspend, answer)]
    results = at_once(*jobs, *(lambda: sweeping.flag_overdue(NOW) for _ in range(4)))
    words = "deadlock|lock timeout|locked"
    broken = [r for r in results if isinstance(r, Exception) and hits(words, r)]
    assert broken == []


def hits(words: str, error: Exception) -> bool:
    return any(word in str(error) for word in words.split("|"))
