"""The application's database role adds to history and cannot rewrite it, triggers or none.

quality.md §4 rule S9, §2 invariant 14. On PostgreSQL the role is made by what ``manage.py grants``
prints, as docs/operations.md tells operators to. SQLite has no roles: there the triggers are the
whole protection, for every programme that opens the file.
"""
# ruff: noqa: S608 - names of tables come from the models

import io
import os
import re
import sqlite3
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from config import checks
from config.backup import taking
from config.operating import self_check
from deadlines.models import OverdueFlag
from deadlines.sweeping import flag_overdue
from dossiers.models import Dossier
from ledger import chain, grants, guards
from tests.dossiers.desk import log, submission
from tests.servers import BASE
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
HAS_ROLES = os.environ.get("TEST_DATABASE") == "postgres"


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("grants", *arguments, stdout=out)
    return out.getvalue()


class WebRole:
    """Connections under the role of the web process."""

    def __init__(self) -> None:
        self.name = f"app_{connection.settings_dict['NAME']}".replace("-", "_")
        with connection.cursor() as cursor:
            cursor.execute(printed(self.name))

    def connect(self):
        return psycopg2.connect(
            user=self.name,
            dbname=connection.settings_dict["NAME"],
            host=f"{os.environ[BASE]}/postgres",
        )

    def says(self, sql: str) -> str:
        """What the database answers to the statement: "" when it obeys."""
        with closing(self.connect()) as web, web.cursor() as cursor:
            try:
                cursor.execute(sql)
            except psycopg2.Error as error:
                return str(error).strip()
            web.rollback()
            return ""

    @contextmanager
    def at_work(self):
        """The application itself, connected as this role."""
        owner = connection.settings_dict["USER"]
        connection.close()
        connection.settings_dict["USER"] = self.name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["USER"] = owner


@pytest.fixture
def web(story) -> WebRole:
    return WebRole()


def rewriting(table: str, key: str) -> list[str]:
    return [
        f'UPDATE "{table}" SET "{key}" = "{key}"',
        f'UPDATE "{table}" SET "{key}" = "{key}" WHERE false',
        f'DELETE FROM "{table}"',
        f'DELETE FROM "{table}" WHERE false',
        f'TRUNCATE "{table}"',
        f'TRUNCATE "{table}" CASCADE',
        f'SELECT 1 FROM "{table}" FOR UPDATE',
        f'INSERT INTO "{table}" SELECT * FROM "{table}" '
        f'ON CONFLICT ("{key}") DO UPDATE SET "{key}" = excluded."{key}"',
    ]


def history() -> list[tuple[str, str]]:
    """The tables of history with their keys."""
    models = [apps.get_model(label) for label in guards.HISTORY]
    return [(model._meta.db_table, model._meta.pk.column) for model in models]


@contextmanager
def without_triggers():
    """As if somebody had dropped every guard, or a restore had forgotten them."""
    with connection.cursor() as cursor:
        for statement in guards.remove_statements():
            cursor.execute(statement)
    try:
        yield
    finally:
        guards.install()


#: What only an owner or a superuser may do, and what would make one of the role.
OF_OWNERS = [
    "ALTER TABLE ledger_event DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_event DISABLE TRIGGER ledger_event_no_update",
    "ALTER TABLE ledger_event ADD COLUMN extra text",
    "ALTER TABLE ledger_event OWNER TO CURRENT_USER",
    "ALTER TABLE ledger_event RENAME TO elsewhere",
    "DROP TABLE ledger_event CASCADE",
    "DROP TRIGGER ledger_event_no_update ON ledger_event",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger_event FOR EACH ROW "
    "EXECUTE FUNCTION dunghan_refuse()",
    "CREATE RULE mine AS ON INSERT TO ledger_event DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION dunghan_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RETURN NEW; END $$",
    "DROP FUNCTION dunghan_refuse() CASCADE",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE ledger_event (id int)",
    "CREATE SCHEMA mine",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE mine SUPERUSER",
    "SELECT setval('ledger_event_id_seq', 1)",
    "DELETE FROM django_migrations",
    "COPY ledger_event TO PROGRAM 'true'",
]

