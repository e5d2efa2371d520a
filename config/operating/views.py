"""The operator's pages, and what machines ask: health, readiness, numbers."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.pages import page
from config.models import FailedJob
from config.operating import gauges, metrics, pages, readiness, self_check
from config.operating.questions import BY_SLUG

#: So many failed jobs are listed, the latest first.
_FAILED_SHOWN = 20


@page("health")
def operations(request: HttpRequest) -> HttpResponse:
    """How every part of the system is, with what to do."""
    shown = gauges.survey(request.now)
    level = gauges.worst(shown)
    since = request.now - gauges.FAILURES_LOOKED_AT
    context = {
        "chip": pages.chip(level),
        "whole": pages.whole(level),
        "lines": pages.gauge_lines(shown),
        "failed": FailedJob.objects.filter(at__gt=since).order_by("-at")[:_FAILED_SHOWN],
        "as_of": request.now,
    }
    return render(request, "operating/operations.html", context)


@page("health")
def self_check_page(request: HttpRequest) -> HttpResponse:
    """The last self-check: what it found, question by question, and what to do about it."""
    only = request.GET.get("muc", "")
    if only and only not in BY_SLUG:
        raise Http404
    run = self_check.latest()
    context = {
        "run": run,
        "only": BY_SLUG.get(only),
        "ran_text": pages.ran_text(run, request.now) if run else "",
        "parts": pages.parts(run, only=only, by=request.actor) if run else [],
        "asked": pages.asked(run) if run else [],
    }
    return render(request, "operating/self_check.html", context)


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve: 200, or 503 with the reason.

    A contract for operators, see docs/operations.md.
    """
    try:
        missing = readiness.missing_migrations()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    if missing:
        body = {"status": "migrations_missing", "missing": len(missing), "first": missing[0]}
        return JsonResponse(body, status=503)
    return JsonResponse({"status": "ready"})


@login_not_required
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """The numbers of all gauges for Prometheus; 404 to whoever may not read them.

    A contract for operators, see docs/operations.md.
    """
    if not metrics.may_read(request):
        raise Http404
    try:
        text = metrics.text_of(gauges.survey(request.now), request.now)
    except DatabaseError:
        text = f"# TYPE {metrics.PREFIX}database_up gauge\n{metrics.PREFIX}database_up 0\n"
        return HttpResponse(text, status=503, content_type=metrics.CONTENT_TYPE)
    return HttpResponse(text, content_type=metrics.CONTENT_TYPE)
