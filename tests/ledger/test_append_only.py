"""Rows of history can be neither changed nor deleted, by whatever way the application has."""
# ruff: noqa: S608 - names of tables and columns come from the models

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from ledger import guards

HISTORY = [pytest.param(apps.get_model(label), id=label) for label in guards.HISTORY]


def rows(model) -> list[tuple]:
    return list(model.objects.order_by("pk").values_list())


def refused(act) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()


def execute(sql: str):
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return act


@pytest.mark.parametrize("model", HISTORY)
def test_no_column_of_a_row_is_ever_updated(story, model):
    before, table = rows(model), model._meta.db_table
    assert before
    for field in model._meta.concrete_fields:
        refused(execute(f'UPDATE "{table}" SET "{field.column}" = "{field.column}"'))
        if not field.primary_key:
            value = getattr(model.objects.first(), field.attname)
            refused(lambda field=field, value=value: model.objects.update(**{field.attname: value}))
    refused(model.objects.last().save)
    assert rows(model) == before


@pytest.mark.parametrize("model", HISTORY)
def test_no_row_is_ever_deleted(story, model):
    before, table = rows(model), model._meta.db_table
    refused(execute(f'DELETE FROM "{table}"'))
    refused(lambda: model.objects.filter(pk=before[-1][0])._raw_delete("default"))
    assert rows(model) == before


@pytest.mark.parametrize("model", HISTORY)
def test_no_insert_writes_over_a_row(story, model):
    before, table = rows(model), model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    everything = f'SELECT {columns} FROM "{table}"'
    if connection.vendor == "sqlite":
        refused(execute(f'INSERT OR REPLACE INTO "{table}" ({columns}) {everything}'))
        refused(execute(f'REPLACE INTO "{table}" ({columns}) {everything}'))
    key = model._meta.pk.column
    refused(
        execute(
            f'INSERT INTO "{table}" ({columns}) {everything} WHERE true '
            f'ON CONFLICT ("{key}") DO UPDATE SET "{key}" = excluded."{key}"'
        )
    )
    assert rows(model) == before


@pytest.mark.parametrize("model", HISTORY)
def test_no_table_is_emptied_at_one_stroke(story, model):
    """SQLite does it with DELETE; PostgreSQL also reaches it through a table it refers to."""
    before, table = rows(model), model._meta.db_table
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the pending checks refuse first
        refused(execute(f'TRUNCATE "{table}" CASCADE'))
        if model._meta.app_label == "deadlines":
            refused(execute("TRUNCATE agencies_agency CASCADE"))
    refused(execute(f'DELETE FROM "{table}" WHERE true'))
    assert rows(model) == before
