"""Who answers for what is late now: the head in post of the agency that owes it, and at whose desk
it lies."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from dashboards.asof import as_they_were, officer_name
from deadlines.adjusting import end_of
from deadlines.listing import Line, lines
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.querysets import TimeLimitQuerySet


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at whose desk overdue limits lie, and how many; no name where nobody has them."""

    name: str
    count: int


def heads_on(day: date, agency_ids: Collection[int]) -> dict[int, Appointment]:
    """Agency key → who was its head on a local date, as ``head_on`` says it; one query."""
    posts = Appointment.objects.held_on(day).filter(agency__in=agency_ids, role__in=HEAD_ROLES)
    ordered = posts.select_related("user", "agency").order_by("started_on", "pk")
    return {post.agency_id: post for post in ordered}  # the latest one stays


def desks(
    overdue: TimeLimitQuerySet, agency_ids: Collection[int], moment: Moment
) -> Mapping[int, list[Desk]]:
    """Agency key → at whose desks its overdue limits lay, the most first; one query."""
    rows = (
        overdue.filter(owed_then__in=agency_ids)
        .order_by()
        .values("owed_then", name=officer_name(moment))
        .annotate(count=Count("*"))
    )
    found = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-row["count"], not row["name"], row["name"])):
        found[row["owed_then"]].append(Desk(row["name"] or "", row["count"]))
    return found


def inherited(overdue: TimeLimitQuerySet, posts: Iterable[Appointment]) -> Mapping[int, int]:
    """Agency key → how many of its overdue limits had passed before the head took the post."""
    before = [
        Q(owed_then=post.agency_id, due_then__lte=end_of(post.started_on - timedelta(days=1)))
        for post in posts
    ]
    if not before:
        return {}
    rows = overdue.filter(reduce(or_, before)).order_by().values("owed_then")
    return dict(rows.annotate(count=Count("*")).values_list("owed_then", "count"))


def held_lines(limits: Iterable[TimeLimit], moment: Moment) -> list[Line]:
    """Lines of limits as they were, each with whoever held it: the desk officer, else the head in
    post on that day. One query more than ``as_they_were``."""
    rows = as_they_were(limits, moment)
    holders = holders_of(rows, moment.today)
    return [
        replace(line, holder=holder)
        for line, holder in zip(lines(rows, moment), holders, strict=True)
    ]


def holders_of(rows: Collection[TimeLimit], day: date) -> list[str]:
    """The name of whoever holds each limit on a day: the officer, else the agency's head; one
    query."""
    heads = heads_on(day, {row.agency_id for row in rows if row.officer is None})
    return [
        row.officer.full_name
        if row.officer
        else heads[row.agency_id].user.full_name
        if row.agency_id in heads
        else ""
        for row in rows
    ]
