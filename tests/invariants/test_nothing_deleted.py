"""Nothing official is deleted: no address, no verb, no job, no cascade; and the ORM leaves a trace.

quality.md §2 invariant 22.
"""

import ast
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError
from django.urls import Resolver404, resolve

from agencies.models import Agency
from config import tasks as config_tasks
from dossiers import tasks as dossier_tasks
from dossiers.models import Dossier
from ledger import guards
from ledger.models import Event
from tests.dossiers.test_verbs import IN_STATE, people
from tests.test_every_url import EVERY, POSTS, PUBLIC, address
from tests.test_imports import MODULES, calls
from tests.world import NOW, World

#: Tables that hold what is official: whoever adds one to the guards has it looked after here too.
OFFICIAL = sorted({*guards.HISTORY, *guards.WATCHED})
#: What the programme deletes, and why that is no record. Everything else is found and refused.
DELETES = {
    ("accounts/saving.py", "SavedFilter"): "one's own name for a list",
    ("accounts/staging.py", "StagedFile"): "no form was sent with it, or it became part of a row",
    ("accounts/sign_in.py", "SignInFailure"): "counted for a quarter of an hour",
    ("accounts/autosave.py", "AutosavedForm"): "what was typed and not sent",
    ("accounts/autosave.py", "mine"): "what was typed and not sent",
    ("ledger/chain.py", "Gap"): "a note that a number may never come; events stay",
    ("ledger/chain.py", "gap"): "a note that a number may never come; events stay",
    ("config/operating/heartbeats.py", "Heartbeat"): "signs of life of processes that are gone",
    ("config/operating/heartbeats.py", "FailedJob"): "failures of jobs after a month",
    ("config/operating/self_check.py", "SelfCheck"): "runs after the ninety latest",
    # With an entry that says what it was, and only before anything is signed or in force:
    ("deadlines/keeping/proposed.py", "CalendarYear"): "days of a calendar change in force",
    ("deadlines/keeping/proposed.py", "CalendarDay"): "days of a calendar change in force",
    ("dossiers/reorganising/moving.py", "through"): "who cooperates, moved to the successor",
    ("inspections/transitions/records.py", "Finding"): "a line of a draft",
    ("inspections/transitions/records.py", "Exhibit"): "a file of a draft",
    ("inspections/transitions/records.py", "row"): "signatures of a draft that is opened again",
    ("inspections/transitions/answering.py", "row"): "signatures of a draft that is opened again",
    ("inspections/transitions/visiting.py", "row"): "a team before the visit",
    ("inspections/transitions/planning.py", "row"): "lines of a draft plan",
    ("inspections/transitions/planning.py", "mine"): "lines of a draft plan",
}
#: Modules that write SQL of their own and may hold such a statement.
SQL_DELETES = {
    "dossiers/running.py",  # a table of what is open now, made from the others
    "ledger/guards.py",  # triggers that refuse it
}


def table(label: str) -> str:
    return apps.get_model(label)._meta.db_table


def rows() -> dict[str, int]:
    """How many rows each official table has."""
    return {label: apps.get_model(label).objects.count() for label in OFFICIAL}


def fewer(before: dict[str, int]) -> list[str]:
    now = rows()
    return [label for label in OFFICIAL if now[label] < before[label]]


class TestTheProgramme:
    def test_deletes_only_what_is_listed_here_with_its_reason(self):
        found = set()
        for module in MODULES:
            if "/migrations/" in module:
                continue
            for call, asked in calls(module):
                if asked.endswith((".delete", "._raw_delete")):
                    found.add((module, re.match(r"\w+", ast.unparse(call.func))[0]))
        assert found - set(DELETES) == set()

    def test_writes_no_statement_that_deletes(self):
        pattern = re.compile(r"\b(DELETE\s+FROM|TRUNCATE\s+(TABLE\s+)?\w|DROP\s+TABLE)", re.I)
        found = {
            module
            for module, tree in MODULES.items()
            if "/migrations/" not in module
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if pattern.search(node.value)
        }
        assert found - SQL_DELETES == set()

    def test_cascades_over_no_official_row_and_loosens_none(self):
        wrong = []
        for label in OFFICIAL:
            for field in apps.get_model(label)._meta.get_fields():
                rule = getattr(getattr(field, "remote_field", None), "on_delete", None)
                through = apps.get_model(label)._meta.auto_created
                if field.concrete and rule not in {None, models.PROTECT} and not through:
                    wrong.append(f"{label}.{field.name}")
        assert wrong == []

    def test_has_no_raw_admin_and_no_address_that_deletes(self):
        assert "django.contrib.admin" not in settings.INSTALLED_APPS
        for path in ("/admin/", "/quan-tri/", "/api/"):
            with pytest.raises(Resolver404):
                resolve(path)
        words = re.compile(r"(xoa|huy-ho-so|delete|remove|purge|prune)")
        found = {name for name in EVERY if words.search(f"{name} {EVERY[name].pattern}")}
        assert found == {"inspections:remove_exhibit"}  # a file of a draft; the ledger names it


