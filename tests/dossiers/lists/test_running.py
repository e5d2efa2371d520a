"""The table of first running limits says at any moment what limits and dossiers say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Min, OuterRef, Subquery

from deadlines.models import TimeLimit
from dossiers import importing, running
from dossiers import transitions as verbs
from dossiers.models import Dossier, Running
from ledger import recording
from tests.world import NOW


def kept() -> list[tuple]:
    """What the table says."""
    columns = (
        "dossier_id",
        "agency_id",
        "state",
        "urgency",
        "created_at",
        "search_key",
        "due_at",
    )
    return sorted(Running.objects.values_list(*columns))


def counted() -> list[tuple]:
    """The same from limits and dossiers, without the table."""
    open_ = TimeLimit.objects.filter(subject_code=OuterRef("code"), met_at=None)
    first = open_.order_by().values("subject_code").annotate(first=Min("due_at")).values("first")
    rows = Dossier.objects.annotate(first=Subquery(first)).filter(first__isnull=False)
    columns = ("agency_id", "state", "urgency", "created_at", "search_key", "first")
    return sorted(rows.values_list("pk", *columns))


def test_it_follows_every_verb(world):
    """From the direction to the closing; the moment at which nothing runs has no row."""
    story = [
        lambda: world.draft(),
        lambda: world.submitted(),
        lambda: world.directed(NOW - timedelta(days=30)),
        lambda: world.directed(),
        lambda: world.reported(),
        lambda: world.concluded(),
    ]
    seen = set()
    for act in story:
        act()
        assert kept() == counted()
        seen.add(len(kept()))
    assert seen == {0, 1, 2, 3}


def test_it_follows_the_state_and_the_words_of_the_dossier(world):
    dossier = world.directed().dossier
    with recording.recorded(may_be_idle=True):
        Dossier.objects.filter(pk=dossier.pk).update(
            agency=world.other_ward, state="consulting", urgency="express", search_key="moi"
        )
    row = Running.objects.get()
    assert (row.agency, row.state, row.urgency) == (world.other_ward, "consulting", "express")
    assert kept() == counted()


def test_the_first_of_several_limits_counts_until_it_is_met(world):
    dossier = world.submitted()
    world_by = world.by(world.thu)
    verbs.receive(dossier, version=None, by=world.by(world.phuc), now=NOW)
    verbs.consult(
        dossier,
        agencies=[world.other_ward, world.home_affairs],
        question="Đề nghị cho ý kiến.",
        due_on=None,
        version=None,
        by=world_by,
        now=NOW,
    )
    first, second = TimeLimit.objects.filter(subject_code=dossier.code).order_by("pk")
    with recording.recorded(may_be_idle=True):
        TimeLimit.objects.filter(pk=second.pk).update(due_at=F("due_at") + timedelta(days=9))
        assert kept() == counted()
        TimeLimit.objects.filter(pk=first.pk).update(met_at=NOW)
        assert kept() == counted()
        assert Running.objects.get().due_at == second.due_at + timedelta(days=9)
        TimeLimit.objects.filter(pk=first.pk).update(met_at=None, due_at=F("due_at") - timedelta(1))
        assert kept() == counted()
        TimeLimit.objects.filter(subject_code=dossier.code).update(met_at=NOW)
    assert kept() == counted() == []


def test_it_follows_many_rows_at_once_and_what_is_done_by_hand(world):
    dossiers = [world.directed(NOW - timedelta(days=n)).dossier for n in range(5)]
    with recording.recorded(may_be_idle=True):
        TimeLimit.objects.update(due_at=F("due_at") + timedelta(days=1))
    assert kept() == counted()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deadlines_timelimit SET subject_code = %s WHERE subject_code = %s",
            [dossiers[0].code, dossiers[1].code],
        )
    assert len(kept()) == 4
    assert kept() == counted()


def test_it_follows_an_import_and_its_answers(world):
    def enter(reported: str) -> None:
        rows = f"CU-1/26,{world.ward.name},2026-11-02 09:00,{reported}\n".replace("/26", "-26")
        data = f"dossier_code,agency_name,directed_at,reported_at\n{rows}".encode()
        sheet = importing.read_sheet(data, None, name="cu.csv")
        outcome = importing.import_sheet(sheet, by=world.by(world.thu), now=NOW)
        assert not outcome.errors

    enter("")
    assert len(kept()) == 1
    assert kept() == counted()
    enter("2026-11-09 09:00")
    assert kept() == counted() == []


def test_it_can_be_counted_anew(world):
    world.directed()
    right = kept()
    Running.objects.update(due_at=NOW)
    assert kept() != counted()
    running.rebuild()
    assert kept() == counted() == right


@pytest.mark.parametrize("name", [name for name, _table in running._TRIGGERS])
def test_its_triggers_are_put_back_after_every_migration(name, db):
    tables = dict(running._TRIGGERS)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = %s", [name])
        else:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
                [name, tables[name]],
            )
        assert cursor.fetchone()[0] == 1
