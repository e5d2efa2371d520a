"""What must hold in a city that has come to rest, asked in plain SQL beside the application's own
questions. Each answer is a sentence about what is wrong; none when all is well."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection

from accounts.mail.letters import message_id
from accounts.mail_models import Mail
from tests.accounts.mail.postman import Postman

#: Sentence → a query whose every row contradicts it. Of a breach in Hoàn Kiếm ward three people
#: hear: its clerk, its head, the chief of the City Office.
_NEVER = {
    "a limit has passed and bears no flag": """
        SELECT l.code FROM deadlines_timelimit l
        LEFT JOIN deadlines_overdueflag f ON f.time_limit_id = l.id AND f.due_at = l.due_at
        WHERE f.id IS NULL AND (l.met_at >= l.due_at OR l.met_at IS NULL AND l.due_at <
              (SELECT MAX(swept_to) FROM deadlines_sweeprun WHERE kind = 'sweep'))""",
    "a breach bears two flags": """
        SELECT time_limit_id FROM deadlines_overdueflag
        GROUP BY time_limit_id, due_at HAVING COUNT(*) > 1""",
    "a flag is not dated to the end of its limit": """
        SELECT f.id FROM deadlines_overdueflag f JOIN deadlines_timelimit l
        ON l.id = f.time_limit_id WHERE f.due_at <> l.due_at OR f.flagged_at < f.due_at""",
    "a flag has no entry in the ledger, or two": """
        SELECT l.code FROM deadlines_overdueflag f
        JOIN deadlines_timelimit l ON l.id = f.time_limit_id
        LEFT JOIN ledger_event e ON e.action = 'limit_overdue' AND e.object_code = l.code
        GROUP BY f.id, l.code HAVING COUNT(e.id) <> 1""",
    "a breach was not told to its three people": """
        SELECT l.code FROM deadlines_overdueflag f
        JOIN deadlines_timelimit l ON l.id = f.time_limit_id
        LEFT JOIN accounts_message m ON m.limit_code = l.code AND m.kind = 'overdue'
        GROUP BY f.id, l.code HAVING COUNT(m.id) <> 3""",
    "somebody was told the same twice": """
        SELECT recipient_id FROM accounts_message
        GROUP BY recipient_id, kind, limit_code, due_at HAVING COUNT(*) > 1""",
    "a piece of news travels in two letters": """
        SELECT message_id FROM accounts_mailitem GROUP BY message_id HAVING COUNT(*) > 1""",
    "a direction has no limit of its own": """
        SELECT d.id FROM dossiers_direction d
        LEFT JOIN deadlines_timelimit l ON l.id = d.time_limit_id WHERE l.id IS NULL""",
    "an entry is not sealed": """
        SELECT e.id FROM ledger_event e LEFT JOIN ledger_link k ON k.event_id = e.id
        WHERE k.seq IS NULL""",
    "a letter was given up": "SELECT id FROM accounts_mail WHERE state = 'dead'",
}
#: A letter whose sender died waits for the end of its lease: its try was begun, and no error said.
_WAITS = """
    SELECT id FROM accounts_mail WHERE state = 'waiting' AND (tries = 0 OR last_error <> '')"""
_NEWS_WITHOUT_LETTER = """
    SELECT m.id FROM accounts_message m JOIN accounts_user u ON u.id = m.recipient_id
    LEFT JOIN accounts_mailitem i ON i.message_id = m.id
    WHERE u.email <> '' AND m.kind = 'overdue' AND i.id IS NULL"""


def rows(sql: str, params: Collection[Any] = ()) -> list[tuple]:
    """What a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def restless() -> Iterator[str]:
    """What has still to come to rest."""
    for sentence, sql in _NEVER.items():
        if found := rows(sql):
            yield f"{sentence}: {len(found)}, such as {found[0][0]}"
    if found := rows(_WAITS):
        yield f"letters wait: {len(found)}"
    if found := rows(_NEWS_WITHOUT_LETTER):
        yield f"a breach is in no letter: {len(found)}"


def letters(postman: Postman) -> Iterator[str]:
    """Whether what the mail server took is what the outbox says."""
    names = {message_id(mail): mail for mail in Mail.objects.all()}
    taken = [(letter["Message-ID"], letter["To"]) for letter in postman.letters]
    for name, to in set(taken):
        if name not in names:
            yield f"the server took a letter that nobody wrote: {name} to {to}"
    if len({name for name, _to in taken}) != len(set(taken)):
        yield "one name stands on letters to two people"
    sent = {name for name, mail in names.items() if mail.state == Mail.State.SENT}
    if missing := sent - {name for name, _to in taken}:
        yield f"said to be sent, and the server never took it: {len(missing)}"


def stored(refs: Collection[str], directed: Collection[str]) -> Iterator[str]:
    """Accepted ⇔ stored: every form of the clerks is one dossier with its two files, every
    direction of the leaders one direction, and there is nothing else."""
    found = [ref for (ref,) in rows("SELECT letter_ref FROM dossiers_dossier")]
    if sorted(found) != sorted(refs):
        yield (
            f"{len(refs)} forms became {len(found)} dossiers: lost {set(refs) - set(found)}, "
            f"unasked {set(found) - set(refs)}"
        )
    files = rows("""SELECT d.code FROM dossiers_dossier d LEFT JOIN dossiers_attachment a
                    ON a.dossier_id = d.id GROUP BY d.id, d.code HAVING COUNT(a.id) <> 2""")
    if files:
        yield f"a dossier has not its two files: {files}"
    [(count,)] = rows("SELECT COUNT(*) FROM dossiers_direction")
    if count != len(directed):
        yield f"{len(directed)} directions were accepted and {count} are stored"
