"""The members of a pack as bytes: plain JSON in canonical form, and one list for Excel."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import Message, MessageKind
from agencies.dates import local_day
from deadlines.models import (
    CalendarDay,
    CalendarEdition,
    CalendarYear,
    DueDateRevision,
    LimitRule,
    OverdueFlag,
    TimeLimit,
)
from dossiers.sheets.writing import write_csv
from inspections.evidence import verifying, words
from inspections.evidence.gathering import Gathered
from inspections.facts import facts_of_all
from inspections.heads import grouped
from inspections.models import Proposal, Recommendation, Record
from inspections.pinned import FIELDS
from ledger import chain
from ledger.models import Event
from ledger.plain import plain

_CHUNK = 250
_LINE = b"\n"


def document(said: Any) -> list[bytes]:
    """One JSON document."""
    return [verifying.canonical(plain(said)) + _LINE]


def _line(said: Any) -> bytes:
    return verifying.canonical(plain(said)) + _LINE


# --- time limits ----------------------------------------------------------------------------------


def limits(whole: Gathered, now: Any, seen: list[dict[str, Any]]) -> Iterator[bytes]:
    """Each limit with its facts, due instants and flags; ``seen`` receives the facts."""
    rows = iter(whole.limits)
    while chunk := list(islice(rows, _CHUNK)):
        facts = facts_of_all(chunk, now=now)
        keys = [limit.pk for limit in chunk]
        flags = grouped(
            OverdueFlag.objects.filter(time_limit__in=keys)
            .select_related("head", "officer", "agency")
            .order_by("due_at", "pk"),
            lambda flag: flag.time_limit_id,
        )
        moved = grouped(
            DueDateRevision.objects.filter(time_limit__in=keys)
            .select_related("decided_by")
            .order_by("at", "pk"),
            lambda one: one.time_limit_id,
        )
        for limit in chunk:
            said = {
                "facts": facts[limit.pk],
                "flags": [_flag(one) for one in flags[limit.pk]],
                "revisions": [_moved(one) for one in moved[limit.pk]],
                **_stored(limit),
            }
            seen.append({**said["facts"], "flags": len(said["flags"])})
            yield _line(said)


def _stored(limit: TimeLimit) -> dict[str, Any]:
    """The instants as the row holds them."""
    names = ("started_at", "first_due_at", "due_at", "due_on", "met_at", "breached_at", "lifted",
             "suspended_until")  # fmt: skip
    return {
        "limit": limit.code,
        "rule": str(limit.rule),
        "calendar_edition": limit.calendar_edition_id,
        "instants": {name: getattr(limit, name) for name in names},
    }


def _flag(one: OverdueFlag) -> dict[str, Any]:
    return {
        "due_at": one.due_at,
        "flagged_at": one.flagged_at,
        "agency": one.agency.name,
        "head": one.head.full_name if one.head else "",
        "officer": one.officer.full_name if one.officer else "",
    }


def _moved(one: DueDateRevision) -> dict[str, Any]:
    return {
        "from_due_at": one.from_due_at,
        "to_due_at": one.to_due_at,
        "cause": one.cause,
        "reason": one.reason,
        "document": one.document,
        "by": one.decided_by.full_name if one.decided_by else "",
        "at": one.at,
    }


def limits_csv(seen: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The limits for Excel, one a row, from their facts."""
    return write_csv(words.LIMIT_COLUMNS, (_cells(one) for one in seen))


def _cells(one: Mapping[str, Any]) -> list[Any]:
    return [
        one["dossier"],
        one["matter"],
        one["limit"],
        one["agency"]["name"],
        f"{one['rule_name']} ({one['rule']})",
        one["legal_source"],
        one["calendar_edition"],
        parse_datetime(one["started_at"]),
        parse_date(one["first_due_on"]),
        parse_date(one["due_on"]),
        parse_datetime(one["met_at"]) if one["met_at"] else None,
        one["days_late"],
        one["days_late_gross"],
        (one["head"] or {}).get("name"),
        len(one["revisions"]),
        one["flags"],
        len(one["reminders"]),
    ]


