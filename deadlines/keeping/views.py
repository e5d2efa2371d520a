"""Pages of the calendar's changes: the list, what one moves, decide, undo; what was annotated."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import step_up
from accounts.pages import page
from accounts.paging import numbered
from accounts.pressing import BOTH, earlier_result, press
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows, reaches_city
from agencies.dates import local_day
from deadlines import keeping
from deadlines.counting import last_day_before
from deadlines.keeping.effects import Line
from deadlines.keeping.forms import DecisionForm, UndoForm
from deadlines.keeping.pages import page_of_lines
from deadlines.keeping.proposed import read_edits
from deadlines.keeping.wording import lines_of, short
from deadlines.models import CalendarAnnotation, CalendarChange, TimeLimit
from deadlines.wording import day_text

PAGE_SIZE = 25

State = CalendarChange.State


@page("calendar_changes_view")
def changes(request: HttpRequest) -> HttpResponse:
    """Every change of the calendar, the newest first; what waits stands on top."""
    rows = CalendarChange.objects.select_related("proposed_by", "decided_by", "edition")
    waiting = list(rows.filter(state=State.PROPOSED).order_by("proposed_at", "pk"))
    settled = rows.exclude(state=State.PROPOSED).order_by("-decided_at", "-pk")
    paged = numbered(settled, request.GET, size=PAGE_SIZE)
    context = {
        "waiting": [(change, short(change)) for change in waiting],
        "page": paged,
        "rows": [(change, short(change)) for change in paged.rows],
        "may_propose": allows(request.actor, "calendar_propose"),
        "missing_year": keeping.missing_year(local_day(request.now)),
    }
    return render(request, "deadlines/changes.html", context)


@page("calendar_changes_view", BOTH)
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One change: what it says, what it moves or has moved, and the decision."""
    row = _change(public_id)
    by = request.actor
    form = DecisionForm(request.POST or None, initial={"seen": keeping.present_digest()})
    if earlier := earlier_result(request):
        return earlier
    if row.state == State.PROPOSED and keeping.may_decide(by, row):
        step_up.ask(request, form)
    conflict, status = "", 200
    if request.method == "POST":
        acts: dict[str, Callable[[], object]] = {
            "ap-dung": lambda: keeping.apply_change(
                row, seen=form.cleaned_data["seen"], by=by, now=request.now
            ),
            "khong-ap-dung": lambda: keeping.refuse(
                row, answer=form.cleaned_data["answer"], by=by, now=request.now
            ),
            "rut": lambda: keeping.withdraw(row, by=by, now=request.now),
        }
        done = {
            "ap-dung": _("The change is in force. Every due date that moved has its own line."),
            "khong-ap-dung": _("The refusal is recorded; the calendar stays as it is."),
            "rut": _("The proposal was withdrawn."),
        }
        verb = request.POST.get("viec", "")
        if form.is_valid() and verb not in acts:
            form.add_error(None, _("Choose to grant or to refuse."))
        if form.is_valid():
            try:
                return _once(request, form, acts[verb], done[verb], row)
            except NotAllowed:
                raise
            except keeping.Unfit as unfit:
                form.add_error("answer", unfit.sentence)
                status = 422
            except Refused as refusal:
                conflict, status = refusal.sentence, 409
        else:
            status = 422
        row = _change(public_id)
        if conflict:
            form.data = form.data.copy()
            form.data["seen"] = keeping.present_digest()
    context = {**_shown(request, row), "form": form, "conflict": conflict}
    return render(request, "deadlines/change.html", context, status=status)


