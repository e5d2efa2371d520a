"""Plans: the list, the page of one, its acts, and the map of visits."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages import page
from accounts.paging import address, numbered
from accounts.pressing import BOTH, Stored
from accounts.rights import allows
from agencies.dates import local_day
from inspections import policies, story
from inspections.drawing import ticket
from inspections.forms.plans import AddAgencyForm, ItemForm, PlanForm, values_of
from inspections.models import Plan, PlanItem
from inspections.papers import plan as plan_paper
from inspections.planning.coverage import coverage
from inspections.planning.history import candidates
from inspections.planning.wording import reason_text, telling, why
from inspections.transitions import planning
from inspections.transitions.rows import Unfit
from inspections.views.acting import Act, PlainForm, perform
from inspections.views.handing_out import paper_response
from inspections.views.tabs import tabs

PAGE_SIZE = 25


@page("plan_view")
def all_plans(request: HttpRequest) -> HttpResponse:
    """The plans, the newest first, by year and state."""
    asked = request.GET
    found = Plan.objects.select_related("paper", "drafted_by").order_by("-year", "-pk")
    filters = []
    if asked.get("nam", "").isdecimal():
        found = found.filter(year=int(asked["nam"][:4]))
        filters.append(("nam", asked["nam"][:4]))
    if asked.get("trang-thai") in Plan.State.values:
        found = found.filter(state=asked["trang-thai"])
        filters.append(("trang-thai", Plan.State(asked["trang-thai"]).label))
    paged = numbered(found.prefetch_related("items"), asked, size=PAGE_SIZE)
    context = {
        "page": paged,
        "tabs": tabs(request.actor, "inspections:plans"),
        "filters": [
            {"label": label, "remove_url": address(asked, **{name: None})}
            for name, label in filters
        ],
        "states": Plan.State.choices,
        "years": list(
            Plan.objects.order_by("-year").values_list("year", flat=True).distinct()[:20]
        ),
        "asked": {"year": asked.get("nam", ""), "state": asked.get("trang-thai", "")},
        "may_draft": allows(request.actor, "plan_draft"),
    }
    return render(request, "inspections/plans.html", context)


@page("plan_view")
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """A plan: its agencies with the reason for each, the draw for whoever wants to redo it."""
    row = get_object_or_404(
        Plan.objects.select_related("paper", "drafted_by", "approved_by"), code=code
    )
    items = planning.items_of(row)
    context = {
        "plan": row,
        "items": [_shown(item) for item in items],
        "counts": {
            chosen.value: sum(item.chosen == chosen for item in items) for chosen in PlanItem.Chosen
        },
        "next": _next(request, row, bool(items)),
        "edits": policies.fits("edit_plan", row) and policies.may(request.actor, "edit_plan", row),
        "lot": _lot(row, items),
        "may_prepare": row.state == Plan.State.APPROVED
        and allows(request.actor, "inspection_prepare"),
        "timeline": story.entries("plan", row.code),
    }
    return render(request, "inspections/plan.html", context)


@page("plan_draft", BOTH)
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a plan."""
    act = Act(
        title=_("New plan of inspections"),
        button=_("Save the draft"),
        form=PlanForm,
        done=_("The draft is saved. Choose the agencies now."),
        may=lambda: allows(request.actor, "plan_draft"),
        back=reverse("inspections:plans"),
        crumbs=_crumbs(),
        refused={Unfit: None},
        effects=[
            _("The server makes the seed of the draw now, once. It cannot be chosen or changed.")
        ],
    )

    def do(form: PlanForm) -> str:
        row = planning.draft_plan(facts=form.facts(), by=request.actor, now=request.now)
        return reverse("inspections:plan", args=[row.code])

    return perform(request, act, do)


