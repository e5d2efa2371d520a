"""What waits for one person besides dossiers: requests and reports to decide, tasks in hand."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.querysets import HEAD_ROLES
from accounts.rights import allows, reaches_city
from accounts.roles import Role
from deadlines import adjusting
from deadlines.moments import Moment
from dossiers.models import Task, TaskReport
from dossiers.views.adjusting_words import deciders_of, row_of
from dossiers.views.tasks import task_rows

SHOWN_AT_ONCE = 20


def decisions(by: Actor, moment: Moment) -> dict[str, Any]:
    """Requests and reports that this person may decide on, the oldest first, for the page of one's
    own work; two queries, two more where requests wait. Empty lists for whoever decides nothing."""
    requests, reports = _requests(by), _reports(by)
    deciders = deciders_of([row.time_limit_id for row in requests]) if requests else {}
    return {
        "requests": [row_of(by, row, deciders, moment) for row in requests[:SHOWN_AT_ONCE]],
        "more_requests": len(requests) > SHOWN_AT_ONCE,
        "reports": task_rows(reports[:SHOWN_AT_ONCE], moment),
        "more_reports": len(reports) > SHOWN_AT_ONCE,
        "figures": _figures(len(requests), len(reports)),
        "city": reaches_city(by, "window_view"),
    }


def tasks_in_hand(by: Actor, moment: Moment) -> list[dict[str, Any]]:
    """Tasks that this person works on, or as head has still to hand on, what ends first on top.

    Those that end within two working days stand among the time limits of the page already. One
    query; none for whoever holds no post in an agency.
    """
    if not by.agency_ids():
        return []
    headed = {post.agency_id for post in by.posts if post.role in HEAD_ROLES}
    found = (
        Task.objects.visible_to(by)
        .filter(Q(officer=by.author.id) | Q(lead__in=headed, officer__isnull=True))
        .filter(state=Task.State.GIVEN, time_limit__lifted=False)
        .filter(time_limit__due_on__gt=moment.soon())
        .select_related("lead", "officer", "time_limit__head_at_start")
    )
    return task_rows(list(found.order_by("time_limit__due_at", "pk")[:SHOWN_AT_ONCE]), moment)


def _requests(by: Actor) -> list[Any]:
    """Nobody decides what they asked for, nor for an agency in which they hold a post."""
    if not allows(by, "window_extend"):
        return []
    found = (
        adjusting.waiting(by)
        .exclude(asked_by=by.author.id)
        .exclude(time_limit__agency__in=by.agency_ids())
        .select_related("asked_by", "time_limit__agency", "time_limit__rule", "time_limit__officer")
    )
    return list(found.order_by("asked_at", "pk")[: SHOWN_AT_ONCE + 1])


def _reports(by: Actor) -> list[Task]:
    """Reports to accept or send back: a leader's own tasks, at the City Office those of all."""
    if not allows(by, "task_decide"):
        return []
    found = (
        TaskReport.objects.filter(accepted__isnull=True, task__in=Task.objects.visible_to(by))
        .exclude(sent_by=by.author.id)
        .exclude(task__lead__in=by.agency_ids())
        .select_related("task__lead", "task__officer", "task__time_limit__head_at_start")
    )
    if by.holds(Role.CITY_LEADER):
        found = found.filter(task__given_by=by.author.id)
    return [report.task for report in found.order_by("sent_at", "pk")[: SHOWN_AT_ONCE + 1]]


def _figures(requests: int, reports: int) -> list[dict[str, Any]]:
    """What is counted at the top of the page; nothing for what does not wait."""
    counted = [
        (_("Requests to decide"), requests, "#de-nghi"),
        (_("Task reports to decide"), reports, "#nhiem-vu"),
    ]
    return [
        {
            "label": label,
            "value": count if count <= SHOWN_AT_ONCE else f"{SHOWN_AT_ONCE}+",
            "href": href,
        }
        for label, count, href in counted
        if count
    ]
