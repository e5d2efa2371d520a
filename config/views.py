"""Health, the way home, and the pages for what went wrong."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.pages import page
from accounts.rights import allows
from config.operating import gauges
from deadlines.models import SweepRun
from ledger import chain


def problem(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    """The page for an error, with a number to quote and a sentence that says what to do."""
    context = {"sentence": sentence, "request_id": getattr(request, "request_id", "")}
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    return problem(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem(request, 403)


@page("own_record")
def home(request: HttpRequest) -> HttpResponse:
    """Leaders and readers of the whole city start at the overview, everybody else at their work;
    who holds no post any more at what names them."""
    if allows(request.actor, "dash_city"):
        return redirect("dashboards:overview")
    if allows(request.actor, "dossier_list"):
        return redirect("dossiers:mine")
    if allows(request.actor, "own_account"):
        return redirect("accounts:inbox")
    return redirect("inspections:mine")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Ages in seconds of the last sweep and of the oldest unsealed event; 503 when one is stale.
    Beside them, for information, how old the oldest waiting letter and the signs of life are.

    A contract for operators, see docs/operations.md. The broker is not asked: a request never
    talks to it.
    """
    now = request.now
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        swept = (
            SweepRun.objects.filter(kind=SweepRun.Kind.SWEEP)
            .order_by("-swept_to")
            .values_list("swept_to", flat=True)
            .first()
        )
        unsealed = chain.oldest_unsealed()
        life = gauges.ages(now)
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    ages = {
        "sweep_age_seconds": _age(now - swept) if swept else None,
        "seal_lag_seconds": _age(now - unsealed) if unsealed else 0,
    }
    stale = settings.SWEEP_STALE_SECONDS
    late = ages["sweep_age_seconds"] is None or any((age or 0) > stale for age in ages.values())
    status = "stale" if late else "ok"
    body = {"status": status, "database": connection.vendor, **ages, **life}
    return JsonResponse(body, status=503 if late else 200)


def _age(delta: timedelta) -> int:
    return max(0, int(delta.total_seconds()))
