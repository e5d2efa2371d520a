"""Giving tasks: from a conclusion line by line, or from a document of the City or above it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import unfinished
from accounts.pages import page
from accounts.pressing import BOTH, earlier_result, press, say_kept
from accounts.refusals import Refused
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.views import not_published_sentence
from dossiers import transitions as verbs
from dossiers.models import Conclusion
from dossiers.task_giving import GiveTasksForm
from dossiers.views.acting import dossier_of


@page("task_give", BOTH)
def give(request: HttpRequest) -> HttpResponse:
    """Give tasks from a document of the City or of a superior level."""
    return _give(request, None)


@page("task_give", BOTH)
def give_from(request: HttpRequest, code: str) -> HttpResponse:
    """Give the tasks of a conclusion, line by line."""
    conclusion = getattr(dossier_of(request, code), "conclusion", None)
    if conclusion is None:
        raise Http404
    return _give(request, conclusion)


def _give(request: HttpRequest, conclusion: Conclusion | None) -> HttpResponse:
    """Show the form with its lines, add a line, look at the due dates, or give the tasks once."""
    if earlier := earlier_result(request):
        return earlier
    kept = unfinished.take(request) if request.method != "POST" else None
    data = request.POST if request.method == "POST" else kept
    wish = data.get("viec", "") if data else ""
    args: dict[str, Any] = {"by": request.actor, "now": request.now, "conclusion": conclusion}
    if data is None or wish == "them-dong":
        form = GiveTasksForm(initial=_initial(data, conclusion), **args)
        return _show(request, form, conclusion, 200)
    form, status = GiveTasksForm(data, **args), 200
    if kept:
        say_kept(request)
    elif form.is_valid() and wish != "xem-han":
        try:
            return press(request, form, lambda: _do(request, form), _GIVEN)
        except CalendarNotPublished as refusal:
            form.add_error(None, not_published_sentence(refusal))
            status = 422
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            status = 422
    elif form.errors:
        status = 422
    return _show(request, form, conclusion, status)


_GIVEN = gettext_lazy("The tasks are given; their time limits are running.")


def _do(request: HttpRequest, form: GiveTasksForm) -> str:
    tasks = verbs.give_tasks(
        lines=form.tasks, source=form.source(), by=request.actor, now=request.now
    )
    if form.conclusion:
        return reverse("dossiers:detail", args=[form.conclusion.dossier.code]) + "#nhiem-vu"
    return reverse("tasks:detail", args=[tasks[0].code]) if len(tasks) == 1 else _mine()


def _mine() -> str:
    return reverse("tasks:list") + "?pham-vi=cua-toi"


def _initial(data: QueryDict | None, conclusion: Conclusion | None) -> dict[str, Any]:
    """A new form, or what was typed with one more line; nothing is checked yet."""
    if data is None:
        notice = getattr(conclusion, "notice", None)
        return {"source_ref": notice.ref if notice else ""}
    typed = {name: value for name, value in data.items() if name != "csrfmiddlewaretoken"}
    picks = {name: value for name, value in typed.items() if name.endswith("_lead_pick") and value}
    chosen = {str(agency.pk): agency for agency in Agency.objects.filter(pk__in=_keys(picks))}
    for name, key in picks.items():
        if key in chosen:
            typed[name.removesuffix("_pick")] = chosen[key].name
    lines = typed.get("lines", "")
    return {**typed, "lines": int(lines) + 1 if lines.isdecimal() and len(lines) < 3 else 2}


def _keys(picks: dict[str, str]) -> list[int]:
    return [int(key) for key in picks.values() if key.isdecimal() and len(key) < 10]


def _show(
    request: HttpRequest, form: GiveTasksForm, conclusion: Conclusion | None, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "lines": list(form.line_fields()),
        "conclusion": conclusion,
        "dossier": conclusion.dossier if conclusion else None,
        "agencies": Agency.objects.as_of(local_day(request.now)).in_order(),
        "may_grow": form.may_grow,
    }
    return render(request, "tasks/give.html", context, status=status)
