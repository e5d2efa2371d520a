"""The verbs of a dossier, the only writers of its state: each one transaction with its entry.

Every verb locks the row, asks the policy, checks the state and the version that the person saw,
writes, and says so in the ledger. ``now`` is given and aware.
"""

from dossiers.transitions.acting import Files, FilesGone, Stale, WrongState
from dossiers.transitions.agency import (
    EmptyReport,
    GateClosed,
    ReportFacts,
    Submission,
    edit,
    head_name_on,
    log_submission,
    prepare_report,
    report_back,
    signatures_of,
    submit,
)
from dossiers.transitions.city import (
    close,
    conclude,
    direct_explanation,
    issue_notice,
    put_to_leader,
    receive,
)

__all__ = [
    "EmptyReport",
    "Files",
    "FilesGone",
    "GateClosed",
    "ReportFacts",
    "Stale",
    "Submission",
    "WrongState",
    "close",
    "conclude",
    "direct_explanation",
    "edit",
    "head_name_on",
    "issue_notice",
    "log_submission",
    "prepare_report",
    "put_to_leader",
    "receive",
    "report_back",
    "signatures_of",
    "submit",
]
