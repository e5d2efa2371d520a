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
    MessageKind.OVERDUE: "warning",
}


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
        MessageKind.OVERDUE: _(
            "Dossier %(dossier)s of %(agency)s passed its time limit at the end of %(day)s without "
            "an answer."
        ),
    }[MessageKind(message.kind)]
    return Item(
        pk=message.pk,
        sentence=sentence % facts,
        title=message.title,
        url=reverse("dossiers:detail", args=[message.about]),
        at=message.created_at,
        is_new=message.read_at is None,
        icon=_ICONS[MessageKind(message.kind)],
        tone="overdue" if message.kind == MessageKind.OVERDUE else "",
    )
