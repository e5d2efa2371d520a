"""Pages of an import: send a list, see what was found, decide, follow it, see what became of it."""

import io
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from accounts import filestore
from accounts.pages import page
from accounts.paging import numbered
from accounts.pressing import BOTH, earlier_result
from accounts.receipts import once
from accounts.refusals import Refused
from accounts.rights import allows
from accounts.uploads import NO_ROOM, NoRoom
from agencies.models import Agency
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from dossiers import importing
from dossiers.import_forms import DecisionForm, UploadForm
from dossiers.importing import sessions
from dossiers.importing.examples import EXPLAINED, write_template
from dossiers.importing.lists import COLUMNS_OF, IN_A_BROWSER, NEEDED_IN, Kind
from dossiers.importing.looking import look
from dossiers.models import Dossier, ImportSession
from dossiers.sheets.headers import TITLES
from dossiers.views.rows import Row, rows_of

State = ImportSession.State
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_SESSIONS = 20
PAGE_SIZE = 25


@page("import_view", BOTH)
def imports(request: HttpRequest) -> HttpResponse:
    """Send a list; below it the person's earlier ones and what the columns mean."""
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if earlier := earlier_result(request):
            return earlier
        status = 422
        if form.is_valid():
            try:
                return redirect(_take_in(request, form))
            except Refused as refusal:
                form.add_error("file", refusal.sentence)
    own = ImportSession.objects.filter(owner=request.actor.author.id).order_by("-created_at", "-pk")
    context = {
        "form": form,
        "sessions": own[:_SHOWN_SESSIONS],
        "guides": [_guide(kind) for kind in _kinds(request)],
        "files": {
            "submissions": reverse("dossiers:import_template"),
            "history": reverse("dossiers:import_history_template"),
        },
    }
    return render(request, "dossiers/imports.html", context, status=status)


def _kinds(request: HttpRequest) -> list[Kind]:
    own = allows(request.actor, "import_csv")
    return [Kind.SUBMISSIONS, Kind.HISTORY] if own else [Kind.HISTORY]


def _guide(kind: Kind) -> dict[str, Any]:
    """What each column of a list means."""
    return {
        "kind": str(kind),
        "columns": [
            {"title": TITLES[c], "text": EXPLAINED[c], "needed": c in NEEDED_IN[kind], "name": c}
            for c in COLUMNS_OF[kind]
        ],
    }


def _take_in(request: HttpRequest, form: UploadForm) -> str:
    """Read and look before anything is locked, then keep the file; the address of its session."""
    upload: UploadedFile = form.cleaned_data["file"]
    by, now, name = request.actor, request.now, upload.name or ""
    if isinstance(upload, NoRoom):
        raise _no_room(name)
    data = upload.read()
    sheet = importing.read_sheet(data, name=name, limits=IN_A_BROWSER)
    seen = look(sheet, by=by, now=now)
    try:
        stored = filestore.store([data])
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise _no_room(name) from error

    def act() -> str:
        session = sessions.take_in(sheet, seen, stored, name=name, by=by, now=now)
        return reverse("dossiers:import_session", args=[session.public_id])

    where, _acted = once(key=form.cleaned_data["form_key"], by=by, now=now, act=act)
    return where


def _no_room(name: str) -> importing.FileRefused:
    return importing.FileRefused(
        _("The server has no room for “%(name)s” now. The administrator has been told.")
        % {"name": name}
    )


@page("import_view", BOTH)
def import_session(request: HttpRequest, public_id: str) -> HttpResponse:
    """One list on its way: the preview, its progress, or what became of it."""
    session = _own_session(request, public_id)
    if request.method == "POST":
        return _decide(request, session)
    if session.state == State.READ:
        return _preview(request, session, _decision(session))
    if request.htmx and request.GET.get("phan") == "tien-do":
        if session.state != State.CONFIRMED:
            return HttpResponseClientRefresh()
        return render(request, "dossiers/_import_progress.html", {"session": session})
    template = "import_progress" if session.state == State.CONFIRMED else "import_result"
    context = {"session": session, "has_rows": bool(session.accepted), **_errors(session)}
    return render(request, f"dossiers/{template}.html", context)


def _own_session(request: HttpRequest, public_id: str) -> ImportSession:
    own = ImportSession.objects.filter(owner=request.actor.author.id).select_related("owner")
    return get_object_or_404(own, public_id=public_id)


def _decision(session: ImportSession, data: Any = None) -> DecisionForm:
    return DecisionForm(
        data,
        names=session.found.get("unknown", ()),
        chosen=session.choices.get("agencies", {}),
        good_rows=session.choices.get("good_rows", False),
    )


