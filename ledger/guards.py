"""Triggers in the database: history cannot be rewritten, and no write goes without an entry.

* On history tables every UPDATE and DELETE (on PostgreSQL also TRUNCATE) is refused.
* On watched tables a write outside ``ledger.recording.recorded()`` is entered by the database
  itself, with the row before and after, under the name of the database's user.

SQLite rebuilds tables on migration and drops their triggers with them, so the guards are put back
after every ``migrate``. A programme that opens the SQLite file without our function cannot write to
watched tables at all: its statements fail instead of passing unseen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection as default_connection
from django.db import models, transaction

#: Tables whose rows are never changed.
HISTORY = (
    "ledger.Event",
    "ledger.Link",
    "deadlines.OverdueFlag",
    "deadlines.DueDateRevision",
    "deadlines.CalendarAnnotation",
    "deadlines.Reminder",
    "documents.Paper",
    "documents.PaperVoid",
    "dossiers.Letter",
    "dossiers.Letter_limits",
)


@dataclass(frozen=True, slots=True)
class Watch:
    """How a table is watched: ``noise`` changes without an entry; of ``secret`` columns the entry
    says that they changed, not what they hold."""

    noise: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()


#: Tables whose changes are always entered.
WATCHED: dict[str, Watch] = {
    "agencies.Agency": Watch(),
    "agencies.Agency_successors": Watch(),
    "agencies.InternalUnit": Watch(),
    "accounts.User": Watch(noise=frozenset({"last_login"}), secret=frozenset({"password"})),
    "accounts.Appointment": Watch(),
    "accounts.AppointmentProposal": Watch(),
    "accounts.CalendarLink": Watch(
        noise=frozenset({"last_read_at", "window_at", "window_reads"}), secret=frozenset({"digest"})
    ),
    "deadlines.CalendarDay": Watch(),
    "deadlines.CalendarYear": Watch(),
    "deadlines.CalendarEdition": Watch(),
    "deadlines.CalendarChange": Watch(),
    "deadlines.CalendarAnnotation": Watch(),
    "deadlines.LimitRule": Watch(),
    "deadlines.TimeLimit": Watch(),
    "deadlines.DueDateRevision": Watch(),
    "deadlines.SweepRun": Watch(),
    "deadlines.OverdueFlag": Watch(),
    "deadlines.Reminder": Watch(),
    "deadlines.Adjustment": Watch(),
    "deadlines.Suspension": Watch(),
    "dossiers.Dossier": Watch(),
    "dossiers.Attachment": Watch(),
    "dossiers.Direction": Watch(),
    "dossiers.Report": Watch(),
    "dossiers.Conclusion": Watch(),
    "dossiers.Notice": Watch(),
    "dossiers.Task": Watch(),
    "dossiers.Task_cooperating": Watch(),
    "dossiers.TaskFile": Watch(),
    "dossiers.TaskReport": Watch(),
    "dossiers.Assignment": Watch(),
    "dossiers.Assignment_cooperating": Watch(),
    "dossiers.FormReturn": Watch(),
    "dossiers.CoverSlip": Watch(),
    "dossiers.Consultation": Watch(),
    "dossiers.Meeting": Watch(),
    "dossiers.Withdrawal": Watch(),
    "dossiers.Rejection": Watch(),
    "dossiers.Holding": Watch(),
    "dossiers.Letter": Watch(),
    "dossiers.Letter_limits": Watch(),
    "dossiers.Reorganisation": Watch(),
    "dossiers.Reorganisation_formers": Watch(),
    "documents.Series": Watch(),
    "documents.Paper": Watch(),
    "documents.PaperVoid": Watch(),
    "inspections.Plan": Watch(),
    "inspections.PlanItem": Watch(),
    "inspections.Inspection": Watch(),
    "inspections.TeamMember": Watch(),
    "inspections.SampledDossier": Watch(),
    "inspections.Record": Watch(),
    "inspections.Finding": Watch(),
    "inspections.Exhibit": Watch(),
    "inspections.Signature": Watch(),
    "inspections.ExplanationRequest": Watch(),
    "inspections.Conclusion": Watch(),
    "inspections.Recommendation": Watch(),
    "inspections.RemedyReport": Watch(),
    "inspections.RemedyFile": Watch(),
    "inspections.Proposal": Watch(),
    "inspections.ProposalHand": Watch(),
    "inspections.Decision": Watch(),
}
#: Tables that state no fact of the record: inboxes, receipts of forms, what is not finished yet.
UNWATCHED = frozenset(
    {
        "accounts.Message",
        "accounts.FormReceipt",
        "accounts.StagedFile",
        "accounts.SignInFailure",
        "accounts.AutosavedForm",
        "accounts.SavedFilter",
        "accounts.Mail",
        "accounts.MailItem",
        "accounts.MailChoice",
        "accounts.MailDesk",
        "accounts.MorningRound",
        "dossiers.ImportSession",
        "dossiers.Running",
        "ledger.Gap",
        "config.Heartbeat",
        "config.FailedJob",
        "config.SelfCheck",
        "config.SelfCheckFinding",
        "config.BackupRun",
    }
)


def register_functions(connection: Any, **_kwargs: Any) -> None:
    """Give each SQLite connection the function that its guards ask.

    Recursive triggers make REPLACE fire the guards of DELETE; without them it would overwrite a row
    of history unseen.
    """
    if connection.vendor == "sqlite":
        connection.connection.execute("PRAGMA recursive_triggers = ON")
        connection.connection.create_function(
            "dunghan_recorded",
            0,
            lambda: 0 if getattr(connection, "ledger_notes", None) is None else 1,
        )


def remove_before_migrate(app_config: Any, plan: list[Any], **_kwargs: Any) -> None:
    """Take the guards away while SQLite rebuilds tables; a trigger on a missing table stops it."""
    if app_config.name == "ledger" and plan:
        _run(remove_statements())


def install_after_migrate(app_config: Any, **_kwargs: Any) -> None:
    """Put the guards in place once the last of our applications has its tables."""
    if app_config.name == "ledger":
        install()


def install() -> None:
    """Create or replace every guard whose table exists."""
    _run([*remove_statements(), *install_statements()])


def install_statements() -> list[str]:
    """The SQL that creates all guards on the present database."""
    sqlite = default_connection.vendor == "sqlite"
    make_history = _sqlite_history if sqlite else _postgres_history
    make_watch = _sqlite_watch if sqlite else _postgres_watch
    statements = [] if sqlite else list(_POSTGRES_FUNCTIONS)
    for model in _existing(HISTORY):
        statements += make_history(model._meta.db_table)
    for model in _existing(WATCHED):
        statements += make_watch(model, WATCHED[model._meta.label])
    return statements


def remove_statements() -> list[str]:
    """The SQL that drops all guards; tests empty their tables with it, nothing else may."""
    on = (lambda table: "") if default_connection.vendor == "sqlite" else (lambda t: f' ON "{t}"')
    history = [
        f'DROP TRIGGER IF EXISTS "{table}_{suffix}"{on(table)}'
        for table in (model._meta.db_table for model in _existing(HISTORY))
        for suffix in ("no_update", "no_delete", "no_truncate")
    ]
    watched = [
        f'DROP TRIGGER IF EXISTS "{table}_watch_{verb}"{on(table)}'
        for table in (model._meta.db_table for model in _existing(WATCHED))
        for verb in ("insert", "update", "delete")
    ]
    return history + watched


def _run(statements: Iterable[str]) -> None:
    with transaction.atomic(), default_connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _existing(labels: Iterable[str]) -> list[type[models.Model]]:
    tables = set(default_connection.introspection.table_names())
    found = (apps.get_model(label) for label in labels)
    return [model for model in found if model._meta.db_table in tables]


# --- SQLite ---------------------------------------------------------------------------------------


def _sqlite_history(table: str) -> list[str]:
    return [
        f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, 'history is append-only: {table}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _sqlite_watch(model: type[models.Model], watch: Watch) -> list[str]:
    table = model._meta.db_table
    columns = [f.column for f in model._meta.concrete_fields if f.column not in watch.noise]

    def value(side: str, column: str, verb: str) -> str:
        if column not in watch.secret:
            return f'{side}."{column}"'
        if verb != "UPDATE" or side == "OLD":
            return "'hidden'"
        return f"iif(OLD.\"{column}\" IS NEW.\"{column}\", 'hidden', 'hidden, changed')"

    def row(side: str, verb: str) -> str:
        pairs = ", ".join(f"'{column}', {value(side, column, verb)}" for column in columns)
        return f"json_object({pairs})"

    def trigger(verb: str) -> str:
        before = "'{}'" if verb == "INSERT" else row("OLD", verb)
        after = "'{}'" if verb == "DELETE" else row("NEW", verb)
        side = "OLD" if verb == "DELETE" else "NEW"
        of = " OF " + ", ".join(f'"{c}"' for c in columns) if verb == "UPDATE" else ""
        return f"""
            CREATE TRIGGER "{table}_watch_{verb.lower()}" AFTER {verb}{of} ON "{table}"
            WHEN dunghan_recorded() = 0 BEGIN
                INSERT INTO ledger_event
                    ("at", "action", "object_kind", "object_code", "actor_name", "actor_post",
                     "on_behalf_of", "before", "after", "reason", "document", "request_id",
                     "address", "session")
                VALUES
                    (strftime('%Y-%m-%d %H:%M:%f', 'now'), 'direct_{verb.lower()}', '{table}',
                     {side}."{model._meta.pk.column}", 'database', '', '',
                     {before}, {after}, '', '', '', '', '');
            END"""  # noqa: S608

    return [trigger(verb) for verb in ("INSERT", "UPDATE", "DELETE")]


# --- PostgreSQL -----------------------------------------------------------------------------------

_POSTGRES_FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION dunghan_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'history is append-only: %', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$""",
    """
    CREATE OR REPLACE FUNCTION dunghan_watch() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        noise text[] := TG_ARGV[0]::text[];
        secret text;
        old_row jsonb := '{}';
        new_row jsonb := '{}';
    BEGIN
        IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - noise; END IF;
        IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - noise; END IF;
        IF old_row = new_row THEN RETURN NULL; END IF;
        FOREACH secret IN ARRAY TG_ARGV[2]::text[] LOOP
            IF TG_OP = 'UPDATE' AND old_row -> secret <> new_row -> secret THEN
                new_row := jsonb_set(new_row, ARRAY[secret], '"hidden, changed"');
            ELSIF TG_OP <> 'DELETE' THEN
                new_row := jsonb_set(new_row, ARRAY[secret], '"hidden"');
            END IF;
            IF TG_OP <> 'INSERT' THEN
                old_row := jsonb_set(old_row, ARRAY[secret], '"hidden"');
            END IF;
        END LOOP;
        INSERT INTO ledger_event
            (at, action, object_kind, object_code, actor_name, actor_post, on_behalf_of,
             before, after, reason, document, request_id, address, session)
        VALUES
            (clock_timestamp(), 'direct_' || lower(TG_OP), TG_TABLE_NAME,
             COALESCE(new_row ->> TG_ARGV[1], old_row ->> TG_ARGV[1]), 'database:' || session_user,
             '', '', old_row, new_row, '', '', '', COALESCE(host(inet_client_addr()), ''), '');
        RETURN NULL;
    END $$""",
)


def _postgres_history(table: str) -> list[str]:
    rows = [
        f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION dunghan_refuse()"
        for verb in ("UPDATE", "DELETE")
    ]
    return [
        *rows,
        f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION dunghan_refuse()",
    ]


def _postgres_watch(model: type[models.Model], watch: Watch) -> list[str]:
    table = model._meta.db_table
    noise, secret = ("{" + ",".join(sorted(names)) + "}" for names in (watch.noise, watch.secret))
    return [
        f'CREATE TRIGGER "{table}_watch_{verb.lower()}" AFTER {verb} ON "{table}" FOR EACH ROW '
        f"WHEN (COALESCE(current_setting('dunghan.recorded', true), '') <> '1') "
        f"EXECUTE FUNCTION dunghan_watch('{noise}', '{model._meta.pk.column}', '{secret}')"
        for verb in ("INSERT", "UPDATE", "DELETE")
    ]