if HAS_ROLES:

    class TestTheWebRole:
        def test_reads_all_of_history(self, web):
            for table, _key in history():
                assert web.says(f'SELECT count(*) FROM "{table}"') == ""

        @pytest.mark.parametrize("guarded", [True, False])
        def test_is_refused_by_permission_whatever_the_triggers_say(self, web, guarded):
            def ask() -> None:
                for table, key in history():
                    for statement in rewriting(table, key):
                        said = web.says(statement)
                        assert "permission denied for table" in said, (statement, said)

            if guarded:
                ask()
                return
            with without_triggers():
                ask()

        def test_owns_nothing_and_cannot_become_who_does(self, web):
            for statement in OF_OWNERS:
                said = web.says(statement)
                assert re.search("permission denied|must be (owner|superuser)", said), (
                    statement,
                    said,
                )

        def test_cannot_grant_itself_more(self, web):
            with closing(web.connect()) as own, own.cursor() as cursor:
                cursor.execute("GRANT UPDATE ON ledger_event TO CURRENT_USER")  # a warning alone
                own.commit()
            assert "permission denied" in web.says("UPDATE ledger_event SET action = 'x'")

        def test_is_what_the_check_calls_safe_and_the_owner_is_not(self, web):
            with pytest.raises(CommandError, match="UPDATE ledger_event"):
                call_command("grants", "--check")
            with web.at_work():
                assert "not rewrite it" in printed("--check")

        def test_has_exactly_these_rights_again_after_a_second_run(self, web):
            with connection.cursor() as cursor:
                cursor.execute(f"GRANT ALL ON ledger_event TO {web.name}")
                cursor.execute(printed(web.name))
            assert "permission denied" in web.says("DELETE FROM ledger_event")

        def test_takes_backups_and_checks_itself_under_it(self, web, tmp_path, settings):
            settings.MEDIA_ROOT = tmp_path / "files"
            with web.at_work():
                taken = taking.take(tmp_path / "backup.zip", now=NOW)
                run = self_check.run(NOW, with_bytes=True)
                assert checks.role(None, databases=["default"]) == []
            assert taken.manifest["tables"]["ledger_event"]["rows"] > 0
            assert run.took_ms is not None

        def test_the_application_works_under_it(self, web, world, wall_clock):
            """Signing in, logging a submission, a direction that passes its limit, the sweep, the
            sealing: all that writes history."""
            wall_clock(NOW)
            with web.at_work():
                lan = Client()
                answer = lan.post(
                    reverse("accounts:sign_in"), {"username": "lan", "password": PASSWORD}
                )
                assert answer.status_code == 302
                before = Dossier.objects.count()
                assert log(lan, submission(lan, letter_ref="777/TTr-UBND")).status_code == 302
                assert Dossier.objects.count() == before + 1
                direction = world.directed()
                flag_overdue(direction.time_limit.due_at)
                assert OverdueFlag.objects.filter(time_limit=direction.time_limit).count() == 1
                chain.seal_all()
                assert list(chain.verify(now=NOW)[1]) == []
                with connection.cursor() as cursor:
                    cursor.execute("SELECT current_user")
                    assert cursor.fetchone() == (web.name,)

    @pytest.mark.django_db
    class TestTheStatements:
        def test_leave_no_table_out(self, db):
            said = printed("dunghan_app")
            for table in connection.introspection.table_names():
                assert f'"{table}"' in said, table

        @pytest.mark.parametrize("name", ["App", "a b", "x; DROP TABLE y", "", '"'])
        def test_take_plain_names_alone(self, db, name):
            with pytest.raises(grants.BadName):
                grants.statements(name)

else:

    class TestAnyProgrammeThatOpensTheFile:
        @pytest.mark.parametrize("knows_our_function", [False, True])
        def test_is_refused_by_the_triggers(self, story, knows_our_function):
            connection.close()
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
                words = "append-only|no such function"
                if knows_our_function:  # and says that what it does is recorded
                    other.create_function("dunghan_recorded", 0, lambda: 1)
                    words = "append-only"
                for table, key in history():
                    assert other.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
                    for verb in (
                        f'UPDATE "{table}" SET "{key}" = "{key}"',
                        f'DELETE FROM "{table}"',
                    ):
                        with pytest.raises(sqlite3.DatabaseError, match=words):
                            other.execute(verb)

        def test_has_no_roles_to_grant_anything_to(self, db):
            for arguments in ([], ["--check"]):
                with pytest.raises(CommandError, match="SQLite knows no roles"):
                    printed(*arguments)
