"""Whoever opens what ends careers is entered: page, file and paper (issue: narrow view)."""

from datetime import datetime

from accounts.actors import Actor
from inspections.duty.acting import enter
from inspections.models import Proposal, Recommendation, Record
from ledger import recording

PAGE, FILE, PDF, DOCX = "page", "file", "pdf", "docx"


def opened(
    row: Record | Proposal | Recommendation, what: str, by: Actor, now: datetime, name: str = ""
) -> None:
    """Enter that the person opened the page, a file or a paper of the row."""
    with recording.recorded():
        enter(row, "record_opened", by, now, after={"what": what, "name": name})