@page("calendar_propose", BOTH)
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Propose to restore what a change altered: one act, decided by another person."""
    row = _change(public_id)
    form = UndoForm(request.POST or None)
    if earlier := earlier_result(request):
        return earlier
    conflict, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _undo(request, form, row)
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
    elif row.state != State.APPLIED:
        conflict, status = _("Only a change that is in force can be undone."), 409
    context = {
        "change": row,
        "title": short(row),
        "form": form,
        "conflict": conflict,
        "lines": lines_of(*read_edits(row)),
    }
    return render(request, "deadlines/undo_change.html", context, status=status)


@page("window_view")
def annotations(request: HttpRequest) -> HttpResponse:
    """Limits that a change of the calendar came too late for; a person judges them."""
    visible = TimeLimit.objects.visible_to(request.actor)
    found = CalendarAnnotation.objects.filter(time_limit__in=visible).select_related(
        "time_limit__agency", "time_limit__rule", "change"
    )
    paged = numbered(found.order_by("-at", "-pk"), request.GET, size=PAGE_SIZE)
    undone = set(
        CalendarChange.objects.filter(
            state=State.APPLIED, undoes__in={note.change_id for note in paged.rows}
        ).values_list("undoes_id", flat=True)
    )
    context = {
        "page": paged,
        "rows": [
            {
                "note": note,
                "limit": note.time_limit,
                "url": reverse("dossiers:detail", args=[note.time_limit.subject_code]),
                "old_text": day_text(last_day_before(note.due_at)),
                "new_text": day_text(last_day_before(note.would_be_at)),
                "change": short(note.change),
                "undone": note.change_id in undone,
            }
            for note in paged.rows
        ],
        "city": reaches_city(request.actor, "window_view"),
        "sees_changes": allows(request.actor, "calendar_changes_view"),
    }
    return render(request, "deadlines/annotations.html", context)


def _change(public_id: UUID) -> CalendarChange:
    rows = CalendarChange.objects.select_related(
        "proposed_by", "decided_by", "base", "edition", "undoes"
    )
    return get_object_or_404(rows, public_id=public_id)


def _shown(request: HttpRequest, row: CalendarChange) -> dict[str, Any]:
    """What the page of a change says: before the decision the preview, after it the result."""
    by = request.actor
    days, years = read_edits(row)
    context: dict[str, Any] = {
        "change": row,
        "title": short(row),
        "lines": lines_of(days, years),
        "shows_titles": reaches_city(by, "window_view"),
        "may_decide": row.state == State.PROPOSED and keeping.may_decide(by, row),
        "may_withdraw": row.state == State.PROPOSED and row.proposed_by_id == by.author.id,
        "own": row.proposed_by_id == by.author.id,
        "undone_by": row.undone_by.filter(state__in=[State.PROPOSED, State.APPLIED]).first(),
    }
    context["may_undo"] = (
        row.state == State.APPLIED and not context["undone_by"] and allows(by, "calendar_propose")
    )
    if row.state == State.PROPOSED:
        try:
            effect = keeping.preview(row, now=request.now)
        except Refused as refusal:
            return {**context, "unfit": refusal.sentence}
        return {
            **context,
            "effect": effect,
            "agencies": effect.agencies,
            "moving": page_of_lines(effect.moved, effect.moving, request.GET),
            "noted": effect.noted(),
        }
    if row.state == State.APPLIED:
        context["moving"] = page_of_lines(
            row.moved, lambda first, most: _moved(row, first, most), request.GET
        )
    return context


def _moved(row: CalendarChange, first: int, most: int) -> list[Line]:
    revisions = row.revisions.select_related("time_limit__agency").order_by("to_due_at", "pk")
    return [
        Line(
            code=revision.time_limit.code,
            subject=revision.time_limit.subject_code,
            title=revision.time_limit.subject_title,
            agency=revision.time_limit.agency.name,
            old_on=last_day_before(revision.from_due_at),
            new_on=last_day_before(revision.to_due_at),
        )
        for revision in revisions[first : first + most]
    ]


def _undo(request: HttpRequest, form: UndoForm, row: CalendarChange) -> HttpResponse:
    data = form.cleaned_data

    def act() -> str:
        back = keeping.undo(
            row, reason=data["reason"], document=data["document"], by=request.actor, now=request.now
        )
        return reverse("deadlines:change", args=[back.public_id])

    return press(request, form, act, _("The proposal is sent; a City leader decides."))


def _once(
    request: HttpRequest,
    form: DecisionForm,
    act: Callable[[], object],
    done: str,
    row: CalendarChange,
) -> HttpResponse:
    where = reverse("deadlines:change", args=[row.public_id])

    def run() -> str:
        act()
        return where

    return press(request, form, run, done)
