"""A change and its entry are one thing: neither is there without the other, and both say who."""
# ruff: noqa: S608 - names of tables and columns come from the models

import sqlite3
import threading
import uuid
from datetime import UTC, date, datetime

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts import actors
from accounts.models import Appointment, User
from agencies.models import Agency
from deadlines import sweeping
from deadlines.models import TimeLimit
from documents.models import Paper
from ledger import guards, recording
from ledger.models import Event
from tests.world import NOW, hanoi

OURS = (
    "ledger", "agencies", "accounts", "documents", "deadlines", "dossiers", "inspections", "config",
    "dashboards",
)  # fmt: skip

#: A change by hand for watched tables that are not history and that the story fills.
CHANGES = {
    "agencies.Agency": ("name", "Đổi bằng tay"),
    "agencies.Agency_successors": ("to_agency_id", 1),
    "agencies.InternalUnit": ("name", "Đổi bằng tay"),
    "accounts.User": ("full_name", "Đổi bằng tay"),
    "accounts.Appointment": ("post", "Đổi bằng tay"),
    "deadlines.CalendarDay": ("name", "Đổi bằng tay"),
    "deadlines.CalendarYear": ("source", "Đổi bằng tay"),
    "deadlines.CalendarEdition": ("digest", "0" * 64),
    "deadlines.LimitRule": ("amount", 9),
    "deadlines.TimeLimit": ("subject_title", "Đổi bằng tay"),
    "deadlines.SweepRun": ("flagged", 999),
    "dossiers.Dossier": ("matter", "Đổi bằng tay"),
    "dossiers.Attachment": ("sha256", "1" * 64),
    "dossiers.Direction": ("text", "Đổi bằng tay"),
    "dossiers.Report": ("text", "Đổi bằng tay"),
    "dossiers.Conclusion": ("text", "Đổi bằng tay"),
    "dossiers.Notice": ("ref", "1/TB-UBND"),
}


#: What a second row of history must have otherwise to be let in.
ELSEWHERE = {
    "deadlines.OverdueFlag": {"due_at": datetime(2026, 11, 1, tzinfo=UTC)},
    "deadlines.DueDateRevision": {},
    "deadlines.Reminder": {"rung": 77},
    "deadlines.CalendarAnnotation": {"due_at": datetime(2026, 11, 1, tzinfo=UTC)},
    "documents.Paper": {"number": 99, "public_id": uuid.UUID(int=1).hex},
    "documents.PaperVoid": {"paper_id": lambda: Paper.objects.get(void=None, letter=None).pk},
    "dossiers.Letter": {
        "paper_id": lambda: Paper.objects.get(void=None, letter=None).pk,
        "public_id": uuid.UUID(int=1).hex,
    },
    "dossiers.Letter_limits": {
        "timelimit_id": lambda: TimeLimit.objects.filter(letters=None).first().pk,
    },
}


def execute(sql: str, params=()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def first_row(table: str, key: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}" LIMIT 1')
        row = cursor.fetchone()
        assert row, f"the story leaves {table} empty"
        return dict(zip((column[0] for column in cursor.description), row, strict=True))


def insert(table: str, row: dict) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(["%s"] * len(row))
    execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))


def newest() -> Event:
    return Event.objects.latest("pk")


