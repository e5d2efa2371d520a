"""Pages of reorganisations: set up, arrange, look at what would move, apply."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import step_up, unfinished
from accounts.pages import page
from accounts.paging import numbered
from accounts.pressing import BOTH, earlier_result, press
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.adjusting import Unfit
from dossiers import reorganising
from dossiers.models import Reorganisation
from dossiers.reorganising_forms import FORMS, ArrangeForm, DecisionForm, PlanForm

Kind, State = Reorganisation.Kind, Reorganisation.State

#: Kind → its title, and what it does, in words.
WORDS = {
    Kind.MERGE: (
        gettext_lazy("Merge agencies"),
        gettext_lazy("Two or more agencies end, and a new one follows them."),
    ),
    Kind.RENAME: (
        gettext_lazy("Change the name of an agency"),
        gettext_lazy("The agency goes on under another name; its history keeps the former one."),
    ),
    Kind.CLOSE: (
        gettext_lazy("Close an agency"),
        gettext_lazy("The agency ends, and one that exists takes everything over."),
    ),
    Kind.SPLIT: (
        gettext_lazy("Divide an agency"),
        gettext_lazy("The agency ends, and several follow it; you say who takes what."),
    ),
}
#: States that the list shows first: somebody has to act.
_OPEN = (State.PREPARING, State.READY, State.APPROVED, State.STOPPED)


@page("reorganisation_view")
def listed(request: HttpRequest) -> HttpResponse:
    """All reorganisations, those that wait for somebody first."""
    plans = Reorganisation.objects.select_related("prepared_by", "decided_by")
    plans = plans.prefetch_related("formers")
    open_ = list(plans.filter(state__in=_OPEN).order_by("effective_on", "pk"))
    ended = plans.exclude(state__in=_OPEN).order_by("-effective_on", "-pk")
    shown = numbered(ended, request.GET, size=25)
    context = {
        "open": open_,
        "page": shown,
        "rows": shown.rows,
        "kinds": _kinds() if allows(request.actor, "agency_edit") else [],
    }
    return render(request, "agencies/reorganisations.html", context)


@page("agency_edit", BOTH)
def merge(request: HttpRequest) -> HttpResponse:
    """Set up a merger."""
    return _new(request, Kind.MERGE)


@page("agency_edit", BOTH)
def rename(request: HttpRequest) -> HttpResponse:
    """Set up a change of name."""
    return _new(request, Kind.RENAME)


@page("agency_edit", BOTH)
def close(request: HttpRequest) -> HttpResponse:
    """Set up a closure with a successor."""
    return _new(request, Kind.CLOSE)


@page("agency_edit", BOTH)
def split(request: HttpRequest) -> HttpResponse:
    """Set up a division."""
    return _new(request, Kind.SPLIT)


def _new(request: HttpRequest, kind: str) -> HttpResponse:
    kept = unfinished.take(request) if request.method != "POST" else None
    form = FORMS[kind](
        request.POST if request.method == "POST" else kept,
        by=request.actor,
        now=request.now,
        initial=_proposed(request),
    )
    if earlier := earlier_result(request):
        return earlier
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return press(request, form, lambda: _prepare(request, kind, form), _("Saved."))
            except Unfit as refusal:
                form.add_error(_field(form, refusal.field), refusal.sentence)
        status = 422
    title, text = WORDS[Kind(kind)]
    names = Agency.objects.as_of(local_day(request.now)).in_order().values_list("code", "name")
    context = {
        "form": form,
        "title": title,
        "text": text,
        "kind": kind,
        "agencies": names,
        "pairs": form.pairs() if kind == Kind.SPLIT else [],
    }
    return render(request, "agencies/new.html", context, status=status)


def _proposed(request: HttpRequest) -> dict[str, str]:
    """What the agency page that led here already knows."""
    code = request.GET.get("tu", "")[:30]
    agency = (
        Agency.objects.as_of(local_day(request.now)).filter(code=code).first() if code else None
    )
    return {"formers": code, "kind": agency.kind} if agency else {}


def _prepare(request: HttpRequest, kind: str, form: PlanForm) -> str:
    data = form.cleaned_data
    plan = reorganising.prepare(
        kind=kind,
        formers=data["formers"],
        heirs=form.heirs(),
        effective_on=data["effective_on"],
        document=data["document"],
        document_on=data["document_on"],
        by=request.actor,
        now=request.now,
    )
    return reverse("agencies:arrange", args=[plan.public_id])


def _field(form: PlanForm, name: str) -> str | None:
    """Beside which field of this form a refusal stands."""
    places = {"heirs": ("code", "successor", "code_1"), "posts": ()}
    return next((place for place in places.get(name, (name,)) if place in form.fields), None)


@page("reorganisation_view")
def plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """One reorganisation: what would move, or what moved."""
    row = _plan(public_id)
    return _shown(request, row)


@page("agency_edit", BOTH)
def arrange(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say who and what goes where; ``viec=trinh`` also hands the plan to the second person."""
    row = _plan(public_id)
    seen = reorganising.preview(row, request.now)
    kept = unfinished.take(request) if request.method != "POST" else None
    form = ArrangeForm(
        request.POST if request.method == "POST" else kept,
        plan=row,
        seen=seen,
        initial={"version": row.version},
    )
    if earlier := earlier_result(request):
        return earlier
    conflict, status = "", 200
    if row.state != State.PREPARING:
        conflict, status = _("It is no longer being prepared."), 409
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = _("Handed to the second person.") if _hands_on(request) else _("Saved.")
                return press(request, form, lambda: _arrange(request, row, form), done)
            except Unfit as refusal:
                form.add_error(None, refusal.sentence)
            except Conflict as refusal:
                conflict, status = refusal.sentence, 409
    context = {
        "plan": row,
        "seen": seen,
        "form": form,
        "conflict": conflict,
        "title": WORDS[Kind(row.kind)][0],
    }
    return render(request, "agencies/arrange.html", context, status=status)


