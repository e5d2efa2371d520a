"""What happened to a plan, an inspection or a record, read from the ledger."""

from datetime import date
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deadlines.counting import last_day_before
from deadlines.wording import day_text
from dossiers.timeline import Entry
from inspections import duty_story
from ledger.models import Event

#: Action → its sentence and its icon. What follows a record stands in ``duty_story``.
SENTENCES: dict[str, tuple[Any, str]] = {
    "plan_drafted": (gettext_lazy("Drafted the plan"), "edit"),
    "plan_edited": (gettext_lazy("Changed the plan"), "edit"),
    "plan_selected": (gettext_lazy("Selected agencies by risk and by the draw"), "filter"),
    "plan_agency_added": (gettext_lazy("Added an agency to the plan"), "plus"),
    "plan_agency_removed": (gettext_lazy("Took an agency out of the plan"), "close"),
    "plan_approved": (gettext_lazy("Approved the plan"), "stamp"),
    "inspection_prepared": (gettext_lazy("Prepared the inspection"), "edit"),
    "inspection_edited": (gettext_lazy("Changed the inspection"), "edit"),
    "inspection_decided": (gettext_lazy("Decided the inspection and its team"), "stamp"),
    "inspection_announced": (gettext_lazy("Told the agency of the inspection"), "send"),
    "inspection_opened": (gettext_lazy("Opened the inspection at the agency"), "clock"),
    "sample_drawn": (gettext_lazy("Drew the sample of dossiers"), "filter"),
    "inspection_ended": (gettext_lazy("Ended the visit"), "check"),
    "inspection_cancelled": (gettext_lazy("Cancelled the inspection"), "close"),
    "record_drafted": (gettext_lazy("Drafted the record"), "edit"),
    "record_edited": (gettext_lazy("Changed the record"), "edit"),
    "finding_added": (gettext_lazy("Added a finding"), "plus"),
    "finding_removed": (gettext_lazy("Took out a finding"), "close"),
    "finding_noted": (gettext_lazy("Noted on a finding"), "edit"),
    "exhibit_added": (gettext_lazy("Added an exhibit"), "file"),
    "exhibit_removed": (gettext_lazy("Took out an exhibit"), "close"),
    "record_sent": (gettext_lazy("Sent the record for opinion"), "send"),
    "record_taken_back": (gettext_lazy("Took the record back to change it"), "return"),
    "record_answered": (gettext_lazy("Gave an opinion on the record"), "user"),
    "record_signed": (gettext_lazy("Entered a signature"), "stamp"),
    "record_finalised": (gettext_lazy("Finalised the record under its number"), "stamp"),
    "record_dropped": (gettext_lazy("Dropped the draft of the record"), "close"),
    "record_voided": (gettext_lazy("Declared the record void"), "close"),
    "record_opened": (gettext_lazy("Opened the record"), "search"),
    "direct_insert": (gettext_lazy("Written outside the application"), "warning"),
    "direct_update": (gettext_lazy("Changed outside the application"), "warning"),
    "direct_delete": (gettext_lazy("Deleted outside the application"), "warning"),
    **duty_story.SENTENCES,
}
#: Readings are counted beside the story, not told in it.
READINGS = ("record_opened",)


def entries(kind: str, code: str, *, most: int = 200) -> list[Entry]:
    """The newest first; one query. Readings are left out."""
    return [_entry(event) for event in _events(kind, code)[:most]]


def last_entry(kind: str, code: str) -> Entry | None:
    """The last thing that happened, for whoever came too late."""
    event = _events(kind, code).first()
    return _entry(event) if event else None


def readings(kind: str, code: str, *, most: int = 100) -> list[Event]:
    """Who opened it, when and how, the latest first; one query."""
    found = Event.objects.filter(object_kind=kind, object_code=code, action__in=READINGS)
    return list(found.order_by("-at", "-pk")[:most])


def _events(kind: str, code: str) -> Any:
    found = Event.objects.filter(object_kind=kind, object_code=code)
    return found.exclude(action__in=READINGS).order_by("-at", "-pk")


def _entry(event: Event) -> Entry:
    system = event.actor_id is None
    sentence, icon = SENTENCES.get(event.action, (event.action, "dot"))
    return Entry(
        at=event.at,
        who=_("The system") if system else event.actor_name,
        post="" if system else event.actor_post,
        sentence=str(sentence),
        icon=icon,
        tone="overdue" if event.action.startswith("direct_") else "",
        text=_text(event),
        reason=event.reason,
    )


def _text(event: Event) -> str:
    after = event.after
    if text := after.get("text") or after.get("ref") or after.get("agency") or after.get("name"):
        return str(text)[:600]
    if due := after.get("due_at"):
        return _("due by the end of %(day)s") % {
            "day": day_text(last_day_before(parse_datetime(due)))
        }
    if day := after.get("planned_on"):
        return day_text(date.fromisoformat(day))
    return event.document
