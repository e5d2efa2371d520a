"""Inspections: the list, the page of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages import page
from accounts.paging import address, numbered
from accounts.rights import allows, reaches_city
from agencies.dates import local_day
from agencies.models import Agency
from documents.models import Paper
from inspections import drawing, policies, sampling, story
from inspections.models import Inspection, Record
from inspections.planning.wording import for_the_inspected
from inspections.views.handing_out import paper_response
from inspections.views.tabs import tabs

PAGE_SIZE = 25
_I = Inspection.State
#: Verb → its button and its page, in the order of an inspection.
BUTTONS = {
    "decide_inspection": (gettext_lazy("Decide the inspection"), "inspections:decide_visit"),
    "edit_inspection": (gettext_lazy("Change the inspection"), "inspections:edit_visit"),
    "open_inspection": (gettext_lazy("Open the inspection"), "inspections:open_visit"),
    "draw_sample": (gettext_lazy("Draw the sample"), "inspections:draw_sample"),
    "raise_records": (gettext_lazy("Write the record"), "inspections:raise_records"),
    "end_inspection": (gettext_lazy("End the visit"), "inspections:end_visit"),
    "follow_up": (gettext_lazy("Prepare a follow-up"), "inspections:follow_up"),
    "cancel_inspection": (gettext_lazy("Cancel the inspection"), "inspections:cancel_visit"),
    "give_up_inspection": (gettext_lazy("Give it up"), "inspections:cancel_visit"),
}


@page("inspection_list")
def all_inspections(request: HttpRequest) -> HttpResponse:
    """The inspections that this person may know of, the latest visit first."""
    asked, by = request.GET, request.actor
    found = Inspection.objects.visible_to(by).select_related("agency", "decision")
    found = found.order_by("-planned_on", "-pk")
    filters = []
    if asked.get("trang-thai") in _I.values:
        found = found.filter(state=asked["trang-thai"])
        filters.append(("trang-thai", _I(asked["trang-thai"]).label))
    if asked.get("nam", "").isdecimal():
        found = found.filter(planned_on__year=min(int(asked["nam"][:4]), 9999) or 1)
        filters.append(("nam", asked["nam"][:4]))
    if words := asked.get("don-vi", "").strip():
        named = Agency.objects.search(words[:100]).values("pk")
        found = found.filter(agency_id__in=named)
        filters.append(("don-vi", words[:60]))
    paged = numbered(found, asked, size=PAGE_SIZE)
    context = {
        "page": paged,
        "tabs": tabs(by, "inspections:list"),
        "filters": [
            {"label": label, "remove_url": address(asked, **{name.replace("-", "_"): None})}
            for name, label in filters
        ],
        "states": _I.choices,
        "asked": {
            "state": asked.get("trang-thai", ""),
            "year": asked.get("nam", ""),
            "agency": asked.get("don-vi", ""),
        },
        "city": reaches_city(by, "inspection_list"),
        "may_prepare": allows(by, "inspection_prepare"),
    }
    return render(request, "inspections/list.html", context)


@page("inspection_list")
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """An inspection: decision, team, sample with its draw, records; what to do next."""
    row = inspection_of(request, public_id)
    by = request.actor
    home = allows(by, "inspection_prepare") or reaches_city(by, "inspection_list")
    sample = list(row.sample.select_related("dossier").order_by("position"))
    records = Record.objects.visible_to(by).filter(inspection=row)
    context = {
        "inspection": row,
        "team": list(row.team.order_by("pk")),
        "home": home,
        "next": _next(request, row),
        "sample": [
            {"row": one, "stratum": sampling.STRATA[one.stratum], "late": _late(one.facts)}
            for one in sample
        ],
        "lot": _lot(row, sample),
        "chosen": _chosen(request, row, home=home),
        "records": list(records.select_related("paper", "paper__void").order_by("pk")),
        "notice": Paper.objects.filter(about_kind="inspection_notice", about_code=row.code).first(),
        "follow_ups": list(Inspection.objects.visible_to(by).filter(after=row).order_by("pk")),
        "after": row.after
        if row.after_id and Inspection.objects.visible_to(by).filter(pk=row.after_id).exists()
        else None,
        "timeline": story.entries("inspection", row.code) if home else [],
    }
    return render(request, "inspections/detail.html", context)


@page("inspection_list")
def printed(request: HttpRequest, public_id: str) -> HttpResponse:
    """The decision, or the letter that announced it (``?van-ban=thong-bao``), as PDF or DOCX."""
    row = inspection_of(request, public_id)
    papers = Paper.objects.select_related("series")
    if request.GET.get("van-ban") == "thong-bao":
        paper = get_object_or_404(papers, about_kind="inspection_notice", about_code=row.code)
    else:
        paper = get_object_or_404(papers, pk=row.decision_id or 0)
    return paper_response(request, paper)


def inspection_of(request: HttpRequest, public_id: str) -> Inspection:
    """The inspection, if this person may know of it; 404 otherwise."""
    visible = Inspection.objects.visible_to(request.actor).select_related(
        "agency", "decision", "decision__void", "plan_item__plan", "plan_item__agency", "after",
        "created_by", "decided_by",
    )  # fmt: skip
    return get_object_or_404(visible, public_id=public_id)


def crumbs_of(row: Inspection) -> list[tuple[Any, str]]:
    """Where a page about an inspection stands."""
    return [
        (_("Inspections"), reverse("inspections:list")),
        (row.code, reverse("inspections:detail", args=[row.public_id])),
    ]


def _next(request: HttpRequest, row: Inspection) -> dict[str, Any] | None:
    """What this person can do now, the step that comes next first."""
    verbs = policies.possible(request.actor, row, BUTTONS)
    if "raise_records" in verbs and row.records.exclude(state=Record.State.DROPPED).exists():
        verbs.remove("raise_records")
        verbs.append("raise_records")
    if "give_up_inspection" in verbs and "cancel_inspection" in verbs:
        verbs.remove("give_up_inspection")
    if not verbs:
        return None
    texts = {
        _I.PREPARING: _("The director decides; before that it can be changed."),
        _I.DECIDED: _("The team opens it at the agency. From then on the agency sees it."),
        _I.OPEN: _("Draw the sample, look at the dossiers, write the record."),
        _I.ENDED: _("The visit is over. Its records may still be written."),
    }
    return {
        "title": row.get_state_display(),
        "text": texts.get(row.state, ""),
        "actions": [
            (
                BUTTONS[verb][0],
                reverse(BUTTONS[verb][1], args=[row.public_id]),
                "secondary" if place else "primary",
            )
            for place, verb in enumerate(verbs)
        ],
    }


def _chosen(request: HttpRequest, row: Inspection, *, home: bool) -> dict[str, Any] | None:
    """Why the plan has this agency. The seed is open to whoever reads the plan, and to the agency
    once the year of the plan is over."""
    item = row.plan_item
    if item is None:
        return None
    over = item.plan.year < local_day(request.now).year
    return for_the_inspected(item, seed_is_open=home or over)


def _late(facts: dict[str, Any]) -> str:
    """What the copied facts of a sampled dossier say of its limits, in words."""
    limits = facts.get("limits") or []
    late = [one for one in limits if one["late"]]
    if not limits:
        return _("no time limit")
    if not late:
        return _("in time")
    worst = max((one["days_late"] or 0 for one in late), default=0)
    return ngettext("%(n)d working day late", "%(n)d working days late", worst) % {"n": worst}


def _lot(row: Inspection, sample: list[Any]) -> dict[str, Any] | None:
    """What somebody needs to draw the sample again: the seed, the first lot as an example."""
    if not sample:
        return None
    first = sample[0].dossier
    return {
        "seed": row.seed,
        "text": f"{row.seed}:{first.code}",
        "ticket": drawing.ticket(row.seed, first.code),
        "size": row.sample_size,
        "population": row.population,
    }
