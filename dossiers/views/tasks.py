"""Assigned tasks: the list and the page of one."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import filestore
from accounts.actors import Actor
from accounts.pages import page
from accounts.paging import address
from accounts.querysets import HEAD_ROLES
from accounts.rights import allows, reaches_city
from accounts.saving import query_of
from agencies.models import Agency
from deadlines import strips
from deadlines.adjusting import with_adjustments
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip, day_text
from dossiers import task_policies, timeline
from dossiers.models import Conclusion, Dossier, Task, TaskFile, TaskReport
from dossiers.paging import Order, page_of
from dossiers.querysets import TaskQuerySet
from dossiers.task_results import TaskResult
from dossiers.views.adjusting_words import offers, panel_with

PAGE_SIZE = 25
NEWEST_GIVEN = Order(path="given_at")
#: Beside the classes: reports that somebody has to decide on.
WAITING = "cho-chap-nhan"
#: Slug of a result class in an address.
CLASSES = {
    "hoan-thanh-truoc-han": TaskResult.DONE_EARLY,
    "hoan-thanh-dung-han": TaskResult.DONE_ON_TIME,
    "hoan-thanh-qua-han": TaskResult.DONE_LATE,
    "chua-xong-trong-han": TaskResult.OPEN_IN_TIME,
    "chua-xong-qua-han": TaskResult.OPEN_OVERDUE,
    "khong-con": TaskResult.LIFTED,
}
SOURCES = {
    "ket-luan": (gettext_lazy("A conclusion on a dossier"), Q(conclusion__isnull=False)),
    "thanh-pho": (
        gettext_lazy("A document of the City"),
        Q(conclusion__isnull=True, level=Task.Level.CITY),
    ),
    "cap-tren": (gettext_lazy("A document of a superior level"), Q(level=Task.Level.SUPERIOR)),
}
SCOPES = {
    "cua-toi": gettext_lazy("Mine"),
    "don-vi": gettext_lazy("My agency's"),
    "": gettext_lazy("All"),
}
BUTTONS = {
    "report": (gettext_lazy("Report on the task"), "tasks:report"),
    "assign": (gettext_lazy("Assign inside the agency"), "tasks:assign"),
    "accept": (gettext_lazy("Accept the report"), "tasks:accept"),
    "send_back": (gettext_lazy("Send the report back"), "tasks:send_back"),
}


@page("task_list")
def all_tasks(request: HttpRequest) -> HttpResponse:
    """The tasks that this person may see: mine, my agency's or all, filtered, the newest first."""
    asked, by = request.GET, request.actor
    scope = scope_of(asked)
    rows, filters = asked_for(request, scope)
    paged = page_of(rows, asked, size=PAGE_SIZE, order=NEWEST_GIVEN)
    moment = Moment(request.now, published().calendar)
    context = {
        "page": paged,
        "rows": task_rows(paged.rows, moment),
        "filters": filters,
        "scopes": [
            {"label": label, "url": address(asked, pham_vi=slug), "is_current": slug == scope}
            for slug, label in SCOPES.items()
        ],
        "classes": [
            (WAITING, Task.State.REPORTED.label),
            *((slug, result.label) for slug, result in CLASSES.items()),
        ],
        "sources": [(slug, label) for slug, (label, _q) in SOURCES.items()],
        "asked": {
            "scope": scope,
            "q": asked.get("q", ""),
            "result": asked.get("ket-qua", ""),
            "source": asked.get("nguon", ""),
            "agency": asked.get("don-vi", ""),
        },
        "query": query_of(asked),
        "may_export": allows(by, "export_dossiers"),
        "city": reaches_city(by, "task_view"),
        "may_give": allows(by, "task_give"),
    }
    return render(request, "tasks/list.html", context)