def _arrange(request: HttpRequest, row: Reorganisation, form: ArrangeForm) -> str:
    version = form.cleaned_data["version"] or 0
    changed = reorganising.arrange(
        row, choices=form.choices(), version=version, by=request.actor, now=request.now
    )
    if _hands_on(request):
        reorganising.put_forward(
            changed, version=changed.version, by=request.actor, now=request.now
        )
    return reverse("agencies:plan", args=[row.public_id])


def _hands_on(request: HttpRequest) -> bool:
    return request.POST.get("viec") == "trinh"


@page("reorganisation_apply", BOTH)
def apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """The second person applies it, or approves it for its day."""
    row = _plan(public_id)
    if request.method != "POST":
        return redirect("agencies:plan", public_id=row.public_id)

    def act(form: DecisionForm) -> None:
        reorganising.approve(
            row, version=form.cleaned_data["version"] or 0, by=request.actor, now=request.now
        )

    if not reorganising.may_approve(request.actor, row):
        raise NotAllowed(_("Your post does not carry this right."))
    later = row.effective_on > local_day(request.now)
    done = _("Approved. The system carries it out on its day.")
    done = done if later else _("Carried out. What was open went over.")
    return _decide(request, row, act, done, asks_password=True)


@page("reorganisation_apply", BOTH)
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take it back to arrange it anew (``viec=sua``), or cancel it with a reason."""
    row = _plan(public_id)
    if request.method != "POST":
        return redirect("agencies:plan", public_id=row.public_id)

    def act(form: DecisionForm) -> None:
        version = form.cleaned_data["version"] or 0
        if request.POST.get("viec") == "sua":
            reorganising.take_back(row, version=version, by=request.actor, now=request.now)
            return
        if not form.cleaned_data["reason"]:
            raise Unfit("reason", _("Say why it is cancelled."))
        reorganising.cancel(
            row,
            reason=form.cleaned_data["reason"],
            version=version,
            by=request.actor,
            now=request.now,
        )

    return _decide(request, row, act)


def _decide(
    request: HttpRequest,
    row: Reorganisation,
    act: Callable[[DecisionForm], None],
    done: str = "",
    *,
    asks_password: bool = False,
) -> HttpResponse:
    if earlier := earlier_result(request):
        return earlier
    form = DecisionForm(request.POST)
    if asks_password:
        step_up.ask(request, form)
    conflict, status = "", 422
    if form.is_valid():

        def run() -> str:
            act(form)
            return reverse("agencies:plan", args=[row.public_id])

        try:
            return press(request, form, run, done)
        except NotAllowed:
            raise
        except Unfit as refusal:
            form.add_error("reason" if refusal.field == "reason" else None, refusal.sentence)
        except Conflict as refusal:
            conflict, status = refusal.sentence, 409
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
    row = _plan(str(row.public_id))
    return _shown(request, row, form=form, conflict=conflict, status=status)


def _plan(public_id: str) -> Reorganisation:
    plans = Reorganisation.objects.select_related("prepared_by", "decided_by")
    return get_object_or_404(plans.prefetch_related("formers"), public_id=public_id)


def _shown(
    request: HttpRequest,
    row: Reorganisation,
    *,
    form: DecisionForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    by = request.actor
    pending = row.state in _OPEN
    form = form or DecisionForm(initial={"version": row.version})
    if conflict and form.is_bound:
        form.data = form.data.copy()
        form.data["version"] = str(row.version)  # the page now shows what it became
    is_ready = row.state == State.READY
    may_apply = is_ready and reorganising.may_approve(by, row)
    if may_apply and not form.is_bound:
        step_up.ask(request, form)
    context = {
        "plan": row,
        "title": WORDS[Kind(row.kind)][0],
        "seen": reorganising.preview(row, request.now) if pending else None,
        "heirs": reorganising.heirs_of(row),
        "form": form,
        "conflict": conflict,
        "is_later": row.effective_on > local_day(request.now),
        "may_arrange": row.state == State.PREPARING and allows(by, "agency_edit"),
        "may_take_back": row.state in _OPEN[1:] and allows(by, "agency_edit"),
        "may_apply": may_apply,
        "is_own": is_ready and row.prepared_by_id == by.author.id,
        "may_cancel": pending and (allows(by, "agency_edit") or reorganising.may_approve(by, row)),
    }
    return render(request, "agencies/plan.html", context, status=status)


def _kinds() -> list[dict[str, object]]:
    """The four kinds with their pages."""
    views = {Kind.MERGE: "merge", Kind.RENAME: "rename", Kind.CLOSE: "close", Kind.SPLIT: "split"}
    return [
        {"title": WORDS[kind][0], "text": WORDS[kind][1], "url": reverse(f"agencies:{view}")}
        for kind, view in views.items()
    ]