@pytest.mark.django_db
class TestTheDatabase:
    def test_the_orm_deletes_nothing_that_something_rests_on(self, world):
        dossier = world.directed().dossier
        for row in (dossier, world.ward, world.lan, dossier.directions.get().time_limit):
            with pytest.raises(ProtectedError), transaction.atomic():
                row.delete()
        with pytest.raises(ProtectedError), transaction.atomic():
            Agency.objects.all().delete()

    @pytest.mark.parametrize("label", guards.HISTORY)
    def test_history_is_deleted_by_nobody(self, world, label):
        model = apps.get_model(label)
        world.withdrawn()
        name = connection.ops.quote_name(model._meta.db_table)
        if not model.objects.exists():
            return  # tests/ledger/test_append_only.py tries it on rows of every such table
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608

    @pytest.mark.parametrize("label", ["dossiers.Attachment", "dossiers.FormReturn"])
    def test_what_somebody_deletes_from_a_shell_is_entered_with_all_its_columns(self, world, label):
        world.returned()
        row = apps.get_model(label).objects.order_by("pk").first()
        key, columns = row.pk, type(row).objects.filter(pk=row.pk).values().get()
        row.delete()
        entry = Event.objects.filter(action="direct_delete").latest("pk")
        assert (entry.object_kind, entry.object_code) == (table(label), str(key))
        assert {name for name, value in columns.items() if value is not None} <= set(entry.before)


@pytest.mark.django_db
class TestNobodyDeletes:
    """Whatever is posted, by whomever, wherever: no official table ever has a row fewer."""

    WORDS = ("xoa", "delete", "bo", "huy", "DELETE", "")

    @pytest.mark.once
    def test_by_any_form_of_any_page(self, world: World, sign_in):
        dossiers = [make(world) for make in IN_STATE.values()]
        actors = people(world)
        statements: list[str] = []

        def note(execute, sql, params, many, context):
            if sql.lstrip().upper().startswith("DELETE"):
                statements.append(sql)
            return execute(sql, params, many, context)

        before = rows()
        with connection.execute_wrapper(note):
            for place, by in enumerate(actors.values()):
                browser = sign_in(by.user)
                for turn, name in enumerate(sorted(POSTS - PUBLIC & set(EVERY))):
                    if name not in EVERY:
                        continue
                    dossier = dossiers[place % len(dossiers)]
                    word = self.WORDS[(place + turn) % len(self.WORDS)]
                    form = {"viec": word, "_method": "DELETE", "form_key": uuid.uuid4()}
                    answer = browser.post(address(name, dossier), form)
                    assert answer.status_code < 500, (name, word)
        assert fewer(before) == []
        official = {table(label) for label in OFFICIAL}
        deleted = {re.match(r'DELETE FROM "?(\w+)', sql)[1] for sql in statements}
        assert deleted & official == set()

    def test_by_any_job_however_old_everything_is(self, world: World, monkeypatch):
        for make in IN_STATE.values():
            make(world)
        before = rows()
        in_ten_years = NOW + timedelta(days=3650)
        monkeypatch.setattr("django.utils.timezone.now", lambda: in_ten_years)
        dossier_tasks.remove_old_staged_files()
        config_tasks.heartbeat()
        assert config_tasks.check_itself() > 0
        assert fewer(before) == []
        assert Dossier.objects.count() == before["dossiers.Dossier"]


def test_every_table_is_official_or_says_why_not():
    every: set[Any] = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_config.name in {"accounts", "agencies", "deadlines", "documents",
                                           "dossiers", "inspections", "ledger"}
    }  # fmt: skip
    assert every - set(OFFICIAL) <= guards.UNWATCHED
