"""The records of an inspection begin: one for each head, with findings of that head's days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Appointment
from agencies.dates import local_day
from deadlines.models import TimeLimit
from deadlines.querysets import LATE
from inspections.facts import facts_of_all
from inspections.heads import head_in, heads_in_line, terms
from inspections.models import Finding, Inspection, Record, SampledDossier
from inspections.papers.people import local_day_of
from inspections.transitions.rows import Unfit, acting, enter, write

MOST_FINDINGS = 300
_R = Record.State


@dataclass(frozen=True, slots=True)
class Term:
    """The days on which one person headed the agency within the period; ``post`` is ``None`` where
    nobody did."""

    post: Appointment | None
    first: date
    last: date


def terms_of(inspection: Inspection) -> dict[int | None, Term]:
    """Who headed the agency, or one that went into it, within the period inspected, by the
    person's key; two queries."""
    posts = heads_in_line(inspection.agency_id)
    found: dict[int | None, Term] = {}
    for first, last, post in terms(posts, inspection.period_from, inspection.period_to):
        key = post.user_id if post else None
        before = found.get(key)
        found[key] = Term(post, before.first if before else first, last)
    return found


def raise_records(
    inspection: Inspection, *, version: int | None, by: Actor, now: datetime
) -> list[Record]:
    """Begin the records of an inspection: one for each head with findings in the period, and one
    for whoever heads the agency on the day, who is there when it is written.

    Findings are the sampled dossiers, and after overdue limits also every limit of the period that
    was not kept; each goes to whoever was head on the last day of the limit. A head who has a
    record of this inspection gets no second one.
    """
    day = local_day(now)
    with acting(inspection, "raise_records", by, version) as row:
        heads = terms_of(row)
        findings = _by_head(row, now)
        today = head_in(heads_in_line(row.agency_id), day)
        wanted = [key for key in heads if key in findings]
        wanted += [key for key in findings if key not in heads]
        if today and today.user_id not in wanted:
            wanted.append(today.user_id)
        has = set(row.records.exclude(state=_R.DROPPED).values_list("head_id", flat=True))
        made = []
        for key in wanted or [None]:
            if key in has:
                continue
            term = heads.get(key) or _term_outside(row, key, today)
            made.append(_new_record(row, term, findings.get(key, []), by, now))
        if not made:
            raise Unfit(_("Each head concerned has a record of this inspection already."))
        write(row, "raise_records")
    return made


def _term_outside(row: Inspection, key: int | None, today: Appointment | None) -> Term:
    """The head of a limit whose last day lies outside the period, or of today."""
    post = today if today and today.user_id == key else None
    if post is None and key is not None:
        posts = heads_in_line(row.agency_id)
        post = next((one for one in posts if one.user_id == key), None)
    if post is None:
        return Term(None, row.period_from, row.period_to)
    first = max(post.started_on, row.period_from)
    last = min(post.ended_on or row.period_to, row.period_to)
    return Term(post, first, max(first, last))


def _by_head(row: Inspection, now: datetime) -> dict[int | None, list[tuple[Any, dict]]]:
    """(limit key or nothing, facts) by the head they belong to, in the order of the sample."""
    found: dict[int | None, list[tuple[Any, dict]]] = {}
    posts = heads_in_line(row.agency_id)
    keys = _keys_of_limits(row.sample.all())
    seen: set[str] = set()
    for one in row.sample.select_related("dossier").order_by("position"):
        limits = one.facts.get("limits") or []
        for facts in limits:
            head = facts["head"]
            found.setdefault(head["id"] if head else None, []).append(
                (keys.get(facts["limit"]), facts)
            )
            seen.add(facts["limit"])
        if not limits:
            post = head_in(posts, local_day_of(one.facts["submitted_at"]))
            bare = {name: value for name, value in one.facts.items() if name != "limits"}
            head = (
                {"id": post.user_id, "name": post.user.full_name, "post": post.post}
                if post
                else None
            )
            facts = {**bare, "head": head, "late": False}
            found.setdefault(post.user_id if post else None, []).append((None, facts))
    if row.trigger == Inspection.Trigger.SIGNAL:
        late = [limit for limit in late_limits(row, now) if limit.code not in seen]
        copied = facts_of_all(late, now=now)
        for limit in late:
            head = copied[limit.pk]["head"]
            found.setdefault(head["id"] if head else None, []).append((limit.pk, copied[limit.pk]))
    return found


def _keys_of_limits(sample: Iterable[SampledDossier]) -> dict[str, int]:
    codes = [facts["limit"] for one in sample for facts in one.facts.get("limits") or ()]
    return dict(TimeLimit.objects.filter(code__in=codes).values_list("code", "pk"))


def late_limits(row: Inspection, now: datetime) -> list[TimeLimit]:
    """The agency's limits that ended in the period and were not kept, as of an instant.

    What Home Affairs itself asks for (TN-, TT-) is no ground for an inspection by Home Affairs.
    """
    found = (
        TimeLimit.objects.filter(agency_id=row.agency_id, due_at__lte=now)
        .falling_due(row.period_from, row.period_to)
        .filter(LATE | Q(met_at__isnull=True))
        .exclude(subject_code__startswith="TN-")
        .exclude(subject_code__startswith="TT-")
        .order_by("due_at", "pk")
    )
    return list(found[:MOST_FINDINGS])


def _new_record(
    row: Inspection, term: Term, findings: list[tuple[Any, dict]], by: Actor, now: datetime
) -> Record:
    post = term.post
    with translation.override(settings.LANGUAGE_CODE):  # the record speaks Vietnamese to everybody
        nobody = _("No head appointed")
    team = [
        {"side": "team", "name": one.name, "post": one.post, "part": one.part}
        for one in row.team.order_by("pk")
    ]
    record = Record.objects.create(
        kind=Record.Kind.INSPECTION,
        inspection=row,
        agency=row.agency,
        agency_name=post.agency.name if post else row.agency.name,
        head=post.user if post else None,
        head_name=post.user.full_name if post else nobody,
        head_post=post.post if post else "",
        period_from=term.first,
        period_to=term.last,
        legal_bases=row.legal_bases,
        present=team,
        scope=row.scope,
        started_at=row.opened_at,
        ended_at=row.ended_at,
        author=by.user,
        created_at=now,
    )
    Finding.objects.bulk_create(
        [
            Finding(record=record, position=place, time_limit_id=key, facts=facts)
            for place, (key, facts) in enumerate(findings, 1)
        ]
    )
    enter(
        record,
        "record_drafted",
        by,
        now,
        after={
            "inspection": row.code,
            "agency": row.agency.name,
            "head": record.head_name,
            "findings": [facts.get("limit") or facts["dossier"] for _key, facts in findings],
        },
    )
    return record
