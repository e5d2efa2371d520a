"""The facts of a time limit, copied into findings and samples as they stood at one instant.

Plain JSON that needs no row any more: text in Vietnamese as the City writes it, ISO instants in
UTC, local dates, working days. What happens later to the calendar, the rule, the agency, its head
or the dossier changes nothing in a copy (domain.md §3.7 item 7, quality.md invariant 20).
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.models import Appointment, User
from agencies.dates import local_day
from deadlines import strips
from deadlines.calendar import Calendar, CalendarNotPublished
from deadlines.counting import last_day_before, working_days_late
from deadlines.models import TimeLimit
from deadlines.published import published
from dossiers.letter_papers import reminders_of
from dossiers.models import Dossier, FormReturn, Holding
from inspections.heads import NOBODY, grouped, head_in, heads_of, said_of, terms
from ledger import recording

#: How the copy is written; a later way must still read this one.
FORM = 1
_ONE_DAY = timedelta(days=1)
_JOINS = (
    "rule",
    "agency",
    "unit",
    "officer",
    "head_at_start",
    "direction__by",
    "direction__report__sent_by",
    "conclusion__by",
    "conclusion__notice__by",
    "consultation__asked_by",
    "consultation__answered_by",
    "task__given_by",
)


def facts_of(limit: TimeLimit, *, now: datetime) -> dict[str, Any]:
    """The facts of one limit at an instant; see ``facts_of_all``."""
    return facts_of_all([limit], now=now)[limit.pk]


def facts_of_all(limits: Iterable[TimeLimit], *, now: datetime) -> dict[int, dict[str, Any]]:
    """The facts of each limit at an instant, by its key; a number of queries that does not grow.

    ``late`` says whether it was or is late; ``days_late`` counts working days after extensions and
    suspensions, ``days_late_gross`` from the first due date, both ``None`` beyond the calendar.
    ``head`` was head of the agency on the last day of the limit that was not kept; ``heads`` shares
    the late working days between those who were head on them. ``strip`` is the due strip as it was
    shown. Raises ``CalendarNotPublished`` when no calendar is published at all.
    """
    keys = [limit.pk for limit in limits]
    rows = list(
        TimeLimit.objects.filter(pk__in=keys)
        .select_related(*_JOINS)
        .prefetch_related(
            "revisions__decided_by", "flags__head", "suspensions__decided_by", "adjustments"
        )
    )
    around = _Around(rows, now)
    with translation.override(settings.LANGUAGE_CODE):
        return {row.pk: recording.plain(around.facts(row)) for row in rows}


class _Around:
    """What stands around a set of limits, read once for all of them."""

    def __init__(self, rows: list[TimeLimit], now: datetime):
        self.now = now
        current = published()
        self.calendar: Calendar = current.calendar
        self.edition = current.edition
        codes = {row.subject_code for row in rows}
        self.dossiers = {
            dossier.code: dossier
            for dossier in Dossier.objects.filter(code__in=codes).select_related("officer", "unit")
        }
        self.holdings = grouped(
            Holding.objects.filter(dossier__code__in=codes)
            .select_related("dossier", "agency", "unit", "person")
            .order_by("pk"),
            lambda holding: holding.dossier.code,
        )
        self.returns = grouped(
            FormReturn.objects.filter(dossier__code__in=codes)
            .select_related("dossier", "by")
            .order_by("at", "pk"),
            lambda returned: returned.dossier.code,
        )
        self.reminders = grouped(
            reminders_of(codes),
            lambda event: event.after.get("limit", ""),
        )
        self.heads = heads_of({key for row in rows for key in _answering(row)})

    def facts(self, row: TimeLimit) -> dict[str, Any]:
        dossier = self.dossiers.get(row.subject_code)
        end = row.met_at if row.met_at is not None and row.met_at <= self.now else self.now
        first_breach = row.breached_at or row.due_at
        late = end >= first_breach and not row.is_suspended_on(local_day(self.now))
        breach_on = last_day_before(first_breach)
        at_breach = min(self.now, first_breach)
        head = self._head(row, first_breach)
        return {
            "form": FORM,
            "as_of": self.now,
            "limit": row.code,
            "dossier": row.subject_code,
            "matter": row.subject_title,
            "agency": {"code": row.agency.code, "name": row.agency.name},
            "rule": str(row.rule),
            "rule_name": row.rule.name,
            "amount": row.rule.amount,
            "unit_of_days": row.rule.unit,
            "legal_source": row.rule.legal_source,
            "calendar_edition": row.calendar_edition_id,
            "calendar_edition_read": self.edition,
            "special_days": self._special_days(row),
            "strip": self._strip(row),
            "started_at": row.started_at,
            "first_due_on": last_day_before(row.first_due_at),
            "first_due_at": row.first_due_at,
            "due_on": row.due_on,
            "due_at": row.due_at,
            "met_at": row.met_at,
            "met_on": local_day(row.met_at) if row.met_at else None,
            "lifted": row.lifted,
            "late": late,
            "breach_on": breach_on if late else None,
            "days_late": self._days_late(row.due_at, end) if late else 0,
            "days_late_gross": self._days_late(row.first_due_at, end),
            "head": head,
            "heads": self._shares(row, breach_on, local_day(end), head) if late else [],
            "head_at_start": row.head_at_start.full_name if row.head_at_start else "",
            "officer": _name(row.officer) or (_name(dossier.officer) if dossier else ""),
            "unit": _text(row.unit) or (_text(dossier.unit) if dossier else ""),
            "desk": self._desk(row.subject_code, at_breach),
            "direction": _direction(row),
            "explanations": _explanations(row),
            "revisions": [_revision(one) for one in _in_order(row.revisions.all())],
            "suspensions": [
                _suspension(one) for one in _in_order(row.suspensions.all(), "from_at")
            ],
            "extensions_asked": [
                _asked(one) for one in _in_order(row.adjustments.all(), "asked_at")
            ],
            "reminders": [
                {"at": event.at, "by": event.actor_name, "post": event.actor_post}
                for event in self.reminders[row.code]
            ],
            "returns": [
                {
                    "at": one.at,
                    "reason": one.reason,
                    "reason_text": str(one.get_reason_display()),
                    "text": one.text,
                    "by": _name(one.by),
                }
                for one in self.returns[row.subject_code]
            ],
            "round": dossier.round if dossier else None,
            "gate": _gate(dossier) if dossier else None,
        }

    def _heads(self, row: TimeLimit) -> list[Appointment]:
        """Heads of the agency that answers for the breach, then those of its successor."""
        return [post for key in _answering(row) for post in self.heads[key]]

    def _days_late(self, due_at: datetime, end: datetime) -> int | None:
        try:
            return working_days_late(self.calendar, due_at, end)
        except CalendarNotPublished:
            return None

    def _head(self, row: TimeLimit, breach: datetime) -> dict[str, Any] | None:
        """Whoever was head on the last day that was not kept; until then, whoever is head today."""
        day = min(last_day_before(breach), local_day(self.now))
        found = head_in(self._heads(row), day)
        flags = sorted(row.flags.all(), key=lambda flag: flag.due_at)
        if found is None and flags and flags[0].head:
            return {
                "id": flags[0].head_id,
                "name": flags[0].head.full_name,
                "post": "",
                "acting": False,
            }
        return said_of(found)

    def _shares(
        self, row: TimeLimit, breach_on: date, end: date, first: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        """Who was head on which of the late days, from the last day of the limit on."""
        shares = []
        for since, until, post in terms(self._heads(row), breach_on, end):
            head = first if since == breach_on else said_of(post)
            try:
                days = self.calendar.working_days_between(max(since - _ONE_DAY, breach_on), until)
            except CalendarNotPublished:
                days = None
            shares.append({**(head or NOBODY), "from": since, "to": until, "days_late": days})
        return shares

    def _special_days(self, row: TimeLimit) -> list[dict[str, Any]]:
        day, found = local_day(row.started_at), []
        while day <= row.due_on:
            try:
                special = self.calendar.special(day)
            except CalendarNotPublished:
                special = None
            if special:
                found.append(
                    {
                        "date": day,
                        "kind": str(special.kind),
                        "name": special.name,
                        "legal_source": special.legal_source,
                        "provisional": special.provisional,
                    }
                )
            day += _ONE_DAY
        return found

    def _strip(self, row: TimeLimit) -> dict[str, Any] | None:
        try:
            strip = strips.for_limit(row, now=self.now, calendar=self.calendar)
        except CalendarNotPublished:
            return None
        said = asdict(strip)
        for day in said["days"]:
            day.update({name: str(day[name]) for name in ("weekday", "role", "reading")})
        return said

    def _desk(self, code: str, at: datetime) -> dict[str, str] | None:
        """Where the dossier lay at an instant: desk, agency, unit and person, by name."""
        for holding in reversed(self.holdings[code]):
            if holding.from_at <= at and (holding.to_at is None or at <= holding.to_at):
                return {
                    "desk": holding.desk,
                    "desk_text": str(holding.get_desk_display()),
                    "agency": _text(holding.agency),
                    "unit": _text(holding.unit),
                    "person": _name(holding.person),
                }
        return None


# --- parts ----------------------------------------------------------------------------------------


def _answering(row: TimeLimit) -> list[int]:
    """The agency to which the breach is charged, then the one that owes the limit now."""
    charged = getattr(row, "charged_to_id", None)
    return list(dict.fromkeys(filter(None, (charged, row.agency_id))))


def _direction(row: TimeLimit) -> dict[str, Any] | None:
    """What set the limit, in the words in which it was given."""
    if direction := getattr(row, "direction", None):
        said = {"kind": direction.kind, "text": direction.text, "round": direction.round}
        return {**said, "by": _name(direction.by), "at": direction.at}
    if conclusion := getattr(row, "conclusion", None):
        by, at = _name(conclusion.by), conclusion.at
        return {"kind": "conclusion", "text": conclusion.text, "by": by, "at": at}
    if asked := getattr(row, "consultation", None):
        by, at = _name(asked.asked_by), asked.asked_at
        return {"kind": "consultation", "text": asked.question, "by": by, "at": at}
    if task := getattr(row, "task", None):
        by, at = _name(task.given_by), task.given_at
        return {"kind": "task", "text": task.text, "ref": task.source_ref, "by": by, "at": at}
    return None


def _explanations(row: TimeLimit) -> list[dict[str, Any]]:
    """What whoever owes the limit said: the answer itself and the reason given for being late."""
    direction = getattr(row, "direction", None)
    if (report := getattr(direction, "report", None)) and report.sent_at:
        return [
            {
                "at": report.sent_at,
                "by": _name(report.sent_by),
                "ref": report.ref,
                "text": report.text,
                "late_reason": report.late_reason,
            }
        ]
    conclusion = getattr(row, "conclusion", None)
    if notice := getattr(conclusion, "notice", None):
        said = {"ref": notice.ref, "text": "", "late_reason": notice.late_reason}
        return [{"at": notice.at, "by": _name(notice.by), **said}]
    asked = getattr(row, "consultation", None)
    if asked and asked.answered_at:
        said = {"ref": asked.ref, "text": asked.text, "late_reason": ""}
        return [{"at": asked.answered_at, "by": _name(asked.answered_by), **said}]
    return []


def _revision(one: Any) -> dict[str, Any]:
    return {
        "from": last_day_before(one.from_due_at),
        "to": last_day_before(one.to_due_at),
        "cause": one.cause,
        "cause_text": str(one.get_cause_display()),
        "reason": one.reason,
        "document": one.document,
        "by": _name(one.decided_by),
        "at": one.at,
    }


def _suspension(one: Any) -> dict[str, Any]:
    return {
        "from_at": one.from_at,
        "until_on": one.until_on,
        "reason": one.reason,
        "document": one.document,
        "by": _name(one.decided_by),
        "given_back": one.given_back,
        "resumed_at": one.resumed_at,
    }


def _asked(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "reason": one.reason,
        "wanted_on": one.wanted_on,
        "asked_at": one.asked_at,
        "asked_late": one.asked_late,
        "state": one.state,
        "answer": one.answer,
    }


def _gate(dossier: Dossier) -> dict[str, Any]:
    """Signature and initials as submitted, and the reason given where one was missing."""
    return {
        "signed_by": dossier.signed_by,
        "signed_on": dossier.signed_on,
        "initialled_by": dossier.initialled_by,
        "initialled_on": dossier.initialled_on,
        "exception": dossier.gate_exception,
        "signature_missing": not dossier.signed_by,
        "initials_missing": not dossier.initialled_by,
    }


def _in_order(rows: Iterable[Any], by: str = "at") -> list[Any]:
    return sorted(rows, key=lambda row: (getattr(row, by), row.pk))


def _name(user: User | None) -> str:
    return user.full_name if user else ""


def _text(row: object | None) -> str:
    return str(row) if row else ""