def task_rows(tasks: list[Task], moment: Moment) -> list[dict[str, Any]]:
    """Tasks as lists show them; no query when their limits are at hand."""
    return [
        {
            "task": task,
            "result": task.result(moment.now),
            "chip": chip(task.time_limit, now=moment.now, calendar=moment.calendar),
            "due_text": day_text(task.time_limit.due_on),
            "holder": task.officer or task.time_limit.head_at_start,
            "waits": task.state == Task.State.REPORTED,
        }
        for task in tasks
    ]


def rows_of_conclusion(
    conclusion: Conclusion | None, by: Actor, moment: Moment
) -> list[dict[str, Any]]:
    """The tasks of a conclusion that this person may see, in the order they were given."""
    if conclusion is None:
        return []
    tasks = Task.objects.visible_to(by).filter(conclusion=conclusion)
    found = tasks.select_related("lead", "officer", "time_limit__head_at_start").order_by("pk")
    return task_rows(list(found), moment)


@page("task_view")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one task: until when, who leads and cooperates, reports and decisions."""
    task = task_of(request, code)
    moment = Moment(request.now, published().calendar)
    limits = (
        with_adjustments(TimeLimit.objects.filter(subject_code=task.code), request.now)
        .for_list()
        .prefetch_related("revisions")
        .order_by("-started_at", "-pk")
    )
    limits_shown = [shown(limit, moment) for limit in limits]
    reports = task.reports.select_related("sent_by", "decided_by").prefetch_related("files")
    dossier = _dossier_of(task, request.actor)
    context = {
        "task": task,
        "result": task.result(request.now),
        "latest": limits_shown[0],
        "rounds": _rounds(limits_shown, {report.time_limit_id: report for report in reports}),
        "cooperating": list(task.cooperating.in_order()),
        "dossier": dossier,
        "next": panel_with(
            _next(request.actor, task, limits_shown[0]["limit"], moment),
            offers(request.actor, [limits_shown[0]["limit"]], moment),
        ),
        "timeline": timeline.entries(task),
    }
    return render(request, "tasks/detail.html", context)


@page("task_view")
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """A file of a report as it was sent. One that the store lost or cut is named as damaged."""
    file = get_object_or_404(TaskFile.objects.visible_to(request.actor), public_id=public_id)
    try:
        stored = filestore.open_stored(file.path, size=file.size)
    except OSError:
        context = {"attachment": file, "request_id": request.request_id}
        return render(request, "tasks/file_damaged.html", context, status=410)
    response = FileResponse(
        stored, as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def task_of(request: HttpRequest, code: str) -> Task:
    """The task of that code, if this person may see it; 404 otherwise."""
    visible = Task.objects.visible_to(request.actor).select_related(
        "lead", "unit", "officer", "given_by", "time_limit__rule", "time_limit__head_at_start",
        "conclusion__by",
    )  # fmt: skip
    return get_object_or_404(visible, code=code)


def scope_of(asked: QueryDict) -> str:
    """Mine, my agency's or all, as the address says."""
    return asked.get("pham-vi", "") if asked.get("pham-vi", "") in SCOPES else ""


def asked_for(request: HttpRequest, scope: str) -> tuple[TaskQuerySet, list[dict[str, Any]]]:
    """The tasks that the address names, the newest first, and the filters in force."""
    visible = _in_scope(Task.objects.visible_to(request.actor), scope, request.actor)
    found, filters = _narrowed(visible, request)
    rows = found.select_related("lead", "officer", "time_limit__head_at_start").newest_first()
    return rows, filters


def _in_scope(tasks: TaskQuerySet, scope: str, by: Actor) -> TaskQuerySet:
    """Mine: what I work on, gave or, as head, still have to hand on. My agency's: led or shared."""
    if scope == "don-vi":
        return tasks.of_agencies(by.agency_ids())
    if scope == "cua-toi":
        headed = {post.agency_id for post in by.posts if post.role in HEAD_ROLES}
        to_hand_on = Q(lead_id__in=headed, officer__isnull=True, state=Task.State.GIVEN)
        return tasks.filter(Q(officer=by.user) | Q(given_by=by.user) | to_hand_on)
    return tasks


