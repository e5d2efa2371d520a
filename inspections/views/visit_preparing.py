"""Preparing an inspection: from a plan, after an earlier one, from what is overdue, on its own."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.pressing import BOTH
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.published import published
from deadlines.wording import day_text
from inspections import news, policies
from inspections.forms.visits import VisitForm
from inspections.models import Inspection, Plan, PlanItem, TeamMember
from inspections.planning.history import candidates, year_before
from inspections.transitions import checking, raising, visiting
from inspections.transitions.rows import Unfit
from inspections.views.acting import Act, PlainForm, perform
from inspections.views.visits import crumbs_of, inspection_of

_VISIT = "inspections/visit_form.html"


@page("inspection_prepare", BOTH)
def prepare(request: HttpRequest) -> HttpResponse:
    """Prepare an inspection: from a line of an approved plan (``?muc=``), or on its own."""
    fixed: dict[str, Any] = {}
    initial: dict[str, Any] = {
        "period_from": year_before(local_day(request.now)),
        "period_to": local_day(request.now),
    }
    if request.GET.get("muc", "").isdecimal():
        item = get_object_or_404(
            PlanItem.objects.select_related("plan", "agency"),
            pk=int(request.GET["muc"][:18]),
            plan__state=Plan.State.APPROVED,
        )
        fixed = {"agency": item.agency, "trigger": Inspection.Trigger.PLAN, "plan_item": item}
        initial |= {
            "announced": "yes",
            "scope": item.theme or raising.SCOPE,
            "planned_on": _day_in(item, request),
        }
    return _prepare(request, fixed, initial)


@page("inspection_prepare", BOTH)
def follow_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """Prepare an inspection that looks after the remedies of an earlier one."""
    earlier = inspection_of(request, public_id)
    fixed = {"agency": earlier.agency, "after": earlier}
    initial = {
        "trigger": Inspection.Trigger.ORDER,
        "evidence": _("Follow-up of inspection %(code)s.") % {"code": earlier.code},
        "scope": earlier.scope,
        "period_from": min(earlier.period_to + timedelta(days=1), local_day(request.now)),
        "period_to": local_day(request.now),
        "announced": "yes",
    }
    return _prepare(request, fixed, initial, earlier)


def _prepare(
    request: HttpRequest,
    fixed: dict[str, Any],
    initial: dict[str, Any],
    earlier: Inspection | None = None,
) -> HttpResponse:
    directors = news.directors(local_day(request.now))
    act = Act(
        title=_("Prepare an inspection"),
        button=_("Put it to the director"),
        form=VisitForm,
        done=_("The inspection is prepared and waits for the director."),
        may=lambda: allows(request.actor, "inspection_prepare"),
        fits=lambda: earlier is None or policies.fits("follow_up", earlier),
        back=reverse("inspections:detail", args=[earlier.public_id])
        if earlier
        else reverse("inspections:list"),
        crumbs=crumbs_of(earlier) if earlier else [(_("Inspections"), reverse("inspections:list"))],
        template=_VISIT,
        told=lambda: news.lines(directors, local_day(request.now)),
        refused={checking.OwnAgency: None, Unfit: None},
        extra={"agencies": list(candidates(local_day(request.now)).only("code", "name"))},
    )

    def do(form: VisitForm) -> str:
        row = visiting.prepare(visit=form.visit(), by=request.actor, now=request.now)
        return reverse("inspections:detail", args=[row.public_id])

    mine = {f"team_{request.user.pk}": TeamMember.Part.LEAD}
    return perform(request, act, do, initial={**mine, **initial}, fixed=fixed)


@page("inspection_prepare", BOTH)
def from_overdue(request: HttpRequest) -> HttpResponse:
    """An unannounced inspection of an agency (``?don-vi=`` its key) from what is overdue there."""
    key = request.GET.get("don-vi", "")
    agency = get_object_or_404(Agency, pk=int(key[:18]) if key.isdecimal() else 0)
    limits = raising.overdue_of(agency, request.now)
    act = Act(
        title=_("Inspect %(agency)s after overdue time limits") % {"agency": agency.name},
        button=_("Prepare the inspection"),
        form=PlainForm,
        done=_("The inspection is prepared and waits for the director."),
        may=lambda: allows(request.actor, "inspection_prepare"),
        fits=lambda: bool(raising.overdue_of(agency, request.now)),
        back=reverse("inspections:list"),
        crumbs=[(_("Inspections"), reverse("inspections:list"))],
        template="inspections/from_overdue.html",
        told=lambda: news.lines(news.directors(local_day(request.now)), local_day(request.now)),
        effects=_effects_of_raising(request, agency, limits),
        extra={"limits": limits[: raising.MOST_NAMED], "more": len(limits) - raising.MOST_NAMED},
    )

    def do(_form: PlainForm) -> str:
        row = raising.raise_from_overdue(agency, by=request.actor, now=request.now)
        return reverse("inspections:detail", args=[row.public_id])

    return perform(request, act, do)


def _effects_of_raising(request: HttpRequest, agency: Agency, limits: list[Any]) -> list[str]:
    if not limits:
        return []
    visit = raising.visit_of(agency, limits, by=request.actor, now=request.now)
    return [
        _("An unannounced inspection is prepared; the agency does not see it.")
        if not visit.announced
        else "",
        _("Period: %(first)s to %(last)s. First day of the visit: %(day)s.")
        % {
            "first": day_text(visit.period_from),
            "last": day_text(visit.period_to),
            "day": day_text(visit.planned_on),
        },
        _("You lead the team until somebody else is named; the director decides."),
    ]


def _day_in(item: PlanItem, request: HttpRequest) -> Any:
    """The first working day of the planned month that is not past."""
    first = item.plan.year, item.month
    today = local_day(request.now)
    day = today.replace(year=first[0], month=first[1], day=1)
    day = max(day, today + timedelta(days=1))
    try:
        return published().calendar.next_working_day(day - timedelta(days=1))
    except CalendarNotPublished:
        return day
