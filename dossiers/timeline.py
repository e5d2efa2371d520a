"""What happened to a dossier, read from the ledger: who, in which post, what, when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deadlines.counting import last_day_before
from deadlines.wording import day_text
from dossiers.models import Attachment, Dossier
from ledger.models import Event

SENTENCES = {
    "dossier_logged": gettext_lazy("Logged the submission"),
    "dossier_edited": gettext_lazy("Changed the draft"),
    "dossier_submitted": gettext_lazy("Submitted the dossier to the City"),
    "dossier_received": gettext_lazy("Received the dossier and began to verify"),
    "dossier_put_to_leader": gettext_lazy("Put the dossier to the City leadership"),
    "explanation_directed": gettext_lazy("Asked for an explanation or supplement"),
    "report_drafted": gettext_lazy("Saved a draft of the report"),
    "report_sent": gettext_lazy("Sent the report"),
    "dossier_concluded": gettext_lazy("Concluded"),
    "notice_issued": gettext_lazy("Filed the notice or document"),
    "dossier_closed": gettext_lazy("Closed the dossier"),
    "file_attached": gettext_lazy("Attached a file"),
    "dossier_imported": gettext_lazy("Entered from paper or another system"),
    "limit_started": gettext_lazy("A time limit began"),
    "limit_met": gettext_lazy("The time limit was met"),
    "limit_overdue": gettext_lazy("The time limit passed without an answer"),
    "limit_revised": gettext_lazy("The due date was changed"),
    "limit_imported": gettext_lazy("A time limit entered from paper or another system"),
    "direct_insert": gettext_lazy("Written outside the application"),
    "direct_update": gettext_lazy("Changed outside the application"),
    "direct_delete": gettext_lazy("Deleted outside the application"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    who: str
    post: str
    sentence: str
    text: str = ""
    reason: str = ""
    stated_on: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    is_warning: bool = False


def entries(dossier: Dossier, limit: int = 200) -> list[Entry]:
    """The newest first; one query."""
    return [_entry(event) for event in _events(dossier).order_by("-at", "-pk")[:limit]]


def last_entry(dossier: Dossier) -> Entry | None:
    """The last thing that happened, for whoever came too late."""
    event = _events(dossier).filter(object_kind="dossier").order_by("-at", "-pk").first()
    return _entry(event) if event else None


def _events(dossier: Dossier) -> Any:
    return Event.objects.filter(
        Q(object_kind="dossier", object_code=dossier.code)
        | Q(object_kind="time_limit", object_code__startswith=f"{dossier.code}/")
    )


def _entry(event: Event) -> Entry:
    system = event.actor_id is None
    return Entry(
        at=event.at,
        who=_("The system") if system else event.actor_name,
        post="" if system else event.actor_post,
        sentence=str(SENTENCES.get(event.action, event.action)),
        text=_text(event),
        reason=event.reason,
        stated_on=_stated(event),
        changes=_changes(event),
        is_warning=event.action == "limit_overdue" or event.action.startswith("direct_"),
    )


def _text(event: Event) -> str:
    after = event.after
    if event.action == "file_attached":
        purpose = Attachment.Purpose(after["purpose"]).label
        return f"{purpose}: {after['name']}"
    if event.action in {"limit_started", "limit_imported"}:
        return _("due by the end of %(day)s") % {"day": _day(after["due_at"])}
    if event.action == "limit_overdue":
        since = timezone.localtime(parse_datetime(after["overdue_since"]))
        text = _("overdue since %(moment)s") % {"moment": f"{since:%H:%M %d/%m/%Y}"}
        head = after.get("head")
        return f"{text}; " + _("head: %(name)s") % {"name": head} if head else text
    if event.action == "limit_met":
        return _("late") if after.get("late") else _("in time")
    return str(after.get("text") or after.get("ref") or "")[:600]


def _stated(event: Event) -> str:
    stated = event.after.get("stated_on") or event.after.get("issued_on")
    return f"{stated[8:10]}/{stated[5:7]}/{stated[:4]}" if stated else ""


def _changes(event: Event) -> list[tuple[str, str, str]]:
    if event.action == "limit_revised":
        old, new = _day(event.before["due_at"]), _day(event.after["due_at"])
        return [(_("Due date"), old, new)]
    return []


def _day(text: str) -> str:
    return day_text(last_day_before(parse_datetime(text)))