@page("plan_draft", BOTH)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change title, theme and numbers of a draft."""
    row = get_object_or_404(Plan, code=code)
    act = _act(
        request,
        row,
        "edit_plan",
        title=_("Change the plan"),
        button=_("Save the draft"),
        done=_("The draft is saved."),
        form=PlanForm,
        values=values_of,
    )
    return perform(
        request,
        act,
        lambda form: _done(
            planning.edit_plan(
                row,
                facts=form.facts(),
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        plan=row,
    )


@page("plan_draft", BOTH)
def select(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the agencies by risk and by the draw, as things stand now."""
    row = get_object_or_404(Plan, code=code)
    n = candidates(local_day(request.now)).count()
    act = _act(
        request,
        row,
        "edit_plan",
        title=_("Choose agencies by risk and by lot"),
        button=_("Choose the agencies"),
        done=_("The agencies are chosen. Each one stands with its reason."),
        effects=[
            _("The %(risk)d agencies with the highest score of %(all)d come into the plan.")
            % {"risk": row.by_risk, "all": n},
            _("%(chance)d more are drawn among all others with the seed “%(seed)s”.")
            % {"chance": row.by_chance, "seed": row.seed},
            _("An earlier choice is replaced; agencies added by hand stay."),
        ],
    )
    return perform(
        request,
        act,
        lambda form: _done(
            planning.select_agencies(
                row,
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
    )


@page("plan_draft", BOTH)
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add an agency by hand, with the reason."""
    row = get_object_or_404(Plan, code=code)
    act = _act(
        request,
        row,
        "edit_plan",
        title=_("Add an agency by hand"),
        button=_("Add the agency"),
        done=_("The agency is in the plan."),
        form=AddAgencyForm,
        refused={Unfit: "agency"},
        extra={"agencies": list(candidates(local_day(request.now)).only("code", "name"))},
    )
    return perform(
        request,
        act,
        lambda form: _done(
            planning.add_agency(
                row,
                agency=form.cleaned_data["agency"],
                month=form.cleaned_data["month"],
                theme=form.cleaned_data["theme"],
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
    )


@page("plan_draft", BOTH)
def item(request: HttpRequest, code: str, item: int) -> HttpResponse:
    """Another month or theme for an agency of a draft, or out of it."""
    found = get_object_or_404(
        PlanItem.objects.select_related("plan", "agency"), pk=item, plan__code=code
    )
    act = _act(
        request,
        found.plan,
        "edit_plan",
        title=_("Change in the plan: %(agency)s") % {"agency": found.agency.name},
        button=_("Save the change"),
        done=_("The change is saved."),
        form=ItemForm,
        refused={Unfit: "month"},
    )
    return perform(
        request,
        act,
        lambda form: _done(
            planning.change_item(
                found,
                month=form.month_wanted,
                theme=form.cleaned_data["theme"],
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        item=found,
    )


@page("plan_approve", BOTH)
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """The director approves; the plan gets its number and changes no more."""
    row = get_object_or_404(Plan, code=code)
    n = row.items.count()
    act = _act(
        request,
        row,
        "approve_plan",
        title=_("Approve the plan"),
        button=_("Approve and issue the plan"),
        done=_("The plan is approved and has its number."),
        decides=True,
        effects=[
            ngettext(
                "The plan with %(n)d visit gets the next number KH-SNV.",
                "The plan with %(n)d visits gets the next number KH-SNV.",
                n,
            )
            % {"n": n},
            _("After that nobody can change it."),
        ],
        paper=lambda: plan_paper.paper_of(
            row, planning.items_of(row), by=request.actor, now=request.now
        ),
    )
    return perform(
        request,
        act,
        lambda form: _done(
            planning.approve_plan(
                row,
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
    )


@page("plan_view")
def printed(request: HttpRequest, code: str) -> HttpResponse:
    """The approved plan as PDF, or as DOCX to edit (``?dang=docx``)."""
    row = get_object_or_404(
        Plan.objects.select_related("paper__series"), code=code, paper__isnull=False
    )
    return paper_response(request, row.paper)


@page("plan_view")
def coverage_map(request: HttpRequest) -> HttpResponse:
    """Which agency is or was visited in which quarter of a year."""
    today = local_day(request.now)
    year = _year(request.GET.get("nam", ""), today)
    context = {
        "year": year,
        "previous": address(request.GET, nam=year - 1),
        "following": address(request.GET, nam=year + 1),
        "only_visited": request.GET.get("chi") == "co",
        "all_url": address(request.GET, chi=None),
        "visited_url": address(request.GET, chi="co"),
        "map": coverage(year, only_visited=request.GET.get("chi") == "co"),
        "tabs": tabs(request.actor, "inspections:coverage"),
    }
    return render(request, "inspections/coverage.html", context)


# --- parts ----------------------------------------------------------------------------------------


def _act(request: HttpRequest, row: Plan, verb: str, *, values: Any = None, **words: Any) -> Act:
    def stored() -> Stored:
        row.refresh_from_db()
        return Stored(row.version, values(row) if values else {})

    return Act(
        **{
            "form": PlainForm,
            "may": lambda: policies.may(request.actor, verb, row),
            "fits": lambda: policies.fits(verb, row),
            "back": reverse("inspections:plan", args=[row.code]),
            "crumbs": [*_crumbs(), (row.code, reverse("inspections:plan", args=[row.code]))],
            "about": ("plan", row.code),
            "stored": stored,
            **words,
        }
    )


def _crumbs() -> list[tuple[Any, str]]:
    return [
        (gettext_lazy("Inspections"), reverse("inspections:list")),
        (gettext_lazy("Plans"), reverse("inspections:plans")),
    ]


def _done(_result: Any) -> None:
    """The act leads back to the plan."""


def _year(text: str, today: date) -> int:
    year = int(text[:4]) if text.isdecimal() else today.year
    return year if 2020 <= year <= 2100 else today.year


def _shown(item: PlanItem) -> dict[str, Any]:
    return {
        "item": item,
        "month_text": f"{item.month:02d}/{item.plan.year}",
        "why": why(item),
        "parts": [reason_text(reason) for reason in telling(item.reasons)],
    }


def _lot(plan: Plan, items: Any) -> dict[str, Any] | None:
    """What somebody needs to draw again: the first lot of the draw, as an example."""
    drawn = [one for one in items if one.chosen == PlanItem.Chosen.CHANCE]
    if not drawn:
        return None
    first = min(drawn, key=lambda one: ticket(plan.seed, one.agency.code)).agency
    return {
        "seed": plan.seed,
        "agency": first.name,
        "text": f"{plan.seed}:{first.code}",
        "ticket": ticket(plan.seed, first.code),
    }


def _next(request: HttpRequest, plan: Plan, has_items: bool) -> dict[str, Any] | None:
    """What this person can do now."""
    by, args = request.actor, [plan.code]
    if policies.fits("approve_plan", plan) and policies.may(by, "approve_plan", plan) and has_items:
        return {
            "title": _("Your turn"),
            "text": _("Read the agencies and their reasons, then approve the plan."),
            "actions": [
                (_("Approve the plan"), reverse("inspections:approve_plan", args=args), "primary")
            ],
        }
    if policies.fits("edit_plan", plan) and policies.may(by, "edit_plan", plan):
        actions = [
            (
                _("Choose by risk and by lot"),
                reverse("inspections:select_agencies", args=args),
                "primary",
            ),
            (_("Add an agency by hand"), reverse("inspections:add_agency", args=args), "secondary"),
            (_("Change the plan"), reverse("inspections:edit_plan", args=args), "secondary"),
        ]
        text = _("The plan is a draft. The director approves it when it is complete.")
        return {"title": _("Plan being drafted"), "text": text, "actions": actions}
    return None
