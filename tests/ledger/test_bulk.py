"""Many rows at once are the same rows as one by one: values, keys, guards, constraints."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from deadlines.models import TimeLimit
from dossiers.models import Dossier
from ledger import bulk, chain, recording
from ledger.models import Event
from tests.world import NOW

#: Everything that a text format could trip over.
ODD = "tab\t line\n return\r back\\slash \\N \\. “nháy” 'một' ;,| % %s {} 𝔄 Điều chỉnh"


def events(count: int) -> list[Event]:
    return [
        recording.event(
            by=recording.Author(name=f"{ODD} {n}", id=None if n % 2 else n),
            action="dossier_imported",
            kind="dossier",
            code=f"C-{n}",
            now=NOW + timedelta(microseconds=n),
            stated_at=NOW if n % 3 else None,
            before={"text": ODD, "none": None, "list": [1, True, "\\n"]},
            after={},
            reason=ODD,
        )
        for n in range(count)
    ]


def insert(rows) -> None:
    with recording.recorded(may_be_idle=True):
        bulk.insert(rows)


@pytest.mark.parametrize("count", [1, 99, 100, 250])
def test_what_was_written_is_what_was_given(db, count):
    rows = events(count)
    insert(rows)
    kept = {row.pk: row for row in Event.objects.filter(action="dossier_imported")}
    assert len(kept) == count
    assert [row.pk for row in rows] == sorted(kept)
    for row in rows:
        other = kept[row.pk]
        for field in Event._meta.concrete_fields:
            if field.name != "recorded_at":
                assert getattr(row, field.attname) == getattr(other, field.attname)
        assert other.recorded_at is not None
    chain.seal_all()
    assert chain.verify(now=NOW)[1] == []


def test_a_row_with_keys_dates_and_numbers(world):
    batch = uuid4()
    rows = [
        Dossier(
            code=f"CU-{n}", agency=world.ward, matter=ODD, letter_on=NOW.date(), state="drafting",
            created_at=NOW, imported_batch=batch if n % 2 else None, search_key="x", round=n,
        )
        for n in range(200)
    ]  # fmt: skip
    insert(rows)
    kept = Dossier.objects.in_bulk([row.pk for row in rows])
    for row in rows:
        for field in Dossier._meta.concrete_fields:
            assert getattr(row, field.attname) == getattr(kept[row.pk], field.attname)
    following = world.draft()
    assert following.pk > max(kept)


def test_a_constraint_refuses_all_of_them(world):
    limit = world.directed().time_limit
    values = {
        field.attname: getattr(limit, field.attname)
        for field in TimeLimit._meta.concrete_fields
        if not field.primary_key
    }
    rows = [TimeLimit(**{**values, "code": f"X/{n}"}) for n in range(150)]
    rows[149].due_at = rows[149].started_at
    with pytest.raises(DatabaseError), transaction.atomic():
        insert(rows)
    assert TimeLimit.objects.count() == 1


def test_outside_the_verbs_the_guards_enter_every_row(world):
    rows = [
        Dossier(
            code=f"CU-{n}", agency=world.ward, matter="Việc", state="drafting", created_at=NOW,
            search_key="x",
        )
        for n in range(120)
    ]  # fmt: skip
    assert connection.in_atomic_block
    bulk.insert(rows)
    assert (
        Event.objects.filter(action="direct_insert", object_kind="dossiers_dossier").count() == 120
    )
