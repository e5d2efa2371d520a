"""What happened to a dossier, read from the ledger: who, in which post, what, when."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deadlines.counting import last_day_before
from deadlines.wording import day_text
from dossiers.models import Attachment, Dossier
from ledger.models import Event

#: Action → its sentence and its icon.
SENTENCES = {
    "dossier_logged": (gettext_lazy("Logged the submission"), "edit"),
    "dossier_edited": (gettext_lazy("Changed the draft"), "edit"),
    "dossier_submitted": (gettext_lazy("Submitted the dossier to the City"), "send"),
    "dossier_received": (gettext_lazy("Received the dossier and began to verify"), "stamp"),
    "dossier_put_to_leader": (gettext_lazy("Put the dossier to the City leadership"), "send"),
    "explanation_directed": (gettext_lazy("Asked for an explanation or supplement"), "return"),
    "report_drafted": (gettext_lazy("Saved a draft of the report"), "edit"),
    "report_sent": (gettext_lazy("Sent the report"), "send"),
    "dossier_concluded": (gettext_lazy("Concluded"), "book"),
    "notice_issued": (gettext_lazy("Filed the notice or document"), "stamp"),
    "dossier_closed": (gettext_lazy("Closed the dossier"), "check"),
    "file_attached": (gettext_lazy("Attached a file"), "file"),
    "dossier_imported": (gettext_lazy("Entered from paper or another system"), "upload"),
    "limit_started": (gettext_lazy("A time limit began"), "clock"),
    "limit_met": (gettext_lazy("The time limit was met"), "check"),
    "limit_overdue": (gettext_lazy("The time limit passed without an answer"), "warning"),
    "limit_revised": (gettext_lazy("The due date was changed"), "calendar"),
    "limit_imported": (
        gettext_lazy("A time limit entered from paper or another system"),
        "upload",
    ),
    "direct_insert": (gettext_lazy("Written outside the application"), "warning"),
    "direct_update": (gettext_lazy("Changed outside the application"), "warning"),
    "direct_delete": (gettext_lazy("Deleted outside the application"), "warning"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``moved`` marks the acts that put the dossier on another desk."""

    at: datetime
    who: str
    post: str
    sentence: str
    icon: str
    tone: str = ""
    text: str = ""
    reason: str = ""
    stated_on: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    moved: bool = False


#: What follows from an act and stands with it: its files, the limit it starts or meets.
FOLLOWING = frozenset({"file_attached", "limit_started", "limit_met", "limit_imported"})


def entries(dossier: Dossier, limit: int = 200) -> list[Entry]:
    """The newest first, one entry for each act with what followed from it; one query."""
    acts: dict[tuple[Any, ...], list[Event]] = {}
    for event in _events(dossier).order_by("-at", "-pk")[:limit]:
        acts.setdefault(_act_key(event), []).append(event)  # a flag of the system lies between
    return [_act(events) for events in acts.values()]


def last_entry(dossier: Dossier) -> Entry | None:
    """The last thing that happened, for whoever came too late."""
    event = _events(dossier).filter(object_kind="dossier").order_by("-at", "-pk").first()
    return _entry(event) if event else None


def _events(dossier: Dossier) -> Any:
    return Event.objects.filter(
        Q(object_kind="dossier", object_code=dossier.code)
        | Q(object_kind="time_limit", object_code__startswith=f"{dossier.code}/")
    )


def _act_key(event: Event) -> tuple[Any, ...]:
    """Events of one transaction carry one instant, one person and one request."""
    return event.at, event.actor_id, event.actor_name, event.request_id


def _act(events: list[Event]) -> Entry:
    """Events of one act, the newest first, as one entry: the act itself, then what followed."""
    acts = [event for event in events if event.action not in FOLLOWING]
    main = acts[0] if acts else events[-1]
    entry = _entry(main)
    rest = [event for event in events if event is not main and event.action in FOLLOWING][::-1]
    return replace(
        entry,
        tone=entry.tone or next((tone for tone in map(_tone, rest) if tone), ""),
        files=entry.files + [file for event in rest for file in _files(event)],
        notes=[_note(event) for event in rest if event.action != "file_attached"],
        moved=any(_moves(event) for event in events),
    )


def _note(event: Event) -> str:
    return f"{SENTENCES[event.action][0]}: {_text(event)}"


def _moves(event: Event) -> bool:
    return "state" in event.after and event.after["state"] != event.before.get("state")


def _entry(event: Event) -> Entry:
    system = event.actor_id is None
    sentence, icon = SENTENCES.get(event.action, (event.action, "dot"))
    return Entry(
        at=event.at,
        who=_("The system") if system else event.actor_name,
        post="" if system else event.actor_post,
        sentence=str(sentence),
        icon=icon,
        tone=_tone(event),
        text=_text(event),
        reason=event.reason,
        stated_on=_stated(event),
        changes=_changes(event),
        files=_files(event),
        moved=_moves(event),
    )


def _tone(event: Event) -> str:
    if event.action == "limit_overdue" or event.action.startswith("direct_"):
        return "overdue"
    if event.action == "limit_met":
        return "met_late" if event.after.get("late") else "on_time"
    return ""


def _text(event: Event) -> str:
    after = event.after
    if event.action == "file_attached":
        return str(Attachment.Purpose(after["purpose"]).label)
    if event.action == "report_drafted":
        return ""  # what an agency is still drafting is nobody else's business
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


def _files(event: Event) -> list[dict[str, str]]:
    if event.action != "file_attached":
        return []
    after = event.after
    return [
        {
            "name": after["name"],
            "url": reverse("dossiers:file", args=[after["file"]]),
            "size_text": filesizeformat(after["size"]),
        }
    ]


def _day(text: str) -> str:
    return day_text(last_day_before(parse_datetime(text)))
