"""Read-only SQL views for operators and auditors: documented in docs/operations.md and stable.

They are taken away before migrations and put back after them, because SQLite cannot rebuild a table
that a view names.
"""

from typing import Any

from django.db import connection, transaction

VIEWS = {
    "v_time_limits": """
        SELECT l.id, l.code, l.started_at AS opened_at, l.due_at, l.met_at,
               MIN(f.due_at) AS overdue_since, COUNT(f.id) AS flags
        FROM deadlines_timelimit l
        LEFT JOIN deadlines_overdueflag f ON f.time_limit_id = l.id
        GROUP BY l.id, l.code, l.started_at, l.due_at, l.met_at""",
    "v_messages": """
        SELECT m.id, u.username AS recipient, m.kind, m.rung, m.limit_code, m.due_at,
               m.about AS dossier_code, m.created_at, m.read_at
        FROM accounts_message m
        JOIN accounts_user u ON u.id = m.recipient_id""",
    "v_letters": """
        SELECT l.id, l.key AS letter, l.kind, u.username AS recipient, l.day, l.created_at, l.state,
               l.tries, l.next_try_at, l.sent_at, l.last_error, COUNT(i.id) AS messages
        FROM accounts_mail l
        JOIN accounts_user u ON u.id = l.recipient_id
        LEFT JOIN accounts_mailitem i ON i.mail_id = l.id
        GROUP BY l.id, l.key, l.kind, u.username, l.day, l.created_at, l.state, l.tries,
                 l.next_try_at, l.sent_at, l.last_error""",
    "v_reminders": """
        SELECT r.id, l.code AS limit_code, r.due_at, r.kind, r.rung, r.at, r.written_at
        FROM deadlines_reminder r
        JOIN deadlines_timelimit l ON l.id = r.time_limit_id""",
    "v_numbers": """
        SELECT p.id, a.code AS holder, s.symbol, s.year, p.number, p.ref, p.kind, p.about_kind,
               p.about_code, p.issued_on, p.issued_at, p.digest, v.at AS voided_at,
               v.reason AS void_reason
        FROM documents_paper p
        JOIN documents_series s ON s.id = p.series_id
        JOIN agencies_agency a ON a.id = s.holder_id
        LEFT JOIN documents_papervoid v ON v.paper_id = p.id""",
}


def remove_before_migrate(app_config: Any, plan: list[Any], **_kwargs: Any) -> None:
    """Drop the views while tables change."""
    if app_config.name == "ledger" and plan:
        _run(f"DROP VIEW IF EXISTS {name}" for name in VIEWS)


def install_after_migrate(app_config: Any, **_kwargs: Any) -> None:
    """Create the views anew, at one stroke: no reader finds one missing."""
    if app_config.name == "ledger" and "deadlines_overdueflag" in _tables():
        drop = [f"DROP VIEW IF EXISTS {name}" for name in VIEWS]
        _run([*drop, *(f"CREATE VIEW {name} AS {select}" for name, select in VIEWS.items())])


def _tables() -> list[str]:
    return connection.introspection.table_names()


def _run(statements: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
