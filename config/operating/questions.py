"""The questions of the self-check: each with its name, what a finding means and what to do.

One table, read by the command, the nightly job and the page. A question is added here and nowhere
else; what it asks lives with the application that knows the rows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import file_check
from deadlines import checking as limits
from deadlines.checking import Contradiction
from dossiers import checking as dossiers
from ledger import chain, pins


@dataclass(frozen=True, slots=True)
class Question:
    """``find`` yields what does not fit; ``bytes`` marks questions that read the whole store or the
    whole chain, for the night or when somebody wants them."""

    slug: str
    title: Any
    meaning: Any
    advice: Any
    find: Callable[[datetime], Iterable[Contradiction]]
    bytes: bool = False


def _damaged_files(now: datetime) -> Iterator[Contradiction]:
    for damage in file_check.check_files(now).damaged:
        facts = {"table": damage.table, "path": damage.path, "wrong": damage.wrong}
        yield Contradiction("file", damage.public_id, facts)


def _broken_chain(now: datetime) -> Iterator[Contradiction]:
    for fault in chain.verify(now=now)[1]:
        yield Contradiction("ledger", str(fault.seq), {"event": fault.event_id, "text": fault.text})


def _broken_pins(now: datetime) -> Iterator[Contradiction]:
    for fault in pins.faults():
        facts = {"event": fault.event_id, "text": fault.text}
        yield Contradiction(fault.name, fault.code, facts)


QUESTIONS = (
    Question(
        "due-dates",
        _("Due dates that the calendar does not give"),
        _("The stored end of an open time limit is not the one that its start, rule and calendar "
          "give when counted anew."),
        _("Compare with the dossier's history. If nobody changed it with a document, ask the City "
          "Office for a correction; look in the ledger for an entry made past the application."),
        limits.wrong_due_dates,
    ),
    Question(
        "last-days",
        _("Last days that do not belong to their due date"),
        _("The day shown in lists is not the day on which the time limit ends."),
        _("Tell the maintainer: figures of this month may count these limits in another one."),
        limits.wrong_last_days,
    ),
    Question(
        "unnoticed",
        _("Passed time limits that no sweep has flagged"),
        _("They passed more than an hour ago and the sweep has not flagged them."),
        _("Look at the operations page: worker and beat must be alive. Then run flag_overdue."),
        limits.unnoticed,
    ),
    Question(
        "future",
        _("Time limits begun or met in the future"),
        _("A server's clock was ahead when they were entered."),
        _("Set the clocks of all machines by the same time server; ask the City Office for a "
          "correction."),
        limits.from_the_future,
    ),
    Question(
        "no-subject",
        _("Open time limits without a dossier or task"),
        _("No direction, conclusion, opinion, task or request belongs to them."),
        _("Look in the ledger for what created them; ask the City Office for a waiver."),
        limits.without_subject,
    ),
    Question(
        "left-behind",
        _("Open time limits of a step that is over"),
        _("The dossier or task has moved on, and the time limit of its former step still runs."),
        _("Ask the City Office to lift them by a waiver, with the reason."),
        dossiers.limits_of_ended_steps,
    ),
    Question(
        "no-limit",
        _("Dossiers and tasks that wait without a time limit"),
        _("Somebody has to act on them, and no time limit says until when."),
        _("Ask the City Office to direct anew, so that a time limit runs."),
        dossiers.states_without_limit,
    ),
    Question(
        "no-holder",
        _("Dossiers in nobody's hands, or still held after their end"),
        _("Every dossier under way lies on exactly one desk; an ended one on none."),
        _("Tell the maintainer; the next act on the dossier gives it a holder again."),
        dossiers.without_holder,
    ),
    Question(
        "holdings",
        _("Dossiers in two hands at once"),
        _("The periods in which somebody held the dossier overlap, or leave a gap."),
        _("Tell the maintainer: the days in whose hands do not add up for this dossier."),
        dossiers.broken_holdings,
    ),
    Question(
        "order",
        _("Recorded instants out of order"),
        _("The server recorded a later step before an earlier one."),
        _("Look in the ledger for entries made past the application, and at the servers' clocks."),
        dossiers.dates_out_of_order,
    ),
    Question(
        "no-head",
        _("Agencies that owe something and have no head today"),
        _("Time limits run, and nobody answers for them or can send a report."),
        _("Propose the post of head under People and posts; another person confirms it."),
        limits.without_head,
    ),
    Question(
        "lists",
        _("Lists that show another due date than the dossier"),
        _("The table from which lists are read differs from the time limits."),
        _("Run manage.py migrate once: it puts the triggers back. Then tell the maintainer."),
        dossiers.wrong_running,
    ),
    Question(
        "files",
        _("Damaged files in the store"),
        _("A file is missing, cannot be read, or is not the one that was sent."),
        _("Take the file from the last backup and put it back under its path; look at the disk."),
        _damaged_files,
        bytes=True,
    ),
    Question(
        "chain",
        _("Broken ledger"),
        _("The chain of entries does not recompute from here on."),
        _("Stop nothing and change nothing. Tell the auditor at once, and compare with the heads "
          "published outside."),
        _broken_chain,
        bytes=True,
    ),
    Question(
        "pinned",
        _("Records that differ from their entry in the ledger"),
        _("A paper, record or file says something else than the ledger says of it."),
        _("Tell the auditor at once; the ledger's entry names what was there before."),
        _broken_pins,
        bytes=True,
    ),
)  # fmt: skip

BY_SLUG = {question.slug: question for question in QUESTIONS}