def _narrowed(
    tasks: TaskQuerySet, request: HttpRequest
) -> tuple[TaskQuerySet, list[dict[str, Any]]]:
    """The tasks that fit the filters of the address, and those filters, each removable."""
    asked, filters = request.GET, []

    def note(name: str, label: Any) -> None:
        filters.append({"label": label, "remove_url": address(asked, **{name: None})})

    if words := asked.get("q", "").strip():
        tasks = tasks.search(words[:200])
        note("q", f"“{words[:60]}”")
    if result := CLASSES.get(asked.get("ket-qua", "")):
        tasks = tasks.in_class(result, request.now)
        note("ket-qua", result.label)
    elif asked.get("ket-qua") == WAITING:
        tasks = tasks.filter(state=Task.State.REPORTED)
        note("ket-qua", Task.State.REPORTED.label)
    if source := SOURCES.get(asked.get("nguon", "")):
        tasks = tasks.filter(source[1])
        note("nguon", source[0])
    if agency_words := asked.get("don-vi", "").strip():
        named = Agency.objects.search(agency_words[:100]).values("pk")
        tasks = tasks.of_agencies(named)
        note("don-vi", agency_words[:60])
    return tasks, filters


def shown(limit: TimeLimit, moment: Moment) -> dict[str, Any]:
    mark = chip(limit, now=moment.now, calendar=moment.calendar)
    return {
        "limit": limit,
        "chip": mark,
        "strip": strips.for_limit(limit, now=moment.now, calendar=moment.calendar, tone=mark.tone),
        "met_text": _moment_text(limit.met_at) if limit.met_at else "",
        "is_running": limit.met_at is None,
    }


def _rounds(limits: list[dict[str, Any]], reports: dict[int, TaskReport]) -> list[dict[str, Any]]:
    """Each round with its limit, its report and what was decided, the newest first."""
    rounds = []
    for place, shown_ in enumerate(limits):
        report = reports.get(shown_["limit"].pk)
        rounds.append(
            {
                "number": len(limits) - place,
                "shown": shown_,
                "report": report,
                "files": [_file_line(file, report) for file in report.files.all()]
                if report
                else [],
            }
        )
    return rounds


def _file_line(file: TaskFile, report: TaskReport) -> dict[str, Any]:
    return {
        "name": file.name,
        "size_text": file.size_text,
        "url": reverse("tasks:file", args=[file.public_id]),
        "sha256": file.sha256,
        "at": report.sent_at,
        "by": report.sent_by.full_name,
    }


def _dossier_of(task: Task, by: Actor) -> Dossier | None:
    """The dossier that the task came out of, if this person may see it."""
    if task.conclusion is None:
        return None
    return Dossier.objects.visible_to(by).filter(pk=task.conclusion.dossier_id).first()


def _next(by: Actor, task: Task, limit: TimeLimit, moment: Moment) -> dict[str, Any] | None:
    """The one thing to do next for this person; nothing when it is somebody else's turn."""
    possible = task_policies.possible(by, task)
    if not possible:
        return None
    day = day_text(limit.due_on)
    overdue = limit.is_overdue(moment.now)
    if task.state == Task.State.REPORTED:
        text = _("The agency has reported. Read the report, then accept it or send it back.")
    else:
        text = _("Report by the end of %(day)s.") % {"day": day}
    if overdue:
        text += " " + _("The time limit has passed: give the reason and send it.")
    return {
        "title": _("Your turn"),
        "text": text,
        "tone": "overdue" if overdue else "",
        "actions": [
            (label, reverse(view, args=[task.code]), "secondary" if place else "primary")
            for place, (label, view) in enumerate(BUTTONS[verb] for verb in possible)
        ],
    }


def _moment_text(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%H:%M} {day_text(local.date())}"