def rules(whole: Gathered) -> dict[str, Any]:
    """The versions of rules under which the limits ran."""
    found = LimitRule.objects.filter(pk__in=sorted({one.rule_id for one in whole.limits}))
    names = ("code", "version", "valid_from", "name", "amount", "unit", "warning_rungs",
             "legal_source")  # fmt: skip
    return {
        "rules": [
            {name: getattr(rule, name) for name in names}
            | {"closing_time": f"{rule.closing_time:%H:%M}" if rule.closing_time else None}
            for rule in found.order_by("code", "version")
        ]
    }


def calendar(whole: Gathered, now: Any) -> dict[str, Any]:
    """The days that differ from Monday to Friday between the first start and today or the last due
    date, the texts that announced the years, and the editions that the limits were counted with."""
    today = local_day(now)
    first = min((local_day(one.started_at) for one in whole.limits), default=whole.scope.first)
    last = max([today, *(one.due_on for one in whole.limits)])
    days = CalendarDay.objects.filter(date__gte=first, date__lte=last).order_by("date")
    years = CalendarYear.objects.filter(year__gte=first.year, year__lte=last.year)
    used = {one.calendar_edition_id for one in whole.limits}
    editions = CalendarEdition.objects.order_by("number")
    return {
        "from": first,
        "to": last,
        "days": list(
            days.values("date", "kind", "name", "legal_source", "provisional", "entered_by")
        ),
        "years": list(years.order_by("year").values("year", "source", "provisional")),
        "editions": [
            {"number": one.number, "digest": one.digest, "in_force_at": one.in_force_at,
             "used": one.number in used}
            for one in editions
        ],
    }  # fmt: skip


# --- what was sent, asked and answered ------------------------------------------------------------


def messages(found: Iterable[Message]) -> Iterator[bytes]:
    """Each reminder and message: who got it, when, about which due date."""
    kinds = {kind: str(label) for kind, label in MessageKind.choices}
    for one in found:
        yield _line(
            {
                "kind": one.kind,
                "kind_text": kinds.get(one.kind, one.kind),
                "rung": one.rung,
                "limit": one.limit_code,
                "about": one.about,
                "title": one.title,
                "due_at": one.due_at,
                "due_on": local_day(one.due_at - timedelta(microseconds=1)),
                "recipient": one.recipient.full_name,
                "sent_at": one.created_at,
                "read_at": one.read_at,
            }
        )