def _decide(request: HttpRequest, session: ImportSession) -> HttpResponse:
    """Check again, enter or throw away; a session that has moved on is shown as it is now."""
    here = reverse("dossiers:import_session", args=[session.public_id])
    if earlier := earlier_result(request):
        return earlier
    form = _decision(session, request.POST)
    if not form.is_valid():
        return _preview(request, session, form, status=422)
    act = request.POST.get("viec")
    try:
        if act == "huy":
            sessions.cancel(session, now=request.now)
            messages.info(request, _("The list was thrown away; nothing of it was saved."))
            return redirect("dossiers:imports")
        if act != "nhap" or form.agencies() != session.choices.get("agencies"):
            sessions.look_again(
                session,
                agencies=form.agencies(),
                good_rows=form.good_rows(),
                by=request.actor,
                now=request.now,
            )
            messages.info(request, _("The list was checked again with your answers."))
            return redirect(here)
        where, acted = once(
            key=form.cleaned_data["form_key"],
            by=request.actor,
            now=request.now,
            act=lambda: _confirmed(request, session, form),
        )
    except sessions.NothingToEnter as refusal:
        form.add_error(None, refusal.sentence)
        return _preview(request, session, form, status=422)
    except (sessions.NotWaiting, importing.FileRefused) as refusal:
        messages.warning(request, refusal.sentence)
        return redirect(here)
    if acted and session.total <= sessions.AT_ONCE:
        sessions.enter_at_once(session, by=request.actor, now=request.now)
    return redirect(where)


def _confirmed(request: HttpRequest, session: ImportSession, form: DecisionForm) -> str:
    sessions.confirm(session, good_rows=form.good_rows(), now=request.now)
    return reverse("dossiers:import_session", args=[session.public_id])


def _preview(
    request: HttpRequest, session: ImportSession, form: DecisionForm, status: int = 200
) -> HttpResponse:
    found = session.found
    titles = [TITLES[column] for _letters, _title, column in found["understood"]]
    context = {
        "session": session,
        "form": form,
        "found": found,
        "is_history": found["kind"] == Kind.HISTORY,
        "titles": titles,
        "rows": [
            {**row, "cells": list(zip(titles, row["cells"], strict=True))} for row in found["head"]
        ],
        "absent": [TITLES[column] for column in found["absent"]],
        "understood": [
            {"letters": letters, "title": title, "ours": TITLES[column]}
            for letters, title, column in found["understood"]
        ],
        "before": sessions.entered_before(session),
        "may_enter": session.accepted > 0,
        **_errors(session),
    }
    return render(request, "dossiers/import_preview.html", context, status=status)


def _errors(session: ImportSession) -> dict[str, Any]:
    return {
        "errors": [{**error, "title": TITLES.get(error["column"], "")} for error in session.errors]
    }


@page("import_view")
def errors_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The rows with errors, each with its reasons, to mend and send again."""
    session = _own_session(request, public_id)
    if not session.error_path:
        raise Http404
    name = _("To mend") + f" - {session.name.rpartition('.')[0] or session.name}.xlsx"
    return _handed_out(session.error_path, session.found["error_size"], name)


@page("import_view")
def own_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The list as it was sent."""
    session = _own_session(request, public_id)
    if not session.path:
        raise Http404
    return _handed_out(session.path, session.found["size"], session.name)


def _handed_out(path: str, size: int, name: str) -> HttpResponse:
    try:
        file = filestore.open_stored(path, size=size)
    except OSError as error:
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@page("import_view")
def imported(request: HttpRequest, public_id: str) -> HttpResponse:
    """The dossiers that came in with a list."""
    session = _own_session(request, public_id)
    found = sessions.came_in(session, request.actor).select_related("agency").newest_first()
    paged = numbered(found, request.GET, size=PAGE_SIZE)
    context = {
        "session": session,
        "page": paged,
        "rows": _rows(paged.rows, Moment(request.now, published().calendar)),
        "city": not allows(request.actor, "import_csv"),
    }
    return render(request, "dossiers/imported.html", context)


def _rows(dossiers: list[Dossier], moment: Moment) -> list[Row]:
    """Each dossier with the chip of its latest limit; one more query for the whole page."""
    codes = [dossier.code for dossier in dossiers]
    limits = TimeLimit.objects.filter(subject_code__in=codes).order_by("started_at", "pk")
    return rows_of(dossiers, {limit.subject_code: limit for limit in limits}, moment)


@page("import_view")
def submissions_template(request: HttpRequest) -> HttpResponse:
    """An empty list of submissions to fill in."""
    return _template(request, Kind.SUBMISSIONS, _("Template - submissions.xlsx"))


@page("import_view")
def history_template(request: HttpRequest) -> HttpResponse:
    """An empty list of history to fill in."""
    return _template(request, Kind.HISTORY, _("Template - history.xlsx"))


def _template(request: HttpRequest, kind: Kind, name: str) -> HttpResponse:
    own = Agency.objects.filter(pk__in=request.actor.agency_ids()).in_order().first()
    target = io.BytesIO()
    write_template(COLUMNS_OF[kind], NEEDED_IN[kind], own.name if own else "", target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=_XLSX)