class TestWritesOutsideTheVerbs:
    """Whoever writes without ``recorded()`` is entered by the database itself."""

    def test_every_table_of_ours_is_history_or_watched_or_named_as_neither(self):
        ours = {
            model._meta.label
            for app in OURS
            for model in apps.all_models.get(app, {}).values()
            if model._meta.managed
        }
        assert ours == {*guards.HISTORY, *guards.WATCHED, *guards.UNWATCHED}
        assert not guards.UNWATCHED & {*guards.HISTORY, *guards.WATCHED}
        assert {*CHANGES} <= {*guards.WATCHED} - {*guards.HISTORY}

    @pytest.mark.parametrize("label", sorted({*guards.HISTORY, *guards.WATCHED}))
    def test_every_one_of_them_has_its_guards_in_the_database(self, db, label):
        table = apps.get_model(label)._meta.db_table
        catalogue = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
            "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled"
            " = 'O'",
        }
        with connection.cursor() as cursor:
            cursor.execute(catalogue[connection.vendor], [table])
            found = {name for (name,) in cursor.fetchall()}
        expected = set()
        if label in guards.HISTORY:
            expected |= {f"{table}_no_update", f"{table}_no_delete"}
            expected |= {f"{table}_no_truncate"} if connection.vendor == "postgresql" else set()
        if label in guards.WATCHED:
            expected |= {f"{table}_watch_{verb}" for verb in ("insert", "update", "delete")}
        assert expected <= found

    @pytest.mark.parametrize("label", CHANGES)
    def test_a_statement_by_hand_leaves_what_was_and_what_became(self, story, label):
        model = apps.get_model(label)
        table, key = model._meta.db_table, model._meta.pk.column
        column, value = CHANGES[label]
        row = first_row(table, key)
        with transaction.atomic():
            execute(f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s', [value, row[key]])
            entry = newest()
            assert entry.action == "direct_update"
            assert (entry.object_kind, entry.object_code) == (table, str(row[key]))
            assert (entry.before[column], entry.after[column]) == (row[column], value)
            assert entry.actor_id is None
            assert entry.actor_name.startswith("database")

            execute(f'DELETE FROM "{table}" WHERE "{key}" = %s', [row[key]])
            entry = newest()
            assert (entry.action, entry.object_code) == ("direct_delete", str(row[key]))
            assert (entry.before[column], entry.after) == (value, {})

            insert(table, row)
            entry = newest()
            assert (entry.action, entry.object_code) == ("direct_insert", str(row[key]))
            assert (entry.before, entry.after[column]) == ({}, row[column])
            assert entry.at.tzinfo is not None
            transaction.set_rollback(True)

    @pytest.mark.parametrize("label", sorted({*guards.WATCHED} & {*guards.HISTORY}))
    def test_a_row_of_history_made_up_by_hand_is_entered_too(self, story, label):
        model = apps.get_model(label)
        row = first_row(model._meta.db_table, "id") | {"id": 10**6}
        for name, value in ELSEWHERE[label].items():
            row[name] = value() if callable(value) else value
        insert(model._meta.db_table, row)
        entry = newest()
        assert (entry.action, entry.object_code) == ("direct_insert", str(10**6))
        assert entry.after["id"] == 10**6

    def test_no_way_of_the_orm_is_unseen(self, world):
        def entries() -> list[str]:
            found = Event.objects.filter(pk__gt=before, object_kind="accounts_appointment")
            return list(found.order_by("pk").values_list("action", flat=True))

        def post(name: str) -> Appointment:
            return Appointment(
                user=world.lan, agency=world.ward, role="agency_clerk", post=name, started_on=day
            )

        before, day = newest().pk, date(2026, 1, 1)
        created = Appointment.objects.create(**{
            name: getattr(post("Một"), name)
            for name in ("user", "agency", "role", "post", "started_on")
        })  # fmt: skip
        many = Appointment.objects.bulk_create([post("Hai"), post("Ba")])
        assert entries() == ["direct_insert"] * 3
        created.post = "Bốn"
        created.save()
        Appointment.objects.filter(pk__in=[one.pk for one in many]).update(post="Năm")
        for one in many:
            one.post = "Sáu"
        Appointment.objects.bulk_update(many, ["post"])
        assert entries()[3:] == ["direct_update"] * 5
        Appointment.objects.filter(pk__in=[one.pk for one in many]).delete()
        created.delete()
        assert entries()[8:] == ["direct_delete"] * 3

    def test_a_replaced_row_is_entered_as_deleted_first(self, world):
        table, before = "deadlines_calendarday", newest().pk
        row = first_row(table, "id") | {"name": "Đổi bằng tay"}
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(["%s"] * len(row))
        if connection.vendor == "sqlite":
            sql = f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({marks})'
        else:
            sql = (
                f'INSERT INTO "{table}" ({names}) VALUES ({marks}) '
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name"
            )
        execute(sql, list(row.values()))
        entries = Event.objects.filter(pk__gt=before)
        assert any(entry.before.get("name") not in (None, row["name"]) for entry in entries)
        assert any(entry.after.get("name") == row["name"] for entry in entries)

    def test_a_password_is_entered_as_changed_and_not_shown(self, world):
        secret = world.lan.password
        User.objects.filter(pk=world.lan.pk).update(password="argon2$bịa")
        entry = newest()
        assert (entry.action, entry.object_code) == ("direct_update", str(world.lan.pk))
        assert entry.before["password"] != entry.after["password"]
        User.objects.filter(pk=world.lan.pk).update(full_name="Trần Thị Lan Anh")
        unchanged = newest()
        assert unchanged.before["password"] == unchanged.after["password"]
        insert("accounts_user", first_row("accounts_user", "id") | {"id": 10**6, "username": "mới"})
        every_word = str(list(Event.objects.values_list("before", "after")))
        assert secret not in every_word
        assert "bịa" not in every_word

    def test_signing_in_is_no_change_of_a_person(self, world):
        before = newest().pk
        User.objects.filter(pk=world.lan.pk).update(last_login=NOW)
        assert newest().pk == before

    def test_after_a_verb_the_same_transaction_is_watched_again(self, world):
        limit = world.limit()
        assert newest().action == "limit_started"
        TimeLimit.objects.filter(pk=limit.pk).update(subject_title="Đổi bằng tay")
        assert newest().action == "direct_update"

    def test_after_a_failed_verb_too(self, world):
        limit = world.limit()
        with pytest.raises(ZeroDivisionError), recording.recorded():
            raise ZeroDivisionError
        TimeLimit.objects.filter(pk=limit.pk).update(subject_title="Đổi bằng tay")
        assert newest().action == "direct_update"

    def test_one_connection_says_nothing_for_another(self, transactional_db):
        """While a verb runs, a shell that writes at the same time is still entered."""
        ward = Agency.objects.get(code="P-00070")
        done = threading.Event()

        def shell() -> None:
            Agency.objects.filter(pk=ward.pk).update(name_en="By hand")
            connection.close()
            done.set()

        other = threading.Thread(target=shell)
        if connection.vendor == "postgresql":
            with recording.recorded(may_be_idle=True):
                other.start()
                assert done.wait(30)
        else:  # there is one writer at a time: the shell waits until the verb has ended
            with recording.recorded(may_be_idle=True):
                other.start()
        other.join()
        assert newest().action == "direct_update"

    def test_another_programme_is_entered_or_cannot_write_at_all(self, transactional_db):
        name = connection.settings_dict["NAME"]
        sql = "UPDATE agencies_agency SET name = 'Đổi bằng tay' WHERE code = 'P-00070'"
        if connection.vendor == "sqlite":
            foreign = sqlite3.connect(name)
            with pytest.raises(sqlite3.OperationalError, match="dunghan_recorded"):
                foreign.execute(sql)
            foreign.close()
            assert not Agency.objects.filter(name="Đổi bằng tay").exists()
        else:
            host = connection.settings_dict["HOST"] or connection.settings_dict["OPTIONS"]["host"]
            with psycopg2.connect(user="postgres", dbname=name, host=host) as foreign:
                foreign.cursor().execute(sql)
            foreign.close()
            entry = newest()
            assert (entry.action, entry.actor_name) == ("direct_update", "database:postgres")
            assert entry.after["name"] == "Đổi bằng tay"


class TestRecorded:
    def test_a_change_without_an_entry_is_rolled_back(self, world):
        limit = world.limit()
        with pytest.raises(recording.Unrecorded), recording.recorded():
            TimeLimit.objects.filter(pk=limit.pk).update(subject_title="Không ai ghi")
        limit.refresh_from_db()
        assert limit.subject_title == "Một việc"

    def test_an_entry_outside_is_refused(self, world):
        by = world.by(world.lan).author
        with pytest.raises(recording.Unrecorded), transaction.atomic():
            recording.append(by=by, action="x", kind="x", code="x", now=NOW)
        assert not Event.objects.filter(action="x").exists()

    def test_the_entry_of_a_failed_inner_block_does_not_speak_for_the_outer_one(self, world):
        limit, by = world.limit(), world.by(world.lan).author
        with pytest.raises(recording.Unrecorded), recording.recorded():
            TimeLimit.objects.filter(pk=limit.pk).update(subject_title="Không ai ghi")
            with pytest.raises(ZeroDivisionError), recording.recorded():
                recording.append(by=by, action="inner", kind="x", code="x", now=NOW)
                raise ZeroDivisionError
        limit.refresh_from_db()
        assert limit.subject_title == "Một việc"
        assert not Event.objects.filter(action="inner").exists()

    def test_the_entry_of_an_inner_block_speaks_for_the_outer_one(self, world):
        by = world.by(world.lan).author
        with recording.recorded(), recording.recorded():
            recording.append(by=by, action="inner", kind="x", code="x", now=NOW)
        assert newest().action == "inner"

    def test_a_job_may_find_nothing_to_do(self, db):
        count = Event.objects.count()
        with recording.recorded(may_be_idle=True):
            pass
        assert Event.objects.count() == count

    def test_text_is_kept_in_one_form_and_instants_in_one_zone(self, world):
        decomposed = "Hoa\u0300"
        with recording.recorded():
            recording.append(
                by=recording.Author(name=decomposed, post=decomposed),
                action="x",
                kind="x",
                code=decomposed,
                now=NOW,
                after={decomposed: [decomposed, NOW, date(2026, 11, 25), None, True, 7]},
                reason=decomposed,
            )
        entry = newest()
        assert entry.actor_name == entry.actor_post == entry.object_code == "Ho\u00e0"
        assert entry.after == {
            "Ho\u00e0": [
                "Ho\u00e0", "2026-11-25T02:00:00.000000Z", "2026-11-25", None, True, 7
            ]
        }  # fmt: skip
        assert entry.reason == "Ho\u00e0"

    @pytest.mark.parametrize("value", [1.5, object(), datetime(2026, 11, 25)])
    def test_what_has_no_one_form_is_refused(self, value):
        with pytest.raises((TypeError, ValueError)):
            recording.plain({"x": value})


class TestAttribution:
    """Who did it, in which post, at that time: whatever becomes of the account afterwards."""

    def test_an_act_in_the_browser_names_person_post_request_address_and_session(
        self, world, sign_in
    ):
        dossier = world.submitted()
        answer = sign_in(world.minh).post(
            f"/ho-so/{dossier.code}/chi-dao/",
            {
                "form_key": str(uuid.uuid4()),
                "version": dossier.version,
                "kind": "explain",
                "text": "Giải trình rõ căn cứ.",
            },
            REMOTE_ADDR="10.1.2.3",
        )
        assert answer.status_code == 302
        for action in ("limit_started", "explanation_directed"):
            entry = Event.objects.get(action=action)
            assert entry.actor_id == world.minh.pk
            assert entry.actor_name == "Phạm Quang Minh"
            assert entry.actor_post.startswith("Phó Chủ tịch UBND Thành phố · ")
            assert entry.request_id == answer["X-Request-ID"]
            assert entry.address == "10.1.2.3"
            assert entry.session
            assert entry.at == NOW
            assert abs((entry.recorded_at - datetime.now(UTC)).total_seconds()) < 3600

    def test_renaming_moving_and_closing_the_account_changes_nothing_in_it(self, world):
        dossier = world.draft()
        entry = Event.objects.get(action="dossier_logged", object_code=dossier.code)
        as_written = Event.objects.filter(pk=entry.pk).values().get()
        assert as_written["actor_name"] == "Trần Thị Lan"
        assert as_written["actor_post"] == f"Văn thư · {world.ward.name}"

        with recording.recorded(may_be_idle=True):
            User.objects.filter(pk=world.lan.pk).update(full_name="Lan Khác", is_active=False)
            world.lan.appointments.update(ended_on=date(2026, 11, 25), post="Chuyên viên")
            Agency.objects.filter(pk=world.ward.pk).update(name="Phường khác")
        assert Event.objects.filter(pk=entry.pk).values().get() == as_written

        later = world.by(User.objects.get(pk=world.lan.pk), hanoi(2026, 11, 26)).author
        assert (later.name, later.post) == ("Lan Khác", "")

    def test_a_job_names_itself_and_its_version(self, world):
        limit = world.limit()
        sweeping.flag_overdue(limit.due_at)
        entry = Event.objects.get(action="limit_overdue")
        assert entry.object_code == limit.code
        assert (entry.actor_id, entry.actor_name) == (None, "system: sweep/1")
        assert actors.job("import/1").author.name == "system: import/1"

    def test_several_posts_are_named_highest_first(self, world):
        with recording.recorded(may_be_idle=True):
            Appointment.objects.create(
                user=world.lan,
                agency=world.ward,
                role="agency_head",
                post="Phó Chủ tịch",
                started_on=date(2026, 1, 1),
                acting=True,
            )
        names = world.by(world.lan).author.post.split("; ")
        assert len(names) == 2
