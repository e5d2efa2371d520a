"""What happened to a dossier, read from the ledger: who, in which post, what, when."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
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
from dossiers.models import Attachment, Dossier, Task
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
    "dossier_assigned": (gettext_lazy("Assigned the dossier"), "user"),
    "form_returned": (gettext_lazy("Returned the dossier for form or documents"), "return"),
    "dossier_resubmitted": (gettext_lazy("Submitted the dossier again"), "send"),
    "consultation_asked": (gettext_lazy("Asked agencies for their opinion"), "return"),
    "consultation_answered": (gettext_lazy("Gave the opinion of the agency"), "send"),
    "silence_recorded": (gettext_lazy("Recorded that agencies did not answer"), "warning"),
    "meeting_called": (gettext_lazy("Called a meeting"), "calendar"),
    "dossier_rejected": (gettext_lazy("Did not accept the dossier"), "close"),
    "withdrawal_asked": (gettext_lazy("Asked to withdraw the dossier"), "return"),
    "withdrawal_agreed": (gettext_lazy("Agreed to the withdrawal"), "check"),
    "withdrawal_refused": (gettext_lazy("Refused the withdrawal"), "close"),
    "office_draft_attached": (gettext_lazy("Kept a version of the draft"), "file"),
    "dossier_imported": (gettext_lazy("Entered from paper or another system"), "upload"),
    "tasks_given": (gettext_lazy("Gave tasks from the conclusion"), "list"),
    "task_given": (gettext_lazy("Gave the task"), "list"),
    "task_assigned": (gettext_lazy("Assigned the task inside the agency"), "user"),
    "task_reported": (gettext_lazy("Reported on the task"), "send"),
    "task_accepted": (gettext_lazy("Accepted the report; the task is completed"), "check"),
    "task_sent_back": (gettext_lazy("Sent the report back"), "return"),
    "task_file_attached": (gettext_lazy("Attached a file"), "file"),
    "dossier_reminded": (gettext_lazy("Reminded of the time limit"), "bell"),
    "apology_issued": (gettext_lazy("Issued an apology with a new day"), "send"),
    "limit_handed": (gettext_lazy("The time limit has another holder"), "user"),
    "limit_started": (gettext_lazy("A time limit began"), "clock"),
    "limit_met": (gettext_lazy("The time limit was met"), "check"),
    "limit_overdue": (gettext_lazy("The time limit passed without an answer"), "warning"),
    "limit_warned": (gettext_lazy("Reminded before the time limit ends"), "bell"),
    "limit_escalated": (gettext_lazy("Reported upwards: still no answer"), "bell"),
    "limit_revised": (gettext_lazy("The due date was changed"), "calendar"),
    "extension_asked": (gettext_lazy("Asked for an extension"), "calendar"),
    "correction_proposed": (gettext_lazy("Proposed to correct the due date"), "calendar"),
    "waiver_proposed": (gettext_lazy("Proposed to lift the obligation"), "calendar"),
    "adjustment_granted": (gettext_lazy("Granted the request about the time limit"), "check"),
    "adjustment_refused": (gettext_lazy("Refused the request about the time limit"), "close"),
    "limit_suspended": (gettext_lazy("Suspended the time limit"), "pause"),
    "limit_resumed": (gettext_lazy("Let the suspended time limit run on"), "clock"),
    "limit_lifted": (gettext_lazy("The obligation fell away"), "check"),
    "explanation_lifted": (
        gettext_lazy("Lifted the obligation to explain; the dossier is back with the leadership"),
        "check",
    ),
    "limit_imported": (
        gettext_lazy("A time limit entered from paper or another system"),
        "upload",
    ),
    "dossier_moved": (
        gettext_lazy("The dossier went over to the successor of its agency"),
        "building",
    ),
    "task_moved": (gettext_lazy("The task went over to the successor of its agency"), "building"),
    "task_cooperation_moved": (
        gettext_lazy("The successor cooperates in the place of its agency"),
        "building",
    ),
    "limit_moved": (
        gettext_lazy("The time limit went over to the successor, its clock running on"),
        "building",
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


#: Action that attaches a file → the page that hands it out.
FILE_PAGES = {"file_attached": "dossiers:file", "task_file_attached": "tasks:file"}

#: Acts that are told with the agencies that were asked.
_NAMES_AGENCIES = frozenset({"consultation_asked", "consultation_answered", "silence_recorded"})

#: What follows from an act and stands with it: its files, the limit it starts or meets.
FOLLOWING = frozenset(
    {
        "file_attached",
        "task_file_attached",
        "limit_handed",
        "limit_started",
        "limit_met",
        "limit_imported",
        "limit_revised",
        "limit_lifted",
        "limit_moved",
    }
)
#: What went over to a successor: told with from where and to where.
_MOVED = frozenset({"dossier_moved", "task_moved", "task_cooperation_moved", "limit_moved"})


#: Files that are the City's own papers; elsewhere the timeline does not name them.
CITY_PURPOSES = frozenset({Attachment.Purpose.OFFICE_DRAFT, Attachment.Purpose.OPINION})


def entries(
    dossier: Dossier | Task, limit: int = 200, *, hidden: Collection[str] = ()
) -> list[Entry]:
    """The newest first, one entry for each act with what followed from it; one query."""
    acts: dict[tuple[Any, ...], list[Event]] = {}
    for event in _events(dossier).order_by("-at", "-pk")[:limit]:
        if hidden and _is_of(event, hidden):
            continue  # a paper of the City's own, for whoever is not of the City
        acts.setdefault(_act_key(event), []).append(event)  # a flag of the system lies between
    return [_act(events) for events in acts.values()]


def last_entry(dossier: Dossier | Task) -> Entry | None:
    """The last thing that happened, for whoever came too late."""
    kind = _kind(dossier)
    event = _events(dossier).filter(object_kind=kind).order_by("-at", "-pk").first()
    return _entry(event) if event else None


def _kind(row: Dossier | Task) -> str:
    return "task" if isinstance(row, Task) else "dossier"


def _events(dossier: Dossier | Task) -> Any:
    return Event.objects.filter(
        Q(object_kind=_kind(dossier), object_code=dossier.code)
        | Q(object_kind=dossier._meta.db_table, object_code=str(dossier.pk))
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
        notes=[_note(event) for event in rest if event.action not in FILE_PAGES],
        moved=any(_moves(event) for event in events),
    )


def _is_of(event: Event, purposes: Collection[str]) -> bool:
    if event.action == "office_draft_attached":
        return Attachment.Purpose.OFFICE_DRAFT in purposes
    return event.action == "file_attached" and event.after.get("purpose") in purposes


def _note(event: Event) -> str:
    text = _text(event)
    if event.action == "limit_revised":
        text = _("from %(old)s to %(new)s") % {
            "old": _day(event.before["due_at"]),
            "new": _day(event.after["due_at"]),
        }
    return f"{SENTENCES[event.action][0]}: {text}"


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
    return "suspended" if event.action == "limit_suspended" else ""


def _text(event: Event) -> str:
    after = event.after
    if event.action == "file_attached":
        return str(Attachment.Purpose(after["purpose"]).label)
    if event.action == "limit_handed":
        return ", ".join(filter(None, (after["unit"], after["officer"])))
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
    if event.action == "limit_lifted":
        stays = _("after the breach, which stays on record")
        return stays if after["late"] else _("before its end")
    if event.action in {"extension_asked", "correction_proposed"}:
        day = day_text(date.fromisoformat(after["wanted_on"]))
        text = _("to the end of %(day)s") % {"day": day}
        return f"{text} ({_('asked after the breach')})" if after["late"] else text
    if event.action == "limit_suspended":
        day = day_text(date.fromisoformat(after["suspended_until"]))
        return _("to the end of %(day)s, document %(document)s") % {
            "day": day,
            "document": event.document,
        }
    if event.action in _MOVED:
        text = f"{event.before['agency']} → {after['agency']}"
        stays = after.get("breach_stays") and _("the breach stays with the former agency")
        return f"{text}; {stays}" if stays else text
    if event.action in _NAMES_AGENCIES:  # who was asked; what they say is for the City
        return ", ".join(after.get("agencies") or [after["agency"]])[:600]
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
    if event.action not in FILE_PAGES:
        return []
    after = event.after
    return [
        {
            "name": after["name"],
            "url": reverse(FILE_PAGES[event.action], args=[after["file"]]),
            "size_text": filesizeformat(after["size"]),
        }
    ]


def _day(text: str) -> str:
    return day_text(last_day_before(parse_datetime(text)))
