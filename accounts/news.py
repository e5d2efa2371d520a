"""The words of a message, made when it is shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Message, MessageKind

_ICONS = {
    MessageKind.DIRECTED: "return",
    MessageKind.REPORTED: "send",
    MessageKind.CONCLUDED: "book",
    MessageKind.ASSIGNED: "list",
    MessageKind.FORM_RETURNED: "return",
    MessageKind.RESUBMITTED: "send",
    MessageKind.CONSULTED: "return",
    MessageKind.OPINION: "send",
    MessageKind.MEETING: "calendar",
    MessageKind.REJECTED: "warning",
    MessageKind.WITHDRAWAL_ASKED: "return",
    MessageKind.WITHDRAWAL_DECIDED: "check",
    MessageKind.TASK_GIVEN: "list",
    MessageKind.TASK_ASSIGNED: "list",
    MessageKind.TASK_REPORTED: "send",
    MessageKind.TASK_ACCEPTED: "check",
    MessageKind.TASK_SENT_BACK: "return",
    MessageKind.REMINDED: "bell",
    MessageKind.EXTENSION_ASKED: "calendar",
    MessageKind.CHANGE_PROPOSED: "calendar",
    MessageKind.REQUEST_GRANTED: "check",
    MessageKind.REQUEST_REFUSED: "close",
    MessageKind.LIFTED: "check",
    MessageKind.SUSPENDED: "pause",
    MessageKind.RESUMED: "clock",
    MessageKind.OVERDUE: "warning",
}


#: How codes of assigned tasks begin; all others are dossiers'.
TASK_CODES = "NV"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the inbox."""

    pk: int
    sentence: str
    title: str
    url: str
    at: datetime
    is_new: bool
    icon: str
    tone: str


def item(message: Message) -> Item:
    """The message in words, with the page where something can be done about it."""
    facts = {
        "dossier": message.about,
        "agency": message.agency_name,
        "day": f"{timezone.localtime(message.due_at - timedelta(microseconds=1)):%d/%m/%Y}",
    }
    sentence = {
        MessageKind.DIRECTED: _(
            "%(agency)s is asked to explain or supplement dossier %(dossier)s by the end of "
            "%(day)s."
        ),
        MessageKind.REPORTED: _("%(agency)s has reported on dossier %(dossier)s."),
        MessageKind.CONCLUDED: _(
            "There is a conclusion on dossier %(dossier)s: the document is to be drafted by the "
            "end of %(day)s."
        ),
        MessageKind.ASSIGNED: _("Dossier %(dossier)s was assigned to you."),
        MessageKind.FORM_RETURNED: _(
            "The City Office returned dossier %(dossier)s. Mend it and submit it again."
        ),
        MessageKind.RESUBMITTED: _("%(agency)s submitted dossier %(dossier)s again."),
        MessageKind.CONSULTED: _(
            "%(agency)s is asked for its opinion on dossier %(dossier)s by the end of %(day)s."
        ),
        MessageKind.OPINION: _("%(agency)s gave its opinion on dossier %(dossier)s."),
        MessageKind.MEETING: _("A meeting on dossier %(dossier)s was called."),
        MessageKind.REJECTED: _("Dossier %(dossier)s of %(agency)s was not accepted."),
        MessageKind.WITHDRAWAL_ASKED: _("%(agency)s asks to withdraw dossier %(dossier)s."),
        MessageKind.WITHDRAWAL_DECIDED: _(
            "The City Office decided on the withdrawal of dossier %(dossier)s."
        ),
        MessageKind.TASK_GIVEN: _(
            "%(agency)s leads task %(dossier)s, to be reported by the end of %(day)s."
        ),
        MessageKind.TASK_ASSIGNED: _(
            "Task %(dossier)s was assigned to you, to be reported by the end of %(day)s."
        ),
        MessageKind.TASK_REPORTED: _("%(agency)s has reported on task %(dossier)s."),
        MessageKind.TASK_ACCEPTED: _("The report on task %(dossier)s was accepted."),
        MessageKind.TASK_SENT_BACK: _(
            "The report on task %(dossier)s was sent back; what remains is to be reported by the "
            "end of %(day)s."
        ),
        MessageKind.REMINDED: _(
            "You are reminded of dossier %(dossier)s: %(agency)s is to answer by the end of "
            "%(day)s."
        ),
        MessageKind.EXTENSION_ASKED: _(
            "%(agency)s asks for an extension on dossier %(dossier)s, now due by the end of "
            "%(day)s."
        ),
        MessageKind.CHANGE_PROPOSED: _(
            "The City Office proposes to change what %(agency)s owes on dossier %(dossier)s, now "
            "due by the end of %(day)s."
        ),
        MessageKind.REQUEST_GRANTED: _(
            "The due date of %(agency)s on dossier %(dossier)s is now the end of %(day)s."
        ),
        MessageKind.REQUEST_REFUSED: _(
            "The request about the time limit on dossier %(dossier)s was refused: it stays due by "
            "the end of %(day)s."
        ),
        MessageKind.LIFTED: _("%(agency)s no longer has to answer on dossier %(dossier)s."),
        MessageKind.SUSPENDED: _(
            "The time limit of %(agency)s on dossier %(dossier)s is suspended: it is now due by "
            "the end of %(day)s."
        ),
        MessageKind.RESUMED: _(
            "The suspended time limit of %(agency)s on dossier %(dossier)s runs on: it is now due "
            "by the end of %(day)s."
        ),
        MessageKind.OVERDUE: _(
            "Dossier %(dossier)s of %(agency)s passed its time limit at the end of %(day)s without "
            "an answer."
        ),
    }[MessageKind(message.kind)]
    if message.kind == MessageKind.OVERDUE and message.about.startswith(TASK_CODES):
        sentence = _(
            "Task %(dossier)s of %(agency)s passed its time limit at the end of %(day)s without a "
            "report."
        )
    return Item(
        pk=message.pk,
        sentence=sentence % facts,
        title=message.title,
        url=_page_of(message.about),
        at=message.created_at,
        is_new=message.read_at is None,
        icon=_ICONS[MessageKind(message.kind)],
        tone="overdue" if message.kind == MessageKind.OVERDUE else "",
    )


def _page_of(code: str) -> str:
    view = "tasks:detail" if code.startswith(TASK_CODES) else "dossiers:detail"
    return reverse(view, args=[code])