def explanations(whole: Gathered, seen: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Requests for explanation and the answers: those of Home Affairs, and those on dossiers."""
    return {
        "of_records": [_asked(row) for row in whole.records if hasattr(row, "explanation")],
        "of_limits": [
            {
                "limit": one["limit"],
                "dossier": one["dossier"],
                "asked": one["direction"],
                "due_at": one["due_at"],
                "answers": one["explanations"],
                "more_time_asked": one["extensions_asked"],
            }
            for one in seen
            if one["direction"] or one["explanations"]
        ],
    }


def _asked(row: Record) -> dict[str, Any]:
    asked = row.explanation
    names = ("text", "asked_at", "answer", "cause", "exemption", "circumstances", "late_reason",
             "answered_at", "silent_at")  # fmt: skip
    return {
        "record": str(row.public_id),
        "person": row.head_name,
        "paper": asked.paper.ref if asked.paper else "",
        "due_at": asked.time_limit.due_at,
        "asked_by": _name(asked.asked_by),
        "answered_by": _name(asked.answered_by),
        "silence_recorded_by": _name(asked.silent_by),
        **{name: getattr(asked, name) for name in names},
    }


# --- visits, records and what followed ------------------------------------------------------------


def visits(whole: Gathered) -> dict[str, Any]:
    """Each visit: its decision and team, and how its sample was drawn. What it comes from is not
    told: a complaint may name somebody."""
    names = ("announced", "kind", "lead_body", "legal_bases", "scope", "period_from", "period_to",
             "planned_on", "state", "decided_at", "notified_at", "opened_at", "ended_at", "seed",
             "population", "sample_size")  # fmt: skip
    return {
        "visits": [
            {
                "inspection": row.code,
                "agency": {"code": row.agency.code, "name": row.agency.name},
                "decision": row.decision.ref if row.decision else "",
                **{name: getattr(row, name) for name in names},
                "team": [
                    {"name": one.name, "post": one.post, "part": one.part}
                    for one in sorted(row.team.all(), key=lambda one: one.pk)
                ],
                "sample": [
                    {"position": one.position, "dossier": one.dossier.code, "stratum": one.stratum}
                    for one in sorted(row.sample.all(), key=lambda one: one.position)
                ],
            }
            for row in whole.visits
        ]
    }


def records(whole: Gathered) -> dict[str, Any]:
    """Each record: its fields, findings with the facts they copied, signatures."""
    return {"records": [_record(row) for row in whole.records]}


def _record(row: Record) -> dict[str, Any]:
    void = getattr(row.paper, "void", None) if row.paper else None
    signed = ("side", "name", "post", "signed_on", "refused_reason", "witness")
    return {
        "record": str(row.public_id),
        "ref": row.paper.ref if row.paper else "",
        "state": row.state,
        "finalised_at": row.finalised_at,
        "author": row.author.full_name,
        "void": {"reason": void.reason, "at": void.at} if void else None,
        "corrects": row.corrects.paper.ref if row.corrects and row.corrects.paper else "",
        **{name: getattr(row, name) for name in FIELDS},
        "findings": [
            {"position": one.position, "facts": one.facts, "note": one.note}
            for one in sorted(row.findings.all(), key=lambda one: one.position)
        ],
        "signatures": [
            {name: getattr(one, name) for name in signed}
            for one in sorted(row.signatures.all(), key=lambda one: one.pk)
        ],
    }


def what_followed(whole: Gathered) -> dict[str, Any]:
    """Conclusions, recommendations with the reports on them, proposals and decisions."""
    concluded = [row for row in whole.records if hasattr(row, "conclusion")]
    return {
        "conclusions": [
            {
                "record": str(row.public_id),
                "ref": row.conclusion.paper.ref,
                "text": row.conclusion.text,
                "by": _name(row.conclusion.by),
                "at": row.conclusion.at,
            }
            for row in concluded
        ],
        "recommendations": [_remedy(row) for row in whole.remedies],
        "proposals": [_proposal(row) for row in whole.proposals],
    }


def _remedy(row: Recommendation) -> dict[str, Any]:
    names = ("text", "ref", "sent_at", "verdict", "verdict_text", "judged_at")
    return {
        "recommendation": str(row.public_id),
        "agency": row.agency.name,
        "text": row.text,
        "state": row.state,
        "due_at": row.time_limit.due_at,
        "reports": [
            {name: getattr(one, name) for name in names}
            | {"sent_by": _name(one.sent_by), "judged_by": _name(one.judged_by)}
            for one in sorted(row.reports.all(), key=lambda one: (one.sent_at, one.pk))
        ],
    }


def _proposal(row: Proposal) -> dict[str, Any]:
    decision = getattr(row, "decision", None)
    names = ("person_name", "person_post", "person_class", "assessment", "circumstances", "asked",
             "state", "drafted_at", "proposed_at", "endorsed_at", "returned_text")  # fmt: skip
    decided = ("kind", "outcome", "reason", "at", "result_ref", "result_on", "result_text")
    return {
        "proposal": str(row.public_id),
        "ref": row.paper.ref if row.paper else "",
        "drafted_by": _name(row.drafted_by),
        "endorsed_by": _name(row.endorsed_by),
        **{name: getattr(row, name) for name in names},
        "decision": {name: getattr(decision, name) for name in decided}
        | {"by": _name(decision.by), "ref": decision.paper.ref if decision.paper else ""}
        if decision
        else None,
    }


def _name(user: Any) -> str:
    return user.full_name if user else ""


# --- the ledger -----------------------------------------------------------------------------------


def ledger(found: Iterable[Event], tell: Any) -> Iterator[bytes]:
    """Each entry with its seal, so that anybody can recompute it; ``tell`` is given the entry.

    The line is written around the very bytes that the digest covers. An entry of the last minute
    may not be sealed yet.
    """
    for event in found:
        tell(event)
        link = getattr(event, "link", None)
        yield b'{"digest":%s,"event":%s,"previous":%s,"seq":%s}\n' % (
            verifying.canonical(link.digest if link else ""),
            chain.canonical(event),
            verifying.canonical(link.previous if link else ""),
            verifying.canonical(link.seq if link else None),
        )
