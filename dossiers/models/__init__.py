"""Rows of dossiers, of what happens to them, and of the tasks that come out of them."""

from dossiers.models.core import (
    Attachment,
    Conclusion,
    Direction,
    Dossier,
    Notice,
    Report,
    Urgency,
)
from dossiers.models.intake import ImportSession
from dossiers.models.letters import Letter
from dossiers.models.reorganising import Reorganisation
from dossiers.models.running import Running
from dossiers.models.tasks import Task, TaskFile, TaskReport
from dossiers.models.workflow import (
    Assignment,
    Consultation,
    CoverSlip,
    FormReturn,
    Holding,
    Meeting,
    Rejection,
    Withdrawal,
)

__all__ = [
    "Assignment",
    "Attachment",
    "Conclusion",
    "Consultation",
    "CoverSlip",
    "Direction",
    "Dossier",
    "FormReturn",
    "Holding",
    "ImportSession",
    "Letter",
    "Meeting",
    "Notice",
    "Rejection",
    "Reorganisation",
    "Report",
    "Running",
    "Task",
    "TaskFile",
    "TaskReport",
    "Urgency",
    "Withdrawal",
]
