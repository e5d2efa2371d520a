"""The acts on an inspection, one page each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages import page
from accounts.pressing import BOTH, Stored
from agencies.dates import local_day
from deadlines.wording import day_text
from inspections import news, policies, sampling
from inspections.forms.parts import ReasonForm
from inspections.forms.visits import DecideForm, SampleForm, VisitForm, values_of
from inspections.heads import answering
from inspections.models import Inspection
from inspections.transitions import beginning, visiting
from inspections.transitions.rows import Unfit
from inspections.views.acting import Act, PlainForm, perform
from inspections.views.visits import crumbs_of, inspection_of

_VISIT = "inspections/visit_form.html"


@page("inspection_prepare", BOTH)
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change an inspection that is not decided yet."""
    row = inspection_of(request, public_id)
    fixed: dict[str, Any] = {"agency": row.agency}
    if row.plan_item_id:
        fixed |= {"trigger": row.trigger, "plan_item": row.plan_item}
    if row.after_id:
        fixed["after"] = row.after
    act = _act(
        request,
        row,
        "edit_inspection",
        title=_("Change the inspection"),
        button=_("Save the inspection"),
        done=_("The inspection is saved."),
        form=VisitForm,
        template=_VISIT,
        values=values_of,
    )
    return perform(
        request,
        act,
        lambda form: _done(
            visiting.edit(
                row,
                visit=form.visit(),
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        initial=values_of(row),
        fixed=fixed,
    )


@page("inspection_decide", BOTH)
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """The director decides inspection and team."""
    row = inspection_of(request, public_id)
    day = local_day(request.now)
    people = set(row.team.values_list("user_id", flat=True))
    if row.announced:
        people |= answering(row.agency_id, day)
    told = _("The head of the agency is told now.")
    untold = _("The agency is not told and sees nothing until the team opens it there.")
    act = _act(
        request,
        row,
        "decide_inspection",
        title=_("Decide the inspection"),
        button=_("Issue the decision"),
        done=_("The decision is issued."),
        form=DecideForm,
        decides=True,
        template="inspections/decide.html",
        told=lambda: news.lines(people, day),
        effects=[
            _("The decision gets the next number QĐ-SNV, with the legal bases valid today."),
            told if row.announced else untold,
        ],
        extra={"inspection": row, "team": list(row.team.order_by("pk"))},
    )
    return perform(
        request,
        act,
        lambda form: _done(
            visiting.decide(
                row,
                days=form.cleaned_data["days"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
    )


@page("inspection_run", BOTH)
def open_visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """The team opens the inspection at the agency."""
    row = inspection_of(request, public_id)
    day = local_day(request.now)
    act = _act(
        request,
        row,
        "open_inspection",
        title=_("Open the inspection"),
        button=_("Open the inspection now"),
        done=_("The inspection is open. The agency sees it now."),
        told=lambda: news.lines(answering(row.agency_id, day), day),
        effects=[_("The agency sees the inspection, its decision and its team from now on.")],
    )
    return _plain(request, row, act, visiting.open_visit)


@page("inspection_run", BOTH)
def sample(request: HttpRequest, public_id: str) -> HttpResponse:
    """Draw the dossiers, once, with the seed that was made with the inspection."""
    row = inspection_of(request, public_id)
    population = sampling.population(row, request.now)
    sizes = sampling.sizes(population)
    act = _act(
        request,
        row,
        "draw_sample",
        title=_("Draw the sample"),
        button=_("Draw the dossiers"),
        done=_("The dossiers are drawn; their facts are copied."),
        form=SampleForm,
        refused={Unfit: "size"},
        template="inspections/sample.html",
        effects=[
            _("Each group gets its share of the places; within it the seed “%(seed)s” decides.")
            % {"seed": row.seed},
            _("The facts of each dossier are copied as they stand now."),
            _("There is one draw. It cannot be repeated until the result pleases."),
        ],
        extra={
            "population": len(population),
            "sizes": [(sampling.STRATA[stratum], n) for stratum, n in sizes.items()],
        },
    )
    return perform(
        request,
        act,
        lambda form: _done(
            visiting.draw_sample(
                row,
                size=form.cleaned_data["size"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
        initial={"size": min(20, len(population)) or None},
    )


@page("inspection_run", BOTH)
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """The visit is over."""
    row = inspection_of(request, public_id)
    act = _act(
        request,
        row,
        "end_inspection",
        title=_("End the visit"),
        button=_("End the visit"),
        done=_("The visit has ended."),
        effects=[_("No more dossiers can be drawn. Records may still be written.")],
    )
    return _plain(request, row, act, visiting.end_visit)


@page("inspection_list", BOTH)
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cancel an inspection before it is opened, with the reason."""
    row = inspection_of(request, public_id)
    gives_up = policies.may(request.actor, "give_up_inspection", row)
    verb = "give_up_inspection" if gives_up else "cancel_inspection"
    effects = []
    if row.decision_id:
        effects.append(_("The decision is declared void; it keeps its number."))
    if row.notified_at:
        effects.append(_("The head of the agency is told that it will not take place."))
    act = _act(
        request,
        row,
        verb,
        title=_("Cancel the inspection"),
        button=_("Cancel the inspection"),
        done=_("The inspection is cancelled."),
        form=ReasonForm,
        danger=True,
        decides=not gives_up,
        effects=effects,
    )
    return perform(
        request,
        act,
        lambda form: _done(
            visiting.cancel(
                row,
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                by=request.actor,
                now=request.now,
            )
        ),
    )


@page("violation_draft", BOTH)
def raise_records(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin the records of the inspection, one for each head concerned."""
    row = inspection_of(request, public_id)
    heads = [
        _("%(name)s, %(post)s: %(first)s to %(last)s")
        % {
            "name": term.post.user.full_name,
            "post": term.post.post,
            "first": day_text(term.first),
            "last": day_text(term.last),
        }
        for term in beginning.terms_of(row).values()
        if term.post
    ]
    act = _act(
        request,
        row,
        "raise_records",
        title=_("Write the record"),
        button=_("Begin the record"),
        done=_("The record is begun, with the facts of the sampled dossiers."),
        effects=[
            _("Heads of the agency in the period: %(heads)s.") % {"heads": "; ".join(heads) or "–"},
            _(
                "Each finding goes into the record of whoever was head on the last day of the "
                "limit."
            ),
        ],
    )

    def do(form: PlainForm) -> str:
        made = beginning.raise_records(
            row, version=form.cleaned_data["version"], by=request.actor, now=request.now
        )
        if len(made) > 1:
            return reverse("inspections:detail", args=[row.public_id])
        return reverse("inspections:record", args=[made[0].public_id])

    return perform(request, act, do)


# --- parts ----------------------------------------------------------------------------------------


def _act(
    request: HttpRequest, row: Inspection, verb: str, *, values: Any = None, **words: Any
) -> Act:
    def stored() -> Stored:
        row.refresh_from_db()
        return Stored(row.version, values(row) if values else {})

    return Act(
        **{
            "form": PlainForm,
            "may": lambda: policies.may(request.actor, verb, row),
            "fits": lambda: policies.fits(verb, row),
            "back": reverse("inspections:detail", args=[row.public_id]),
            "crumbs": crumbs_of(row),
            "about": ("inspection", row.code),
            "stored": stored,
            "text": row.agency.name,
            **words,
        }
    )


def _plain(request: HttpRequest, row: Inspection, act: Act, verb: Any) -> HttpResponse:
    return perform(
        request,
        act,
        lambda form: _done(
            verb(row, version=form.cleaned_data["version"], by=request.actor, now=request.now)
        ),
    )


def _done(_result: Any) -> None:
    """The act leads back to the inspection."""
