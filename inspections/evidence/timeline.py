"""The timeline of a pack as a paper: each act, and how each limit was counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.news import DUTY_CODES
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.counting import last_day_before
from deadlines.wording import day_text
from documents.forms import Counted, Entry, Extract, Timeline, timeline
from documents.layout import pdf
from dossiers.timeline import SENTENCES as OF_DOSSIERS
from inspections.evidence import words
from inspections.evidence.gathering import Scope
from inspections.papers import people
from inspections.story import SENTENCES as OF_RECORDS
from ledger.models import Event

#: So many acts and limits are printed; the paper says which files have them all.
MOST_ENTRIES, MOST_COUNTED = 1000, 300
_MOST_LETTERS = 400
#: The document of these is the law behind the limit, which the annex gives with the count.
_LAW_IN_ANNEX = ("limit_started", "limit_imported")
_NAMED = ("dossier", "task", "time_limit")


@dataclass(slots=True)
class Told:
    """The entries as they pass on their way into the pack."""

    entries: list[Entry] = field(default_factory=list)
    count: int = 0
    unsealed: int = 0

    def __call__(self, event: Event) -> None:
        self.count += 1
        self.unsealed += not hasattr(event, "link")
        self.entries.append(
            Entry(
                at=event.at,
                what=_what(event),
                who=_who(event),
                document="" if event.action in _LAW_IN_ANNEX else event.document[:_MOST_LETTERS],
            )
        )


def printed(
    scope: Scope,
    told: Told,
    seen: list[dict[str, Any]],
    *,
    home: Agency,
    by: Actor,
    now: datetime,
    sha256: str,
) -> bytes:
    """The timeline as PDF, the oldest act first. ``sha256`` is that of the limits' member."""
    entries = sorted(told.entries, key=lambda one: one.at)
    about = [words.ABOUT_RECORD if scope.record else _about(scope)]
    if len(entries) > MOST_ENTRIES:
        about.append(words.MORE_ENTRIES.format(shown=MOST_ENTRIES, all=len(entries)))
    if len(seen) > MOST_COUNTED:
        about.append(words.MORE_LIMITS.format(shown=MOST_COUNTED, all=len(seen)))
    about.append(words.DATA)
    return pdf(
        timeline(
            Timeline(
                issuer=people.issuer(home),
                subject=scope.subject,
                period_from=scope.first,
                period_to=scope.last,
                entries=entries[:MOST_ENTRIES],
                limits=[_counted(one) for one in seen[:MOST_COUNTED]],
                extract=Extract(at=now, by=by.author.name, sha256=sha256),
                about="\n".join(about),
                day=local_day(now),
            )
        )
    )


def _code(code: str) -> str:
    """A code that people know; those of Home Affairs' own papers are made for machines."""
    return "" if code.startswith(DUTY_CODES) else code


def _about(scope: Scope) -> str:
    return words.ABOUT.format(whose=words.WHOSE_DAYS if scope.head else "")


def _counted(one: Mapping[str, Any]) -> Counted:
    return Counted(
        code="\n".join(filter(None, (_code(one["dossier"]), one["matter"]))),
        rule=f"{one['rule_name']} ({one['rule']}); {one['legal_source']}",
        started_at=parse_datetime(one["started_at"]),
        due_on=parse_date(one["due_on"]),
        met_on=parse_date(one["met_on"]) if one["met_on"] else None,
        days=_days(one),
        head=(one["head"] or {}).get("name", ""),
    )


def _days(one: Mapping[str, Any]) -> str:
    """The strip in words: each day, counted or why not; then what moved the due date."""
    strip = one["strip"]
    if strip is None:
        return words.NO_CALENDAR
    days = "; ".join(f"{_short(day['date'])} {_role(day)}" for day in strip["days"])
    return "\n".join(filter(None, (days or strip["sentence"], *strip["revisions"])))


def _role(day: Mapping[str, Any]) -> str:
    if day["number"]:
        return words.COUNTED.format(day["number"])
    if day["role"] in words.DAYS:
        return words.DAYS[day["role"]]
    if day["name"]:
        return day["name"]
    return words.WEEKEND if day["is_weekend"] else words.NOT_COUNTED


def _short(day: str) -> str:
    return f"{date.fromisoformat(day):%d/%m}"


def _who(event: Event) -> str:
    if event.actor_id is None:
        return words.SYSTEM
    return ", ".join(filter(None, (event.actor_name, event.actor_post)))


def _what(event: Event) -> str:
    """The act in a sentence, with what was said, the due date, and the reason given."""
    found = OF_DOSSIERS.get(event.action) or OF_RECORDS.get(event.action)
    sentence = str(found[0]) if found else event.action
    after = event.after if isinstance(event.after, dict) else {}
    said = str(after.get("text") or after.get("ref") or after.get("name") or "")
    if not said and isinstance(after.get("due_at"), str):
        said = _("due by the end of %(day)s") % {
            "day": day_text(last_day_before(parse_datetime(after["due_at"])))
        }
    parts = [f"{sentence}: {said[:_MOST_LETTERS]}" if said else sentence]
    if event.object_kind in _NAMED and (code := _code(event.object_code)):
        parts[0] += f" ({code})"
    return "\n".join(filter(None, (*parts, event.reason[:_MOST_LETTERS])))
