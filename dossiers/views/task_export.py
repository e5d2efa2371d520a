"""The list of assigned tasks as a file: every row of it, in the order of the page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.saving import query_of
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.wording import chip
from dossiers.models import Task
from dossiers.views.export import CHUNK, FileAbout, sheet_of_list
from dossiers.views.tasks import asked_for, scope_of


@page("export_dossiers", ("GET", "HEAD", "POST"))
def export(request: HttpRequest) -> HttpResponse:
    """The tasks that the address names, as XLSX or CSV: the same filters, rights and order."""
    if request.method != "POST":
        return redirect(f"{reverse('tasks:list')}?{query_of(request.GET)}")
    moment = Moment(request.now, published().calendar)
    found, _filters = asked_for(request, scope_of(request.GET))
    about = FileAbout("tasks", "nhiem-vu", _("Assigned tasks"), found.count())
    tasks = found.select_related("unit").prefetch_related("cooperating")
    rows = (_cells(task, moment) for task in tasks.iterator(chunk_size=CHUNK))
    return sheet_of_list(request, about, _columns(), rows)


def _columns() -> list[str]:
    return [
        _("Task code"),
        _("What is to be done"),
        _("Product expected"),
        _("Given by"),
        _("Number and symbol of the document"),
        _("Item of the document"),
        _("Lead agency"),
        _("Cooperating agencies"),
        _("Unit"),
        _("Officer"),
        _("Given"),
        _("Time limit until the end of"),
        _("Time limit met at"),
        _("Round"),
        _("State"),
        _("Result"),
        _("Time limit, in words"),
    ]


def _cells(task: Task, moment: Moment) -> list[Any]:
    limit = task.time_limit
    return [
        task.code,
        task.text,
        task.product,
        task.get_level_display(),
        task.source_ref or None,
        task.source_paragraph or None,
        task.lead.name,
        "; ".join(agency.name for agency in task.cooperating.all()) or None,
        task.unit.name if task.unit else None,
        task.officer.full_name if task.officer else None,
        task.given_at,
        limit.due_on,
        limit.met_at,
        task.round,
        task.get_state_display(),
        str(task.result(moment.now).label),
        chip(limit, now=moment.now, calendar=moment.calendar).text,
    ]
