"""Who headed an agency on which days, read once for many limits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from accounts.models import Appointment
from accounts.querysets import HEAD_ROLES
from agencies.models import Agency

_ONE_DAY = timedelta(days=1)


def grouped(rows: Iterable[Any], key: Any) -> defaultdict[Any, list[Any]]:
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


NOBODY = {"id": None, "name": "", "post": "", "acting": False}


def heads_of(agency_ids: Iterable[int]) -> Mapping[int, list[Appointment]]:
    """All who ever headed the agencies, by agency, the latest appointment first; one query."""
    posts = Appointment.objects.filter(agency_id__in=agency_ids, role__in=HEAD_ROLES)
    return grouped(
        posts.select_related("user", "agency").order_by("-started_on", "-pk"),
        lambda post: post.agency_id,
    )


def heads_in_line(agency_id: int) -> list[Appointment]:
    """The heads of an agency, then those of the agencies that went into it; two queries."""
    former = Agency.objects.filter(successors=agency_id).order_by("pk")
    keys = [agency_id, *former.values_list("pk", flat=True)]
    found = heads_of(keys)
    return [post for key in keys for post in found[key]]


def answering(agency_id: int, day: date) -> set[int]:
    """Whoever heads an agency on a local date; once it went whole into another, the head of that
    one. One query while somebody heads it."""
    for _step in range(3):
        posts = Appointment.objects.in_force_on(day).filter(role__in=HEAD_ROLES)
        found = set(posts.filter(agency_id=agency_id).values_list("user_id", flat=True))
        heirs = [] if found else list(Agency.objects.filter(predecessors=agency_id)[:2])
        if found or len(heirs) != 1:
            return found
        agency_id = heirs[0].pk
    return set()


def head_in(posts: Iterable[Appointment], day: date) -> Appointment | None:
    """Who was head on a local date, as ``Appointment.objects.head_on`` answers it."""
    return next((post for post in posts if post.in_force_on(day)), None)


def terms(
    posts: list[Appointment], first: date, last: date
) -> list[tuple[date, date, Appointment | None]]:
    """The local days from ``first`` to ``last`` cut where another person becomes head: (from, to,
    who), both inclusive; ``None`` where nobody was."""
    cuts = {first}
    for post in posts:
        cuts.add(post.started_on)
        if post.ended_on:
            cuts.add(post.ended_on + _ONE_DAY)
    starts = sorted(day for day in cuts if first <= day <= last)
    found: list[tuple[date, date, Appointment | None]] = []
    for place, since in enumerate(starts):
        until = starts[place + 1] - _ONE_DAY if place + 1 < len(starts) else last
        post = head_in(posts, since)
        before = found[-1][2] if found else None
        if found and (before.user_id if before else None) == (post.user_id if post else None):
            found[-1] = (found[-1][0], until, before)
        else:
            found.append((since, until, post))
    return found


def said_of(post: Appointment | None) -> dict[str, Any] | None:
    if post is None:
        return None
    return {
        "id": post.user_id,
        "name": post.user.full_name,
        "post": post.post,
        "acting": post.acting,
    }
