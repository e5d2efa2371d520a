"""Changing what a limit asks for: extension, correction, waiver and suspension.

Asked by one person, decided by another. The head of the agency that owes the limit asks for an
extension, also after the breach: that gives the remaining work a new date and never erases the
flag. The City Office proposes a correction or a waiver. A City leader decides, and alone may
suspend, with a document, a reason and an end. The directive (Công văn 4449/UBND-TKBT) knows no
pause, so each of these is rare, recorded and counted.

While a limit is suspended its due date is not changed otherwise: the end of the suspension gives
back exactly the working days that were lost. Every verb locks the limit, checks right, state and
dates, writes, and enters it in the ledger of the limit.
"""

from deadlines.adjusting.checking import (
    AlreadyAsked,
    AlreadyDecided,
    NotSuspended,
    Overdue,
    Suspended,
    Unfit,
    end_of,
    may,
    must_be_askable,
    must_be_open,
    must_be_resumable,
    must_be_suspendable,
    must_be_undecided,
    must_run,
)
from deadlines.adjusting.looking import waiting, with_adjustments
from deadlines.adjusting.requesting import ask_extension, ask_for, decide, lift, propose
from deadlines.adjusting.suspending import (
    after_resumption,
    after_suspension,
    resume,
    suspend,
)

__all__ = [
    "AlreadyAsked",
    "AlreadyDecided",
    "NotSuspended",
    "Overdue",
    "Suspended",
    "Unfit",
    "after_resumption",
    "after_suspension",
    "ask_extension",
    "ask_for",
    "decide",
    "end_of",
    "lift",
    "may",
    "must_be_askable",
    "must_be_open",
    "must_be_resumable",
    "must_be_suspendable",
    "must_be_undecided",
    "must_run",
    "propose",
    "resume",
    "suspend",
    "waiting",
    "with_adjustments",
]
