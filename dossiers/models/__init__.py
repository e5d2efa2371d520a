"""Rows of dossiers, of what happens to them, and of the tasks that come out of them."""

from dossiers.models.core import (
    Attachment,
    Conclusion,
    Direction,
    Dossier,
    DossierCounter,
    Notice,
    Report,
    Urgency,
)
from dossiers.models.intake import ImportSession
from dossiers.models.tasks import Task, TaskCounter, TaskFile, TaskReport
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
    "DossierCounter",
    "FormReturn",
    "Holding",
    "ImportSession",
    "Meeting",
    "Notice",
    "Rejection",
    "Report",
    "Task",
    "TaskCounter",
    "TaskFile",
    "TaskReport",
    "Urgency",
    "Withdrawal",
]
